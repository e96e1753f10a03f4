//! CBOR and COSE by hand: what an attacker writes, and a second opinion on what we write.

use alloc::vec::Vec;

use crypto::key::KeyId;
use minicbor::{Decoder, Encoder};

/// The entries of a map, each as written.
pub(super) fn fields(map: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut decoder = Decoder::new(map);
    let count = decoder.map().unwrap().unwrap();
    let mut item = || {
        let start = decoder.position();
        decoder.skip().unwrap();
        map[start..decoder.position()].to_vec()
    };
    (0..count).map(|_| (item(), item())).collect()
}

/// The items of an array, each as written.
pub(super) fn items(array: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(array);
    let count = decoder.array().unwrap().unwrap();
    let mut item = || {
        let start = decoder.position();
        decoder.skip().unwrap();
        array[start..decoder.position()].to_vec()
    };
    (0..count).map(|_| item()).collect()
}

/// A map of entries as they come, in whatever order.
pub(super) fn map(fields: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = written(|e| e.map(fields.len() as u64).map(drop));
    bytes.extend(fields.iter().flat_map(|(key, value)| [&key[..], value].concat()));
    bytes
}

/// The map with one more entry.
pub(super) fn with(map_bytes: &[u8], key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut fields = fields(map_bytes);
    fields.push((key.to_vec(), value.to_vec()));
    map(&fields)
}

pub(super) fn bstr(bytes: &[u8]) -> Vec<u8> {
    written(|e| e.bytes(bytes).map(drop))
}

pub(super) fn tstr(text: &str) -> Vec<u8> {
    written(|e| e.str(text).map(drop))
}

pub(super) fn int(value: i64) -> Vec<u8> {
    written(|e| e.i64(value).map(drop))
}

/// An array of items as written.
pub(super) fn array(items: &[&[u8]]) -> Vec<u8> {
    [&written(|e| e.array(items.len() as u64).map(drop))[..], &items.concat()].concat()
}

/// The protected header of a letter.
pub(super) fn header(algorithm: i64, content_type: &str, key: KeyId, role: &str) -> Vec<u8> {
    let parameters = [(1, int(algorithm)), (3, tstr(content_type)), (4, bstr(&key.0)), (-70001, tstr(role))];
    map(&parameters.map(|(label, value)| (int(label), value)))
}

/// RFC 9052 §4.4, with whatever external data the signer believes in.
pub(super) fn to_be_signed(protected: &[u8], external: &[u8], payload: &[u8]) -> Vec<u8> {
    array(&[&tstr("Signature1"), &bstr(protected), &bstr(external), &bstr(payload)])
}

/// RFC 9052 §4.2.
pub(super) fn sign1(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    array(&[&bstr(protected), &[0xa0], &bstr(payload), &bstr(signature)])
}

fn written(
    write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Result<(), minicbor::encode::Error<core::convert::Infallible>>,
) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder).unwrap();
    encoder.into_writer()
}
