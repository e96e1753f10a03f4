//! The files by which people come in from this terminal.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::chart::Chart;
use crate::{commands::is_path, desk::Desk, mistake::Mistake};

/// All of the folder of keys, and the one that was named.
pub(super) fn look(who: Option<&str>, desk: &Desk<'_>, chart: &mut Chart) {
    let folder = fs::read_dir(&desk.keys).into_iter().flatten().flatten().map(|entry| entry.path());
    let named = who.filter(|who| is_path(who)).map(PathBuf::from);
    let mut files: Vec<PathBuf> = folder.filter(|path| is_secret(path)).chain(named).collect();
    files.sort_unstable();
    files.dedup();
    // One that cannot be looked at is said to be so by whoever signs in with it.
    let seen: Vec<_> = files.iter().filter_map(|path| Some((path, fs::metadata(path).ok()?))).collect();
    let open: Vec<_> = seen.iter().filter(|(_, meta)| is_open(meta)).map(|(path, _)| path).collect();
    if seen.is_empty() {
        let folder = desk.keys.display();
        chart.look("key files", format!("none in {folder}; `{} key new --name NAME` makes one", desk.hint));
    } else if open.is_empty() {
        chart.ok("key files", format!("{} here, for their owner alone", seen.len()));
    }
    for path in open {
        chart.wrong("key files", Mistake::Open((*path).clone()));
    }
}

fn is_secret(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "key" || end == "session")
}

fn is_open(meta: &Metadata) -> bool {
    meta.mode() & 0o077 != 0
}
