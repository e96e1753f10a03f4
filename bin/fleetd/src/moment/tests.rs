use super::*;

#[test]
fn a_clock_from_before_this_version_was_made_is_not_believed() {
    assert_eq!(believed(Wall(0)), Err(Mistake::Clock));
    assert_eq!(believed(Wall(BUILT.0 - 1)), Err(Mistake::Clock));
    assert_eq!(believed(BUILT), Ok(BUILT));
    assert!(believed(wall()).is_ok(), "this machine's");
    assert!(Mistake::Clock.to_string().contains("set it"));
}
