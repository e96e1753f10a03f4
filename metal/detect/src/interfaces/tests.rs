//! What is plugged in and out, and what only looks so.

use alloc::{string::String, vec, vec::Vec};

use vocab::{
    Channel, Severity, TamperKind, Value,
    reading::{Interface, InterfaceKind},
};

use crate::{
    Certainty, Condition,
    tests::{Recording, judge, signal},
};

use Certainty::Corroborating;
use Condition::{Present, Unknown};
use InterfaceKind::{Network, Usb, UsbInput, UsbStorage};
use Severity::{Low, Medium};
use TamperKind::{InterfaceAdded, InterfaceRemoved, SensorFaulted};

type Plugged = &'static [(InterfaceKind, &'static str)];

const HOME: Plugged = &[(Network, "eth0"), (Network, "lo"), (Usb, "1-1 modem")];

fn value(plugged: Plugged) -> Value {
    let interface =
        |(kind, name): &(InterfaceKind, &str)| Interface { kind: *kind, name: String::from(*name) };
    Value::Interfaces(plugged.iter().map(interface).collect())
}

/// A device at home, then with this plugged in, then with that.
fn plugs(name: &'static str, first: Plugged, then: Plugged) -> Recording {
    let says = signal::steps([(1_000, value(HOME)), (2_000, value(first)), (3_000, value(then))]);
    Recording::new(name, Channel::Interfaces, 2_500, says).at_home(signal::flat(value(HOME)))
}

/// Everything that this room has recorded.
pub(crate) fn recordings() -> Vec<Recording> {
    let keyboard: Plugged =
        &[(Network, "eth0"), (Network, "lo"), (Usb, "1-1 modem"), (UsbInput, "1-2 keyboard")];
    let lamp: Plugged = &[(Network, "eth0"), (Network, "lo"), (Usb, "1-1 modem"), (Usb, "1-2 lamp")];
    let both: Plugged = &[(Network, "lo"), (Usb, "1-1 modem"), (UsbStorage, "1-2 stick")];
    let twins: Plugged = &[(Network, "eth0"), (Network, "lo"), (Usb, "1-1 modem"), (Usb, "1-1 modem")];
    vec![
        plugs("nothing plugged", HOME, HOME),
        plugs("the same in another order", &[(Usb, "1-1 modem"), (Network, "lo"), (Network, "eth0")], HOME),
        plugs("a keyboard", keyboard, keyboard).shows(InterfaceAdded, Corroborating, Medium).leaves(Present),
        plugs("a keyboard that comes and goes", keyboard, HOME).shows(InterfaceAdded, Corroborating, Medium),
        plugs("a lamp", lamp, lamp).shows(InterfaceAdded, Corroborating, Low).leaves(Present),
        plugs("a second modem of the same name", twins, twins)
            .shows(InterfaceAdded, Corroborating, Low)
            .leaves(Present),
        plugs("a cable pulled", &[(Network, "lo"), (Usb, "1-1 modem")], HOME).shows(
            InterfaceRemoved,
            Corroborating,
            Low,
        ),
        plugs("a stick in and a cable out at once", both, both)
            .shows(InterfaceAdded, Corroborating, Medium)
            .shows(InterfaceRemoved, Corroborating, Low)
            .leaves(Present),
        plugs(
            "the modem answers as a keyboard",
            &[(Network, "eth0"), (Network, "lo"), (UsbInput, "1-1 modem")],
            HOME,
        )
        .shows(InterfaceAdded, Corroborating, Medium)
        .shows(InterfaceRemoved, Corroborating, Low),
        Recording::new(
            "a device that was never learned",
            Channel::Interfaces,
            2_000,
            signal::flat(value(keyboard)),
        ),
        endless(),
    ]
}

/// A list that no device can have.
fn endless() -> Recording {
    let one = Interface { kind: Usb, name: String::from("1-1") };
    Recording::new(
        "a list without end",
        Channel::Interfaces,
        2_000,
        signal::flat(Value::Interfaces(vec![one; 257])),
    )
    .shows(SensorFaulted, Corroborating, Medium)
    .leaves(Unknown)
}

#[test]
fn what_is_plugged_in_and_out_is_told_once() {
    judge(recordings());
}

#[test]
fn a_finding_names_what_came_and_what_went_and_nothing_else() {
    let played = recordings().remove(7).play(&vocab::Tuning::default());
    let names: Vec<_> = played
        .findings
        .iter()
        .map(|finding| finding.readings.iter().map(names).collect::<Vec<_>>())
        .collect();
    let (gone, come) = (vec!["eth0"], vec!["1-2 stick"]);
    assert_eq!(names, [vec![gone.clone(), come], vec![gone, vec![]]]);
}

fn names(reading: &vocab::Reading) -> Vec<&str> {
    let Value::Interfaces(list) = &reading.value else { return vec![] };
    list.iter().map(|interface| interface.name.as_str()).collect()
}
