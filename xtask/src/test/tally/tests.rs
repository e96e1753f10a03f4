//! Counting what `cargo test` prints.

use super::{Part, Tally};
use crate::test::stream::Echo;

fn tally(lines: &str, good: bool) -> Vec<Part> {
    let mut tally = Tally::new("tests");
    for line in lines.lines() {
        tally.read(line);
    }
    tally.finish(good)
}

fn numbers(parts: &[Part]) -> Vec<(&str, u64, u64)> {
    parts.iter().map(|part| (part.name.as_str(), part.passed, part.failed)).collect()
}

const TWO: &str = "   Compiling wrale-vocab v0.1.0 (/x/base/vocab)
    Finished `test` profile [optimized + debuginfo] target(s) in 1.02s
     Running unittests src/lib.rs (target/debug/deps/crypto-0a1b2c)

running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.25s

     Running tests/power_cut.rs (target/debug/deps/power_cut-99)
test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s

   Doc-tests crypto
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s

all doctests ran in 0.30s; merged doctests compilation took 0.20s
";

#[test]
fn each_binary_is_counted_under_its_name() {
    let parts = tally(TWO, false);
    assert_eq!(numbers(&parts), [("crypto", 3, 0), ("power_cut", 5, 2), ("crypto (docs)", 1, 0)]);
    assert!((parts[1].seconds - 1.5).abs() < 1e-9);
}

#[test]
fn a_binary_without_a_result_has_failed() {
    let lines = "     Running unittests src/lib.rs (target/debug/deps/guard-1)\nthread panicked\n     Running unittests src/lib.rs (target/debug/deps/vocab-2)\ntest result: ok. 1 passed; 0 failed; 0 ignored";
    assert_eq!(numbers(&tally(lines, false)), [("guard (no result)", 0, 1), ("vocab", 1, 0)]);
}

#[test]
fn a_bad_exit_is_never_no_failure() {
    let lines = "test result: ok. 4 passed; 0 failed; 0 ignored";
    assert_eq!(numbers(&tally(lines, false)), [("tests", 4, 0), ("tests (its exit)", 0, 1)]);
    assert_eq!(numbers(&tally(lines, true)), [("tests", 4, 0)]);
}

#[test]
fn what_was_not_run_is_kept_wherever_it_is_said() {
    let lines = "     Running unittests src/lib.rs (target/debug/deps/detect-1)
test a ... not run: motion (no data)
ok
not run: motion (no data)
not run: hwmon (no data)
test result: ok. 2 passed; 0 failed; 3 ignored; 0 measured";
    let parts = tally(lines, true);
    assert_eq!(parts[0].not_run, ["motion (no data)", "hwmon (no data)", "3 ignored in detect"]);
}

#[test]
fn the_captured_output_of_passed_tests_is_kept_back() {
    let lines = [
        ("running 2 tests", Echo::Show),
        ("successes:", Echo::Hide),
        ("---- a stdout ----", Echo::Hide),
        ("not run: motion", Echo::Show),
        ("    a", Echo::Hide),
        ("failures:", Echo::Show),
        ("---- b stdout ----", Echo::Show),
        ("test result: FAILED. 1 passed; 1 failed; 0 ignored", Echo::Show),
        ("   Compiling x", Echo::Show),
    ];
    let mut tally = Tally::new("tests");
    for (line, echo) in lines {
        assert_eq!(tally.read(line), echo, "{line}");
    }
}

#[test]
fn what_a_test_has_said_is_no_result() {
    let lines = "     Running unittests src/main.rs (target/debug/deps/xtask-1)
successes:
---- a stdout ----
     Running unittests src/lib.rs (target/debug/deps/crypto-0a1b2c)
3 passed, 1 failed
failures:
---- b stdout ----
7 passed, 2 failed
test result: FAILED. 1 passed; 1 failed; 0 ignored";
    assert_eq!(numbers(&tally(lines, false)), [("xtask", 1, 1)]);
}

#[test]
fn a_suite_with_a_binary_of_its_own_is_counted_by_its_last_line() {
    let lines = "a lid opens  told 20, 7 traces\n40 passed, 2 failed";
    assert_eq!(numbers(&tally(lines, false)), [("tests", 40, 2)]);
    let silent = "never fired: Lost\n40 passed, 0 failed";
    assert_eq!(numbers(&tally(silent, false)), [("tests", 40, 0), ("tests (its exit)", 0, 1)]);
}
