use alloc::{string::ToString, vec};

use super::*;
use crate::document::tests::{KERBSIDE, document};

fn known() -> Known {
    Known {
        sites: ["nord-1", "nord-2"].iter().map(|site| site.parse().unwrap()).collect(),
        labels: BTreeSet::from(["cabinet".parse().unwrap()]),
        units: BTreeSet::from(["cups.service".parse().unwrap()]),
    }
}

/// The document without what nothing here reads.
fn heeded() -> std::string::String {
    let reads = KERBSIDE.replace("      suspend: true\n      notify: critical\n", "");
    reads.replace("      notify: low\n", "      posture: guarded\n")
}

fn label(name: &str) -> Label {
    name.parse().unwrap()
}

fn found(yaml: &[&str]) -> Vec<What> {
    let documents: Vec<_> = yaml.iter().map(|yaml| document(yaml)).collect();
    lint(&documents, &known()).into_iter().map(|lint| lint.what).collect()
}

/// A document with this name and this rest.
fn named(name: &str, rest: &str) -> std::string::String {
    std::format!("version: 1\nname: {name}\n{rest}")
}

fn ruled(then: &str) -> std::string::String {
    named("a", &std::format!("rules:\n- name: r\n  then: {then}\n"))
}

#[test]
fn a_sound_document_has_no_lint() {
    // Of the two rules of this document, the second is not covered: it fires for everything else.
    assert_eq!(found(&[&heeded()]), vec![]);
    assert_eq!(found(&[&named("a", ""), &heeded()]), vec![]);
}

#[test]
fn names_that_do_not_exist_are_seen() {
    let strange =
        heeded().replace("nord-2", "nord-9").replace("[cabinet]", "[cabinets]").replace("cups", "cup");
    let expected = vec![
        What::UnknownLabel(label("cabinets")),
        What::UnknownSite("nord-9".parse().unwrap()),
        What::UnknownUnit("cup.service".parse().unwrap()),
    ];
    assert_eq!(found(&[&strange]), expected);
    let reflex =
        named("a", "reflexes:\n- {severity: high, posture: guarded, actions: [stop-unit x.service]}\n");
    assert_eq!(found(&[&reflex]), vec![What::UnknownUnit("x.service".parse().unwrap())]);
}

#[test]
fn one_name_for_two_is_seen() {
    assert_eq!(found(&[&named("a", ""), &named("a", "")]), vec![What::DuplicateName]);
    let twins = "rules:\n- name: r\n  then: {posture: guarded}\n- name: r\n  when: {severity: high}\n  then: {posture: sealed}\n";
    assert_eq!(found(&[&named("a", twins)]), vec![What::DuplicateName]);
}

#[test]
fn an_irreversible_act_is_no_reflex_and_no_response() {
    let wipe = named("a", "reflexes:\n- {severity: critical, posture: sealed, actions: [wipe]}\n");
    assert_eq!(found(&[&wipe]), vec![What::Irreversible("a reflex")]);
    let wiped = named("a", "reflexes:\n- {severity: critical, posture: wiped}\n");
    assert_eq!(found(&[&wiped]), vec![What::Irreversible("a reflex")]);
    assert_eq!(found(&[&ruled("{orders: [wipe]}")]), vec![What::Irreversible("an order")]);
    assert_eq!(found(&[&ruled("{posture: wiped}")]), vec![What::Irreversible("the posture `wiped`")]);
    let lease = named("a", "lease: {wall: 1d, powered: 1d, afterwards: wiped}\n");
    assert_eq!(found(&[&lease]), vec![What::Irreversible("the end of a lease")]);
    let instead = named("a", "interlocks:\n- {withholds: power-off, condition: energised, instead: wipe}\n");
    assert_eq!(found(&[&instead]), vec![What::Irreversible("an alternative of an interlock")]);
}

#[test]
fn an_act_without_an_inverse_needs_somebody_who_goes_there() {
    assert_eq!(found(&[&ruled("{orders: [power-off]}")]), vec![What::WithoutInverse(Action::PowerOff)]);
    assert_eq!(found(&[&ruled("{orders: [power-off], undo: by-hand}")]), vec![]);
    assert_eq!(found(&[&ruled("{orders: [isolate]}")]), vec![]);
}

#[test]
fn a_response_and_a_reflex_only_tighten() {
    assert_eq!(found(&[&ruled("{orders: [rejoin]}")]), vec![What::Relaxes(Action::Rejoin)]);
    let reflex = named("a", "reflexes:\n- {severity: high, posture: sealed, actions: [unlock-usb]}\n");
    assert_eq!(found(&[&reflex]), vec![What::Relaxes(Action::UnlockUsb)]);
}

