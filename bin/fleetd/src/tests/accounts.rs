//! The first administrator, from the line in the log to coming in again after a restart.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use crate::testing::{Daemon, Home, browse, get, post};

/// What the daemon writes into its log, as far as this thread hears it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The word of the link for the first administrator, if there is one by now.
    fn first(&self) -> Option<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let (_, after) = text.split_once("/join#")?;
        Some(after.chars().take_while(char::is_ascii_hexdigit).collect())
    }
}

const PASSWORD: &str = "copper-violin-moss-lantern";

#[tokio::test]
async fn the_first_administrator_opens_the_link_in_the_log_and_comes_in_by_a_password_from_then_on() {
    let log = Log::default();
    let heard = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || heard.clone()).finish();
    let _heard = tracing::subscriber::set_default(lines);
    let home = Home::ready();
    let asked = "security: { authentication: { session_timeout: 2m } }";
    let daemon = Daemon::start(home.config(asked)).await.unwrap();
    let word = log.first().expect("nobody is an administrator yet");
    assert_eq!(word.len(), 64);
    let body = format!(r#"{{"token":"{word}","name":"edith","password":"{PASSWORD}","hold":"token"}}"#);
    let (status, text) = post(&daemon, api::path::REDEEM, None, &body).await;
    assert_eq!(status, 200, "{text}");
    let session: api::Session = serde_json::from_str(&text).unwrap();
    assert_eq!((session.name.as_str(), session.idle_seconds), ("edith", 120));
    let (status, text) = get(&daemon, api::path::PEOPLE, Some(&session.token)).await;
    assert!(status == 200 && text.contains("\"ada\"") && text.contains("\"edith\""), "{text}");
    assert_eq!(post(&daemon, api::path::REDEEM, None, &body).await.0, 409, "once");
    daemon.stop().await;

    log.0.lock().unwrap().clear();
    let daemon = Daemon::start(home.config(asked)).await.unwrap();
    assert_eq!(log.first(), None, "somebody is");
    let sign_in = |password: &str| format!(r#"{{"name":"edith","password":"{password}","hold":"token"}}"#);
    assert_eq!(
        get(&daemon, api::path::ME, Some(&session.token)).await.0,
        401,
        "sessions die with the process"
    );
    let (status, wrong) = post(&daemon, api::path::PASSWORD_SIGN_IN, None, &sign_in("copper-violin")).await;
    assert_eq!(status, 401, "{wrong}");
    let (status, text) = post(&daemon, api::path::PASSWORD_SIGN_IN, None, &sign_in(PASSWORD)).await;
    assert_eq!(status, 200, "{text}");
    daemon.stop().await;
    let said = home.log();
    let ended = |kind: &str| {
        said.iter().filter(|(of, ..)| of == kind).map(|(_, how, _)| how.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(ended("account"), ["Done"]);
    assert_eq!(ended("sign-in"), [r#"Refused("access/invitation")"#, r#"Refused("web/sign-in")"#, "Done"]);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        !text.contains(PASSWORD) && !text.contains(&session.token),
        "and no secret of hers stands in the log"
    );
}

/// Everybody comes from one address here, as behind a proxy, and a restart forgets who came from where.
#[tokio::test]
async fn strangers_who_guess_keep_nobody_out_of_the_browser_in_which_they_came_in_not_even_over_a_restart() {
    let log = Log::default();
    let heard = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || heard.clone()).finish();
    let _heard = tracing::subscriber::set_default(lines);
    let home = Home::ready();
    let mut daemon = Daemon::start(home.config("")).await.unwrap();
    let word = log.first().expect("nobody is an administrator yet");
    let redeem = format!(r#"{{"token":"{word}","name":"edith","password":"{PASSWORD}"}}"#);
    let (status, held) = browse(&daemon, api::path::REDEEM, "", &redeem).await;
    assert_eq!(status, 200);
    let mut known = held.into_iter().find(|cookie| cookie.starts_with("wrale-browser=")).unwrap();
    let sign_in = |password: &str| format!(r#"{{"name":"edith","password":"{password}"}}"#);
    for _ in 0..3 {
        daemon.stop().await;
        daemon = Daemon::start(home.config("")).await.unwrap();
        let guess = sign_in("copper-violin");
        for at in 0..5 {
            // The moment after a stranger was told to wait.
            while browse(&daemon, api::path::PASSWORD_SIGN_IN, "", &guess).await.0 != 429 {}
            let (status, held) =
                browse(&daemon, api::path::PASSWORD_SIGN_IN, &known, &sign_in(PASSWORD)).await;
            assert_eq!(status, 200, "{at}: while the guessing goes on");
            known = held.into_iter().find(|cookie| cookie.starts_with("wrale-browser=")).unwrap();
        }
    }
    daemon.stop().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains(known.split('=').nth(1).unwrap()), "and no cookie stands in the log");
}
