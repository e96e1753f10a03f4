use crate::{
    Problem, Seen, path,
    proposal::Reset,
    word::{Arming, HealthState, Posture, SenseState},
};

#[test]
fn words_are_lower_case_and_joined_by_hyphens() {
    assert_eq!(serde_json::to_string(&HealthState::Good).unwrap(), r#""good""#);
    assert_eq!(serde_json::to_string(&crate::word::Standing::RenewalOwed).unwrap(), r#""renewal-owed""#);
    for word in SenseState::ALL {
        assert_eq!(serde_json::to_string(word).unwrap(), format!("\"{word}\""));
        assert_eq!(serde_json::from_str::<SenseState>(&format!("\"{word}\"")).unwrap(), *word);
    }
}

#[test]
fn a_word_from_the_future_is_unknown_and_never_normal() {
    assert_eq!(serde_json::from_str::<HealthState>(r#""splendid""#).unwrap(), HealthState::Unknown);
    assert_eq!(serde_json::from_str::<Posture>(r#""folded""#).unwrap(), Posture::Unknown);
    assert_eq!(serde_json::from_str::<Arming>(r#""unknown""#).unwrap(), Arming::Unknown);
}

#[test]
fn a_request_with_a_field_too_many_is_refused() {
    let refused = serde_json::from_str::<Reset>(r#"{"reason":"seen","force":true}"#).unwrap_err();
    assert!(refused.is_data(), "{refused}");
    let reset = serde_json::from_str::<Reset>(r#"{"reason":"seen"}"#).unwrap();
    assert_eq!(reset, Reset { event: None, reason: "seen".into() });
    assert_eq!(serde_json::to_string(&reset).unwrap(), r#"{"reason":"seen"}"#);
}

#[test]
fn what_was_never_known_has_no_age() {
    let never = Seen { value: Posture::Unknown, as_of: None, age_seconds: None };
    let text = serde_json::to_string(&never).unwrap();
    assert_eq!(text, r#"{"value":"unknown","as_of":null,"age_seconds":null}"#);
}

#[test]
fn a_parameter_cannot_leave_its_segment() {
    assert_eq!(path::filled(path::DEVICE, "dev-07"), "/v1/devices/dev-07");
    assert_eq!(path::filled(path::ARM, "a/../b?c"), "/v1/devices/a%2F..%2Fb%3Fc/arm");
    assert_eq!(path::query(&[("site", Some("nord ost")), ("after", None)]), "?site=nord%20ost");
    assert_eq!(path::query(&[("site", None)]), "");
}

#[test]
fn a_problem_reads_as_a_sentence() {
    let text = r#"{"status":403,"code":"access/refused","title":"Refused","detail":"ask","instance":"/x"}"#;
    let problem: Problem = serde_json::from_str(text).unwrap();
    assert_eq!(problem.to_string(), "ask (access/refused, 403)");
}
