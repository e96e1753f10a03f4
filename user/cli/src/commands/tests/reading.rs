use std::{
    fs,
    sync::atomic::{AtomicU64, Ordering},
};

use api::word;

use crate::{
    Mistake, Problem,
    commands::Done,
    testing::{
        Asked, DEVICE, Fleet, OTHER_DEVICE, Reply, TOKEN, Terminal, ada, device, good, incident, no, well,
    },
    told,
};

fn nord(asked: &Asked) -> Option<Reply> {
    let incident = incident();
    let one = format!("/v1/incidents/{}", incident.incident.id);
    match asked.path.split('?').next().unwrap() {
        "/v1/devices" => good(&api::Devices {
            devices: vec![device(), well(OTHER_DEVICE, "dev-08")],
            next: None,
            as_of: String::new(),
        }),
        "/v1/devices/dev-07" => good(&device()),
        path if path == format!("/v1/devices/{DEVICE}") => {
            let mut revoked = device();
            revoked.standing.state = word::Standing::Revoked;
            good(&revoked)
        }
        "/v1/incidents" => {
            good(&api::Incidents { incidents: vec![incident.incident], next: None, as_of: String::new() })
        }
        path if path == one => good(&incident),
        "/v1/tokens" => {
            good(&api::Token { token: "ab".repeat(32), site: "site-b".into(), until: "later".into() })
        }
        "/v1/me/invitation" => good(&api::person::Invited {
            person: ada().person.to_string(),
            token: "cd".repeat(32),
            until: "later".into(),
        }),
        path if ["/arm", "/close", "/resume", "/revoke", "/suspend"]
            .iter()
            .any(|end| path.ends_with(end)) =>
        {
            Some(Reply::Good(String::new()))
        }
        _ => None,
    }
}

async fn shown(typed: &[&str]) -> String {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, typed).await, Ok(Done::Yes));
    terminal.shown(&fleet)
}

#[tokio::test]
async fn every_box_says_how_it_is_why_and_how_old_that_is() {
    let table = "\
BOX     SITE    HEALTH  PROOF  POSTURE  ARMING  IDENTITY   LINK        WHY
dev-07  site-b  alarm   4 s    sealed   armed   suspended  quarantine  the lid was opened and its latch is not released
dev-08  site-b  good    4 s    normal   armed   active     live        every sense is proved
";
    assert_eq!(shown(&["devices"]).await, table);
}

#[tokio::test]
async fn one_box_shows_what_its_verdict_stands_on() {
    let told = format!(
        "\
dev-07 at site-b: the lid was opened and its latch is not released
  id            {DEVICE}
  health        alarm
  oldest proof  4 s
  posture       sealed (4 s ago)
  arming        armed (4 s ago)
  identity      suspended
    because     {event}
  link          quarantine (4 s ago)
  trust         tier 0: keys in software
  state         obeys generation 7
  last proof    none

SENSOR  CHANNEL       STATE     SPOKE  PROVED
lid     contact       proved    4 s    25 h
shock   acceleration  unproved  2 min  never

LATCHED BY                      ZONE  SEVERITY  AT                    DEMANDS  CAUSE
{event}  lid   high      2026-11-02T06:00:00Z  sealed   gone
Two people bring it back: `wrale --as ada reset dev-07 --reason '…'`
",
        event = device().latches[0].event,
    );
    assert_eq!(shown(&["device", "dev-07"]).await, told);
}

#[tokio::test]
async fn incidents_are_listed_and_explained() {
    let list = "\
INCIDENT                        STATE      SEVERITY  SITE    AGE   WHAT
inc_aaaaaaaaaaaaaaaaaaaaaaaaaa  contained  high      site-b  61 s  The lid of dev-07 at site-b was opened.
";
    assert_eq!(shown(&["incidents", "--state", "contained"]).await, list);
    let explained = format!(
        "\
The lid of dev-07 at site-b was opened.
  probable cause  somebody opened it without a work order
  confidence      97.0 %
  do first        look at the camera of site-b, then send somebody
  state           contained
  severity        high
  kind            tamper
  site            site-b
  box             dev-07 ({DEVICE})
  opened          2026-11-02T06:00:00Z (61 s ago)
  id              inc_aaaaaaaaaaaaaaaaaaaaaaaaaa

dev-07
  1. the lid's contact was open for 250 ms
  2. no work order covers it

AT                    CLOCK    WHO     ENTRY  CAME  WHAT
2026-11-02T06:00:00Z  carried  dev-07  12     live  lid: open
2026-11-02T06:00:00Z  fleet    fleet                its identity was suspended
"
    );
    let id = incident().incident.id;
    assert_eq!(shown(&["explain", &id]).await, explained);
    let short = shown(&["incident", &id]).await;
    assert!(short.ends_with("The evidence: `wrale --as ada explain inc_aaaaaaaaaaaaaaaaaaaaaaaaaa`\n"));
}

