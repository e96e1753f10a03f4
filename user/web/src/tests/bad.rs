//! What the world knows of bad JSON, at every entrance that takes any.

use access::Role;
use axum::{
    body::Body,
    http::{StatusCode, header},
};

use super::world::{World, ask, fleetwide, request};
use crate::{TABLE, route::TakesBody};

#[tokio::test]
async fn every_entrance_judges_the_syntax_as_the_suite_does_and_refuses_by_type() {
    let Some(suite) = data::json_suite() else { return };
    let world = World::opened();
    let all = [Role::Operator, Role::Security, Role::Admin].map(fleetwide);
    let router = world.serve(&[(0, all.into())]);
    let token = world.sign_in(&router, 0).await;
    let mut judged = 0;
    for route in TABLE.iter().filter(|route| route.body == TakesBody::Json) {
        let path = world.filled(route.path);
        for (name, bytes) in &suite {
            let request = request(route.method.as_str(), &path, Some(&token))
                .header(header::CONTENT_TYPE, "application/json");
            let answer = ask(&router, request.body(Body::from(bytes.clone())).unwrap()).await;
            let code = answer.problem();
            let case = format!("{path} {name}: {}", answer.text);
            match (&name[..2], code.as_str()) {
                ("y_", "web/shape") => assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}"),
                ("n_", "web/json") => assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}"),
                ("n_", "web/body-too-large") => assert!(bytes.len() > 64 * 1024, "{case}"),
                ("i_", "web/json" | "web/shape") => {}
                _ => panic!("{case}"),
            }
            judged += 1;
        }
    }
    assert!(judged > 0);
}
