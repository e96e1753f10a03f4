//! A session that `login` keeps for the commands that follow; whoever reads it is the person for as long as it lasts.

use core::fmt;

use crypto::hex;
use vocab::{FleetName, Label, PersonId};
use zeroize::Zeroizing;

use super::{LIMIT, Lines, Malformed, Text};

const SESSION: &str = "wrale-session/v1";

/// ```text
/// wrale-session/v1
/// name ada
/// person per_…
/// seed <64 hexadecimal digits: the token>
/// fleet nord
/// url https://fleet.example:8440  (may be left out)
/// ```
pub struct SessionFile {
    /// What people call whoever signed in.
    pub name: Label,
    /// Who that is.
    pub person: PersonId,
    /// The fleet that it is with.
    pub fleet: FleetName,
    /// Where that is.
    pub url: Option<String>,
    token: Zeroizing<[u8; 32]>,
}

impl SessionFile {
    /// A session with this token; none where the name or the token cannot stand in a file.
    pub(crate) fn new(name: &str, person: PersonId, fleet: FleetName, token: &str) -> Option<Self> {
        let (name, token) = (Label::new(name).ok()?, hex::decode_secret(token).ok()?);
        Some(Self { name, person, fleet, url: None, token })
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut lines = Lines::new(text, SESSION)?;
        let name = lines.value("name")?;
        let person = lines.value("person")?;
        let token = lines.secret()?;
        let fleet = lines.value("fleet")?;
        let url = lines.may::<Text>("url")?.map(|Text(url)| url);
        lines.end()?;
        Ok(Self { name, person, fleet, url, token })
    }

    /// The file's text.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LIMIT));
        for part in [SESSION, "\nname ", self.name.as_str(), "\nperson ", &self.person.to_string(), "\nseed "]
        {
            text.push_str(part);
        }
        text.push_str(&self.token());
        text.push_str("\nfleet ");
        text.push_str(self.fleet.as_str());
        if let Some(url) = &self.url {
            text.push_str("\nurl ");
            text.push_str(url);
        }
        text.push('\n');
        text
    }

    /// The token, in digits.
    pub fn token(&self) -> Zeroizing<String> {
        hex::encode_secret(&*self.token)
    }
}

impl fmt::Debug for SessionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, person, fleet, url, .. } = self;
        write!(f, "SessionFile({name:?} {person} of {fleet} at {url:?})")
    }
}
