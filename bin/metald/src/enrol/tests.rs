use board::Board;
use tls::Suites;
use wire::v1::enrol::Answer;

use super::*;
use crate::{
    Bell,
    clock::Trusted,
    problem::Lasting,
    testing::{DEVICE, Machine, Post, TOKEN, label, now, soon},
};

async fn ask(post: &Post, machine: &mut Machine, token: &[u8]) -> Result<Kept, Problem> {
    let call = post.fleet.enrolment(&Suites::default(), &Trusted::default()).unwrap();
    soon(join(&post.fleet, call, &mut machine.board, &label(), token)).await
}

#[tokio::test]
async fn a_device_with_a_token_gets_an_identity_for_its_key() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    let kept = ask(&post, &mut machine, &TOKEN).await.unwrap();
    assert_eq!((kept.device(), kept.fleet()), (DEVICE, post.fleet.name()));
    let own = tls::key::Own::read(&kept.chain()).unwrap();
    assert_eq!(own.point, machine.keys.device_key().as_bytes());
    assert_eq!(kept.identity(&post.fleet).unwrap().device, DEVICE);
    let again = ask(&post, &mut machine, &TOKEN).await.unwrap();
    assert_eq!(again.device(), kept.device(), "the answer was lost, and is given again");
}

#[tokio::test]
async fn what_the_fleet_refuses_is_told_with_what_to_do() {
    for (code, words, lasting) in [
        ("admit/token-expired", "`wrale token`", Lasting::ForGood),
        ("admit/token-unknown", "`wrale token`", Lasting::ForGood),
        ("admit/token-used", "find out which device", Lasting::ForGood),
        ("admit/token-bound", "names another device", Lasting::ForGood),
        ("admit/key-taken", "copied from another device", Lasting::ForGood),
        ("admit/revoked", "enrol anew", Lasting::ForGood),
        ("admit/nonce-stale", "fleet's log", Lasting::ForNow),
        ("control/stopped", "fleet's log", Lasting::ForNow),
    ] {
        let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
        post.book.lock().unwrap().refuse = Some((code, "the fleet's\nown sentence"));
        let problem = ask(&post, &mut machine, &TOKEN).await.unwrap_err();
        assert_eq!((problem.code(), problem.lasting()), (code, lasting));
        let said = problem.to_string();
        assert!(said.contains(words) && said.contains("own sentence") && !said.contains('\n'), "{said}");
    }
}

#[tokio::test]
async fn a_token_that_nobody_issued_is_refused_and_changes_nothing() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    let problem = ask(&post, &mut machine, &[1; 32]).await.unwrap_err();
    assert_eq!(problem.code(), "admit/token-unknown");
    assert!(post.book.lock().unwrap().key.is_none());
    ask(&post, &mut machine, &TOKEN).await.unwrap();
}

#[tokio::test]
async fn an_answer_for_somebody_else_or_of_another_root_is_not_believed() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    let key = machine.keys.device_key();
    let honest = post.joined(&key, now() + Duration::from_hours(1));
    let other = Post::open().await.joined(&key, now() + Duration::from_hours(1));
    let mut older = post.bundle.keyset.claimed().unwrap();
    older.version -= 1;
    let mut foreign = older.clone();
    foreign.version += 2;
    let sealed = |keyset, seed| crypto::signed::Signed::seal(keyset, &key::SecretKey::from_seed([seed; 32]));
    for (joined, why) in [
        (Joined { device: DeviceId([1; 16]), ..honest.clone() }, "another's"),
        (Joined { chain: vec![], ..honest.clone() }, "none"),
        (post.joined(&machine.keys.clone().prepare().unwrap(), now() + Duration::from_hours(1)), "another's"),
        (Joined { keyset: sealed(&older, 1), ..honest.clone() }, "older"),
        (Joined { keyset: sealed(&foreign, 2), ..honest.clone() }, "root"),
        (Joined { checkpoint: "no note".into(), ..honest.clone() }, "root"),
        (Joined { fleet: vocab::FleetName::new("evil").unwrap(), ..honest }, "another fleet's"),
    ] {
        post.book.lock().unwrap().answers = vec![Answer::Joined(joined)];
        match ask(&post, &mut machine, &TOKEN).await {
            Err(Problem::Foreign(told)) => assert!(told.contains(why), "{why}: {told}"),
            Err(problem) => panic!("{why}: {problem:?}"),
            Ok(_) => panic!("{why}: believed"),
        }
    }
    // The certificate leads to another zone's root: the hardware listener will not take it, and says so there.
    post.book.lock().unwrap().answers = vec![Answer::Joined(other)];
    assert!(ask(&post, &mut machine, &TOKEN).await.is_ok());
}

#[tokio::test]
async fn a_fleet_that_speaks_out_of_turn_is_not_answered_again() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    post.book.lock().unwrap().answers = vec![Answer::Question(crate::testing::NONCE)];
    assert_eq!(ask(&post, &mut machine, &TOKEN).await.unwrap_err(), Problem::Turn);
}

#[tokio::test]
async fn whoever_is_not_of_this_fleet_is_not_shown_the_token() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    let elsewhere = Post::open().await;
    let mut bundle = post.bundle.clone();
    bundle.enrolment.clone_from(&elsewhere.bundle.enrolment);
    let fleet = Fleet::believe(bundle, post.fleet.root()).unwrap();
    let call = fleet.enrolment(&Suites::default(), &Trusted::default()).unwrap();
    let problem = soon(join(&fleet, call, &mut machine.board, &label(), &TOKEN)).await.unwrap_err();
    assert_eq!((problem.code(), problem.lasting()), ("tls/issuer", Lasting::ForNow));
    assert_eq!(elsewhere.asked(), []);
}

#[tokio::test]
async fn a_device_that_lost_its_certificate_proves_itself_with_the_key_that_the_fleet_knows() {
    let (post, mut machine) = (Post::open().await, Machine::new(&Bell::default()));
    ask(&post, &mut machine, &TOKEN).await.unwrap();
    let call = || post.fleet.enrolment(&Suites::default(), &Trusted::default()).unwrap();
    let root = machine.board.root();
    let chain = soon(reprove(&post.fleet, call(), root, DEVICE, ChipKey::Device)).await.unwrap();
    assert_eq!(tls::key::Own::read(&chain).unwrap().point, root.device_key().as_bytes());
    let refused = soon(reprove(&post.fleet, call(), root, DEVICE, ChipKey::NextDevice)).await.unwrap_err();
    assert_eq!(refused.code(), "admit/letter", "the fleet does not know that key");
}
