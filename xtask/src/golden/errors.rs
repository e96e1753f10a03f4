//! `docs/errors.md`: every code that the product can answer with, whose fault it is, and what it means.
//!
//! A code is a literal `"<room>/<kebab-reason>"` in a function called `code`; its meaning is the docstring of the
//! variant that it stands for.

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::house::House;
use crate::source::Source;
use crate::source::shape::{self, Block};

/// The page's path.
pub(crate) const PAGE: &str = "docs/errors.md";

const HEAD: &str = "# Error codes

Written by `cargo xtask golden --bless` from the functions called `code`; do not edit it by hand.

A code never changes its meaning: what a stranger sees is the code and one sentence, and scripts rely on it.
*Whose* tells who can mend it: a **Refusal** is the claim of a device or a peer, a **Mistake** is an operator's,
a **Fault** is ours or the machine's; any other name is a type that one of these carries.
";

/// One code as the source says it.
pub(crate) struct Code {
    /// `crypto/bad-signature`.
    pub(crate) name: String,
    /// Where it is said.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    whose: String,
    meaning: String,
}

/// Every code of the shipped sources, by name.
pub(crate) fn codes(house: &House) -> Vec<Code> {
    let mut codes: Vec<Code> = house.sources.iter().flat_map(|source| said(house, source)).collect();
    codes.sort_by(|one, other| (&one.name, &one.file, one.line).cmp(&(&other.name, &other.file, other.line)));
    codes
}

/// The codes that a page lists, with their lines.
pub(crate) fn listed(page: &str) -> Vec<(usize, &str)> {
    let rows = page.lines().enumerate().filter(|(_, line)| line.starts_with("| `"));
    rows.filter_map(|(at, line)| Some((at + 1, line.split('`').nth(1)?))).collect()
}

/// The page as it should stand.
pub(crate) fn page(house: &House) -> String {
    written(codes(house))
}

/// The page of these codes; a code that is said in two places is listed once.
pub(crate) fn written(mut codes: Vec<Code>) -> String {
    codes.dedup_by(|later, first| later.name == first.name);
    let mut page = HEAD.to_owned();
    if codes.is_empty() {
        page.push_str("\nNo code is said yet.\n");
        return page;
    }
    let row = |code: &Code| format!("| `{}` | {} | {} |\n", code.name, code.whose, code.meaning);
    page.push_str("\n| code | whose | meaning |\n|---|---|---|\n");
    page.extend(codes.iter().map(row));
    page
}

fn said(house: &House, source: &Source) -> Vec<Code> {
    let impls = shape::impls(&source.code);
    let functions =
        source.functions().into_iter().filter(|one| one.name == "code" && !source.in_tests(one.at));
    functions
        .flat_map(|function| {
            let whose =
                impls.iter().find(|block| block.body.contains(&function.at)).map(|block| &*block.subject);
            let whose = whose.unwrap_or_default();
            let found = source.literals(&function.body).into_iter().filter(|(_, text)| is_code(text));
            let codes = found.map(|(at, text)| Code {
                name: text.to_owned(),
                file: source.path.clone(),
                line: source.line(at),
                whose: whose.to_owned(),
                meaning: arm(source, &function.body, at)
                    .and_then(|path| meaning(house, source, whose, path))
                    .unwrap_or_default(),
            });
            codes.collect::<Vec<_>>()
        })
        .collect()
}

/// `^[a-z]+/[a-z0-9-]+$`
fn is_code(text: &str) -> bool {
    let Some((room, reason)) = text.split_once('/') else { return false };
    let in_reason = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !room.is_empty()
        && !reason.is_empty()
        && room.bytes().all(|byte| byte.is_ascii_lowercase())
        && reason.bytes().all(in_reason)
}

/// The first path of the arm that answers with the literal at `at`: `Self::Late` in `Self::Late { .. } => "…"`.
fn arm<'a>(source: &'a Source, body: &Range<usize>, at: usize) -> Option<&'a str> {
    let before = &source.code[body.start..at];
    let (patterns, _) = before.rsplit_once("=>")?;
    let pattern = patterns.rsplit_once("=>").map_or(patterns, |(_, pattern)| pattern);
    let middle = pattern.find("::")?;
    let in_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let start = pattern[..middle].rfind(|c| !in_path(c)).map_or(0, |at| at + 1);
    let end = pattern[middle..].find(|c| !in_path(c)).map_or(pattern.len(), |at| middle + at);
    Some(&pattern[start..end])
}

/// The docstring of the variant, in one line, from the same file or another of its crate; `Self` is `whose`.
fn meaning(house: &House, said_in: &Source, whose: &str, path: &str) -> Option<String> {
    let (owner, variant) = path.rsplit_once("::")?;
    let owner = owner.rsplit("::").next().filter(|name| *name != "Self").unwrap_or(whose);
    let home = said_in.home.as_deref()?;
    let mut sources = [said_in].into_iter().chain(house.sources_of(home));
    sources.find_map(|source| {
        let enums = shape::items(&source.code, "enum");
        let block = enums.into_iter().find(|block| block.subject == owner)?;
        docstring(source, &block, variant)
    })
}

fn docstring(source: &Source, block: &Block, variant: &str) -> Option<String> {
    let body = &source.code[block.body.clone()];
    let at = shape::words(body, variant)
        .find(|at| body[..*at].rsplit('\n').next().unwrap_or("x").trim().is_empty())?;
    let above: Vec<&str> =
        source.text[..block.body.start + at].lines().rev().skip(1).map(str::trim).collect();
    let doc =
        above.iter().skip_while(|line| line.starts_with("#[")).take_while(|line| line.starts_with("///"));
    let mut lines: Vec<&str> = doc.map(|line| line.trim_start_matches('/').trim()).collect();
    lines.reverse();
    Some(without_links(&lines.join(" ")).replace('|', "\\|"))
}

/// ``[`Head`](super::Head)`` becomes `` `Head` ``: a link inside the docs leads nowhere on a page.
fn without_links(text: &str) -> String {
    let mut parts = text.replace("[`", "`").split("`]").map(str::to_owned).collect::<Vec<_>>().into_iter();
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |before, part| {
        let target = part.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        format!("{before}`{}", target.map_or(part.as_str(), |(_, after)| after))
    })
}
