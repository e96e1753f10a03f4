//! The part of an address after the question mark: known names, each once.

use std::collections::BTreeMap;

use crate::refusal::Refusal;

/// Most bytes of an address that are looked at: what is looked for is within it in every script, encoded twice where
/// whoever looks signs in first.
pub(crate) const ADDRESS_LIMIT: usize = 4096;

/// Most characters of what is looked for.
pub(crate) const WORDS_LIMIT: usize = 256;

/// The parameters of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(BTreeMap<&'static str, String>);

impl Query {
    /// Reads them; a name that this route does not know, or one that comes twice, is refused.
    pub(crate) fn read(text: Option<&str>, known: &[&'static str]) -> Result<Self, Refusal> {
        let mut found = BTreeMap::new();
        for pair in text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let bad = |what: &'static str| {
                Err(Refusal::Query { what: what.into(), name: name.chars().take(32).collect() })
            };
            let Some(name) = known.iter().find(|known| **known == name) else {
                return bad("is not known here");
            };
            let Some(value) = decoded(value) else { return bad("is not percent-encoded UTF-8") };
            if found.insert(*name, value).is_some() {
                return bad("comes twice");
            }
        }
        Ok(Self(found))
    }

    /// A parameter as something; refused if it is not that.
    pub(crate) fn of<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Refusal> {
        let value = self.0.get(name).map(|value| value.parse());
        value.transpose().map_err(|_| Refusal::Query {
            what: "does not read as what it should be".into(),
            name: name.into(),
        })
    }

    /// What is looked for; nothing where nothing is said.
    pub(crate) fn words(&self) -> Result<&str, Refusal> {
        let words = self.0.get("q").map_or("", String::as_str);
        if words.chars().count() > WORDS_LIMIT {
            let what = format!("holds more than {WORDS_LIMIT} characters").into();
            return Err(Refusal::Query { what, name: "q".into() });
        }
        Ok(words)
    }

    /// How many entries of a list are wanted.
    pub(crate) fn limit(&self, usual: usize, most: u64) -> Result<usize, Refusal> {
        let Some(limit) = self.of::<u64>("limit")? else { return Ok(usual) };
        if limit == 0 || limit > most {
            let what = format!("asks for {limit} entries; between 1 and {most} come in one answer").into();
            return Err(Refusal::Query { what, name: "limit".into() });
        }
        Ok(usize::try_from(limit).unwrap_or(usual))
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

/// RFC 3986 §2.1, and `+` for a space as forms have it.
fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut out) = (text.bytes(), Vec::with_capacity(text.len()));
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' => b' ',
            plain => plain,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests;
