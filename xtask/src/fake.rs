//! A small workspace in a temporary folder, so that each rule can be tried on a good tree and on a bad one.
//!
//! It starts good: one pure crate, one page of each kind, every list of `layers.toml` short.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::breach::Breach;
use crate::golden::errors;
use crate::house::House;

/// What `vocab` says in every fake tree.
pub(crate) const VOCAB: &str = "//! Words.\n#![no_std]\n";

/// The map of every fake tree: of its crates only `vocab` is here.
pub(crate) const MAP: &str = "| crate | for | today |
|---|---|---|
| `vocab` | Words. | here |
| `guard` | Guards. | planned |
| `agent` | Drives. | planned |
| `linux` | A board. | planned |
| `plan` | Plans. | planned |
| `store` | Keeps. | planned |
| `data` | Finds. | planned |
| `stories` | Tells. | planned |
";

/// The lists of the fake trees; tests add to it.
pub(crate) const LAYERS: &str = r#"
oracles = ["proptest"]
in-tests = ["data"]
unsafe-in = ["linux"]

[groups]
judges = ["plan"]

[crates.vocab]
room = "base"
pure = true
may = []
why = "a word has no plumbing"

[crates.guard]
room = "metal"
pure = true
may = ["base"]
why = "the reflex must not wait"

[crates.agent]
room = "metal"
may = ["base", "guard"]
why = "the loop must run anywhere"

[crates.linux]
room = "metal"
may = ["base"]
why = "hands do not decide"

[crates.plan]
room = "fleet"
pure = true
may = ["base", "guard::Attested"]
why = "a plan is a function"

[crates.store]
room = "fleet"
may = ["base", "judges"]
why = "it keeps what others decided"

[crates.data]
room = "lab"
may = []
why = "it finds a folder"

[crates.stories]
room = "lab"
may = ["base", "metal", "fleet", "lab"]
why = "anything"

[pure]
third-party = ["minicbor"]
in-tests = ["serde_json"]

[[pure.never]]
word = "rand"
scope = "code"
instead = "take the bytes as an argument"

[[pure.never]]
word = "generate*"
scope = "code"
instead = "take the key as an argument"

[reserved.tokio]
only = ["store", "lab"]
why = "the rest is synchronous"

[reserved.anyhow]
only = ["store"]
in-tests = true
why = "rooms answer with errors of their own"

[verbs]
read = ["guard::Sensors"]
adopt = ["guard::adopt"]
append = ["guard", "agent::disk"]

[[assertions]]
proof = "vocab::Durable"
caller = "agent::disk"

[[sockets]]
words = ["TcpListener"]
only = ["agent"]
why = "one crate listens"

[[words]]
word = "todo!"
scope = "code"
instead = "build it"

[[words]]
word = "thread::sleep"
scope = "tests"
instead = "move a simulated clock"

[[words]]
word = "HACK"
scope = "text"
instead = "mend it"

[sizes]
median = 20
most = 40
reason-above = 60

[long]
"#;

static TREES: AtomicUsize = AtomicUsize::new(0);

/// The tree; it is removed with the value.
pub(crate) struct Fake {
    root: PathBuf,
    layers: String,
    files: BTreeMap<String, String>,
    crates: Vec<String>,
}

impl Fake {
    /// A tree that keeps every rule.
    pub(crate) fn good() -> Self {
        let number = TREES.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("xtask-{}-{number}", std::process::id()));
        let tree = Self { root, layers: LAYERS.to_owned(), files: BTreeMap::new(), crates: Vec::new() };
        tree.with("ARCHITECTURE.md", MAP)
            .with("docs/spec.md", &spec())
            .with(errors::PAGE, &errors::written(Vec::new()))
            .krate("base/vocab", "", VOCAB)
    }

    /// The same tree with this file.
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same tree without this file.
    pub(crate) fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }

    /// The same tree with a crate: its folder, the tables of its manifest after `[package]`, its `lib.rs`.
    pub(crate) fn krate(mut self, folder: &str, tables: &str, lib: &str) -> Self {
        let name = folder.rsplit('/').next().unwrap();
        let manifest = format!(
            "[package]\nname = \"wrale-{name}\"\nedition = \"2024\"\n\n[lib]\nname = \"{name}\"\n\n{tables}"
        );
        self.crates.push(folder.to_owned());
        self.with(&format!("{folder}/Cargo.toml"), &manifest).with(&format!("{folder}/src/lib.rs"), lib)
    }

    /// The same tree with a text of `layers.toml` replaced.
    pub(crate) fn layers(mut self, from: &str, to: &str) -> Self {
        assert!(self.layers.contains(from), "layers.toml of the fake tree does not say {from}");
        self.layers = self.layers.replace(from, to);
        self
    }

    /// Writes the tree and reads it as a house.
    pub(crate) fn house(&self) -> House {
        let members = self.crates.iter().map(|folder| format!("\"{folder}\"")).collect::<Vec<_>>().join(", ");
        self.write("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"));
        self.write("layers.toml", &self.layers);
        for (path, text) in &self.files {
            self.write(path, text);
        }
        House::read(&self.root).expect("a fake tree can be read")
    }

    /// What a rule says of the tree, as `file:line: wrong`.
    pub(crate) fn says(&self, rule: fn(&House) -> Vec<Breach>) -> Vec<String> {
        rule(&self.house()).iter().map(|one| format!("{}:{}: {}", one.file, one.line, one.wrong)).collect()
    }

    /// The folder of the tree.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A row for each number, none of them claiming anything.
pub(crate) fn spec() -> String {
    let numbers =
        (1..=169).map(|number| format!("S{number}")).chain((1..=40).map(|number| format!("U{number}")));
    let rows: Vec<String> =
        numbers.map(|number| format!("| {number} | something | not yet | vocab | |")).collect();
    format!("| number | what | state | where | proof |\n|---|---|---|---|---|\n{}\n", rows.join("\n"))
}
