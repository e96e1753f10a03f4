//! Where a configuration stands. One file and no other is read; nothing is merged.

use std::{
    env,
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use crate::{LIMIT, Mistake, parse};

/// Which file: the one that was named, else the one in `$WRALE_CONFIG`, else `/etc/wrale/<name>.yaml`.
pub fn find(explicit: Option<PathBuf>, name: &str) -> PathBuf {
    chosen(explicit, env::var_os("WRALE_CONFIG"), name)
}

fn chosen(explicit: Option<PathBuf>, set: Option<OsString>, name: &str) -> PathBuf {
    let set = || set.filter(|path| !path.is_empty()).map(PathBuf::from);
    explicit.or_else(set).unwrap_or_else(|| Path::new("/etc/wrale").join(name).with_extension("yaml"))
}

/// Reads a configuration from its file.
pub fn load<T: DeserializeOwned>(path: &Path) -> Result<T, Mistake> {
    let unreadable = |error: io::Error| Mistake::Unreadable(path.into(), error.kind());
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = vec![];
    let limit = LIMIT as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 == limit {
        return Err(Mistake::TooLong(limit));
    }
    let text = String::from_utf8(bytes).map_err(|_| Mistake::NotText(path.into()))?;
    parse(&text)
}

#[cfg(test)]
mod tests;
