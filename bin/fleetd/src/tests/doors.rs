use std::time::Duration;

use admit::{
    Profile,
    pki::{Spiffe, Subject, Usage},
};
use tls::{Ended, Problem, Refusal, Subprotocol};
use vocab::{DeviceId, FleetName, ServiceName, Wall};
use wire::v1::enrol::{Answer, Joined};

use crate::{
    moment, own,
    testing::{Daemon, Guest, Home, Machine, Talk, chain, fleet},
};

/// RFC 9846 §6: bad_certificate, certificate_expired, certificate_unknown, access_denied, unknown_ca…
fn alert(ended: &Ended) -> u8 {
    match ended {
        Ended::Failed(Problem::Refusal(Refusal::Alert(alert))) => *alert,
        other => panic!("{other:?}"),
    }
}

/// A good certificate of this device, but for what the test changes.
fn paper(joined: &Joined, machine: &Machine) -> Profile {
    let hour = Duration::from_hours(1);
    Profile {
        name: Spiffe::Device { fleet: fleet(), device: joined.device },
        key: Subject::Device(machine.device_key()),
        serial: own::serial(),
        not_before: Wall(moment::wall().0 - 3_600_000_000),
        not_after: moment::wall() + hour,
        usage: Usage::Client,
    }
}

/// Calls the hardware listener; the link begins with the device, so a connection that was let in is silent.
fn knock(home: &Home, daemon: &Daemon, machine: &Machine, chain: &[Vec<u8>]) -> Talk {
    let call = home.call(daemon.listening.hardware, Some(machine.credential(chain)));
    Talk::open(call, Subprotocol::LINK)
}

#[tokio::test]
async fn the_hardware_listener_lets_in_whom_the_fleet_knows_and_nobody_else() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let good = paper(&joined, &machine);
    let zones = home.zones();

    // Let in, and closed for what it says: it was heard, so it was inside.
    for (name, chain) in [("as enrolled", chain(&joined)), ("another of ours", zones.certify(&good))] {
        let mut talk = knock(&home, &daemon, &machine, &chain);
        talk.line.send(b"not a frame".to_vec());
        assert!(matches!(talk.ended().await, Ended::Closed { number: 1000, .. }), "{name}");
    }

    let other_fleet = FleetName::new("sued").unwrap();
    let stranger = DeviceId([3; 16]);
    let service = ServiceName::new("door").unwrap();
    let past = Wall(moment::wall().0 - 60_000_000);
    let future = moment::wall() + Duration::from_mins(30);
    for (name, wrong) in [
        ("expired", Profile { not_after: past, ..good.clone() }),
        ("of tomorrow", Profile { not_before: future, ..good.clone() }),
        (
            "of a service",
            Profile {
                name: Spiffe::Service { fleet: fleet(), name: service.clone() },
                key: Subject::Service(machine.device_key()),
                ..good.clone()
            },
        ),
        ("a service's name, for a device", Profile { usage: Usage::Server, ..good.clone() }),
        (
            "of another fleet",
            Profile { name: Spiffe::Device { fleet: other_fleet, device: joined.device }, ..good.clone() },
        ),
        (
            "of a device that never enrolled",
            Profile { name: Spiffe::Device { fleet: fleet(), device: stranger }, ..good.clone() },
        ),
    ] {
        let mut talk = knock(&home, &daemon, &machine, &zones.certify(&wrong));
        assert!(alert(&talk.ended().await) >= 42, "{name}");
    }
    let foreign = Home::ready().zones().certify(&good);
    assert_eq!(alert(&knock(&home, &daemon, &machine, &foreign).ended().await), 48, "another root");
    let thief = Machine::new();
    let stolen = Profile { key: Subject::Device(thief.device_key()), ..good.clone() };
    let talk = &mut knock(&home, &daemon, &thief, &zones.certify(&stolen));
    assert!(alert(&talk.ended().await) >= 42, "a key that was never enrolled");
    daemon.stop().await;
}

/// Nobody who is kept out goes unwritten, and nobody who knocks all day fills the log.
#[tokio::test]
async fn whoever_is_turned_away_at_a_door_stands_in_the_audit_log_once_for_each_reason_and_is_counted() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let good = paper(&joined, &machine);
    let past = Wall(moment::wall().0 - 60_000_000);
    let expired = home.zones().certify(&Profile { not_after: past, ..good });
    for _ in 0..30 {
        let mut talk = knock(&home, &daemon, &machine, &expired);
        assert!(alert(&talk.ended().await) >= 42);
    }
    let mut talk = knock(&home, &daemon, &machine, &chain(&joined));
    talk.stands().await;
    drop(talk);
    daemon.stop().await;
    let said = home.log().into_iter().filter(|(kind, ..)| kind == "permit");
    let refused =
        |why: &str| ("permit".to_owned(), "Refused(\"tls/expired\")".to_owned(), Some(why.to_owned()));
    assert_eq!(said.collect::<Vec<_>>(), [refused("hardware"), refused("hardware: 29 more since")]);
}

#[tokio::test]
async fn a_revoked_device_is_out_of_every_door_and_its_session_is_closed() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let mut live = knock(&home, &daemon, &machine, &chain(&joined));
    // It stands: what comes next on it is the end.
    live.stands().await;
    ada.revoke(&daemon, &joined).await;
    let closed = live.ended().await;
    let told = matches!(&closed, Ended::Closed { number: 4403, reason } if reason == "admit/revoked");
    assert!(told, "the live session: {closed:?}");
    let mut again = knock(&home, &daemon, &machine, &chain(&joined));
    assert!(alert(&again.ended().await) >= 42, "the hardware listener");
    let refused = home.enrol(&daemon, |nonce| machine.reproof(&joined, nonce)).await;
    assert!(matches!(&refused, Answer::Refused { code, .. } if code == "admit/revoked"), "{refused:?}");
    daemon.stop().await;
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let mut again = knock(&home, &daemon, &machine, &chain(&joined));
    assert!(alert(&again.ended().await) >= 42, "and after a restart");
    daemon.stop().await;
}

#[tokio::test]
async fn a_re_proof_opens_the_quarantine_room_of_the_hardware_listener_and_no_other() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let answer = home.enrol(&daemon, |nonce| machine.reproof(&joined, nonce)).await;
    let Answer::Joined(back) = answer else { panic!("{answer:?}") };
    assert_eq!(back.device, joined.device);
    let mut talk = knock(&home, &daemon, &machine, &chain(&back));
    talk.stands().await;
    let call = home.call(daemon.listening.internal, Some(machine.credential(&chain(&back))));
    assert!(alert(&Talk::open(call, crate::feed::FEED).ended().await) >= 42, "the internal listener");
    daemon.stop().await;
}
