//! Coming in by a password, and who may what.

use std::{fs, os::unix::fs::PermissionsExt};

use api::person::Grant;

use crate::{
    Mistake,
    commands::Done,
    ended,
    testing::{Asked, Fleet, LATER, Reply, TOKEN, Terminal, ada, good, no, session},
};

fn person(name: &str, id: &str) -> api::Person {
    api::Person {
        id: id.into(),
        name: name.into(),
        grants: vec![Grant { role: "viewer".into(), sites: Some(vec!["nord".into()]) }],
        configured: vec![],
        disabled: false,
        invited_until: None,
        password: true,
        second_factor: false,
    }
}

fn accounts(asked: &Asked) -> Option<Reply> {
    let token = api::me::ApiToken {
        id: "00".repeat(8),
        name: "prometheus".into(),
        grants: vec![Grant { role: "viewer".into(), sites: None }],
        created: LATER.to_string(),
        until: LATER.to_string(),
        used_seconds: Some(90),
    };
    match (asked.method.as_str(), asked.path.split('?').next().unwrap()) {
        ("POST", api::path::PASSWORD_SIGN_IN) if asked.body.contains("copper-violin-moss-lantern") => {
            good(&session(ada().person))
        }
        ("POST", api::path::PASSWORD_SIGN_IN) => {
            no(401, "web/sign-in", "nobody signs in like that; try again")
        }
        ("GET", api::path::MY_TOKENS) => good(&api::me::ApiTokens { tokens: vec![token] }),
        ("POST", api::path::MY_TOKENS) => {
            good(&api::me::IssuedToken { token: "wrale_5e".into(), about: token })
        }
        ("GET", api::path::PEOPLE) => good(&api::People {
            people: vec![person("Edith", "per_1"), person("Grete", "per_2"), person("Grete", "per_3")],
            next: None,
        }),
        ("PATCH" | "DELETE", _) => Some(Reply::Good(String::new())),
        ("GET", "/v1/sites") => good(&api::Sites {
            sites: vec![api::site::Site {
                site: "nord".into(),
                devices: 3,
                good: 2,
                attention: 0,
                alarm: 1,
                unknown: 0,
            }],
            as_of: String::new(),
        }),
        _ => None,
    }
}

