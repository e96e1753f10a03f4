//! What the acts of this device need: it is looked whether that is there, and nothing is run.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::Path,
};

use linux::{Fault, May, Needs, PowerOff};

use super::chart::Chart;
use crate::Config;

pub(super) fn look(config: &Config, board: &linux::Config, chart: &mut Chart) {
    let needs = Needs::look(&board.sysfs);
    isolate(board, needs.filter, chart);
    match needs.usb {
        None => chart.ok("lock-usb", &"this machine has no USB"),
        Some(May::Yes) => chart.ok("lock-usb", &"every bus can refuse newcomers"),
        Some(May::No) => chart.look("lock-usb", &"some bus takes no word from this user, and the act will be reported as failed; look at its rights and whether /sys may be written"),
    }
    match (board.power_off, needs.power) {
        (PowerOff::Refused, _) => chart.ok("power-off", &"not wanted"),
        (PowerOff::Allowed, May::Yes) => chart.ok("power-off", &"allowed"),
        (PowerOff::Allowed, May::No) => {
            chart.look("power-off", &"this user lacks CAP_SYS_BOOT; give it to the daemon, as its unit does");
        }
    }
    if let Some(dog) = &config.watchdog {
        watchdog(&dog.device, chart);
    }
}

fn isolate(board: &linux::Config, may: May, chart: &mut Chart) {
    let Some(nft) = board.isolation.as_ref().and_then(|filter| filter.nft.first()) else {
        return chart.ok("isolate", &"not wanted, because of `environment.network.segmentation: false`");
    };
    if !is_program(Path::new(nft)) {
        return chart.wrong("isolate", &format_args!("there is no program {nft}, and the act will be reported as unsupported; install nftables, or set `isolate.nft`"));
    }
    match may {
        May::Yes => chart.ok("isolate", &format_args!("by {nft}")),
        May::No => {
            chart.look("isolate", &"this user lacks CAP_NET_ADMIN; give it to the daemon, as its unit does");
        }
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// To open it would wake it.
fn watchdog(device: &Path, chart: &mut Chart) {
    let kind = match fs::metadata(device) {
        Ok(meta) if meta.file_type().is_char_device() => Ok(()),
        Ok(_) => Err(io::ErrorKind::InvalidInput.into()),
        Err(why) => Err(why),
    };
    match kind {
        Ok(()) => chart.ok("watchdog", &format_args!("{} is there; it was not woken", device.display())),
        Err(why) => chart.wrong("watchdog", &Fault::Watchdog(device.into(), why)),
    }
}
