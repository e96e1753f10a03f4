//! One step: what the world says goes into the machines, and what the machines say is done.

use std::time::Duration;

use board::{Board, ChipKey, Finished, RootFault, RootOfTrust};
use crypto::{
    key::{Device, KeyId},
    signed::{Letter, Signed, ToSign},
};
use guard::{Effect, Input, Obeys, Room, Signer};
use journal::{Branch, Cursor};
use link::{
    Purpose,
    device::{Effect as Sent, Input as Heard},
    frame::{Adopted, Readings},
};
use vocab::{Action, ClockQuality, Mono, Nonce, ReceiptId};
use wire::v1::enrol::{Renewal, Reproof};

use crate::{Agent, Identity, Net, Work, disk::News, net::Signal, notice::Notice, urgency};

/// How soon a disk that took nothing is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// A clock that goes otherwise by more has stepped, or was slewed for so long: far less than what the guard would notice.
const STEADY: Duration = Duration::from_millis(10);

impl<B: Board, N: Net> Agent<B, N> {
    /// What the disk, the senses, the net and the clock have to say.
    pub(super) fn gather(&mut self, now: Mono) {
        let completed = self.board.disk().completed();
        self.files.poll(&completed);
        for news in self.journal.poll(&completed, self.board.disk()) {
            self.news(news);
        }
        if self.retry_at.is_some_and(|at| now >= at) {
            self.retry_at = None;
            self.journal.retry(self.board.disk());
            self.files.retry(self.board.disk());
        }
        for finished in self.board.effectors().finished() {
            self.acted(finished);
        }
        for action in self.board.effectors().undone() {
            self.work.push_back(Work::Guard(Input::Undone(action)));
        }
        let readings = self.board.sensors().read(now);
        if !readings.is_empty() {
            self.work.push_back(Work::Guard(Input::Readings(readings)));
        }
        for signal in self.net.signals() {
            self.signal(now, signal);
        }
        let (then, before) = self.machine;
        let expected = before + now.since(then);
        let wall = self.board.clock().wall();
        if wall.since(expected).max(expected.since(wall)) > STEADY {
            self.tell_clock(now);
        }
        if self.link.as_ref().and_then(link::Device::deadline).is_some_and(|due| now >= due) {
            self.work.push_back(Work::Link(Heard::Tick));
        }
    }

    /// The guard hears of the machine's clock when that steps, and with every tick; not with every sample of a sensor.
    fn tell_clock(&mut self, now: Mono) {
        let wall = self.board.clock().wall();
        self.machine = (now, wall);
        self.work.push_back(Work::Guard(Input::Clock(wall)));
    }

    fn news(&mut self, news: News) {
        match news {
            News::Durable(entries) => {
                for (entry, lane) in &entries {
                    let at = entry.position();
                    self.end = Some(at);
                    self.work.push_back(Work::Link(Heard::Appended { at, lane: urgency(*lane) }));
                }
                let entries = entries.into_iter().map(|(entry, _)| entry).collect();
                self.work.push_back(Work::Guard(Input::Durable(entries)));
            }
            News::Full => {
                self.notices.push(Notice::DiskFull);
                self.work.push_back(Work::Guard(Input::Disk(Room::Full)));
            }
            News::Room => self.work.push_back(Work::Guard(Input::Disk(Room::Ample))),
        }
    }

    fn signal(&mut self, now: Mono, signal: Signal) {
        let heard = match signal {
            Signal::Asked(key, nonce) => return self.prove(key, nonce),
            Signal::Connected(conn) => {
                let effects = self.guard.handle(now, Input::Contact);
                self.obey(effects);
                // With the clock unknown, nothing is said before the fleet has said the time.
                let timed = self.guard.time(now).quality == ClockQuality::Fleet;
                Heard::Connected { conn, time: self.time_asked.filter(|_| !timed) }
            }
            Signal::Flushed(conn) => Heard::Flushed(conn),
            Signal::Lost(conn) => Heard::Lost(conn),
            Signal::Received(conn, message) => Heard::Received(conn, message),
            Signal::Renew => Heard::Renew,
            Signal::Reproved(key, chain) => return self.reproved(key, chain),
        };
        self.work.push_back(Work::Link(heard));
    }