#[tokio::test]
async fn a_password_opens_a_session_that_lasts_until_it_is_ended() {
    let fleet = Fleet::start(accounts).await;
    let mut terminal = Terminal::new();
    fs::remove_file(terminal.path("ada.key")).unwrap();
    terminal.secrets = vec!["123 456", "copper-violin-moss-lantern"];
    assert_eq!(terminal.at(&fleet, &["login"]).await, Ok(Done::Yes));
    let file = terminal.path("ada.session");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let shown = terminal.shown(&fleet);
    assert!(shown.starts_with("You are Ada at nord.") && !shown.contains(TOKEN), "{shown}");
    let asked = fleet.asked();
    let body = &asked.iter().find(|asked| asked.path == api::path::PASSWORD_SIGN_IN).unwrap().body;
    assert!(body.contains(r#""code":"123 456""#) && body.contains(r#""hold":"token""#), "{body}");

    assert_eq!(terminal.at(&fleet, &["sites"]).await, Ok(Done::Yes));
    assert_eq!(
        terminal.shown(&fleet),
        "SITE  BOXES  GOOD  ATTENTION  ALARM  UNKNOWN\nnord  3      2     0          1      0\n"
    );
    let asked = fleet.asked();
    assert_eq!(asked.last().unwrap().path, "/v1/sites", "the session goes on");
    assert_eq!(asked.last().unwrap().bearer, Some(format!("Bearer {TOKEN}")));

    let refused = terminal.at(&fleet, &["reset", "dev-07", "--reason", "x"]).await;
    assert_eq!(refused, Err(Mistake::NoKey.into()), "a session signs nothing");
    assert_eq!(terminal.at(&fleet, &["logout"]).await, Ok(Done::Yes));
    assert!(!file.exists());
    assert_eq!(fleet.asked().last().unwrap().path, api::path::SIGN_OUT);
}

#[tokio::test]
async fn what_does_not_sign_in_leaves_no_session() {
    let fleet = Fleet::start(accounts).await;
    let mut terminal = Terminal::new();
    terminal.secrets = vec!["", "wrong"];
    let refused = terminal.at(&fleet, &["login", "--name", "edith"]).await.unwrap_err();
    assert_eq!((refused.code(), ended(&refused)), ("web/sign-in", 3));
    assert!(!terminal.path("edith.session").exists());
    assert_eq!(terminal.at(&fleet, &["login", "--name", "edith"]).await, Err(Mistake::NoSecret.into()));
    let named = terminal.at(&fleet, &["login", "--name", "../edith"]).await.unwrap_err();
    assert_eq!((named.code(), ended(&named)), ("cli/name", 1));
    assert_eq!(terminal.at(&fleet, &["logout"]).await, Err(Mistake::NoSession.into()));
}

#[tokio::test]
async fn people_are_changed_by_one_name_or_by_id() {
    let fleet = Fleet::start(accounts).await;
    let mut terminal = Terminal::answering(&["y", "n"]);
    assert_eq!(terminal.at(&fleet, &["people", "disable", "Edith"]).await, Ok(Done::Yes));
    assert_eq!(terminal.at(&fleet, &["people", "disable", "Edith"]).await, Ok(Done::Declined));
    let grant = ["people", "grant", "per_3", "--grant", "operator@nord,sued", "--grant", "auditor", "--yes"];
    assert_eq!(terminal.at(&fleet, &grant).await, Ok(Done::Yes));
    assert_eq!(terminal.questions[0], "Keep Edith out, and end every session of theirs? [y/N] ");
    let changes = fleet.asked().into_iter().filter(|asked| asked.method == "PATCH");
    let changes: Vec<_> = changes.map(|asked| (asked.path, asked.body)).collect();
    assert_eq!(
        changes,
        [
            ("/v1/people/per_1".to_owned(), r#"{"disabled":true}"#.to_owned()),
            (
                "/v1/people/per_3".to_owned(),
                r#"{"grants":[{"role":"operator","sites":["nord","sued"]},{"role":"auditor"}]}"#.to_owned()
            ),
        ]
    );
    let several = terminal.at(&fleet, &["people", "enable", "Grete"]).await;
    assert_eq!(several, Err(Mistake::Several("Grete".into()).into()));
    let nobody = terminal.at(&fleet, &["people", "again", "Annie"]).await;
    assert_eq!(nobody, Err(Mistake::Nobody("Annie".into()).into()));
}

#[tokio::test]
async fn a_program_is_given_a_token_once_and_it_is_taken_back() {
    let fleet = Fleet::start(accounts).await;
    let mut terminal = Terminal::new();
    let out = terminal.path("token");
    let new = ["tokens", "new", "prometheus", "--grant", "viewer", "--out", out.to_str().unwrap()];
    assert_eq!(terminal.at(&fleet, &new).await, Ok(Done::Yes));
    assert_eq!(fs::read_to_string(&out).unwrap(), "wrale_5e\n");
    assert!(!terminal.read().contains("wrale_5e"), "what is in a file is not shown");
    assert_eq!(terminal.at(&fleet, &["tokens", "list"]).await, Ok(Done::Yes));
    let shown = terminal.read();
    assert!(shown.contains("prometheus  90 s") && shown.contains("viewer everywhere"), "{shown}");
    assert_eq!(terminal.at(&fleet, &["tokens", "revoke", "0000000000000000"]).await, Ok(Done::Yes));
    let ended = fleet.asked().into_iter().filter(|asked| asked.method == "DELETE");
    assert_eq!(ended.map(|asked| asked.path).collect::<Vec<_>>(), ["/v1/me/tokens/0000000000000000"]);
}

#[tokio::test]
async fn a_shell_is_told_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let mut terminal = Terminal::new();
        assert_eq!(terminal.typed(&["completions", shell]).await, Ok(Done::Yes));
        let text = terminal.read();
        for word in ["incidents", "people", "completions", "--json"] {
            assert!(text.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
}
