//! A person's passkey (WebAuthn, ES256): what the roster pins of it, and what its signature proves.
//!
//! An authenticator never signs our bytes. It signs what it says itself and the hash of what the browser says, and
//! there the challenge stands: the digest of our letter. Both are judged here by whoever obeys (WebAuthn Level 2 §7.2),
//! and nothing is parsed: browsers have one way to write what counts (§5.8.1.2). The signature counter is not judged.

use alloc::{string::String, vec::Vec};
use core::fmt;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use vocab::{PageOrigin, RelyingParty};

use crate::{
    cbor::{self, Limits},
    digest::Digest,
    hex::Hex,
    key::{self, PublicKey},
    note::base64,
    refusal::Refusal,
};

/// What the root pins of a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Passkey {
    /// Its key.
    #[n(0)]
    pub key: PublicKey<key::Passkey>,
    /// The host that it belongs to: the authenticator says the digest of this.
    #[n(1)]
    pub relying_party: RelyingParty,
    /// The one page that may ask it to sign: the browser says this.
    #[n(2)]
    pub origin: PageOrigin,
    /// By which browsers find it. It proves nothing.
    #[n(3)]
    pub credential: CredentialId,
}

impl Passkey {
    /// A passkey with this key, a point of P-256 (SEC 1, uncompressed), if it is one and has a name.
    pub fn new(
        point: &[u8],
        relying_party: RelyingParty,
        origin: PageOrigin,
        credential: Vec<u8>,
    ) -> Option<Self> {
        let (key, credential) = (PublicKey::from_bytes(point).ok()?, CredentialId::new(credential)?);
        Some(Self { key, relying_party, origin, credential })
    }
}

/// What an authenticator calls a passkey: from 1 to [`LIMIT`](Self::LIMIT) bytes, which may be a wrapped key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Most bytes that we keep. (§5.8.3 allows 1023, and nobody was seen to use half of it.)
    pub const LIMIT: usize = 512;

    /// An id of these bytes, if there are so many.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (1..=Self::LIMIT).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({})", Hex(&self.0))
    }
}

impl<C> Encode<C> for CredentialId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for CredentialId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let at = d.position();
        Self::new(d.bytes()?.to_vec())
            .ok_or_else(|| decode::Error::message("a credential id is 1 to 512 bytes").at(at))
    }
}

/// What a passkey answers, as the browser hands it over (§5.2.2). Nothing of it is believed.
///
/// In a letter it stands where other keys' signatures do: `[authenticator data, client data, signature]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion<'a> {
    /// `authenticatorData`: SHA-256 of the relying party (32) ‖ flags (1) ‖ counter (4) ‖ extensions, if any.
    pub authenticator_data: &'a [u8],
    /// `clientDataJSON`: what the browser says it was asked, and by whom.
    pub client_data: &'a [u8],
    /// ECDSA in DER, over the first and the digest of the second.
    pub signature: &'a [u8],
}

/// Client data of 1 KiB are three times what browsers write, and nobody asks an authenticator for extensions.
const LIMITS: Limits = Limits { bytes: 1400, depth: 1, items: 4 };

impl<'a> Assertion<'a> {
    /// Takes the bytes apart that stand in the place of a signature.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let read = cbor::check(bytes, &LIMITS).and_then(|()| {
            cbor::read(bytes, |d| {
                if d.array()? != Some(3) {
                    return Err(decode::Error::message("an assertion has three parts").at(0));
                }
                Ok(Self { authenticator_data: d.bytes()?, client_data: d.bytes()?, signature: d.bytes()? })
            })
        });
        read.map_err(Refusal::Assertion)
    }

    /// The bytes that [`parse`](Self::parse) takes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Self { authenticator_data, client_data, signature } = self;
        cbor::write(|e| e.array(3)?.bytes(authenticator_data)?.bytes(client_data)?.bytes(signature)?.ok())
    }

    /// Believes that this passkey signed this challenge, for the page that the root pinned, and with its person
    /// there and verified; or says why not.
    pub(crate) fn verify(&self, passkey: &Passkey, challenge: &Digest) -> Result<(), Refusal> {
        judge_client_data(self.client_data, challenge, &passkey.origin)
            .and_then(|()| judge_authenticator_data(self.authenticator_data, &passkey.relying_party))
            .map_err(Refusal::Passkey)?;
        // §7.2, steps 19 and 20.
        let hash = Digest::of(self.client_data);
        passkey.key.verify(&[self.authenticator_data, hash.as_bytes()].concat(), self.signature)
    }

    /// The same for a challenge that somebody drew: to sign in, where no letter is signed.
    pub fn answers(&self, passkey: &Passkey, challenge: [u8; 32]) -> Result<(), Refusal> {
        self.verify(passkey, &Digest(challenge))
    }

    /// How often the authenticator says that it has signed: zero, where it does not count.
    pub fn counter(&self) -> u32 {
        let counter = self.authenticator_data.get(33..37).and_then(|bytes| bytes.try_into().ok());
        counter.map_or(0, u32::from_be_bytes)
    }
}

