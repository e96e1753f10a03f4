//! How much memory processes hold.

use std::fs;

/// Resident memory of a process in bytes; none if there is no such process.
pub(crate) fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// In whole megabytes, rounded up.
pub(crate) const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}
