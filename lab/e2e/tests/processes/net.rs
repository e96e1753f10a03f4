//! The network links of this namespace, as `rtnetlink(7)` makes and changes them.

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink::SocketAddrNetlink, recv, sendto,
    socket_with,
};

const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
/// NLM_F_REQUEST and NLM_F_ACK.
const ASK: u16 = 0x5;
/// The same with NLM_F_CREATE and NLM_F_EXCL.
const MAKE: u16 = 0x605;

/// Brings the loopback of a new namespace up.
pub(crate) fn loopback_up() {
    // struct ifinfomsg: family, type, index, flags, mask of flags; the loopback is always the first, IFF_UP is 1.
    let link = [[0; 4], 1i32.to_ne_bytes(), 1u32.to_ne_bytes(), 1u32.to_ne_bytes()].concat();
    ask(RTM_NEWLINK, ASK, &link);
}

/// A network link of this namespace; removed when dropped.
pub(crate) struct Bridge(&'static str);

impl Bridge {
    pub(crate) fn make(name: &'static str) -> Self {
        ask(RTM_NEWLINK, MAKE, &bridge(name));
        Self(name)
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        ask(RTM_DELLINK, ASK, &bridge(self.0));
    }
}

/// IFLA_IFNAME, and IFLA_LINKINFO with IFLA_INFO_KIND.
fn bridge(name: &str) -> Vec<u8> {
    let name = attribute(3, format!("{name}\0").as_bytes());
    [vec![0; 16], name, attribute(18, &attribute(1, b"bridge"))].concat()
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap();
    let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// One question, and the kernel's answer that it was done.
fn ask(kind: u16, flags: u16, body: &[u8]) {
    let length = u32::try_from(16 + body.len()).unwrap();
    let header = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 8]].concat();
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, None).unwrap();
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(&socket, &[&header, body].concat(), SendFlags::empty(), &kernel).unwrap();
    let mut answer = [0; 1024];
    recv(&socket, &mut answer[..], RecvFlags::empty()).unwrap();
    let errno = i32::from_ne_bytes(answer[16..20].try_into().unwrap());
    assert_eq!(errno, 0, "the kernel did not do this to a link");
}
