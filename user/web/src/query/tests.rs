use super::*;

const KNOWN: &[&str] = &["site", "limit"];

#[test]
fn known_parameters_are_read() {
    let query = Query::read(Some("site=nord%20ost&limit=7"), KNOWN).unwrap();
    assert_eq!(query.of::<String>("site").unwrap(), Some("nord ost".into()));
    assert_eq!(query.of::<usize>("limit").unwrap(), Some(7));
    assert_eq!(Query::read(None, KNOWN).unwrap(), Query::default());
    assert_eq!(Query::default().of::<usize>("limit").unwrap(), None);
}

#[test]
fn anything_else_is_refused() {
    for bad in ["token=secret", "site=a&site=b", "site=%zz", "site=%e", "site=%ff", "=", "a"] {
        assert!(Query::read(Some(bad), KNOWN).is_err(), "{bad}");
    }
    assert!(Query::read(Some("limit=many"), KNOWN).unwrap().of::<usize>("limit").is_err());
    assert!(Query::read(Some("limit=-1"), KNOWN).unwrap().of::<usize>("limit").is_err());
}

#[test]
fn what_is_looked_for_is_bounded() {
    let asked = |length: usize| Query::read(Some(&format!("q={}", "%C3%BC".repeat(length))), &["q"]).unwrap();
    assert_eq!(asked(WORDS_LIMIT).words().map(|words| words.chars().count()), Ok(WORDS_LIMIT));
    assert!(asked(WORDS_LIMIT + 1).words().is_err());
    assert_eq!(Query::default().words(), Ok(""));
}
