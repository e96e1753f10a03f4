//! A daemon as a process of its own: what it says, how it ends, and that it ends.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// However slow the machine is: what has not come by then does not come.
pub const SOON: Duration = Duration::from_secs(60);

/// A daemon that was started.
pub struct Process {
    name: String,
    child: Child,
    heard: Arc<Heard>,
}

/// What it said on its standard error, and whether that has ended.
#[derive(Default)]
struct Heard {
    said: Mutex<Said>,
    news: Condvar,
}

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    over: bool,
}

/// How a daemon ended, and all that it said.
#[derive(Debug)]
pub struct Ended {
    /// Its exit.
    pub status: ExitStatus,
    /// Line by line.
    pub said: Vec<String>,
}

impl Process {
    /// Starts a program as one of the daemons, with these words.
    pub fn start(node: impl AsRef<OsStr>, daemon: &str, words: &[&str], config: &Path) -> Self {
        let mut command = Command::new(node);
        command.arg(daemon).args(words).arg("--config").arg(config);
        Self::spawn(daemon, command)
    }

    /// Starts a daemon by whatever command.
    pub fn spawn(daemon: &str, mut command: Command) -> Self {
        // What the machine's own daemons are told is not for these.
        command.env_remove("WRALE_CONFIG").env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let heard = Arc::<Heard>::default();
        let theirs = Arc::clone(&heard);
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                theirs.said.lock().unwrap().lines.push(line);
                theirs.news.notify_all();
            }
            theirs.said.lock().unwrap().over = true;
            theirs.news.notify_all();
        });
        Self { name: format!("{daemon} ({})", child.id()), child, heard }
    }

    /// Waits for a line that holds all of these words, and gives it.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> String {
        let is = |line: &&String| words.iter().all(|word| line.contains(word));
        let found = self.wait(SOON, |said| said.lines.iter().find(is).cloned());
        found.unwrap_or_else(|| panic!("{} never said {words:?}:\n{}", self.name, self.transcript()))
    }

    /// Listens for so long, whatever is said; says whether the daemon still lives.
    pub fn listen(&self, span: Duration) -> bool {
        self.wait(span, |said| said.over.then_some(())).is_none()
    }

    /// Waits, but not longer than so long, until there is something in what was said.
    fn wait<T>(&self, span: Duration, find: impl Fn(&Said) -> Option<T>) -> Option<T> {
        let end = Instant::now() + span;
        let mut said = self.heard.said.lock().unwrap();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match find(&said) {
                Some(found) => return Some(found),
                // What is over says nothing more.
                None if left.is_zero() || said.over => return None,
                None => said = self.heard.news.wait_timeout(said, left).unwrap().0,
            }
        }
    }

    /// All that it said so far.
    pub fn said(&self) -> Vec<String> {
        self.heard.said.lock().unwrap().lines.clone()
    }

    /// The same, to be read by people.
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for line in self.said() {
            writeln!(text, "    {} | {line}", self.name).unwrap();
        }
        text
    }

    /// Waits until it ends by itself.
    pub fn ended(mut self) -> Ended {
        assert!(!self.listen(SOON), "{} goes on:\n{}", self.name, self.transcript());
        Ended { status: self.child.wait().unwrap(), said: self.said() }
    }

    /// Asks it to end, and waits until it does.
    pub fn stop(self) -> Ended {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// Says that the device stands as it should, and waits until it learns that.
    pub fn teach(&self) {
        self.signal(Signal::USR1);
        self.says(&["learns what its senses see"]);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it where it stands.
    pub fn kill(mut self) -> Vec<String> {
        self.cut();
        self.said()
    }

    /// The same, for what goes on to say what it said.
    pub fn cut(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("{}", self.transcript());
        }
    }
}

impl Ended {
    /// The line of the log that says why, with its code.
    #[track_caller]
    pub fn failed_with(&self, code: &str) -> String {
        assert_eq!(self.status.code(), Some(1), "{:#?}", self.said);
        let last = self.said.iter().rfind(|line| line.contains("\"ERROR\"")).cloned().unwrap_or_default();
        let line: serde_json::Value = serde_json::from_str(&last).unwrap_or_default();
        assert_eq!(line["code"], code, "{:#?}", self.said);
        line["message"].as_str().unwrap_or_default().to_owned()
    }
}
