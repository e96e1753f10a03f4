use super::*;

const PLACE: DeviceId = DeviceId([7; 16]);

fn list(path: &str, filters: &[(&str, &str)]) -> List {
    List::named("root", path, filters.iter().copied())
}

#[test]
fn a_word_comes_back_to_its_own_list_and_to_no_other() {
    let ours = list("/v1/devices", &[("site", "harbour")]);
    let word = ours.word(&PLACE);
    assert_eq!(ours.read(&word), Ok(PLACE));
    assert!(word.len() <= LONGEST && !word.contains(&PLACE.to_string()), "{word}");
    let foreign = [
        list("/v1/incidents", &[("site", "harbour")]),
        list("/v1/devices", &[]),
        list("/v1/devices", &[("site", "desert")]),
        list("/v1/devices", &[("siteh", "arbour")]),
        list("/v1/devices", &[("health", "alarm"), ("site", "harbour")]),
        List::named("another root", "/v1/devices", [("site", "harbour")].into_iter()),
    ];
    for other in foreign {
        assert_eq!(other.read::<DeviceId>(&word), Err(FOREIGN));
    }
}

#[test]
fn whatever_is_no_word_of_ours_is_no_place() {
    let ours = list("/v1/devices", &[]);
    let word = ours.word(&PLACE);
    let long = "00".repeat(LONGEST);
    for bad in ["", "nonsense", "dev-07", "-1", "01", &word[2..], &word[..word.len() - 2], &long] {
        assert_eq!(ours.read::<DeviceId>(bad), Err(MALFORMED), "{bad}");
    }
    for at in 0..word.len() {
        let mut bent = word.clone();
        let other = if &word[at..=at] == "0" { "1" } else { "0" };
        bent.replace_range(at..=at, other);
        assert!(ours.read::<DeviceId>(&bent).is_err(), "digit {at}");
    }
    assert_eq!(ours.read::<u64>(&word), Err(MALFORMED), "a place of another kind");
    let next = list("/v1/audit/entries", &[]).word(&48_214u64);
    assert_eq!(list("/v1/audit/entries", &[]).read(&next), Ok(48_214u64));
}
