use std::collections::BTreeMap;

use super::*;
use crate::testing::{Authority, DAY, HOUR, NOW, Paper, Zone, before, judge, published};

struct Case {
    zone: Zone,
    revocations: Revocations,
}

impl Case {
    fn new() -> Self {
        Self { zone: Zone::new(), revocations: Revocations::none_yet() }
    }

    fn take(&mut self, number: u64, serials: &[u8], next: vocab::Wall) -> Result<(), Refusal> {
        let list = self.zone.authority.revoke(number, serials, next);
        self.revocations.take(&list, &self.zone.authority.issuing())
    }

    fn verdict(self) -> Result<(), Refusal> {
        let chain = self.zone.authority.certify(&Paper::device());
        judge(&self.zone.trust().with_revocations(self.revocations), &chain).map(|_| ())
    }
}

#[test]
fn a_list_that_does_not_name_the_certificate_lets_it_pass() {
    let mut case = Case::new();
    case.take(1, &[8, 9], NOW + DAY).unwrap();
    assert_eq!(case.verdict(), Ok(()));
}

#[test]
fn a_certificate_on_the_list_is_refused() {
    let mut case = Case::new();
    case.take(1, &[6, 7], NOW + DAY).unwrap();
    assert_eq!(case.verdict(), Err(Refusal::Revoked));
}

#[test]
fn without_any_list_nobody_passes_where_lists_are_wanted() {
    assert_eq!(Case::new().verdict(), Err(Refusal::RevocationUnknown));
}

#[test]
fn a_list_of_another_authority_says_nothing() {
    let mut case = Case::new();
    let other = Authority::new("other");
    case.revocations.take(&other.revoke(1, &[], NOW + DAY), &other.issuing()).unwrap();
    assert_eq!(case.verdict(), Err(Refusal::RevocationUnknown));
}

#[test]
fn past_its_next_update_a_list_lets_nobody_pass() {
    let stale = |next| {
        let mut case = Case::new();
        case.take(1, &[], next).unwrap();
        case.verdict()
    };
    assert_eq!(stale(NOW), Err(Refusal::RevocationStale));
    assert_eq!(stale(NOW + HOUR), Ok(()));
}

#[test]
fn a_newer_list_replaces_the_older_one_and_never_the_other_way_round() {
    let mut case = Case::new();
    case.take(0xff, &[], NOW + DAY).unwrap();
    // 0x100 has two bytes and a smaller first one.
    case.take(0x100, &[7], NOW + DAY).unwrap();
    assert_eq!(case.take(0xff, &[], NOW + DAY), Err(Refusal::RevocationOlder));
    assert_eq!(case.take(0x100, &[], NOW + DAY), Err(Refusal::RevocationOlder));
    assert_eq!(case.verdict(), Err(Refusal::Revoked));
}

#[test]
fn the_same_list_again_changes_nothing() {
    let mut case = Case::new();
    let list = case.zone.authority.revoke(1, &[7], NOW + DAY);
    for _ in 0..2 {
        assert_eq!(case.revocations.take(&list, &case.zone.authority.issuing()), Ok(()));
    }
    assert_eq!(case.verdict(), Err(Refusal::Revoked));
}

#[test]
fn refuses_a_list_that_its_authority_did_not_sign() {
    let mut revocations = Revocations::none_yet();
    let (ours, twin) = (Authority::new("acme"), Authority::new("acme"));
    let list = twin.revoke(1, &[], NOW + DAY);
    assert_eq!(revocations.take(&list, &ours.issuing()), Err(Refusal::RevocationForged));
    let list = ours.revoke(1, &[], NOW + DAY);
    assert_eq!(revocations.take(&list, &ours.root()), Err(Refusal::RevocationForged));
    for at in 0..list.len() {
        let mut changed = list.clone();
        changed[at] ^= 1;
        assert!(revocations.take(&changed, &ours.issuing()).is_err(), "byte {at}");
    }
    assert!(revocations.lists().is_empty());
}

#[test]
fn each_authority_has_a_list_of_its_own() {
    let mut case = Case::new();
    let other = Authority::new("other");
    case.revocations.take(&other.revoke(9, &[], NOW + DAY), &other.issuing()).unwrap();
    case.take(1, &[7], NOW + DAY).unwrap();
    assert_eq!(case.verdict(), Err(Refusal::Revoked));
}