/// §5.8.1.2, for type, challenge and origin: steps 11 to 13 of §7.2 without a reader of JSON.
fn judge_client_data(said: &[u8], challenge: &Digest, origin: &PageOrigin) -> Result<(), Unfit> {
    let rest = said.strip_prefix(br#"{"type":"webauthn.get","challenge":""#).ok_or(Unfit::ClientData)?;
    let rest = rest.strip_prefix(base64url(challenge.as_bytes()).as_bytes()).ok_or(Unfit::Challenge)?;
    let rest = rest.strip_prefix(br#"","origin":""#).ok_or(Unfit::ClientData)?;
    let rest = rest.strip_prefix(origin.as_str().as_bytes()).ok_or(Unfit::Origin)?;
    let rest = rest.strip_prefix(br#"""#).ok_or(Unfit::Origin)?;
    // Off-spec: some browsers leave out a `crossOrigin` that is false, which says the same.
    let rest = rest.strip_prefix(br#","crossOrigin":false"#).unwrap_or(rest);
    match rest {
        _ if mentions(rest, br#""crossOrigin""#) => Err(Unfit::Framed),
        // What newer browsers add.
        [b'}'] | [b',', .., b'}'] => Ok(()),
        _ => Err(Unfit::ClientData),
    }
}

fn mentions(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part == word)
}

/// Steps 15 to 17 of §7.2. The counter says how often a key was used and not whether this use was meant.
fn judge_authenticator_data(said: &[u8], party: &RelyingParty) -> Result<(), Unfit> {
    let (hash, rest) = said.split_first_chunk::<32>().ok_or(Unfit::AuthenticatorData)?;
    let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(Unfit::AuthenticatorData)?;
    let (_counter, more) = rest.split_first_chunk::<4>().ok_or(Unfit::AuthenticatorData)?;
    // §6.1: what follows is announced, and a new key is nothing to sign with.
    if flags & ATTESTED != 0 || (flags & EXTENDED != 0) == more.is_empty() {
        return Err(Unfit::AuthenticatorData);
    }
    if Digest(*hash) != Digest::of(party.as_str().as_bytes()) {
        return Err(Unfit::RelyingParty);
    }
    if flags & PRESENT == 0 {
        return Err(Unfit::Absent);
    }
    if flags & VERIFIED == 0 {
        return Err(Unfit::Unverified);
    }
    Ok(())
}

/// The flags of §6.1 that count.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// RFC 4648 §5, without padding, as WebAuthn writes bytes in text.
pub fn base64url(bytes: &[u8]) -> String {
    let digit = |digit| match digit {
        '+' => '-',
        '/' => '_',
        other => other,
    };
    base64::encode(bytes).trim_end_matches('=').chars().map(digit).collect()
}

/// Why what a passkey signed proves nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unfit {
    /// Nobody touched the authenticator.
    Absent,
    /// These are not the authenticator data of an assertion.
    AuthenticatorData,
    /// It answers another challenge: another letter, or none.
    Challenge,
    /// The browser does not say, in the one way, that it was asked to sign.
    ClientData,
    /// The page stood in a frame of another.
    Framed,
    /// Another page asked.
    Origin,
    /// The authenticator signed for another host.
    RelyingParty,
    /// The authenticator did not verify its person.
    Unverified,
}

impl Unfit {
    /// `crypto/passkey-<reason>`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Absent => "crypto/passkey-absent",
            Self::AuthenticatorData => "crypto/passkey-authenticator-data",
            Self::Challenge => "crypto/passkey-challenge",
            Self::ClientData => "crypto/passkey-client-data",
            Self::Framed => "crypto/passkey-framed",
            Self::Origin => "crypto/passkey-origin",
            Self::RelyingParty => "crypto/passkey-relying-party",
            Self::Unverified => "crypto/passkey-unverified",
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "nobody was at the passkey when it signed; ask again",
            Self::AuthenticatorData => {
                "what the authenticator said is not what a passkey signs; discard the letter"
            }
            Self::Challenge => "the passkey signed something else; ask again, showing this",
            Self::ClientData => {
                "what the browser said is not what browsers say of a signature; discard the letter"
            }
            Self::Framed => "the page that asked the passkey stood in a frame of another; ask from the page itself",
            Self::Origin => {
                "another page than the pinned one asked the passkey; ask from that one, or sign a roster with this"
            }
            Self::RelyingParty => "the passkey signed for another host than the pinned one; discard the letter",
            Self::Unverified => {
                "the passkey did not verify its person, by PIN or body; ask again and demand it"
            }
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
