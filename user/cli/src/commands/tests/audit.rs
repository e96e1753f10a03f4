use std::fs;

use audit::{
    checkpoint::{Log, verifier},
    export::{Entry, export},
    record::{Actor, Decision, Kind, Outcome, Salts, Subject, record},
};
use crypto::{
    digest::Digest,
    hex,
    key::SecretKey,
    merkle::{NodeAt, Nodes},
};

use crate::{
    Mistake, Problem,
    commands::Done,
    testing::{Asked, Fleet, NOW, Reply, Terminal, facts, fleet_name, good},
};

fn log_key() -> SecretKey<crypto::key::Log> {
    SecretKey::from_seed([3; 32])
}

fn key_line() -> String {
    verifier(&fleet_name(), log_key().public()).to_string()
}

/// Nodes of a log that begins.
struct Nothing;

impl Nodes for Nothing {
    fn node(&self, _: NodeAt) -> Option<Digest> {
        None
    }
}

/// An export of so many records, the last of them withheld, and the checkpoint at its end.
fn exported(count: u8) -> (String, String) {
    let mut log = Log::resume(fleet_name(), 0, &Nothing).unwrap();
    let mut entries = vec![];
    for number in 0..count {
        let decision = Decision {
            kind: Kind::Ingest,
            at: NOW,
            actor: Actor::Fleet,
            subject: Subject::Fleet,
            inputs: vec![Digest::of(&[number])],
            outcome: Outcome::Done,
            reason: None,
        };
        let salt = |of: u8| Digest::of(&[of, number]);
        let record = record(&decision, Salts { leaf: salt(1), personal: salt(2) });
        log.append(&record.leaf());
        entries.push(if number == 4 { Entry::Withheld(record.leaf()) } else { Entry::Record(record) });
    }
    let published = log.publish(&log_key()).unwrap();
    (export(&entries, &published), published.note().to_owned())
}

async fn verify(terminal: &mut Terminal, export: &str, more: &[&str]) -> Result<Done, Problem> {
    let path = terminal.path("audit.txt");
    fs::write(&path, export).unwrap();
    let key = key_line();
    terminal.typed(&[&["audit", "verify", path.to_str().unwrap(), "--key", &key], more].concat()).await
}

#[tokio::test]
async fn an_export_is_checked_without_a_fleet_and_without_a_session() {
    let mut terminal = Terminal::new();
    assert_eq!(verify(&mut terminal, &exported(5).0, &[]).await, Ok(Done::Yes));
    let told = "\
Whole: 5 records of log.nord, as the log signed them.
1 of them are withheld: that they stand there is proved, not what they say.
Nothing was remembered to compare with: `--remembered CHECKPOINT` shows that nothing was rewritten since.
";
    assert_eq!(terminal.read(), told);
    verify(&mut terminal, &exported(5).0, &["--json"]).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&terminal.read()).unwrap();
    assert_eq!(json, serde_json::json!({"log": "log.nord", "records": 5, "withheld": 1, "remembered": null}));
}

#[tokio::test]
async fn one_flipped_byte_is_named_by_its_record() {
    let export = exported(5).0;
    for record in 0..4 {
        let at = export.find(&format!("record {record} ")).unwrap();
        let end = at + export[at..].find('\n').unwrap() - 1;
        let mut bytes = export.clone().into_bytes();
        bytes[end] = if bytes[end] == b'0' { b'1' } else { b'0' };
        let flipped = String::from_utf8(bytes).unwrap();
        let refused = verify(&mut Terminal::new(), &flipped, &[]).await.unwrap_err();
        assert_eq!(refused, audit::verify::Refusal::Altered(record).into());
        assert_eq!(refused.code(), "audit/altered");
        assert!(refused.to_string().starts_with(&format!("record {record} is not what was logged")));
    }
}

#[tokio::test]
async fn what_is_remembered_must_still_be_there() {
    let mut terminal = Terminal::new();
    let path = terminal.path("then");
    let remembered = ["--remembered", path.to_str().unwrap()];
    fs::write(&path, exported(3).1).unwrap();
    verify(&mut terminal, &exported(5).0, &remembered).await.unwrap();
    assert!(terminal.read().ends_with("It continues the 3 records that you remember.\n"));

    fs::write(&path, exported(5).1).unwrap();
    let shrunk = verify(&mut terminal, &exported(3).0, &remembered).await.unwrap_err();
    assert_eq!(shrunk.code(), "audit/shrunk");
    fs::write(&path, "no note").unwrap();
    let none = verify(&mut terminal, &exported(5).0, &remembered).await.unwrap_err();
    assert_eq!(none.code(), "audit/checkpoint");
}

