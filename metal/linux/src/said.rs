//! What hardware says about itself, made fit to stand in a list: printable, short, and still telling.

use crypto::digest::Digest;

/// Most bytes of a name; what the detectors take.
const LIMIT: usize = 128;

/// Bytes of the tail that tells apart what had to be cut or cleaned: `#` and 16 digits.
const TAIL: usize = 17;

/// Joins what there is of these words. Two that differ in any byte differ in the result too, except for the white
/// space around a word.
pub(crate) fn said(words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
    let whole = words.join(" ");
    let clean: String =
        whole.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    if clean == whole && clean.len() <= LIMIT {
        return clean;
    }
    let digest = Digest::of(whole.as_bytes()).to_string();
    let kept = clean.get(..LIMIT - TAIL).unwrap_or(&clean);
    format!("{kept}#{}", &digest[..TAIL - 1])
}

#[cfg(test)]
mod tests;
