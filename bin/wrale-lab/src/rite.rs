//! The root's ceremony while the lab is at work: whoever made a passkey in a page finds it on the roster a moment later.
//!
//! In a real fleet a person carries the record to the offline machine, and the letter back. Here the lab does both.

use std::collections::BTreeSet;

use anyhow::Result;
use api::me::Signer;
use cli::{Client, KeyFile, files};
use vocab::Label;

use crate::{
    child,
    keeper::{Keeper, Letter},
    lab::Lab,
    say,
};

/// The people's sessions, by which the lab looks for what they made, and what it does not sign.
#[derive(Default)]
pub(crate) struct Rite {
    sessions: Vec<Client>,
    refused: BTreeSet<String>,
}

impl Rite {
    /// Looks once; what cannot be done now is done with the next change.
    pub(crate) async fn look(&mut self, lab: &Lab) {
        if let Err(why) = self.held(lab).await {
            say::step(&format!("the root's ceremony waits: {why:#}"));
            // The sessions may be over.
            self.sessions.clear();
        }
    }

    async fn held(&mut self, lab: &Lab) -> Result<()> {
        if self.sessions.is_empty() {
            for number in 0..lab.people.len() {
                self.sessions.push(lab.sign_in(number).await?);
            }
        }
        for (key, session) in lab.people.iter().zip(&self.sessions) {
            for step in steps(&lab.keeper, key, &session.signers().await?.signers, &mut self.refused) {
                if let Step::Signed(letter) = &step {
                    files::write(&lab.home.fleet().join("roster.letter"), &letter.bytes)?;
                    child::Fleet::read_again(lab.fleet_pid)?;
                }
                say::step(&step.words(&key.name));
            }
        }
        Ok(())
    }
}

/// What becomes of a passkey that somebody made.
enum Step {
    /// It is not signed, for this reason.
    Refused(String),
    /// It stands on this roster.
    Signed(Letter),
}

/// What the offline machine does about the passkeys that this person made and that count for nothing yet. What it does
/// not sign is told once.
fn steps(keeper: &Keeper, key: &KeyFile, made: &[Signer], refused: &mut BTreeSet<String>) -> Vec<Step> {
    let step = |one: &Signer| match keeper.take(&one.record, key) {
        Ok(letter) => letter.map(Step::Signed),
        Err(why) => refused.insert(one.id.clone()).then(|| Step::Refused(format!("{why:#}"))),
    };
    made.iter().filter(|one| !one.counts).filter_map(step).collect()
}

impl Step {
    fn words(&self, name: &Label) -> String {
        match self {
            Self::Refused(why) => format!("the offline machine signs nothing: {why}"),
            Self::Signed(Letter { version, .. }) => format!(
                "{name} made a passkey to consent with; the offline machine signed it onto roster {version}"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
