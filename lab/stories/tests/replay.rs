//! A file by which a story is told again.

use stories::{Fault, run::Case};

#[test]
fn a_case_is_read_as_it_was_kept_and_nothing_in_the_suite_of_bad_json_is_one() {
    let case = Case { story: "a lid".into(), seed: 7, faults: vec![Fault::DiskStuck] };
    let kept = serde_json::to_string_pretty(&case).unwrap();
    assert_eq!(serde_json::from_str::<Case>(&kept).unwrap(), case);
    let Some(suite) = data::json_suite() else { return };
    for (name, bytes) in suite {
        assert!(serde_json::from_slice::<Case>(&bytes).is_err(), "{name}");
    }
}
