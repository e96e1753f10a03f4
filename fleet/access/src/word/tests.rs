use super::*;

#[test]
fn every_word_stands_for_one_thing() {
    for role in Role::ALL {
        assert_eq!(Role::of(role.word()), Some(role));
    }
    for action in Action::ALL {
        assert_eq!(Action::of(action.word()), Some(action));
    }
    for kind in Kind::ALL {
        assert_eq!(Kind::of(kind.word()), Some(kind));
    }
    assert_eq!((Role::of("root"), Action::of(""), Kind::of("Device")), (None, None, None));
}
