//! What is told: each test does something to a machine and looks at three ends, the kernel inside, the fleet, and what
//! the device did about it.

mod acts;
mod cuts;
mod enclosure;
mod motion;
mod ports;
mod power;

use anyhow::{Result, ensure};
use api::{
    IncidentDetail,
    word::{Connection, Posture, Severity, Standing},
};

use crate::{guest::Guest, suite::cases};

cases! {
    cuts {
        Alone the_power_may_be_cut_at_any_moment,
    }
    acts {
        OnDuty a_watchdog_bites_where_the_daemon_hangs,
        Bare a_recorder_keeps_half_a_minute_on_either_side,
        OnDuty an_isolated_device_reaches_its_fleet_and_nobody_else,
        OnDuty an_isolation_that_somebody_takes_away_is_put_back_and_told,
        OnDuty what_somebody_filters_beside_an_isolation_is_their_affair,
        OnDuty two_people_let_an_isolated_device_back,
        OnDuty a_daemon_that_is_killed_comes_back_as_it_was,
        OnDuty a_clock_that_is_set_is_told,
        Bare a_policy_turns_the_machine_off,
        Bare what_happened_while_the_machine_was_off_is_told,
        Bare a_machine_that_starts_anew_is_isolated_before_its_network_comes,
    }
    enclosure {
        OnDuty a_case_that_is_opened_seals_the_device,
        OnDuty a_contact_that_bounces_is_nobodys_opening,
        OnDuty a_loop_that_is_cut_seals_the_device,
        OnDuty an_intrusion_flag_that_is_raised_isolates_the_device,
        OnDuty light_that_falls_into_the_case_is_told,
        OnDuty a_chip_that_is_taken_off_its_bus_is_a_sensor_that_cannot_look,
    }
    motion {
        OnDuty a_device_that_is_tilted_is_told,
        OnDuty a_device_that_is_carried_isolates_itself,
        OnDuty a_device_that_falls_is_told,
        OnDuty a_device_that_is_struck_is_told_and_nothing_more,
        OnDuty a_nudge_is_no_movement,
        OnDuty an_accelerometer_that_says_the_same_for_ever_is_stuck,
    }
    ports {
        OnDuty a_keyboard_that_is_plugged_in_locks_usb,
        OnDuty a_cable_that_is_pulled_is_told,
        OnDuty a_stick_that_is_plugged_in_locks_usb,
        OnDuty what_is_plugged_in_after_the_lock_is_told_and_can_do_nothing,
        OnDuty a_network_card_that_is_taken_out_is_told,
        OnDuty a_disk_that_is_taken_out_is_told,
        OnDuty what_happens_while_the_cable_is_out_is_told_when_it_is_back,
    }
    power {
        OnDuty a_board_that_is_heated_is_told,
        OnDuty a_board_that_is_frozen_isolates_the_device,
        OnDuty a_rail_that_sags_is_told,
        OnDuty a_rail_that_is_driven_too_high_is_told,
        OnDuty a_rail_that_is_made_to_glitch_is_told,
        OnDuty a_supply_that_is_taken_away_is_told,
        OnDuty a_current_that_the_device_does_not_draw_is_told,
    }
}

/// The device raised its guard: nothing that is plugged in from now on can do anything.
fn raised_its_guard(guest: &mut Guest) -> Result<()> {
    let line = "cat /sys/bus/usb/devices/usb*/authorized_default | sort -u";
    guest.machine.shell.until_answer(line, |answer| answer.text == "0").map(drop)
}

/// The device sealed itself: what its vault had is destroyed.
fn sealed_itself(guest: &mut Guest) -> Result<()> {
    raised_its_guard(guest)?;
    let line = "ls /state/metal/vault";
    guest.machine.shell.until_answer(line, |answer| !answer.text.contains("opening")).map(drop)
}

/// It was told, and it is worth no more than that: the device goes on as it did, inside and in what it says of itself.
fn goes_on(guest: &mut Guest, told: &IncidentDetail) -> Result<()> {
    ensure!(told.incident.severity <= Severity::Low, "{told:#?}");
    let device = guest.sees("a device that goes on", |device| device.incidents.contains(&told.incident.id));
    let (posture, standing) = (device.posture.value, device.standing.state);
    ensure!(posture == Posture::Normal && standing == Standing::Active, "{device:#?}");
    ensure!(device.latches.is_empty() && device.connection.value == Connection::Live, "{device:#?}");
    stays_open(guest)
}

/// Nothing was shut: whatever is plugged in works, the network leads anywhere, the vault has what it had.
fn stays_open(guest: &mut Guest) -> Result<()> {
    let usb = guest.machine.shell.run("cat /sys/bus/usb/devices/usb*/authorized_default | sort -u")?;
    ensure!(usb == "1", "USB was locked: {usb}");
    let table = guest.machine.shell.ask("nft list table inet wrale_isolation")?;
    ensure!(table.code != 0, "the network was shut: {}", table.text);
    let vault = guest.machine.shell.run("ls /state/metal/vault")?;
    ensure!(vault.contains("opening"), "the vault was shut: {vault}");
    Ok(())
}
