use super::*;

#[test]
fn the_effective_user_is_the_second_of_four() {
    let status = "Name:\tfleetd\nUmask:\t0022\nUid:\t1000\t998\t1000\t998\nGid:\t1000\t1000\t1000\t1000\n";
    assert_eq!(effective(status), Some(998));
    for none in ["", "Uid:\t1000\n", "Uid:\tx\ty\n", "Gid:\t1\t2\t3\t4\n"] {
        assert_eq!(effective(none), None, "{none}");
    }
}

#[test]
fn a_folder_that_was_just_made_is_ours() {
    let home = tempfile::TempDir::new().unwrap();
    let folder = home.path().join("a/b");
    make(&folder).unwrap();
    assert_eq!(ours(&folder), Ok(()));
    assert!(matches!(ours(&home.path().join("none")), Err(Mistake::Unreadable(..))));
}
