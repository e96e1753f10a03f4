//! The power is cut, again and again, while something happens.
//!
//! Each time the device's disk is read as it lies there. Whatever the fleet was told stands in it, and at the next
//! boot the device is latched by exactly what its journal says.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use api::{Device, word::IncidentKind};
use host::{Dice, Shelf};

use crate::{
    fleet::Home,
    guest::{Bench, Guest, LABEL, Workshop},
    shelf::journal,
};

/// Doors of one device; each is opened once.
const DOORS: usize = 20;

/// Longest time between a door and the cut, in milliseconds.
const LONGEST: u64 = 1200;

pub(super) fn the_power_may_be_cut_at_any_moment(workshop: Workshop<'_>) -> Result<()> {
    let mut dice = Dice::thrown();
    println!("    seed {:#x}", dice.seed());
    let (mut cuts, mut kept) = (0, 0);
    for _ in 0..workshop.devices {
        let device = Doors::commissioned(workshop)?;
        let (latched, opened) = device.live(&mut dice)?;
        cuts += opened;
        kept += latched;
    }
    println!("    {cuts} cuts; {kept} doors were latched before the power went");
    ensure!(kept > 0, "whatever holds of what was latched was not tried");
    Ok(())
}

/// A device with a switch at each of its doors.
struct Doors<'a> {
    bench: Bench<'a>,
    guest: Guest,
    latched: BTreeSet<String>,
}

impl<'a> Doors<'a> {
    fn commissioned(workshop: Workshop<'a>) -> Result<Self> {
        let mut bench = Bench::with_doors(workshop, DOORS)?;
        bench.prepare()?;
        let guest = bench.on_duty()?;
        Ok(Self { bench, guest, latched: BTreeSet::new() })
    }

    /// Opens one door after the other, each time with a cut; gives how many latched, and how many there were.
    fn live(mut self, dice: &mut Dice) -> Result<(usize, usize)> {
        let device = self.guest.sees("its id", |_| true).id.parse().ok().context("an id")?;
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
            let span = dice.millis(if early { 3 * LONGEST } else { LONGEST });
            ensure!(self.guest.machine.lives(span), "the machine ended by itself");
            self.guest.machine.cut();
            let told = zones(&self.guest.sees("what the fleet was told", |_| true));
            let written = journal(device, &self.bench.plan().disk())?.zones();
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
        self.guest.sees("the latches that stand in the journal", |device| zones(device) == self.latched);
        if !self.latched.is_empty() {
            super::sealed_itself(&mut self.guest)?;
        }
        let unheard_of =
            [IncidentKind::Fork, IncidentKind::Forgery, IncidentKind::Rollback, IncidentKind::TailLost];
        for one in self.guest.ada.incidents() {
            ensure!(!unheard_of.contains(&one.incident.kind), "{one:#?}");
        }
        Ok(())
    }

    /// Journal and chain tell one story.
    fn end(self, device: vocab::DeviceId) -> Result<(usize, usize)> {
        let Self { bench, mut guest, latched } = self;
        guest.machine.shell.run("killall metald; while pidof metald >/dev/null; do :; done; sync")?;
        guest.machine.cut();
        let journal = journal(device, &bench.plan().disk())?;
        ensure!(journal.zones() == latched, "{:?}", journal.latches);
        let Home { fleet, fleetd, .. } = &mut guest.home;
        fleetd.cut();
        let rows = Shelf::open(fleet);
        let chain = rows.chain(&rows.record(LABEL), &journal);
        println!("    {} entries, each once", chain.len());
        Ok((latched.len(), DOORS))
    }
}

fn zones(device: &Device) -> BTreeSet<String> {
    device.latches.iter().map(|latch| latch.zone.clone()).collect()
}
