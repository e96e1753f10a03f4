//! A roster that the root signs while the daemon is at work: it is read when the operator says so.

use std::fs;

use tokio::time::timeout;
use wire::v1::enrol::Answer;

use crate::{
    letters::ROSTER,
    testing::{Daemon, Guest, Home, Machine, PATIENT, get},
};

/// Waits until the daemon says that it obeys this version.
async fn obeys(daemon: &Daemon, asker: &Guest, version: u64) {
    let wanted = format!("\"roster\":{version},");
    let wait = async {
        let mut after = String::from("0");
        while !get(daemon, api::path::FLEET, None).await.1.contains(&wanted) {
            let (_, text) = get(daemon, &format!("/v1/changes?after={after}&wait=1"), Some(&asker.0)).await;
            let changes: api::Changes = serde_json::from_str(&text).expect(&text);
            after = changes.now.to_string();
        }
    };
    timeout(PATIENT, wait).await.expect("the newer roster is obeyed");
}

/// Has it read, and waits until the refusal stands in the log.
async fn refused(daemon: &Daemon, asker: &Guest) {
    let changes = async |path: &str| -> api::Changes {
        serde_json::from_str(&get(daemon, path, Some(&asker.0)).await.1).unwrap()
    };
    let before = changes("/v1/changes?wait=0").await.now;
    daemon.read_again().await;
    let after = changes(&format!("/v1/changes?after={before}&wait=20")).await.now;
    assert_ne!(before, after, "it is written down");
}

#[tokio::test]
async fn a_newer_roster_is_obeyed_without_a_restart_and_whatever_does_not_hold_changes_nothing() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    obeys(&daemon, &ada, 1).await;
    let genuine = fs::read(home.folder.join(ROSTER)).unwrap();

    // No letter at all, a letter of nobody, the same again: and after them the one that holds.
    fs::remove_file(home.folder.join(ROSTER)).unwrap();
    daemon.read_again().await;
    home.put(ROSTER, &genuine[..genuine.len() - 1]);
    daemon.read_again().await;
    home.put(ROSTER, &genuine);
    daemon.read_again().await;
    home.roster(3, &[(1, "ada"), (2, "grace"), (3, "joan")]);
    daemon.read_again().await;
    obeys(&daemon, &ada, 3).await;

    // An older one and a second of the same version: the one before them stays.
    home.put(ROSTER, &genuine);
    refused(&daemon, &ada).await;
    home.roster(3, &[(1, "ada")]);
    refused(&daemon, &ada).await;
    home.roster(4, &[(1, "ada"), (2, "grace")]);
    daemon.read_again().await;
    obeys(&daemon, &ada, 4).await;

    // What a device is given from now on is the newest, and the next start believes it too.
    let token = ada.token(&daemon).await;
    let answer = home.enrol(&daemon, |nonce| Machine::new().join(&token, nonce)).await;
    let Answer::Joined(joined) = answer else { panic!("{answer:?}") };
    assert_eq!(joined.roster.claimed().unwrap().version, 4);
    daemon.stop().await;
    let said = home.log().into_iter().filter(|(kind, ..)| kind == "policy");
    let said: Vec<_> =
        said.filter_map(|(_, outcome, reason)| Some(format!("{}: {outcome}", reason?))).collect();
    let roster = |version: u64, became: &str| format!("roster of the root, version {version}: {became}");
    let refused = |code: &str| format!("Refused({code:?})");
    let (older, forked) = (refused("control/roster-older"), refused("control/roster-forked"));
    assert_eq!(
        said[1..],
        [roster(1, "Done"), roster(3, "Done"), roster(1, &older), roster(3, &forked), roster(4, "Done")]
    );
    let daemon = Daemon::start(home.config("")).await.unwrap();
    obeys(&daemon, &Guest::sign_in(&daemon, 1).await, 4).await;
    daemon.stop().await;
}

#[tokio::test]
async fn whom_the_root_puts_out_is_out_at_once() {
    let home = Home::ready();
    let two = "[ { name: ada, roles: [operator] }, { name: grace, roles: [operator] } ]";
    let text =
        home.text("").lines().filter(|line| !line.starts_with("people:")).collect::<Vec<_>>().join("\n");
    let daemon = Daemon::start(settings::parse(&format!("{text}\npeople: {two}\n")).unwrap()).await.unwrap();
    let (ada, grace) = (Guest::sign_in(&daemon, 1).await, Guest::sign_in(&daemon, 2).await);
    home.roster(2, &[(2, "grace")]);
    daemon.read_again().await;
    obeys(&daemon, &grace, 2).await;
    assert_eq!(get(&daemon, api::path::DEVICES, Some(&ada.0)).await.0, 401);
    assert_eq!(get(&daemon, api::path::DEVICES, Some(&grace.0)).await.0, 200);
    daemon.stop().await;
}