    pub(super) fn take(&mut self, now: Mono, work: Work) {
        match work {
            Work::Guard(input) => {
                let effects = self.guard.handle(now, input);
                self.obey(effects);
            }
            Work::Link(input) => {
                let Some(link) = &mut self.link else { return };
                let effects = link.handle(now, input);
                for effect in effects {
                    self.carry(now, effect);
                }
            }
        }
    }

    /// What follows from where the machines stand now; true if that made more work.
    pub(super) fn settle(&mut self, now: Mono) -> bool {
        if self.guard.deadline().is_some_and(|due| now >= due) {
            self.tell_clock(now);
            self.work.push_back(Work::Guard(Input::Tick));
        }
        if self.link.is_none()
            && let Some(letter) = self.guard.boot_letter()
        {
            let seed = self.board.root().random();
            let seed = u64::from_be_bytes(std::array::from_fn(|at| seed[at]));
            self.link = Some(link::Device::new(letter.bytes().to_vec(), self.end, self.obeys, seed));
            self.work.push_back(Work::Link(Heard::Tick));
        }
        if self.time_asked.is_some() && self.guard.time(now).quality == ClockQuality::Fleet {
            self.time_asked = None;
            self.work.push_back(Work::Link(Heard::Timed));
        }
        if self.journal.unwritten() == 0
            && let Some(branch) = self.branched.take()
        {
            self.branch(branch);
        }
        if (self.files.owes() || self.journal.owes()) && self.retry_at.is_none() {
            self.retry_at = Some(now + RETRY);
        }
        self.relieve(now);
        !self.work.is_empty()
    }

    /// A cause that is gone is told at once, because people wait for it; what comes is told by its own entry.
    fn relieve(&mut self, now: Mono) {
        let causes = self.guard.causes();
        let gone = self.causes.iter().any(|zone| !causes.contains(zone));
        // What cannot be told now is told with a later step, or with the next heartbeat.
        if gone && !(self.is_live() && self.relief.take(now)) {
            return;
        }
        self.causes = causes;
        if gone {
            self.beat(now);
        }
    }

    /// Does what the guard wants, in order. What it says at once is written at once: an event and the intention that
    /// it gives cause for cost one sync.
    pub(super) fn obey(&mut self, effects: guard::Effects) {
        for effect in effects {
            if matches!(effect, Effect::Forget(_) | Effect::Keep { .. }) {
                self.journal.go_on(self.board.disk());
            }
            self.do_one(effect);
        }
        self.journal.go_on(self.board.disk());
    }

    fn do_one(&mut self, effect: Effect) {
        match effect {
            Effect::Act { id, action } => self.act(id, action),
            Effect::Append { entry, lane } => self.journal.append(entry, lane),
            Effect::AskTime(nonce) => {
                self.time_asked = Some(nonce);
                self.work.push_back(Work::Link(Heard::TimeAsked(nonce)));
            }
            Effect::Beat { position, letter } => {
                let letter = letter.bytes().to_vec();
                let heard =
                    if self.heartbeat { Heard::Beat(letter) } else { Heard::Sealed { at: position, letter } };
                self.work.push_back(Work::Link(heard));
            }
            Effect::Branched(branch) => self.branched = Some(branch),
            Effect::Evidence { nonce, letter } => {
                let letter = letter.bytes().to_vec();
                self.work.push_back(Work::Link(Heard::Evidence { nonce, letter }));
            }
            Effect::Forget(what) => self.files.forget(what, self.board.disk()),
            Effect::Keep { what, bytes } => self.files.keep(what, bytes, self.board.disk()),
            Effect::Obeys(Obeys { generation, state, proved }) => {
                self.obeys = Adopted { generation, state, proved };
                self.work.push_back(Work::Link(Heard::Adopted(self.obeys)));
            }
            Effect::Reconciled(proof) => self.reconciled = Some(proof),
            Effect::Refuse(refusal) => self.notices.push(Notice::Refused(refusal)),
            Effect::ShowChallenge(nonce) => self.notices.push(Notice::ShowChallenge(nonce)),
            Effect::Sign { token, key, message } => {
                let key = match key {
                    Signer::Attestation => ChipKey::Attestation,
                    Signer::Device => ChipKey::Device,
                };
                let answer = match self.board.root().sign(key, &message) {
                    Ok(signature) => Input::Signed { token, signature },
                    Err(fault) => {
                        self.notices.push(Notice::Unsigned(fault));
                        Input::Unsigned { token }
                    }
                };
                self.work.push_back(Work::Guard(answer));
            }
        }
    }

