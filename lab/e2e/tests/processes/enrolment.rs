//! How a device gets an identity: once for each token, and the same one again if the answer was lost.

use crypto::hex;
use futures_util::future::join_all;
use host::SITE;
use tokio::runtime::Builder;

use crate::{
    guest::{Guest, Standing, known},
    machine::Machine,
};

const RACERS: usize = 50;

#[test]
fn fifty_racing_uses_of_one_token_give_one_certificate() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let (known, token) = (known(&fleet), hex::decode(ada.token()).unwrap());
    let mut guests: Vec<Guest> = (0..RACERS).map(|number| Guest::new(&format!("racer-{number}"))).collect();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let joined = runtime.block_on(join_all(guests.iter_mut().map(|guest| guest.join(&known, &token))));
    let (won, lost): (Vec<_>, Vec<_>) = joined.iter().enumerate().partition(|(_, joined)| joined.is_ok());
    let codes: Vec<_> = lost.iter().map(|(_, joined)| joined.as_ref().unwrap_err().code()).collect();
    assert_eq!((won.len(), codes), (1, vec!["admit/token-used"; RACERS - 1]));
    let devices = ada.ask(|client| client.devices(Some(SITE))).devices;
    let (winner, kept) = (won[0].0, won[0].1.as_ref().unwrap());
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].label, format!("racer-{winner}"));
    assert_eq!(devices[0].id, kept.device().to_string());
}

#[test]
fn the_same_key_asking_again_gets_the_same_certificate() {
    let mut fleet = crate::fleet();
    let fleetd = fleet.start();
    let ada = fleet.ada();
    let (known, token) = (known(&fleet), hex::decode(ada.token()).unwrap());
    let mut guest = Guest::new("gate-1");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime.block_on(guest.join(&known, &token)).unwrap();
    let racing = runtime.block_on(async {
        // Twenty askings of one key on twenty connections: none of them is another device.
        let mut all = vec![];
        for _ in 0..20 {
            all.push(guest.join(&known, &token).await.unwrap());
        }
        all
    });
    // A restart in between changes nothing.
    fleetd.kill();
    let _fleetd = fleet.start();
    let after = runtime.block_on(guest.join(&known, &token)).unwrap();
    for again in racing.iter().chain([&after]) {
        assert_eq!((again.device(), &again.chain()[0]), (first.device(), &first.chain()[0]));
    }
    let credential = guest.credential(&after.chain());
    assert!(runtime.block_on(Standing::open(&known, Some(credential))).is_ok());
    assert_eq!(fleet.ada().ask(|client| client.devices(None)).devices.len(), 1);
}

#[test]
fn a_token_that_is_used_expired_or_nobodys_is_refused_with_a_sentence() {
    let mut fleet = crate::fleet();
    let _fleetd = fleet.start();
    let ada = fleet.ada();
    let used = ada.token();
    let first = Machine::new("gate-1");
    first.prepare(&fleet, &used);
    let _metald = first.start(&ada);
    let expired = ada.ask(|client| client.token(SITE, None, Some(0))).token;
    let bound = ada.ask(|client| client.token(SITE, Some("gate-7"), None)).token;
    for (token, code, sentence) in [
        (used.as_str(), "admit/token-used", "already used by another key"),
        (expired.as_str(), "admit/token-expired", "has expired"),
        (&"5a".repeat(32), "admit/token-unknown", "nobody issued"),
        (bound.as_str(), "admit/token-bound", "another device"),
    ] {
        let machine = Machine::new("gate-2");
        machine.prepare(&fleet, token);
        let said = machine.spawn().ended().failed_with(code);
        assert!(said.contains(sentence), "{code}: {said}");
        // Nothing was used up and nothing is half done: another token is all it takes.
        assert!(machine.at("token").exists() && !machine.folder().join("identity/joined").exists());
    }
    assert_eq!(ada.ask(|client| client.devices(None)).devices.len(), 1);
}
