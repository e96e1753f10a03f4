use proptest::prelude::*;
use rustix::thread::UnshareFlags;

use super::*;
use crate::testing::{Bridge, apart};

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn attributed(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(ATTRIBUTE + value.len()).unwrap();
    padded([&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat())
}

fn packed(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap();
    padded([&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &[0; 10], body].concat())
}

fn card(name: &str, address: &[u8]) -> Vec<u8> {
    let name = attributed(IFLA_IFNAME, format!("{name}\0").as_bytes());
    packed(RTM_NEWLINK, &[&[0; LINK][..], &name, &attributed(IFLA_PERM_ADDRESS, address)].concat())
}

fn taken(packet: &[u8]) -> (io::Result<Answer>, Addresses) {
    let mut addresses = Addresses::new();
    (take(packet, &mut addresses), addresses)
}

const MAC: &[u8] = &[2, 0xfc, 0, 0, 0, 1];

#[test]
fn each_card_comes_with_the_address_that_it_was_made_with() {
    let packet = [card("eth0", MAC), card("wlan0", &[0xff; 6]), packed(NLMSG_DONE, &[0; 4])].concat();
    let (answer, addresses) = taken(&packet);
    assert_eq!(answer.unwrap(), Answer::Complete);
    let pairs = [("eth0", "02:fc:00:00:00:01"), ("wlan0", "ff:ff:ff:ff:ff:ff")];
    assert_eq!(addresses, pairs.map(|(name, address)| (name.into(), address.into())).into());
}

#[test]
fn a_link_without_such_an_address_is_left_out() {
    let nameless = packed(RTM_NEWLINK, &[&[0; LINK][..], &attributed(IFLA_PERM_ADDRESS, MAC)].concat());
    for packet in [card("br0", &[0; 6]), card("long", &[1; 33]), card("x", &[]), nameless, packed(99, MAC)] {
        let (answer, addresses) = taken(&packet);
        assert_eq!((answer.unwrap(), addresses), (Answer::Goes, Addresses::new()));
    }
}

#[test]
fn an_error_or_a_cut_message_is_an_error() {
    assert!(taken(&packed(NLMSG_ERROR, &[0; 20])).0.is_err());
    let whole = card("eth0", MAC);
    for end in 1..whole.len() {
        let (answer, addresses) = taken(&whole[..end]);
        assert!(answer.is_err() && addresses.is_empty(), "{end}");
    }
    // A length that does not even cover its own header.
    assert!(taken(&[0; 16]).0.is_err());
}

proptest! {
    #[test]
    fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = taken(&bytes);
        let _ = link(&bytes);
    }
}

#[test]
fn the_kernel_answers_and_what_it_says_of_a_card_agrees_with_sysfs() {
    let addresses = permanent().unwrap();
    for (name, address) in &addresses {
        let at = |what: &str| std::fs::read_to_string(format!("/sys/class/net/{name}/{what}"));
        // In a namespace of its own this process may see other links here than there.
        if at("addr_assign_type").is_ok_and(|kind| kind.trim() == "0") {
            assert_eq!(at("address").unwrap().trim(), address);
        }
    }
}

#[test]
fn a_link_that_changes_is_news_and_nothing_is_not() {
    if !apart("news of a link", UnshareFlags::NEWNET) {
        return;
    }
    let mut changes = Changes::links().unwrap();
    assert!(!changes.any());
    let _bridge = Bridge::make("wrale-br3");
    // The kernel puts the news there before it answers whoever made the link.
    assert!(changes.any());
    assert!(!changes.any());
}
