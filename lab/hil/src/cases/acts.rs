//! What the device does, and what undoes it.

use std::time::Duration;

use anyhow::{Result, ensure};
use api::word::{Connection, Posture};
use wire::v1::body::Half;

use super::{raised_its_guard, sealed_itself};
use crate::{
    guest::{Bench, Guest, LABEL},
    shelf::Chain,
};

const SEAL: &str = "/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio1/pull";

/// Somebody outside the fleet.
const NEIGHBOUR: &str = "ping -c 1 -W 1 10.0.2.2";

fn cut_the_loop(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(&format!("echo pull-up >{SEAL}"))?;
    guest.incident("Somebody cut the tamper loop of gate-7")?;
    sealed_itself(guest)
}

pub(super) fn an_isolated_device_reaches_its_fleet_and_nobody_else(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(NEIGHBOUR)?;
    cut_the_loop(guest)?;
    guest.machine.shell.until_answer("nft list table inet wrale_isolation", |answer| answer.code == 0)?;
    let answer = guest.machine.shell.ask(NEIGHBOUR)?;
    ensure!(answer.code != 0, "{}", answer.text);
    guest.ada.sees_incident("what it did", |one| one.incident.sentence.contains("cut itself off"))?;
    // It still speaks with the fleet: what happens from now on arrives.
    guest.sees("a device in quarantine", |device| device.connection.value == Connection::Quarantine)?;
    guest.machine.shell.run("i2cset -f -y 0 0x2c 0x42 0x10")?;
    guest.sees("another latch", |device| device.latches.iter().any(|latch| latch.zone == "cover"))?;
    Ok(())
}

pub(super) fn two_people_let_an_isolated_device_back(guest: &mut Guest) -> Result<()> {
    cut_the_loop(guest)?;
    guest.machine.shell.run(&format!("echo pull-down >{SEAL}"))?;
    guest.sees("a cause that is gone", |device| {
        device.latches.iter().all(|latch| latch.cause == api::word::Cause::Gone)
    })?;
    guest.fleet.release(LABEL)?;
    guest.sees("a device that is back", |device| {
        device.latches.is_empty()
            && device.posture.value == Posture::Normal
            && device.connection.value == Connection::Live
    })?;
    guest.machine.shell.until_answer("nft list table inet wrale_isolation", |answer| answer.code != 0)?;
    guest.machine.shell.run(NEIGHBOUR)?;
    let line = "cat /sys/bus/usb/devices/usb*/authorized_default | sort -u";
    guest.machine.shell.until_answer(line, |answer| answer.text == "1")?;
    // What its vault has now is new.
    guest.machine.shell.until_answer("ls /state/metal/vault", |answer| answer.text.contains("opening"))?;
    Ok(())
}

pub(super) fn a_daemon_that_is_killed_comes_back_as_it_was(guest: &mut Guest) -> Result<()> {
    cut_the_loop(guest)?;
    guest.machine.shell.run("killall -9 metald; rm /run/metald.log")?;
    guest.machine.shell.until_answer("pidof metald", |answer| answer.code != 0)?;
    guest.wake()?;
    guest.log("stands in the Quarantine room")?;
    guest.sees("the latch", |device| device.latches.iter().any(|latch| latch.zone == "seal"))?;
    guest.machine.shell.run("nft list table inet wrale_isolation")?;
    sealed_itself(guest)
}

pub(super) fn a_watchdog_bites_where_the_daemon_hangs(guest: &mut Guest) -> Result<()> {
    const WITHIN: Duration = Duration::from_secs(80);
    guest.kernel_shows("/sys/class/watchdog/watchdog0/state", "active")?;
    guest.machine.shell.run("killall -STOP metald")?;
    guest.machine.qmp.event("WATCHDOG", WITHIN, |_| true)?;
    // It goes on, and the fleet hears of it again.
    guest.machine.shell.run("killall -CONT metald")?;
    guest.sees("a device that is back", |device| device.connection.value == Connection::Live)?;
    Ok(())
}

pub(super) fn a_clock_that_is_set_is_told(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run("date -u -s @$(($(date +%s) + 172800)) >/dev/null && hwclock -w -u")?;
    guest.machine.qmp.event("RTC_CHANGE", Duration::from_secs(10), |_| true)?;
    guest.incident("Somebody set the clock of gate-7")?;
    raised_its_guard(guest)
}

pub(super) fn a_policy_turns_the_machine_off(bench: &Bench<'_>) -> Result<()> {
    const POLICY: &str = "version: 1
name: leave nothing running
reflexes:
  - severity: high
    posture: sealed
    actions: [power-off]
";
    let mut guest = bench.on_duty_under(Some(POLICY))?;
    guest.machine.shell.run(&format!("echo pull-up >{SEAL}"))?;
    let off = guest.machine.qmp.event("SHUTDOWN", Duration::from_secs(30), |_| true)?;
    ensure!(off["data"]["reason"] == "guest-shutdown", "{off}");
    // It told nobody in time; what it wrote down is told when somebody has turned it on again.
    bench.turn_on_again(&mut guest)?;
    guest.wake()?;
    guest.incident("Somebody cut the tamper loop of gate-7")?;
    Ok(())
}

pub(super) fn a_recorder_keeps_half_a_minute_on_either_side(bench: &Bench<'_>) -> Result<()> {
    const HALF: Duration = Duration::from_secs(30);
    // Senses speak each second.
    const LATE: Duration = Duration::from_secs(3);
    let mut guest = bench.on_duty()?;
    ensure!(guest.machine.lives(HALF), "the machine ended by itself");
    cut_the_loop(&mut guest)?;
    guest.ada.sees_incident("both halves", |one| {
        one.timeline.iter().any(|line| line.text.contains("from after it"))
    })?;
    let device = guest.sees("the device", |_| true)?;
    let chain = Chain::of(guest.fleet.stop().path())?;
    let traces = chain.traces()?;
    for half in [Half::Before, Half::After] {
        let trace = traces
            .iter()
            .find(|trace| trace.half == half && trace.event.to_string() == device.latches[0].event);
        let readings = trace.map(|trace| &trace.readings[..]).unwrap_or_default();
        let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
            anyhow::bail!("no {half:?} among {} recordings", traces.len());
        };
        let names: std::collections::BTreeSet<_> =
            readings.iter().map(|reading| reading.sensor.to_string()).collect();
        let span = last.at.since(first.at);
        ensure!(
            names.len() >= 9 && span + LATE >= HALF && span <= HALF + LATE,
            "{half:?}: {names:?}, {span:?}"
        );
        println!("    {half:?}: {} readings of {} sensors over {:?}", readings.len(), names.len(), span);
    }
    Ok(())
}

pub(super) fn what_happened_while_the_machine_was_off_is_told(bench: &Bench<'_>) -> Result<()> {
    let mut guest = bench.on_duty()?;
    guest.machine.shell.run("killall metald; while pidof metald >/dev/null; do :; done; sync")?;
    bench.turn_on_again(&mut guest)?;
    guest.machine.shell.run("i2cset -f -y 0 0x2c 0x42 0x10")?;
    guest.kernel_shows("/sys/bus/i2c/devices/0-002c/hwmon/hwmon*/intrusion0_alarm", "1")?;
    guest.wake()?;
    guest.ada.sees_incident("that it was opened", |one| {
        let said = &one.incident.sentence;
        said.contains("while it was off") || said.contains("The intrusion flag")
    })?;
    raised_its_guard(&mut guest)
}
