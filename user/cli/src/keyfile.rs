//! The files of people's keys and of the root's: small, text, versioned, and read strictly.
//!
//! The first line names the format and its version; each line after it is a word, a space and a value, in this
//! order, each once. A secret is wiped when its owner is dropped, and nothing prints it.
//!
//! ```text
//! wrale-key/v1                          wrale-person/v1           wrale-root-key/v1
//! name ada                              name ada                  seed <64 hexadecimal digits>
//! person per_…                          person per_…
//! seed <64 hexadecimal digits>          key <64 hexadecimal digits>
//! fleet nord            (may be left out)
//! url http://localhost  (may be left out)
//! ```
//!
//! What a page says of a person's passkey, for the root: `wrale-passkey/v1`, see [`PersonFile`].

use core::fmt;
use std::str::FromStr;

use crypto::{
    hex,
    key::{Person, PublicKey, Root, SecretKey},
};
use vocab::{FleetName, Label, PersonId};
use zeroize::Zeroizing;

/// Most bytes of any of these files.
pub const LIMIT: usize = 4096;

mod person;
mod session;

pub use person::{PersonFile, PersonKey};
pub use session::SessionFile;

const KEY: &str = "wrale-key/v1";
const ROOT: &str = "wrale-root-key/v1";

/// A person's secret key, who that is, and where their fleet is.
pub struct KeyFile {
    /// What people call them.
    pub name: Label,
    /// Who they are to the fleet.
    pub person: PersonId,
    /// The one fleet that they sign in to with it; any where it is left out.
    pub fleet: Option<FleetName>,
    /// Where that is.
    pub url: Option<String>,
    seed: Zeroizing<[u8; 32]>,
}

impl KeyFile {
    /// A key of these thirty-two bytes; whoever drew them wipes their own copy.
    pub fn new(name: Label, person: PersonId, seed: [u8; 32]) -> Self {
        Self { name, person, fleet: None, url: None, seed: Zeroizing::new(seed) }
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut lines = Lines::new(text, KEY)?;
        let name = lines.value("name")?;
        let person = lines.value("person")?;
        let seed = lines.secret()?;
        let fleet = lines.may("fleet")?;
        let url = lines.may::<Text>("url")?.map(|Text(url)| url);
        lines.end()?;
        Ok(Self { name, person, fleet, url, seed })
    }

    /// The file's text.
    pub fn text(&self) -> Zeroizing<String> {
        // Long enough for all, so that no copy of the seed is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(LIMIT));
        for part in [KEY, "\nname ", self.name.as_str(), "\nperson ", &self.person.to_string(), "\nseed "] {
            text.push_str(part);
        }
        text.push_str(&hex::encode_secret(&*self.seed));
        for (word, value) in
            [("\nfleet ", self.fleet.as_ref().map(FleetName::as_str)), ("\nurl ", self.url.as_deref())]
        {
            let Some(value) = value else { continue };
            text.push_str(word);
            text.push_str(value);
        }
        text.push('\n');
        text
    }

    /// The key, to sign with.
    pub fn secret(&self) -> SecretKey<Person> {
        SecretKey::from_seed(*self.seed)
    }

    /// What others may know.
    pub fn public(&self) -> PersonFile {
        let key = PersonKey::File(self.secret().public().clone());
        PersonFile { name: self.name.clone(), person: self.person, key }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, person, fleet, url, .. } = self;
        write!(f, "KeyFile({name:?} {person} of {fleet:?} at {url:?})")
    }
}

/// The fleet root's secret key: it stays on a machine that no fleet sees.
pub struct RootFile(Zeroizing<[u8; 32]>);

impl RootFile {
    /// A key of these thirty-two bytes; whoever drew them wipes their own copy.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(Zeroizing::new(seed))
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut lines = Lines::new(text, ROOT)?;
        let seed = lines.secret()?;
        lines.end()?;
        Ok(Self(seed))
    }

    /// The file's text.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LIMIT));
        text.push_str(ROOT);
        text.push_str("\nseed ");
        text.push_str(&hex::encode_secret(&*self.0));
        text.push('\n');
        text
    }

    /// The key, to sign with.
    pub fn secret(&self) -> SecretKey<Root> {
        SecretKey::from_seed(*self.0)
    }

    /// What devices and fleet are given out of band.
    pub fn public(&self) -> PublicKey<Root> {
        self.secret().public().clone()
    }

    /// The same as a file: one line of hexadecimal digits.
    pub fn public_text(&self) -> String {
        format!("{}\n", hex::encode(self.public().as_bytes()))
    }
}

impl fmt::Debug for RootFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootFile({:?})", self.public())
    }
}

/// What is wrong with a file, and in which line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Counted from one.
    pub line: usize,
    /// What.
    pub why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl core::error::Error for Malformed {}

/// The lines of a file, read from the first to the last.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, format: &str) -> Result<Self, Malformed> {
        let mut lines = Self { rest: text, line: 0 };
        if text.len() > LIMIT {
            return Err(Malformed { line: 1, why: format!("the file is longer than {LIMIT} bytes") });
        }
        match lines.next()? {
            first if first == format => Ok(lines),
            first if first.split('/').next() == format.split('/').next() => {
                let found = first.split('/').nth(1).unwrap_or_default();
                Err(lines.here(format!(
                    "this is version `{found}` of the format, and this program reads `{format}`"
                )))
            }
            _ => Err(lines.here(format!("this file should begin with `{format}`; is it another one?"))),
        }
    }

    fn next(&mut self) -> Result<&'a str, Malformed> {
        self.line += 1;
        if self.rest.is_empty() {
            return Err(self.here("the file ends too early".into()));
        }
        let Some((line, rest)) = self.rest.split_once('\n') else {
            return Err(self.here("the line does not end; the file was cut off".into()));
        };
        self.rest = rest;
        if line.ends_with('\r') {
            return Err(
                self.here("a line ends with a line feed alone; this one has a carriage return too".into())
            );
        }
        Ok(line)
    }

    fn text(&mut self, word: &str) -> Result<&'a str, Malformed> {
        let line = self.next()?;
        let value = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
        // What stands there may be a secret, so it is not repeated.
        value.ok_or_else(|| self.here(format!("`{word} …` should stand here")))
    }

    fn value<T: FromStr<Err: fmt::Display>>(&mut self, word: &str) -> Result<T, Malformed> {
        self.text(word)?.parse().map_err(|why| self.here(format!("`{word}`: {why}")))
    }

    fn may<T: FromStr<Err: fmt::Display>>(&mut self, word: &str) -> Result<Option<T>, Malformed> {
        let is_here = self.rest.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
        if is_here { self.value(word).map(Some) } else { Ok(None) }
    }

    fn secret(&mut self) -> Result<Zeroizing<[u8; 32]>, Malformed> {
        let text = self.text("seed")?;
        hex::decode_secret(text).map_err(|why| self.here(format!("`seed`: {why}")))
    }

    fn end(mut self) -> Result<(), Malformed> {
        self.line += 1;
        if self.rest.is_empty() { Ok(()) } else { Err(self.here("nothing should follow here".into())) }
    }

    const fn here(&self, why: String) -> Malformed {
        Malformed { line: self.line, why }
    }
}

/// Any text of one line.
struct Text(String);

impl FromStr for Text {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if sound { Ok(Self(text.into())) } else { Err("a text without spaces should follow") }
    }
}

#[cfg(test)]
mod tests;
