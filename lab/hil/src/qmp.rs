//! The monitor of a QEMU: one command after the other, and events as they come.
//!
//! Source: QEMU's `docs/interop/qmp-spec.rst`. A line of JSON each way.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// A monitor.
pub(crate) struct Qmp {
    writer: UnixStream,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    said: Mutex<Said>,
    news: Condvar,
}

#[derive(Default)]
struct Said {
    answers: Vec<Value>,
    events: Vec<Value>,
    over: bool,
}

impl Qmp {
    /// Speaks with the monitor behind this socket.
    pub(crate) fn open(socket: UnixStream) -> Result<Self> {
        let heard = Arc::<Heard>::default();
        let (theirs, reader) = (Arc::clone(&heard), BufReader::new(socket.try_clone()?));
        thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
                let mut said = theirs.lock();
                match message {
                    event if event.get("event").is_some() => said.events.push(event),
                    // It greets whoever comes.
                    greeting if greeting.get("QMP").is_some() => {}
                    answer => said.answers.push(answer),
                }
                drop(said);
                theirs.news.notify_all();
            }
            theirs.lock().over = true;
            theirs.news.notify_all();
        });
        let mut qmp = Self { writer: socket, heard };
        qmp.command("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Asks for something and gives what it returned.
    pub(crate) fn command(&mut self, name: &str, arguments: Value) -> Result<Value> {
        const WITHIN: Duration = Duration::from_secs(30);
        let line = json!({ "execute": name, "arguments": arguments });
        writeln!(self.writer, "{line}").with_context(|| format!("QEMU is gone before {name}"))?;
        let answer = self.heard.wait(WITHIN, |said| said.answers.pop());
        let mut answer = answer.with_context(|| format!("QEMU did not answer {name}"))?;
        if let Some(error) = answer.get("error") {
            bail!("{name}: {}", error["desc"].as_str().unwrap_or("no reason given"));
        }
        Ok(answer["return"].take())
    }

    /// Waits for an event of this name with this in it.
    pub(crate) fn event(&self, name: &str, within: Duration, is: impl Fn(&Value) -> bool) -> Result<Value> {
        let found = self.heard.wait(within, |said| {
            said.events.iter().find(|event| event["event"] == name && is(&event["data"])).cloned()
        });
        found.with_context(|| format!("no {name} came; what came: {:?}", self.heard.lock().events))
    }

    /// Waits for so long; says whether QEMU still answers then.
    pub(crate) fn lives(&self, span: Duration) -> bool {
        self.heard.wait(span, |said| said.over.then_some(())).is_none() && !self.heard.lock().over
    }

    /// Does something that takes its time, and waits until it is done.
    pub(crate) fn job(&mut self, name: &str, mut arguments: Value) -> Result<()> {
        const ID: &str = "hil";
        arguments["job-id"] = ID.into();
        let before = self.heard.lock().events.len();
        self.command(name, arguments)?;
        let concluded = self.heard.wait(Duration::from_secs(60), |said| {
            let concluded = |event: &&Value| {
                event["event"] == "JOB_STATUS_CHANGE" && event["data"]["status"] == "concluded"
            };
            said.events[before..].iter().find(concluded).map(|_| ())
        });
        concluded.with_context(|| format!("{name} never ended"))?;
        let jobs = self.command("query-jobs", json!({}))?;
        let error = jobs.as_array().and_then(|jobs| Some(jobs.first()?["error"].as_str()?.to_owned()));
        self.command("job-dismiss", json!({ "id": ID }))?;
        error.map_or(Ok(()), |error| bail!("{name}: {error}"))
    }
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<T>(&self, within: Duration, mut find: impl FnMut(&mut Said) -> Option<T>) -> Option<T> {
        let end = Instant::now() + within;
        let mut said = self.lock();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match find(&mut said) {
                Some(found) => return Some(found),
                None if left.is_zero() || said.over => return None,
                None => {
                    said = self.news.wait_timeout(said, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }
}
