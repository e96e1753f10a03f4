use std::path::{Path, PathBuf};

use crypto::cbor;
use tls::{Call, Credential, Suites, Trust};
use tokio::time::timeout;
use vocab::DeviceId;
use wire::v1::feed::{self, Identified, News, Standing};

use crate::{
    Pass, certify,
    feed::FEED,
    moment,
    testing::{Daemon, Guest, Home, PATIENT, Talk, chain, mode},
};

/// Calls the internal listener with what `fleetd service` wrote.
fn verifier(home: &Home, daemon: &Daemon) -> Talk {
    with(daemon, &certified(home, "door"))
}

/// The file that `fleetd service` writes for a verifier of this name.
fn certified(home: &Home, name: &str) -> PathBuf {
    let out = home.folder.join(format!("{name}.pass"));
    certify(&home.config(""), name, &out).unwrap();
    assert_eq!(mode(&out), 0o600);
    out
}

/// Calls with what stands in this file.
fn with(daemon: &Daemon, file: &Path) -> Talk {
    let pass = Pass::read(&std::fs::read(file).unwrap()).unwrap();
    let chain: Vec<Vec<u8>> = pass.chain.iter().map(|der| der.to_vec()).collect();
    let trust = Trust::of_server(&[pass.root.to_vec()], &pass.server, || Some(moment::wall())).unwrap();
    let credential = Some(Credential::from_pkcs8(&chain, &pass.key).unwrap());
    let address = daemon.listening.internal.to_string();
    Talk::open(Call { address, trust, credential, suites: Suites::default(), within: PATIENT }, FEED)
}

/// With what stands in this file nobody comes in.
async fn turned_away(daemon: &Daemon, file: &Path) {
    let ended = timeout(PATIENT, with(daemon, file).ended()).await.expect("it does not stand");
    assert!(matches!(ended, tls::Ended::Failed(_)), "{ended:?}");
}

async fn news(talk: &mut Talk) -> News {
    cbor::decode(&talk.next().await.unwrap(), &feed::LIMITS).unwrap()
}

/// What is told before everybody has been named.
async fn everybody(talk: &mut Talk) -> Vec<Identified> {
    assert_eq!(news(talk).await, News::Begin);
    let mut told = vec![];
    loop {
        match news(talk).await {
            News::Identities(some) => told.extend(some),
            News::Complete => return told,
            other => panic!("{other:?}"),
        }
    }
}

async fn change(talk: &mut Talk, device: DeviceId) -> Standing {
    loop {
        if let News::Identities(told) = news(talk).await {
            let [one] = &told[..] else { panic!("{told:?}") };
            assert_eq!(one.device, device);
            return one.standing;
        }
    }
}

#[tokio::test]
async fn a_verifier_hears_everybody_then_each_change_and_marks_between() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let mut door = verifier(&home, &daemon);
    assert_eq!(everybody(&mut door).await, []);
    let (_, joined) = home.enrolled(&daemon, &ada).await;
    assert_eq!(change(&mut door, joined.device).await, Standing::Active);
    ada.revoke(&daemon, &joined).await;
    assert_eq!(change(&mut door, joined.device).await, Standing::Revoked);
    let mut marks = vec![];
    while marks.len() < 2 {
        if let News::Mark(wall) = news(&mut door).await {
            marks.push(wall);
        }
    }
    assert!(marks[0] < marks[1], "time goes on: {marks:?}");
    let mut late = verifier(&home, &daemon);
    let revoked = Identified { device: joined.device, standing: Standing::Revoked, replaced: vec![] };
    assert_eq!(everybody(&mut late).await, [revoked], "whoever comes later hears it first");
    daemon.stop().await;
}

/// What people suspend is suspended at every door, as after an alarm, and no word of theirs opens one again.
#[tokio::test]
async fn a_suspension_by_people_is_told_to_every_verifier_and_what_they_take_back_is_not() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let mut door = verifier(&home, &daemon);
    assert_eq!(everybody(&mut door).await, []);
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    assert_eq!(change(&mut door, joined.device).await, Standing::Active);
    ada.decides(&daemon, &joined, api::path::SUSPEND, "a stranger was seen").await;
    assert_eq!(change(&mut door, joined.device).await, Standing::Suspended);
    ada.decides(&daemon, &joined, api::path::RESUME, "it was the cleaner").await;
    let mut late = verifier(&home, &daemon);
    let suspended = Identified { device: joined.device, standing: Standing::Suspended, replaced: vec![] };
    assert_eq!(everybody(&mut late).await, [suspended], "it has not proved itself");
    // The quarantine room is open to it: there it can.
    let call = home.call(daemon.listening.hardware, Some(machine.credential(&chain(&joined))));
    Talk::open(call, tls::Subprotocol::LINK).stands().await;
    daemon.stop().await;
}

/// Its certificate holds for a week yet: people end it, and nothing waits for that.
#[tokio::test]
async fn a_verifier_whose_credential_people_end_is_out_at_once_and_stays_out_after_a_restart() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (pass, others) = (certified(&home, "door"), certified(&home, "other"));
    let (mut door, mut other) = (with(&daemon, &pass), with(&daemon, &others));
    for talk in [&mut door, &mut other] {
        assert_eq!(everybody(talk).await, []);
    }
    ada.ends_service(&daemon, "door").await;
    let ended = timeout(PATIENT, door.ended()).await.expect("it is closed at once");
    let tls::Ended::Closed { reason, .. } = &ended else { panic!("{ended:?}") };
    assert_eq!(reason, "admit/service-revoked");
    turned_away(&daemon, &pass).await;
    assert!(matches!(news(&mut other).await, News::Mark(_)), "and nobody else is");
    daemon.stop().await;
    let daemon = Daemon::start(home.config("")).await.unwrap();
    turned_away(&daemon, &pass).await;
    assert_eq!(everybody(&mut with(&daemon, &others)).await, []);
    daemon.stop().await;
}

#[tokio::test]
async fn a_device_is_no_service() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let call = home.call(daemon.listening.internal, Some(machine.credential(&chain(&joined))));
    let ended = Talk::open(call, FEED).ended().await;
    assert!(matches!(ended, tls::Ended::Failed(tls::Problem::Refusal(tls::Refusal::Alert(_)))), "{ended:?}");
    daemon.stop().await;
}

#[tokio::test]
async fn whoever_speaks_on_the_feed_is_hung_up_on() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let mut door = verifier(&home, &daemon);
    assert_eq!(everybody(&mut door).await, []);
    door.line.send(b"hello".to_vec());
    assert!(matches!(door.ended().await, tls::Ended::Closed { number: 1000, .. }));
    daemon.stop().await;
}

#[test]
fn nobody_is_given_the_fleets_own_name() {
    let home = Home::ready();
    let out = home.folder.join("me.pass");
    assert_eq!(certify(&home.config(""), "fleetd", &out).unwrap_err().code(), "fleetd/name");
    assert_eq!(certify(&home.config(""), "../x", &out).unwrap_err().code(), "fleetd/name");
    assert!(!out.exists());
}
