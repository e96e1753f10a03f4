//! The lab's control socket: one line of JSON in, one out. Whoever may open it owns the lab.

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Read, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{attack::Attack, home::Home, lab::Lab, say};

/// What is asked of the lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Request {
    Attack { attack: Attack, target: String },
    Mend { attack: Attack, target: String },
    Status,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Done(String),
    Refused(String),
}

/// Most bytes of a line.
const LINE: u64 = 64 * 1024;

/// How long either side may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// The lab's own name below the folder of states.
pub(crate) const LAB: &str = "wrale-lab";

/// Asks the lab that runs, and prints what it says.
pub(crate) fn ask(request: &Request) -> Result<()> {
    say::line(&exchange(&Home::find(LAB)?.control(), request)?);
    Ok(())
}

/// Asks at this socket.
pub(crate) fn exchange(path: &Path, request: &Request) -> Result<String> {
    let mut stream = UnixStream::connect(path).with_context(|| {
        format!("no lab answers at {}; start one with `cargo run --bin wrale-lab`", path.display())
    })?;
    stream.set_read_timeout(Some(PATIENCE * 2))?;
    serde_json::to_writer(&stream, request)?;
    stream.write_all(b"\n")?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE)).read_line(&mut line)?;
    match serde_json::from_str(&line).context("the lab gave no answer")? {
        Answer::Done(text) => Ok(text),
        Answer::Refused(why) => bail!(why),
    }
}

/// Answers at the socket for as long as the process lives.
pub(crate) fn serve(lab: &Arc<Lab>) -> Result<()> {
    let path = lab.home.control();
    let listener = UnixListener::bind(&path);
    let listener =
        listener.with_context(|| format!("the control socket {} cannot be made", path.display()))?;
    // The folder is its owner's alone, so nobody came in between.
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    let lab = Arc::downgrade(lab);
    let answer = move || {
        for stream in listener.incoming() {
            let (Some(lab), Ok(stream)) = (lab.upgrade(), stream) else { return };
            // Whoever hangs up before the answer does not want it.
            let _ = answer(&lab, &stream);
        }
    };
    thread::Builder::new().name("wrale-control".into()).stack_size(1 << 20).spawn(answer)?;
    Ok(())
}

fn answer(lab: &Lab, mut stream: &UnixStream) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE)).read_line(&mut line)?;
    let done = match serde_json::from_str(&line) {
        Ok(Request::Attack { attack, target }) => lab.attack(attack, &target),
        Ok(Request::Mend { attack, target }) => lab.mend(attack, &target),
        Ok(Request::Status) => lab.status(),
        Err(why) => Err(anyhow::anyhow!("the request is not understood: {why}; there is {}", Attack::all())),
    };
    let answer = match done {
        Ok(text) => Answer::Done(text),
        Err(error) => Answer::Refused(format!("{error:#}")),
    };
    serde_json::to_writer(stream, &answer)?;
    stream.write_all(b"\n")?;
    Ok(())
}

#[cfg(test)]
mod tests;
