//! `docs/wire.cddl`, and a reader of CDDL that knows nothing of us.

use std::{fs, path::Path};

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
        let page = match self {
            Self::Closed => closed(),
            Self::Open => TEXT.to_owned(),
        };
        // A document's first rule is what its reader judges by.
        let page = format!("what-is-judged = {rule}\n\n{page}");
        cddl::validate_cbor_from_slice(&page, bytes, None).map_err(|error| error.to_string())
    }
}

fn closed() -> String {
    let rest = TEXT.replace("newer = ( * uint => any )\n", "");
    let rest = rest.replace("  newer,\n", "").replace(", newer }", " }").replace("{ newer }", "{}");
    let code = rest.lines().filter(|line| !line.trim_start().starts_with(';'));
    assert!(code.clone().all(|line| !line.contains("newer")), "every addition is written in one of three ways");
    rest
}

/// The rules that the page defines, in its order.
pub(crate) fn rules() -> Vec<&'static str> {
    let named = |line: &'static str| line.split_once(" = ").map(|(name, _)| name.split('<').next().unwrap_or(name));
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
    let mut vectors: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|is| is == "cbor")).map(|path| vector(&path)).collect();
    vectors.sort();
    assert!(!vectors.is_empty(), "{} holds vectors", folder.display());
    vectors
}
