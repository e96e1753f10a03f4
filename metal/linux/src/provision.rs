//! The keys of this device: made once, read ever after.

use std::sync::{Arc, Mutex};

use crate::{
    fault::Fault,
    keys::{KeyFile, KeyFiles},
    root::{self, KeyFileRoot, lock},
    vault::{self, KeyFileVault},
};

/// Reads the keys; makes them where no start before this one finished doing so.
pub(crate) fn keys(files: KeyFiles) -> Result<(KeyFileRoot, KeyFileVault), Fault> {
    let files = Arc::new(Mutex::new(files));
    let mut locked = lock(&files);
    let last = KeyFile::Attestation;
    locked.tidy().map_err(last.fault())?;
    if locked.read(last).map_err(last.fault())?.is_none() {
        // The vault first: once an attestation key stands, a missing opening key means that the latch fell.
        vault::make(&mut locked)?;
        root::make(&mut locked)?;
    }
    drop(locked);
    Ok((KeyFileRoot::open(&files)?, KeyFileVault::open(&files)?))
}
