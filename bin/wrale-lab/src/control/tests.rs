//! What goes over the socket.

use super::{Answer, Request};
use crate::attack::Attack;

#[test]
fn a_request_is_one_line_of_json_and_an_unknown_one_is_refused() {
    let line = r#"{"do":"attack","attack":"open-lid","target":"dev-07"}"#;
    let request = Request::Attack { attack: Attack::OpenLid, target: "dev-07".into() };
    assert_eq!(serde_json::to_string(&request).unwrap(), line);
    assert_eq!(serde_json::from_str::<Request>(line).unwrap(), request);
    for bad in [r#"{"do":"attack","attack":"open-door","target":"dev-07"}"#, r#"{"do":"wipe"}"#, "{}", ""] {
        assert!(serde_json::from_str::<Request>(bad).is_err(), "{bad}");
    }
}

#[test]
fn nothing_that_the_suite_of_bad_json_holds_is_a_request() {
    let Some(suite) = data::json_suite() else { return };
    for (name, bytes) in suite {
        assert!(serde_json::from_slice::<Request>(&bytes).is_err(), "{name}");
    }
}

#[test]
fn an_answer_keeps_its_lines_in_one() {
    let answer = serde_json::to_string(&Answer::Done("a\nb".into())).unwrap();
    assert_eq!(answer, r#"{"done":"a\nb"}"#);
}
