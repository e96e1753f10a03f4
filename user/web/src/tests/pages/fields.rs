//! How much a field of a form takes is how much its route takes.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use vocab::{Label, SiteName};

use super::{
    super::{
        contract::route,
        visitor::{PASSWORD, granted, password},
        world::{World, get, post},
    },
    all_powerful,
    html::{Tag, forms, said},
};
use crate::{query::WORDS_LIMIT, routes::people::SITES_LIMIT};

/// What the contract says of a field of what this form sends.
fn contracted(contract: &Value, form: &Tag, name: &str) -> Value {
    let path = said(form, "data-api").or_else(|| said(form, "data-new-passkey")).expect("it is sent");
    let method = said(form, "data-method").unwrap_or("POST");
    let route = route(method, path).unwrap_or_else(|| panic!("nothing answers {method} {path}"));
    let at = &contract["paths"][route.path][method.to_lowercase()];
    let body = &at["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let body = body.as_str().and_then(|body| body.strip_prefix('#')).expect("it takes a body");
    let field = contract.pointer(body).map(|schema| schema["properties"][name].clone());
    field.filter(|field| !field.is_null()).unwrap_or_else(|| panic!("{path} takes no `{name}`"))
}

/// Whether somebody writes in it as they like.
fn is_free(field: &Tag) -> bool {
    field.0 == "textarea"
        || field.0 == "input" && matches!(said(field, "type"), None | Some("password" | "search"))
}

#[tokio::test]
async fn every_field_takes_as_much_as_its_route() {
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let contract = get(&router, api::path::OPENAPI, None).await.json();
    let incident = format!("/incidents/{}", world.incident());
    let pages = ["/", "/audit", "/people", "/settings", "/devices/dev-07", &incident, "/sign-in", "/join"];
    let mut walked = BTreeSet::new();
    let look = async |path: &str, walked: &mut BTreeSet<String>| {
        let token = Some(token.as_str()).filter(|_| !["/sign-in", "/join"].contains(&path));
        let page = get(&router, path, token).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for (form, fields) in forms(&page.text) {
            for field in fields.iter().filter(|field| is_free(field)) {
                let most: usize = said(field, "maxlength").expect("it has a limit").parse().unwrap();
                let Some(name) = said(field, "name") else {
                    let sites = vec!["x".repeat(SiteName::LIMIT); SITES_LIMIT].join(", ");
                    assert!(said(field, "data-sites").is_some() && sites.len() <= most, "{path}: {field:?}");
                    continue;
                };
                walked.insert(format!("{path} {name}"));
                if said(&form, "action").is_some() {
                    assert_eq!((name, most), ("q", WORDS_LIMIT), "{path}: {form:?}");
                    continue;
                }
                let contracted = contracted(&contract, &form, name);
                match said(field, "pattern") {
                    Some(pattern) => {
                        assert_eq!(contracted["pattern"], json!(format!("^{pattern}$")), "{path}: {name}");
                        assert_eq!(pattern, format!("[0-9]{{{most}}}"), "{path}: {name}");
                    }
                    None => assert_eq!(contracted["maxLength"], json!(most), "{path}: {name}"),
                }
            }
        }
    };
    for path in pages {
        look(path, &mut walked).await;
    }
    // A box that people suspended is asked why that is over.
    let body = json!({ "reason": "looked" });
    post(&router, "/v1/devices/dev-07/suspend", Some(&token), &body).await;
    look("/devices/dev-07", &mut walked).await;
    let of = |page: &str| walked.iter().filter(|one| one.starts_with(&format!("{page} "))).count();
    let fields = [of("/"), of("/audit"), of("/people"), of("/settings"), of("/sign-in"), of("/join")];
    assert_eq!(fields, [1, 1, 2, 4, 3, 2], "{walked:?}");
    assert_eq!([of("/devices/dev-07"), of(&incident)], [2, 2], "{walked:?}");
}

#[tokio::test]
async fn the_longest_words_of_every_script_are_taken_and_one_byte_more_is_refused() {
    let longest = "ü".repeat(Label::LIMIT / 2);
    let beyond = format!("{longest}u");
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let send = async |path: &str, body: &Value| post(&router, path, Some(&token), body).await;
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event.to_string();
    let close = format!("/v1/incidents/{}/close", world.incident());
    let doors = [
        ("/v1/devices/dev-07/reset", json!({ "event": event }), "reason"),
        ("/v1/devices/dev-07/suspend", json!({}), "reason"),
        ("/v1/devices/dev-07/resume", json!({}), "reason"),
        (api::path::MY_TOKENS, json!({ "grants": [] }), "name"),
        (api::path::TOKENS, json!({ "site": "harbour" }), "label"),
        (api::path::PEOPLE, json!({ "grants": [] }), "name"),
        // A revoked box latches nothing that would hold the incident open.
        ("/v1/devices/dev-07/revoke", json!({ "reason": "retired" }), ""),
        (&close, json!({ "outcome": "test" }), "reason"),
    ];
    for (path, mut body, field) in doors {
        if !field.is_empty() {
            body[field] = json!(beyond);
            let refused = send(path, &body).await;
            assert_eq!(refused.problem(), "web/value", "{path}");
            assert!(refused.text.contains(&format!("longer than {} bytes", Label::LIMIT)), "{refused:?}");
            body[field] = json!(longest);
        }
        let done = send(path, &body).await;
        assert!(done.status.is_success(), "{path}: {done:?}");
    }
    // Whoever is called so comes in.
    let name = "é".repeat(Label::LIMIT / 2);
    world.newcomer(&router, &token, &name, &json!([granted("viewer", &[])])).await;
    assert_eq!(password(&router, &name, PASSWORD).await.status, StatusCode::OK);
    // What is looked for may be as long in every script, also by way of the door.
    for path in ["/", "/audit"] {
        let address = format!("{path}{}", api::path::query(&[("q", Some(&"語".repeat(WORDS_LIMIT)))]));
        assert_eq!(get(&router, &address, Some(&token)).await.status, StatusCode::OK);
        let door = get(&router, &address, None).await.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(get(&router, &door, None).await.status, StatusCode::OK, "{}", door.len());
    }
}
