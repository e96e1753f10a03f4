use linux::{Bias, GpioLine, LineName, Open};
use vocab::{
    SensorName, ZoneName,
    unit::{Lux, MicroG, MilliAmps, MilliVolts},
};

use super::*;

fn of(source: Source) -> Sense {
    Sense { name: SensorName::new("one").unwrap(), zone: ZoneName::new("case").unwrap(), source }
}

fn line() -> GpioLine {
    GpioLine { chip: "tamper".into(), line: LineName::Offset(0), open: Open::High, bias: Bias::AsIs }
}

#[test]
fn every_value_is_said_with_its_unit() {
    let contact = of(Source::Contact(line()));
    for (value, text) in [
        (Value::Acceleration(MicroG(-10_000), MicroG(0), MicroG(998_000)), "-0.01 g, 0 g, 0.998 g"),
        (Value::Components(vec![]), "0 parts"),
        (Value::Contact(Contact::Closed), "closed"),
        (Value::Contact(Contact::Open), "open"),
        (Value::Current(MilliAmps(400)), "0.4 A"),
        (Value::Interfaces(vec![]), "0 plugged in"),
        (Value::Intrusion(Flag::Raised), "raised"),
        (Value::Light(Lux(3)), "3 lx"),
        (Value::Rail(MilliVolts(4_808)), "4.808 V"),
        (Value::Supply(Supply::Lost), "lost"),
    ] {
        assert_eq!(said(&value, &contact), text);
    }
    assert_eq!(said(&Value::Contact(Contact::Open), &of(Source::Loop(line()))), "cut");
}

#[test]
fn a_loop_that_is_cut_is_worth_a_look_and_a_lid_that_is_open_is_not() {
    let (lid, seal) = (of(Source::Contact(line())), of(Source::Loop(line())));
    let open = Value::Contact(Contact::Open);
    assert!(trips(&open, &seal) && !trips(&open, &lid));
    assert!(trips(&Value::Intrusion(Flag::Raised), &lid) && trips(&Value::Supply(Supply::Lost), &lid));
    assert!(!trips(&Value::Contact(Contact::Closed), &seal) && !trips(&Value::Supply(Supply::Present), &lid));
}

#[test]
fn what_there_is_instead_is_told_as_far_as_people_read() {
    let names = |count: usize| (0..count).map(|at| format!("chip{at} temp1")).collect::<Vec<_>>();
    let told = |count| blind(SensorFault::Missing, || names(count));
    assert!(told(0).contains("nor is any other"), "{}", told(0));
    assert!(told(NAMES).ends_with("chip11 temp1"), "{}", told(NAMES));
    assert!(told(NAMES + 1).ends_with("chip11 temp1, …"), "{}", told(NAMES + 1));
    for fault in [SensorFault::Bus, SensorFault::Declared, SensorFault::Implausible] {
        assert!(blind(fault, || unreachable!("it is there")).contains("look at"), "{fault:?}");
    }
}

#[test]
fn a_driver_that_hangs_is_called_by_its_name_and_holds_up_nothing_behind_it() {
    let (held, hangs) = mpsc::channel::<()>();
    assert_eq!(within(Duration::from_millis(1), move || hangs.recv()), None);
    assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
    drop(held);
}
