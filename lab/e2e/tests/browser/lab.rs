//! A whole lab as a process of its own, and what it says.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use tempfile::TempDir;

/// The binary that is the lab, too.
const NODE: &str = env!("CARGO_BIN_EXE_e2e-node");

/// However slow the machine is: twelve boxes are alive by then.
const STARTED: Duration = Duration::from_secs(180);

/// A lab at work; it ends when this is dropped.
pub(crate) struct Lab {
    child: Child,
    home: TempDir,
    said: Receiver<String>,
}

impl Lab {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// With its pages over TLS.
    pub(crate) fn start_over_tls(certificate: &Path) -> Self {
        Self::start_with(&["--tls".as_ref(), certificate.as_os_str()])
    }

    fn start_with(arguments: &[&OsStr]) -> Self {
        let home = TempDir::new().unwrap();
        let mut child = node(&home).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (says, said) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| says.send(line)));
        Self { child, home, said }
    }

    /// The addresses by which people come in for the first time, once every box is on duty: in the order of people.
    pub(crate) fn invitations(&self) -> Vec<String> {
        let mut heard = vec![];
        let mut links = vec![];
        while links.len() < 2 {
            let line = self.said.recv_timeout(STARTED);
            let line = line.unwrap_or_else(|_| panic!("the lab invites nobody:\n{}", heard.join("\n")));
            links.extend(line.split_whitespace().find(|word| word.contains("/join#")).map(str::to_owned));
            heard.push(line);
        }
        links
    }

    /// Somebody does this to a box, from a process of their own.
    pub(crate) fn attack(&self, words: &[&str]) {
        self.told("attack", words);
    }

    /// Somebody undoes it at the box.
    pub(crate) fn mend(&self, words: &[&str]) {
        self.told("mend", words);
    }

    /// Waits until the lab has said this.
    pub(crate) fn says(&self, words: &str) {
        let mut heard = vec![];
        loop {
            let line = self.said.recv_timeout(STARTED);
            let line = line.unwrap_or_else(|_| panic!("the lab never says {words:?}:\n{}", heard.join("\n")));
            if line.contains(words) {
                return;
            }
            heard.push(line);
        }
    }

    fn told(&self, what: &str, words: &[&str]) {
        let done = node(&self.home).arg(what).args(words).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

fn node(home: &TempDir) -> Command {
    let mut command = Command::new(NODE);
    command.arg("wrale-lab").env("XDG_STATE_HOME", home.path()).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

impl Drop for Lab {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
