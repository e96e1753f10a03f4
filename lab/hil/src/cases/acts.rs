//! What the device does, and what undoes it.

use std::time::Duration;

use anyhow::{Result, ensure};
use api::{
    IncidentDetail,
    word::{Connection, Posture},
};
use host::Shelf;
use journal::Run;
use wire::v1::body::Half;

use super::{raised_its_guard, sealed_itself};
use crate::{
    fleet::Home,
    guest::{Bench, Guest, LABEL},
    qemu::{ENROLMENT, HARDWARE},
    shelf::traces,
};

const SEAL: &str = "/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio1/pull";

/// Somebody outside the fleet.
const NEIGHBOUR: &str = "ping -c 1 -W 1 10.0.2.2";

fn cut_the_loop(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(&format!("echo pull-up >{SEAL}"))?;
    guest.incident("Somebody cut the tamper loop of gate-7");
    sealed_itself(guest)
}

pub(super) fn an_isolated_device_reaches_its_fleet_and_nobody_else(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(NEIGHBOUR)?;
    cut_the_loop(guest)?;
    isolated(guest)?;
    let answer = guest.machine.shell.ask(NEIGHBOUR)?;
    ensure!(answer.code != 0, "{}", answer.text);
    // Its receipt: a machine that is translated may take longer to look at the table than the act has.
    guest.ada.sees_incident("what it did", |one| {
        one.timeline.iter().any(|line| line.text.to_lowercase().contains("cut itself off"))
    });
    // It still speaks with the fleet: what happens from now on arrives.
    guest.sees("a device in quarantine", |device| device.connection.value == Connection::Quarantine);
    guest.machine.shell.run("i2cset -f -y 0 0x2c 0x42 0x10")?;
    guest.sees("another latch", |device| device.latches.iter().any(|latch| latch.zone == "cover"));
    Ok(())
}

/// Somebody with the rights of root takes the isolation away.
pub(super) fn an_isolation_that_somebody_takes_away_is_put_back_and_told(guest: &mut Guest) -> Result<()> {
    cut_the_loop(guest)?;
    isolated(guest)?;
    // Before it has come back from isolating nothing can be taken away from it: it is still about to.
    let done = "grep -m 1 -E 'act: Isolate: (Done|Unverified)' /run/metald.log";
    guest.machine.shell.until_answer(done, |answer| answer.code == 0)?;
    guest.machine.shell.run("nft flush ruleset")?;
    isolated(guest)?;
    let answer = guest.machine.shell.ask(NEIGHBOUR)?;
    ensure!(answer.code != 0, "{}", answer.text);
    guest.ada.sees_incident("what somebody did", does_not_add_up);
    Ok(())
}

/// Its twin: a table that is not the device's.
pub(super) fn what_somebody_filters_beside_an_isolation_is_their_affair(guest: &mut Guest) -> Result<()> {
    cut_the_loop(guest)?;
    let rules = isolated(guest)?;
    let theirs =
        "nft add table inet theirs && nft add chain inet theirs in && nft add rule inet theirs in accept";
    guest.machine.shell.run(theirs)?;
    guest.machine.shell.run("nft list table inet theirs && nft delete table inet theirs")?;
    // What happens afterwards is told; had the device told of that table, it would be there by then.
    guest.machine.shell.run("i2cset -f -y 0 0x2c 0x42 0x10")?;
    guest.sees("another latch", |device| device.latches.iter().any(|latch| latch.zone == "cover"));
    let all = guest.ada.incidents();
    ensure!(!all.iter().any(does_not_add_up), "{all:#?}");
    let now = isolated(guest)?;
    ensure!(now == rules, "{rules} became {now}");
    Ok(())
}

/// Waits until the kernel has the device's own table, and gives it.
fn isolated(guest: &mut Guest) -> Result<String> {
    let table = "nft list table inet wrale_isolation";
    Ok(guest.machine.shell.until_answer(table, |answer| answer.code == 0)?.text)
}

fn does_not_add_up(one: &IncidentDetail) -> bool {
    one.timeline.iter().any(|line| line.text.contains("does not add up"))
}

pub(super) fn two_people_let_an_isolated_device_back(guest: &mut Guest) -> Result<()> {
    cut_the_loop(guest)?;
    guest.machine.shell.run(&format!("echo pull-down >{SEAL}"))?;
    guest.sees("a cause that is gone", |device| {
        device.latches.iter().all(|latch| latch.cause == api::word::Cause::Gone)
    });
    guest.home.fleet.release(LABEL);
    guest.sees("a device that is back", |device| {
        device.latches.is_empty()
            && device.posture.value == Posture::Normal
            && device.connection.value == Connection::Live
    });
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
    guest.sees("the latch", |device| device.latches.iter().any(|latch| latch.zone == "seal"));
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
    guest.sees("a device that is back", |device| device.connection.value == Connection::Live);
    Ok(())
}

