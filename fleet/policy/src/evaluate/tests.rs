use alloc::{string::ToString, vec};
use core::time::Duration;

use proptest::prelude::*;
use vocab::Millis;

use super::*;
use crate::{
    document::tests::{KERBSIDE, document},
    rule::tests::tampered,
};

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn label(name: &str) -> Label {
    Label::new(name).unwrap()
}

fn cabinet(incidents: Vec<IncidentFacts>) -> Facts {
    let labels = BTreeSet::from([label("cabinet")]);
    let subject = Subject { device: DeviceId([7; 16]), site: site("nord-1"), labels };
    Facts { subject, arming: Arming::Armed, incidents }
}

fn rule(document: &str, rule: &str) -> Because {
    Because::Rule { document: label(document), rule: label(rule) }
}

#[test]
fn without_documents_the_baseline_decides_and_says_so() {
    let wanted = evaluate(&[], &cabinet(vec![]));
    assert_eq!(wanted.arming.value, Arming::Commissioning);
    assert_eq!(wanted.reflexes.value, ReflexRule::defaults());
    assert_eq!(wanted.posture.value, Posture::Normal);
    assert_eq!((wanted.tuning, wanted.tuned.len()), (Tuning::default(), 0));
    assert_eq!(wanted.reset.value, Reset { people: 2, from: Severity::High });
    assert_eq!((wanted.lease, wanted.notify, wanted.orders), (None, None, vec![]));
    assert_eq!(wanted.posture.because.to_string(), "no rule fires");
    assert_eq!(wanted.reset.because.to_string(), "no document says otherwise");
}

#[test]
fn an_opened_lid_is_answered_by_the_rule_that_names_it() {
    let wanted = evaluate(&[document(KERBSIDE)], &cabinet(vec![tampered(Severity::High)]));
    let opened = rule("kerbside cabinets", "opened");
    assert_eq!(wanted.posture, Decided { value: Posture::Isolated, because: opened.clone() });
    assert_eq!(wanted.identity, Decided { value: Identity::Suspended, because: opened.clone() });
    assert_eq!(wanted.notify, Some(Decided { value: Severity::Critical, because: opened.clone() }));
    let acts: Vec<_> = wanted.orders.iter().map(|order| crate::word::spell(&order.value.action)).collect();
    assert_eq!(acts, ["lock-usb", "stop-unit cups.service"]);
    assert_eq!(opened.to_string(), "rule `opened` of document `kerbside cabinets` says so");
}

#[test]
fn a_lid_opened_under_a_work_order_is_answered_with_nothing() {
    let lawful = IncidentFacts { authority: Authority::Authorised, ..tampered(Severity::High) };
    let wanted = evaluate(&[document(KERBSIDE)], &cabinet(vec![lawful]));
    assert_eq!((wanted.posture.value, wanted.identity.value), (Posture::Normal, Identity::Keeps));
    assert_eq!((wanted.notify, wanted.orders), (None, vec![]));
}

#[test]
fn a_document_for_other_devices_decides_nothing() {
    let elsewhere = Facts {
        subject: Subject { site: site("sued-1"), ..cabinet(vec![]).subject },
        ..cabinet(vec![tampered(Severity::High)])
    };
    let wanted = evaluate(&[document(KERBSIDE)], &elsewhere);
    assert_eq!((wanted.posture.value, wanted.arming.value), (Posture::Normal, Arming::Commissioning));
    let unlabelled = Facts {
        subject: Subject { labels: BTreeSet::new(), ..cabinet(vec![]).subject },
        ..cabinet(vec![tampered(Severity::High)])
    };
    assert_eq!(evaluate(&[document(KERBSIDE)], &unlabelled).posture.value, Posture::Normal);
}

/// Whatever the documents forget: a severe tampering, a fork and a forgery suspend; silence does not.
#[test]
fn a_severe_incident_suspends_without_any_document() {
    for (kind, severity, identity) in [
        (IncidentKind::Tamper, Severity::High, Identity::Suspended),
        (IncidentKind::Tamper, Severity::Medium, Identity::Keeps),
        (IncidentKind::Fork, Severity::Critical, Identity::Suspended),
        (IncidentKind::Forgery, Severity::High, Identity::Suspended),
        (IncidentKind::Silence, Severity::High, Identity::Keeps),
        (IncidentKind::SiteSilence, Severity::Critical, Identity::Keeps),
        (IncidentKind::TailLost, Severity::High, Identity::Keeps),
    ] {
        let incident = IncidentFacts { kind, severity, ..tampered(severity) };
        assert_eq!(evaluate(&[], &cabinet(vec![incident])).identity.value, identity, "{kind:?} {severity:?}");
    }
}

