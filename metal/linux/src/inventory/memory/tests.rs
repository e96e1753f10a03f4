use proptest::prelude::*;

use super::*;

/// A type 17 structure with these strings, numbered as they stand.
pub(crate) fn socket(size: u16, strings: &[&str]) -> Vec<u8> {
    let mut raw = vec![0; 0x28];
    (raw[0], raw[1]) = (17, 0x28);
    raw[0x0c..0x0e].copy_from_slice(&size.to_le_bytes());
    (raw[0x17], raw[0x18], raw[0x1a]) = (1, 2, 3);
    for string in strings {
        raw.extend(string.as_bytes());
        raw.push(0);
    }
    raw.push(0);
    raw
}

#[test]
fn a_module_is_named_by_maker_part_and_serial() {
    let raw = socket(16_384, &["Samsung", "03A1B2C3 ", "M471A2K43CB1-CTD  "]);
    assert_eq!(module(&raw).unwrap(), "Samsung M471A2K43CB1-CTD 03A1B2C3");
}

#[test]
fn an_empty_socket_is_no_module() {
    assert_eq!(module(&socket(0, &["NO DIMM", "NO DIMM", "NO DIMM"])), None);
}

#[test]
fn what_is_no_such_structure_is_no_module() {
    let good = socket(8, &["a", "b", "c"]);
    let mut other = good.clone();
    other[0] = 16;
    assert_eq!((module(&other), module(&[]), module(&good[..0x20])), (None, None, None));
    // Strings that are promised and not there are empty.
    assert_eq!(module(&good[..0x28]).unwrap(), "");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = module(&bytes);
    }

    #[test]
    fn any_strings_leave_a_short_name(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let raw = [&socket(8, &[])[..0x28], &bytes[..]].concat();
        prop_assert!(module(&raw).unwrap().len() <= 128);
    }
}
