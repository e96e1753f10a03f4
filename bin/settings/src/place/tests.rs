use std::fs;

use super::*;

#[test]
fn the_file_that_is_named_comes_first_then_the_one_of_the_environment_then_etc() {
    let set = |path: &str| Some(OsString::from(path));
    let named = Some(PathBuf::from("here.yaml"));
    for (explicit, environment, found) in [
        (named.clone(), set("/env.yaml"), "here.yaml"),
        (named, None, "here.yaml"),
        (None, set("/env.yaml"), "/env.yaml"),
        (None, set(""), "/etc/wrale/metald.yaml"),
        (None, None, "/etc/wrale/metald.yaml"),
    ] {
        assert_eq!(chosen(explicit, environment, "metald"), PathBuf::from(found));
    }
}

#[test]
fn a_file_that_is_not_there_or_no_text_or_endless_is_refused_by_name() {
    let missing = Path::new("/nowhere/metald.yaml");
    let refused = load::<crate::Zones>(missing).unwrap_err();
    assert_eq!(refused, Mistake::Unreadable(missing.into(), io::ErrorKind::NotFound));
    assert!(refused.to_string().contains("/nowhere/metald.yaml"), "{refused}");
    let folder = std::env::temp_dir().join(format!("wrale-settings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("metald.yaml");
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert_eq!(load::<crate::Zones>(&file).unwrap_err(), Mistake::NotText(file.clone()));
    fs::write(&file, "{}").unwrap();
    assert_eq!(load::<crate::Zones>(&file).unwrap(), crate::Zones::default());
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        load::<crate::Zones>(Path::new("/dev/zero")).unwrap_err(),
        Mistake::TooLong(LIMIT as u64 + 1),
        "no more is read than the limit"
    );
}
