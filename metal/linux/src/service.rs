//! Tells systemd how its service is: ready, alive, stopping.
//!
//! Source: sd_notify(3): one datagram of `KEY=VALUE` to the socket that `NOTIFY_SOCKET` names; `@` stands for the zero
//! of an abstract name.

use std::{ffi::OsStr, io, os::fd::OwnedFd, os::unix::ffi::OsStrExt, time::Duration};

use rustix::net::{AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, sendto, socket_with};

/// The service manager that started us.
#[derive(Debug)]
pub struct Service {
    socket: OwnedFd,
    manager: SocketAddrUnix,
}

/// What there is to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The loop turns.
    Alive,
    /// It turns for the first time.
    Ready,
    /// It ends because somebody wants that.
    Stopping,
}

impl Service {
    /// The manager behind the value of `NOTIFY_SOCKET`.
    pub fn at(socket: &OsStr) -> io::Result<Self> {
        let manager = match socket.as_bytes() {
            [b'@', name @ ..] => SocketAddrUnix::new_abstract_name(name)?,
            path @ [b'/', ..] => SocketAddrUnix::new(path)?,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None)?;
        Ok(Self { socket, manager })
    }

    /// Says it, without waiting for whoever listens.
    pub fn tell(&self, word: Word) -> io::Result<()> {
        let said: &[u8] = match word {
            Word::Alive => b"WATCHDOG=1",
            Word::Ready => b"READY=1",
            Word::Stopping => b"STOPPING=1",
        };
        sendto(&self.socket, said, SendFlags::NOSIGNAL, &self.manager)?;
        Ok(())
    }
}

/// How long the manager waits for a sign of life, as `WATCHDOG_USEC` and `WATCHDOG_PID` say it; none if it does not, or
/// if another process is meant.
pub fn patience(micros: Option<&str>, pid: Option<&str>, own: u32) -> Option<Duration> {
    let micros = micros?.parse().ok().filter(|micros| *micros > 0)?;
    let meant = pid.is_none_or(|pid| pid.parse() == Ok(own));
    meant.then_some(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests;
