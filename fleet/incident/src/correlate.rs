//! Puts what happens together: events by place and time, forks by identity, silence by site, storms by count.
//!
//! What the record of an incident holds already changes nothing, so the same news may come twice.

use alloc::{borrow::Cow, vec::Vec};

use crypto::digest::Hasher;
use journal::Run;
use policy::{
    document::{Correlation, Document},
    evaluate::{correlation, severity},
    rule::IncidentKind,
};
use vocab::{DeviceId, EventId, Generation, IncidentId, SensorName, Severity, SiteName, Wall};

use crate::{
    attempt::Attempt,
    finding::{Finding, Fork},
    incident::{Incident, State, What},
    ingest::Chained,
    involved::{Forked, Involved, Lost, Quiet, RolledBack},
    place::{Place, Topology},
    silence::Silence,
};

mod run;

/// Something that may be an incident.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// A device that was silent speaks again.
    Back {
        /// Which.
        device: DeviceId,
    },
    /// A finding beside a beat.
    Finding(DeviceId, &'a Finding),
    /// Two machines speak as one.
    Fork(&'a Fork),
    /// Somebody tries to get in, or further than they may.
    Attempt(&'a Attempt),
    /// New entries of a journal.
    Run(&'a Chained<Run>),
    /// The senses that a device went on duty with and has no longer are these.
    Senses {
        /// Which device.
        device: DeviceId,
        /// All of them, by name.
        gone: &'a [SensorName],
        /// Those that it did not have before this news either.
        before: &'a [SensorName],
    },
    /// Somebody is silent.
    Silence(&'a Silence),
}

/// What is known when news come.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The incidents that are not closed, oldest first.
    pub open: &'a [&'a Incident],
    /// Where devices stand.
    pub town: &'a dyn Topology,
    /// The policy.
    pub documents: &'a [Document],
    /// The fleet's time.
    pub now: Wall,
    /// Random bytes, drawn afresh for these news; ids of new incidents come from them.
    pub random: [u8; 32],
}

/// What news come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correlated {
    /// Incidents that are new or changed, as they are to be stored.
    pub incidents: Vec<Incident>,
    /// What the identities of devices must hear in the same transaction.
    pub demands: Vec<Demand>,
}

/// What an identity must hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A latch is released; the proof must follow.
    Release {
        /// Whose.
        device: DeviceId,
        /// The event.
        event: EventId,
        /// What the device obeyed then.
        generation: Generation,
        /// The number of the entry that says so.
        seq: u64,
    },
    /// Suspend it.
    Suspend(DeviceId, Suspicion),
}

/// Why an identity is to be suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// A fork.
    Incident(IncidentId),
    /// A latch of High or above.
    Latch(EventId),
}

/// Judges news against the incidents that are open.
pub fn correlate(news: News<'_>, scene: &Scene<'_>) -> Correlated {
    let mut desk = Desk::new(scene);
    match news {
        News::Back { device } => desk.back(device),
        News::Finding(device, finding) => desk.finding(device, finding),
        News::Fork(fork) => desk.fork(fork),
        News::Attempt(attempt) => desk.attempt(attempt),
        News::Run(run) => desk.run(run),
        News::Senses { device, gone, before } => desk.senses(device, gone, before),
        News::Silence(Silence::Device { device, since }) => {
            let site = scene.town.place(*device).map(|place| place.site);
            desk.silence(IncidentKind::Silence, site.as_ref(), &[(*device, *since)]);
        }
        News::Silence(Silence::Site { site, devices }) => {
            desk.silence(IncidentKind::SiteSilence, Some(site), devices);
        }
    }
    desk.clear()
}

/// The incidents in hand: the open ones, copied only when they change, and the new ones behind them.
pub(crate) struct Desk<'a> {
    pub(crate) scene: &'a Scene<'a>,
    hand: Vec<Cow<'a, Incident>>,
    opened: u64,
    demands: Vec<Demand>,
}

impl<'a> Desk<'a> {
    fn new(scene: &'a Scene<'a>) -> Self {
        let open = scene.open.iter().copied().filter(|incident| incident.state() != State::Closed);
        Self { scene, hand: open.map(Cow::Borrowed).collect(), opened: 0, demands: Vec::new() }
    }

    fn clear(self) -> Correlated {
        let changed = |sheet| if let Cow::Owned(incident) = sheet { Some(incident) } else { None };
        Correlated { incidents: self.hand.into_iter().filter_map(changed).collect(), demands: self.demands }
    }

    /// The oldest incident for which this holds.
    pub(crate) fn seek(&self, is: impl Fn(&Incident) -> bool) -> Option<usize> {
        self.hand.iter().position(|incident| is(incident))
    }

