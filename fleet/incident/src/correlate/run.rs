//! What the entries of a run mean for incidents, one by one and in their order.

use journal::Run;
use policy::rule::IncidentKind;
use vocab::{
    Cause, DeviceId, EventId, Generation, OrderId, Receipt, Severity, TamperEvent, TamperKind, TamperState,
    Wall, ZoneName, tamper::Authority, time::ClockQuality,
};
use wire::v1::{
    Body,
    body::{Adoption, Change},
};

use super::{Demand, Desk, Suspicion, place_site, silent, tampered, within};
use crate::{
    incident::{Incident, code},
    ingest::Chained,
    involved::{Latched, Quiet, Released},
    place::Place,
    said::{Arrival, Said},
};

/// The least severity that makes an incident; what is worth a line in the history has it in the journal.
const OPENS_AT: Severity = Severity::Low;

/// One device's run on the desk.
struct Reading {
    device: DeviceId,
    place: Option<Place>,
    /// What the device obeys after the entries read so far.
    obeys: Generation,
    /// The incident that the last event went to.
    last: Option<usize>,
}

impl Desk<'_> {
    pub(super) fn run(&mut self, run: &Chained<Run>) {
        let device = run.device();
        let place = self.scene.town.place(device);
        let mut reading = Reading { device, place, obeys: run.obeyed(), last: None };
        // Known with the first run after a loss, also where the entry that says so comes in a later one.
        if let Some(lost) = run.lost() {
            self.forget(device, *lost.start());
        }
        for finding in run.findings() {
            self.finding(device, finding);
        }
        for said in run.said() {
            self.entry(said, &mut reading);
        }
    }

    fn entry(&mut self, said: &Said, reading: &mut Reading) {
        let seq = said.position.seq;
        match &said.body {
            Some(Body::Event(event)) => self.event(event, said, reading),
            Some(Body::Receipt(receipt)) => self.receipt(receipt, reading),
            Some(Body::Adopted(adoption)) => self.adoption(seq, adoption, reading),
            Some(Body::Change(Change::Latched { zone, state, event, .. })) => {
                self.latched(*event, zone, *state, said, reading);
            }
            Some(Body::Change(Change::Released { zone, event, order, state })) => {
                let free = *state == TamperState::Normal;
                self.released(seq, *order, reading, |latch| {
                    latch.event == *event || (free && !latch.forgotten && latch.zone == *zone)
                });
                self.tell_release(*event, seq, reading);
            }
            Some(Body::Change(Change::Repeated { event, times })) => self.repeated(*event, *times, reading),
            Some(Body::Change(Change::Posture(posture))) => {
                let now = self.scene.now;
                for at in self.about(reading.device, tampered) {
                    let incident = self.change(at);
                    if let Some(one) = incident.find(reading.device) {
                        one.posture = Some(*posture);
                    }
                    incident.refresh(now);
                }
            }
            // The sum of the journal: what it does not hold latches no longer, however it went. But a disk that was set
            // back to before the lid opened holds no latch either.
            Some(Body::Standing(standing)) => {
                let holds = |event| standing.latches.iter().any(|latch| latch.event == event);
                self.released(seq, None, reading, |latch| {
                    latch.seq < seq && !latch.forgotten && !holds(latch.event)
                });
            }
            _ => {}
        }
    }

    fn event(&mut self, event: &TamperEvent, said: &Said, reading: &mut Reading) {
        if event.authority == Authority::Authorised || event.severity < OPENS_AT {
            return;
        }
        let kind =
            if event.kind == TamperKind::StateForged { IncidentKind::Forgery } else { IncidentKind::Tamper };
        let when = self.when(said, event.at.wall, event.at.quality);
        let at = self.belongs(kind, when, said.arrival, reading);
        let (now, device) = (self.scene.now, reading.device);
        let least = self.severity(place_site(reading.place.as_ref()), kind);
        let incident = self.change(at);
        incident.happened(when, event.severity.max(least));
        let one = incident.involve(device, reading.place.as_ref(), now);
        one.fold(event, said.arrival);
        one.worsen(said.position.seq);
        incident.refresh(now);
        reading.last = Some(at);
    }

    /// When it happened, as well as the fleet can tell: by the device's clock where that can be believed.
    fn when(&self, said: &Said, wall: Wall, quality: ClockQuality) -> Wall {
        match (quality, said.arrival) {
            (ClockQuality::Floor, Arrival::Live) => self.scene.now,
            _ => wall.min(self.scene.now),
        }
    }

    /// The incident that an event of this device at this time belongs to.
    fn belongs(&mut self, kind: IncidentKind, when: Wall, arrival: Arrival, reading: &Reading) -> usize {
        let device = reading.device;
        let site = place_site(reading.place.as_ref());
        let rules = self.rules(site);
        let own = |incident: &Incident| {
            incident.kind() == kind
                && incident.involved(device).is_some()
                && within(incident, when, rules.device)
        };
        // What a device tells after a silence is what the silence was about: the gap and the late event are one.
        let gap = |incident: &Incident| {
            let quiet = incident.involved(device).and_then(|one| one.quiet);
            let hidden = |quiet: Quiet| {
                let after = quiet.since.since(when) <= rules.device;
                let before = quiet.back.is_none_or(|back| when.since(back) <= rules.device);
                quiet.back.is_none() || (arrival == Arrival::Late && after && before)
            };
            (silent(incident) || incident.kind() == kind) && quiet.is_some_and(hidden)
        };
        let near = |incident: &Incident| {
            let there = site.is_some() && incident.site() == site;
            incident.kind() == kind && there && within(incident, when, rules.site)
        };
        let known = self.seek(own).or_else(|| self.seek(gap)).or_else(|| self.seek(near));
        let site = site.cloned();
        let at = known.unwrap_or_else(|| self.open(kind, site, when));
        if silent(&self.hand[at]) {
            self.change(at).becomes(kind);
        }
        at
    }

    fn latched(
        &mut self,
        event: EventId,
        zone: &ZoneName,
        state: TamperState,
        said: &Said,
        reading: &mut Reading,
    ) {
        let device = reading.device;
        let known = self.home(event, reading);
        let at = known.unwrap_or_else(|| {
            // Its event could not be read: a latch is believed without it.
            let when = self.when(said, said.at.wall, said.at.quality);
            self.belongs(IncidentKind::Tamper, when, said.arrival, reading)
        });
        let severity = if state >= TamperState::Tampered { Severity::High } else { Severity::Medium };
        let (now, last) = (self.scene.now, self.hand[at].span().1);
        let incident = self.change(at);
        incident.happened(last, severity);
        let one = incident.involve(device, reading.place.as_ref(), now);
        one.latch(event, zone, state, said.position.seq);
        one.worsen(said.position.seq);
        incident.refresh(now);
        // `Tampered` is what events of High and above latch.
        if state >= TamperState::Tampered {
            self.suspend(at, device, Suspicion::Latch(event));
        }
    }

    fn released(
        &mut self,
        seq: u64,
        order: Option<OrderId>,
        reading: &Reading,
        gone: impl Fn(&Latched) -> bool,
    ) {
        let (now, device) = (self.scene.now, reading.device);
        let released = Released { order, generation: reading.obeys, seq };
        for at in self.about(device, |_| true) {
            let touches = self.hand[at].involved(device).is_some_and(|one| one.latched().any(&gone));
            if !touches {
                continue;
            }
            let incident = self.change(at);
            let events = incident.find(device).map(|one| one.release(&gone, released)).unwrap_or_default();
            incident.refresh(now);
            for event in events {
                self.tell_release(event, seq, reading);
            }
        }
    }

    fn tell_release(&mut self, event: EventId, seq: u64, reading: &Reading) {
        let demand = Demand::Release { device: reading.device, event, generation: reading.obeys, seq };
        if !self.demands.contains(&demand) {
            self.demands.push(demand);
        }
    }

    fn repeated(&mut self, event: EventId, times: u32, reading: &Reading) {
        let Some(at) = self.home(event, reading) else { return };
        if let Some(one) = self.change(at).find(reading.device) {
            one.repeated(event, times);
        }
    }

    fn receipt(&mut self, receipt: &Receipt, reading: &Reading) {
        let (now, device) = (self.scene.now, reading.device);
        match receipt.cause {
            Cause::Reflex(event) => {
                let Some(at) = self.home(event, reading) else { return };
                let incident = self.change(at);
                if let Some(one) = incident.find(device) {
                    one.does(receipt);
                }
                incident.refresh(now);
            }
            Cause::State(_) | Cause::Order(_) => {
                for at in self.about(device, |_| true) {
                    let expects = |incident: &Incident| {
                        incident.involved(device).and_then(|one| one.expected.as_ref()).is_some()
                    };
                    if !expects(&self.hand[at]) {
                        continue;
                    }
                    if let Some(one) = self.change(at).find(device) {
                        one.reports(receipt);
                    }
                }
            }
            Cause::Lease => {}
        }
    }

    fn adoption(&mut self, seq: u64, adoption: &Adoption, reading: &mut Reading) {
        match adoption {
            Adoption::Adopted { generation, .. } => {
                reading.obeys = reading.obeys.max(*generation);
                self.forgiven(seq, *generation, reading);
            }
            Adoption::Refused { generation, code: why, .. } => {
                let device = reading.device;
                for at in self.about(device, |_| true) {
                    let expects = |incident: &Incident| {
                        let expected = incident.involved(device).and_then(|one| one.expected.as_ref());
                        expected.is_some_and(|expected| expected.generation == *generation)
                    };
                    if !expects(&self.hand[at]) {
                        continue;
                    }
                    if let Some(one) = self.change(at).find(device) {
                        one.progress.refused = Some(code(why));
                    }
                }
            }
            Adoption::Proved { .. } => {}
        }
    }

    /// Entries from this number on are lost, and with them what latched the box; others will have their numbers.
    fn forget(&mut self, device: DeviceId, from: u64) {
        let told = |incident: &Incident| incident.involved(device).is_some_and(|one| one.reaches(from));
        for at in self.about(device, told) {
            if let Some(one) = self.change(at).find(device) {
                one.forget(from);
            }
        }
    }

    /// A box that knows of no latch reports no release: what people consented to is done when it obeys the state that
    /// says so.
    fn forgiven(&mut self, seq: u64, generation: Generation, reading: &Reading) {
        self.released(seq, None, reading, |latch| latch.forgiven.is_some_and(|by| by <= generation));
    }

    /// The incident that holds this event of the device, or the one that its last event went to.
    fn home(&self, event: EventId, reading: &Reading) -> Option<usize> {
        let holds =
            |incident: &Incident| incident.involved(reading.device).is_some_and(|one| one.holds(event));
        self.seek(holds).or(reading.last)
    }
}
