use vocab::{
    Action::{self, DropKeys, LatchVault, LockUsb, PowerOff, Wipe},
    Arming, EventId, Posture, ReflexRule, Severity, TamperEvent, TamperKind, Time, UnitName,
    tamper::{Authority, Verification},
    unit::Permille,
};

use super::{Response, Trial, respond};
use crate::kit::zone;

fn event(kind: TamperKind, severity: Severity, verification: Verification) -> TamperEvent {
    let at = Time { mono: vocab::Mono(0), wall: vocab::Wall(0), quality: vocab::ClockQuality::Floor };
    TamperEvent {
        id: EventId([1; 16]),
        at,
        kind,
        location: zone("lid"),
        confidence: Permille(900),
        severity,
        verification,
        authority: Authority::Unauthorised,
        readings: [].into(),
    }
}

fn line(severity: Severity, verification: Verification, posture: Posture, actions: &[Action]) -> ReflexRule {
    ReflexRule { severity, verification, posture, actions: actions.to_vec() }
}

fn lid() -> TamperEvent {
    event(TamperKind::LidOpened, Severity::High, Verification::Single)
}

#[test]
fn a_severe_event_draws_the_device_in_and_drops_its_keys() {
    let response = respond(&lid(), &ReflexRule::defaults(), Arming::Armed, Trial::Over);
    let expected = Response {
        posture: Some(Posture::Sealed),
        once: [DropKeys].into(),
        holds: [LockUsb].into(),
        log_only: [].into(),
    };
    assert_eq!(response, expected);
}

#[test]
fn a_suspicion_only_guards() {
    let event = event(TamperKind::InterfaceAdded, Severity::Medium, Verification::Single);
    let response = respond(&event, &ReflexRule::defaults(), Arming::Armed, Trial::Over);
    assert_eq!((response.posture, response.holds.as_slice()), (Some(Posture::Guarded), &[LockUsb][..]));
}

#[test]
fn what_is_worth_a_line_draws_nothing() {
    let event = event(TamperKind::Struck, Severity::Low, Verification::Single);
    assert_eq!(respond(&event, &ReflexRule::defaults(), Arming::Armed, Trial::Over), Response::default());
}

#[test]
fn a_lawful_event_and_a_device_off_duty_draw_nothing() {
    let lawful = TamperEvent { authority: Authority::Authorised, ..lid() };
    assert_eq!(respond(&lawful, &ReflexRule::defaults(), Arming::Service, Trial::Over), Response::default());
    for (arming, answers) in [
        (Arming::Storage, true),
        (Arming::Transport, true),
        (Arming::Commissioning, false),
        (Arming::Armed, true),
        (Arming::Service, true),
        (Arming::Retired, false),
    ] {
        let response = respond(&lid(), &ReflexRule::defaults(), arming, Trial::Over);
        assert_eq!(response != Response::default(), answers, "{arming:?}");
    }
}

#[test]
fn on_trial_recoverable_acts_are_only_recorded_and_nothing_claims_to_be_sealed() {
    let carried = event(TamperKind::Moved, Severity::High, Verification::Single);
    let response = respond(&carried, &ReflexRule::defaults(), Arming::Armed, Trial::Soaking);
    let expected = Response {
        posture: Some(Posture::Isolated),
        once: [].into(),
        holds: [LockUsb].into(),
        log_only: [LatchVault, DropKeys].into(),
    };
    assert_eq!(response, expected);
}

#[test]
fn lid_and_loop_need_no_trial() {
    for kind in [TamperKind::LidOpened, TamperKind::LoopCut, TamperKind::LoopShorted] {
        let event = event(kind, Severity::High, Verification::Single);
        let response = respond(&event, &ReflexRule::defaults(), Arming::Armed, Trial::Soaking);
        assert_eq!((response.posture, response.log_only), (Some(Posture::Sealed), [].into()), "{kind:?}");
    }
}

#[test]
fn an_irreversible_act_takes_two_groups_and_a_device_on_duty() {
    let table = [line(Severity::High, Verification::Single, Posture::Sealed, &[Wipe])];
    for (verification, arming, wipes) in [
        (Verification::Single, Arming::Armed, false),
        (Verification::Verified, Arming::Armed, true),
        (Verification::Verified, Arming::Service, false),
        (Verification::Verified, Arming::Storage, false),
        (Verification::Verified, Arming::Commissioning, false),
    ] {
        let event = event(TamperKind::LidOpened, Severity::High, verification);
        let response = respond(&event, &table, arming, Trial::Over);
        assert_eq!(response.once.contains(&Wipe), wipes, "{verification:?} {arming:?}");
    }
}

#[test]
fn all_lines_that_fit_add_up_and_no_act_stands_twice() {
    let stop = Action::StopUnit(UnitName::new("kiosk.service").unwrap());
    let table = [
        line(Severity::High, Verification::Single, Posture::Sealed, &[PowerOff, stop.clone(), PowerOff]),
        line(Severity::Medium, Verification::Single, Posture::Guarded, &[LockUsb, stop.clone()]),
        line(Severity::High, Verification::Verified, Posture::Sealed, &[DropKeys]),
        line(Severity::Critical, Verification::Single, Posture::Sealed, &[DropKeys]),
    ];
    let response = respond(&lid(), &table, Arming::Armed, Trial::Over);
    let expected = Response {
        posture: Some(Posture::Sealed),
        once: [PowerOff].into(),
        holds: [stop, LockUsb].into(),
        log_only: [].into(),
    };
    assert_eq!(response, expected);
}
