//! Strangers who guess: at one account, at many, and at who is known at all.

use std::time::Duration;

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};

use super::{
    visitor::{Browser, PASSWORD, granted, password, password_from},
    world::{Answer, World, get, post},
};
use crate::totp;

async fn with_people(world: &World, names: &[&str]) -> (Router, Vec<String>) {
    let (router, admin) = world.administered(vec![]).await;
    let mut tokens = vec![];
    for name in names {
        tokens.push(world.newcomer(&router, &admin, name, &json!([granted("viewer", &[])])).await.1);
    }
    (router, tokens)
}

fn guess(name: &str, word: &str) -> Value {
    json!({ "name": name, "password": word, "hold": "token" })
}

/// The secret of the codes that this person set up, with a code of it.
async fn codes(world: &World, router: &Router, token: &str) -> Vec<u8> {
    let codes: api::me::Codes = post_empty(router, api::path::MY_CODES, token).await.read();
    let secret = base32(&codes.secret);
    assert!(codes.uri.contains(&codes.secret));
    let body = json!({ "code": totp::tests::shown(&secret, world.now().wall) });
    let confirmed = post(router, api::path::MY_CODES_CONFIRM, Some(token), &body).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{confirmed:?}");
    secret
}

async fn post_empty(router: &Router, path: &str, token: &str) -> Answer {
    let request = super::world::request("POST", path, Some(token));
    super::world::ask(router, request.body(axum::body::Body::empty()).unwrap()).await
}

pub(super) fn base32(text: &str) -> Vec<u8> {
    let value = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
    let bits: Vec<bool> =
        text.chars().flat_map(|letter| (0..5).rev().map(move |bit| value(letter) >> bit & 1 == 1)).collect();
    bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

/// How many seconds whoever was told to wait is told to.
fn waits(answer: &Answer) -> u64 {
    assert_eq!(answer.problem(), "web/wait");
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

/// Whoever finds the queue full has tried nothing, and waits for nothing afterwards.
#[tokio::test]
async fn a_full_queue_is_no_try() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    let before = world.hasher.evaluated();
    let mut full = vec![];
    while let Ok(place) = world.hasher.place() {
        full.push(place);
    }
    for _ in 0..50 {
        let answer = password_from(&router, "203.0.113.9", &guess("ada", PASSWORD)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "web/crowded")
        );
    }
    assert_eq!(world.hasher.evaluated(), before);
    full.clear();
    let wrong = password_from(&router, "203.0.113.9", &guess("ada", "letmein")).await;
    assert_eq!(wrong.problem(), "web/sign-in", "it is compared, and not told to wait");
    assert_eq!(password_from(&router, "203.0.113.9", &guess("ada", PASSWORD)).await.status, StatusCode::OK);
}

