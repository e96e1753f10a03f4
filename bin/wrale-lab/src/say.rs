//! Where words leave the process.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the terminal of the lab")]

use std::{
    io::{self, IsTerminal, Write},
    sync::LazyLock,
    time::Instant,
};

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Whether what is written is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Colour,
    Plain,
}

impl Paint {
    /// As the terminal wants it.
    pub(crate) fn of_terminal() -> Self {
        let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if io::stdout().is_terminal() && unset("NO_COLOR") && !dumb { Self::Colour } else { Self::Plain }
    }

    /// A text in one of the terminal's colours.
    pub(crate) fn dye(self, colour: &str, text: &str) -> String {
        match self {
            Self::Colour => format!("\x1b[{colour}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// Writes a text as it is. A reader that has gone is not told any more, and that is no fault of the lab.
pub(crate) fn out(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes one line.
pub(crate) fn line(text: &str) {
    out(&format!("{text}\n"));
}

/// Writes one line with the seconds since the beginning before it.
pub(crate) fn step(text: &str) {
    line(&format!("[{:5.1} s] {text}", BEGAN.elapsed().as_secs_f64()));
}

/// Says what went wrong.
pub(crate) fn err(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Starts the watch of [`step`].
pub(crate) fn begin() -> Instant {
    *BEGAN
}

/// Text of others, without what could move a cursor.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
