//! Blanks what is not code: comments, and the insides of strings and characters.
//!
//! The result has the same length and the same lines, so a place in one is a place in the other.

/// The text with spaces where comments and literals were; the quotes of strings stay.
pub(crate) fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        at = match piece(bytes, at) {
            Piece::Code { end } => end,
            Piece::Hidden { from, to, end } => {
                out[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
                end
            }
        };
    }
    String::from_utf8(out).expect("only whole characters are blanked")
}

/// True for a byte that may stand inside an identifier.
pub(crate) const fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

enum Piece {
    Code { end: usize },
    Hidden { from: usize, to: usize, end: usize },
}

fn piece(bytes: &[u8], at: usize) -> Piece {
    match bytes[at..] {
        [b'/', b'/', ..] => {
            let end = find(bytes, at, b'\n');
            Piece::Hidden { from: at, to: end, end }
        }
        [b'/', b'*', ..] => {
            let end = comment_end(bytes, at);
            Piece::Hidden { from: at, to: end, end }
        }
        [b'"', ..] => {
            let close = string_end(bytes, at + 1);
            Piece::Hidden { from: at + 1, to: close, end: (close + 1).min(bytes.len()) }
        }
        [b'\'', ..] => character(bytes, at),
        [first, ..] if in_word(first) => word(bytes, at),
        _ => Piece::Code { end: at + 1 },
    }
}

/// A word; a raw string if it is the prefix of one.
fn word(bytes: &[u8], at: usize) -> Piece {
    let end = at + bytes[at..].iter().take_while(|byte| in_word(**byte)).count();
    if !matches!(&bytes[at..end], b"r" | b"br" | b"cr") {
        return Piece::Code { end };
    }
    let hashes = bytes[end..].iter().take_while(|byte| **byte == b'#').count();
    let from = end + hashes + 1;
    if bytes.get(from - 1) != Some(&b'"') {
        return Piece::Code { end };
    }
    let tail = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let to = (from..bytes.len()).find(|at| bytes[*at..].starts_with(&tail)).unwrap_or(bytes.len());
    Piece::Hidden { from, to, end: (to + tail.len()).min(bytes.len()) }
}

/// A character literal, or the tick of a lifetime.
fn character(bytes: &[u8], at: usize) -> Piece {
    let close = match bytes.get(at + 1) {
        None => return Piece::Code { end: at + 1 },
        Some(b'\\') => find(bytes, at + 3, b'\''),
        Some(first) => at + 1 + width(*first),
    };
    if bytes.get(close) != Some(&b'\'') {
        return Piece::Code { end: at + 1 };
    }
    Piece::Hidden { from: at + 1, to: close, end: close + 1 }
}

/// Bytes of the UTF-8 character that begins so.
const fn width(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a block comment; they nest.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < bytes.len() {
        match bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    (from..bytes.len()).find(|at| bytes[*at] == wanted).unwrap_or(bytes.len())
}