/// A46: ten thousand guesses at one account, from five hundred addresses.
#[tokio::test]
async fn ten_thousand_guesses_are_hardly_compared_and_the_owner_still_comes_in() {
    let world = World::calm();
    let (router, tokens) = with_people(&world, &["ada", "grace"]).await;
    let secret = codes(&world, &router, &tokens[1]).await;
    let before = world.hasher.evaluated();
    let mut told_to_wait = 0;
    for at in 0..10_000u32 {
        let name = if at % 2 == 0 { "ada" } else { "grace" };
        let source = format!("198.51.{}.{}", at % 500 / 250, at % 250);
        let answer = password_from(&router, &source, &guess(name, "letmein")).await;
        told_to_wait += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        assert!([429, 401].contains(&answer.status.as_u16()), "{answer:?}");
        world.pass(Duration::from_millis(20));
    }
    let compared = world.hasher.evaluated() - before;
    assert!(compared < 100 && told_to_wait > 9_900, "{compared} compared, {told_to_wait} told to wait");
    let said = world.log("sign-in").await;
    let found = said.iter().filter(|outcome| outcome.contains("control/brute-force")).count();
    assert_eq!(found, 2, "one finding for each account: {said:?}");
    let told = world.told("guessing").await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|sentence| sentence.contains("the password of ada")), "{told:?}");
    assert!(told.iter().any(|sentence| sentence.contains("the password of grace")), "{told:?}");
    assert!(said.len() < 200, "and the log is not filled: {}", said.len());

    // A moment after somebody took a turn both wait, and no longer than it says: a right code is no sooner looked at
    // than a wrong one.
    for (name, house) in [("ada", 1), ("grace", 2)] {
        let mut strangers = (1..).map(|at| format!("192.0.{house}.{at}"));
        let mut next =
            async || password_from(&router, &strangers.next().unwrap(), &guess(name, "letmein")).await;
        while next().await.problem() != "web/wait" {}
    }
    let mut grace = guess("grace", PASSWORD);
    let mut longest = 0;
    for after in [0, 3600] {
        let code = totp::tests::shown(&secret, world.now().wall + Duration::from_secs(after));
        grace["code"] = code.into();
        longest = longest.max(waits(&password_from(&router, "203.0.113.9", &grace).await));
    }
    longest = longest.max(waits(&password_from(&router, "203.0.113.9", &guess("ada", PASSWORD)).await));
    assert!(longest <= 20 * 60, "{longest}");
    world.pass(Duration::from_secs(longest));
    grace["code"] = totp::tests::shown(&secret, world.now().wall).into();
    assert_eq!(password_from(&router, "203.0.113.9", &grace).await.status, StatusCode::OK);
    assert_eq!(password_from(&router, "203.0.113.9", &guess("ada", PASSWORD)).await.status, StatusCode::OK);
    // From where she came in, guessing elsewhere does not keep her out.
    for at in 0..50 {
        password_from(&router, &format!("198.51.100.{at}"), &guess("ada", "letmein")).await;
    }
    assert_eq!(password_from(&router, "203.0.113.9", &guess("ada", PASSWORD)).await.status, StatusCode::OK);
}

/// Somebody tries this name every second for so long, from wherever the owner comes from.
async fn guessed_for(world: &World, router: &Router, name: &str, span: Duration) {
    for _ in 0..span.as_secs() {
        password(router, name, "letmein").await;
        world.pass(Duration::from_secs(1));
    }
}

/// Behind a proxy all come from one address, and a restart forgets who came from where: she has her browser.
#[tokio::test]
async fn whoever_guesses_without_end_does_not_keep_the_owner_out_of_her_browser() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    let mut ada = Browser::new(&router);
    assert_eq!(ada.sign_in("ada").await.status, StatusCode::OK);
    for _ in 0..3 {
        ada.router = world.serve(&[]);
        for _ in 0..3 {
            guessed_for(&world, &ada.router, "ada", Duration::from_mins(25)).await;
            assert_eq!(password(&ada.router, "ada", PASSWORD).await.problem(), "web/wait", "anywhere else");
            let wrong = json!({ "name": "ada", "password": "copper-violin-moss" });
            assert_eq!(ada.post(api::path::PASSWORD_SIGN_IN, &wrong).await.problem(), "web/sign-in");
            assert_eq!(ada.sign_in("ADA").await.status, StatusCode::OK, "while the guessing goes on");
        }
    }
    let said = world.log("sign-in").await;
    assert!(said.iter().any(|outcome| outcome.contains("control/brute-force")), "and it is found: {said:?}");
}

