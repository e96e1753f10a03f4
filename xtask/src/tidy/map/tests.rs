//! Rows that are true, false and missing, and the length of the map.

use super::check;
use crate::fake::{Fake, MAP, VOCAB};

#[test]
fn a_map_with_true_rows_passes() {
    assert_eq!(Fake::good().says(check), [""; 0]);
}

#[test]
fn a_planned_crate_that_is_here_and_one_that_is_not_here_are_refused() {
    let tree = Fake::good().krate("metal/guard", "", VOCAB);
    assert_eq!(tree.says(check), ["ARCHITECTURE.md:4: the map says `planned` of `guard`"]);
    let tree =
        Fake::good().with("ARCHITECTURE.md", &MAP.replace("| Plans. | planned |", "| Plans. | here |"));
    assert_eq!(tree.says(check), ["ARCHITECTURE.md:7: the map says `here` of `plan`"]);
}

#[test]
fn a_crate_without_a_row_is_refused() {
    let map = MAP.replace("| `plan` |", "| plan |");
    let tree = Fake::good().with("ARCHITECTURE.md", &map);
    assert_eq!(tree.says(check), ["ARCHITECTURE.md:1: the crate `plan` of layers.toml has no row"]);
}

#[test]
fn the_map_is_there_and_short() {
    let padded = |lines: usize| format!("{MAP}{}", "x\n".repeat(lines - MAP.lines().count()));
    assert_eq!(Fake::good().with("ARCHITECTURE.md", &padded(300)).says(check), [""; 0]);
    let said = Fake::good().with("ARCHITECTURE.md", &padded(301)).says(check);
    assert_eq!(said, ["ARCHITECTURE.md:301: the map has 301 lines, 300 are allowed"]);
    assert_eq!(
        Fake::good().without("ARCHITECTURE.md").says(check),
        ["ARCHITECTURE.md:1: the map is missing"]
    );
}
