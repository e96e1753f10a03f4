//! A test in namespaces of its own: it runs itself again inside them, without any right that its user does not have.

use std::{
    env,
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use rustix::mount::{UnmountFlags, unmount};

/// A kind of namespace.
#[derive(Clone, Copy)]
pub(crate) enum Space {
    /// What is mounted.
    Mount,
    /// Network links and addresses.
    Net,
}

impl Space {
    const fn word(self) -> &'static str {
        match self {
            Self::Mount => "--mount",
            Self::Net => "--net",
        }
    }
}

/// By which the inner half knows that it is one.
const INSIDE: &str = "WRALE_E2E_APART";

/// Runs `story` inside; says `not run` where the machine forbids it.
#[track_caller]
pub(crate) fn apart(test: &str, spaces: &[Space], story: impl FnOnce()) {
    if env::var(INSIDE).is_ok_and(|inside| inside == test) {
        return story();
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user"]).args(spaces.iter().map(|space| space.word()));
        command.stdin(Stdio::null());
        command
    };
    match unshare().arg("true").output() {
        Ok(probe) if probe.status.success() => {}
        Ok(probe) => return not_run(test, String::from_utf8_lossy(&probe.stderr).trim()),
        Err(why) => return not_run(test, &format!("unshare of util-linux: {why}")),
    }
    let again = unshare()
        .arg(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, test)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&again.stderr));
    for line in err.lines().filter(|line| line.starts_with("not run: ")) {
        let _ = writeln!(io::stderr(), "{line}");
    }
    assert!(again.status.success(), "{out}\n{err}");
    assert!(out.contains("1 passed"), "{test} is not the name of this test:\n{out}");
}

/// Something that was mounted; no folder with it could be removed.
pub(crate) struct Mounted<'a>(pub(crate) &'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        unmount(self.0, UnmountFlags::DETACH).unwrap();
    }
}

/// Says past the capture of the test harness that something did not run.
///
/// # Panics
/// Under `$CI`: what did not run did not pass.
#[track_caller]
pub(crate) fn not_run(test: &str, why: &str) {
    let words = format!("not run: {test} ({why})");
    assert!(env::var_os("CI").is_none(), "{words}");
    let _ = writeln!(io::stderr(), "{words}");
}
