//! Finds the folder of real data that tests read in place.
//!
//! A suite whose data is absent says so and does not pass in silence; under CI it fails.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;

/// A folder of the data set, such as `wycheproof`; `None` after saying `not run` where it is absent.
///
/// The set is `$WRALE_DATA`, or else `../shared/data` beside the workspace.
///
/// # Panics
/// Where the folder is absent and `$CI` is set: a suite that did not run did not pass.
pub fn find(folder: &str) -> Option<PathBuf> {
    let place = locate(env::var_os("WRALE_DATA"), folder);
    if place.is_dir() {
        return Some(place);
    }
    let words = absence(&place, folder);
    assert!(env::var_os("CI").is_none(), "{words}");
    // Past the capture of the test harness, so that a green run shows what it left out.
    let _ = writeln!(io::stderr(), "{words}");
    None
}

/// The JSON parsing test suite by file name: `y_` is JSON, `n_` is not, `i_` is for the reader to decide.
///
/// # Panics
/// As [`find`], and where the archive cannot be read.
pub fn json_suite() -> Option<BTreeMap<String, Vec<u8>>> {
    let archive =
        File::open(find("bad-input")?.join("JSONTestSuite-test_parsing.tar.gz")).expect("the suite");
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").into_owned();
        if path.extension().is_some_and(|ending| ending == "json") {
            let mut bytes = vec![];
            entry.read_to_end(&mut bytes).expect("a whole entry");
            files.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), bytes);
        }
    }
    assert!(files.len() > 300, "{} files", files.len());
    Some(files)
}

fn locate(set: Option<OsString>, folder: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    set.map_or_else(beside, PathBuf::from).join(folder)
}

fn absence(place: &Path, folder: &str) -> String {
    format!("not run: {folder} (no {}; WRALE_DATA names another place)", place.display())
}

#[cfg(test)]
mod tests;