    fn act(&mut self, id: ReceiptId, action: Action) {
        match self.board.effectors().act(id, &action) {
            Some(outcome) => self.acted(Finished { id, action, outcome }),
            // A vault that is being latched opens nothing from here on.
            None => self.vault_changed(&action),
        }
    }

    /// An act is over, however long it went on: nothing has waited for it.
    fn acted(&mut self, Finished { id, action, outcome }: Finished) {
        self.notices.push(Notice::Acted(action.clone(), outcome.clone()));
        self.work.push_back(Work::Guard(Input::Acted { id, outcome }));
        self.vault_changed(&action);
    }

    fn vault_changed(&mut self, action: &Action) {
        if matches!(action, Action::LatchVault | Action::RearmVault | Action::Wipe) {
            self.keys_changed();
        }
    }

    fn keys_changed(&mut self) {
        let (device, opening) = (self.board.root().device_key(), self.board.vault().opening_key());
        self.work.push_back(Work::Guard(Input::Keys { device, opening }));
    }

    /// Does what the link wants.
    fn carry(&mut self, now: Mono, effect: Sent) {
        match effect {
            Sent::Acknowledged(at) => self.work.push_back(Work::Guard(Input::Acknowledged(at))),
            Sent::Beat => self.beat(now),
            Sent::Branch(accepted) => self.work.push_back(Work::Guard(Input::Branch(accepted))),
            Sent::Certificate(chain) => self.certified(chain),
            Sent::Challenge { nonce, purpose: Purpose::Evidence } => {
                self.work.push_back(Work::Guard(Input::Challenge(nonce)));
            }
            Sent::Challenge { nonce, purpose: Purpose::Renewal } => self.renew(nonce),
            Sent::Close(conn) => self.net.close(conn),
            Sent::Connect(conn) => self.net.connect(conn),
            Sent::Covered(mark) => self.forget(mark),
            Sent::Fault(fault) => self.notices.push(Notice::Link(fault)),
            Sent::Fetch { after } => {
                // A disk that cannot be read now is asked again at the next welcome.
                match self.journal.fetch(after, self.board.disk()) {
                    Ok(fetched) => self.work.push_back(Work::Link(Heard::Fetched { after, fetched })),
                    Err(fault) => self.notices.push(Notice::Disk(fault)),
                }
            }
            Sent::Parted(conn, parting) => self.notices.push(Notice::Parted(conn, parting)),
            Sent::Proof(letter) => self.work.push_back(Work::Guard(Input::Proof(letter))),
            Sent::Room(room) => self.notices.push(Notice::Room(room)),
            Sent::Seal(at) => self.work.push_back(Work::Guard(Input::Seal(at))),
            Sent::Send(conn, message) => self.net.send(conn, message),
            Sent::State(letter) => self.work.push_back(Work::Guard(Input::State(letter))),
            Sent::Time(letter) => self.work.push_back(Work::Guard(Input::Time(letter))),
            Sent::Watched => {
                let readings = self.guard.readings();
                self.work.push_back(Work::Link(Heard::Readings(Readings { now, readings })));
            }
        }
    }

