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
