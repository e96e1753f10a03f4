use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Mutex},
};

use api::word::{Arming, HealthState, SenseState, Standing};

use super::*;
use crate::testing::{Asked, DEVICE, Fleet, LATER, NOW, Reply, Terminal, facts, good, incident, well};

/// What a fleet says; a sound one at first.
#[derive(Clone)]
struct World {
    facts: api::Fleet,
    devices: Vec<api::Device>,
    as_of: Wall,
    incidents: usize,
    /// Of what kinds of thing whoever asks may see none.
    closed: &'static str,
}

impl World {
    fn new() -> Self {
        let mut device = well(DEVICE, "dev-07");
        for sensor in &mut device.sensors {
            sensor.state = SenseState::Proved;
            (sensor.proved, sensor.proof_age_seconds) = (Some(NOW.to_string()), Some(0));
        }
        let facts = api::Fleet { software: concat!("fleetd ", env!("CARGO_PKG_VERSION")).into(), ..facts() };
        Self { facts, devices: vec![device], as_of: NOW, incidents: 0, closed: "nothing" }
    }

    fn answer(&self, asked: &Asked) -> Option<Reply> {
        let may = ["device", "incident"].into_iter().filter(|kind| *kind != self.closed);
        match asked.path.split('?').next()? {
            api::path::AUDIT_ENTRIES if self.closed == "audit" => panic!("it was not to be asked"),
            api::path::INCIDENTS if self.closed == "incident" => panic!("it was not to be asked"),
            api::path::CHECK => good(&api::me::Checked { allowed: self.closed != "audit" }),
            api::path::FLEET => good(&self.facts),
            api::path::ME => good(&api::Me {
                person: "per".into(),
                name: "ada".into(),
                grants: vec![],
                may: may.map(|kind| (kind.into(), vec!["view".into()])).collect(),
                factors: api::me::Factors::default(),
                session: Some(api::me::Line {
                    id: "this".into(),
                    age_seconds: 1,
                    idle_seconds: 0,
                    left_seconds: 7_200,
                    this: true,
                }),
            }),
            api::path::DEVICES => good(&api::Devices {
                devices: self.devices.clone(),
                next: None,
                as_of: self.as_of.to_string(),
            }),
            api::path::INCIDENTS => {
                let count = if asked.path.contains("state=open") { self.incidents } else { 0 };
                let incidents = vec![incident().incident; count];
                good(&api::Incidents { incidents, next: None, as_of: NOW.to_string() })
            }
            api::path::AUDIT_ENTRIES => {
                good(&api::audit::Entries { entries: vec![], next: None, size: 1_234 })
            }
            _ => None,
        }
    }
}

/// How it ended; of each line that is not ok, its mark and what it is about; and all that was shown.
async fn told(world: &World, terminal: &mut Terminal) -> (Result<Done, Problem>, Vec<String>, String) {
    let world = Arc::new(Mutex::new(world.clone()));
    let fleet = Fleet::start(move |asked| world.lock().unwrap().answer(asked)).await;
    let ended = terminal.at(&fleet, &["doctor"]).await;
    let shown = terminal.shown(&fleet);
    let lines = shown.lines().filter(|line| line.starts_with(['?', '!']));
    let columns =
        |line: &str| line.split("  ").filter(|part| !part.is_empty()).take(2).collect::<Vec<_>>().join(" ");
    (ended, lines.map(columns).collect(), shown)
}

