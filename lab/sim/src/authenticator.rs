//! A person's telephone: a passkey, and the browser that carries what it signs.
//!
//! It signs whatever it is asked for and says truly who asked; a liar asks it for something else.

use std::sync::LazyLock;

use crypto::{
    digest::Digest,
    key::PublicKey,
    passkey::{Assertion, CredentialId, Passkey, base64url},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

use crate::{dice::Dice, root::throw};

/// The people who have one.
const PEOPLE: usize = 4;

/// A software authenticator that signs the same bytes for the same seed (RFC 6979).
pub struct Authenticator {
    secret: SigningKey,
    passkey: Passkey,
}

/// Who asks, and what the person does then.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// The page, as the browser says it.
    pub page: &'static str,
    /// The host that the browser lets the page speak for.
    pub relying_party: &'static str,
    /// The flags of WebAuthn §6.1: 1 touched, 4 verified.
    pub flags: u8,
    /// What the browser says of frames.
    pub framed: &'static str,
}

/// The fleet's own page, a touch and a PIN.
pub const HONEST: Asking = Asking {
    page: "https://fleet.example:8440",
    relying_party: "fleet.example",
    flags: 0x05,
    framed: "false",
};

/// What the page is handed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// In DER.
    pub signature: Vec<u8>,
}

impl Authenticator {
    /// The telephone of a person, counted from zero: the same one under every seed, since a house is built thousands
    /// of times and a key is dear.
    ///
    /// # Panics
    /// If there are not so many people.
    pub(crate) fn of(person: usize) -> &'static Self {
        static TELEPHONES: LazyLock<[Authenticator; PEOPLE]> = LazyLock::new(|| {
            let mut dice = Dice::new(0, "telephones");
            std::array::from_fn(|_| Authenticator::new(&mut dice))
        });
        &TELEPHONES[person]
    }

    /// A new passkey for the fleet's own page.
    fn new(dice: &mut Dice) -> Self {
        let secret = throw(dice);
        let point = secret.verifying_key().to_sec1_point(false);
        let credential: [u8; 32] = dice.bytes();
        let passkey = Passkey {
            key: PublicKey::from_bytes(point.as_bytes()).expect("the library's points lie on the curve"),
            relying_party: HONEST.relying_party.parse().expect("a host"),
            origin: HONEST.page.parse().expect("a page"),
            credential: CredentialId::new(credential.to_vec()).expect("not empty"),
        };
        Self { secret, passkey }
    }

    /// What the root pins of it.
    pub const fn passkey(&self) -> &Passkey {
        &self.passkey
    }

    /// Signs a challenge. The counter stands still, as it does for a passkey that lives on two telephones.
    pub fn answer(&self, asking: &Asking, challenge: [u8; 32]) -> Answer {
        let Asking { page, relying_party, flags, framed } = asking;
        let (party, counter) = (Digest::of(relying_party.as_bytes()), [0; 4]);
        let authenticator_data = [&party.0[..], &[*flags], &counter].concat();
        let challenge = base64url(&challenge);
        let client_data = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{page}","crossOrigin":{framed}}}"#
        );
        let hash = Digest::of(client_data.as_bytes());
        let signature: Signature = self.secret.sign(&[&authenticator_data[..], &hash.0].concat());
        let signature = signature.to_der().as_bytes().to_vec();
        Answer { authenticator_data, client_data: client_data.into_bytes(), signature }
    }
}

impl Answer {
    /// As letters carry it.
    pub fn as_assertion(&self) -> Assertion<'_> {
        let Self { authenticator_data, client_data, signature } = self;
        Assertion { authenticator_data, client_data, signature }
    }
}
