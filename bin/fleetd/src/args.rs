//! What was typed.

use std::{ffi::OsString, path::PathBuf};

use crate::init::Keys;

pub(crate) const USAGE: &str = "\
Usage: fleetd [--config FILE]                            run the fleet
       fleetd init [--next] [--config FILE]              make its keys, and what the offline root is to sign;
                                                         --next makes the keys that follow those in use
       fleetd service NAME --out FILE [--config FILE]    make a credential for a verifier of the internal zone

The configuration is FILE, else $WRALE_CONFIG, else /etc/wrale/fleetd.yaml; docs/operate.md says what stands in it.
";

/// One call of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Args {
    /// The configuration that was named.
    pub(crate) config: Option<PathBuf>,
    /// What to do.
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Init(Keys),
    Run,
    Service { name: String, out: PathBuf },
    Version,
}

impl Args {
    /// Reads the arguments, or says what is wrong with them.
    pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let (mut config, mut out, mut words, mut next) = (None, None, vec![], false);
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut file = |name: &str| args.next().map(PathBuf::from).ok_or(format!("{name} wants a file"));
            match arg.to_str() {
                Some("--config") if config.is_none() => config = Some(file("--config")?),
                Some("--out") if out.is_none() => out = Some(file("--out")?),
                Some("--next") => next = true,
                Some("--help" | "-h") => return Ok(Self { config: None, command: Command::Help }),
                Some("--version" | "-V") => return Ok(Self { config: None, command: Command::Version }),
                Some(word) if !word.starts_with('-') => words.push(word.to_owned()),
                _ => return Err(format!("{} is not understood", arg.display())),
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let command = match (words.as_slice(), next, out) {
            ([], false, None) => Command::Run,
            (["init"], false, None) => Command::Init(Keys::First),
            (["init"], true, None) => Command::Init(Keys::Next),
            (["service", name], false, Some(out)) => Command::Service { name: (*name).to_owned(), out },
            (["service", ..], ..) => return Err("a service has one NAME, and --out".into()),
            ([] | ["init"], ..) => return Err("these words do not go together".into()),
            ([word, ..], ..) => return Err(format!("{word} is not understood")),
        };
        Ok(Self { config, command })
    }
}

#[cfg(test)]
mod tests;