#[tokio::test]
async fn machines_get_the_contracts_own_json() {
    let json = shown(&["--json", "device", "dev-07"]).await;
    assert_eq!(serde_json::from_str::<api::Device>(&json).unwrap(), device());
    let json = shown(&["explain", &incident().incident.id, "--json"]).await;
    assert_eq!(serde_json::from_str::<api::IncidentDetail>(&json).unwrap(), incident());
    assert!(!json.contains(TOKEN));
}

#[tokio::test]
async fn what_people_decide_about_a_box_is_asked_for() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::answering(&["n", "y"]);
    terminal.at(&fleet, &["arm", "dev-07", "armed"]).await.unwrap();
    assert_eq!(terminal.shown(&fleet), "dev-07 is to be armed. It is so now.\n");

    let revoke = ["revoke", "dev-07", "--reason", "key-compromised"];
    assert_eq!(terminal.at(&fleet, &revoke).await, Ok(Done::Declined));
    assert!(!fleet.asked().iter().any(|asked| asked.path.ends_with("/revoke")));
    assert_eq!(terminal.at(&fleet, &revoke).await, Ok(Done::Yes));
    assert!(terminal.questions[1].contains(&DEVICE.to_string()));
    let asked = fleet.asked().into_iter().find(|asked| asked.path.ends_with("/revoke")).unwrap();
    assert_eq!(asked.path, format!("/v1/devices/{DEVICE}/revoke"), "the box that was shown, by its id");
    assert_eq!(asked.body, r#"{"reason":"key-compromised"}"#);

    let id = incident().incident.id;
    terminal.at(&fleet, &["close", &id, "--outcome", "authorised", "--reason", "it was me"]).await.unwrap();
    let asked = fleet.asked().into_iter().find(|asked| asked.path.ends_with("/close")).unwrap();
    assert_eq!(asked.body, r#"{"outcome":"authorised","reason":"it was me"}"#);
}

#[tokio::test]
async fn a_token_is_shown_once_or_written_where_others_cannot_read() {
    let first = shown(&["token", "--site", "site-b"]).await;
    assert!(first.starts_with(&"ab".repeat(32)));
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    let path = terminal.path("token");
    let typed = ["token", "--site", "site-b", "--minutes", "5", "--out", path.to_str().unwrap()];
    terminal.at(&fleet, &typed).await.unwrap();
    assert!(!terminal.read().contains("abab"));
    assert_eq!(*crate::files::read_secret(&path, 100).unwrap(), format!("{}\n", "ab".repeat(32)));
    let asked = fleet.asked().into_iter().find(|asked| asked.is("POST", "/v1/tokens")).unwrap();
    assert_eq!(asked.body, r#"{"site":"site-b","minutes":5}"#);
}

#[tokio::test]
async fn whoever_has_a_key_gets_a_link_into_the_pages() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &["pages"]).await, Ok(Done::Yes));
    let (shown, link) = (terminal.read(), format!("/join#{}\n", "cd".repeat(32)));
    assert!(shown.starts_with("http://") && shown.contains(&link), "{shown}");
    assert!(fleet.asked().iter().any(|asked| asked.is("POST", "/v1/me/invitation")));
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code_and_what_to_do_now() {
    let fleet = Fleet::start(|asked| {
        let no_box = || no(403, "access/refused", "there is no such thing here");
        if asked.is("GET", "/v1/devices/dev-99") { no_box() } else { None }
    })
    .await;
    let problem = Terminal::new().at(&fleet, &["device", "dev-99"]).await.unwrap_err();
    assert_eq!(
        told(&problem, "cargo run -q --bin wrale --"),
        "access/refused: there is no such thing here\n  see what there is for you: `cargo run -q --bin wrale -- devices`, \
         `cargo run -q --bin wrale -- incidents`, `cargo run -q --bin wrale -- proposals`\n"
    );
}

#[tokio::test]
async fn a_fleets_words_cannot_move_the_cursor() {
    let fleet = Fleet::start(|asked| {
        let mut bad = device();
        bad.label = "dev-07\x1b[2J".into();
        bad.health.why = "fine\u{9b}31m\u{202e}".into();
        match asked.path.as_str() {
            "/v1/devices/dev-07" => good(&bad),
            "/v1/devices/dev-08" => no(403, "web/\x1b[2J", "not\x1b[1A you"),
            _ => None,
        }
    })
    .await;
    let mut terminal = Terminal::new();
    terminal.at(&fleet, &["device", "dev-07"]).await.unwrap();
    let control = |text: &str| text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert!(!control(&terminal.read()));
    let problem = terminal.at(&fleet, &["device", "dev-08"]).await.unwrap_err();
    assert!(!control(&told(&problem, "wrale")));
}

