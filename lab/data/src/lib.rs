//! Finds the folder of real data that tests read in place.
//!
//! A suite whose data is absent says so and does not pass in silence; under CI it fails.

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    path::{Path, PathBuf},
};

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

fn locate(set: Option<OsString>, folder: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    set.map_or_else(beside, PathBuf::from).join(folder)
}

fn absence(place: &Path, folder: &str) -> String {
    format!("not run: {folder} (no {}; WRALE_DATA names another place)", place.display())
}

#[cfg(test)]
mod tests;
