use vocab::{
    Arming::{self, Armed, Commissioning, Retired, Service, Storage, Transport},
    Posture,
    Severity::{self, Critical, High, Info, Low, Medium},
    TamperKind::{self, *},
    tamper::Verification::{Single, Verified},
};

use super::severity;

/// Kind, hint, and what it is worth in storage, on the road, while commissioned, armed, in service, retired.
const TABLE: [(TamperKind, Severity, [Severity; 6]); 18] = [
    (LidOpened, High, [High, High, Info, High, High, Info]),
    (LoopCut, High, [High, High, Info, High, High, Info]),
    (LightInside, Medium, [Medium, Medium, Info, Medium, Medium, Info]),
    (WhileOff, High, [High, High, Info, High, High, Info]),
    (ComponentRemoved, High, [High, High, Info, High, High, Info]),
    (Moved, High, [Medium, Info, Info, High, High, Info]),
    (Struck, Low, [Low, Info, Info, Low, Low, Info]),
    (Tilted, Medium, [Medium, Info, Info, Medium, Medium, Info]),
    (PowerGlitch, High, [Info, Info, Info, High, High, Info]),
    (SupplyLost, Low, [Info, Info, Info, Low, Low, Info]),
    (TemperatureOutside, Medium, [Low, Low, Info, Medium, Medium, Info]),
    (ColdBootCooling, High, [Low, Low, Info, High, High, Info]),
    (InterfaceAdded, Medium, [Medium, Medium, Info, Medium, Medium, Info]),
    (SensorSilent, Medium, [Low, Low, Info, Medium, Medium, Info]),
    (SensorFaulted, Medium, [Low, Low, Info, Medium, Medium, Info]),
    (ClockJumped, Medium, [Medium, Medium, Info, Medium, Medium, Info]),
    (RecordDamaged, Medium, [Medium, Medium, Info, Medium, Medium, Info]),
    (StateForged, Medium, [Medium, Medium, Info, Medium, Medium, Info]),
];

const ARMINGS: [Arming; 6] = [Storage, Transport, Commissioning, Armed, Service, Retired];

#[test]
fn each_kind_is_worth_what_the_arming_state_makes_of_it() {
    for (kind, hint, expected) in TABLE {
        let found = ARMINGS.map(|arming| severity(hint, kind, arming, Posture::Normal, Single));
        assert_eq!(found, expected, "{kind:?}");
    }
}

#[test]
fn a_second_group_raises_by_one_and_nothing_else_reaches_critical() {
    for (hint, expected) in [(Info, Info), (Low, Low), (Medium, High), (High, Critical)] {
        assert_eq!(severity(hint, LidOpened, Armed, Posture::Normal, Verified), expected);
    }
    for kind in TABLE.map(|(kind, ..)| kind) {
        for posture in [Posture::Normal, Posture::Guarded, Posture::Sealed] {
            assert!(severity(Critical, kind, Armed, posture, Single) < Critical, "{kind:?}");
        }
    }
}

#[test]
fn guarded_tolerates_less_and_never_seals_by_itself() {
    for (hint, expected) in [(Info, Info), (Low, Medium), (Medium, Medium), (High, High)] {
        assert_eq!(severity(hint, Struck, Armed, Posture::Guarded, Single), expected);
    }
    assert_eq!(severity(Low, Struck, Commissioning, Posture::Guarded, Single), Info);
}
