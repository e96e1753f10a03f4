//! Each sense: whether its part is there, and what it says now.

use std::{path::Path, sync::mpsc, thread, time::Duration};

use linux::{
    Sense, Source,
    senses::look::{Seen, look as seen, others},
};
use vocab::{
    Value,
    reading::{Contact, Flag, SensorFault, Supply},
};

use super::chart::{Chart, Mark};

/// A driver answers sooner, or its bus hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at all; `by` is the daemon that may have their lines.
pub(super) fn look(board: &linux::Config, by: Option<u32>, chart: &mut Chart) {
    if let Err(mistake) = linux::senses::declared(&board.senses) {
        return chart.wrong("senses", &mistake);
    }
    if board.senses.is_empty() {
        chart.look("senses", &"none is named, so nothing is watched; `senses` names them");
    }
    for sense in &board.senses {
        let (sysfs, wanted) = (board.sysfs.clone(), sense.clone());
        let (mark, says) = within(PATIENCE, move || judge(&sysfs, &wanted, by)).unwrap_or_else(hangs);
        chart.add(mark, &format!("sense {}", sense.name), &says);
    }
}

/// What comes of this in time. What hangs is left behind, and everything else is told before this program waits for it.
fn within<T: Send + 'static>(limit: Duration, look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    // Nobody may be there to hear it any more.
    thread::spawn(move || drop(tell.send(look())));
    told.recv_timeout(limit).ok()
}

fn hangs() -> (Mark, String) {
    (Mark::Wrong, "has not answered for five seconds; its driver or its bus hangs: look at its wires".into())
}

/// What this sense is worth, and why.
fn judge(sysfs: &Path, sense: &Sense, by: Option<u32>) -> (Mark, String) {
    match seen(sysfs, sense) {
        Err(mistake) => (Mark::Wrong, mistake.to_string()),
        Ok(Seen::Drives) => {
            (Mark::Wrong, "its line drives something, and was left alone; name another".into())
        }
        Ok(Seen::Held(whose)) if whose == linux::gpio::HOLDER && by.is_some() => {
            (Mark::Ok, "its line is there, and the daemon has it".into())
        }
        // Whose folder is not ours to look into is not known either.
        Ok(Seen::Held(whose)) if whose == linux::gpio::HOLDER => {
            (Mark::Look, "its line is there, and a metald has it; look again as that one's user".into())
        }
        Ok(Seen::Held(whose)) => {
            (Mark::Wrong, format!("its line is in use by `{whose}`; free it, or name another"))
        }
        Ok(Seen::Says(Value::Fault(fault))) => (Mark::Wrong, blind(fault, || others(sysfs, &sense.source))),
        Ok(Seen::Says(value)) if trips(&value, sense) => {
            let hint = "if nobody has a hand in it, look at its wires and at `open`";
            (Mark::Look, format!("{}; {hint}", said(&value, sense)))
        }
        Ok(Seen::Says(value)) => (Mark::Ok, said(&value, sense)),
    }
}

/// Why it could not look, and what to do.
fn blind(fault: SensorFault, others: impl FnOnce() -> Vec<String>) -> String {
    match fault {
        SensorFault::Missing => match others() {
            others if others.is_empty() => {
                "is not there, nor is any other of its kind; look whether its driver is loaded".into()
            }
            others => {
                let more = if others.len() > NAMES { ", …" } else { "" };
                let names = others.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>();
                format!("is not there; what there is: {}{more}", names.join(", "))
            }
        },
        SensorFault::Bus => {
            "does not answer; look at its wires, its driver, and the rights of this user".into()
        }
        SensorFault::Declared => "says itself that it is faulty; look at its wires".into(),
        SensorFault::Implausible | SensorFault::Unfetched => {
            "says what cannot be true, or more than one answers to its name; look at its chip".into()
        }
    }
}

/// Beyond so many names nobody reads on.
const NAMES: usize = 12;

/// Whether it says now what on duty would be an alarm by itself; a lid may stand open while somebody works.
fn trips(value: &Value, sense: &Sense) -> bool {
    match value {
        Value::Contact(Contact::Open) => matches!(sense.source, Source::Loop(_)),
        Value::Intrusion(Flag::Raised) | Value::Supply(Supply::Lost) => true,
        _ => false,
    }
}

/// A value with its unit.
fn said(value: &Value, sense: &Sense) -> String {
    let is_loop = matches!(sense.source, Source::Loop(_));
    match value {
        Value::Acceleration(x, y, z) => format!("{x}, {y}, {z}"),
        Value::Components(parts) => format!("{} parts", parts.len()),
        Value::Contact(Contact::Closed) => if is_loop { "whole" } else { "closed" }.into(),
        Value::Contact(Contact::Open) => if is_loop { "cut" } else { "open" }.into(),
        Value::Current(current) => current.to_string(),
        Value::Interfaces(plugged) => format!("{} plugged in", plugged.len()),
        Value::Intrusion(Flag::Clear) => "clear".into(),
        Value::Intrusion(Flag::Raised) => "raised".into(),
        Value::Light(lux) => lux.to_string(),
        Value::Loop(ohms) => ohms.to_string(),
        Value::Rail(volts) => volts.to_string(),
        Value::Supply(Supply::Lost) => "lost".into(),
        Value::Supply(Supply::Present) => "present".into(),
        Value::Temperature(celsius) => celsius.to_string(),
        Value::Fault(_) | Value::Interlock(..) => "no value".into(),
    }
}

#[cfg(test)]
mod tests;
