//! How both daemons are told what they are to do, and the three blocks that they share.
//!
//! A file is read whole or refused whole: a key that nobody knows is an error with its line, and so is a value that
//! no version of ours has. What a daemon understands and cannot do yet, it says when it starts.

pub mod environment;
mod key;
mod mistake;
mod place;
pub mod security;
mod span;
pub mod zones;

use serde::de::DeserializeOwned;

pub use self::{
    environment::Environment,
    key::{KEYS, Obeyed, Written, unmet},
    mistake::Mistake,
    place::{find, load},
    security::Security,
    span::Span,
    zones::Zones,
};

/// Most bytes of a configuration.
pub const LIMIT: usize = 256 * 1024;

/// Reads a configuration.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    if text.len() > LIMIT {
        return Err(Mistake::TooLong(text.len() as u64));
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| Mistake::of(&error))
}

#[cfg(test)]
mod tests;