pub(super) fn a_clock_that_is_set_is_told(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run("date -u -s @$(($(date +%s) + 172800)) >/dev/null && hwclock -w -u")?;
    guest.machine.qmp.event("RTC_CHANGE", Duration::from_secs(10), |_| true)?;
    guest.incident("Somebody set the clock of gate-7");
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
    guest.incident("Somebody cut the tamper loop of gate-7");
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
    });
    let device = guest.sees("the device", |_| true);
    let Home { fleet, fleetd, .. } = &mut guest.home;
    fleetd.cut();
    let shelf = Shelf::open(fleet);
    let runs = shelf.runs(&shelf.record(LABEL));
    let traces = traces(runs.iter().flat_map(Run::entries))?;
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
    guest.ada.sees_incident("that it was opened", |one| one.incident.sentence.contains("while it was off"));
    raised_its_guard(&mut guest)
}

/// The unit of the isolation that is put back, as it is installed.
const HOLD: &str = include_str!("../../../../docs/units/metald-hold.service");

/// Somebody outside the fleet, somebody else at its address, and whoever knows names: each is called, and need not answer.
const EVERYBODY: &str = "ping -c 1 -W 1 10.0.2.2; timeout 2 nc 10.0.2.100 9999 </dev/null; \
    timeout 2 nslookup wrale.example 10.0.2.3; true";

pub(super) fn a_machine_that_starts_anew_is_isolated_before_its_network_comes(
    bench: &Bench<'_>,
) -> Result<()> {
    const FLEET: [&str; 2] = [HARDWARE, ENROLMENT];
    let mut guest = bench.on_duty()?;
    let road = bench.watch_the_road(&mut guest)?;
    guest.machine.shell.run(EVERYBODY)?;
    let strangers = road.strangers(&FLEET)?;
    ensure!(strangers.len() == 3, "what leaves an open machine is seen: {strangers:?}");
    cut_the_loop(&mut guest)?;
    isolated(&mut guest)?;
    let told = guest.incident("Somebody cut the tamper loop of gate-7");

    guest.machine.shell.run("(usleep 300000; reboot -f) >/dev/null 2>&1 &")?;
    let reset = guest.machine.qmp.event("SHUTDOWN", Duration::from_secs(30), |_| true)?;
    ensure!(reset["data"]["reason"] == "guest-reset", "{reset}");
    bench.turn_on_alone(&mut guest)?;
    let started = HOLD.lines().find_map(|line| line.strip_prefix("ExecStart="));
    let before_the_network = HOLD.lines().any(|line| line.starts_with("Before=network-pre.target"));
    let Some(command) = started.filter(|_| before_the_network) else { anyhow::bail!("{HOLD}") };
    guest.machine.shell.run("mkdir -p /usr/local/bin && ln -s /bin/metald /usr/local/bin/metald")?;
    guest.machine.shell.run(&format!("{command} 2>>/run/metald.log"))?;
    let rules = guest.machine.shell.run("nft list table inet wrale_isolation")?;
    ensure!(rules.contains("policy drop"), "{rules}");
    let network = guest.machine.shell.run("cat /sys/class/net/eth0/operstate; ip -4 addr show dev eth0")?;
    ensure!(network == "down", "it has come already: {network}");

    let road = bench.watch_the_road(&mut guest)?;
    guest.connect()?;
    guest.machine.shell.run(EVERYBODY)?;
    let daemon = guest.machine.shell.ask("pidof metald")?;
    ensure!(daemon.code != 0, "the daemon is not awake yet");
    let strangers = road.strangers(&[])?;
    ensure!(strangers.is_empty(), "{strangers:?}");

    guest.wake()?;
    guest.sees("a device in quarantine", |device| device.connection.value == Connection::Quarantine);
    sealed_itself(&mut guest)?;
    // What happens from now on belongs to the same story.
    guest.machine.shell.run("i2cset -f -y 0 0x2c 0x42 0x10")?;
    guest.sees("both latches", |device| {
        ["seal", "cover"].iter().all(|zone| device.latches.iter().any(|latch| latch.zone == *zone))
    });
    let all = guest.ada.incidents();
    ensure!(all.iter().all(|one| one.incident.id == told.incident.id), "{all:#?}");
    let strangers = road.strangers(&FLEET)?;
    ensure!(strangers.is_empty(), "{strangers:?}");
    Ok(())
}
