use super::*;
use crate::testing::{put, tree};

const LONG: Duration = Duration::from_mins(1);

/// A machine whose systemctl is this script; it runs in a folder of its own, with the state of its unit in `state`.
fn machine(script: &str) -> (tempfile::TempDir, Systemd) {
    let root = tree(&[("run/systemd/system/units", ""), ("state", "active\n"), ("asked", "")]);
    let script = format!("cd {}\necho \"$*\" >> asked\n{script}", root.path().display());
    put(root.path(), "systemctl", &script);
    let path = root.path().join("systemctl").to_str().unwrap().to_owned();
    let systemctl = vec!["/bin/sh".into(), path];
    let booted = root.path().join("run/systemd/system");
    (root, Systemd { systemctl, booted })
}

fn unit(name: &str) -> UnitName {
    UnitName::new(name).unwrap()
}

/// An honest systemctl.
const HONEST: &str = "case $2 in
stop) echo inactive > state ;;
start) echo active > state ;;
*) cat state ;;
esac";

#[test]
fn a_unit_is_stopped_and_started_and_looked_at() {
    let (root, systemd) = machine(HONEST);
    let kiosk = unit("kiosk.service");
    for _ in 0..2 {
        assert_eq!(systemd.stop(&kiosk, LONG), Outcome::Done);
    }
    assert_eq!(systemd.start(&kiosk, LONG), Outcome::Done);
    let asked = std::fs::read_to_string(root.path().join("asked")).unwrap();
    let first: Vec<&str> = asked.lines().take(3).collect();
    assert_eq!(
        first,
        [
            "--no-ask-password stop -- kiosk.service",
            "show --property=ActiveState --value -- kiosk.service",
            // Children of a unit that ends its first process alone.
            "--no-ask-password kill --kill-whom=all --signal=SIGKILL -- kiosk.service",
        ]
    );
}

#[test]
fn a_name_that_looks_like_an_option_is_a_name() {
    let (root, systemd) = machine(HONEST);
    assert_eq!(systemd.stop(&unit("--version"), LONG), Outcome::Done);
    let asked = std::fs::read_to_string(root.path().join("asked")).unwrap();
    assert!(asked.starts_with("--no-ask-password stop -- --version\n"));
}

#[test]
fn a_unit_that_failed_while_stopping_is_stopped_all_the_same() {
    let (_root, systemd) = machine("[ $2 = stop ] || echo failed");
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Done);
    assert_eq!(systemd.start(&unit("kiosk.service"), LONG), Outcome::Failed);
}

#[test]
fn what_systemd_refuses_or_does_not_do_failed() {
    let (_root, systemd) = machine("exit 5");
    assert_eq!(systemd.stop(&unit("never.service"), LONG), Outcome::Failed);
    // It says yes, and nothing happens.
    let (_root, systemd) = machine("[ $2 = stop ] || cat state");
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Failed);
}

#[test]
fn a_unit_that_there_is_not_can_be_neither_stopped_nor_started() {
    let never = unit("never.service");
    for (told, outcome) in [
        ("LoadState=not-found\nActiveState=inactive", Outcome::Unsupported),
        // Its file is gone, and it runs.
        ("LoadState=not-found\nActiveState=active", Outcome::Failed),
        ("LoadState=masked\nActiveState=inactive", Outcome::Failed),
        ("not-found\ninactive", Outcome::Failed),
    ] {
        let (_root, systemd) = machine(&format!("[ $1 = show ] || exit 5\necho '{told}'"));
        assert_eq!((systemd.stop(&never, LONG), systemd.start(&never, LONG)), (outcome.clone(), outcome));
    }
}

#[test]
fn what_cannot_be_looked_at_is_unverified() {
    for script in ["[ $2 = stop ]", "exit 0", "[ $2 = stop ] || kill -9 $$"] {
        let (_root, systemd) = machine(script);
        assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Unverified, "{script}");
    }
}

#[test]
fn a_unit_whose_leavings_may_live_is_not_called_stopped() {
    let (root, systemd) = machine("[ $2 != kill ] || exec cat fifo\n[ $2 = stop ] || echo inactive");
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("fifo"), rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(systemd.stop(&unit("kiosk.service"), Duration::from_secs(3)), Outcome::Unverified);
}

#[test]
fn a_machine_without_systemd_cannot_stop_units() {
    let (root, mut systemd) = machine(HONEST);
    systemd.systemctl = vec![root.path().join("absent").to_str().unwrap().into()];
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Unsupported);
    systemd.systemctl = vec![];
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Unsupported);
    let (root, systemd) = machine(HONEST);
    std::fs::remove_dir_all(root.path().join("run")).unwrap();
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Unsupported);
    assert_eq!(std::fs::read_to_string(root.path().join("asked")).unwrap(), "");
}

#[test]
fn a_program_that_cannot_be_run_failed() {
    let (root, mut systemd) = machine(HONEST);
    // It is a folder.
    systemd.systemctl = vec![root.path().to_str().unwrap().into()];
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Failed);
}

#[test]
fn what_never_comes_back_is_timed_out_and_ended() {
    let (root, systemd) = machine("echo $$ > pid; exec cat fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("fifo"), rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(systemd.stop(&unit("kiosk.service"), Duration::from_millis(300)), Outcome::TimedOut);
    if let Ok(pid) = std::fs::read_to_string(root.path().join("pid")) {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        assert!(stat.is_empty(), "{stat}");
    }
}

#[test]
fn an_answer_without_end_and_a_pipe_that_stays_open_hold_up_nobody() {
    let (root, systemd) = machine("[ $2 = stop ] || { echo inactive; cat fifo & }");
    let fifo = root.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Done);
    // Whoever still holds the pipe may go now, and whoever comes to it later finds none.
    let held = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    std::fs::remove_file(fifo).unwrap();
    drop(held);
    let (_root, systemd) = machine("[ $2 = stop ] || head -c 2000 /dev/zero");
    assert_eq!(systemd.stop(&unit("kiosk.service"), LONG), Outcome::Failed);
    let (_root, systemd) = machine("[ $2 = stop ] || cat /dev/zero");
    assert_eq!(systemd.stop(&unit("kiosk.service"), Duration::from_millis(500)), Outcome::Unverified);
}
