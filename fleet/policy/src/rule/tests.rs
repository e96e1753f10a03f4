use vocab::IncidentId;

use super::*;

pub(crate) fn tampered(severity: Severity) -> IncidentFacts {
    IncidentFacts {
        id: IncidentId([1; 16]),
        kind: IncidentKind::Tamper,
        tamper: BTreeSet::from([TamperKind::LidOpened]),
        severity,
        confidence: Permille(950),
        verification: Verification::Single,
        authority: Authority::Unauthorised,
    }
}

#[test]
fn a_condition_that_names_nothing_is_met_by_every_unauthorised_incident() {
    assert!(When::default().matches(&tampered(Severity::Info), Arming::Storage));
}

#[test]
fn each_part_of_a_condition_can_keep_a_rule_from_firing() {
    let met = tampered(Severity::High);
    let strict = When {
        incident: BTreeSet::from([IncidentKind::Tamper]),
        tamper: BTreeSet::from([TamperKind::LidOpened, TamperKind::LoopCut]),
        severity: Severity::High,
        confidence: Permille(950),
        verification: Verification::Single,
        arming: BTreeSet::from([Arming::Armed]),
    };
    assert!(strict.matches(&met, Arming::Armed));
    assert!(!strict.matches(&met, Arming::Transport));
    for other in [
        IncidentFacts { kind: IncidentKind::Silence, ..met.clone() },
        IncidentFacts { tamper: BTreeSet::from([TamperKind::Moved]), ..met.clone() },
        IncidentFacts { severity: Severity::Medium, ..met.clone() },
        IncidentFacts { confidence: Permille(949), ..met.clone() },
        IncidentFacts { authority: Authority::Authorised, ..met.clone() },
    ] {
        assert!(!strict.matches(&other, Arming::Armed), "{other:?}");
    }
    let two_groups = When { verification: Verification::Verified, ..strict };
    assert!(!two_groups.matches(&met, Arming::Armed));
}

#[test]
fn a_wider_condition_covers_a_narrower_one_and_not_the_reverse() {
    let wide = When::default();
    let narrow =
        When { arming: BTreeSet::from([Arming::Armed]), severity: Severity::High, ..When::default() };
    assert!(wide.covers(&narrow) && wide.covers(&wide));
    assert!(!narrow.covers(&wide));
    for one_narrower in [
        When { incident: BTreeSet::from([IncidentKind::Tamper]), ..When::default() },
        When { tamper: BTreeSet::from([TamperKind::Moved]), ..When::default() },
        When { severity: Severity::Low, ..When::default() },
        When { confidence: Permille(1), ..When::default() },
        When { verification: Verification::Verified, ..When::default() },
        When { arming: BTreeSet::from([Arming::Armed]), ..When::default() },
    ] {
        assert!(wide.covers(&one_narrower) && !one_narrower.covers(&wide), "{one_narrower:?}");
    }
}
