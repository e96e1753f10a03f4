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
fn a_present_folder_is_not_absent() {
    assert_eq!(absence(Path::new(env!("CARGO_MANIFEST_DIR")), "src", Some(&"1".into())), None);
}

#[test]
fn an_absent_folder_is_named() {
    let words = absence(Path::new("/elsewhere/motion"), "motion", None).unwrap();
    assert_eq!(words, "not run: motion (no /elsewhere/motion; WRALE_DATA names another place)");
}

#[test]
#[should_panic(expected = "not run: motion")]
fn an_absent_folder_fails_under_ci() {
    absence(Path::new("/elsewhere/motion"), "motion", Some(&"true".into()));
}
