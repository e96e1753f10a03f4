//! DHKEM(P-256, HKDF-SHA256) of RFC 9180 §4.1, id 0x0010.

use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};

use super::{
    OpeningPublic,
    primitive::{self, Secret},
};

/// `LabeledExtract` and `LabeledExpand` of RFC 9180 §4, for the suite that they name.
#[derive(Clone, Copy)]
pub(super) struct Labels<'a>(pub(super) &'a [u8]);

impl Labels<'_> {
    pub(super) fn extract(self, salt: &[u8], label: &str, ikm: &[u8]) -> Secret {
        primitive::extract(salt, &[VERSION, self.0, label.as_bytes(), ikm])
    }

    /// At most 32 bytes; only the first `len` of the result are meant.
    pub(super) fn expand(self, prk: &Secret, label: &str, info: &[u8], len: u8) -> Secret {
        primitive::expand(prk, &[&[0, len], VERSION, self.0, label.as_bytes(), info])
    }
}

const VERSION: &[u8] = b"HPKE-v1";

/// "KEM" ‖ 0x0010 (RFC 9180 §4.1).
const KEM: Labels<'static> = Labels(b"KEM\x00\x10");

/// A private key and its public half.
pub(super) struct KeyPair {
    private: PrivateKey,
    pub(super) public: OpeningPublic,
}

impl KeyPair {
    /// `DeriveKeyPair` (RFC 9180 §7.1.3): any 32 random bytes give a key.
    pub(super) fn derive(ikm: &Secret) -> Self {
        let prk = KEM.extract(&[], "dkp_prk", ikm.as_slice());
        let candidate = |counter| KEM.expand(&prk, "candidate", &[counter], 32);
        // One candidate in 2^32 is not below the order of the group; 256 of them in a row do not happen.
        (0..=u8::MAX)
            .find_map(|counter| Self::from_scalar(&candidate(counter)))
            .expect("one of 256 candidates is below the order of P-256")
    }

    fn from_scalar(scalar: &Secret) -> Option<Self> {
        let private = PrivateKey::from_private_key(&ECDH_P256, scalar.as_slice()).ok()?;
        let public = private.compute_public_key().ok()?;
        let public = OpeningPublic::from_sec1(public.as_ref()).ok()?;
        Some(Self { private, public })
    }

    /// `DH`: the x-coordinate, which is the whole output for P-256 (RFC 9180 §7.1.4).
    pub(super) fn agree(&self, peer: &OpeningPublic) -> Secret {
        let peer = UnparsedPublicKey::new(&ECDH_P256, peer.as_sec1());
        agreement::agree(&self.private, peer, (), |x| x.try_into().map(Secret::new).map_err(|_| ()))
            .expect("a key and a point that were both checked agree on 32 bytes")
    }
}

/// `ExtractAndExpand`: the shared secret of both sides.
pub(super) fn shared_secret(dh: &Secret, enc: &OpeningPublic, recipient: &OpeningPublic) -> Secret {
    let context = [&enc.as_sec1()[..], recipient.as_sec1()].concat();
    KEM.expand(&KEM.extract(&[], "eae_prk", dh.as_slice()), "shared_secret", &context, 32)
}
