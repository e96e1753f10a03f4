//! What people ask for, from the box on the list to the reset that takes two of them.

use access::Role;
use api::word::{
    Arming, Arrival, Connection, HealthState, IncidentKind, IncidentState, ProposalState, Standing,
};
use axum::http::StatusCode;
use crypto::hex;
use serde_json::json;

use super::world::{World, fleetwide, get, post};

#[tokio::test]
async fn a_device_is_listed_with_why_and_how_old() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let list: api::Devices = get(&router, api::path::DEVICES, Some(&token)).await.read();
    let [device] = &list.devices[..] else { panic!("{list:?}") };
    assert_eq!((device.label.as_str(), device.site.as_str(), &list.next), ("dev-07", "harbour", &None));
    // The fleet was opened again and nobody is connected: nothing is green by what was.
    assert_eq!(device.health.state, HealthState::Unknown, "{}", device.health.why);
    assert_eq!(device.connection.value, Connection::Away);
    assert_eq!(device.standing.state, Standing::Active);
    assert_eq!(device.trust.value.tier, Some(0));
    assert!(device.arming.as_of.is_some() && device.arming.age_seconds.is_some());
    assert!(device.evidence.is_some() && !device.sensors.is_empty());
    for path in ["/v1/devices/dev-07".to_owned(), format!("/v1/devices/{}", world.device)] {
        let one: api::Device = get(&router, &path, Some(&token)).await.read();
        assert_eq!((&one.id, &one.label), (&device.id, &device.label));
    }
    let elsewhere: api::Devices =
        get(&router, &format!("{}?site=desert", api::path::DEVICES), Some(&token)).await.read();
    assert!(elsewhere.devices.is_empty());
}

#[tokio::test]
async fn a_device_is_armed_and_revoked() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let token = Some(token.as_str());
    let storage = json!({ "arming": "storage" });
    let armed: api::Device = post(&router, "/v1/devices/dev-07/arm", token, &storage).await.read();
    assert_eq!(armed.arming_asked, Some(Arming::Storage));
    for word in ["unknown", "loose"] {
        let refused = post(&router, "/v1/devices/dev-07/arm", token, &json!({ "arming": word })).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "web/value")
        );
    }
    let retired = json!({ "reason": "retired" });
    let revoked: api::Device = post(&router, "/v1/devices/dev-07/revoke", token, &retired).await.read();
    assert_eq!((revoked.standing.state, revoked.health.state), (Standing::Revoked, HealthState::Unknown));
    assert_eq!(revoked.standing.because, ["retired"]);
}

#[tokio::test]
async fn a_device_is_suspended_with_a_reason_and_taken_back_and_opens_no_door_by_it() {
    let world = World::calm();
    let router = world.staff();
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let reason = |why: &str| json!({ "reason": why });
    let (suspend, resume) = ("/v1/devices/dev-07/suspend", "/v1/devices/dev-07/resume");
    let refused = post(&router, resume, Some(&ada), &reason("nothing is wrong")).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "control/not-suspended"));
    for bad in ["", "a\nb", &"x".repeat(200)] {
        assert_eq!(post(&router, suspend, Some(&ada), &reason(bad)).await.problem(), "web/value", "{bad}");
    }
    let one: api::Device = post(&router, suspend, Some(&ada), &reason("a stranger was seen")).await.read();
    assert_eq!(
        (one.standing.state, &one.standing.because[..]),
        (Standing::Suspended, &["Ada: a stranger was seen".to_owned()][..])
    );
    let by_hand = one.standing.by_hand.unwrap();
    assert_eq!((by_hand.by.name.as_str(), by_hand.over), ("Ada", None));
    assert_eq!(one.health.state, HealthState::Alarm, "{}", one.health.why);
    let twice = post(&router, suspend, Some(&grace), &reason("me too")).await;
    assert_eq!((twice.status, twice.problem().as_str()), (StatusCode::CONFLICT, "control/suspended-already"));
    let one: api::Device = post(&router, resume, Some(&grace), &reason("it was the cleaner")).await.read();
    assert_eq!(one.standing.state, Standing::Suspended, "it has not proved itself since");
    assert!(one.standing.by_hand.unwrap().over.is_some());
    let log = world.log("suspend").await;
    assert_eq!(log.iter().filter(|outcome| *outcome == "Done").count(), 1, "{log:?}");
}

