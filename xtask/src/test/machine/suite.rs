//! Debian's suites: of two packages that are made together, both must come from the same one.
//!
//! Where this machine does not know that suite, it is derived from the machine's own source of packages, for one
//! installation and no longer.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Debian's own key, where a source names none.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Where packages come from: an address and the key that signs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    address: String,
    key: String,
}

/// The suite of backports, for a package of this version on a machine of this release; none for Debian proper.
pub(super) fn of(version: &str, release: &str) -> Option<String> {
    version.contains("~bpo").then(|| format!("{release}-backports"))
}

/// Whether a machine whose policy of packages is this knows a suite.
pub(super) fn known(policy: &str, suite: &str) -> bool {
    policy.split(['\n', ',']).any(|word| word.trim().rsplit(' ').next() == Some(&format!("n={suite}")))
}

/// Options of apt-get by which the suite is there too, and its lists in a folder of their own.
pub(super) fn added(suite: &str, release: &str, folder: &Path) -> Result<Vec<String>> {
    let origin = origin(release).context("this machine names no source of Debian's packages")?;
    let (lists, source) = (folder.join("lists"), folder.join("suite.list"));
    fs::create_dir_all(lists.join("partial")).context("a folder for the suite's lists")?;
    let own = fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    let line = format!("deb [signed-by={}] {} {suite} main\n{own}", origin.key, origin.address);
    fs::write(&source, line).context("a source for the suite")?;
    let option = |name: &str, path: &Path| ["-o".to_owned(), format!("{name}={}", path.display())];
    Ok([option("Dir::Etc::sourcelist", &source), option("Dir::State::lists", &lists)].concat())
}

/// The machine's own source of this release.
fn origin(release: &str) -> Option<Origin> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
    let mut files: Vec<_> = parts.map(|part| part.path()).collect();
    files.sort();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let ends = |path: &Path, end: &str| path.extension().is_some_and(|found| found == end);
    let paragraphs =
        files.iter().filter(|path| ends(path, "sources")).find_map(|path| paragraph(&text(path), release));
    let old = Path::new("/etc/apt/sources.list");
    let mut lines =
        [old].into_iter().chain(files.iter().filter(|path| ends(path, "list")).map(AsRef::as_ref));
    paragraphs.or_else(|| lines.find_map(|path| line(&text(path), release)))
}

/// The source in a file of paragraphs (sources.list(5), the deb822 style).
fn paragraph(text: &str, release: &str) -> Option<Origin> {
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    text.split(|line| line.trim().is_empty()).find_map(|lines| {
        let field = |name: &str| {
            let is = |line: &&&str| line.to_lowercase().starts_with(&format!("{name}:"));
            Some(lines.iter().find(is)?.split_once(':')?.1.trim())
        };
        let has =
            |name: &str, word: &str| field(name).is_some_and(|said| said.split(' ').any(|one| one == word));
        let off = field("enabled").is_some_and(|said| said.eq_ignore_ascii_case("no"));
        let address = field("uris")?.split(' ').next()?.to_owned();
        let key = field("signed-by").unwrap_or(KEYRING).to_owned();
        (has("types", "deb") && has("suites", release) && !off).then_some(Origin { address, key })
    })
}

/// The source in a file of lines (sources.list(5), the one-line style).
fn line(text: &str, release: &str) -> Option<Origin> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let address = words.next()?.to_owned();
        let signed = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
        let key = signed.unwrap_or(KEYRING).to_owned();
        (words.next() == Some(release)).then_some(Origin { address, key })
    })
}
