use std::{
    fs as files,
    os::unix::fs::{PermissionsExt, symlink},
};

use super::*;

fn folder() -> (tempfile::TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    (place, folder)
}

fn put(folder: &Folder, path: &str, bytes: &[u8]) -> io::Result<()> {
    folder.writable(path, OFlags::TRUNC)?.write_all(bytes)
}

#[test]
fn a_new_folder_is_its_owners_alone_and_so_is_all_in_it() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("var/metal");
    let folder = Folder::open(&path).unwrap();
    put(&folder, "journal/1", b"entry").unwrap();
    let mode = |path: &Path| files::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!([mode(&path), mode(&path.join("journal"))], [0o700, 0o700]);
    assert_eq!([mode(&path.join("journal/1")), mode(&path.join(LOCK))], [0o600, 0o600]);
    let plain = place.path().join("plain");
    files::create_dir(&plain).unwrap();
    assert_eq!(mode(&place.path().join("var")), mode(&plain), "others pass through those above it");
}

#[test]
fn a_folder_that_others_could_read_is_closed_to_them() {
    let place = tempfile::tempdir().unwrap();
    files::set_permissions(place.path(), files::Permissions::from_mode(0o755)).unwrap();
    Folder::open(place.path()).unwrap();
    assert_eq!(files::metadata(place.path()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_second_taker_is_refused_and_told_who_works_there() {
    let (place, folder) = folder();
    let refused = Folder::open(place.path()).err().unwrap();
    let by = Some(process::id());
    assert!(matches!(&refused, Unready::Mistake(Mistake::InUse { folder, by: who })
        if folder == place.path() && *who == by));
    assert_eq!(refused.code(), "linux/in-use");
    drop(folder);
    Folder::open(place.path()).unwrap();
}

#[test]
fn a_file_in_the_place_of_the_folder_is_named() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("metal");
    files::write(&path, b"").unwrap();
    let refused = Folder::open(&path).err().unwrap();
    assert_eq!(refused.code(), "linux/folder");
    assert!(refused.to_string().starts_with(&format!("{} cannot be used", path.display())));
}

#[test]
fn a_folder_of_another_user_is_refused() {
    let place = tempfile::tempdir().unwrap();
    if std::os::unix::fs::chown(place.path(), Some(12_345), None).is_err() {
        let _ = writeln!(io::stderr(), "not run: a folder of another user (not root)");
        return;
    }
    assert_eq!(Folder::open(place.path()).err().unwrap().code(), "linux/not-ours");
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let (place, folder) = folder();
    files::write(place.path().join("inside"), b"").unwrap();
    let long = "x".repeat(256);
    for path in
        ["", ".", "..", "/etc/passwd", "../x", "a/../b", "a/b/c", "a//b", "a/", "/a", "./a", "a\0b", &long]
    {
        assert!(put(&folder, path, b"").is_err(), "{path:?}");
        assert!(folder.read(path).is_err(), "{path:?}");
        assert!(folder.remove(path).is_err(), "{path:?}");
        assert!(folder.rename("inside", path).is_err(), "{path:?}");
        assert!(folder.rename(path, "elsewhere").is_err(), "{path:?}");
    }
    for inner in [".", "..", "/", "a/b", "../x"] {
        assert!(folder.list(inner).is_err() && folder.sync_folder(inner).is_err(), "{inner:?}");
    }
}

#[test]
fn no_symbolic_link_is_followed() {
    let outside = tempfile::tempdir().unwrap();
    files::write(outside.path().join("secret"), b"theirs").unwrap();
    let (place, folder) = folder();
    symlink(outside.path(), place.path().join("journal")).unwrap();
    symlink(outside.path().join("secret"), place.path().join("link")).unwrap();
    assert!(folder.read("journal/secret").is_err() && folder.read("link").is_err());
    assert!(put(&folder, "journal/secret", b"ours").is_err() && put(&folder, "link", b"ours").is_err());
    assert!(folder.list("journal").is_err() && folder.remove("journal/secret").is_err());
    assert_eq!(files::read(outside.path().join("secret")).unwrap(), b"theirs");
}

#[test]
fn only_regular_files_of_a_bearable_size_are_read() {
    let (place, folder) = folder();
    files::create_dir(place.path().join("dir")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, place.path().join("pipe"), Mode::RWXU).unwrap();
    let huge = files::File::create(place.path().join("huge")).unwrap();
    huge.set_len(BYTES_LIMIT + 1).unwrap();
    for path in ["dir", "pipe", "huge"] {
        assert!(folder.read(path).is_err(), "{path}");
    }
    assert!(put(&folder, "dir", b"").is_err() && put(&folder, "pipe", b"").is_err());
}

#[test]
fn what_is_not_there_is_none_and_removing_it_again_is_no_fault() {
    let (_place, folder) = folder();
    assert_eq!((folder.read("file").unwrap(), folder.read("no/file").unwrap()), (None, None));
    assert_eq!(folder.list("no").unwrap(), Vec::<String>::new());
    folder.remove("file").unwrap();
    folder.remove("no/file").unwrap();
    folder.sync_folder("no").unwrap();
    assert!(folder.rename("file", "other").is_err());
}

#[test]
fn a_list_is_sorted_and_names_files_alone() {
    let (_place, folder) = folder();
    for path in ["b", "a", "journal/2", "journal/10"] {
        put(&folder, path, b"").unwrap();
    }
    assert_eq!(folder.list("").unwrap(), ["a", "b"]);
    assert_eq!(folder.list("journal").unwrap(), ["10", "2"]);
}

#[test]
fn a_folder_that_is_left_is_free_whoever_still_has_a_copy_of_its_lock() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    // As a child has it between its birth and its program.
    let _copy = folder.lock.try_clone().unwrap();
    assert!(Folder::open(place.path()).is_err());
    drop(folder);
    assert!(Folder::open(place.path()).is_ok());
}
