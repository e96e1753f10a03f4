//! Where a command stands: what it writes to, whom it asks, and what it knows of this machine.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde::Serialize;
use vocab::Wall;
use zeroize::Zeroizing;

use crate::{
    client::now,
    fault::Fault,
    mistake::Mistake,
    problem::Problem,
    siem::Format,
    table::{Cell, Paint, Table, clean, facts},
};

/// Everything outside a command.
pub struct Desk<'a> {
    /// Where answers go.
    pub out: &'a mut dyn Write,
    /// Puts a question; `None` where nobody is there to answer.
    pub ask: &'a mut dyn FnMut(&str) -> Option<String>,
    /// Asks for a secret, which is not shown as it is typed; `None` where there is none.
    pub secret: &'a mut dyn FnMut(&str) -> Option<Zeroizing<String>>,
    /// The time.
    pub now: fn() -> Wall,
    /// Fills bytes at random.
    pub random: fn(&mut [u8]) -> Result<(), Fault>,
    /// Where people's keys are.
    pub keys: PathBuf,
    /// `$WRALE_FLEET`.
    pub fleet: Option<String>,
    /// How this program is called, in hints.
    pub hint: String,
    /// Whether to use colour.
    pub paint: Paint,
    /// For whom.
    pub form: Form,
    /// How wide the terminal is, if there is one.
    pub wide: Option<usize>,
}

/// For whom answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Machines.
    Json,
    /// Those that collect logs: a line for each entry, and nothing else.
    Lines(Format),
    /// People.
    Words,
}

impl Desk<'_> {
    /// Writes text as it is: nothing of it may be a stranger's as it came.
    pub(crate) fn say(&mut self, text: &str) -> Result<(), Problem> {
        let shown = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        Ok(shown.map_err(|error| Fault::Output(error.kind()))?)
    }

    /// Writes one line, without what could move a cursor or turn a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Problem> {
        self.say(&format!("{}\n", clean(text)))
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Problem> {
        self.say(&table.text(self.paint, self.wide))
    }

    pub(crate) fn facts(&mut self, told: &[(&str, Cell)]) -> Result<(), Problem> {
        self.say(&facts(told, self.paint))
    }

    /// Writes a line for people alone: beside JSON it would be noise.
    pub(crate) fn aside(&mut self, text: &str) -> Result<(), Problem> {
        match self.form {
            Form::Json | Form::Lines(_) => Ok(()),
            Form::Words => self.line(text),
        }
    }

    /// Says what holds a command up that goes on all the same: where the answers are for machines, beside them.
    pub(crate) fn trouble(&mut self, text: &str) -> Result<(), Problem> {
        if self.form == Form::Words {
            return self.line(text);
        }
        // Nobody may be listening there.
        let _ = io::stderr().write_all(format!("{}\n", clean(text)).as_bytes());
        Ok(())
    }

    /// The answer as JSON, if that is wanted; true if it was.
    pub(crate) fn json(&mut self, answer: &impl Serialize) -> Result<bool, Problem> {
        if self.form != Form::Json {
            return Ok(false);
        }
        let text = serde_json::to_string_pretty(answer).expect("the types of the contract are JSON");
        self.say(&format!("{text}\n"))?;
        Ok(true)
    }

    /// Whether a person says yes.
    pub(crate) fn confirmed(&mut self, question: &str) -> Result<bool, Mistake> {
        let answer = (self.ask)(&format!("{question} [y/N] ")).ok_or(Mistake::Unanswered)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        (self.random)(&mut bytes).map(|()| bytes)
    }

    /// Whose keys are here.
    pub(crate) fn known(&self) -> Vec<String> {
        let files = fs::read_dir(&self.keys).into_iter().flatten().flatten();
        let names =
            files.filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".key")?.to_owned()));
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// How this machine is found.
pub(crate) fn keys() -> PathBuf {
    let folder = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let config = config.or_else(|| folder("HOME").map(|home| home.join(".config")));
    config.unwrap_or_default().join("wrale")
}

pub(crate) fn hint(argv0: Option<String>) -> String {
    let said = env::var("WRALE_HINT").ok().filter(|hint| !hint.is_empty());
    said.or(argv0).unwrap_or_else(|| "wrale".into())
}

pub(crate) fn paint() -> Paint {
    let unset = |name| env::var_os(name).is_none_or(|value| value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    if io::stdout().is_terminal() && unset("NO_COLOR") && !dumb { Paint::Colour } else { Paint::Plain }
}

pub(crate) fn wide() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|wide| *wide > 0)
}

/// Asks on the terminal.
pub(crate) fn ask(question: &str) -> Option<String> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let mut terminal = io::stderr();
    terminal.write_all(question.as_bytes()).and_then(|()| terminal.flush()).ok()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(answer)
}

/// Asks for a secret: on the terminal without showing what is typed, else by the next line of the standard input.
pub(crate) fn secret(question: &str) -> Option<Zeroizing<String>> {
    let terminal = io::stdin();
    let shown = tcgetattr(&terminal).ok();
    if let Some(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(&terminal, OptionalActions::Flush, &hidden).ok()?;
        io::stderr().write_all(question.as_bytes()).and_then(|()| io::stderr().flush()).ok()?;
    }
    let mut line = Zeroizing::new(String::with_capacity(2048));
    let read = terminal.lock().read_line(&mut line);
    if let Some(shown) = &shown {
        tcsetattr(&terminal, OptionalActions::Now, shown).ok()?;
    }
    read.ok().filter(|read| *read > 0)?;
    while line.ends_with(['\n', '\r']) {
        line.pop();
    }
    Some(line)
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Fault> {
    let mut filled = 0;
    while filled < bytes.len() {
        let more = rustix::rand::getrandom(&mut bytes[filled..], rustix::rand::GetRandomFlags::empty());
        filled += more.map_err(|_| Fault::Random)?;
    }
    Ok(())
}

pub(crate) fn time() -> Wall {
    now()
}
