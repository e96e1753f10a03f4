//! The kernel's events: what came, went or changed, heard over netlink and believed from the kernel alone.
//!
//! Source: `lib/kobject_uevent.c` of the kernel: a packet is `ACTION@DEVPATH`, then `KEY=VALUE` strings, each ended
//! by a zero; at most 2048 bytes and 64 strings of environment.

use std::{
    collections::BTreeMap,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SocketFlags, SocketType, bind,
        netlink::{KOBJECT_UEVENT, SocketAddrNetlink},
        recvfrom, socket_with, sockopt,
    },
};

use crate::fault::Fault;

/// The kernel's own multicast group; 2 is udev's, and anybody with the right may speak there.
const KERNEL: u32 = 1;

/// The kernel's port.
const KERNEL_PORT: u32 = 0;

/// More than the kernel ever sends.
const PACKET: usize = 8 * 1024;

/// More strings than the kernel ever sends.
const STRINGS: usize = 128;

/// Room for a hub full of devices that come at once; what does not fit is lost, and we are told so.
const BACKLOG: usize = 1024 * 1024;

/// What happened to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    /// Its name or place is another one.
    Moved,
    Removed,
    /// Bound, unbound, changed, or whatever later kernels say.
    Other,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) change: Change,
    /// Below the root of sysfs, beginning with `/`.
    pub(crate) devpath: String,
    pub(crate) subsystem: String,
    more: BTreeMap<String, String>,
}

/// What the socket has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Event(Event),
    /// Somebody else than the kernel spoke; not believed.
    Foreign,
    /// Something was lost, or could not be understood: look for yourself.
    Lost,
}

/// The listening end.
#[derive(Debug)]
pub(crate) struct Uevents {
    socket: OwnedFd,
    buffer: Box<[u8; PACKET]>,
}

impl Uevents {
    pub(crate) fn listen() -> Result<Self, Fault> {
        let failed = |errno: Errno| Fault::Events(errno.into());
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let kind = (AddressFamily::NETLINK, SocketType::DGRAM);
        let socket = socket_with(kind.0, kind.1, flags, Some(KOBJECT_UEVENT)).map_err(failed)?;
        // Beyond what everybody gets, where we may; less room only means that we look for ourselves more often.
        let forced = sockopt::set_socket_recv_buffer_size_force(&socket, BACKLOG);
        forced.or_else(|_| sockopt::set_socket_recv_buffer_size(&socket, BACKLOG)).map_err(failed)?;
        bind(&socket, &SocketAddrNetlink::new(0, KERNEL)).map_err(failed)?;
        Ok(Self { socket, buffer: Box::new([0; PACKET]) })
    }

    /// The next thing heard; none if there is nothing more now. Never waits.
    pub(crate) fn next(&mut self) -> Option<Heard> {
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        let (read, length, from) = loop {
            match recvfrom(&self.socket, &mut self.buffer[..], flags) {
                Ok(packet) => break packet,
                Err(Errno::AGAIN) => return None,
                Err(Errno::INTR) => {}
                Err(_) => return Some(Heard::Lost),
            }
        };
        let from = from.and_then(|from| SocketAddrNetlink::try_from(from).ok());
        if from.is_none_or(|from| from.pid() != KERNEL_PORT) {
            return Some(Heard::Foreign);
        }
        let event = if read == length { parse(&self.buffer[..read]) } else { None };
        Some(event.map_or(Heard::Lost, Heard::Event))
    }
}

impl AsFd for Uevents {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Event {
    /// A value by its key, such as `INTERFACE`.
    pub(crate) fn says(&self, key: &str) -> Option<&str> {
        self.more.get(key).map(String::as_str)
    }

    /// The device's own name: the last step of its path.
    pub(crate) fn name(&self) -> &str {
        self.devpath.rsplit('/').next().unwrap_or_default()
    }

    /// The name of the device that this one is part of.
    pub(crate) fn parent(&self) -> Option<&str> {
        self.devpath.rsplit('/').nth(1).filter(|parent| !parent.is_empty())
    }
}

/// Reads one packet; none if it is not exactly what the kernel writes.
pub(crate) fn parse(packet: &[u8]) -> Option<Event> {
    let mut strings = packet.strip_suffix(&[0])?.split(|&byte| byte == 0);
    let head = str::from_utf8(strings.next()?).ok()?;
    let (action, devpath) = head.split_once('@')?;
    let mut more = BTreeMap::new();
    for string in strings {
        let (key, value) = str::from_utf8(string).ok()?.split_once('=')?;
        let again = more.insert(key.to_owned(), value.to_owned());
        if key.is_empty() || again.is_some() || more.len() > STRINGS {
            return None;
        }
    }
    // The head says the same as the environment; a device's path leads down from the root of sysfs.
    let agrees = more.remove("ACTION")? == action && more.remove("DEVPATH")? == devpath;
    if !agrees || !leads_down(devpath) {
        return None;
    }
    let change = match action {
        "add" => Change::Added,
        "move" => Change::Moved,
        "remove" => Change::Removed,
        _ => Change::Other,
    };
    Some(Event { change, devpath: devpath.to_owned(), subsystem: more.remove("SUBSYSTEM")?, more })
}

fn leads_down(devpath: &str) -> bool {
    devpath.strip_prefix('/').is_some_and(|path| path.split('/').all(|step| !matches!(step, "" | "." | "..")))
}

#[cfg(test)]
pub(crate) mod tests;
