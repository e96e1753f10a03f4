use std::{os::unix::fs::PermissionsExt, process};

use super::*;
use crate::folder::Folder;

#[test]
fn a_folder_in_which_somebody_works_names_the_process_until_it_left() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    let ours = |by| Some(Stands { owner: Owner::Us, mode: 0o700, by });
    assert_eq!(stands(place.path()).unwrap(), ours(Some(process::id())));
    // Its number stays behind; it does not.
    drop(folder);
    assert_eq!(stands(place.path()).unwrap(), ours(None));
    assert!(Folder::open(place.path()).is_ok(), "whoever looked took nothing");
}

#[test]
fn what_was_left_by_a_process_that_is_gone_or_has_other_work_is_nobody() {
    let place = tempfile::tempdir().unwrap();
    for left in ["", "no number", "1", "4194304"] {
        fs::write(place.path().join(LOCK), left).unwrap();
        assert_eq!(stands(place.path()).unwrap().unwrap().by, None, "{left:?}");
    }
}

#[test]
fn a_folder_is_told_as_it_is_and_left_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(stands(place.path()).unwrap(), Some(Stands { owner: Owner::Us, mode: 0o755, by: None }));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    assert_eq!(stands(&place.path().join("nowhere")).unwrap(), None);
    assert!(!place.path().join("nowhere").exists());
    fs::write(place.path().join("file"), "").unwrap();
    assert_eq!(stands(&place.path().join("file")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
}
