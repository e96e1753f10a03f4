use std::process::{Command, Output};

use super::*;

#[test]
fn a_named_set_decides_where_the_data_is() {
    assert_eq!(locate(Some("/elsewhere".into()), "motion"), Path::new("/elsewhere/motion"));
}

#[test]
fn without_a_name_the_set_lies_beside_the_workspace() {
    let place = locate(None, "motion");
    let workspace = place.ancestors().nth(4).unwrap();
    assert!(place.ends_with("../shared/data/motion"));
    assert!(workspace.join("Cargo.lock").is_file(), "{} is not the workspace", workspace.display());
}

#[test]
fn a_folder_is_there_or_was_left_out_aloud() {
    assert!(find("motion").is_none_or(|place| place.is_dir()));
}

/// The test above, where there is no data.
fn elsewhere(ci: Option<&str>) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["tests::a_folder_is_there_or_was_left_out_aloud", "--exact"]);
    command.env("WRALE_DATA", "/elsewhere").env_remove("CI").envs(ci.map(|ci| ("CI", ci)));
    command.output().unwrap()
}

const WORDS: &str = "not run: motion (no /elsewhere/motion; WRALE_DATA names another place)";

#[test]
fn an_absent_folder_is_named() {
    let output = elsewhere(None);
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap().trim(), WORDS);
}

#[test]
fn an_absent_folder_fails_under_ci() {
    let output = elsewhere(Some("true"));
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(WORDS), "{said}");
}
