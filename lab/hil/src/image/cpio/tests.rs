use super::Archive;

fn made() -> Vec<u8> {
    let mut archive = Archive::default();
    archive.folder("bin");
    archive.program("bin/sh", b"seven..");
    archive.link("init", "bin/sh");
    archive.device("console", 5, 1);
    archive.finish()
}

/// Fields of an entry by the kernel's own table: 6 bytes of magic, 13 fields of 8 digits, the name, the content.
fn entries(archive: &[u8]) -> Vec<(String, u32, (u32, u32), Vec<u8>)> {
    let (mut entries, mut at) = (vec![], 0);
    while at < archive.len() {
        assert_eq!(&archive[at..at + 6], b"070701");
        let field = |number: usize| {
            let digits = &archive[at + 6 + number * 8..at + 14 + number * 8];
            u32::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
        };
        let name = at + 110;
        let end = name + field(11) as usize;
        assert_eq!(archive[end - 1], 0, "a name ends with a zero");
        let content = end.next_multiple_of(4);
        let after = content + field(6) as usize;
        let path = String::from_utf8(archive[name..end - 1].to_vec()).unwrap();
        entries.push((path, field(1), (field(9), field(10)), archive[content..after].to_vec()));
        at = after.next_multiple_of(4);
    }
    entries
}

#[test]
fn every_entry_is_found_again_where_the_kernel_looks() {
    let entry = |path: &str, mode, device, content: &[u8]| (path.to_owned(), mode, device, content.to_vec());
    assert_eq!(
        entries(&made()),
        [
            entry("bin", 0o04_0755, (0, 0), b""),
            entry("bin/sh", 0o10_0755, (0, 0), b"seven.."),
            entry("init", 0o12_0777, (0, 0), b"bin/sh"),
            entry("console", 0o02_0600, (5, 1), b""),
            entry("TRAILER!!!", 0, (0, 0), b""),
        ]
    );
}

#[test]
fn the_same_files_give_the_same_bytes() {
    assert_eq!(made(), made());
    assert_eq!(made().len() % 4, 0);
}