#[tokio::test]
async fn who_one_is_and_where_the_fleet_is_can_be_left_out_where_it_is_clear() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.typed(&["devices"]).await, Err(Mistake::Fleet.into()));
    let mut key = ada();
    key.url = Some(fleet.url());
    fs::remove_file(terminal.path("ada.key")).unwrap();
    let none = terminal.typed(&["devices"]).await.unwrap_err();
    assert!(none.to_string().contains("make one with"), "{none}");
    crate::files::write_secret(&terminal.path("ada.key"), key.text().as_bytes()).unwrap();
    assert_eq!(terminal.typed(&["devices"]).await, Ok(Done::Yes));
    let by_file = terminal.path("ada.key");
    assert_eq!(terminal.typed(&["--as", by_file.to_str().unwrap(), "devices"]).await, Ok(Done::Yes));

    terminal.typed(&["key", "new", "--name", "grace"]).await.unwrap();
    let unclear = terminal.typed(&["devices"]).await.unwrap_err();
    let known = vec!["ada".into(), "grace".into()];
    assert_eq!(unclear, Mistake::Person { folder: terminal.folder.path().into(), known }.into());
}

#[tokio::test]
async fn a_key_file_that_is_damaged_is_told_by_its_line() {
    let mut terminal = Terminal::new();
    let text = ada().text().replace("seed 06", "seed 0g");
    fs::remove_file(terminal.path("ada.key")).unwrap();
    crate::files::write_secret(&terminal.path("ada.key"), text.as_bytes()).unwrap();
    let told = terminal.typed(&["--as", "ada", "devices"]).await.unwrap_err();
    assert!(
        matches!(&told, Problem::Mistake(Mistake::Key { malformed, .. }) if malformed.line == 4),
        "{told}"
    );
}

#[tokio::test]
async fn watching_tells_each_change_and_outlives_a_session() {
    let step = AtomicU64::new(0);
    let fleet = Fleet::start(move |asked| match asked.path.split('?').next().unwrap() {
        "/v1/changes" => match step.fetch_add(1, Ordering::SeqCst) {
            0 => good(&api::Changes { now: 7 }),
            1 => no(401, "web/session", "the session is over"),
            2 => good(&api::Changes { now: 8 }),
            _ => no(403, "access/refused", "not any more"),
        },
        "/v1/devices" => {
            let device =
                if step.load(Ordering::SeqCst) < 2 { well(OTHER_DEVICE, "dev-07") } else { device() };
            let devices = vec![api::Device { id: DEVICE.to_string(), ..device }];
            good(&api::Devices { devices, next: None, as_of: "now".into() })
        }
        "/v1/incidents" => good(&api::Incidents { incidents: vec![], next: None, as_of: "now".into() }),
        _ => None,
    })
    .await;
    let mut terminal = Terminal::new();
    let ended = terminal.at(&fleet, &["watch"]).await.unwrap_err();
    assert_eq!(ended.code(), "access/refused");
    let told = "\
Watching; Ctrl-C ends it.
now  dev-07  was good, now alarm: the lid was opened and its latch is not released [sealed, suspended, quarantine]
";
    assert_eq!(terminal.read(), told);
    let asked = fleet.asked();
    let changes: Vec<_> = asked.iter().filter(|asked| asked.is("GET", "/v1/changes")).collect();
    assert_eq!(changes[0].path, "/v1/changes?after=0&wait=0", "at first it does not wait");
    assert_eq!(changes[2].path, "/v1/changes?after=7&wait=25", "and goes on where it was");
    assert_eq!(asked.iter().filter(|asked| asked.is("POST", "/v1/sign-in")).count(), 2);
}

/// The double's box is latched, too: what people take back is one of two.
#[tokio::test]
async fn a_box_is_suspended_with_a_reason_and_taken_back_and_each_says_what_comes_next() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &["suspend", "dev-07", "--reason", "seen outside"]).await, Ok(Done::Yes));
    let shown = terminal.shown(&fleet);
    assert!(shown.starts_with("dev-07 is suspended: the quarantine room alone is open to it."), "{shown}");
    assert!(shown.contains("resume dev-07 --reason '…'"), "{shown}");
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &["resume", "dev-07", "--reason", "it was us"]).await, Ok(Done::Yes));
    let shown = terminal.shown(&fleet);
    assert!(
        shown.contains("asked to prove itself") && shown.contains("Its latches hold it besides"),
        "{shown}"
    );
    let said: Vec<_> = fleet.asked().into_iter().filter(|asked| asked.method == "POST").collect();
    let bodies: Vec<_> = said.iter().filter(|asked| asked.path.starts_with("/v1/devices/")).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies[0].body.contains("seen outside") && bodies[1].body.contains("it was us"));
}
