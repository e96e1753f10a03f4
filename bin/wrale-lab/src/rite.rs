//! The root's ceremony while the lab is at work: whoever made a passkey in a page finds it on the roster a moment later.
//!
//! In a real fleet a person carries the record to the offline machine, and the letter back. Here the lab does both.

use std::collections::BTreeSet;

use anyhow::Result;
use cli::{Client, files};

use crate::{child, lab::Lab, say};

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
            for made in session.signers().await?.signers.iter().filter(|one| !one.counts) {
                let letter = match lab.keeper.take(&made.record, key) {
                    Ok(Some(letter)) => letter,
                    Ok(None) => continue,
                    Err(why) => {
                        if self.refused.insert(made.id.clone()) {
                            say::step(&format!("the offline machine signs nothing: {why:#}"));
                        }
                        continue;
                    }
                };
                files::write(&lab.home.fleet().join("roster.letter"), &letter.bytes)?;
                child::Fleet::read_again(lab.fleet_pid)?;
                let (name, version) = (&key.name, letter.version);
                say::step(&format!(
                    "{name} made a passkey to consent with; the offline machine signed it onto roster {version}"
                ));
            }
        }
        Ok(())
    }
}
