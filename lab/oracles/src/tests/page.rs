//! `docs/wire.cddl`, and a reader of CDDL that knows nothing of us.

use std::{fs, io, path::Path, sync::OnceLock};

use cddl::{
    ast::{CDDL, Rule},
    cddl_from_str,
    validator::{
        Validator,
        cbor::{CBORValidator, Error},
        cbor_value::decode_cbor,
    },
};

const TEXT: &str = include_str!("../../../../docs/wire.cddl");

/// How the page is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// Without what a newer sender may add: what this version writes, and nothing more.
    Closed,
    /// As it stands.
    Open,
}

impl Page {
    /// Whether the bytes are what the rule says; why not.
    pub(crate) fn judge(self, rule: &str, bytes: &[u8]) -> Result<(), String> {
        let mut rules = self.parsed().clone();
        let named = |one: &Rule| one.name() == rule;
        let at = rules.rules.iter().position(named).unwrap_or_else(|| panic!("{rule} is on the page"));
        // A document's first rule is what its reader judges by.
        rules.rules.swap(0, at);
        let value = decode_cbor(bytes).map_err(|error| error.to_string())?;
        let judged: Result<(), Error<io::Error>> = CBORValidator::new(&rules, value, None).validate();
        judged.map_err(|error| error.to_string())
    }

    /// Read once; that takes a good part of a second.
    fn parsed(self) -> &'static CDDL<'static> {
        static PAGES: [OnceLock<CDDL<'static>>; 2] = [const { OnceLock::new() }; 2];
        PAGES[self as usize].get_or_init(|| {
            let text: &'static str = match self {
                Self::Closed => closed().leak(),
                Self::Open => TEXT,
            };
            cddl_from_str(text, true).expect("the page is CDDL")
        })
    }
}

fn closed() -> String {
    let rest = TEXT.replace("newer = ( * uint => any )\n", "");
    let rest = rest.replace("  newer,\n", "").replace(", newer }", " }").replace("{ newer }", "{}");
    let code = rest.lines().filter(|line| !line.trim_start().starts_with(';'));
    assert!(
        code.clone().all(|line| !line.contains("newer")),
        "every addition is written in one of three ways"
    );
    rest
}

/// The rules that the page defines, in its order.
pub(crate) fn rules() -> Vec<&'static str> {
    let named =
        |line: &'static str| line.split_once(" = ").map(|(name, _)| name.split('<').next().unwrap_or(name));
    TEXT.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).filter_map(named).collect()
}

/// The code of the page: what stands in no comment.
pub(crate) fn code() -> String {
    TEXT.lines().filter(|line| !line.trim_start().starts_with(';')).collect::<Vec<_>>().join("\n")
}

/// Name and bytes of each vector in a folder.
pub(crate) fn vectors(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let vector = |path: &Path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, fs::read(path).unwrap())
    };
    let mut vectors: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|is| is == "cbor"))
        .map(|path| vector(&path))
        .collect();
    vectors.sort();
    assert!(!vectors.is_empty(), "{} holds vectors", folder.display());
    vectors
}
