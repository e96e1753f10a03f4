//! Lines in their order, and the exit.

use std::process::Command;

use super::{Echo, run};

fn shell(script: &str) -> (Vec<String>, bool) {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    let mut lines = Vec::new();
    let good = run(command, |line| {
        lines.push(line.to_owned());
        Echo::Hide
    });
    (lines, good.unwrap())
}

#[test]
fn output_and_errors_come_in_the_order_they_were_written() {
    let (lines, good) = shell("echo one; echo two >&2; echo three; echo four >&2; printf five");
    assert_eq!(lines, ["one", "two", "three", "four", "five"]);
    assert!(good);
}

#[test]
fn a_bad_exit_is_told() {
    assert_eq!(shell("echo one; exit 3"), (vec!["one".to_owned()], false));
    assert!(!shell("kill -9 $$").1);
}

#[test]
fn a_line_that_is_not_text_is_a_line_still() {
    assert_eq!(shell("printf 'a\\377b\\n'").0, ["a\u{fffd}b"]);
}

#[test]
fn a_command_that_is_not_there_is_an_error() {
    let refused = run(Command::new("no-such-program-anywhere"), |_| Echo::Hide).unwrap_err();
    assert!(refused.to_string().contains("cannot be started"));
}
