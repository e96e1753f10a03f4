//! What a device has on its disk and a fleet in its store, read where it lies while nobody is at work there.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, anyhow, ensure};
use host::Journal;
use journal::Entry;
use tempfile::TempDir;
use vocab::DeviceId;
use wire::v1::{Body, body::Trace};

use crate::image::{path as text, said};

/// Reads the disk of a machine that is off. Its file system is repaired first, as at a boot.
pub(crate) fn journal(device: DeviceId, disk: &Path) -> Result<Journal> {
    let work = TempDir::new_in(disk.parent().unwrap_or(disk))?;
    let (raw, out) = (work.path().join("raw"), work.path().join("out"));
    fs::create_dir(&out)?;
    said("qemu-img", &["convert", "-O", "raw", text(disk)?, text(&raw)?])?;
    repair(&raw)?;
    said("debugfs", &["-R", &format!("rdump metal {}", text(&out)?), text(&raw)?])?;
    Ok(Journal::of(device, &out.join("metal")))
}

/// What a boot does with a file system that was not taken leave of. One means that something was repaired.
fn repair(disk: &Path) -> Result<()> {
    let status = Command::new("e2fsck").args(["-f", "-p", text(disk)?]).output()?.status;
    ensure!(matches!(status.code(), Some(0 | 1)), "the file system is damaged: {status}");
    Ok(())
}

/// What sensors said around events: both halves of each.
pub(crate) fn traces<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Vec<Trace>> {
    let mut traces = vec![];
    for entry in entries {
        if let Body::Trace(trace) = Body::decode(entry).map_err(|malformed| anyhow!("{malformed:?}"))? {
            traces.push(trace);
        }
    }
    Ok(traces)
}
