//! The road up: sessions, runs, beats; what happened is contained in the transaction that accepts it.

use admit::standing::{Cause, Change, Release, Revocation};
use audit::{Actor, Kind, Outcome, Subject};
use crypto::{digest::Digest, signed::Signed};
use incident::{
    Chained, Correlated, Demand, Fork, Heard as Hearing, Ingested, News, Scene, Silence, Suspicion,
    correlate, hear, ingest, speaker::Hello,
};
use journal::{Position, Run};
use link::{
    Conn, Parting,
    frame::Goodbye,
    station::{Effect as Said, Input, Offer},
};
use store::Store;
use vocab::{DeviceId, Label, Nonce};
use wire::v1::{Beat, Boot};

use super::{After, Dossier, Effect, Fleet, Now, Town};
use crate::{
    chain::{self, Chain},
    dossier::Told,
    read::read,
    record::Pulse,
};

impl<S: Store> Fleet<S> {
    /// Gives a station an input and does what it says.
    pub(super) fn to_station(&mut self, device: DeviceId, input: Input, now: Now) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        for said in dossier.station.handle(now.mono, input) {
            self.from_station(device, said, now);
        }
        self.schedule(device);
    }

    fn from_station(&mut self, device: DeviceId, said: Said, now: Now) {
        match said {
            Said::Send(conn, message) => self.effects.push(Effect::Send(device, conn, message)),
            Said::Close(conn) => {
                self.hung_up(device, conn);
                self.effects.push(Effect::Close(device, conn));
            }
            Said::Greeted(conn, boot) => self.queue(device, Told::Greeted(conn, boot)),
            Said::Offered(conn, offer) => self.queue(device, Told::Offered(conn, offer)),
            Said::Strayed(conn, stray) => {
                let offer = Offer { run: stray.run, seal: stray.seal, branch: None };
                self.queue(device, Told::Strayed(conn, offer));
            }
            Said::Beat(conn, letter) => self.queue(device, Told::Beat(conn, letter)),
            Said::TimeAsked(conn, nonce) => self.queue(device, Told::TimeAsked(conn, nonce)),
            Said::Evidence { conn, nonce, letter, .. } => {
                if let Some(challenge) = self.answered(device, nonce, now) {
                    self.queue(device, Told::Evidence(conn, challenge, letter));
                }
            }
            Said::Renewal { conn, nonce, letter } => {
                if let Some(challenge) = self.answered(device, nonce, now) {
                    self.queue(device, Told::Renewal(conn, challenge, letter));
                }
            }
            Said::Readings(readings) => self.watched(device, readings, now),
            Said::RenewalAsked => self.challenge(device, link::Purpose::Renewal, now),
            Said::Wanted(_) => self.publish(device),
            // The journal says the same, signed.
            Said::Adopted(_) => {}
            Said::Parted(_, parting) => {
                // Whoever was only turned away ends nothing of the session that stands.
                if let Some(dossier) =
                    self.dossiers.get_mut(&device).filter(|dossier| dossier.station.live().is_none())
                {
                    dossier.challenges.clear();
                }
                if let Parting::Violated(violation) = &parting {
                    self.count_refusal(violation.code());
                }
                self.say("accept", device, format!("the session ended: {parting}"));
            }
            Said::Refused(_, refusal) => {
                self.count_refusal(refusal.code());
                self.say("accept", device, format!("refused: {refusal}"));
            }
            Said::Fault(fault) => self.say("publish", device, format!("a letter could not be sent: {fault}")),
        }
    }

    /// Whoever has hung up by now is not welcomed.
    pub(super) fn greeted(&mut self, device: DeviceId, conn: Conn, boot: Vec<u8>, now: Now) {
        let stands = |one: &&Dossier| one.session.as_ref().is_some_and(|session| session.conn == conn);
        let Some(dossier) = self.dossiers.get(&device).map(AsRef::as_ref).filter(stands) else { return };
        let identity = &dossier.record.identity;
        let keys = identity.device_keys().cloned().collect();
        let history = Chain { record: &dossier.record, store: &self.store, batch: &self.batch };
        let met = Signed::<Boot>::parse(boot)
            .map_err(incident::Refusal::BootLetter)
            .and_then(|letter| incident::Speaker::meet(letter, device, identity.audience(), keys, &history));
        match met {
            Ok(Hello::Speaker(speaker)) => self.welcome(device, conn, *speaker, now),
            Ok(Hello::Fork(fork)) => self.forked(device, conn, &fork, now),
            Err(refusal) => {
                self.refused(device, Kind::Ingest, refusal.code(), now);
                self.dismiss(device, conn, refusal.code(), &refusal.to_string());
            }
        }
    }

    fn welcome(&mut self, device: DeviceId, conn: Conn, speaker: incident::Speaker, now: Now) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        let (boot, key) = (speaker.boot(), speaker.letter().journal_key.clone());
        dossier.record.boot_mut(boot, &key);
        dossier.speaker = Some((conn, speaker));
        dossier.appraise_at = now.mono;
        let accepted = dossier.record.accepted;
        let mark = accepted.map(|at| at.cursor());
        self.keep(device);
        self.after.push(After::Station(device, Input::Welcome { conn, accepted, mark }));
        self.news(News::Back { device }, now);
        self.publish(device);
    }

    pub(super) fn offered(&mut self, device: DeviceId, conn: Conn, offer: Offer, now: Now) {
        let at = offer.run.ends_at();
        let seal = Signed::<Beat>::parse(offer.seal.clone());
        match self.judge(device, conn, offer) {
            Ok(Ingested::Chained(run)) => {
                // What is not known to be lost on this side must not be overwritten on the other.
                if let Some(lost) = run.lost()
                    && let Err(fault) = chain::lose(device, lost, &self.store, &mut self.batch)
                {
                    return self.dismiss(device, conn, fault.code(), &fault.to_string());
                }
                self.accept(&run, now);
                // A seal that ingest believed is a heartbeat like any other.
                if let Ok(beat) = seal.and_then(|seal| seal.claimed()) {
                    self.beats(device, &beat, now);
                }
                self.acknowledge(device, conn, at);
            }
            Ok(Ingested::Known(_)) => self.acknowledge(device, conn, at),
            Ok(Ingested::Fork(fork)) => self.forked(device, conn, &fork, now),
            Err(refusal) => {
                self.refused(device, Kind::Ingest, refusal.code(), now);
                self.dismiss(device, conn, refusal.code(), &refusal.to_string());
            }
        }
    }

    /// Entries of a session that has ended for them: a replay is no news, a second machine is.
    pub(super) fn strayed(&mut self, device: DeviceId, conn: Conn, offer: Offer, now: Now) {
        if let Ok(Ingested::Fork(fork)) = self.judge(device, conn, offer) {
            self.forked(device, conn, &fork, now);
        }
    }

    fn judge(&self, device: DeviceId, conn: Conn, offer: Offer) -> Result<Ingested, incident::Refusal> {
        let dossier = self.dossiers.get(&device).ok_or(incident::Refusal::SealBoot)?;
        let speaker = dossier.speaker.as_ref().filter(|(of, _)| *of == conn);
        let (_, speaker) = speaker.ok_or(incident::Refusal::SealBoot)?;
        let seal = Signed::parse(offer.seal).map_err(incident::Refusal::Seal)?;
        let history = Chain { record: &dossier.record, store: &self.store, batch: &self.batch };
        ingest(incident::Offer { run: offer.run, seal, branch: offer.branch }, speaker, &history)
    }

    /// Takes a run into the record, and contains what it says in the same batch.
    fn accept(&mut self, run: &Chained<Run>, now: Now) {
        let device = run.device();
        chain::put(device, run, &mut self.batch);
        if let Some(dossier) = self.dossiers.get_mut(&device) {
            let record = &mut dossier.record;
            let first = record.accepted.is_none();
            let (obeyed, remembered) = (record.adopted.last().copied(), record.remembered);
            run.lost().into_iter().for_each(|lost| record.lose(lost));
            record.accepted = Some(run.accepted());
            record.owed = run.owed();
            for begun in run.begun() {
                record.boot_mut(begun.at.boot, &begun.journal_key).began = Some(begun.at);
            }
            let told =
                run.said().iter().fold(first || run.lost().is_some(), |told, said| read(record, said) | told);
            // What it obeys now is worth nothing until it has proved it.
            if record.adopted.last().copied() != obeyed {
                dossier.appraise_at = dossier.appraise_at.min(now.mono);
            }
            if told {
                self.dirty.insert(device);
            }
            // A proof has to start where it stands now: it forgot what it had seen of the log, or it has seen more while
            // the proof of a later state was on its way.
            let owes = dossier.record.signed.is_some_and(|signed| signed.generation > dossier.record.proved);
            if dossier.record.remembered < remembered || owes && dossier.record.remembered > remembered {
                self.after.push(After::Publish(device));
            }
        }
        self.news(News::Run(run), now);
        let inputs = vec![run.stands_on().0, run.accepted().head.0];
        let of_device = Subject::Device(device);
        self.decide(Kind::Ingest, Actor::Device(device), of_device, inputs, Outcome::Done, now.wall);
        self.keep(device);
        self.after.push(After::Appraise(device));
    }

    fn acknowledge(&mut self, device: DeviceId, conn: Conn, at: Position) {
        // Without a backup the accepted entry is the mark itself.
        let mark = Some(at.cursor());
        self.after.push(After::Station(device, Input::Accepted { conn, at, mark }));
    }

    pub(super) fn beat(&mut self, device: DeviceId, conn: Conn, letter: Vec<u8>, now: Now) {
        let Some(dossier) = self.dossiers.get(&device) else { return };
        let Some((_, speaker)) = dossier.speaker.as_ref().filter(|(of, _)| *of == conn) else { return };
        let history = Chain { record: &dossier.record, store: &self.store, batch: &self.batch };
        let heard = Signed::<Beat>::parse(letter)
            .map_err(incident::Refusal::Seal)
            .and_then(|beat| hear(beat, speaker, &history));
        match heard {
            Ok(Hearing::Pulse(pulse)) => self.pulse(device, *pulse, now),
            Ok(Hearing::Fork(fork)) => self.forked(device, conn, &fork, now),
            // A beat that came twice is no news.
            Err(refusal @ incident::Refusal::StaleBeat) => self.count_refusal(refusal.code()),
            Err(refusal) => {
                self.refused(device, Kind::Ingest, refusal.code(), now);
                self.dismiss(device, conn, refusal.code(), &refusal.to_string());
            }
        }
    }

    fn pulse(&mut self, device: DeviceId, pulse: incident::hear::Pulse, now: Now) {
        self.beats(device, &pulse.beat, now);
        if let Some(finding) = pulse.finding {
            self.news(News::Finding(device, &finding), now);
        }
    }

    /// Takes a beat that was believed into the record.
    fn beats(&mut self, device: DeviceId, beat: &Beat, now: Now) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        if let Some(known) = dossier.record.boots.iter_mut().find(|known| known.boot == beat.boot) {
            // A seal that was written before the last beat says nothing about now.
            if known.heard >= Some(beat.at.mono) {
                return;
            }
            known.heard = Some(beat.at.mono);
        }
        let pulse = Pulse {
            heard: now.wall,
            posture: beat.posture,
            arming: beat.arming,
            senses: beat.senses.clone(),
            causes: beat.causes.clone(),
        };
        let same = |last: &Pulse| {
            (last.posture, last.arming, &last.causes) == (pulse.posture, pulse.arming, &pulse.causes)
        };
        if !dossier.record.pulse.as_ref().is_some_and(same) {
            self.dirty.insert(device);
        }
        dossier.record.pulse = Some(pulse);
        let before = dossier.record.missed.clone();
        if dossier.record.sense(beat.arming, &beat.senses) {
            let gone = dossier.record.missed.clone();
            self.news(News::Senses { device, gone: &gone, before: &before }, now);
        }
        self.keep(device);
    }

    pub(super) fn time(&mut self, device: DeviceId, conn: Conn, nonce: Nonce, now: Now) {
        let letter = self.setup.authority.time(&self.setup.fleet, device, nonce, now.wall);
        self.to_station(device, Input::Time(conn, letter.bytes().to_vec()), now);
    }

    fn forked(&mut self, device: DeviceId, conn: Conn, fork: &Fork, now: Now) {
        self.news(News::Fork(fork), now);
        self.dismiss(device, conn, "incident/fork", fork.split.words());
    }

    /// Puts news together with what is known, and does to identities what follows, in this batch.
    pub(super) fn news(&mut self, news: News<'_>, now: Now) {
        let random = self.draw();
        let town = Town { dossiers: &self.dossiers, census: &self.census };
        let open: Vec<_> = self.incidents.values().collect();
        let scene =
            Scene { open: &open, town: &town, documents: &self.setup.documents, now: now.wall, random };
        let Correlated { incidents, demands } = correlate(news, &scene);
        for incident in incidents {
            let (id, inputs) = (incident.id(), vec![Digest::of(&crypto::cbor::encode(&incident))]);
            self.decide(
                Kind::Correlate,
                Actor::Fleet,
                Subject::Incident(id),
                inputs,
                Outcome::Done,
                now.wall,
            );
            self.dirty.extend(incident.boxes().iter().map(|one| one.device));
            self.keep_incident(incident);
        }
        for demand in demands {
            self.demand(demand, now);
        }
    }

    fn demand(&mut self, demand: Demand, now: Now) {
        match demand {
            Demand::Suspend(device, suspicion) => {
                let cause = match suspicion {
                    Suspicion::Incident(id) => Cause::Incident(id),
                    Suspicion::Latch(event) => Cause::Latch(event),
                };
                let Some(dossier) = self.dossiers.get_mut(&device) else { return };
                let changed = dossier.record.identity.standing_mut().suspend(cause, now.wall);
                if changed != Change::Nothing {
                    let subject = Subject::Device(device);
                    self.decide(Kind::Suspend, Actor::Fleet, subject, vec![], Outcome::Done, now.wall);
                }
                self.stood(device, changed);
            }
            Demand::Release { device, event, generation, seq } => {
                let Some(dossier) = self.dossiers.get_mut(&device) else { return };
                // Also where the device reports none, because it lost the latch.
                dossier.record.latches.retain(|latch| latch.event != event);
                let release = Release { generation, seq };
                let changed = dossier.record.identity.standing_mut().release(Cause::Latch(event), release);
                self.stood(device, changed);
            }
        }
    }

    /// Where an identity stands has changed: the doors hear of it when it is committed.
    pub(super) fn stood(&mut self, device: DeviceId, changed: Change) {
        if changed == Change::Nothing {
            return;
        }
        self.keep(device);
        self.dirty.insert(device);
        if changed == Change::Doors {
            self.after.push(After::Doors(device));
        }
    }

    /// People end an identity.
    pub(super) fn end(&mut self, device: DeviceId, revocation: Revocation, now: Now) {
        let Some(dossier) = self.dossiers.get_mut(&device) else { return };
        let changed = dossier.record.identity.standing_mut().revoke(revocation);
        for mut incident in self.about(device) {
            incident.revoked(device, now.wall);
            self.keep_incident(incident);
        }
        self.stood(device, changed);
    }

    /// Looks who does not speak.
    pub(super) fn look_for_silence(&mut self, now: Now) {
        let last = self.dossiers.values().filter_map(|dossier| {
            let pulse = dossier.record.pulse.as_ref()?;
            let device = dossier.record.device();
            Some(incident::silence::Last { device, heard: pulse.heard, arming: pulse.arming })
        });
        let last: Vec<_> = last.collect();
        let town = Town { dossiers: &self.dossiers, census: &self.census };
        let silent: Vec<Silence> = incident::silences(&last, &self.listening, &town, &self.setup.documents);
        for silence in &silent {
            self.news(News::Silence(silence), now);
        }
    }

    pub(super) fn dismiss(&mut self, device: DeviceId, conn: Conn, code: &str, sentence: &str) {
        let goodbye = Goodbye { code: label(code), sentence: label(sentence) };
        self.after.push(After::Station(device, Input::Dismiss(conn, goodbye)));
    }
}

/// As much of a sentence as a label holds.
fn label(text: &str) -> Label {
    let mut short: String = text.chars().filter(|c| !c.is_control()).collect();
    while short.len() > Label::LIMIT {
        short.pop();
    }
    Label::new(&short).unwrap_or_else(|_| Label::new("refused").expect("a word is a label"))
}
