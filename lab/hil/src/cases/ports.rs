//! What is plugged in and taken out: USB, cards, disks, cables.

use anyhow::{Result, ensure};
use api::word::{Connection, Posture, Severity};
use serde_json::json;

use super::{goes_on, raised_its_guard, sealed_itself};
use crate::guest::Guest;

pub(super) fn a_keyboard_that_is_plugged_in_locks_usb(guest: &mut Guest) -> Result<()> {
    guest.plug(json!({ "driver": "usb-kbd", "id": "keyboard", "bus": "usb.0" }))?;
    guest.kernel_says(&["ACTION=add", "PRODUCT=627/1/0", "INTERFACE=3/1/1"])?;
    guest.incident("Somebody plugged something into gate-7");
    raised_its_guard(guest)
}

pub(super) fn a_cable_that_is_pulled_is_told(guest: &mut Guest) -> Result<()> {
    // Not the one that leads to the fleet.
    guest.machine.qmp.command("set_link", json!({ "name": "nic1", "up": false }))?;
    guest.kernel_shows("/sys/class/net/eth1/carrier", "0")?;
    let told = guest.incident("Somebody unplugged something from gate-7");
    goes_on(guest, &told)
}

pub(super) fn a_stick_that_is_plugged_in_locks_usb(guest: &mut Guest) -> Result<()> {
    guest.plug(json!({ "driver": "usb-storage", "id": "stick", "bus": "usb.0", "drive": "stick" }))?;
    guest.kernel_says(&["ACTION=add", "PRODUCT=46f4/1/0", "INTERFACE=8/6/80"])?;
    guest.incident("Somebody plugged something into gate-7");
    raised_its_guard(guest)
}

pub(super) fn what_is_plugged_in_after_the_lock_is_told_and_can_do_nothing(guest: &mut Guest) -> Result<()> {
    guest.plug(json!({ "driver": "usb-tablet", "id": "first", "bus": "usb.0" }))?;
    guest.incident("Somebody plugged something into gate-7");
    raised_its_guard(guest)?;
    guest.plug(json!({ "driver": "usb-kbd", "id": "second", "bus": "usb.0" }))?;
    let added = guest.kernel_says(&["ACTION=add", "DEVTYPE=usb_device", "PRODUCT=627/1/0", "1-2"])?;
    ensure!(added.contains("SUBSYSTEM=usb"), "{added}");
    guest.kernel_shows("/sys/bus/usb/devices/1-2/authorized", "0")?;
    let bound = guest.machine.shell.run("ls -d /sys/bus/usb/devices/1-2:* 2>/dev/null | wc -l")?;
    ensure!(bound == "0", "a device that is not authorized has interfaces");
    guest.ada.sees_incident("both in one incident", |one| one.incident.sentence.contains("2 times"));
    Ok(())
}

pub(super) fn a_network_card_that_is_taken_out_is_told(guest: &mut Guest) -> Result<()> {
    guest.unplug("nic1")?;
    guest.kernel_says(&["ACTION=remove", "SUBSYSTEM=pci", "PCI_ID=8086:10D3"])?;
    let told = guest.incident("Somebody took a part out of gate-7");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    guest.sees("an isolated device", |device| device.posture.value >= Posture::Isolated);
    raised_its_guard(guest)
}

pub(super) fn a_disk_that_is_taken_out_is_told(guest: &mut Guest) -> Result<()> {
    guest.unplug("disk1")?;
    guest.kernel_says(&["ACTION=remove", "SUBSYSTEM=block", "DEVNAME=vdb"])?;
    let told = guest.incident("Somebody took a part out of gate-7");
    ensure!(told.incident.severity >= Severity::High, "{told:#?}");
    raised_its_guard(guest)
}

pub(super) fn what_happens_while_the_cable_is_out_is_told_when_it_is_back(guest: &mut Guest) -> Result<()> {
    let cable = |guest: &mut Guest, up: bool| {
        guest.machine.qmp.command("set_link", json!({ "name": "nic0", "up": up }))?;
        guest.kernel_shows("/sys/class/net/eth0/carrier", if up { "1" } else { "0" })
    };
    cable(guest, false)?;
    guest.machine.shell.run("echo pull-up >/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio0/pull")?;
    // The reflex asks nobody.
    sealed_itself(guest)?;
    let all = guest.ada.incidents();
    ensure!(!all.iter().any(|one| one.incident.sentence.contains("opened")), "told by no road: {all:#?}");
    cable(guest, true)?;
    guest.incident("Somebody opened gate-7");
    guest.sees("a device in quarantine", |device| device.connection.value == Connection::Quarantine);
    Ok(())
}
