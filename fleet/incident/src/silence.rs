//! Silence: a device that stops talking is a finding; a fleet that does not listen has found nothing.

use alloc::{collections::BTreeMap, vec::Vec};
use core::time::Duration;

use minicbor::{Decode, Encode};
use policy::{
    document::{Correlation, Document},
    evaluate::correlation,
};
use vocab::{Arming, DeviceId, SiteName, Wall};

use crate::place::Topology;

/// After the fleet begins to listen, devices take so long to find it again: their longest wait between attempts.
pub const GRACE: Duration = Duration::from_mins(1);

/// When the fleet was listening, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Listening {
    #[n(0)]
    spans: Vec<Span>,
}

/// A time in which the fleet was listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Span {
    #[n(0)]
    from: Wall,
    /// Until when for certain.
    #[n(1)]
    to: Wall,
}

/// Most spans that are remembered; what lies before them counts as not listening.
const SPANS: usize = 32;

impl Listening {
    /// The fleet begins to listen: at its start, and after anything that kept it from it.
    pub fn begin(&mut self, now: Wall) {
        if self.spans.len() == SPANS {
            self.spans.remove(0);
        }
        self.spans.push(Span { from: now, to: now });
    }

    /// It listens still. Whoever stores this now and then knows after a crash until when it did.
    pub fn still(&mut self, now: Wall) {
        if let Some(span) = self.spans.last_mut() {
            span.to = span.to.max(now);
        }
    }

    /// How long it listened in vain since then; the time that devices need to find it again does not count.
    pub fn in_vain(&self, since: Wall) -> Duration {
        let vain = |span: &Span| {
            let grace = if span.from > since { GRACE } else { Duration::ZERO };
            span.to.since(span.from.max(since)).saturating_sub(grace)
        };
        self.spans.iter().map(vain).sum()
    }
}

/// When a device was heard last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// Which.
    pub device: DeviceId,
    /// Its last beat, by the fleet's clock.
    pub heard: Wall,
    /// The arming state in that beat.
    pub arming: Arming,
}

/// Who is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// One device.
    Device {
        /// Which.
        device: DeviceId,
        /// Its last beat.
        since: Wall,
    },
    /// So many of a site that it is one finding about the site.
    Site {
        /// Which.
        site: SiteName,
        /// Who is silent there, by id, each with its last beat.
        devices: Vec<(DeviceId, Wall)>,
    },
}

/// Everybody who is silent now. The same silence is told again until it ends; whoever hears it knows it by then.
pub fn silences(
    last: &[Last],
    listening: &Listening,
    town: &dyn Topology,
    documents: &[Document],
) -> Vec<Silence> {
    let mut sites: BTreeMap<Option<SiteName>, Vec<&Last>> = BTreeMap::new();
    for last in last.iter().filter(|last| on_duty(last.arming)) {
        sites.entry(town.place(last.device).map(|place| place.site)).or_default().push(last);
    }
    let silent = |(site, all): (Option<SiteName>, Vec<&Last>)| {
        let rules =
            site.as_ref().map_or_else(Correlation::default, |site| correlation(documents, site).value);
        let mut devices: Vec<_> = all
            .iter()
            .filter(|last| listening.in_vain(last.heard) >= rules.silence)
            .map(|last| (last.device, last.heard))
            .collect();
        devices.sort_unstable();
        match site.filter(|_| whole(devices.len(), all.len(), &rules)) {
            Some(site) => Vec::from([Silence::Site { site, devices }]),
            None => devices.into_iter().map(|(device, since)| Silence::Device { device, since }).collect(),
        }
    };
    sites.into_iter().flat_map(silent).collect()
}

/// A device on a shelf, on the road, or not yet installed may be switched off.
const fn on_duty(arming: Arming) -> bool {
    matches!(arming, Arming::Armed | Arming::Service)
}

/// Whether so many of so many are the whole site, by the policy's share.
fn whole(silent: usize, all: usize, rules: &Correlation) -> bool {
    silent >= 2 && silent.saturating_mul(1000) >= all.saturating_mul(usize::from(rules.site_silence.0))
}

#[cfg(test)]
mod tests;
