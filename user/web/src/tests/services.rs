//! Services: people end their credentials, and say why.

use access::Role;
use axum::http::StatusCode;
use serde_json::json;
use vocab::Label;

use super::world::{World, fleetwide, post};

#[tokio::test]
async fn a_reason_that_has_no_room_beside_the_name_is_told_how_much_there_is() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Security)])]);
    let token = world.sign_in(&router, 0).await;
    let ended = async |length: usize| {
        let body = json!({ "reason": "x".repeat(length) });
        post(&router, "/v1/services/door/revoke", Some(&token), &body).await
    };
    // `door: ` stands before it.
    let left = Label::LIMIT - 6;
    let refused = ended(left + 1).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains(&format!("{left} bytes are left")), "{refused:?}");
    assert_eq!(ended(left).await.status, StatusCode::OK);
}
