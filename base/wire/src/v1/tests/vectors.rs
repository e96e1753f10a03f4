//! Vectors as files: compared, or written anew where an environment variable says so.
//!
//! The oracle of formats shares this file.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Path within the folder → content.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Holds the files of a folder under `vectors` to be exactly these; makes them so where that variable is set.
pub(super) fn hold(folder: &str, files: &Files, bless_where: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder);
    if env::var_os(bless_where).is_some() {
        bless(&root, files);
    }
    let found = read(&root);
    let names = |files: &Files| files.keys().cloned().collect::<BTreeSet<_>>();
    let renew = "if that is meant, `cargo xtask golden --bless` renews the vectors";
    assert_eq!(names(&found), names(files), "{folder}: {renew}");
    for (name, bytes) in files {
        assert!(found[name] == *bytes, "{folder}/{name} is not what the code writes; {renew}");
    }
}

fn bless(root: &Path, files: &Files) {
    for stale in read(root).keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(root.join(stale)).unwrap();
    }
    for (name, bytes) in files {
        let file = root.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
}

fn read(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = Vec::from([root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}