    /// Every incident in hand that this device is part of.
    fn about(&self, device: DeviceId, is: impl Fn(&Incident) -> bool) -> Vec<usize> {
        let about = |incident: &Incident| incident.involved(device).is_some() && is(incident);
        (0..self.hand.len()).filter(|at| about(&self.hand[*at])).collect()
    }

    pub(crate) fn change(&mut self, at: usize) -> &mut Incident {
        self.hand[at].to_mut()
    }

    pub(crate) fn open(&mut self, kind: IncidentKind, site: Option<SiteName>, at: Wall) -> usize {
        let id = IncidentId::v7(self.scene.now, self.draw());
        self.hand.push(Cow::Owned(Incident::open(id, kind, site, at, self.scene.now)));
        self.hand.len() - 1
    }

    /// The next ten bytes of the scene's randomness.
    fn draw(&mut self) -> [u8; 10] {
        self.opened += 1;
        let drawn =
            Hasher::tagged("wrale.incident-id.v1").bytes(&self.scene.random).u64(self.opened).finish();
        let mut random = [0; 10];
        random.copy_from_slice(&drawn.as_bytes()[..10]);
        random
    }

    fn rules(&self, site: Option<&SiteName>) -> Correlation {
        site.map_or_else(Correlation::default, |site| correlation(self.scene.documents, site).value)
    }

    /// How bad an incident of this kind is by itself.
    pub(crate) fn severity(&self, site: Option<&SiteName>, kind: IncidentKind) -> Severity {
        site.map_or_else(|| kind.severity(), |site| severity(self.scene.documents, site, kind).value)
    }

    fn fork(&mut self, fork: &Fork) {
        let (now, device) = (self.scene.now, fork.device);
        let at = self.of_device(IncidentKind::Fork, device);
        let place = self.scene.town.place(device);
        let incident = self.change(at);
        let one = incident.involve(device, place.as_ref(), now);
        one.forked = Some(match one.forked {
            Some(known) => Forked { times: known.times.saturating_add(1), ..known },
            None => Forked { split: fork.split, times: 1 },
        });
        let seq = one.seq;
        one.worsen(seq);
        let id = incident.id();
        self.suspend(at, device, Suspicion::Incident(id));
    }

    fn finding(&mut self, device: DeviceId, finding: &Finding) {
        let (now, place) = (self.scene.now, self.scene.town.place(device));
        match finding {
            Finding::Rollback { obeys, adopted } => {
                let found = RolledBack { obeys: *obeys, adopted: *adopted };
                let known = |incident: &Incident| {
                    incident.involved(device).is_some_and(|one| one.rolled_back == Some(found))
                };
                if self.seek(known).is_some() {
                    return;
                }
                let at = self.of_device(IncidentKind::Rollback, device);
                let one = self.change(at).involve(device, place.as_ref(), now);
                one.rolled_back = Some(found);
                let seq = one.seq;
                one.worsen(seq);
                self.change(at).refresh(now);
            }
            Finding::TailLost(tail) => {
                let at = self.of_device(IncidentKind::TailLost, device);
                let one = self.change(at).involve(device, place.as_ref(), now);
                one.lost = Some(Lost { from: tail.from, to: tail.resumes.seq });
                one.worsen(tail.at.seq);
                self.change(at).refresh(now);
            }
            // Nothing is known of what it says; its place in the timeline says that it is there.
            Finding::Unreadable { .. } => {}
        }
    }

    /// A sense that nobody has any more says nothing, and nothing else says so in its place.
    fn senses(&mut self, device: DeviceId, gone: &[SensorName], before: &[SensorName]) {
        let (now, place) = (self.scene.now, self.scene.town.place(device));
        let told = |incident: &Incident| incident.involved(device).is_some_and(|one| !one.gone.is_empty());
        let news = gone.iter().any(|sense| !before.contains(sense));
        let at = match self.seek(told) {
            Some(known) => known,
            // People closed what was said of these: that another is back is no news of them.
            None if !news => return,
            None => self.of_device(IncidentKind::Silence, device),
        };
        let one = self.change(at).involve(device, place.as_ref(), now);
        if gone.iter().any(|sense| !one.gone.contains(sense)) {
            let seq = one.seq;
            one.worsen(seq);
        }
        one.gone = gone.to_vec();
        self.change(at).refresh(now);
    }

    /// The open incident of this kind about this device, or a new one.
    fn of_device(&mut self, kind: IncidentKind, device: DeviceId) -> usize {
        let now = self.scene.now;
        let about = |incident: &Incident| incident.kind() == kind && incident.involved(device).is_some();
        let site = self.scene.town.place(device).map(|place| place.site);
        let severity = self.severity(site.as_ref(), kind);
        let at = self.seek(about).unwrap_or_else(|| self.open(kind, site, now));
        self.change(at).happened(now, severity);
        at
    }

