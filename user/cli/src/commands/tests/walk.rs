use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use api::word::{Arming, SenseState};

use crate::{
    Mistake, Problem,
    commands::Done,
    testing::{Asked, Fleet, Reply, Terminal, device, good, no},
};

/// A sensor that last tripped then.
fn sensor(name: &str, proved: Option<&str>) -> api::device::Sensor {
    api::device::Sensor {
        name: name.into(),
        channel: "contact".into(),
        state: SenseState::Unproved,
        spoke: None,
        spoke_seconds: None,
        proved: proved.map(Into::into),
        proof_age_seconds: None,
    }
}

fn installed(sensors: Vec<api::device::Sensor>) -> api::Device {
    let mut device = device();
    device.arming.value = Arming::Commissioning;
    device.sensors = sensors;
    device
}

/// A fleet whose box is looked at once for each of these, and then stays as the last says; where there is none, it cannot
/// be asked.
async fn looked_at(looks: Vec<Option<api::Device>>) -> Fleet {
    let looked = Arc::new(AtomicU64::new(0));
    let answer = move |asked: &Asked| -> Option<Reply> {
        match asked.path.split('?').next()? {
            "/v1/changes" => good(&api::Changes { now: looked.load(Ordering::SeqCst) }),
            "/v1/devices/dev-07" => {
                let now = usize::try_from(looked.fetch_add(1, Ordering::SeqCst)).unwrap();
                looks[now.min(looks.len() - 1)]
                    .as_ref()
                    .map_or_else(|| no(503, "control/crowded", "soon"), good)
            }
            _ => None,
        }
    };
    Fleet::start(answer).await
}

#[tokio::test]
async fn a_walk_tells_each_sensor_as_it_trips_and_ends_with_the_last() {
    let before = [Some("06:00:01"), None, None];
    let looks = [
        before,
        before,
        [Some("06:00:01"), Some("06:10:02"), None],
        [Some("06:12:00"), Some("06:10:02"), Some("06:11:00")],
    ];
    let named = |proved: [Option<&str>; 3]| {
        installed(
            ["lid", "seal", "tilt"].into_iter().zip(proved).map(|(name, at)| sensor(name, at)).collect(),
        )
    };
    let mut looks: Vec<_> = looks.map(named).map(Some).into();
    looks.insert(2, None);
    let fleet = looked_at(looks).await;
    let mut terminal = Terminal::new();
    assert_eq!(terminal.at(&fleet, &["walk", "dev-07"]).await, Ok(Done::Yes));
    let told = terminal.shown(&fleet);
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "Trip each sensor of dev-07 once: lid, seal, tilt. Ctrl-C ends it.",
            "soon",
            "06:10:02  seal tripped (1 of 3)",
            "06:11:00  tilt tripped (2 of 3)",
            "06:12:00  lid tripped (3 of 3)",
        ]
    );
    assert!(lines[6].ends_with("--as ada arm dev-07 armed`"), "{told}");
}

#[tokio::test]
async fn a_box_on_duty_is_not_walked_past_and_neither_is_one_that_leaves_its_installation() {
    let on_duty = device();
    let fleet = looked_at(vec![Some(on_duty.clone())]).await;
    let refused = Terminal::new().at(&fleet, &["walk", "dev-07"]).await.unwrap_err();
    assert_eq!(refused.code(), "cli/not-being-installed");
    let fleet = looked_at(vec![Some(installed(vec![sensor("lid", None)])), Some(on_duty)]).await;
    let ended = Terminal::new().at(&fleet, &["walk", "dev-07"]).await.unwrap_err();
    assert_eq!(ended.code(), "cli/not-being-installed");
}

#[tokio::test]
async fn a_box_without_sensors_has_nothing_to_walk_past() {
    let fleet = looked_at(vec![Some(installed(vec![]))]).await;
    let refused = Terminal::new().at(&fleet, &["walk", "dev-07"]).await.unwrap_err();
    assert_eq!(refused, Problem::Mistake(Mistake::NoSensors("dev-07".into())));
}
