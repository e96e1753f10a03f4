//! What this daemon makes of the three blocks that it shares with devices; `docs/operate.md` has the same as a page.

use settings::{Obeyed, Written};

/// What becomes of one key here.
pub(crate) fn obeyed(key: &Written) -> Obeyed {
    match (key.path, key.value.as_str()) {
        ("security.hardware.secure_boot", "required") => Obeyed::NotYet(
            "this version appraises no boot log; a device's proof says what it obeys, not what booted",
        ),
        ("environment.physical.access_control", "true") => {
            Obeyed::NotYet("this version issues no work orders; a device that is opened is a tampered one")
        }
        ("environment.network.segmentation", "true") => Obeyed::NotYet(
            "this version drives no packet filter; the three zones are kept apart by their certificates alone",
        ),
        (path, _) if elsewhere(path) => Obeyed::Elsewhere,
        _ => Obeyed::Here,
    }
}

/// What devices do and no fleet can do for them.
fn elsewhere(path: &str) -> bool {
    matches!(
        path,
        "security.hardware.tamper_detection"
            | "environment.physical.temperature_monitoring"
            | "environment.physical.tamper_detection"
            | "environment.network.monitoring"
            | "zones.hardware.encryption"
    )
}

#[cfg(test)]
mod tests;
