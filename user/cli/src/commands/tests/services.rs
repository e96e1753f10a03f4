use crate::{
    commands::Done,
    testing::{Asked, Fleet, NOW, Reply, Terminal, good},
};

fn nord(asked: &Asked) -> Option<Reply> {
    let revoked = api::service::Revoked { name: "door".into(), revoked: NOW.to_string() };
    let services = api::service::Services { services: vec![revoked], as_of: NOW.to_string() };
    let known = asked.is("GET", "/v1/services") || asked.is("POST", "/v1/services/door/revoke");
    known.then(|| good(&services)).flatten()
}

#[tokio::test]
async fn the_credential_of_a_service_is_ended_with_a_reason_and_the_end_is_listed() {
    let fleet = Fleet::start(nord).await;
    let mut terminal = Terminal::new();
    let ended = ["services", "revoke", "door", "--reason", "it was sold", "--yes"];
    assert_eq!(terminal.at(&fleet, &ended).await, Ok(Done::Yes));
    let told = terminal.shown(&fleet);
    assert!(told.contains("Every credential of door that was made until now is over"), "{told}");
    assert!(told.contains("`fleetd service door --out FILE` makes another"), "{told}");
    let asked = fleet.asked().into_iter().find(|asked| asked.path.ends_with("/revoke")).unwrap();
    assert_eq!(asked.body, "{\"reason\":\"it was sold\"}");
    terminal.at(&fleet, &["services", "list"]).await.unwrap();
    let listed = terminal.shown(&fleet);
    assert!(listed.contains("door") && listed.contains(&NOW.to_string()), "{listed}");
}
