use super::*;

fn table() -> Table {
    let mut table = Table::new(&["BOX", "HEALTH", "WHY"]);
    table.row(vec!["dev-07".into(), Cell::new("alarm", Tone::Alarm), "the lid".into()]);
    table.row(vec!["küche".into(), "good".into(), "".into()]);
    table
}

#[test]
fn columns_are_as_wide_as_what_they_hold() {
    let shown = "\
BOX     HEALTH  WHY
dev-07  alarm   the lid
küche   good
";
    assert_eq!(table().text(Paint::Plain, None), shown);
}

#[test]
fn colour_moves_nothing_and_says_nothing_alone() {
    let painted = table().text(Paint::Colour, None);
    assert!(painted.contains("\x1b[1;31malarm\x1b[0m   the lid"));
    let mut plain = painted;
    for code in ["\x1b[2m", "\x1b[1;31m", "\x1b[0m"] {
        plain = plain.replace(code, "");
    }
    assert_eq!(plain, table().text(Paint::Plain, None));
}

#[test]
fn facts_stand_below_each_other() {
    let told = facts(&[("id", "dev_a".into()), ("health", "good".into())], Paint::Plain);
    assert_eq!(told, "  id      dev_a\n  health  good\n");
}

#[test]
fn a_stranger_cannot_move_the_cursor() {
    assert_eq!(clean("dev\x1b[2J\u{9b}\n07\u{202e}"), "dev\u{fffd}[2J\u{fffd}\u{fffd}07\u{fffd}");
    for turns in "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{85}\0".chars() {
        assert_eq!(clean(&turns.to_string()), "\u{fffd}", "{turns:?}");
    }
    let mut table = Table::new(&["WHY"]);
    table.row(vec!["\x1b[1A".into()]);
    assert!(!table.text(Paint::Plain, None).contains('\x1b'));
}

#[test]
fn ages_are_in_one_unit() {
    let told = [0, 119, 120, 7_199, 7_200, 172_799, 172_800].map(age);
    assert_eq!(told, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d"]);
    assert_eq!(age_of(None), "never");
}

#[test]
fn what_is_suggested_does_nothing_in_a_shell() {
    assert_eq!(called("dev-07", &"dev_a"), "dev-07");
    for label in ["dev 07", "$(reboot)", "a;b", "`x`", "-rf", "", "é"] {
        assert_eq!(called(label, &"dev_a"), "dev_a", "{label}");
    }
    assert_eq!(quoted("log.nord+0123abcd+AQ/="), "log.nord+0123abcd+AQ/=");
    assert_eq!(quoted("a folder/it's.key"), r"'a folder/it'\''s.key'");
}

#[test]
fn the_last_column_turns_its_lines_where_there_is_room_for_that() {
    let mut table = Table::new(&["BOX", "WHY"]);
    table.row(vec!["dev-07".into(), "somebody opened the lid and nobody was due there".into()]);
    let turned = "\
BOX     WHY
dev-07  somebody opened the lid
        and nobody was due there
";
    assert_eq!(table.text(Paint::Plain, Some(32)), turned);
    let whole = table.text(Paint::Plain, None);
    assert_eq!(table.text(Paint::Plain, Some(31)), whole, "too narrow: the terminal turns it where it likes");
    assert_eq!(table.text(Paint::Plain, Some(500)), whole);
}