#[test]
fn an_act_and_its_inverse_contradict_each_other() {
    let unit =
        |verb: &str| std::format!("rules:\n- name: {verb}\n  then: {{orders: [{verb}-unit cups.service]}}\n");
    let stop: Action = crate::word::action("stop-unit cups.service").unwrap();
    let both = found(&[&named("a", &unit("stop")), &named("b", &unit("start"))]);
    assert_eq!(both, vec![What::ActAndInverse(stop.clone(), label("start"))]);
    let within = found(&[&ruled("{orders: [stop-unit cups.service, start-unit cups.service]}")]);
    assert!(within.contains(&What::ActAndInverse(stop, label("r"))));
    // Harmless twin: they can never fire together.
    let apart = |verb: &str, arming: &str| {
        std::format!(
            "rules:\n- name: {verb}\n  when: {{arming: [{arming}]}}\n  then: {{orders: [{verb}-unit cups.service]}}\n"
        )
    };
    assert_eq!(
        found(&[&named("a", &apart("stop", "armed")), &named("b", &apart("start", "storage"))]),
        vec![]
    );
}

#[test]
fn a_rule_that_can_never_fire_is_seen() {
    let never = "rules:\n- name: r\n  when: {incident: [silence], tamper: [lid-opened]}\n  then: {posture: guarded}\n";
    assert_eq!(found(&[&named("a", never)]), vec![What::NeverFires]);
    let twin = never.replace("[silence]", "[silence, tamper]");
    assert_eq!(found(&[&named("a", &twin)]), vec![]);
}

#[test]
fn a_rule_that_does_nothing_is_seen() {
    assert_eq!(found(&[&ruled("{undo: by-hand}")]), vec![What::NoResponse]);
    assert_eq!(found(&[&ruled("{posture: guarded}")]), vec![]);
}

#[test]
fn what_nothing_here_reads_is_refused_by_name() {
    for (then, key) in
        [("{posture: guarded, suspend: true}", "suspend"), ("{posture: guarded, notify: low}", "notify")]
    {
        assert_eq!(found(&[&ruled(then)]), vec![What::Unheeded(key)]);
    }
    let lint = lint(&[document(&ruled("{suspend: true}"))], &known()).remove(0);
    assert_eq!((lint.level(), lint.code()), (Level::Error, "policy/unheeded"));
    assert!(lint.to_string().contains("this version does nothing by `suspend`"), "{lint}");
}

#[test]
fn a_zone_that_only_chimes_is_worth_a_look() {
    let doors = named("a", "tuning: {passage: {entry: 45s, through: [lid], chime: [hall]}}\n");
    let lint = lint(&[document(&doors)], &known()).remove(0);
    assert_eq!((lint.level(), lint.code()), (Level::Advice, "policy/only-chimes"));
    assert!(lint.to_string().contains("zone `hall`") && lint.to_string().contains("nothing there latches"));
    assert_eq!(found(&[&doors.replace(", chime: [hall]", "")]), vec![]);
}

#[test]
fn a_rule_that_another_covers_adds_nothing() {
    let two = |first: &str, second: &str| {
        named("a", &std::format!("rules:\n- {{name: wide, {first}}}\n- {{name: narrow, {second}}}\n"))
    };
    let wide = "then: {posture: isolated, orders: [lock-usb]}";
    let narrow = "when: {severity: high}, then: {posture: guarded}";
    assert_eq!(found(&[&two(wide, narrow)]), vec![What::AddsNothing(label("wide"))]);
    assert_eq!(
        found(&[&two(wide, wide)]),
        vec![What::AddsNothing(label("wide"))],
        "of twins only the second"
    );
    let stricter = "when: {severity: high}, then: {posture: sealed}";
    assert_eq!(found(&[&two(wide, stricter)]), vec![]);
    // A rule of a narrower document does not make that of a wider one needless, nor one for another site.
    let rules = std::format!("rules:\n- {{name: wide, {wide}}}\n");
    let at = |site: &str| named(site, &std::format!("scope: {{sites: [{site}]}}\n{rules}"));
    assert_eq!(found(&[&at("nord-1"), &at("nord-2")]), vec![]);
    assert_eq!(found(&[&named("a", &rules), &at("nord-1")]), vec![What::AddsNothing(label("wide"))]);
}

#[test]
fn a_reflex_line_that_a_lower_one_covers_adds_nothing() {
    let lines = "reflexes:\n- {severity: medium, posture: sealed}\n- {severity: high, posture: guarded}\n";
    assert_eq!(found(&[&named("a", lines)]), vec![What::ReflexAddsNothing(Severity::High)]);
    let twins = "reflexes:\n- {severity: high, posture: guarded}\n- {severity: high, posture: guarded}\n";
    assert_eq!(found(&[&named("a", twins)]), vec![What::ReflexAddsNothing(Severity::High)]);
    let sound = lines.replace("posture: guarded", "posture: sealed, actions: [drop-keys]");
    assert_eq!(found(&[&named("a", &sound)]), vec![]);
}

