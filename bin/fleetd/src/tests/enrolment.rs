use std::collections::BTreeSet;

use crypto::cbor;
use tls::{Ended, Subprotocol};
use wire::v1::enrol::Answer;

use crate::testing::{Daemon, Guest, Home, Machine, Talk, get};

fn code(answer: &Answer) -> &str {
    match answer {
        Answer::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_racing_uses_of_one_token_give_one_certificate() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let token = ada.token(&daemon).await;
    let machines: Vec<Machine> = (0..50).map(|_| Machine::new()).collect();
    let mut talks: Vec<_> = machines
        .iter()
        .map(|_| Talk::open(home.call(daemon.listening.enrolment, None), Subprotocol::ENROL))
        .collect();
    let mut nonces = vec![];
    for talk in &mut talks {
        let Answer::Question(nonce) = talk.answer().await else { panic!("the fleet asks first") };
        nonces.push(nonce);
    }
    assert_eq!(nonces.iter().collect::<BTreeSet<_>>().len(), 50, "one question for each");
    for ((talk, machine), nonce) in talks.iter().zip(&machines).zip(&nonces) {
        talk.line.send(cbor::encode(&machine.join(&token, *nonce)));
    }
    let mut winners = vec![];
    for (talk, machine) in talks.iter_mut().zip(&machines) {
        match talk.answer().await {
            Answer::Joined(joined) => winners.push((machine, joined)),
            refused => assert_eq!(code(&refused), "admit/token-used"),
        }
    }
    let [(machine, joined)] = &winners[..] else { panic!("{} of them", winners.len()) };
    for _ in 0..2 {
        let again = home.enrol(&daemon, |nonce| machine.join(&token, nonce)).await;
        let Answer::Joined(again) = again else { panic!("{again:?}") };
        assert_eq!((again.device, &again.chain), (joined.device, &joined.chain), "the very same certificate");
    }
    let (_, devices) = get(&daemon, api::path::DEVICES, Some(&ada.0)).await;
    assert_eq!(devices.matches("\"dev_").count(), 1, "{devices}");
    daemon.stop().await;
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let again = home.enrol(&daemon, |nonce| machine.join(&token, nonce)).await;
    let Answer::Joined(again) = again else { panic!("{again:?}") };
    assert_eq!(again.chain, joined.chain, "after a restart too");
    daemon.stop().await;
}

#[tokio::test]
async fn whoever_says_what_may_not_be_said_hears_why() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let token = ada.token(&daemon).await;
    let stranger = Machine::new();
    let unknown = home.enrol(&daemon, |nonce| stranger.join(&[7; 32], nonce)).await;
    assert_eq!(code(&unknown), "admit/token-unknown");
    let other = home.enrol(&daemon, |_| stranger.join(&token, vocab::Nonce([1; 32]))).await;
    assert_eq!(code(&other), "admit/nonce-other");
    let (machine, joined) = home.enrolled(&daemon, &ada).await;
    let second = home.enrol(&daemon, |nonce| machine.join(&token, nonce)).await;
    assert_eq!(code(&second), "admit/key-taken");
    let foreign = home.enrol(&daemon, |nonce| stranger.reproof(&joined, nonce)).await;
    assert_eq!(code(&foreign), "admit/letter");
    let mut talk = Talk::open(home.call(daemon.listening.enrolment, None), Subprotocol::ENROL);
    assert!(matches!(talk.answer().await, Answer::Question(_)));
    talk.line.send(b"hello".to_vec());
    assert_eq!(code(&talk.answer().await), "fleetd/enrolment-malformed");
    assert!(matches!(talk.ended().await, Ended::Closed { number: 1000, .. }));
    daemon.stop().await;
}

#[tokio::test]
async fn a_second_thing_on_one_connection_is_never_heard() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let ada = Guest::sign_in(&daemon, 1).await;
    let token = ada.token(&daemon).await;
    let (first, second) = (Machine::new(), Machine::new());
    let mut talk = Talk::open(home.call(daemon.listening.enrolment, None), Subprotocol::ENROL);
    let Answer::Question(nonce) = talk.answer().await else { panic!("the fleet asks first") };
    talk.line.send(cbor::encode(&first.join(&token, nonce)));
    talk.line.send(cbor::encode(&second.join(&token, nonce)));
    assert!(matches!(talk.answer().await, Answer::Joined(_)));
    assert!(matches!(talk.ended().await, Ended::Closed { number: 1000, .. }));
    let again = home.enrol(&daemon, |nonce| first.join(&token, nonce)).await;
    assert!(matches!(again, Answer::Joined(_)), "the first one has the token: {again:?}");
    daemon.stop().await;
}
