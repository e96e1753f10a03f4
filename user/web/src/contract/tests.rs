use std::{collections::BTreeSet, env, fs, path::PathBuf};

use super::*;

/// The file in the repository; written anew where that is asked for.
#[test]
fn the_document_is_the_one_in_the_repository() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if env::var_os("WRALE_BLESS").is_some() {
        fs::write(&path, written()).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == written(),
        "docs/openapi.json differs: run `cargo xtask golden --bless` and read the diff"
    );
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let routes: Vec<_> = TABLE.iter().map(|route| (route.method.as_str(), route.path)).collect();
    let described: Vec<_> = operation::ALL.iter().map(|one| (one.method, one.path)).collect();
    let (have, want) = (BTreeSet::from_iter(&described), BTreeSet::from_iter(&routes));
    assert_eq!(have, want);
    assert_eq!((described.len(), routes.len()), (have.len(), want.len()), "each stands once");
}

#[test]
fn a_route_takes_what_is_described() {
    for route in TABLE {
        let one = operation::of(route.method.as_str(), route.path).unwrap();
        let case = format!("{} {}", one.method, one.path);
        let query: BTreeSet<_> = one.query.iter().map(|parameter| parameter.name).collect();
        assert_eq!(query, route.query.iter().copied().collect(), "{case}");
        assert_eq!(one.takes.is_some(), route.body == TakesBody::Json, "{case}");
        assert_eq!(matches!(one.gives, Gives::Socket(_)), route.body == TakesBody::Socket, "{case}");
        assert!(one.does.ends_with('.') && one.does.len() > 12, "{case}: {}", one.does);
    }
}

#[test]
fn the_document_says_what_each_route_needs() {
    let document = document();
    for route in TABLE {
        let about = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let open = route.needs == Needs::Nothing;
        assert_eq!(about["security"].as_array().unwrap().is_empty(), open, "{about}");
        assert_eq!(about["x-wrale-permit"].is_object(), matches!(route.needs, Needs::Permit(..)));
        assert_eq!(
            about["responses"]["401"].is_object() && open,
            about["responses"]["401"].is_object() && one_signs_in(route.path)
        );
    }
    let ids: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|at| at.as_object().unwrap().values())
        .map(|about| about["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), BTreeSet::from_iter(&ids).len(), "an operation has a name of its own");
}

fn one_signs_in(path: &str) -> bool {
    use api::path::{PASSKEY_SIGN_IN, PASSWORD_SIGN_IN, REDEEM, SIGN_IN};
    [PASSKEY_SIGN_IN, PASSWORD_SIGN_IN, REDEEM, SIGN_IN].contains(&path)
}

/// A text without a bound is taken whole before anybody looks at it.
#[test]
fn every_text_of_a_request_says_how_long_and_of_what_it_may_be() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let mut waiting: Vec<String> = vec![];
    for route in TABLE.iter().filter(|route| route.body == TakesBody::Json) {
        let about = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let body = &about["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        waiting.push(body.as_str().unwrap().rsplit('/').next().unwrap().into());
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for (field, schema) in schemas[&name]["properties"].as_object().into_iter().flatten() {
            let said = schema.to_string();
            waiting.extend(
                said.split("#/components/schemas/")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap().into()),
            );
            let is = |kind: &str| said.contains(&format!("\"{kind}\""));
            let bound = ["maxLength", "pattern", "enum"].iter().any(|word| said.contains(word));
            assert!(bound || !is("string"), "{name}.{field}: {schema}");
            assert!(!is("array") || said.contains("maxItems"), "{name}.{field}: {schema}");
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

/// What a schema calls a site, a label or an id is what the door takes, character by character.
#[test]
fn a_schema_and_the_door_know_the_same_characters() {
    let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";
    for c in (0..=0x2ff).filter_map(char::from_u32) {
        let text = c.to_string();
        assert_eq!(vocab::SiteName::new(&text).is_ok(), allowed.contains(c), "{c:?}");
        let control = matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}');
        assert_eq!(vocab::Label::new(&text).is_ok(), !control, "{c:?}");
    }
    for last in "abcdefghijklmnopqrstuvwxyz234567".chars() {
        let id = format!("dev_{}{last}", "a".repeat(25));
        assert_eq!(id.parse::<vocab::DeviceId>().is_ok(), "aeimquy4".contains(last), "{id}");
    }
}
