//! What this daemon makes of the three blocks that it shares with the fleet; `docs/operate.md` has the same as a page.

use linux::{Sense, Source};
use settings::{Obeyed, Written, security::Switch};
use vocab::{Channel, SensorName, ZoneName};

use crate::{config::Config, mistake::Mistake};

/// What becomes of one key here.
pub fn obeyed(key: &Written) -> Obeyed {
    match (key.path, key.value.as_str()) {
        ("security.hardware.secure_boot", "required") => Obeyed::NotYet(
            "this version does not read what booted; whether the boot was a verified one is not known",
        ),
        ("environment.physical.access_control", "true") => Obeyed::NotYet(
            "this version drives no lock and no reader; whoever opens the device lawfully has a work order",
        ),
        ("zones.hardware.encryption", _) => Obeyed::NotYet(
            "this version drives no TPM; the device's keys stand in files of mode 0600, which is trust tier 0",
        ),
        (path, _) if elsewhere(path) => Obeyed::Elsewhere,
        _ => Obeyed::Here,
    }
}

fn elsewhere(path: &str) -> bool {
    ["security.authentication.", "zones.external.", "zones.internal."]
        .iter()
        .any(|block| path.starts_with(block))
}

/// The senses that the three blocks leave of those that the file names, and what is to be said about it.
pub(crate) fn senses(named: Vec<Sense>, config: &Config) -> Result<(Vec<Sense>, Vec<String>), Mistake> {
    if config.environment.network.encryption == Some(false) {
        let why = "what this device sends is always encrypted; write true, or leave it out";
        return Err(Mistake::Held("environment.network.encryption", why));
    }
    let (mut kept, mut said) = (vec![], vec![]);
    for sense in named {
        match against(&sense.source, config) {
            Some(key) => said.push(format!("the sense `{}` is left out, because of `{key}`", sense.name)),
            None => kept.push(sense),
        }
    }
    let watched = config.environment.network.monitoring == Some(true);
    let wanted = watched && against(&Source::Interfaces, config).is_none();
    if wanted && !kept.iter().any(|sense| sense.source == Source::Interfaces) {
        let name = SensorName::new(INTERFACES).expect("a name of ours is one");
        let zone = ZoneName::new(ZONE).expect("a name of ours is one");
        kept.push(Sense { name, zone, source: Source::Interfaces });
        said.push(format!(
            "the sense `{INTERFACES}` is added, because of `environment.network.monitoring: true`"
        ));
    }
    Ok((kept, said))
}

const INTERFACES: &str = "interfaces";
const ZONE: &str = "network";

/// The key because of which this is not looked at, if there is one.
fn against(source: &Source, config: &Config) -> Option<&'static str> {
    let physical = &config.environment.physical;
    let temperature = matches!(source, Source::Hwmon(input) if input.channel() == Some(Channel::Temperature));
    let on_the_network = *source == Source::Interfaces;
    let of_the_parts = *source == Source::Inventory;
    let around = !temperature && !on_the_network && !of_the_parts;
    let rules = [
        (
            !temperature && config.security.hardware.tamper_detection == Some(Switch::Disabled),
            "security.hardware.tamper_detection: disabled",
        ),
        (around && physical.tamper_detection == Some(false), "environment.physical.tamper_detection: false"),
        (
            temperature && physical.temperature_monitoring == Some(false),
            "environment.physical.temperature_monitoring: false",
        ),
        (
            on_the_network && config.environment.network.monitoring == Some(false),
            "environment.network.monitoring: false",
        ),
    ];
    rules.into_iter().find(|(applies, _)| *applies).map(|(_, key)| key)
}

#[cfg(test)]
mod tests;
