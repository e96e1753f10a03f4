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

#[test]
fn a_folder_is_for_its_owner_alone_and_those_above_it_are_not() {
    let home = tempfile::TempDir::new().unwrap();
    let (above, plain) = (home.path().join("wrale"), home.path().join("plain"));
    make(&above.join("fleet")).unwrap();
    fs::create_dir(&plain).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&above), mode(&above.join("fleet"))), (mode(&plain), 0o700));
    make(&above.join("fleet")).unwrap();
}
