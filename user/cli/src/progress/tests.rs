use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_is_written_over_and_gone_in_the_end() {
    let paper = Paper::default();
    let mut progress = Progress::to("exported", Some(Box::new(paper.clone())));
    progress.more(2 << 20);
    progress.more(1);
    drop(progress);
    assert_eq!(String::from_utf8_lossy(&paper.0.lock().unwrap()), "\rexported: 2.0 MiB\x1b[K\r\x1b[K");
}

#[test]
fn sizes_are_told_in_one_unit() {
    let told: Vec<_> = [0, 1_023, 1_024, 1_572_864].map(size).into();
    assert_eq!(told, ["0 B", "1023 B", "1 KiB", "1.5 MiB"]);
}
