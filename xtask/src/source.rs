//! One Rust file, with what is code in it and what is only for tests.

pub(crate) mod mask;
pub(crate) mod shape;
#[cfg(test)]
mod tests;

use std::ops::Range;

use shape::Function;

/// Whether a file is compiled into the product or only into tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Compiled for users; parts of it may still be for tests.
    Shipped,
    /// Compiled for tests alone.
    Test,
}

/// A Rust file of the tree.
pub(crate) struct Source {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    /// The short name of the crate that owns the file.
    pub(crate) home: Option<String>,
    /// The module that the file is, without the crate: `bank::rule`; empty for a crate root.
    pub(crate) module: String,
    /// As written.
    pub(crate) text: String,
    /// The same, with comments and literals blanked.
    pub(crate) code: String,
    /// What the file as a whole is for.
    pub(crate) role: Role,
    regions: Vec<Range<usize>>,
}

impl Source {
    /// Takes a file apart; `folder` is its crate's folder, relative to the root.
    pub(crate) fn new(path: String, home: Option<String>, folder: &str, text: String) -> Self {
        let code = mask::mask(&text);
        let inside = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/').to_owned();
        let for_tests =
            inside.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "examples"));
        Self {
            home,
            module: module(&inside),
            regions: shape::test_regions(&code),
            role: if for_tests { Role::Test } else { Role::Shipped },
            path,
            text,
            code,
        }
    }

    /// The line, from 1, of a place in the text.
    pub(crate) fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    /// True where the code is compiled for tests alone.
    pub(crate) fn in_tests(&self, at: usize) -> bool {
        self.role == Role::Test || self.regions.iter().any(|region| region.contains(&at))
    }

    /// Where this word stands alone in code.
    pub(crate) fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        shape::words(&self.code, word)
    }

    /// Where this word stands in code that ships.
    pub(crate) fn shipped<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.words(word).filter(|at| !self.in_tests(*at))
    }

    /// Every function, signatures too.
    pub(crate) fn functions(&self) -> Vec<Function> {
        shape::functions(&self.code)
    }

    /// The string literals inside a range, with their places.
    pub(crate) fn literals(&self, range: &Range<usize>) -> Vec<(usize, &str)> {
        let quotes: Vec<usize> =
            self.code[range.clone()].match_indices('"').map(|(at, _)| range.start + at).collect();
        quotes.chunks_exact(2).map(|pair| (pair[0], &self.text[pair[0] + 1..pair[1]])).collect()
    }

    /// True if the file is this module or stands inside it; the empty module is the whole crate.
    pub(crate) fn within(&self, module: &str) -> bool {
        module.is_empty()
            || self.module == module
            || self.module.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
    }
}

/// `src/bank/rule.rs` is the module `bank::rule`; `src/lib.rs` is the crate itself.
fn module(inside: &str) -> String {
    let bare = inside.strip_prefix("src/").or_else(|| inside.strip_prefix("tests/")).unwrap_or(inside);
    match bare.strip_suffix(".rs").unwrap_or(bare) {
        "lib" | "main" => String::new(),
        other => other.replace('/', "::"),
    }
}
