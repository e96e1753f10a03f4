//! The address that each network card was made with, whatever it is called now, and the news that a link, or a rule of
//! the packet filter, has changed.
//!
//! Source: rtnetlink(7), `linux/rtnetlink.h`, `linux/if_link.h`. One question, one bounded answer.

use std::{
    collections::BTreeMap,
    io,
    num::NonZeroU32,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::Duration,
};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind,
        netlink::SocketAddrNetlink,
        recvfrom, sendto, socket_with,
        sockopt::{Timeout, set_socket_timeout},
    },
};

use crate::fault::Fault;

/// Permanent addresses by the name of the link, such as `02:fc:00:00:00:01`.
pub(crate) type Addresses = BTreeMap<String, String>;

/// NETLINK_ROUTE is protocol 0.
const ROUTE: Option<Protocol> = None;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const NLM_F_REQUEST_DUMP: u16 = 0x301;
const IFLA_IFNAME: u16 = 3;
const IFLA_PERM_ADDRESS: u16 = 54;

/// `struct nlmsghdr`, `struct ifinfomsg`, `struct rtattr`.
const HEADER: usize = 16;
const LINK: usize = 16;
const ATTRIBUTE: usize = 4;

/// The kernel answers in packets of at most so many bytes, if we give it room for them.
const PACKET: usize = 32 * 1024;

/// More packets than the links of any device need.
const PACKETS: usize = 256;

/// Asks the kernel.
pub(crate) fn permanent() -> io::Result<Addresses> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, ROUTE)?;
    set_socket_timeout(&socket, Timeout::Recv, Some(Duration::from_secs(1)))?;
    let kernel = SocketAddrNetlink::new(0, 0);
    bind(&socket, &kernel)?;
    sendto(&socket, &question(), SendFlags::empty(), &kernel)?;
    let mut addresses = Addresses::new();
    let mut buffer = vec![0; PACKET];
    for _ in 0..PACKETS {
        let (read, length, from) = match recvfrom(&socket, &mut buffer[..], RecvFlags::TRUNC) {
            Err(Errno::INTR) => continue,
            answer => answer?,
        };
        let from = from.and_then(|from| SocketAddrNetlink::try_from(from).ok());
        if from.is_none_or(|from| from.pid() != 0) {
            continue;
        }
        if read < length {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if take(&buffer[..read], &mut addresses)? == Answer::Complete {
            return Ok(addresses);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}

/// Hears that links change, since no event of the kernel's devices tells of a cable; or rules of the packet filter.
#[derive(Debug)]
pub(crate) struct Changes(OwnedFd);

/// RTMGRP_LINK.
const LINKS: u32 = 1;

/// NETLINK_NETFILTER, and NFNLGRP_NFTABLES, which is group 7.
const NETFILTER: u32 = 12;
const RULES: u32 = 1 << 6;

impl Changes {
    /// Of links.
    pub(crate) fn links() -> Result<Self, Fault> {
        Self::listen(ROUTE, LINKS)
    }

    /// Of any table of nftables; a right of `CAP_NET_ADMIN`.
    pub(crate) fn rules() -> Result<Self, Fault> {
        Self::listen(NonZeroU32::new(NETFILTER).map(Protocol::from_raw), RULES)
    }

    fn listen(protocol: Option<Protocol>, groups: u32) -> Result<Self, Fault> {
        let failed = |errno: Errno| Fault::Events(errno.into());
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, protocol).map_err(failed)?;
        bind(&socket, &SocketAddrNetlink::new(0, groups)).map_err(failed)?;
        Ok(Self(socket))
    }

    /// Whether there was any since the last call; who says so does not matter, since it is looked at.
    pub(crate) fn any(&mut self) -> bool {
        let mut any = false;
        for _ in 0..PACKETS {
            match recvfrom(&self.0, &mut [0; LINK][..], RecvFlags::DONTWAIT) {
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                // What was lost is news too.
                Ok(_) | Err(_) => any = true,
            }
        }
        any
    }
}

impl AsFd for Changes {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Complete,
    Goes,
}

/// A header and an empty `struct ifinfomsg`.
const QUESTION: u32 = 32;

/// RTM_GETLINK for all links.
fn question() -> [u8; QUESTION as usize] {
    let mut bytes = [0; QUESTION as usize];
    bytes[..4].copy_from_slice(&QUESTION.to_ne_bytes());
    bytes[4..6].copy_from_slice(&RTM_GETLINK.to_ne_bytes());
    bytes[6..8].copy_from_slice(&NLM_F_REQUEST_DUMP.to_ne_bytes());
    bytes
}

/// Takes the links of one packet.
fn take(mut packet: &[u8], addresses: &mut Addresses) -> io::Result<Answer> {
    while !packet.is_empty() {
        let (kind, body, rest) = message(packet).ok_or(io::ErrorKind::InvalidData)?;
        packet = rest;
        match kind {
            NLMSG_DONE => return Ok(Answer::Complete),
            NLMSG_ERROR => return Err(io::ErrorKind::Other.into()),
            RTM_NEWLINK => addresses.extend(link(body)),
            _ => {}
        }
    }
    Ok(Answer::Goes)
}

/// Type, body and what follows.
fn message(packet: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = usize::try_from(u32::from_ne_bytes(*packet.first_chunk()?)).ok()?;
    let kind = u16::from_ne_bytes(*packet.get(4..)?.first_chunk()?);
    let body = packet.get(HEADER..length)?;
    Some((kind, body, packet.get(length.next_multiple_of(4)..).unwrap_or_default()))
}

/// A link's name and permanent address, where it has both.
fn link(body: &[u8]) -> Option<(String, String)> {
    let mut attributes = body.get(LINK..)?;
    let (mut name, mut address) = (None, None);
    while let Some((kind, value, rest)) = attribute(attributes) {
        attributes = rest;
        match kind {
            IFLA_IFNAME => name = str::from_utf8(value.strip_suffix(&[0])?).ok(),
            IFLA_PERM_ADDRESS => address = Some(value),
            _ => {}
        }
    }
    let address = address.filter(|address| address.iter().any(|&byte| byte != 0) && address.len() <= 32)?;
    let address: Vec<String> = address.iter().map(|byte| format!("{byte:02x}")).collect();
    Some((name?.to_owned(), address.join(":")))
}

/// Type, value and what follows.
fn attribute(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let length = usize::from(u16::from_ne_bytes(*bytes.first_chunk()?));
    // The two highest bits are flags.
    let kind = u16::from_ne_bytes(*bytes.get(2..)?.first_chunk()?) & 0x3fff;
    let value = bytes.get(ATTRIBUTE..length)?;
    Some((kind, value, bytes.get(length.next_multiple_of(4)..).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