#[tokio::test]
async fn an_incident_is_read_and_not_closed_over_a_latch() {
    let world = World::opened();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let token = Some(token.as_str());
    let list: api::Incidents = get(&router, api::path::INCIDENTS, token).await.read();
    let [incident] = &list.incidents[..] else { panic!("{list:?}") };
    assert_eq!((incident.kind, incident.site.as_deref()), (IncidentKind::Tamper, Some("harbour")));
    assert!(
        incident.sentence.starts_with("Somebody opened dev-07 at harbour (lid)"),
        "{}",
        incident.sentence
    );
    assert!(incident.confidence > 0.5 && incident.confidence <= 1.0);
    let path = format!("/v1/incidents/{}", incident.id);
    let detail: api::IncidentDetail = get(&router, &path, token).await.read();
    assert_eq!(detail.incident.sentence, incident.sentence);
    assert_eq!(detail.explained[0].name, "dev-07");
    assert!(detail.complete && detail.timeline.iter().any(|line| line.arrival == Some(Arrival::Live)));
    let closed: api::Incidents =
        get(&router, &format!("{}?state=closed", api::path::INCIDENTS), token).await.read();
    assert!(closed.incidents.is_empty());

    let close = json!({ "outcome": "true", "reason": "a thief" });
    let refused = post(&router, &format!("{path}/close"), token, &close).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (StatusCode::CONFLICT, "incident/still-latched")
    );

    // A revoked box owes nothing: then it closes, and stays in the list of what is closed.
    let compromised = json!({ "reason": "key-compromised" });
    post(&router, "/v1/devices/dev-07/revoke", token, &compromised).await.read::<api::Device>();
    let answer = post(&router, &format!("{path}/close"), token, &close).await;
    let closed: api::Incident = answer.read();
    assert_eq!(closed.state, IncidentState::Closed);
    assert_eq!(closed.closing.unwrap().reason, "a thief");
    let again = post(&router, &format!("{path}/close"), token, &close).await;
    assert_eq!(again.problem(), "control/no-incident");
    let closed: api::Incidents =
        get(&router, &format!("{}?state=closed", api::path::INCIDENTS), token).await.read();
    assert_eq!(closed.incidents.len(), 1);
}

#[tokio::test]
async fn a_reset_takes_two_people_who_read_what_they_sign() {
    let world = World::opened();
    let router = world.staff();
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event.to_string();
    let ask = json!({ "event": event, "reason": "looked at it, all well" });
    let answer = post(&router, "/v1/devices/dev-07/reset", Some(&ada), &ask).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let proposal: api::Proposal = answer.read();
    assert_eq!((proposal.state, proposal.needs, proposal.by.name.as_str()), (ProposalState::Open, 2, "Ada"));
    assert_eq!(proposal.event.as_deref(), Some(event.as_str()));

    let order = hex::decode(&proposal.order_cbor).unwrap();
    let consents = format!("/v1/proposals/{}/consents", proposal.order);
    let consent = |who: usize| json!({ "letter": hex::encode(world.house.ceremony.consent_to(who, world.device, &order).bytes()) });
    let swapped = post(&router, &consents, Some(&ada), &consent(1)).await;
    assert_eq!((swapped.status, swapped.problem().as_str()), (StatusCode::CONFLICT, "control/somebody"));
    let one: api::Proposal = post(&router, &consents, Some(&ada), &consent(0)).await.read();
    assert_eq!((one.state, one.consented.len()), (ProposalState::Open, 1));
    assert!(!one.missing.is_empty());
    let twice = post(&router, &consents, Some(&ada), &consent(0)).await;
    assert_eq!(twice.problem(), "web/signed-already", "one person twice is one person");
    let two: api::Proposal = post(&router, &consents, Some(&grace), &consent(1)).await.read();
    assert_eq!((two.state, two.missing.as_str()), (ProposalState::Approved, ""));
    let again = post(&router, &consents, Some(&grace), &consent(1)).await;
    assert_eq!(again.problem(), "web/signed-already");
    let refused = world.log("permit").await;
    assert!(refused.iter().any(|one| one.contains("own proposal")), "{refused:?}");
    assert!(refused.iter().any(|one| one.contains("consented already")), "{refused:?}");
    let listed: api::Proposals = get(&router, api::path::PROPOSALS, Some(&grace)).await.read();
    assert_eq!(listed.proposals.iter().map(|one| &one.order).collect::<Vec<_>>(), [&proposal.order]);
    let shown: api::Proposal =
        get(&router, &format!("/v1/proposals/{}", proposal.order), Some(&grace)).await.read();
    assert_eq!(shown.consented.len(), 2);
}

