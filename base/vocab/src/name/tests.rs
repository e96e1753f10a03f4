use alloc::string::ToString;

use super::*;

#[test]
fn a_name_is_bounded_and_checked() {
    assert_eq!(FleetName::new("nord-licht7").map(|n| n.0), Ok("nord-licht7".into()));
    assert_eq!(FleetName::new("Nord"), Err(BadName::Character('N')));
    assert_eq!(FleetName::new(""), Err(BadName::Empty));
    assert_eq!(FleetName::new(&"a".repeat(64)), Err(BadName::TooLong(63)));
    assert_eq!(ZoneName::new("lid;rm"), Err(BadName::Character(';')));
    assert_eq!(Label::new("Größe 北\u{202e}").map(|n| n.0), Ok("Größe 北\u{202e}".into()));
    assert_eq!(RelyingParty::new("fleet.example:1"), Err(BadName::Character(':')));
    assert!(PageOrigin::new("https://fleet.example:8440").is_ok());
    for escaped in ['"', '\\', 'A', 'ä', '\n'] {
        assert_eq!(PageOrigin::new(&escaped.to_string()), Err(BadName::Character(escaped)));
    }
    assert_eq!(Label::new("two\nlines"), Err(BadName::Character('\n')));
}

#[test]
fn a_name_off_the_wire_passes_the_same_check() {
    let good = minicbor::to_vec(ZoneName::new("lid").unwrap()).unwrap();
    assert_eq!(minicbor::decode::<ZoneName>(&good).unwrap().as_str(), "lid");
    let bad = minicbor::to_vec("not a zone").unwrap();
    assert!(minicbor::decode::<ZoneName>(&bad).is_err());
}
