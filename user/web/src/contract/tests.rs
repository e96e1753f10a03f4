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
