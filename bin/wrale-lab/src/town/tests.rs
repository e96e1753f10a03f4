//! Who is found by which name.

use super::{BOXES, Target, labels};

#[test]
fn boxes_and_sites_are_found_by_name_and_others_are_answered_with_a_list() {
    assert_eq!(labels().count(), BOXES);
    assert_eq!(Target::find("dev-07"), Ok(Target::Box("dev-07")));
    assert_eq!(Target::find("station").map(|site| site.boxes().len()), Ok(6));
    assert_eq!(
        Target::find("dev-13").unwrap_err(),
        "there is no box and no site `dev-13`; there is dev-01 to dev-06 at harbour and dev-07 to dev-12 at station"
    );
    assert!(Target::one("harbour").unwrap_err().starts_with("harbour is a site; name a box"));
}
