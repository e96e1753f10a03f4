//! The tree as cargo and git see it.

use std::process::Command;

use super::Kind;
use crate::fake::{Fake, VOCAB};

#[test]
fn crates_are_named_after_their_folders_and_dependencies_have_their_lines() {
    let tables = "[dependencies]\nminicbor = \"2\"\n\n[dependencies.vocab]\npath = \"../../base/vocab\"\n\
                  package = \"wrale-vocab\"\n\n[dev-dependencies]\nminicbor = { version = \"2\" }\n";
    let house = Fake::good().krate("metal/guard", tables, VOCAB).house();
    let guard = house.named("guard").unwrap();
    assert_eq!(
        (guard.package.as_str(), guard.folder.as_str(), guard.room()),
        ("wrale-guard", "metal/guard", "metal")
    );
    let found = |name: &str, kind| {
        guard.dependencies.iter().find(|one| one.name == name && one.kind == kind).unwrap()
    };
    assert_eq!(found("minicbor", Kind::Normal).line, 9);
    assert_eq!(found("minicbor", Kind::Dev).line, 16);
    assert_eq!(found("vocab", Kind::Normal).line, 11);
    assert_eq!(found("vocab", Kind::Normal).folder.as_deref(), Some("base/vocab"));
    assert_eq!(found("minicbor", Kind::Normal).folder, None);
}

#[test]
fn without_git_everything_but_the_build_folder_counts() {
    let tree = Fake::good().with("target/debug/x.rs", "x").with("docs/a.md", "x").with(".ci/run", "x");
    let house = tree.house();
    assert!(!house.files.iter().any(|path| path.starts_with("target")));
    assert!(["docs/a.md", ".ci/run"].iter().all(|path| house.files.iter().any(|file| file == path)));
}

#[test]
fn with_git_what_it_ignores_does_not_count() {
    let tree = Fake::good().with(".gitignore", "/out/\n").with("out/x.rs", "x").with("new.rs", "//! New.\n");
    tree.house();
    let made = Command::new("git").args(["init", "--quiet"]).current_dir(tree.root()).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("not run: git (it is not installed)");
        return;
    }
    let house = tree.house();
    assert!(house.files.iter().any(|path| path == "new.rs"), "a new file counts before it is added");
    assert!(!house.files.iter().any(|path| path.starts_with("out/") || path.starts_with(".git/")));
}

#[test]
fn a_file_that_is_read_belongs_to_its_crate() {
    let house = Fake::good().krate("metal/guard", "", VOCAB).with("build.rs", "//! Loose.\n").house();
    let home = |path: &str| house.sources.iter().find(|one| one.path == path).unwrap().home.clone();
    assert_eq!(home("metal/guard/src/lib.rs").as_deref(), Some("guard"));
    assert_eq!(home("build.rs"), None);
}
