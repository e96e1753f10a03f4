use std::fs;

use super::{uapi::Edge, *};
use crate::testing::{put, tree};

fn line(line: LineName) -> GpioLine {
    GpioLine { chip: "tamper".into(), line, open: Open::High, bias: Bias::AsIs }
}

#[test]
fn a_machine_without_the_chip_has_no_such_line() {
    for line in [line(LineName::Name("case-switch".into())), line(LineName::Offset(0))] {
        let devices = tree(&[("gpiochip", ""), ("gpiochipx", ""), ("tty0", "")]);
        let refused = Chips::new(devices.path()).ask(&line).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::NotFound);
        let nowhere = devices.path().join("nowhere");
        assert_eq!(Chips::new(&nowhere).ask(&line).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

#[test]
fn what_is_called_like_a_chip_and_is_none_is_a_fault_and_not_an_absence() {
    let devices = tree(&[("gpiochip0", "no device at all")]);
    let refused = Chips::new(devices.path()).ask(&line(LineName::Offset(0))).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(rustix::io::Errno::NOTTY.raw_os_error()));
    fs::remove_file(devices.path().join("gpiochip0")).unwrap();
    for chip in 0..=CHIPS {
        put(devices.path(), &format!("gpiochip{chip}"), "");
    }
    let refused = Chips::new(devices.path()).ask(&line(LineName::Offset(0))).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
}

/// The layout of the kernel's header for a 64-bit machine: offsets of `gpio_v2_line_request`.
#[test]
fn a_request_is_laid_out_as_the_kernel_reads_it() {
    let bytes = uapi::wish(17, Open::Low, Bias::PullUp);
    let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((bytes.len(), word(0), &bytes[256..269]), (592, 17, &b"wrale-metald\0"[..]));
    // Input, both edges, active low, pulled up.
    assert_eq!((word(288), word(292)), (1 << 2 | 1 << 4 | 1 << 5 | 1 << 1 | 1 << 8, 0));
    assert_eq!((word(296), word(560), word(564), word(588)), (0, 1, 256, 0), "attributes, lines, buffer");
    let flags = |open, bias| u32::from_ne_bytes(uapi::wish(0, open, bias)[288..292].try_into().unwrap());
    assert_eq!(flags(Open::High, Bias::AsIs), 1 << 2 | 1 << 4 | 1 << 5);
    assert_eq!(flags(Open::High, Bias::PullDown), 1 << 2 | 1 << 4 | 1 << 5 | 1 << 9);
    assert_eq!(flags(Open::High, Bias::Disabled), 1 << 2 | 1 << 4 | 1 << 5 | 1 << 10);
}

#[test]
fn an_edge_is_read_as_the_kernel_writes_it() {
    let mut bytes = [0; uapi::EVENT];
    bytes[..8].copy_from_slice(&1_234_567_890_123u64.to_ne_bytes());
    bytes[16..20].copy_from_slice(&7u32.to_ne_bytes());
    for (id, to) in [(1, Some(Level::Active)), (2, Some(Level::Inactive)), (0, None), (3, None)] {
        bytes[8..12].copy_from_slice(&u32::to_ne_bytes(id));
        assert_eq!(uapi::edge(&bytes), Edge { at: 1_234_567_890_123, to, number: 7 });
    }
}

#[test]
fn what_a_line_is_used_for_is_read_as_the_kernel_writes_it() {
    let info = |flags: u64, by: &str| {
        let mut bytes = [0; 256];
        bytes[32..32 + by.len()].copy_from_slice(by.as_bytes());
        bytes[72..80].copy_from_slice(&flags.to_ne_bytes());
        uapi::usage(&bytes)
    };
    // Used; input; output.
    assert_eq!(info(1 << 2, ""), Use::Free);
    assert_eq!(info(1 << 3, ""), Use::Drives);
    assert_eq!(info(1 | 1 << 3, "relay"), Use::Held("relay".into()));
    assert_eq!(info(1 | 1 << 2, HOLDER), Use::Held("wrale-metald".into()));
}
