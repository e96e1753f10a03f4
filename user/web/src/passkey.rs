//! Passkeys (WebAuthn Level 2): ES256 alone, no attestation, and the person verified by their device each time.
//!
//! What a browser brings of a new one is bounded and read strictly here; what one signs, `crypto::passkey` judges, as
//! it does on devices. Which challenge counts, whoever gave it knows.

use aws_lc_rs::digest::{SHA256, digest};
use crypto::passkey::{Assertion, Passkey};
use minicbor::Decoder;
use serde::Deserialize;
use vocab::{Nonce, PageOrigin, RelyingParty};

/// Most bytes of each part.
const CLIENT_DATA: usize = 2048;
const AUTHENTICATOR_DATA: usize = 1024;
const ATTESTATION: usize = 2048;
const SIGNATURE: usize = 80;

/// Whom a passkey speaks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// The relying party: a name without a port.
    pub(crate) rp: RelyingParty,
    /// The page: scheme, name and port.
    pub(crate) origin: PageOrigin,
}

impl Party {
    /// The page at this address, for its own host.
    pub(crate) fn of(origin: PageOrigin) -> Option<Self> {
        let (_, host) = origin.as_str().split_once("://")?;
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        Some(Self { rp: RelyingParty::new(name).ok()?, origin })
    }
}

/// A key that was just made, pinned to the page at which it was, and how often it has signed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) passkey: Passkey,
    pub(crate) count: u32,
}

/// `clientDataJSON` (WebAuthn §5.8.1); browsers may add members, and none of ours comes twice.
#[derive(Deserialize)]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

/// Which challenge of ours a browser says was signed, *unverified*.
pub(crate) fn claimed(client_data: &[u8]) -> Option<Nonce> {
    unbase64(&client(client_data)?.challenge)?.try_into().ok().map(Nonce)
}

/// A new key, made for this party over this challenge (WebAuthn §7.1).
pub(crate) fn made(client_data: &[u8], attestation: &[u8], challenge: &Nonce, party: Party) -> Option<Made> {
    let client = client(client_data)?;
    let same = unbase64(&client.challenge)? == challenge.0 && client.origin == party.origin.as_str();
    (client.kind == "webauthn.create" && same && !client.cross_origin).then_some(())?;
    let (count, rest) = authenticator(unattested(attestation)?, &party.rp)?;
    // §6.5.1: AAGUID (16) ‖ length (2) ‖ id ‖ key.
    let (length, rest) = rest.get(16..)?.split_first_chunk::<2>()?;
    let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let passkey = Passkey::new(&es256(key)?, party.rp, party.origin, id.to_vec())?;
    Some(Made { passkey, count })
}

/// How often the key says that it has signed, if it signed this challenge for the page at which it was made.
pub(crate) fn signed(passkey: &Passkey, said: &Assertion<'_>, challenge: &Nonce) -> Option<u32> {
    let Assertion { authenticator_data, client_data, signature } = said;
    let fits = client_data.len() <= CLIENT_DATA
        && authenticator_data.len() <= AUTHENTICATOR_DATA
        && signature.len() <= SIGNATURE;
    fits.then_some(())?;
    said.answers(passkey, challenge.0).ok()?;
    Some(said.counter())
}

fn client(client_data: &[u8]) -> Option<Client> {
    if client_data.len() > CLIENT_DATA {
        return None;
    }
    serde_json::from_slice(client_data).ok()
}

/// The flags that must stand on a new key, and the one that must not (WebAuthn §6.1): somebody was there and was
/// verified, a key follows, and we ask for no extension, so none answers.
const MADE: u8 = 0x01 | 0x04 | 0x40;
const EXTENDED: u8 = 0x80;

/// The count, and what follows it: hash of the party (32) ‖ flags (1) ‖ count (4) ‖ the rest.
fn authenticator<'a>(data: &'a [u8], party: &RelyingParty) -> Option<(u32, &'a [u8])> {
    let (hash, rest) = data.split_first_chunk::<32>()?;
    let ([flags], rest) = rest.split_first_chunk::<1>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let ours = digest(&SHA256, party.as_str().as_bytes()).as_ref() == hash;
    let flagged = flags & MADE == MADE && flags & EXTENDED == 0;
    (ours && flagged).then(|| (u32::from_be_bytes(*count), rest))
}

/// The authenticator data of an attestation object that attests nothing: `{fmt: "none", attStmt: {}, authData}`.
fn unattested(attestation: &[u8]) -> Option<&[u8]> {
    if attestation.len() > ATTESTATION {
        return None;
    }
    let mut cbor = Decoder::new(attestation);
    (cbor.map().ok()? == Some(3)).then_some(())?;
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..3 {
        match cbor.str().ok()? {
            "fmt" if format.is_none() => format = Some(cbor.str().ok()?),
            "attStmt" if statement.is_none() => statement = Some(cbor.map().ok()??),
            "authData" if data.is_none() => data = Some(cbor.bytes().ok()?),
            _ => return None,
        }
        // A statement that is not empty would be read as what follows it.
        statement.is_none_or(|entries| entries == 0).then_some(())?;
    }
    let whole = cbor.position() == attestation.len();
    (format? == "none" && statement? == 0 && whole).then_some(())?;
    data.filter(|data| data.len() <= AUTHENTICATOR_DATA)
}

/// The point of a COSE key {1: 2 (EC2), 3: −7 (ES256), −1: 1 (P-256), −2: x, −3: y} (RFC 9053 §7.1.1), and no other.
fn es256(key: &[u8]) -> Option<Vec<u8>> {
    let mut cbor = Decoder::new(key);
    (cbor.map().ok()? == Some(5)).then_some(())?;
    for (name, value) in [(1, 2), (3, -7), (-1, 1)] {
        (cbor.i64().ok()? == name && cbor.i64().ok()? == value).then_some(())?;
    }
    let mut point = vec![4];
    for name in [-2, -3] {
        (cbor.i64().ok()? == name).then_some(())?;
        point.extend(cbor.bytes().ok().filter(|half| half.len() == 32)?);
    }
    (cbor.position() == key.len()).then_some(point)
}

/// Base64url without padding (RFC 4648 §5), in its one spelling.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len()), 0u32, 0);
    for byte in text.bytes() {
        held = held << 6 | u32::from(digit(byte)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    (bits < 6 && held == 0).then_some(bytes)
}

#[cfg(test)]
pub(crate) mod tests;
