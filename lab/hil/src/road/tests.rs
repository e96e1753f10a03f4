use super::*;

/// A frame of this card or of another, with this in it.
fn frame(from: [u8; 6], kind: [u8; 2], packet: &[u8]) -> Vec<u8> {
    let frame = [&[0xff; 6], &from[..], &kind, packet].concat();
    let length = u32::try_from(frame.len()).unwrap().to_ne_bytes();
    [&[0; 8], &length[..], &length, &frame].concat()
}

/// A packet of IPv4 with an option, so that its ports lie four bytes later.
fn packet(protocol: u8, address: [u8; 4], port: u16) -> Vec<u8> {
    let mut packet = vec![0; 24];
    (packet[0], packet[9]) = (0x46, protocol);
    packet[16..20].copy_from_slice(&address);
    packet.extend([0, 7]);
    packet.extend(port.to_be_bytes());
    packet
}

#[test]
fn what_was_sent_is_told_from_what_came_and_by_where_it_went() {
    let (ours, theirs, ip) = (CARD, [2; 6], [8, 0]);
    let frames = [
        frame(ours, ip, &packet(6, [10, 0, 2, 100], 8442)),
        frame(theirs, ip, &packet(6, [10, 0, 2, 15], 40_000)),
        frame(ours, ip, &packet(1, [10, 0, 2, 2], 0)),
        frame(ours, [8, 6], &[0; 28]),
        frame(ours, [0x86, 0xdd], &[0x60; 60]),
    ];
    let whole = [&[0; 24], &frames.concat()[..]].concat();
    let fleet = To::Tcp("10.0.2.100:8442".parse().unwrap());
    let ping = To::Other(1, Ipv4Addr::new(10, 0, 2, 2));
    assert_eq!(sent(&whole), BTreeSet::from([To::Neighbours, fleet, ping]));
    let torn = &whole[..24 + frames[0].len() + frames[1].len() + 20];
    assert_eq!(sent(torn), BTreeSet::from([fleet]));
    assert_eq!(sent(&[]), BTreeSet::new());
}

#[test]
fn whoever_is_known_is_no_stranger() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("road");
    let frames = [8442, 8443].map(|port| frame(CARD, [8, 0], &packet(6, [10, 0, 2, 100], port))).concat();
    fs::write(&file, [&[0; 24], &frames[..]].concat()).unwrap();
    let road = Road::of(file);
    assert_eq!(road.strangers(&["10.0.2.100:8442", "10.0.2.100:8443"]).unwrap(), BTreeSet::new());
    let other = BTreeSet::from([To::Tcp("10.0.2.100:8443".parse().unwrap())]);
    assert_eq!(road.strangers(&["10.0.2.100:8442"]).unwrap(), other);
}
