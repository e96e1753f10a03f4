//! Every box by its site: how it is, why, and how old the proof of that is.

use api::{Device, word::HealthState};

use crate::say::{Paint, clean};

/// The table. Grey is what nobody can say.
pub(crate) fn boxes(devices: &[Device], paint: Paint) -> String {
    let mut sites: Vec<&str> = devices.iter().map(|device| device.site.as_str()).collect();
    sites.sort_unstable();
    sites.dedup();
    let mut text = String::new();
    for site in sites {
        let mut here: Vec<&Device> = devices.iter().filter(|device| device.site == site).collect();
        here.sort_by(|one, other| one.label.cmp(&other.label));
        let good = here.iter().filter(|device| device.health.state == HealthState::Good).count();
        text.push_str(&format!("{}  {good} of {} good\n", clean(site), here.len()));
        text.push_str(&format!("  {:<8} {:<10} {:>7}  {}\n", "box", "state", "age", "why"));
        for device in here {
            let state =
                paint.dye(colour(device.health.state), &format!("{:<10}", device.health.state.word()));
            let age = device.health.age_seconds.map_or_else(|| "never".to_owned(), age);
            let (label, why) = (clean(&device.label), clean(&device.health.why));
            text.push_str(&format!("  {label:<8} {state} {age:>7}  {why}\n"));
        }
    }
    text
}

/// In one unit that a person reads.
pub(crate) fn age(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

const fn colour(state: HealthState) -> &'static str {
    match state {
        HealthState::Good => "32",
        HealthState::Attention => "33",
        HealthState::Alarm => "31;1",
        HealthState::Unknown => "90",
    }
}

#[cfg(test)]
pub(crate) mod tests;