#[tokio::test]
async fn the_key_may_be_its_line_its_digits_or_a_file() {
    let mut terminal = Terminal::new();
    let (export, path) = (terminal.path("audit.txt"), terminal.path("log.pub"));
    fs::write(&export, exported(5).0).unwrap();
    fs::write(&path, format!("{}\n", key_line())).unwrap();
    let digits = hex::encode(log_key().public().as_bytes());
    let other = hex::encode(SecretKey::<crypto::key::Log>::from_seed([4; 32]).public().as_bytes());
    let export = export.to_str().unwrap();
    for key in [&key_line(), &digits, path.to_str().unwrap()] {
        assert_eq!(terminal.typed(&["audit", "verify", export, "--key", key]).await, Ok(Done::Yes), "{key}");
    }
    let stranger = terminal.typed(&["audit", "verify", export, "--key", &other]).await.unwrap_err();
    assert_eq!(stranger.code(), "audit/checkpoint");
    let none = terminal.typed(&["audit", "verify", export, "--key", "key"]).await.unwrap_err();
    assert_eq!(none, Mistake::LogKey.into());
}

fn nord(asked: &Asked) -> Option<Reply> {
    let (export, note) = exported(5);
    match asked.path.as_str() {
        "/v1/audit/export" => Some(Reply::Good(export)),
        "/v1/audit/checkpoint" => good(&api::Checkpoint { note, size: 5 }),
        "/v1/fleet" => good(&api::Fleet { log_verifier: key_line(), ..facts() }),
        _ => None,
    }
}

#[tokio::test]
async fn the_log_is_taken_away_as_it_is_and_the_hint_checks_it() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    let (out, then) = (terminal.path("audit.txt"), terminal.path("then"));
    terminal.at(&fleet, &["audit", "export", "--out", out.to_str().unwrap()]).await.unwrap();
    assert_eq!(fs::read_to_string(&out).unwrap(), exported(5).0);
    let shown = terminal.shown(&fleet);
    let hint = shown.lines().last().unwrap().trim().strip_prefix("wrale ").unwrap().to_owned();
    let hint: Vec<_> = hint.split(' ').collect();
    assert_eq!(terminal.typed(&hint).await, Ok(Done::Yes), "{hint:?}");

    terminal.at(&fleet, &["audit", "checkpoint", "--out", then.to_str().unwrap()]).await.unwrap();
    assert_eq!(fs::read_to_string(&then).unwrap(), exported(5).1);
}

#[tokio::test]
async fn an_export_that_fails_leaves_no_half_file() {
    let fleet = Fleet::start(|asked| (asked.path == "/v1/audit/export").then_some(Reply::Bare(503))).await;
    let mut terminal = Terminal::new();
    let out = terminal.path("audit.txt");
    let refused = terminal.at(&fleet, &["audit", "export", "--out", out.to_str().unwrap()]).await;
    assert!(refused.is_err() && !out.exists());
    assert_eq!(fs::read_dir(terminal.folder.path()).unwrap().count(), 1, "the key alone");
}

