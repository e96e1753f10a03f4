use super::*;

#[test]
fn a_suite_has_the_name_of_the_registry() {
    assert_eq!(Suite::ALL.map(|suite| Suite::named(suite.name())), Suite::ALL.map(Ok));
}

#[test]
fn refuses_the_suite_that_the_profile_leaves_out() {
    let name = "TLS_AES_128_GCM_SHA256".to_owned();
    assert_eq!(Suite::named(&name), Err(Mistake::Suite(name)));
}

#[test]
fn at_least_one_suite_is_needed() {
    assert_eq!(Suites::new(&[]).map(|_| ()), Err(Mistake::NoSuite));
}

#[test]
fn offers_what_it_was_given_and_the_post_quantum_group_first() {
    let provider = Suites::new(&[Suite::ChaCha20Poly1305Sha256]).unwrap().provider();
    let suites: Vec<_> = provider.cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect();
    let groups: Vec<_> = provider.kx_groups.iter().map(|group| format!("{:?}", group.name())).collect();
    assert_eq!(suites, ["TLS13_CHACHA20_POLY1305_SHA256"]);
    assert_eq!(groups, ["X25519MLKEM768", "X25519", "secp256r1"]);
}
