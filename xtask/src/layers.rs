//! `layers.toml` as types: who may import whom, and the other lists that tidy holds the tree to.
//!
//! Every section is required and an unknown key is refused, so that no rule is lost by a slip of the pen.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use table::Table;

/// The whole file.
pub(crate) struct Layers {
    /// Each crate that may exist, by its short name.
    pub(crate) crates: BTreeMap<String, Layer>,
    groups: BTreeMap<String, Vec<String>>,
    /// What a pure crate may depend on beyond the workspace.
    pub(crate) pure: Vec<String>,
    /// What the tests of a pure crate may use besides.
    pub(crate) pure_tests: Vec<String>,
    /// Words that a pure crate never says.
    pub(crate) impure: Vec<Word>,
    /// Third-party crates for tests alone.
    pub(crate) oracles: Vec<String>,
    /// Crates of the workspace that the tests of any crate may use.
    pub(crate) in_tests: Vec<String>,
    /// Third-party crates that only some rooms or crates may name.
    pub(crate) reserved: BTreeMap<String, Reserved>,
    /// The verbs of the house and where each function stands.
    pub(crate) verbs: BTreeMap<String, Vec<String>>,
    /// The types with an `assertion()`, and its one caller.
    pub(crate) assertions: Vec<Assertion>,
    /// Who may open which socket.
    pub(crate) sockets: Vec<Socket>,
    /// Words that have no place in the tree.
    pub(crate) words: Vec<Word>,
    /// Crates that may say `unsafe`.
    pub(crate) unsafe_in: Vec<String>,
    /// Limits on the lengths of files.
    pub(crate) sizes: Sizes,
    /// Files above the limit, each with its reason.
    pub(crate) long: BTreeMap<String, String>,
    text: String,
}

/// One crate's place in the house.
pub(crate) struct Layer {
    /// The folder that holds the crate's folder.
    pub(crate) room: String,
    /// True for `#![no_std]` crates without clock, randomness, files or threads.
    pub(crate) pure: bool,
    may: Vec<String>,
    /// Why no more than that.
    pub(crate) why: String,
}

/// A third-party crate that only some may name.
pub(crate) struct Reserved {
    /// Crates, rooms or groups.
    pub(crate) only: Vec<String>,
    /// True where the tests of any crate may name it.
    pub(crate) in_tests: bool,
    /// Why no others.
    pub(crate) why: String,
}

/// A proof type with an `assertion()`.
pub(crate) struct Assertion {
    /// `crate::Type`.
    pub(crate) proof: String,
    /// `crate::module`.
    pub(crate) caller: String,
}

/// Words that open a socket, and who may say them.
pub(crate) struct Socket {
    /// Identifiers.
    pub(crate) words: Vec<String>,
    /// Crates, rooms or groups.
    pub(crate) only: Vec<String>,
    /// Why no others.
    pub(crate) why: String,
}

/// A word that is refused, and what to say instead.
pub(crate) struct Word {
    /// As it stands in the text.
    pub(crate) said: String,
    /// Where it is refused.
    pub(crate) scope: Scope,
    /// What to do instead.
    pub(crate) instead: String,
}

/// The part of the tree that a word is refused in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Rust code, tests too; not comments, not literals.
    Code,
    /// Any text file, comments too.
    Text,
    /// Rust code that is compiled for tests alone.
    Tests,
}

/// Limits on the lengths of Rust files, in lines.
pub(crate) struct Sizes {
    /// Half of the files are no longer.
    pub(crate) median: usize,
    /// Nine in ten are no longer.
    pub(crate) most: usize,
    /// Above this a file needs a reason.
    pub(crate) reason_above: usize,
}

/// What one crate may take of another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All that is public.
    Whole,
    /// These items alone.
    Items(Vec<String>),
    /// Nothing.
    None,
}