    /// A heartbeat: a beat over the journal's end, for nothing but the dead-man.
    fn beat(&mut self, now: Mono) {
        let Some(end) = self.end else { return };
        self.heartbeat = true;
        let effects = self.guard.handle(now, Input::Seal(end));
        self.obey(effects);
        self.heartbeat = false;
    }

    /// The fleet had more than this disk: offers what follows the last entry that both surely have.
    fn branch(&mut self, branch: Branch) {
        match self.journal.last_of(branch.resumes.boot, self.board.disk()) {
            Ok(after) => self.work.push_back(Work::Link(Heard::Branched { after, branch })),
            // Asked again at the next welcome.
            Err(fault) => self.notices.push(Notice::Disk(fault)),
        }
    }

    /// What the fleet's backup has may go from this disk, but for what the guard would wake from.
    fn forget(&mut self, mark: Cursor) {
        // Until a summary stands in the journal, all of it is needed.
        let Some(needed) = self.guard.needs_from() else { return };
        let mark = Cursor { seq: mark.seq.min(needed.seq.saturating_sub(1)), ..mark };
        self.journal.forget(mark, self.board.disk());
    }

    /// Asks for a certificate over a new device key: the old key speaks for it, and it speaks for itself.
    fn renew(&mut self, nonce: Nonce) {
        match renewal(&self.identity, self.board.root(), nonce) {
            Ok(letter) => self.work.push_back(Work::Link(Heard::Renewal { nonce, letter })),
            Err(fault) => self.notices.push(Notice::Unsigned(fault)),
        }
    }

    fn certified(&mut self, chain: Vec<u8>) {
        match self.board.root().promote() {
            Ok(()) => {
                self.net.certify(chain);
                self.keys_changed();
            }
            Err(fault) => self.notices.push(Notice::Unsigned(fault)),
        }
    }

    /// Says who this is to a fleet that takes the certificate no more.
    fn prove(&mut self, key: ChipKey, nonce: Nonce) {
        let letter = reproof(&self.identity, self.board.root(), key, nonce);
        if let Err(fault) = &letter {
            self.notices.push(Notice::Unsigned(*fault));
        }
        self.net.prove(letter.ok());
    }

    /// Where the fleet knows the next key already, the answer to a renewal was lost: that key is the device's now.
    fn reproved(&mut self, key: ChipKey, chain: Vec<u8>) {
        match key {
            ChipKey::NextDevice => self.certified(chain),
            ChipKey::Attestation | ChipKey::Device => self.net.certify(chain),
        }
    }
}

fn reproof(
    identity: &Identity,
    root: &mut dyn RootOfTrust,
    key: ChipKey,
    nonce: Nonce,
) -> Result<Vec<u8>, RootFault> {
    let id = match key {
        ChipKey::NextDevice => root.prepare()?.id(),
        ChipKey::Attestation | ChipKey::Device => root.device_key().id(),
    };
    let Identity { fleet, device, .. } = identity.clone();
    Ok(signed(&Reproof { fleet, device, nonce }, id, key, root)?.bytes().to_vec())
}

fn renewal(identity: &Identity, root: &mut dyn RootOfTrust, nonce: Nonce) -> Result<Vec<u8>, RootFault> {
    let Identity { fleet, device, .. } = identity.clone();
    let next = root.prepare()?;
    let possession = Reproof { fleet: fleet.clone(), device, nonce };
    let possession = signed(&possession, next.id(), ChipKey::NextDevice, root)?;
    let letter = Renewal { fleet, device, nonce, device_key: next, possession };
    let old = root.device_key().id();
    Ok(signed(&letter, old, ChipKey::Device, root)?.bytes().to_vec())
}

fn signed<T: Letter<Role = Device>>(
    letter: &T,
    id: KeyId,
    key: ChipKey,
    root: &mut dyn RootOfTrust,
) -> Result<Signed<T>, RootFault> {
    let unsigned = ToSign::new(letter, id);
    let signature = root.sign(key, &unsigned.message())?;
    Ok(unsigned.finish(&signature))
}

#[cfg(test)]
mod tests;
