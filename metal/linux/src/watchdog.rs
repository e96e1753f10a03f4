//! The machine's watchdog: once it is opened, whoever stops feeding it is started anew.
//!
//! Source: the kernel's `Documentation/watchdog/watchdog-api.rst`. It is left in peace by the letter V, unless its
//! driver was told never to stop.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::{fd::AsFd, unix::fs::OpenOptionsExt},
    path::Path,
    time::Duration,
};

use rustix::{
    fs::OFlags,
    io::Errno,
    ioctl::{Opcode, Updater, ioctl, opcode},
};

use crate::fault::Fault;

/// `WDIOC_SETTIMEOUT` and `WDIOC_GETTIMEOUT`: seconds.
const SET_TIMEOUT: Opcode = opcode::read_write::<i32>(b'W', 6);
const TIMEOUT: Opcode = opcode::read::<i32>(b'W', 7);

/// The letter after which nobody need feed it.
const LEAVE: &[u8] = b"V";

/// A watchdog that waits to be fed. Dropped without a word, it starts the machine anew.
#[derive(Debug)]
pub struct Watchdog {
    file: File,
    timeout: Duration,
}

impl Watchdog {
    /// Wakes it, and has it wait so many seconds; the driver may round them, and then its word counts.
    pub fn open(device: &Path, seconds: u16) -> Result<Self, Fault> {
        let failed = |error: io::Error| Fault::Watchdog(device.into(), error);
        let flags = (OFlags::CLOEXEC | OFlags::NOCTTY).bits().cast_signed();
        let file = OpenOptions::new().write(true).custom_flags(flags).open(device).map_err(failed)?;
        match timeout(&file, seconds) {
            Ok(timeout) => Ok(Self::awake(file, timeout)),
            Err(errno) => {
                // It is awake already, and nobody is going to feed it.
                let _ = (&file).write_all(LEAVE);
                Err(failed(errno.into()))
            }
        }
    }

    /// One that is awake already, and waits so long.
    pub const fn awake(file: File, timeout: Duration) -> Self {
        Self { file, timeout }
    }

    /// How long it waits.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Feeds it.
    pub fn feed(&mut self) -> io::Result<()> {
        self.file.write_all(&[0])
    }

    /// Leaves it in peace: the device is stopped because somebody wants that.
    pub fn leave(mut self) -> io::Result<()> {
        self.file.write_all(LEAVE)
    }
}

/// Sets the time and reads it back.
fn timeout(file: &File, seconds: u16) -> Result<Duration, Errno> {
    let mut wanted = i32::from(seconds);
    match ask::<SET_TIMEOUT>(file, &mut wanted) {
        // A driver whose time is fixed says which it is.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::INVAL) => {}
        Err(errno) => return Err(errno),
    }
    let mut seconds = 0;
    ask::<TIMEOUT>(file, &mut seconds)?;
    match u64::try_from(seconds) {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        Ok(0) | Err(_) => Err(Errno::RANGE),
    }
}

fn ask<const CODE: Opcode>(file: &File, seconds: &mut i32) -> Result<(), Errno> {
    // SAFETY: both codes are those of an `int`, which the kernel reads and fills.
    // JUSTIFICATION: a watchdog is asked by ioctl alone.
    #[allow(unsafe_code)]
    unsafe {
        ioctl(file.as_fd(), Updater::<CODE, _>::new(seconds))
    }
}

#[cfg(test)]
mod tests;