/// The cookie of somebody who came in elsewhere, at another account, too long ago, or with another password; and none.
#[tokio::test]
async fn a_cookie_that_is_not_of_this_account_now_gains_nothing() {
    let mut world = World::calm();
    let (router, _) = with_people(&world, &["ada", "grace"]).await;
    let known = async |router: &Router, name: &str| {
        let mut browser = Browser::new(router);
        assert_eq!(browser.sign_in(name).await.status, StatusCode::OK);
        browser.known.unwrap()
    };
    let (old, elsewhere) = (known(&router, "ada").await, world.serve_elsewhere(&[]));
    world.pass(crate::browser::LIFE);
    let before = known(&router, "ada").await;
    let mut changes = Browser::new(&router);
    changes.sign_in("ada").await;
    let body = json!({ "password": "lantern-moss-violin-copper" });
    assert_eq!(changes.post(api::path::MY_PASSWORD, &body).await.status, StatusCode::OK);
    let body = json!({ "password": PASSWORD });
    assert_eq!(changes.post(api::path::MY_PASSWORD, &body).await.status, StatusCode::OK);
    let good = changes.known.clone().unwrap();
    let edited = |at: usize| {
        let mut letters: Vec<char> = good.chars().collect();
        let digit = good.find('=').unwrap() + 1 + at;
        letters[digit] = if letters[digit] == '0' { '1' } else { '0' };
        letters.into_iter().collect::<String>()
    };
    let bad = [
        ("forged", format!("__Host-wrale-browser={}", "ab".repeat(32))),
        ("prolonged", edited(0)),
        ("another number", edited(17)),
        ("another mark", edited(63)),
        ("short", good[..good.len() - 2].to_owned()),
        ("planted beside hers", format!("{good}; __Host-wrale-browser={}", "ab".repeat(32))),
        ("by the name of another cookie", good.replace("-browser", "")),
        ("of grace", known(&router, "grace").await),
        ("of another fleet", known(&elsewhere, "ada").await),
        ("too old", old),
        ("of before the password was changed", before),
    ];
    guessed_for(&world, &router, "ada", Duration::from_mins(10)).await;
    let compared = world.hasher.evaluated();
    for (why, cookie) in bad {
        let mut browser = Browser { known: Some(cookie), ..Browser::new(&router) };
        assert_eq!(browser.sign_in("ada").await.problem(), "web/wait", "{why}");
    }
    assert_eq!(world.hasher.evaluated(), compared, "nothing was compared for any of them");
    // The good one is no session either, and none of it is said to anybody.
    let session = good.replace("-browser", "");
    let mut thief = Browser { cookie: Some(session), ..Browser::new(&router) };
    assert_eq!(thief.get(api::path::ME).await.problem(), "web/signed-out");
    assert_eq!(changes.sign_in("ada").await.status, StatusCode::OK, "and hers is as good as ever");
}

/// Whoever has stolen a browser's cookie guesses as slowly as anybody, and slows no other browser.
#[tokio::test]
async fn a_stolen_cookie_makes_nobody_guess_faster_and_slows_no_other_browser() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    let (mut stolen, mut hers) = (Browser::new(&router), Browser::new(&router));
    for browser in [&mut stolen, &mut hers] {
        assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
    }
    let before = world.hasher.evaluated();
    for _ in 0..10_000 {
        stolen.post(api::path::PASSWORD_SIGN_IN, &json!({ "name": "ada", "password": "letmein" })).await;
        world.pass(Duration::from_secs(1));
    }
    let compared = world.hasher.evaluated() - before;
    assert!(compared < 30, "{compared}");
    assert_eq!(hers.sign_in("ada").await.status, StatusCode::OK);
    assert_eq!(
        password(&router, "ada", PASSWORD).await.status,
        StatusCode::OK,
        "and no stranger waits for it"
    );
}

/// On this machine, where a proxy may stand before us, an address says nothing: whoever sprays from there makes nobody
/// else wait for long.
#[tokio::test]
async fn behind_a_proxy_an_address_is_held_against_nobody() {
    for (source, waits) in [("127.0.0.1", false), ("::1", false), ("203.0.113.9", true)] {
        let world = World::calm();
        let (router, _) = with_people(&world, &["ada"]).await;
        for at in 0..60 {
            password_from(&router, source, &guess(&format!("person {at}"), "letmein")).await;
            world.pass(Duration::from_secs(1));
        }
        let answer = password_from(&router, source, &guess("ada", PASSWORD)).await;
        assert_eq!(answer.status == StatusCode::TOO_MANY_REQUESTS, waits, "{source}: {answer:?}");
    }
}

/// The harmless twin: somebody who mistypes their own password.
#[tokio::test]
async fn somebody_who_mistypes_five_times_is_no_finding() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    for _ in 0..5 {
        assert_eq!(password(&router, "ada", "copper-violin-moss").await.problem(), "web/sign-in");
    }
    world.pass(Duration::from_secs(2));
    assert_eq!(password(&router, "ada", PASSWORD).await.status, StatusCode::OK);
    let said = world.log("sign-in").await;
    assert!(!said.iter().any(|outcome| outcome.contains("control/")), "{said:?}");
}

