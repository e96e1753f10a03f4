//! The case: a switch, a loop, a flag that the board keeps.

use anyhow::{Result, ensure};
use api::word::{Posture, Severity, Standing};

use super::{goes_on, raised_its_guard, sealed_itself};
use crate::guest::{
    Guest,
    Register::{Byte, Word},
};

/// Lines of the simulated chip: what holds them, and what the kernel reads there.
const LINES: &str = "/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio";
const SWITCH: u8 = 0;
const LOOP: u8 = 1;

/// The board's own monitor, and where it keeps that somebody was inside.
const MONITOR: u8 = 0x2c;
const INTRUSION: u8 = 0x42;
const FLAG: &str = "/sys/bus/i2c/devices/0-002c/hwmon/hwmon*/intrusion0_alarm";

/// The light meter, its counter of what people see, and what the kernel makes of it.
const METER: u8 = 0x29;
const VISIBLE: u8 = 0x8c;
const LUX: &str = "/sys/bus/i2c/devices/0-0029/iio:device*/in_illuminance0_input";

fn pull(guest: &mut Guest, line: u8, level: &str) -> Result<()> {
    guest.machine.shell.run(&format!("echo pull-{level} >{LINES}{line}/pull")).map(drop)
}

pub(super) fn a_case_that_is_opened_seals_the_device(guest: &mut Guest) -> Result<()> {
    pull(guest, SWITCH, "up")?;
    guest.kernel_shows(&format!("{LINES}{SWITCH}/value"), "1")?;
    let told = guest.incident("Somebody opened gate-7");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    let device = guest.sees("a suspended device", |device| device.standing.state == Standing::Suspended);
    ensure!(device.latches.iter().any(|latch| latch.zone == "case"), "{device:#?}");
    guest.sees("a sealed device", |device| device.posture.value >= Posture::Sealed);
    sealed_itself(guest)
}

pub(super) fn a_contact_that_bounces_is_nobodys_opening(guest: &mut Guest) -> Result<()> {
    // One line for both, so that the guest's shell alone lies between them.
    let file = format!("{LINES}{SWITCH}/pull");
    guest.machine.shell.run(&format!("echo pull-up >{file}; echo pull-down >{file}"))?;
    guest.kernel_shows(&format!("{LINES}{SWITCH}/value"), "0")?;
    // What happens afterwards is told, and shuts nothing; had the bounce been told, it would be there by then.
    guest.machine.shell.run("echo off >/sys/module/test_power/parameters/ac_online")?;
    let told = guest.incident("Somebody took the supply from gate-7");
    let all = guest.ada.incidents();
    ensure!(all.iter().all(|one| one.incident.id == told.incident.id), "{all:#?}");
    goes_on(guest, &told)
}

pub(super) fn a_loop_that_is_cut_seals_the_device(guest: &mut Guest) -> Result<()> {
    pull(guest, LOOP, "up")?;
    guest.kernel_shows(&format!("{LINES}{LOOP}/value"), "1")?;
    let told = guest.incident("Somebody cut the tamper loop of gate-7");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    guest.sees("a latched seal", |device| device.latches.iter().any(|latch| latch.zone == "seal"));
    sealed_itself(guest)
}

pub(super) fn an_intrusion_flag_that_is_raised_isolates_the_device(guest: &mut Guest) -> Result<()> {
    guest.kernel_shows(FLAG, "0")?;
    guest.poke(MONITOR, INTRUSION, Byte(0x10))?;
    guest.kernel_shows(FLAG, "1")?;
    let told = guest.incident("The intrusion flag of gate-7 is up");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    guest.sees("an isolated device", |device| device.posture.value >= Posture::Isolated);
    raised_its_guard(guest)
}

pub(super) fn light_that_falls_into_the_case_is_told(guest: &mut Guest) -> Result<()> {
    guest.kernel_shows(LUX, "0")?;
    guest.poke(METER, VISIBLE, Word(0x4000))?;
    // The kernel turns counts into lux, and this many are a lamp.
    guest
        .machine
        .shell
        .until_answer(&format!("cat {LUX}"), |answer| answer.text.parse().is_ok_and(|lux: u32| lux > 10))?;
    guest.incident("Light fell into gate-7");
    guest.sees("a latched case", |device| device.latches.iter().any(|latch| latch.zone == "case"));
    raised_its_guard(guest)
}

pub(super) fn a_chip_that_is_taken_off_its_bus_is_a_sensor_that_cannot_look(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(&format!("echo {MONITOR:#x} >/sys/bus/i2c/devices/i2c-0/delete_device"))?;
    guest.kernel_says(&["ACTION=remove", "SUBSYSTEM=hwmon", "0-002c"])?;
    guest.incident("A sensor of gate-7 cannot look");
    raised_its_guard(guest)
}
