//! Grants, groups, and slips of the pen.

use super::{Layers, Reach};
use crate::fake::LAYERS;

fn refusal(from: &str, to: &str) -> String {
    assert!(LAYERS.contains(from));
    let refused = Layers::parse(&LAYERS.replacen(from, to, 1)).err().expect("this text is refused");
    format!("{refused:#}")
}

#[test]
fn a_grant_is_a_crate_a_room_a_group_or_an_item() {
    let layers = Layers::parse(LAYERS).unwrap();
    assert_eq!(layers.reach("agent", "guard"), Reach::Whole);
    assert_eq!(layers.reach("agent", "vocab"), Reach::Whole);
    assert_eq!(layers.reach("store", "plan"), Reach::Whole);
    assert_eq!(layers.reach("plan", "guard"), Reach::Items(vec!["Attested".to_owned()]));
    assert_eq!(layers.reach("vocab", "guard"), Reach::None);
    assert_eq!(layers.reach("nobody", "guard"), Reach::None);
}

#[test]
fn a_misspelt_key_is_refused() {
    assert!(refusal("pure = true", "puer = true").contains("a key `puer` that nothing reads"));
}

#[test]
fn a_missing_section_is_refused() {
    assert!(refusal("[sizes]", "[other]").contains("lacks `sizes`"));
}

#[test]
fn a_name_that_nothing_defines_is_refused() {
    assert!(refusal("may = [\"base\"]", "may = [\"bsae\"]").contains("`guard` names `bsae`"));
    assert!(
        refusal("read = [\"guard::Sensors\"]", "read = [\"gaurd::Sensors\"]")
            .contains("`read` names `gaurd::Sensors`")
    );
    assert!(refusal("caller = \"agent::disk\"", "caller = \"agnet::disk\"").contains("names `agnet::disk`"));
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    assert!(refusal("median = 20", "median = \"many\"").contains("median is not a number"));
    assert!(refusal("only = [\"agent\"]", "only = \"agent\"").contains("only is not a list of strings"));
    assert!(
        refusal("scope = \"text\"", "scope = \"prose\"").contains("`prose` is none of code, tests, text")
    );
}

#[test]
fn an_entry_is_found_by_its_line() {
    let layers = Layers::parse(LAYERS).unwrap();
    assert_eq!(layers.line("oracles = "), 2);
    assert_eq!(layers.line("nowhere to be found"), 1);
}

#[test]
fn the_lists_of_the_house_itself_are_whole() {
    Layers::parse(include_str!("../../../layers.toml")).unwrap();
}
