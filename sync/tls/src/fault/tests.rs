use super::*;

#[test]
fn every_fault_has_a_code_of_its_own_and_says_what_to_do() {
    let all = [
        Fault::Descriptors,
        Fault::Key,
        Fault::Socket(io::ErrorKind::Other),
        Fault::Tls("its words".into()),
        Fault::Unreachable,
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(Fault::code).collect();
    assert_eq!(codes.len(), all.len());
    for fault in all {
        let sentence = fault.to_string();
        assert!(sentence.contains("; "), "{sentence}");
    }
}

#[test]
fn a_process_without_file_descriptors_is_told_so() {
    for number in [ENFILE, EMFILE] {
        assert_eq!(Fault::of(&io::Error::from_raw_os_error(number)), Fault::Descriptors);
    }
    assert_eq!(Fault::of(&io::ErrorKind::Other.into()), Fault::Socket(io::ErrorKind::Other));
}
