//! How the device stands and whether it moves: an accelerometer behind the kernel's own driver.

use anyhow::{Result, ensure};
use api::word::Posture;

use super::{goes_on, raised_its_guard};
use crate::guest::Guest;

/// What the kernel reads of the axis that points up.
const UP: &str = "/sys/bus/iio/devices/iio:device0/in_accel_z_raw";

/// The same of an axis that lies.
const ASIDE: &str = "/sys/bus/iio/devices/iio:device0/in_accel_x_raw";

/// Nobody else moves the table from now on.
const LIFTED: &str = "touch /run/lifted; poke() { i2cset -f -y 0 0x0f \"$@\" w; }";

pub(super) fn a_device_that_is_tilted_is_told(guest: &mut Guest) -> Result<()> {
    // Ten degrees: a sine of 0.17 and a cosine of 0.98, in 512ths of g and four bits to the left. It goes on trembling.
    let stands =
        "(while :; do poke 0x0a 0x1f80; sleep 0.3; poke 0x0a 0x1f90; sleep 0.3; done) >/dev/null 2>&1 &";
    guest.machine.shell.run(&format!("{LIFTED}; poke 0x06 0x0590; {stands}"))?;
    guest.machine.shell.until_answer(&format!("cat {UP}"), |answer| answer.text.starts_with("50"))?;
    guest.incident("Somebody tilted gate-7");
    raised_its_guard(guest)
}

pub(super) fn a_device_that_is_carried_isolates_itself(guest: &mut Guest) -> Result<()> {
    let carried =
        "(while :; do poke 0x06 0x06a0; sleep 0.1; poke 0x06 0xf960; sleep 0.1; done) >/dev/null 2>&1 &";
    guest.machine.shell.run(&format!("{LIFTED}; {carried}"))?;
    let told = guest.incident("Somebody moved gate-7");
    ensure!(told.incident.severity >= api::word::Severity::High, "{told:#?}");
    guest.sees("an isolated device", |device| device.posture.value >= Posture::Isolated);
    guest
        .machine
        .shell
        .until_answer(&format!("cat {ASIDE}"), |answer| answer.text == "106" || answer.text == "-106")?;
    raised_its_guard(guest)
}

pub(super) fn a_device_that_falls_is_told(guest: &mut Guest) -> Result<()> {
    // What falls, turns: a sensor that says zero and nothing else is a dead one.
    let falls = "for rest in 0x0080 0x0040 0x0090 0x0050 0x00a0; do poke 0x0a $rest; sleep 0.08; done";
    guest.machine.shell.run(&format!("{LIFTED}; {falls}; poke 0x0a 0x2000; rm /run/lifted"))?;
    guest.incident("Somebody dropped gate-7");
    guest.machine.shell.until_answer(&format!("cat {UP}"), |answer| answer.text.starts_with("51"))?;
    raised_its_guard(guest)
}

pub(super) fn a_device_that_is_struck_is_told_and_nothing_more(guest: &mut Guest) -> Result<()> {
    // One and a half g, once; what the kernel reads at that moment is said.
    let blow =
        format!("{LIFTED}; poke 0x06 0x3000; cat {ASIDE}; sleep 0.05; poke 0x06 0x0000; rm /run/lifted");
    let read = guest.machine.shell.run(&blow)?;
    ensure!(read == "768", "the kernel reads {read}");
    let told = guest.incident("Somebody struck gate-7");
    goes_on(guest, &told)
}

pub(super) fn a_nudge_is_no_movement(guest: &mut Guest) -> Result<()> {
    // Half a second of what would be movement if it lasted.
    let nudge = "for push in 0x06a0 0xf960 0x06a0 0xf960 0x0000; do poke 0x06 $push; sleep 0.1; done";
    guest.machine.shell.run(&format!("{LIFTED}; {nudge}; rm /run/lifted"))?;
    // A chip that goes afterwards is told; had the nudge been told, it would be there by then.
    guest.machine.shell.run("echo 0x48 >/sys/bus/i2c/devices/i2c-0/delete_device")?;
    guest.kernel_says(&["ACTION=remove", "SUBSYSTEM=hwmon", "0-0048"])?;
    guest.incident("A sensor of gate-7 cannot look");
    let all = guest.ada.incidents();
    ensure!(!all.iter().any(|one| one.incident.sentence.contains("moved")), "{all:#?}");
    raised_its_guard(guest)
}

pub(super) fn an_accelerometer_that_says_the_same_for_ever_is_stuck(guest: &mut Guest) -> Result<()> {
    guest.machine.shell.run(&format!("{LIFTED}; poke 0x0a 0x2000"))?;
    guest.kernel_shows(UP, "512")?;
    guest.incident("A sensor of gate-7 cannot look");
    raised_its_guard(guest)
}