    fn silence(&mut self, kind: IncidentKind, site: Option<&SiteName>, devices: &[(DeviceId, Wall)]) {
        let told = |incident: &Incident, device| {
            incident.involved(device).and_then(|one| one.quiet).is_some_and(|quiet| quiet.back.is_none())
        };
        let news: Vec<_> = devices
            .iter()
            .filter(|(device, _)| self.seek(|incident| told(incident, *device)).is_none())
            .collect();
        for &&(device, since) in &news {
            let at = self.silent_with(kind, site, device, since);
            self.falls_silent(at, device, since);
        }
        self.whole_site(kind, site, devices);
    }

    /// Where the silence of a device belongs: to what happened to it, to what else is silent there, or to nothing.
    fn silent_with(
        &mut self,
        kind: IncidentKind,
        site: Option<&SiteName>,
        device: DeviceId,
        since: Wall,
    ) -> usize {
        let rules = self.rules(site);
        let hurt = |incident: &Incident| {
            let near = since.since(incident.span().1) <= rules.device;
            let part = |one: &Involved| near || one.latched().next().is_some();
            tampered(incident) && incident.involved(device).is_some_and(part)
        };
        let quiet = |incident: &Incident| {
            let there = site.is_some() && incident.site() == site;
            silent(incident) && there && within(incident, since, rules.site)
        };
        let known = self.seek(hurt).or_else(|| self.seek(quiet));
        known.unwrap_or_else(|| self.open(kind, site.cloned(), since))
    }

    fn falls_silent(&mut self, at: usize, device: DeviceId, since: Wall) {
        let (now, place) = (self.scene.now, self.scene.town.place(device));
        let site = place.as_ref().map(|place| place.site.clone());
        let severity = self.severity(site.as_ref(), IncidentKind::Silence);
        let incident = self.change(at);
        incident.happened(since, severity);
        let one = incident.involve(device, place.as_ref(), now);
        one.quiet = Some(Quiet { since, back: None });
        let seq = one.seq;
        one.worsen(seq);
        incident.step(What::Silent(device), now);
    }

    /// When the share of a site is reached, what was about some boxes is about the site.
    fn whole_site(&mut self, kind: IncidentKind, site: Option<&SiteName>, devices: &[(DeviceId, Wall)]) {
        if kind != IncidentKind::SiteSilence {
            return;
        }
        let severity = self.severity(site, kind);
        let about = |incident: &Incident| {
            incident.kind() == IncidentKind::Silence
                && devices.iter().any(|(device, _)| incident.involved(*device).is_some())
        };
        if let Some(at) = self.seek(about) {
            let now = self.scene.now;
            self.change(at).becomes(kind);
            let last = self.change(at).span().1;
            self.change(at).happened(last, severity);
            self.change(at).refresh(now);
        }
    }

    fn back(&mut self, device: DeviceId) {
        let now = self.scene.now;
        let quiet = |incident: &Incident| {
            incident.involved(device).and_then(|one| one.quiet).is_some_and(|quiet| quiet.back.is_none())
        };
        for at in self.about(device, quiet) {
            let incident = self.change(at);
            if let Some(quiet) = incident.find(device).and_then(|one| one.quiet.as_mut()) {
                quiet.back = Some(now);
            }
            incident.step(What::Back(device), now);
        }
    }

    /// Suspends the identity of a box because of this incident.
    fn suspend(&mut self, at: usize, device: DeviceId, why: Suspicion) {
        let now = self.scene.now;
        self.demands.push(Demand::Suspend(device, why));
        let incident = self.change(at);
        if let Some(one) = incident.find(device).filter(|one| one.suspended.is_none()) {
            one.suspended = Some(now);
            incident.step(What::Suspended(device), now);
        }
        incident.refresh(now);
    }
}

/// Whether an incident is about what happened to boxes.
fn tampered(incident: &Incident) -> bool {
    matches!(incident.kind(), IncidentKind::Tamper | IncidentKind::Forgery)
}

fn silent(incident: &Incident) -> bool {
    matches!(incident.kind(), IncidentKind::Silence | IncidentKind::SiteSilence)
}

/// Whether a moment is no farther from an incident than this, before or after.
fn within(incident: &Incident, at: Wall, window: core::time::Duration) -> bool {
    let (first, last) = incident.span();
    first.since(at) <= window && at.since(last) <= window
}

fn place_site(place: Option<&Place>) -> Option<&SiteName> {
    place.map(|place| &place.site)
}

#[cfg(test)]
mod tests;