#[tokio::test]
async fn a_reset_without_its_event_means_the_one_latch() {
    let world = World::opened();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let latches = world.house.fleet().record(world.device).unwrap().latches.len();
    let answer = post(&router, "/v1/devices/dev-07/reset", Some(&token), &json!({ "reason": "well" })).await;
    match latches {
        1 => assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}"),
        _ => assert_eq!(answer.problem(), "web/choose-latch"),
    }
    let calm = World::calm();
    let router = calm.staff();
    let token = calm.sign_in(&router, 0).await;
    let answer = post(&router, "/v1/devices/dev-07/reset", Some(&token), &json!({ "reason": "well" })).await;
    assert_eq!(answer.problem(), "plan/no-such-latch");
    let control = json!({ "reason": "two\nlines" });
    let answer = post(&router, "/v1/devices/dev-07/reset", Some(&token), &control).await;
    assert_eq!(answer.problem(), "web/value");
}

#[tokio::test]
async fn a_token_is_issued_for_an_hour_at_most() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let token = Some(token.as_str());
    let one = post(&router, api::path::TOKENS, token, &json!({ "site": "harbour", "label": "dev-08" })).await;
    assert_eq!(one.status, StatusCode::CREATED, "{one:?}");
    let one: api::Token = one.read();
    let two: api::Token =
        post(&router, api::path::TOKENS, token, &json!({ "site": "harbour", "minutes": 5 })).await.read();
    assert_eq!((one.token.len(), one.site.as_str()), (64, "harbour"));
    assert!(one.token != two.token && two.until < one.until);
    let long = post(&router, api::path::TOKENS, token, &json!({ "site": "harbour", "minutes": 61 })).await;
    assert_eq!((long.status, long.problem().as_str()), (StatusCode::CONFLICT, "admit/token-life"));
    let nameless = post(&router, api::path::TOKENS, token, &json!({ "site": "" })).await;
    assert_eq!(nameless.problem(), "web/value");
}

#[tokio::test]
async fn the_log_is_taken_away_and_checked_and_one_flipped_byte_is_named() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)]), (1, vec![fleetwide(Role::Viewer)])]);
    let (auditor, viewer) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    // Somebody who may not is refused, and that stands in the log from then on, once.
    let refusals = async || -> usize {
        let export = get(&router, api::path::AUDIT_EXPORT, Some(&auditor)).await;
        let verified = world.house.ceremony.check_export(&export.text).expect("it verifies");
        let bodies = verified.records.iter().flatten().filter_map(|record| record.body().ok().flatten());
        bodies.filter(|body| format!("{:?}", body.outcome).contains("access/refused (without role)")).count()
    };
    let before = refusals().await;
    for _ in 0..3 {
        assert_eq!(get(&router, api::path::AUDIT_EXPORT, Some(&viewer)).await.problem(), "access/refused");
    }
    assert_eq!(refusals().await, before + 1);
    let checkpoint: api::Checkpoint = get(&router, api::path::AUDIT_CHECKPOINT, Some(&auditor)).await.read();
    let export = get(&router, api::path::AUDIT_EXPORT, Some(&auditor)).await;
    assert_eq!(export.headers[axum::http::header::CONTENT_TYPE], "text/plain; charset=utf-8");
    export.guarded();
    let verified = world.house.ceremony.check_export(&export.text).expect("it verifies");
    assert!(verified.records.len() as u64 >= checkpoint.size && checkpoint.size > 0);
    let mut text = export.text.clone();
    let at = text.find("\nrecord 2 ").expect("a third record") + 80;
    let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
    text.replace_range(at..=at, other);
    let named = world.house.ceremony.check_export(&text).unwrap_err().to_string();
    assert_eq!(named, "record 2 is not what was logged: it was altered");
}
