//! The public files of people: of a key file, and of a passkey as the fleet's page wrote it down.

use std::str::FromStr;

use crypto::{
    hex,
    key::{KeyId, Person, PublicKey},
    passkey::{CredentialId, Passkey},
};
use vocab::{Label, PageOrigin, PersonId, RelyingParty};

use super::{Lines, Malformed};

const PERSON: &str = "wrale-person/v1";
const PASSKEY: &str = "wrale-passkey/v1";

/// One public key of a person: what `root sign` puts on the roster. Of a passkey:
///
/// ```text
/// wrale-passkey/v1
/// name ada
/// person per_…
/// relying-party fleet.example
/// origin https://fleet.example:8440
/// credential <2 to 1024 hexadecimal digits>
/// key <130 hexadecimal digits: the point of P-256, uncompressed>
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFile {
    /// What people call them.
    pub name: Label,
    /// Who they are to the fleet.
    pub person: PersonId,
    /// By which they are believed.
    pub key: PersonKey,
}

/// A key of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonKey {
    /// The public half of a key file.
    File(PublicKey<Person>),
    /// A passkey, and the page that it is for.
    Passkey(Passkey),
}

impl PersonKey {
    /// The id that consents name, and that people compare.
    pub fn id(&self) -> KeyId {
        match self {
            Self::File(key) => key.id(),
            Self::Passkey(passkey) => passkey.key.id(),
        }
    }

    /// The key alone.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::File(key) => key.as_bytes(),
            Self::Passkey(passkey) => passkey.key.as_bytes(),
        }
    }
}

impl PersonFile {
    /// Reads a file of either kind.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let is_passkey = text.starts_with("wrale-passkey/");
        let mut lines = Lines::new(text, if is_passkey { PASSKEY } else { PERSON })?;
        let name = lines.value("name")?;
        let person = lines.value("person")?;
        let key = if is_passkey {
            PersonKey::Passkey(passkey(&mut lines)?)
        } else {
            let Hex(bytes) = lines.value("key")?;
            PersonKey::File(PublicKey::from_bytes(&bytes).map_err(|why| lines.here(why.to_string()))?)
        };
        lines.end()?;
        Ok(Self { name, person, key })
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let Self { name, person, key } = self;
        let point = hex::encode(key.as_bytes());
        match key {
            PersonKey::File(_) => format!("{PERSON}\nname {name}\nperson {person}\nkey {point}\n"),
            PersonKey::Passkey(Passkey { relying_party, origin, credential, .. }) => format!(
                "{PASSKEY}\nname {name}\nperson {person}\nrelying-party {relying_party}\norigin {origin}\n\
                 credential {}\nkey {point}\n",
                hex::encode(credential.as_bytes())
            ),
        }
    }
}

fn passkey(lines: &mut Lines<'_>) -> Result<Passkey, Malformed> {
    let relying_party: RelyingParty = lines.value("relying-party")?;
    let origin: PageOrigin = lines.value("origin")?;
    if !speaks_for(&origin, &relying_party) {
        return Err(lines.here(format!(
            "`origin`: browsers let no page of this address ask for passkeys of {relying_party}"
        )));
    }
    let Bytes(credential) = lines.value("credential")?;
    let credential = CredentialId::new(credential)
        .ok_or_else(|| lines.here(format!("`credential`: 1 to {} bytes belong here", CredentialId::LIMIT)))?;
    let Bytes(point) = lines.value("key")?;
    let key = PublicKey::from_bytes(&point).map_err(|why| lines.here(why.to_string()))?;
    Ok(Passkey { key, relying_party, origin, credential })
}

/// WebAuthn Level 2 §5.1.3, steps 7 and 8: a secure page of this host or of one below it.
fn speaks_for(origin: &PageOrigin, party: &RelyingParty) -> bool {
    let (party, origin) = (party.as_str(), origin.as_str());
    let secure = origin.strip_prefix("https://");
    let Some(authority) = secure.or_else(|| origin.strip_prefix("http://").filter(|_| party == "localhost"))
    else {
        return false;
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let below = host.strip_suffix(party).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    below && !host.contains('/') && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Thirty-two public bytes.
struct Hex([u8; 32]);

impl FromStr for Hex {
    type Err = hex::Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hex::decode_array(text).map(Self)
    }
}

/// So many public bytes.
struct Bytes(Vec<u8>);

impl FromStr for Bytes {
    type Err = hex::Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hex::decode(text).map(Self)
    }
}

#[cfg(test)]
mod tests;
