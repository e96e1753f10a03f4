//! `metald doctor`: looks at this machine and names what is set up wrong.
//!
//! It changes nothing, opens no door and locks nothing, whether a daemon is at work or not; what it looks with is what
//! the daemon looks with. How each thing should be is said in `docs/operate.md`.

mod acts;
mod chart;
mod place;
mod reach;
mod senses;

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use board::Clock;
use linux::LinuxClock;
use vocab::Wall;

use self::chart::Chart;
use crate::{
    Config, Fleet, obeyed,
    run::{BUILT, Failure},
};

/// For whom it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Machines.
    Json,
    /// People.
    Words,
}

/// Looks, and says what was seen; fails where something is wrong.
pub(crate) fn doctor(file: &Path, form: Form) -> ExitCode {
    let (mut chart, now) = (Chart::default(), LinuxClock.wall());
    if let Some((config, fleet)) = examine(file, now, &mut chart) {
        reach::look(&config, &fleet, &mut chart);
    }
    let told = match form {
        Form::Json => chart.json(),
        Form::Words => chart.to_string(),
    };
    // Whoever has heard enough closes the pipe, and how it ends is said all the same.
    let _ = io::stdout().write_all(told.as_bytes());
    if chart.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All of it that needs no network; gives whom to call, as far as that is known.
fn examine(file: &Path, now: Wall, chart: &mut Chart) -> Option<(Config, Fleet)> {
    let config: Config = match settings::load(file) {
        Ok(config) => config,
        Err(mistake) => {
            chart.wrong("configuration", &Failure::of_file(file, &mistake));
            return None;
        }
    };
    let wanted = match config.wanted() {
        Ok(wanted) => wanted,
        Err(mistake) => {
            chart.wrong("configuration", &mistake);
            return None;
        }
    };
    chart.ok("configuration", &format_args!("{} can be obeyed", file.display()));
    for sentence in wanted.said.iter().chain(&settings::unmet(&config.written(), obeyed::obeyed)) {
        chart.look("configuration", &sentence);
    }
    clock(now, chart);
    let by = place::folder(&config.folder, chart);
    let fleet = place::identity(&config, &wanted.root, now, chart);
    senses::look(&wanted.board, by, chart);
    acts::look(&config, &wanted.board, chart);
    Some((config, fleet?))
}

/// No clock of the machine sets the time by which the device judges, but a wrong one is worth a look.
fn clock(now: Wall, chart: &mut Chart) {
    if now < BUILT {
        chart.look(
            "clock",
            &format_args!("it says {now}, and this version is younger; set it, and look at its battery"),
        );
    } else {
        chart.ok("clock", &format_args!("it says {now}"));
    }
}

#[cfg(test)]
mod tests;