#[test]
fn with_the_clock_unknown_a_revoked_server_is_still_refused() {
    let zone = Zone::new();
    let mut revocations = Revocations::none_yet();
    let list = zone.authority.revoke(1, &[7], before(NOW, HOUR / 2));
    revocations.take(&list, &zone.authority.issuing()).unwrap();
    let trust = crate::Trust::of_server(&[zone.authority.root()], crate::testing::SERVER, || None).unwrap();
    let verdict = judge(&trust.with_revocations(revocations), &zone.authority.certify(&Paper::server()));
    assert_eq!(verdict, Err(Refusal::Revoked));
}

/// The published lists, `tests/crls/crl.<name>.der`: taken, or the word of the path library that refuses them.
const PUBLISHED: &[(&str, Result<(), &str>)] = &[
    ("delta", Err("UnsupportedDeltaCrl")),
    ("empty", Ok(())),
    ("entry.empty.ext.seq", Ok(())),
    ("entry.invalid.reason", Err("UnsupportedRevocationReason")),
    ("entry.invalidity.date", Ok(())),
    ("entry.issuer.ext", Err("UnsupportedIndirectCrl")),
    ("entry.unknown.crit.ext", Err("UnsupportedCriticalExtension")),
    ("idp.explicit.false.bool", Ok(())),
    ("idp.indirect_crl", Err("UnsupportedIndirectCrl")),
    ("idp.invalid.bool", Err("BadDer")),
    ("idp.invalid.name", Err("MalformedExtensions")),
    ("idp.name_relative_to_issuer", Err("UnsupportedCrlIssuingDistributionPoint")),
    ("idp.no_distribution_point_name", Err("UnsupportedCrlIssuingDistributionPoint")),
    ("idp.only_attribute_certs", Err("MalformedExtensions")),
    ("idp.only_ca_certs", Ok(())),
    ("idp.only_some_reasons", Err("UnsupportedRevocationReasonsPartitioning")),
    ("idp.only_user_certs", Ok(())),
    ("idp.unknown.tag", Err("BadDer")),
    ("idp.valid", Ok(())),
    ("invalid.this.update.time", Err("BadDerTime")),
    ("mismatched.sigalg", Err("SignatureAlgorithmMismatch")),
    ("missing.exts", Err("MalformedExtensions")),
    ("missing.next.update", Err("TrailingData(Time)")),
    ("negative.crl.number", Err("InvalidCrlNumber")),
    ("negative.serial", Ok(())),
    ("no.entry.exts", Ok(())),
    ("too.long.crl.number", Err("InvalidCrlNumber")),
    ("topbit.serial", Ok(())),
    ("unknown.crit.ext", Err("UnsupportedCriticalExtension")),
    ("valid", Ok(())),
    ("wrong.version", Err("UnsupportedCrlVersion")),
];

fn lists(files: &BTreeMap<String, Vec<u8>>) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .filter_map(|(name, bytes)| {
            Some((name.strip_prefix("crls/crl.")?.strip_suffix(".der")?, bytes.as_slice()))
        })
        .collect()
}

#[test]
fn takes_or_refuses_each_published_list_as_its_name_says() {
    let Some(files) = published() else { return };
    for (name, bytes) in lists(&files) {
        let Some((_, said)) = PUBLISHED.iter().find(|(known, _)| *known == name) else { continue };
        let expected = said.map_err(|word| Refusal::RevocationForm(word.to_owned()));
        assert_eq!(parse(bytes).map(|_| ()), expected, "{name}");
    }
}

#[test]
fn no_published_list_is_taken_for_an_authority_that_did_not_sign_it() {
    let Some(files) = published() else { return };
    let mut revocations = Revocations::none_yet();
    for (name, bytes) in lists(&files) {
        assert!(revocations.take(bytes, &Authority::new("acme").issuing()).is_err(), "{name}");
    }
}

#[test]
fn no_prefix_of_a_published_list_is_taken_and_no_changed_byte_makes_it_panic() {
    let Some(files) = published() else { return };
    for (name, bytes) in lists(&files) {
        for end in 0..bytes.len() {
            assert!(parse(&bytes[..end]).is_err(), "{name}, {end} bytes");
        }
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.to_vec();
                changed[at] ^= change;
                let _ = (parse(&changed).map(|_| ()), der::RevocationList::read(&changed).is_some());
            }
        }
    }
}
