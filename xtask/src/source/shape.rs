//! Finds functions, impl blocks and test regions in masked code.
//!
//! Works on braces, not on a syntax tree: enough for questions of the kind "who says this, and where".

use std::ops::Range;

use super::mask::in_word;

/// A function with a body, or a signature without one (a trait's).
pub(crate) struct Function {
    /// Its bare name.
    pub(crate) name: String,
    /// Where the word `fn` stands.
    pub(crate) at: usize,
    /// From the opening brace to the closing one; empty for a bare signature.
    pub(crate) body: Range<usize>,
}

/// An `impl`, `trait` or `enum` block and the type that it is about.
pub(crate) struct Block {
    /// The bare name of the type: `Refusal` for `impl fmt::Display for wire::Refusal`.
    pub(crate) subject: String,
    /// From the opening brace to the closing one.
    pub(crate) body: Range<usize>,
}

/// Where this word stands alone in the code; `generate*` finds `generate_key` too.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    let (word, whole) = word.strip_suffix('*').map_or((word, true), |start| (start, false));
    let starts_open = word.as_bytes().first().is_some_and(|byte| in_word(*byte));
    let ends_open = whole && word.as_bytes().last().is_some_and(|byte| in_word(*byte));
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + word.len());
        let glued = |needed: bool, beside: Option<&u8>| needed && beside.is_some_and(|byte| in_word(*byte));
        !glued(starts_open, before) && !glued(ends_open, after)
    })
}

/// The identifier that begins here, after spaces.
pub(crate) fn word_at(code: &str, at: usize) -> &str {
    let rest = code[at..].trim_start();
    let end = rest.bytes().take_while(|byte| in_word(*byte)).count();
    &rest[..end]
}

/// Every `fn name` of the code, signatures too.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let named = words(code, "fn").map(|at| (at, word_at(code, at + 2)));
    named
        .filter(|(_, name)| !name.is_empty())
        .map(|(at, name)| Function { name: name.to_owned(), at, body: body(code, at).unwrap_or(at..at) })
        .collect()
}

/// Every `impl … {` that begins a line; the subject is the type, not the trait.
pub(crate) fn impls(code: &str) -> Vec<Block> {
    let found = words(code, "impl").filter(|at| begins_line(code, *at));
    found
        .filter_map(|at| {
            let body = body(code, at)?;
            Some(Block { subject: subject(&code[at + 4..body.start]).to_owned(), body })
        })
        .collect()
}

/// The blocks of `keyword Name { … }`, for `enum`, `struct` and `trait`.
pub(crate) fn items(code: &str, keyword: &str) -> Vec<Block> {
    words(code, keyword)
        .filter_map(|at| {
            let subject = word_at(code, at + keyword.len()).to_owned();
            Some(Block { subject, body: body(code, at)? })
        })
        .collect()
}

/// The parts of the code that are compiled for tests alone.
pub(crate) fn test_regions(code: &str) -> Vec<Range<usize>> {
    let outer = code.match_indices("#[cfg(").filter_map(|(at, _)| {
        let end = closing(code, at + 1)?;
        tests_only(&code[at..end]).then(|| at..item_end(code, end + 1))
    });
    let whole = code.match_indices("#![cfg(").filter_map(|(at, _)| {
        let end = closing(code, at + 2)?;
        tests_only(&code[at..end]).then_some(0..code.len())
    });
    outer.chain(whole).collect()
}

/// The names of modules in files of their own that are declared for tests alone.
pub(crate) fn test_modules(code: &str) -> Vec<String> {
    let declared = test_regions(code).into_iter().filter(|region| code[region.clone()].ends_with(';'));
    declared
        .filter_map(|region| {
            let at = words(&code[region.clone()], "mod").next()?;
            Some(word_at(code, region.start + at + 3).to_owned())
        })
        .collect()
}

fn tests_only(attribute: &str) -> bool {
    words(attribute, "test").next().is_some() && !attribute.contains("not(test")
}

/// The end of the item that follows: its `;`, or its closing brace.
fn item_end(code: &str, from: usize) -> usize {
    match stop(code, from) {
        Some((at, b'{')) => closing(code, at).map_or(code.len(), |end| end + 1),
        Some((at, _)) => at + 1,
        None => code.len(),
    }
}

fn body(code: &str, from: usize) -> Option<Range<usize>> {
    match stop(code, from) {
        Some((open, b'{')) => Some(open..closing(code, open)? + 1),
        _ => None,
    }
}

/// The first `{` or `;` outside parentheses and brackets.
fn stop(code: &str, from: usize) -> Option<(usize, u8)> {
    let mut depth = 0_i32;
    code.bytes().enumerate().skip(from).find(|(_, byte)| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ => {}
        }
        depth == 0 && matches!(byte, b'{' | b';')
    })
}

/// The bracket that closes the one that stands here.
pub(crate) fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let (at, _) = code.bytes().enumerate().skip(open).find(|(_, byte)| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some(at)
}

fn begins_line(code: &str, at: usize) -> bool {
    let line = code[..at].rsplit('\n').next().unwrap_or_default();
    matches!(line.trim(), "" | "unsafe")
}

fn subject(header: &str) -> &str {
    let header = header.split(" where").next().unwrap_or_default();
    let named = header.rsplit_once(" for ").map_or_else(|| after_generics(header), |(_, named)| named);
    let path = named.trim().split(['<', ' ', '\n']).next().unwrap_or_default();
    path.rsplit("::").next().unwrap_or_default()
}

fn after_generics(header: &str) -> &str {
    let mut depth = 0_i32;
    let end = header.bytes().position(|byte| {
        match byte {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            _ => {}
        }
        depth == 0 && byte != b'>'
    });
    &header[end.unwrap_or(0)..]
}