#[test]
fn the_narrower_document_decides_a_setting() {
    let wide = document(
        "version: 1\nname: a\narming: storage\nlease: {wall: 1d, powered: 1d, afterwards: guarded}\n\
         tuning: {enclosure: {open_after: 400ms, close_after: 9s}}\n",
    );
    let at_site = document("version: 1\nname: b\nscope: {sites: [nord-1]}\narming: transport\n");
    let narrow = document(KERBSIDE);
    let wanted = evaluate(&[wide.clone(), narrow, at_site.clone()], &cabinet(vec![]));
    assert_eq!(
        wanted.arming,
        Decided { value: Arming::Armed, because: Because::Document(label("kerbside cabinets")) }
    );
    assert_eq!(wanted.tuning.enclosure.open_after, Millis(300));
    assert_eq!(wanted.tuning.enclosure.close_after, Millis(9_000));
    assert_eq!(wanted.tuned["enclosure.close_after"], Because::Document(label("a")));
    assert_eq!(wanted.tuned["enclosure.open_after"], Because::Document(label("kerbside cabinets")));
    let wanted = evaluate(&[wide, at_site], &cabinet(vec![]));
    assert_eq!(wanted.arming.value, Arming::Transport);
    assert_eq!(wanted.lease.unwrap().because, Because::Document(label("a")));
}

#[test]
fn of_two_rules_that_fire_the_stricter_decides() {
    let louder = document(
        "version: 1\nname: b\nrules:\n- name: seal\n  then: {posture: sealed, notify: high, orders: [lock-usb]}\n",
    );
    let wanted = evaluate(&[document(KERBSIDE), louder], &cabinet(vec![tampered(Severity::High)]));
    assert_eq!(wanted.posture, Decided { value: Posture::Sealed, because: rule("b", "seal") });
    assert_eq!(wanted.notify.unwrap().because, rule("kerbside cabinets", "opened"));
    assert_eq!(wanted.orders.len(), 2, "an act that two rules want is ordered once");
}

#[test]
fn each_incident_has_its_own_orders() {
    let other = IncidentFacts { id: IncidentId([2; 16]), ..tampered(Severity::High) };
    let wanted = evaluate(&[document(KERBSIDE)], &cabinet(vec![tampered(Severity::High), other]));
    assert_eq!(wanted.orders.len(), 4);
}

#[test]
fn the_tightest_ceiling_of_a_site_holds() {
    let fleet = document("version: 1\nname: a\nceilings: {site: 50%, fleet: 2%}\n");
    let both = [document(KERBSIDE), fleet];
    assert_eq!(ceilings(&both, &site("nord-1")), Ceilings { site: Permille(200), fleet: Permille(20) });
    assert_eq!(ceilings(&both, &site("sued-1")), Ceilings { site: Permille(500), fleet: Permille(20) });
    assert_eq!(ceilings(&[], &site("sued-1")), Ceilings { site: Permille(250), fleet: Permille(100) });
}

#[test]
fn correlation_and_severity_are_decided_for_a_site() {
    let narrow = document(
        "version: 1\nname: b\nscope: {sites: [nord-1]}\ncorrelation: {site: 5m}\nseverities: {silence: medium}\n",
    );
    let documents = [narrow, document(KERBSIDE)];
    let five = correlation(&documents, &site("nord-1"));
    assert_eq!(five.value, Correlation { site: Duration::from_mins(5), ..Correlation::default() });
    assert_eq!(five.because, Because::Document(label("b")));
    assert_eq!(correlation(&documents, &site("sued-1")).value.site, Duration::from_mins(10));
    assert_eq!(severity(&documents, &site("nord-1"), IncidentKind::Silence).value, Severity::Medium);
    assert_eq!(severity(&documents, &site("sued-1"), IncidentKind::Silence).value, Severity::High);
    assert_eq!(severity(&documents, &site("nord-1"), IncidentKind::Fork).value, Severity::Critical);
}

proptest! {
    #[test]
    fn the_order_of_documents_decides_nothing(swap in any::<bool>(), severity in 0usize..5, armed in any::<bool>()) {
        let a = document(KERBSIDE);
        let b = document(&KERBSIDE.replace("kerbside cabinets", "another").replace("300ms", "310ms"));
        let facts = Facts {
            arming: if armed { Arming::Armed } else { Arming::Storage },
            ..cabinet(vec![tampered(<Severity as crate::word::Word>::WORDS[severity].1)])
        };
        let documents = if swap { [b.clone(), a.clone()] } else { [a.clone(), b.clone()] };
        prop_assert_eq!(evaluate(&documents, &facts), evaluate(&[b, a], &facts));
    }

    #[test]
    fn more_documents_never_soften_a_response(severity in 0usize..5) {
        let facts = cabinet(vec![tampered(<Severity as crate::word::Word>::WORDS[severity].1)]);
        let harsh = document("version: 1\nname: z\nrules:\n- name: guard\n  then: {posture: guarded, suspend: true}\n");
        let (one, both) = (evaluate(&[document(KERBSIDE)], &facts), evaluate(&[document(KERBSIDE), harsh], &facts));
        prop_assert!(both.posture.value >= one.posture.value);
        prop_assert!(both.identity.value >= one.identity.value);
    }
}
