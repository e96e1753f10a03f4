//! What is done about what is missing.

use super::{HARDWARE, NEEDS, Need, Package, Rights, Source, Step, answers, step};

const CC: Need = Need { name: "a C compiler", why: "C", probe: &["cc"], source: Source::Debian("gcc") };
const FMT: Need =
    Need { name: "rustfmt", why: "form", probe: &["x"], source: Source::Person("run `rustup …`") };

#[test]
fn a_machine_that_lacks_nothing_is_not_touched() {
    assert_eq!(step(&[], Rights::Install), Step::Nothing);
    assert_eq!(step(&[], Rights::Ask), Step::Nothing);
}

#[test]
fn a_debian_package_is_installed_by_root_alone() {
    assert_eq!(step(&[&CC], Rights::Install), Step::Install(vec![Package { name: "gcc", beside: None }]));
    let expected = "this machine lacks a C compiler (C): as root, run `apt-get install gcc`";
    assert_eq!(step(&[&CC], Rights::Ask), Step::Refuse(expected.to_owned()));
}

#[test]
fn a_package_that_is_made_together_with_another_comes_from_its_suite() {
    let expected = Package { name: "qemu-system-x86", beside: Some("qemu-utils") };
    assert_eq!(step(&[&HARDWARE[0]], Rights::Install), Step::Install(vec![expected]));
    let Step::Refuse(lacks) = step(&[&HARDWARE[0]], Rights::Ask) else { panic!("it was not refused") };
    assert!(lacks.contains("lacks QEMU") && lacks.contains("qemu-system-x86"), "{lacks}");
}

#[test]
fn what_no_package_brings_is_named_before_anything_is_installed() {
    let Step::Refuse(lacks) = step(&[&CC, &FMT], Rights::Install) else { panic!("it was not refused") };
    assert!(
        lacks.contains("a C compiler") && lacks.ends_with("lacks rustfmt (form): run `rustup …`"),
        "{lacks}"
    );
}

#[test]
fn a_probe_answers_for_what_is_there() {
    assert!(answers(&["true"]));
    assert!(!answers(&["false"]));
    assert!(!answers(&["no-such-program-anywhere"]));
}

#[test]
fn every_need_says_why() {
    assert!(NEEDS.iter().chain(&HARDWARE).all(|need| !need.why.is_empty() && !need.probe.is_empty()));
}
