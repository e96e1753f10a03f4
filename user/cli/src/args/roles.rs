//! What may be typed about people and programs.

use std::path::PathBuf;

use clap::Subcommand;

use super::Confirm;

#[derive(Debug, Subcommand)]
pub(crate) enum Tokens {
    /// Those that count
    List,
    /// Make one; it is shown once, or written to a file
    New {
        /// What you call the program
        name: String,
        /// What it may, of what you may yourself: a role, or a role at sites
        #[arg(long, value_name = "ROLE[@SITE,…]", value_parser = grant, required = true)]
        grant: Vec<api::person::Grant>,
        /// How long it counts; as long as the fleet allows otherwise
        #[arg(long)]
        minutes: Option<u32>,
        /// Write it to this file (0600) instead of showing it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take one back, at once
    Revoke {
        /// Its id
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Everybody who has, or had, roles
    List {
        /// Words that a name or a role must hold
        words: Vec<String>,
    },
    /// Invite somebody new; they choose their password behind the link
    Invite {
        /// The name that they sign in with
        name: String,
        /// What they may: a role, or a role at sites
        #[arg(long, value_name = "ROLE[@SITE,…]", value_parser = grant, required = true)]
        grant: Vec<api::person::Grant>,
    },
    /// Invite somebody anew, who lost what they come in by
    Again {
        /// Their name or id
        person: String,
    },
    /// Say what somebody may, instead of what they may now
    Grant {
        /// Their name or id
        person: String,
        /// A role, or a role at sites; none takes every role away
        #[arg(long, value_name = "ROLE[@SITE,…]", value_parser = grant)]
        grant: Vec<api::person::Grant>,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Keep somebody out: every session of theirs ends
    Disable {
        /// Their name or id
        person: String,
        #[command(flatten)]
        confirm: Confirm,
    },
    /// Let somebody in again
    Enable {
        /// Their name or id
        person: String,
    },
}

/// `operator`, or `operator@nord,sued`.
fn grant(text: &str) -> Result<api::person::Grant, String> {
    let (role, sites) = match text.split_once('@') {
        None => (text, None),
        Some((role, sites)) => (role, Some(sites.split(',').map(str::to_owned).collect::<Vec<_>>())),
    };
    if role.is_empty() || sites.iter().flatten().any(String::is_empty) {
        return Err("write a role, as `viewer`, or a role at sites, as `operator@nord,sued`".into());
    }
    Ok(api::person::Grant { role: role.into(), sites })
}