/// A47: one password for many accounts, from one address and from many.
#[tokio::test]
async fn spraying_is_found_within_fifteen_accounts_and_a_minute() {
    for sources in [1, 1000] {
        let world = World::calm();
        let router = world.serve(&[]);
        let mut found = None;
        for at in 0..1000u16 {
            let source = format!("198.51.{}.{}", at % sources / 250, at % sources % 250);
            password_from(&router, &source, &guess(&format!("person {at}"), "Winter2026!")).await;
            world.pass(Duration::from_millis(50));
            if found.is_none() && at < 16 {
                let said = world.log("sign-in").await;
                found = said.iter().any(|outcome| outcome.contains("control/spraying")).then_some(at + 1);
            }
        }
        assert!(found.is_some_and(|accounts| accounts <= 15), "{found:?} from {sources}");
        let told = world.told("guessing").await;
        assert!(told.iter().any(|sentence| sentence.contains("at many accounts")), "{told:?}");
    }
}

#[tokio::test]
async fn twenty_eight_accounts_three_times_each_are_found() {
    let world = World::calm();
    let router = world.serve(&[]);
    for at in 0..84u16 {
        password_from(&router, "198.51.100.7", &guess(&format!("person {}", at / 3), "Winter2026!")).await;
        world.pass(Duration::from_secs(5));
    }
    let said = world.log("sign-in").await;
    assert_eq!(said.iter().filter(|outcome| outcome.contains("control/spraying")).count(), 1, "{said:?}");
}

/// A48: a name that somebody has and one that nobody has: the same body, status, headers and work.
#[tokio::test]
async fn nobody_learns_who_is_known() {
    let world = World::calm();
    let (router, tokens) = with_people(&world, &["ada", "grace"]).await;
    codes(&world, &router, &tokens[1]).await;
    let mut seen = vec![];
    for name in ["ada", "grace", "nobody", "person 1"] {
        let mut answers = vec![];
        for _ in 0..8 {
            let before = world.hasher.evaluated();
            let answer = password_from(&router, "198.51.100.7", &guess(name, "letmein")).await;
            answers.push((answer.status, answer.text, answer.headers, world.hasher.evaluated() - before));
            world.pass(Duration::from_millis(100));
        }
        seen.push(answers);
        world.pass(Duration::from_hours(2));
    }
    assert!(seen.iter().all(|answers| *answers == seen[0]), "{seen:?}");
    assert_eq!(seen[0].iter().filter(|(.., work)| *work == 1).count(), 5, "and then each waits alike");
    // The right password without its code is answered like a wrong one.
    let without = password(&router, "grace", PASSWORD).await;
    assert_eq!((without.status, &without.text), (seen[0][0].0, &seen[0][0].1));
    // Whoever asks for a challenge learns nothing either: they name nobody.
    let options = post_empty(&router, api::path::PASSKEY_OPTIONS, "").await;
    assert_ne!(options.status, StatusCode::OK, "without saying which server");
    assert_eq!(get(&router, api::path::PEOPLE, None).await.problem(), "web/signed-out");
}

/// Many at once are no more than as many one after the other.
#[tokio::test]
async fn guesses_at_once_are_counted_before_they_are_compared() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    let before = world.hasher.evaluated();
    let tries = (0..30).map(|at| {
        let router = router.clone();
        async move { password_from(&router, &format!("198.51.100.{at}"), &guess("ada", "letmein")).await }
    });
    futures_util::future::join_all(tries).await;
    let compared = world.hasher.evaluated() - before;
    assert!(compared <= 6, "{compared} compared");
}

/// Strangers who fill the room in which passwords are compared make nobody's next try wait.
#[tokio::test]
async fn a_try_for_which_there_was_no_room_is_none() {
    let world = World::calm();
    let (router, _) = with_people(&world, &["ada"]).await;
    let mut places = vec![];
    while let Ok(place) = world.hasher.place() {
        places.push(place);
    }
    for _ in 0..50 {
        assert_eq!(password(&router, "ada", "wrong").await.problem(), "web/crowded");
    }
    drop(places);
    assert_eq!(world.hasher.evaluated(), 0);
    assert_eq!(password(&router, "ada", PASSWORD).await.status, StatusCode::OK, "at once");
}