/// The first of two entries of a log, where it stands, and the fleet that says so, which may lie.
fn shown(lie: impl FnOnce(&mut api::audit::EntryDetail)) -> impl Fn(&Asked) -> Option<Reply> {
    let mut log = Log::resume(fleet_name(), 0, &Nothing).unwrap();
    let decided = |at: u8, outcome: Outcome| {
        let (actor, subject) = (Actor::Fleet, Subject::Device(crate::testing::DEVICE));
        let decision =
            Decision { kind: Kind::Suspend, at: NOW, actor, subject, inputs: vec![], outcome, reason: None };
        record(&decision, Salts { leaf: Digest::of(&[at]), personal: Digest::of(&[at, 1]) })
    };
    let (first, second) =
        (decided(0, Outcome::Done), decided(1, Outcome::Refused("admit/no-such-device".into())));
    log.append(&first.leaf());
    log.append(&second.leaf());
    let mut detail = api::audit::EntryDetail {
        entry: api::audit::Entry {
            index: 0,
            kind: first.kind().into(),
            what: "keep the identity to the quarantine room".into(),
            at: Some(NOW.to_string()),
            by: Some("the fleet".into()),
            about: Some("dev-07".into()),
            about_id: Some(crate::testing::DEVICE.to_string()),
            refused: None,
            reason: None,
            inputs: vec![],
            erased: false,
            state: None,
        },
        salt: hex::encode(&first.salt().0),
        record: hex::encode(first.bytes()),
        leaf: hex::encode(&first.leaf().0),
    };
    lie(&mut detail);
    let place = api::audit::Place {
        entry: 0,
        path: vec![hex::encode(&crypto::merkle::leaf_hash(&second.leaf().0).0.0)],
        note: log.publish(&log_key()).unwrap().note().to_owned(),
        size: 2,
        from: 0,
        consistency: vec![],
    };
    move |asked| match asked.path.split('?').next()? {
        "/v1/audit/entries/0" => good(&detail),
        "/v1/audit/proof" => good(&place),
        "/v1/fleet" => good(&api::Fleet { log_verifier: key_line(), ..facts() }),
        _ => None,
    }
}

#[tokio::test]
async fn an_entry_is_shown_with_who_what_outcome_and_when_and_checked_from_its_own_bytes() {
    let fleet = Fleet::start(shown(|_| {})).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &["audit", "show", "0"]).await, Ok(Done::Yes));
    let told = terminal.shown(&fleet);
    let (held, added) = told.split_once("the fleet says:").unwrap();
    let device = crate::testing::DEVICE.to_string();
    for word in ["who", "the fleet", "suspend", &device, "done", &NOW.to_string()] {
        assert!(held.contains(word), "{word}: {told}");
    }
    for word in ["keep the identity", "dev-07"] {
        assert!(added.contains(word) && !held.contains(word), "its own word: {word}: {told}");
    }
    assert!(told.contains("In the log: these bytes lead to the 2 records of log.nord"), "{told}");
    assert!(told.contains("`--key` takes"), "{told}");

    let digits = hex::encode(SecretKey::<crypto::key::Log>::from_seed([4; 32]).public().as_bytes());
    let stranger = terminal.at(&fleet, &["audit", "show", "0", "--key", &digits]).await.unwrap_err();
    assert_eq!(stranger.code(), "audit/checkpoint");
    let digit = |detail: &mut api::audit::EntryDetail| {
        let other = if detail.record.ends_with('0') { "1" } else { "0" };
        detail.record.replace_range(detail.record.len() - 1.., other);
    };
    let lies = Fleet::start(shown(digit)).await;
    let altered = terminal.at(&lies, &["audit", "show", "0"]).await.unwrap_err();
    assert_eq!(altered, audit::verify::Refusal::Altered(0).into());
}

/// The bytes are those that were logged, and what is said of them is not what they say.
#[tokio::test]
async fn a_fleet_that_proves_the_true_record_and_tells_another_is_refused() {
    type Lie = fn(&mut api::audit::EntryDetail);
    let lies: [(&str, Lie); 8] = [
        ("outcome", |detail| detail.entry.refused = Some("admit/no-such-device".into())),
        ("number", |detail| detail.entry.index = 1),
        ("actor", |detail| detail.entry.by = Some("Ada".into())),
        ("subject", |detail| detail.entry.about_id = Some(crate::testing::OTHER_DEVICE.to_string())),
        ("time", |detail| detail.entry.at = Some(crate::testing::LATER.to_string())),
        ("reason", |detail| detail.entry.reason = Some("she asked for it".into())),
        ("inputs", |detail| detail.entry.inputs = vec![hex::encode(&[7; 32])]),
        ("leaf", |detail| detail.leaf = hex::encode(&[7; 32])),
    ];
    for (what, lie) in lies {
        let fleet = Fleet::start(shown(lie)).await;
        for form in [&["audit", "show", "0"][..], &["audit", "show", "0", "--json"]] {
            let refused = Terminal::new().at(&fleet, form).await.unwrap_err();
            assert_eq!(refused.code(), "cli/record-other", "{what}");
            assert!(refused.to_string().starts_with(&format!("the {what} of the entry")), "{refused}");
        }
    }
}
