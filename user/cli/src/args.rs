//! What may be typed.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, CommandFactory, Error, Parser, Subcommand, error::ErrorKind};
use clap_complete::Shell;

mod roles;

pub(crate) use self::roles::{People, Tokens};
use crate::{desk::Form, siem::Format};

/// Watches over a fleet: what happened, where, and what people decide about it.
#[derive(Debug, Parser)]
#[command(name = "wrale", version, disable_help_subcommand = true, after_help = EXITS)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) fleet: FleetArguments,
    /// Print JSON, for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Reads what was typed.
    pub(crate) fn read<W: Into<OsString> + Clone>(typed: impl IntoIterator<Item = W>) -> Result<Self, Error> {
        let read = Self::try_parse_from(typed)?;
        // `clap` holds words of one command against each other, and `--json` is every command's.
        if read.json && read.format().is_some() {
            let told = "`--json` and `--format` name two forms; leave one of them out";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, told));
        }
        Ok(read)
    }

    /// For whom the answers are.
    pub(crate) fn form(&self) -> Form {
        match self.format() {
            Some(format) => Form::Lines(format),
            None if self.json => Form::Json,
            None => Form::Words,
        }
    }

    fn format(&self) -> Option<Format> {
        match self.command {
            Command::Audit(Audit::Follow { format, .. } | Audit::Search { format, .. }) => format,
            _ => None,
        }
    }
}

/// How a command ends, for scripts.
const EXITS: &str = "It ends with 0 where it did what was asked; 1 where it did not, by a mistake or because you said \
                     no; 2 where it was not understood; 3 where the fleet refused it; 4 where the fleet could not be \
                     asked and later may help.";

