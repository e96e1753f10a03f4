use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_secret_is_its_owners_alone_and_so_is_the_folder_made_for_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wrale/ada.key");
    write_secret(&path, b"secret\n").unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(*read_secret(&path, 100).unwrap(), "secret\n");
    assert_eq!(names(path.parent().unwrap()), ["ada.key"], "nothing is left beside it");
}

#[test]
fn no_key_takes_the_place_of_another() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ada.key");
    write_secret(&path, b"first\n").unwrap();
    assert_eq!(write_secret(&path, b"second\n"), Err(Mistake::Exists(path.clone())));
    assert_eq!(write_new(&path, b"third\n"), Err(Mistake::Exists(path.clone())));
    assert_eq!(*read_secret(&path, 100).unwrap(), "first\n");
    assert_eq!(names(folder.path()), ["ada.key"], "the half that was written is gone");

    std::os::unix::fs::symlink("nowhere", folder.path().join("grace.key")).unwrap();
    let link = folder.path().join("grace.key");
    assert_eq!(write_secret(&link, b"key\n"), Err(Mistake::Exists(link)), "not through a link either");
}

#[test]
fn a_letter_takes_the_place_of_the_one_before() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("roster.letter");
    write(&path, b"first").unwrap();
    write(&path, b"second").unwrap();
    assert_eq!(read(&path, 100).unwrap(), b"second");
    assert_eq!(names(folder.path()), ["roster.letter"]);
}

#[test]
fn a_secret_that_others_can_read_is_not_used() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ada.key");
    write_secret(&path, b"secret\n").unwrap();
    for open in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        assert_eq!(read_secret(&path, 100).unwrap_err(), Mistake::Open(path.clone()));
    }
}

#[test]
fn what_is_missing_too_large_or_no_text_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    let missing = Mistake::Read { path: path.clone(), kind: io::ErrorKind::NotFound };
    assert_eq!(read(&path, 4), Err(missing));
    write(&path, b"\xff\xff\xff\xff").unwrap();
    assert_eq!(read(&path, 4).unwrap().len(), 4);
    assert_eq!(read(&path, 3), Err(Mistake::TooLarge(path.clone())));
    let no_text = Mistake::Read { path: path.clone(), kind: io::ErrorKind::InvalidData };
    assert_eq!(read_text(&path, 4), Err(no_text));
}

#[test]
fn a_draft_that_is_not_kept_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("audit.txt");
    let mut draft = Draft::new(&path, 0o600).unwrap();
    draft.add(b"half").unwrap();
    drop(draft);
    assert!(names(folder.path()).is_empty());
}
