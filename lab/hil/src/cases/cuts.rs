//! The power is cut, again and again, while something happens.
//!
//! Each time the device's disk is read as it lies there. Whatever the fleet was told stands in it, and at the next
//! boot the device is latched by exactly what its journal says.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context as _, Result, ensure};
use api::{Device, word::IncidentKind};

use crate::{
    fleet::random,
    guest::{Bench, Guest},
    shelf::{Chain, Journal},
};

/// Doors of one device; each is opened once.
const DOORS: usize = 20;

/// Longest time between a door and the cut, in milliseconds.
const LONGEST: u64 = 1200;

pub(super) fn the_power_may_be_cut_at_any_moment(bench: &Bench<'_>) -> Result<()> {
    let mut dice = Dice(u64::from_be_bytes(random()?[..8].try_into()?));
    println!("    seed {:#x}", dice.0);
    let (mut cuts, mut kept) = (0, 0);
    for _ in 0..bench.devices {
        let device = Doors::commissioned(bench)?;
        let (latched, opened) = device.live(&mut dice)?;
        cuts += opened;
        kept += latched;
    }
    println!("    {cuts} cuts; {kept} doors were latched before the power went");
    Ok(())
}

/// A device with a switch at each of its doors.
struct Doors<'a> {
    bench: Bench<'a>,
    guest: Guest,
    latched: BTreeSet<String>,
}

impl<'a> Doors<'a> {
    fn commissioned(beside: &Bench<'a>) -> Result<Self> {
        let bench = beside.with_doors(DOORS)?;
        bench.prepare()?;
        let guest = bench.on_duty()?;
        Ok(Self { bench, guest, latched: BTreeSet::new() })
    }

    /// Opens one door after the other, each time with a cut; gives how many latched, and how many there were.
    fn live(mut self, dice: &mut Dice) -> Result<(usize, usize)> {
        let device = self.guest.sees("its id", |_| true)?.id.parse().ok().context("an id")?;
        for door in 0..DOORS {
            // In every other life the door is open before the daemon is awake.
            let early = door % 2 == 1;
            if early {
                self.guest.open_door(door)?;
                self.guest.wake()?;
            } else {
                if door > 0 {
                    self.guest.wake()?;
                }
                self.settled()?;
                self.guest.open_door(door)?;
            }
            let span = Duration::from_millis(dice.below(if early { 3 * LONGEST } else { LONGEST }));
            ensure!(self.guest.machine.lives(span), "the machine ended by itself");
            self.guest.machine.cut();
            let told = zones(&self.guest.sees("what the fleet was told", |_| true)?);
            let written = Journal::of(device, &self.bench.plan().disk())?.zones();
            ensure!(written.is_superset(&told), "told of {told:?} and wrote down {written:?}");
            ensure!(written.is_superset(&self.latched), "{:?} became {written:?}", self.latched);
            self.latched = written;
            self.bench.cut(&mut self.guest)?;
        }
        self.guest.wake()?;
        self.settled()?;
        self.end(device)
    }

    /// The session stands, and device and fleet agree on what latches it.
    fn settled(&mut self) -> Result<()> {
        self.guest.log("stands in the")?;
        self.guest.sees("the latches that stand in the journal", |device| zones(device) == self.latched)?;
        if !self.latched.is_empty() {
            super::sealed_itself(&mut self.guest)?;
        }
        let unheard_of =
            [IncidentKind::Fork, IncidentKind::Forgery, IncidentKind::Rollback, IncidentKind::TailLost];
        for one in self.guest.ada.incidents()? {
            ensure!(!unheard_of.contains(&one.incident.kind), "{one:#?}");
        }
        Ok(())
    }

    /// Journal and chain tell one story.
    fn end(self, device: vocab::DeviceId) -> Result<(usize, usize)> {
        let Self { bench, mut guest, latched } = self;
        guest.machine.shell.run("killall metald; while pidof metald >/dev/null; do :; done; sync")?;
        guest.machine.cut();
        let journal = Journal::of(device, &bench.plan().disk())?;
        ensure!(journal.zones() == latched, "{:?}", journal.latches);
        let home = guest.fleet.stop();
        let chain = Chain::of(home.path())?;
        chain.continues(&journal)?;
        println!("    {} entries, each once", chain.entries.len());
        Ok((latched.len(), DOORS))
    }
}

fn zones(device: &Device) -> BTreeSet<String> {
    device.latches.iter().map(|latch| latch.zone.clone()).collect()
}

/// Splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }
}