impl Layers {
    /// Reads the file's text; names that nothing defines are refused.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut top = Table::parse(text)?;
        let mut pure = top.table("pure")?;
        let mut sizes = top.table("sizes")?;
        let layers = Self {
            crates: top.each("crates", layer)?,
            groups: top.table("groups")?.rest_lists()?,
            pure: pure.list("third-party")?,
            pure_tests: pure.list("in-tests")?,
            impure: pure.rows("never", word)?,
            oracles: top.list("oracles")?,
            in_tests: top.list("in-tests")?,
            reserved: top.each("reserved", reserved)?,
            verbs: top.table("verbs")?.rest_lists()?,
            assertions: top.rows("assertions", minted)?,
            sockets: top.rows("sockets", socket)?,
            words: top.rows("words", word)?,
            unsafe_in: top.list("unsafe-in")?,
            sizes: Sizes {
                median: sizes.number("median")?,
                most: sizes.number("most")?,
                reason_above: sizes.number("reason-above")?,
            },
            long: top.table("long")?.rest_strings()?,
            text: text.to_owned(),
        };
        [pure, sizes, top].into_iter().try_for_each(Table::finish)?;
        layers.check_names()?;
        Ok(layers)
    }

    /// What `from` may take of `to`.
    pub(crate) fn reach(&self, from: &str, to: &str) -> Reach {
        let Some(layer) = self.crates.get(from) else { return Reach::None };
        if self.covers(&layer.may, to) {
            return Reach::Whole;
        }
        let inside = |entry: &String| entry.strip_prefix(to)?.strip_prefix("::").map(str::to_owned);
        let items: Vec<String> = layer.may.iter().filter_map(inside).collect();
        if items.is_empty() { Reach::None } else { Reach::Items(items) }
    }

    /// True if one of the names is this crate, its room, or a group that holds it.
    pub(crate) fn covers(&self, names: &[String], krate: &str) -> bool {
        let room = self.crates.get(krate).map(|layer| &layer.room);
        names.iter().any(|name| {
            name == krate
                || room == Some(name)
                || self.groups.get(name).is_some_and(|group| group.iter().any(|member| member == krate))
        })
    }

    /// The line of the file where this first stands.
    pub(crate) fn line(&self, needle: &str) -> usize {
        let found = self.text.lines().position(|line| line.contains(needle));
        found.map_or(1, |line| line + 1)
    }

    /// Each name used in the file is a crate, a room or a group of the file.
    fn check_names(&self) -> Result<()> {
        let mays = self.crates.iter().flat_map(|(name, layer)| layer.may.iter().map(move |may| (name, may)));
        let groups = self.groups.iter().flat_map(|(name, group)| group.iter().map(move |one| (name, one)));
        let reserved = self
            .reserved
            .iter()
            .flat_map(|(name, reserved)| reserved.only.iter().map(move |one| (name, one)));
        let sockets = self.sockets.iter().flat_map(|socket| {
            let word = &socket.words[0];
            socket.only.iter().map(move |one| (word, one))
        });
        let verbs = self.verbs.iter().flat_map(|(verb, at)| at.iter().map(move |one| (verb, one)));
        // A proof may be a third party's; who may ask for it is still ours.
        let theirs = |one: &Assertion| {
            one.proof.split_once("::").is_some_and(|(library, _)| self.reserved.contains_key(library))
        };
        let minted = self.assertions.iter().filter(|one| !theirs(one)).map(|one| (&one.proof, &one.proof));
        let proofs = minted.chain(self.assertions.iter().map(|one| (&one.proof, &one.caller)));
        let tests = self.in_tests.iter().map(|one| (one, one));
        let mut uses =
            mays.chain(groups).chain(tests).chain(reserved).chain(sockets).chain(verbs).chain(proofs);
        match uses.find(|(_, name)| !self.knows(name)) {
            Some((who, name)) => {
                bail!("`{who}` names `{name}`, which is no crate, room or group of this file")
            }
            None => Ok(()),
        }
    }

    fn knows(&self, name: &str) -> bool {
        let name = name.split("::").next().unwrap_or(name);
        self.crates.contains_key(name)
            || self.groups.contains_key(name)
            || self.crates.values().any(|layer| layer.room == name)
    }
}

fn layer(table: &mut Table) -> Result<Layer> {
    Ok(Layer {
        room: table.string("room")?,
        pure: table.flag("pure")?,
        may: table.list("may")?,
        why: table.string("why")?,
    })
}

fn reserved(table: &mut Table) -> Result<Reserved> {
    Ok(Reserved { only: table.list("only")?, in_tests: table.flag("in-tests")?, why: table.string("why")? })
}

fn minted(table: &mut Table) -> Result<Assertion> {
    Ok(Assertion { proof: table.string("proof")?, caller: table.string("caller")? })
}

fn socket(table: &mut Table) -> Result<Socket> {
    let words = table.list("words")?;
    words.first().context("a socket without words")?;
    Ok(Socket { words, only: table.list("only")?, why: table.string("why")? })
}

fn word(table: &mut Table) -> Result<Word> {
    let scope = match table.string("scope")?.as_str() {
        "code" => Scope::Code,
        "tests" => Scope::Tests,
        "text" => Scope::Text,
        other => bail!("the scope `{other}` is none of code, tests, text"),
    };
    Ok(Word { said: table.string("word")?, scope, instead: table.string("instead")? })
}
