use super::payload;

/// An image with two sectors of setup and a payload sixteen bytes behind them.
fn image(payload: &[u8]) -> Vec<u8> {
    let mut image = vec![0; 3 * 512 + 16];
    image[0x1f1] = 2;
    image[0x202..0x206].copy_from_slice(b"HdrS");
    image[0x248..0x24c].copy_from_slice(&16_u32.to_le_bytes());
    image[0x24c..0x250].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
    image.extend_from_slice(payload);
    image
}

#[test]
fn the_payload_is_where_the_header_says() {
    let packed = b"\xfd7zXZ\0 and so on";
    let mut image = image(packed);
    assert_eq!(payload(&image).unwrap(), packed);
    image.extend_from_slice(b"a signature");
    assert_eq!(payload(&image).unwrap(), packed);
}

#[test]
fn what_is_no_such_image_is_refused() {
    assert!(payload(b"short").is_err());
    assert!(payload(&[0; 4096]).is_err());
    let whole = image(b"\xfd7zXZ\0 and so on");
    assert!(payload(&whole[..whole.len() - 1]).is_err(), "cut short");
    assert!(payload(&image(b"\x1f\x8b gzip")).is_err());
}