#[test]
fn an_interlock_needs_an_alternative_that_is_not_hazardous() {
    let none = "interlocks:\n- {withholds: power-off, condition: energised}\n";
    assert_eq!(found(&[&named("a", none)]), vec![What::NoAlternative(Action::PowerOff)]);
    let hazardous = "interlocks:\n- {withholds: power-off, condition: energised, instead: isolate}\n\
                     - {withholds: isolate, condition: occupied, instead: lock-usb}\n";
    assert_eq!(found(&[&named("a", hazardous)]), vec![What::HazardousAlternative(Action::Isolate)]);
}

#[test]
fn a_ceiling_of_everything_is_no_ceiling() {
    let all = named("a", "ceilings: {site: 100%, fleet: 100%}\n");
    assert_eq!(found(&[&all]), vec![What::CeilingOfEverything("fleet"), What::CeilingOfEverything("site")]);
    assert_eq!(found(&[&named("a", "ceilings: {site: 99%, fleet: 10%}\n")]), vec![]);
}

#[test]
fn a_reset_rule_weaker_than_the_device_is_seen() {
    for weak in ["{people: 1, from: high}", "{people: 2, from: critical}"] {
        assert_eq!(
            found(&[&named("a", &std::format!("reset: {weak}\n"))]),
            vec![What::ResetWeakerThanDevice]
        );
    }
    assert_eq!(found(&[&named("a", "reset: {people: 2, from: low}\n")]), vec![]);
}

#[test]
fn two_documents_that_decide_one_key_differently_contradict_each_other() {
    for (key, one, other) in [
        ("arming", "arming: armed\n", "arming: storage\n"),
        ("correlation", "correlation: {site: 1m}\n", "correlation: {site: 2m}\n"),
        (
            "interlocks",
            "interlocks: []\n",
            "interlocks: [{withholds: power-off, condition: occupied, instead: isolate}]\n",
        ),
        (
            "lease",
            "lease: {wall: 1d, powered: 1d, afterwards: guarded}\n",
            "lease: {wall: 2d, powered: 1d, afterwards: guarded}\n",
        ),
        ("reflexes", "reflexes: []\n", "reflexes: [{severity: high, posture: sealed}]\n"),
        ("reset", "reset: {people: 2, from: high}\n", "reset: {people: 3, from: high}\n"),
        ("severities", "severities: {fork: high}\n", "severities: {fork: critical}\n"),
        ("tuning.motion.moving", "tuning: {motion: {moving: 30mg}}\n", "tuning: {motion: {moving: 40mg}}\n"),
        (
            "tuning.enclosure.loop_samples",
            "tuning: {enclosure: {loop_samples: 3}}\n",
            "tuning: {enclosure: {loop_samples: 4}}\n",
        ),
    ] {
        let both = found(&[&named("a", one), &named("b", other)]);
        assert_eq!(both, vec![What::Contradiction { key, other: label("b") }]);
        assert_eq!(
            found(&[&named("a", one), &named("b", one)]),
            vec![],
            "{key}: the same is no contradiction"
        );
        let narrower = std::format!("scope: {{sites: [nord-1]}}\n{other}");
        assert_eq!(found(&[&named("a", one), &named("b", &narrower)]), vec![], "{key}: the narrower decides");
        let elsewhere = std::format!("scope: {{sites: [nord-2]}}\n{one}");
        assert_eq!(found(&[&named("a", &elsewhere), &named("b", &narrower)]), vec![], "{key}: other devices");
    }
}

#[test]
fn every_lint_has_a_code_a_level_and_a_sentence_of_its_own() {
    let act = || Action::PowerOff;
    let all = vec![
        What::ActAndInverse(act(), label("x")),
        What::AddsNothing(label("x")),
        What::CeilingOfEverything("site"),
        What::Contradiction { key: "arming", other: label("x") },
        What::DuplicateName,
        What::HazardousAlternative(act()),
        What::Irreversible("a reflex"),
        What::NeverFires,
        What::NoAlternative(act()),
        What::NoResponse,
        What::ReflexAddsNothing(Severity::High),
        What::Relaxes(act()),
        What::ResetWeakerThanDevice,
        What::UnknownLabel(label("x")),
        What::UnknownSite("x".parse().unwrap()),
        What::UnknownUnit("x".parse().unwrap()),
        What::WithoutInverse(act()),
    ];
    let document = document(&named("a", ""));
    let lints: Vec<_> = all.into_iter().map(|what| Lint::of_rule(&document, &label("r"), what)).collect();
    let codes: BTreeSet<_> = lints.iter().map(Lint::code).collect();
    let words: BTreeSet<_> = lints.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), words.len()), (lints.len(), lints.len()));
    assert!(words.iter().all(|sentence| sentence.starts_with("document `a`, rule `r`: ")));
    assert_eq!(lints.iter().filter(|lint| lint.level() == Level::Advice).count(), 5);
}
