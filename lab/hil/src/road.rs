//! What a machine has sent on the road to its fleet, as QEMU saw it there.
//!
//! Source: QEMU's `net/dump.c`, which writes the format of libpcap: a header of 24 bytes, then before each frame one of
//! 16, whose third word is the frame's length here.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    fs,
    net::{Ipv4Addr, SocketAddrV4},
    path::PathBuf,
};

use anyhow::{Context as _, Result};

/// A file that grows while somebody reads it.
pub(crate) struct Road(PathBuf);

/// Where a packet was to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum To {
    /// To neighbours, of whom it asks who they are: ARP, or something of IPv6, which has no road here.
    Neighbours,
    /// By TCP.
    Tcp(SocketAddrV4),
    /// By another protocol of IPv4.
    Other(u8, Ipv4Addr),
}

/// The card's own address; what comes from another has come to us.
const CARD: [u8; 6] = [0x52, 0x54, 0, 0x12, 0x34, 0x10];

impl Road {
    pub(crate) const fn of(file: PathBuf) -> Self {
        Self(file)
    }

    /// Where the machine has sent something, but for its neighbours and these listeners.
    pub(crate) fn strangers(&self, known: &[&str]) -> Result<BTreeSet<To>> {
        let known: Vec<To> =
            known.iter().map(|at| anyhow::Ok(To::Tcp(at.parse()?))).collect::<Result<_>>()?;
        let file = fs::read(&self.0).with_context(|| format!("{} cannot be read", self.0.display()))?;
        let mut sent = sent(&file);
        sent.retain(|to| *to != To::Neighbours && !known.contains(to));
        Ok(sent)
    }
}

/// Where all whole packets in a file were to go that the machine sent.
fn sent(file: &[u8]) -> BTreeSet<To> {
    const HEADER: usize = 24;
    let (mut sent, mut rest) = (BTreeSet::new(), file.get(HEADER..).unwrap_or_default());
    while let Some((before, after)) = rest.split_first_chunk::<16>() {
        let length = u32::from_ne_bytes([before[8], before[9], before[10], before[11]]) as usize;
        // The last one may still be on its way into the file.
        let Some((frame, after)) = after.split_at_checked(length) else { break };
        if frame.get(6..12) == Some(&CARD) {
            sent.insert(to(frame));
        }
        rest = after;
    }
    sent
}

/// IEEE 802.3, RFC 791 and RFC 9293: type, header length, protocol, destination, port.
fn to(frame: &[u8]) -> To {
    const TCP: u8 = 6;
    let (kind, packet) = (frame.get(12..14), frame.get(14..).unwrap_or_default());
    let (Some([8, 0]), Some(&[a, b, c, d])) = (kind, packet.get(16..20)) else { return To::Neighbours };
    let (protocol, address) = (packet[9], Ipv4Addr::new(a, b, c, d));
    let ports = usize::from(packet[0] & 15) * 4;
    match packet.get(ports + 2..ports + 4) {
        Some(&[high, low]) if protocol == TCP => {
            To::Tcp(SocketAddrV4::new(address, u16::from_be_bytes([high, low])))
        }
        _ => To::Other(protocol, address),
    }
}