#[tokio::test]
async fn a_sound_fleet_has_nothing_wrong_and_nothing_to_look_at() {
    let (ended, lines, shown) = told(&World::new(), &mut Terminal::new()).await;
    assert_eq!((ended, lines), (Ok(Done::Yes), vec![]), "{shown}");
    for part in [
        "ada, signed in, for 2 h at most",
        "1 of 1 good",
        "1234 entries",
        "none that you may see is open",
        "0 wrong, 0 to look at",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[tokio::test]
async fn each_thing_is_named_by_its_own_line() {
    type Change = fn(&mut World);
    let cases: [(Change, &str); 15] = [
        (|world| world.facts.software = "fleetd 9.9.9".into(), "? look here software"),
        (|world| world.facts.keys_until = Some((NOW + SOON / 2).to_string()), "? look here keys"),
        (|world| world.facts.keys_until = Some(NOW.to_string()), "! wrong keys"),
        (|world| world.facts.keys_until = None, "? look here keys"),
        (|world| world.as_of = LATER, "? look here clock"),
        (|world| world.as_of = Wall(0), "? look here clock"),
        (|world| world.devices[0].health.state = HealthState::Unknown, "? look here boxes"),
        (|world| world.devices[0].state.published = Some(8), "? look here states"),
        (|world| world.devices[0].arming.value = Arming::Commissioning, "? look here arming"),
        (|world| world.devices[0].sensors[0].state = SenseState::Faulted, "! wrong sensors"),
        (|world| never(&mut world.devices[0].sensors[0]), "? look here sensors"),
        (|world| world.devices[0].sensors[0].proof_age_seconds = Some(100 * 86_400), "? look here sensors"),
        (|world| world.devices[0].sensors[0].state = SenseState::Unproved, "? look here sensors"),
        (|world| world.devices[0].sensors.clear(), "? look here sensors"),
        (|world| world.incidents = 3, "? look here incidents"),
    ];
    for (change, line) in cases {
        let mut world = World::new();
        change(&mut world);
        let (ended, lines, shown) = told(&world, &mut Terminal::new()).await;
        assert_eq!(lines, [line], "{shown}");
        let wrong = line.starts_with('!');
        assert_eq!(ended, if wrong { Err(Mistake::Unsound(1).into()) } else { Ok(Done::Yes) }, "{line}");
    }
}

/// Tripped never.
fn never(sensor: &mut api::device::Sensor) {
    (sensor.state, sensor.proved, sensor.proof_age_seconds) = (SenseState::Unproved, None, None);
}

#[tokio::test]
async fn what_a_sensor_lacks_is_said_in_its_own_words() {
    type Change = fn(&mut api::device::Sensor);
    let cases: [(Change, &str); 5] = [
        (|sensor| sensor.state = SenseState::Silent, "dev-07/lid: faulted or silent"),
        (never, "dev-07/lid: never tripped"),
        (|sensor| sensor.proof_age_seconds = Some(92 * 86_400 + 1), "dev-07/lid: tripped too long ago"),
        (|sensor| sensor.state = SenseState::Unproved, "dev-07/lid: not heard, or nothing learnt"),
        (|sensor| sensor.proof_age_seconds = Some(92 * 86_400), "each has proved that it trips"),
    ];
    for (change, words) in cases {
        let mut world = World::new();
        world.devices[0].sensors[0].name = "lid".into();
        change(&mut world.devices[0].sensors[0]);
        let (.., shown) = told(&world, &mut Terminal::new()).await;
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[tokio::test]
async fn of_what_is_over_nothing_is_to_be_set_up() {
    let mut world = World::new();
    world.devices[0].arming.value = Arming::Retired;
    never(&mut world.devices[0].sensors[0]);
    let (_, lines, shown) = told(&world, &mut Terminal::new()).await;
    assert_eq!(lines, ["? look here boxes"], "{shown}");
    assert!(shown.contains("none that you may see has joined"), "{shown}");
}

#[tokio::test]
async fn boxes_are_named_under_each_reason_and_counted_where_they_are_many() {
    let mut world = World::new();
    let sound = world.devices[0].clone();
    world.devices =
        (1..=8).map(|at| api::Device { label: format!("dev-{at:02}"), ..sound.clone() }).collect();
    for device in &mut world.devices[1..] {
        (device.health.state, device.health.why) = (HealthState::Unknown, "it is silent".into());
    }
    world.devices[7].standing.state = Standing::Revoked;
    let (_, _, shown) = told(&world, &mut Terminal::new()).await;
    let line = "unknown: 6 (dev-02, dev-03, dev-04, dev-05, dev-06 and 1 more): it is silent";
    assert!(shown.contains(line) && shown.contains("1 of 7 good"), "{shown}");
}

#[tokio::test]
async fn what_somebody_may_not_see_is_said_and_not_asked_for() {
    for (closed, line) in [("audit", "? look here log"), ("incident", "? look here incidents")] {
        let world = World { closed, ..World::new() };
        let (ended, lines, shown) = told(&world, &mut Terminal::new()).await;
        assert_eq!((ended, &lines[..]), (Ok(Done::Yes), &[line.into()][..]), "{shown}");
        assert!(shown.contains("not shown to you"), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_is_named_and_is_not_used() {
    let mut terminal = Terminal::new();
    fs::set_permissions(terminal.path("ada.key"), fs::Permissions::from_mode(0o640)).unwrap();
    let (ended, lines, shown) = told(&World::new(), &mut terminal).await;
    assert_eq!(ended, Err(Mistake::Open(terminal.path("ada.key")).into()));
    assert_eq!(lines, ["! wrong key files", "! wrong terminal"], "{shown}");
}

#[tokio::test]
async fn a_fleet_that_cannot_be_reached_is_the_last_thing_that_is_said() {
    let mut terminal = Terminal::new();
    let ended = terminal.typed(&["--as", "ada", "--fleet", "http://127.0.0.1:1", "doctor"]).await;
    assert!(ended.as_ref().is_err_and(Problem::may_pass), "{ended:?}");
    let shown = terminal.read();
    let lines: Vec<_> = shown.lines().skip(1).collect();
    assert!(lines[0].starts_with("+ ok") && lines[1].starts_with("! wrong  fleet"), "{shown}");
    assert_eq!(lines[2..], ["1 wrong, 0 to look at, 1 ok"]);
}

#[tokio::test]
async fn machines_are_told_the_same_in_json() {
    let world = Arc::new(World { incidents: 1, ..World::new() });
    let fleet = Fleet::start(move |asked| world.answer(asked)).await;
    let mut terminal = Terminal::new();
    terminal.at(&fleet, &["doctor", "--json"]).await.unwrap();
    let told: serde_json::Value = serde_json::from_str(&terminal.read()).unwrap();
    let of = |mark: &str| {
        let all = told.as_array().unwrap().iter();
        all.filter(|one| one["mark"] == mark).map(|one| one["subject"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((of("wrong"), of("look")), (vec![], vec!["incidents"]));
    assert!(of("ok").len() > 5);
}
