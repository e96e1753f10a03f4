//! Text for people inside messages: it has an end.

use alloc::{borrow::ToOwned, string::String};

use minicbor::{Decoder, decode};

/// Reads at most so many bytes of text.
pub(super) fn short<const LIMIT: usize, C>(d: &mut Decoder<'_>, _: &mut C) -> Result<String, decode::Error> {
    let at = d.position();
    let text = d.str()?;
    if text.len() > LIMIT {
        return Err(decode::Error::message("text beyond its limit").at(at));
    }
    Ok(text.to_owned())
}

/// The beginning of a text, in so many bytes.
pub(super) fn cut(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}