#[derive(Debug, Args)]
pub(crate) struct FleetArguments {
    /// Who you are: a name whose key or session is in $XDG_CONFIG_HOME/wrale/, or a key file
    #[arg(long = "as", value_name = "NAME|FILE", global = true)]
    pub(crate) who: Option<String>,
    /// The fleet's external address; otherwise $WRALE_FLEET, or what the key file says
    #[arg(long = "fleet", value_name = "URL", global = true)]
    pub(crate) url: Option<String>,
    /// For https: the root certificate that the server's leads to, PEM or DER
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// For https: the URI in the server's certificate, spiffe://service.<fleet>/<name>
    #[arg(long, value_name = "URI", global = true)]
    pub(crate) server: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in by name and password, and stay signed in until it ends: further commands need no key
    Login {
        /// The name; what stands after --as where it is left out
        #[arg(long)]
        name: Option<String>,
    },
    /// End what `login` began
    Logout,
    /// Who you are to the fleet, and what you may
    Me,
    /// Look at this terminal and at the fleet, as far as you may see it, and name what is set up wrong
    Doctor,
    /// Where boxes stand, and how they are there
    Sites,
    /// Make keys of people
    #[command(subcommand)]
    Key(Key),
    /// The offline root: make it, and sign with it
    #[command(subcommand)]
    Root(Root),
    /// Every box: how it is, why, and how old the proof of that is
    Devices {
        /// Of this site alone
        #[arg(long)]
        site: Option<String>,
        /// With this verdict alone: good, attention, alarm, unknown
        #[arg(long, value_parser = verdict)]
        health: Option<api::word::HealthState>,
    },
    /// One box, with its sensors and latches
    Device {
        /// Its label or id
        device: String,
    },
    /// What happened, newest first
    Incidents {
        /// In this state alone: open, contained, recovering, verified, closed
        #[arg(long, value_parser = word::<api::word::IncidentState>)]
        state: Option<api::word::IncidentState>,
        /// At least so bad: info, low, medium, high, critical
        #[arg(long, value_parser = word::<api::word::Severity>)]
        severity: Option<api::word::Severity>,
        /// That touch this site
        #[arg(long)]
        site: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One incident in short
    Incident {
        /// Its id
        incident: String,
    },
    /// One incident in full: what happened, the probable cause, what to do first, and the evidence
    Explain {
        /// Its id
        incident: String,
    },
    /// Propose to release a latch, and consent to it
    Reset {
        /// The box's label or id
        device: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// The event that latched; may be left out where there is one latch
        #[arg(long, value_name = "EVENT")]
        event: Option<String>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// What waits for people
    Proposals,
    /// Consent to an order that somebody else proposed
    Approve {
        /// The order's id
        order: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Set what a box expects of the people around it
    Arm {
        /// Its label or id
        device: String,
        /// storage, transport, commissioning, armed, service, retired
        #[arg(value_parser = word::<api::word::Arming>)]
        state: api::word::Arming,
    },
    /// Walk test: trip each sensor of a box that is being installed, and see that the fleet heard it
    Walk {
        /// Its label or id
        device: String,
        /// How long to wait for all of them
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=240))]
        minutes: u32,
    },
    /// Suspend a box's identity: every door but the quarantine room is closed to it
    Suspend {
        /// Its label or id
        device: String,
        /// Why, in your own words
        #[arg(long)]
        reason: String,
    },
    /// Take back what people suspended a box for; it must prove itself before any door opens
    Resume {
        /// Its label or id
        device: String,
        /// Why, in your own words
        #[arg(long)]
        reason: String,
    },
    /// End a box's identity for good
    Revoke {
        /// Its label or id
        device: String,
        /// key-compromised, replaced, retired
        #[arg(long, value_parser = word::<api::word::Revocation>)]
        reason: api::word::Revocation,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Say what an incident was
    Close {
        /// Its id
        incident: String,
        /// true, false, test, authorised
        #[arg(long, value_parser = word::<api::word::Outcome>)]
        outcome: api::word::Outcome,
        /// In your own words
        #[arg(long)]
        reason: String,
    },
    /// Issue a token with which one new box can join
    Token {
        /// Where the box will stand
        #[arg(long)]
        site: String,
        /// The label that it must ask for
        #[arg(long)]
        label: Option<String>,
        /// How long it can be used
        #[arg(long)]
        minutes: Option<u32>,
        /// Write it to this file (0600) instead of showing it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a link by which you come into the pages with a browser; it works once
    Pages,
    /// What programs come in with in your name
    #[command(subcommand)]
    Tokens(Tokens),
    /// Who has which roles
    #[command(subcommand)]
    People(People),
    /// Verifiers elsewhere, and the end of their credentials
    #[command(subcommand)]
    Services(Services),
    /// The audit log: look into it, take it away, and check it without the fleet
    #[command(subcommand)]
    Audit(Audit),
    /// Print changes as they come
    Watch,
    /// Print what a shell completes words with
    Completions {
        /// bash, zsh, fish
        #[arg(value_parser = shell)]
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Confirm {
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key: NAME.key for you alone, NAME.pub for whoever signs the roster
    New {
        /// What people call you
        #[arg(long)]
        name: String,
        /// The one fleet that this key signs in to
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// The folder; $XDG_CONFIG_HOME/wrale otherwise
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Root {
    /// Make a fleet's root: root.key, which never leaves this machine, and root.pub
    New {
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// Sign which keys speak for the fleet, and who may consent to what
    Sign {
        /// root.key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// keyset.request, as `fleetd init` wrote it
        #[arg(long, value_name = "FILE")]
        keyset: PathBuf,
        /// Everybody who may consent to the release of a latch: their .pub files
        #[arg(long, value_name = "FILE,…", value_delimiter = ',', required = true)]
        people: Vec<PathBuf>,
        /// Who of them may consent to what nobody can undo as well; all of them where this is left out
        #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
        may_destroy: Option<Vec<String>>,
        /// The folder for keyset.letter and roster.letter
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Services {
    /// Whose credentials people ended
    List,
    /// End the credential of a service, at once: every one that was made under its name until now
    Revoke {
        /// Its name
        service: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        confirm: Confirm,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Find entries, newest first
    Search {
        /// Words that all stand in an entry: a step, a person, a box, a code, `refused`
        words: Vec<String>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print each as a SIEM takes it, a line for each
        #[arg(long)]
        format: Option<Format>,
    },
    /// Print entries as they are added, oldest first, until it is ended
    Follow {
        /// Begin after this entry, the last that you have, or at the `start`; otherwise with the next one that is added
        #[arg(long = "after", value_name = "INDEX|start", value_parser = behind)]
        from: Option<u64>,
        /// Print each as a SIEM takes it
        #[arg(long)]
        format: Option<Format>,
    },
    /// Show one entry: who decided what, its own bytes, and whether it is in the log, which is checked here
    Show {
        /// Its number
        entry: u64,
        /// The log's public key, where you were given it: its digits, its verifier line, or a file with either
        #[arg(long, value_name = "KEY|FILE")]
        key: Option<String>,
    },
    /// Write the log to a file
    Export {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the newest checkpoint to a file: remember it, and later exports must contain it
    Checkpoint {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check an export without the fleet, and name the first record that was tampered with
    Verify {
        /// The export
        file: PathBuf,
        /// The log's public key: its digits, its verifier line, or a file with either
        #[arg(long, value_name = "KEY|FILE")]
        key: String,
        /// A checkpoint that you kept
        #[arg(long, value_name = "FILE")]
        remembered: Option<PathBuf>,
    },
}

/// A word of the contract as people type it.
fn word<T: Word>(text: &str) -> Result<T, String> {
    let found = T::all().iter().find(|one| one.text() == text && text != "unknown");
    found.copied().ok_or_else(|| {
        let known: Vec<_> = T::all().iter().map(|one| one.text()).filter(|word| *word != "unknown").collect();
        format!("one of {}", known.join(", "))
    })
}

trait Word: Copy + 'static {
    fn all() -> &'static [Self];
    fn text(self) -> &'static str;
}

macro_rules! words {
    ($($name:ident),+) => {
        $(impl Word for api::word::$name {
            fn all() -> &'static [Self] {
                Self::ALL
            }

            fn text(self) -> &'static str {
                self.word()
            }
        })+
    };
}

words!(Arming, HealthState, IncidentState, Outcome, Revocation, Severity);

/// The entry behind this one.
fn behind(text: &str) -> Result<u64, String> {
    if text == api::audit::START {
        return Ok(0);
    }
    let behind = text.parse().ok().and_then(|index: u64| index.checked_add(1));
    behind.ok_or_else(|| format!("the number of an entry, or `{}`", api::audit::START))
}

/// Not to know is a verdict too.
fn verdict(text: &str) -> Result<api::word::HealthState, String> {
    if text == "unknown" { Ok(api::word::HealthState::Unknown) } else { word(text) }
}

fn shell(text: &str) -> Result<Shell, String> {
    let known = [Shell::Bash, Shell::Zsh, Shell::Fish];
    let found = known.into_iter().find(|shell| shell.to_string() == text);
    found.ok_or_else(|| "one of bash, zsh, fish".into())
}

#[cfg(test)]
mod tests;
