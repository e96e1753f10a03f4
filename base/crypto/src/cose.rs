//! `COSE_Sign1` (RFC 9052 §4.2), the one envelope of every letter.
//!
//! Untagged, because the strict entrance knows no tags and each door knows what it expects:
//! `[protected: bstr, {}, payload: bstr, signature: bstr]`; the signature is 64 bytes, or a passkey's assertion. The protected header holds exactly
//! `{1: algorithm, 3: content type, 4: key id, -70001: role}`; nothing is unprotected, and the external AAD is
//! empty. A signature is checked over these bytes as received, never over a re-encoding.

use alloc::{format, string::String, vec::Vec};

use minicbor::{Decoder, decode::Error};

use crate::{
    cbor::{self, Limits, Malformed},
    key::KeyId,
    refusal::Refusal,
};

/// The parts of an envelope, as received. Its structure is checked, its claims are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign1<'a> {
    /// What the header claims.
    pub header: Header<'a>,
    /// The bytes of the header.
    pub protected: &'a [u8],
    /// The bytes of the body.
    pub payload: &'a [u8],
    /// The signature, of any length until a key refuses it.
    pub signature: &'a [u8],
}

/// What a protected header claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// 1: the COSE number of the algorithm.
    pub algorithm: i64,
    /// 3: what the body is.
    pub content_type: &'a str,
    /// 4: which key signed.
    pub key: KeyId,
    /// −70001 (private use): in which role.
    pub role: &'a str,
}

impl<'a> Sign1<'a> {
    /// Takes an envelope of at most `limit` bytes apart.
    pub fn parse(bytes: &'a [u8], limit: usize) -> Result<Self, Refusal> {
        let limits = Limits { bytes: limit, depth: 2, items: 8 };
        let [protected, payload, signature] = cbor::check(bytes, &limits)
            .and_then(|()| cbor::read(bytes, envelope))
            .map_err(Refusal::Envelope)?;
        let header = Header::parse(protected).map_err(Refusal::Header)?;
        Ok(Self { header, protected, payload, signature })
    }

    /// The message that the signature must hold for.
    pub fn message(&self) -> Vec<u8> {
        to_be_signed(self.protected, self.payload)
    }
}

fn envelope<'b>(d: &mut Decoder<'b>) -> Result<[&'b [u8]; 3], Error> {
    if d.array()? != Some(4) {
        return Err(Error::message("a COSE_Sign1 has four parts").at(0));
    }
    let protected = d.bytes()?;
    let at = d.position();
    if d.map()? != Some(0) {
        return Err(Error::message("the unprotected header must be empty").at(at));
    }
    Ok([protected, d.bytes()?, d.bytes()?])
}

const ALGORITHM: i64 = 1;
const CONTENT_TYPE: i64 = 3;
const KEY_ID: i64 = 4;
const ROLE: i64 = -70001;

/// Our longest header is below 120 bytes.
const HEADER_LIMITS: Limits = Limits { bytes: 256, depth: 1, items: 32 };

impl<'a> Header<'a> {
    /// All four parameters and no other: we cannot honour what we do not know, `crit` (2) included.
    fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        cbor::check_cose(bytes, &HEADER_LIMITS)?;
        cbor::read(bytes, |d| {
            if d.map()? != Some(4) {
                return Err(Error::message("the protected header has four parameters").at(0));
            }
            Ok(Self {
                algorithm: parameter(d, ALGORITHM)?.i64()?,
                content_type: parameter(d, CONTENT_TYPE)?.str()?,
                key: parameter(d, KEY_ID)?.decode()?,
                role: parameter(d, ROLE)?.str()?,
            })
        })
    }

    /// The one deterministic encoding.
    pub(crate) fn encode(&self) -> Vec<u8> {
        cbor::write(|e| {
            e.map(4)?;
            e.i64(ALGORITHM)?.i64(self.algorithm)?;
            e.i64(CONTENT_TYPE)?.str(self.content_type)?;
            e.i64(KEY_ID)?.bytes(&self.key.0)?;
            e.i64(ROLE)?.str(self.role)?.ok()
        })
    }
}

fn parameter<'d, 'b>(d: &'d mut Decoder<'b>, label: i64) -> Result<&'d mut Decoder<'b>, Error> {
    let at = d.position();
    match d.i64()? {
        found if found == label => Ok(d),
        found => Err(Error::message(format!("parameter {found} stands where {label} belongs")).at(at)),
    }
}

/// `application/wrale.<kind>.v1+cbor`.
pub(crate) fn content_type(kind: &str) -> String {
    format!("application/wrale.{kind}.v1+cbor")
}

/// RFC 9052 §4.4: `Sig_structure = ["Signature1", protected, external_aad, payload]`.
pub(crate) fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    cbor::write(|e| e.array(4)?.str("Signature1")?.bytes(protected)?.bytes(&[])?.bytes(payload)?.ok())
}

/// The envelope around its three parts.
pub(crate) fn envelop(protected: &[u8], payload: &[u8], signature: &[u8]) -> Vec<u8> {
    cbor::write(|e| e.array(4)?.bytes(protected)?.map(0)?.bytes(payload)?.bytes(signature)?.ok())
}

#[cfg(test)]
mod tests;
