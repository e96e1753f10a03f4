//! What is done to boxes, and what undoes it.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use link::Conn;
use sim::scripts;
use tls::{Credential, Dialer, Ended, Patience, Signal, Subprotocol, Suites};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    attack::Attack,
    cord::Plug,
    hint,
    lab::Lab,
    resident::{Origin, Stolen, signer},
    town::Target,
};

/// How long the fleet may listen to somebody who says again what was said.
const HEARD: Duration = Duration::from_secs(10);

impl Lab {
    /// Does it, and says what was done; what comes of it, the fleet tells.
    pub(crate) fn attack(&self, attack: Attack, target: &str) -> Result<String> {
        let one = || Target::one(target).map_err(|why| anyhow!("{why}"));
        match attack {
            Attack::BrownOut => {
                self.boxes.play(one()?, scripts::brown_out())?;
                Ok(done(attack, target, "The supply of", "sags by a tenth, and stays there"))
            }
            Attack::CarryAway => {
                self.boxes.play(one()?, scripts::carry_away())?;
                Ok(done(attack, target, "Somebody takes", "off its wall and walks away with it"))
            }
            Attack::Clone => self.clone_box(one()?),
            Attack::CutLink => {
                self.cords(target, Plug::Out)?;
                Ok(done(attack, target, "Nobody reaches", "any more"))
            }
            Attack::Glitch => {
                self.boxes.play(one()?, scripts::glitch())?;
                Ok(format!("A contact of {target} bounced for 20 ms. Nothing should come of it."))
            }
            Attack::OpenLid => {
                self.boxes.play(one()?, scripts::open_lid())?;
                Ok(done(attack, target, "The lid of", "stands open"))
            }
            Attack::Replay => {
                let (label, said) = (one()?, self.replay(one()?)?);
                Ok(format!(
                    "{} frames that {label} had sent were sent again, in a new session under its own certificate. {} \
                     Why stands in {}",
                    said.frames,
                    said.end(),
                    self.home.fleet_log().display()
                ))
            }
            Attack::SwapNic => {
                self.boxes.play(one()?, scripts::swap_nic())?;
                Ok(done(attack, target, "In", "another network card stands where the old one stood"))
            }
        }
    }

    /// Undoes it.
    pub(crate) fn mend(&self, attack: Attack, target: &str) -> Result<String> {
        let one = || Target::one(target).map_err(|why| anyhow!("{why}"));
        match attack {
            Attack::BrownOut => self.boxes.play(one()?, scripts::restore_supply())?,
            Attack::CarryAway => self.boxes.play(one()?, scripts::put_back())?,
            Attack::Clone => {
                let label = one()?;
                if !self.boxes.turn_off(&clone_of(label)) {
                    bail!("nobody has built a clone of {label}");
                }
                return Ok(format!(
                    "The clone of {label} is off. Which of the two was the true one, people decide."
                ));
            }
            Attack::CutLink => self.cords(target, Plug::In)?,
            Attack::Glitch | Attack::Replay => {
                return Ok(format!("There is nothing to mend after {attack}."));
            }
            Attack::OpenLid => self.boxes.play(one()?, scripts::close_lid())?,
            Attack::SwapNic => self.boxes.play(one()?, scripts::swap_nic_back())?,
        }
        let again = if attack == Attack::CutLink {
            String::from("It connects again by itself, within a minute at most.")
        } else {
            let [ada, ..] = self.people.as_slice() else { bail!("the lab has people") };
            let reset = hint::wrale(&self.voice(ada), &format!("reset {target} --reason '…'"));
            format!("What it latched stays latched until people release it:\n  {reset}")
        };
        Ok(format!("{attack} at {target} is mended. {again}"))
    }

    fn cords(&self, target: &str, plug: Plug) -> Result<()> {
        let target = Target::find(target).map_err(|why| anyhow!("{why}"))?;
        target.boxes().into_iter().try_for_each(|label| self.boxes.cord(label, plug))
    }

    /// A second box with the same disk, keys and certificate goes through the same door.
    fn clone_box(&self, label: &str) -> Result<String> {
        let name = clone_of(label);
        if self.boxes.is_on(&name) {
            bail!("{label} has a clone already; {}", hint::mend(Attack::Clone, label));
        }
        let Stolen { loot, kept, .. } = self.boxes.steal(label)?;
        let path = self.home.kept(&name);
        let asking =
            self.boxes.turn_on(&name, self.seed(), Origin::Stolen { loot, kept: Box::new(kept), path })?;
        self.boxes.enrolled(asking)?;
        Ok(done(Attack::Clone, label, "A second machine with disk, keys and certificate of", "is on"))
    }

    /// Says again, in a new session, all that a box has said in the one that stands.
    pub(crate) fn replay(&self, label: &str) -> Result<Replayed> {
        let Stolen { loot, kept, tape } = self.boxes.steal(label)?;
        let key = board::RootOfTrust::device_key(&loot.root);
        let credential = Credential::held(&kept.chain(), &key, signer(&loot.root));
        let credential = credential.context("the stolen certificate is not for the stolen key")?;
        let now = metald::clock::Trusted::default();
        let call = self.boxes.fleet().hardware(Some(credential), &Suites::default(), &now)?;
        self.runtime.block_on(play(call, tape))
    }
}

/// What came of a replay.
pub(crate) struct Replayed {
    pub(crate) frames: usize,
    /// How the fleet ended it; none if it did not.
    pub(crate) ended: Option<Ended>,
}

impl Replayed {
    fn end(&self) -> String {
        match &self.ended {
            Some(Ended::Closed { number, reason }) => {
                format!("The fleet ended it ({number} {}).", crate::say::clean(reason))
            }
            Some(ended) => format!("It ended: {}.", ended.code()),
            None => "The fleet took nothing of it and said nothing.".into(),
        }
    }
}

async fn play(call: tls::Call, tape: Vec<Vec<u8>>) -> Result<Replayed> {
    let (signals, mut heard) = mpsc::channel(16);
    let queue = tape.iter().map(Vec::len).sum::<usize>() + 1;
    let patience = Patience { queue, ..Patience::default() };
    let dialer = Dialer::new(call, Subprotocol::LINK, patience, signals);
    let line = dialer.connect(Conn(1));
    let (frames, mut rest) = (tape.len(), tape.into_iter());
    let ended = async {
        while let Some(signal) = heard.recv().await {
            match signal {
                Signal::Lost(_, Ended::Failed(problem)) => bail!("the thief is not let in: {problem}"),
                Signal::Lost(_, ended) => return Ok(Some(ended)),
                // Whoever speaks before the welcome is shown the door for that alone.
                Signal::Connected(..) => rest.next().map(|hello| line.send(hello)).unwrap_or_default(),
                Signal::Received(..) => rest.by_ref().for_each(|message| line.send(message)),
                Signal::Flushed(_) | Signal::Refused(..) => {}
            }
        }
        Ok(None)
    };
    let ended = timeout(HEARD, ended).await.unwrap_or(Ok(None))?;
    line.close();
    Ok(Replayed { frames, ended })
}

/// What was done, and what undoes it.
fn done(attack: Attack, target: &str, before: &str, after: &str) -> String {
    format!("{before} {target} {after}. What undoes it:\n  {}", hint::mend(attack, target))
}

/// What the second machine is called in the lab.
fn clone_of(label: &str) -> String {
    format!("{label}-clone")
}
