//! Heat, rails, currents and the mains: hardware monitors and supplies behind the kernel's own drivers.

use anyhow::{Result, ensure};
use api::word::{Posture, Severity};

use super::{goes_on, raised_its_guard};
use crate::guest::{
    Guest,
    Register::{Byte, Word},
};

/// A thermometer: whole degrees are the low byte.
const HEAT: (u8, u8) = (0x48, 0x00);
const HEAT_FILE: &str = "/sys/bus/i2c/devices/0-0048/hwmon/hwmon*/temp1_input";

/// A rail of five volts: 192 steps.
const RAIL: (u8, u8) = (0x2c, 0x23);
const RAIL_FILE: &str = "/sys/bus/i2c/devices/0-002c/hwmon/hwmon*/in3_input";

/// A current of one ampere.
const DRAW: (u8, u8) = (0x40, 0x04);
const DRAW_FILE: &str = "/sys/bus/i2c/devices/0-0040/hwmon/hwmon*/curr1_input";

pub(super) fn a_board_that_is_heated_is_told(guest: &mut Guest) -> Result<()> {
    guest.poke(HEAT.0, HEAT.1, Word(85))?;
    guest.kernel_shows(HEAT_FILE, "85000")?;
    guest.incident("It is too hot or too cold for gate-7");
    raised_its_guard(guest)
}

pub(super) fn a_board_that_is_frozen_isolates_the_device(guest: &mut Guest) -> Result<()> {
    // Three degrees a second, as by a spray.
    let spray = "for degrees in 22 19 16 13 10 7 4 1; do i2cset -f -y 0 0x48 0x00 $degrees w; sleep 1; done";
    guest.machine.shell.run(spray)?;
    guest.kernel_shows(HEAT_FILE, "1000")?;
    let told = guest.incident("Somebody is freezing gate-7");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    guest.sees("an isolated device", |device| device.posture.value >= Posture::Isolated);
    raised_its_guard(guest)
}

pub(super) fn a_rail_that_sags_is_told(guest: &mut Guest) -> Result<()> {
    guest.poke(RAIL.0, RAIL.1, Byte(172))?;
    guest.kernel_shows(RAIL_FILE, "4479")?;
    guest.incident("The supply of gate-7 is too low");
    raised_its_guard(guest)
}

pub(super) fn a_rail_that_is_driven_too_high_is_told(guest: &mut Guest) -> Result<()> {
    guest.poke(RAIL.0, RAIL.1, Byte(211))?;
    guest.kernel_shows(RAIL_FILE, "5495")?;
    guest.incident("The supply of gate-7 is too high");
    raised_its_guard(guest)
}

pub(super) fn a_rail_that_is_made_to_glitch_is_told(guest: &mut Guest) -> Result<()> {
    let dips =
        "for step in 170 192 170 192 170 192 170 192; do i2cset -f -y 0 0x2c 0x23 $step; sleep 1.1; done";
    guest.machine.shell.run(dips)?;
    guest.kernel_shows(RAIL_FILE, "5000")?;
    guest.incident("The supply of gate-7");
    raised_its_guard(guest)
}

pub(super) fn a_supply_that_is_taken_away_is_told(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run("echo off >/sys/module/test_power/parameters/ac_online")?;
    guest.kernel_says(&["ACTION=change", "SUBSYSTEM=power_supply", "POWER_SUPPLY_ONLINE=0"])?;
    let told = guest.incident("Somebody took the supply from gate-7");
    goes_on(guest, &told)
}

pub(super) fn a_current_that_the_device_does_not_draw_is_told(guest: &mut Guest) -> Result<()> {
    // 1.5 A instead of 1.0: high byte first on this bus.
    guest.poke(DRAW.0, DRAW.1, Word(0xdc05))?;
    guest.kernel_shows(DRAW_FILE, "1500")?;
    let told = guest.incident("Something foreign draws current in gate-7");
    goes_on(guest, &told)
}
