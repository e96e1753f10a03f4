//! Any value of any word, out of any bytes: the same bytes, the same value; no bytes, the simplest one.
//!
//! The oracle of formats shares this file, so it names everything by its public path.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

use crypto::{
    digest::Digest,
    key::{Algorithm, KeyId, PublicKey, Role, Root, SecretKey},
    passkey::{CredentialId, Passkey},
    seal::{OpeningKey, OpeningPublic, Sealed, SoftwareOpening, seal_to},
    signed::{Letter, Signed, ToSign},
};
use journal::{Branch, Cursor, Head, Position};
use minicbor::bytes::ByteVec;
use vocab::{
    Action, Arming, BootId, Channel, ClockQuality, DeviceId, EventId, FleetName, Generation, Interlock,
    InterlockReading, InterlockRule, Label, MachineBoot, Mark, Millis, Mono, Nonce, OrderId, PageOrigin,
    PersonId, Posture, Reading, Receipt, ReceiptId, ReflexRule, RelyingParty, SecretName, SenseState,
    SensorName, Severity, TamperEvent, TamperKind, TamperState, Time, Tuning, UnitName, Value, Wall,
    WorkOrderId, ZoneName,
    reading::{Component, ComponentKind, Contact, Flag, Interface, InterfaceKind, SensorFault, Supply},
    receipt::{Cause, Outcome},
    tamper::{Authority, Verification},
    tuning::{
        ClockTuning, Enclosure, Fusion, Motion, Passage, Silence, SupplyTuning, TemperatureTuning, Trial,
    },
    unit::{Lux, MicroG, MilliAmps, MilliCelsius, MilliDegrees, MilliVolts, Ohms, Permille},
};
use wire::v1::{
    Beat, Body, Boot, Bundle, Consent, DeviceState, Evidence, FleetTime, Keyset, Order, OrderKind, Presence,
    Proof, Roster, SignIn, Standing, WorkOrder,
    body::{Adoption, Change, Closing, Direction, Gap, GapReason, Half, Seen, Trace, Work},
    enrol::{Answer, Ask, Join, Joined, Renewal, Reproof},
    evidence::Claims,
    feed::{self, Identified, News},
    keyset::{TrustZone, Valid, ZoneAuthority},
    roster::{Person, Right},
    standing::{Granted, Latch, Obeyed, Soak, Stretch, Tripped, UsedWork},
    state::{Lease, SealedSecret},
};

/// Bytes to throw values with; zeros when they are used up.
pub(crate) struct Dice<'a>(pub(crate) &'a [u8]);

impl Dice<'_> {
    pub(crate) fn throw<T: Throw>(&mut self) -> T {
        T::throw(self)
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }

    /// Below eight.
    fn few(&mut self) -> usize {
        usize::from(self.byte() % 8)
    }

    /// Small, or of any width.
    fn number(&mut self) -> u64 {
        let width = self.few();
        let bytes: [u8; 8] = self.bytes();
        u64::from_le_bytes(bytes) >> (8 * (7 - width))
    }

    fn text(&mut self, alphabet: &str, most: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let length = 1 + usize::from(self.byte()) % most;
        let mut text = String::new();
        for _ in 0..length {
            let letter = letters[usize::from(self.byte()) % letters.len()];
            if text.len() + letter.len_utf8() <= most {
                text.push(letter);
            }
        }
        text
    }

    fn seed(&mut self) -> [u8; 32] {
        [self.byte() % 4 + 1; 32]
    }
}

/// What can be thrown.
pub(crate) trait Throw {
    fn throw(d: &mut Dice) -> Self;
}

macro_rules! fields {
    ($($name:ident { $($field:ident),+ })+) => {
        $(impl Throw for $name {
            fn throw(d: &mut Dice) -> Self {
                Self { $($field: d.throw()),+ }
            }
        })+
    };
}

/// Every variant; the compiler says when one is missing.
macro_rules! variants {
    ($($name:ident { $($variant:ident $(($($part:ident),+))? $([$($field:ident),+])?),+ $(,)? })+) => {
        $(impl Throw for $name {
            fn throw(d: &mut Dice) -> Self {
                let makers: &[fn(&mut Dice) -> Self] = &[$(|_d| Self::$variant
                    $(($({ let $part = _d.throw(); $part }),+))?
                    $({ $($field: _d.throw()),+ })?
                ),+];
                const _: fn(&$name) = |value| match value { $($name::$variant { .. } => {}),+ };
                makers[usize::from(d.byte()) % makers.len()](d)
            }
        })+
    };
}

macro_rules! wrapped {
    ($($name:ident)+) => {
        $(impl Throw for $name {
            fn throw(d: &mut Dice) -> Self {
                Self(d.throw())
            }
        })+
    };
}

macro_rules! names {
    ($($name:ident $alphabet:literal)+) => {
        $(impl Throw for $name {
            fn throw(d: &mut Dice) -> Self {
                Self::new(&d.text($alphabet, Self::LIMIT)).unwrap()
            }
        })+
    };
}

macro_rules! integers {
    ($($integer:ty)+) => {
        $(impl Throw for $integer {
            #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
            fn throw(d: &mut Dice) -> Self {
                d.number() as $integer
            }
        })+
    };
}

integers! { u16 u32 u64 i32 i64 }

names! {
    FleetName "a-z09" Label "aZ 9.ä→𝄞" PageOrigin "az09.-:/" RelyingParty "az09.-" SecretName "aZ9-_./:" SensorName "aZ9-_./:" UnitName "aZ9-_.@:\\"
    ZoneName "aZ9-_./:"
}

wrapped! {
    BootId DeviceId EventId MachineBoot OrderId PersonId ReceiptId WorkOrderId Nonce Digest KeyId Head Generation
    Millis Mono Wall Lux MicroG MilliAmps MilliCelsius MilliDegrees MilliVolts Ohms Permille
}

impl<const N: usize> Throw for [u8; N] {
    fn throw(d: &mut Dice) -> Self {
        d.bytes()
    }
}

impl Throw for String {
    fn throw(d: &mut Dice) -> Self {
        d.text("guard/-ä\u{0}", 40)
    }
}

impl Throw for ByteVec {
    fn throw(d: &mut Dice) -> Self {
        (0..d.few()).map(|_| d.byte()).collect::<Vec<_>>().into()
    }
}

impl<T: Throw> Throw for Vec<T> {
    fn throw(d: &mut Dice) -> Self {
        (0..d.few() % 4).map(|_| d.throw()).collect()
    }
}

impl<T: Throw> Throw for Option<T> {
    fn throw(d: &mut Dice) -> Self {
        (d.byte() % 2 == 1).then(|| d.throw())
    }
}

impl<T: Throw> Throw for Box<T> {
    fn throw(d: &mut Dice) -> Self {
        Self::new(d.throw())
    }
}

impl<R: Role> Throw for PublicKey<R> {
    fn throw(d: &mut Dice) -> Self {
        let seed = d.seed();
        let bytes = match R::ALGORITHM {
            Algorithm::EdDsa => SecretKey::<Root>::from_seed(seed).public().as_bytes().to_owned(),
            Algorithm::Es256 | Algorithm::WebAuthn => {
                SoftwareOpening::from_seed(seed).public().as_sec1().to_vec()
            }
        };
        Self::from_bytes(&bytes).unwrap()
    }
}

impl Throw for CredentialId {
    fn throw(d: &mut Dice) -> Self {
        let length = 1 + 2 * usize::from(d.byte());
        Self::new((0..length).map(|_| d.byte()).collect()).unwrap()
    }
}

impl Throw for OpeningPublic {
    fn throw(d: &mut Dice) -> Self {
        *SoftwareOpening::from_seed(d.seed()).public()
    }
}

impl Throw for Sealed {
    fn throw(d: &mut Dice) -> Self {
        let length = d.few();
        seal_to(&d.throw(), b"info", b"", d.seed(), &[7; 8][..length])
    }
}

/// Signed by nobody: whoever reads a letter inside another believes it only when it is verified.
impl<T: Letter + Throw> Throw for Signed<T> {
    fn throw(d: &mut Dice) -> Self {
        ToSign::new(&d.throw::<T>(), d.throw()).finish(&d.bytes())
    }
}

/// Letters that hold together; whether they are what they say is judged by whoever reads them.
impl Throw for Ask {
    fn throw(d: &mut Dice) -> Self {
        match d.byte() % 2 {
            0 => Self::Join(d.throw::<Signed<Join>>().bytes().to_vec().into()),
            _ => Self::Reprove(d.throw::<Signed<Reproof>>().bytes().to_vec().into()),
        }
    }
}

impl Throw for feed::Standing {
    fn throw(d: &mut Dice) -> Self {
        match d.byte() % 4 {
            0 => Self::Active,
            1 => Self::RenewalOwed,
            2 => Self::Suspended,
            _ => Self::Revoked,
        }
    }
}

impl<K: Throw> Throw for Valid<K> {
    fn throw(d: &mut Dice) -> Self {
        Self { key: d.throw(), from: d.throw(), until: d.throw() }
    }
}

variants! {
    Action {
        Isolate, Rejoin, LockUsb, UnlockUsb, StopUnit(unit), StartUnit(unit), LatchVault, RearmVault, DropKeys,
        PowerOff, Wipe,
    }
    Adoption {
        Adopted[generation, state, direction, roster, keyset], Refused[generation, state, code],
        Proved[generation, checkpoint],
    }
    Answer { Question(nonce), Joined(joined), Refused[code, text] }
    Arming { Storage, Transport, Commissioning, Armed, Service, Retired }
    Authority { Authorised, Unauthorised }
    Body {
        Adopted(body), Boot(body), Branch(body), Change(body), Event(body), Gap(body), Receipt(body),
        Standing(body), Trace(body), Work(body),
    }
    Cause { Reflex(event), State(generation), Order(order), Lease }
    Change {
        Arming(arming), Latched[zone, state, event, posture, holds], Posture(posture), Tripped(sensor),
        Learnt(digest), Released[zone, event, order, state], Acknowledged[zone, event, order],
        Repeated[event, times], Soaking(until), Soaked, Clock(quality),
    }
    Channel {
        Acceleration, Components, Contact, Current, Interfaces, Interlock, Intrusion, Light, Loop, Rail, Supply,
        Temperature,
    }
    Claims { Software[version] }
    ClockQuality { Floor, Carried, Fleet }
    Closing { InOrder, Expired, LeftOpen }
    ComponentKind { Board, Disk, Memory, Network, Pci }
    Contact { Closed, Open }
    Direction { Tightens, Relaxes }
    Flag { Clear, Raised }
    GapReason { DiskFull, TornTail, Damaged, DiskStuck }
    Half { Before, After }
    InterfaceKind { Network, Serial, UsbInput, UsbStorage, Usb }
    Interlock { Energised, InMotion, Occupied, OnlyEgress }
    InterlockReading { Clear, Engaged, Unknown }
    News { Begin, Identities(all), Complete, Mark(wall) }
    OrderKind { ReleaseLatch[event, severity], Run(action), Acknowledge(event) }
    Outcome { Intended, Done, Unverified, Failed, TimedOut, Withheld(interlock), LogOnly, Unsupported }
    Posture { Normal, Guarded, Isolated, Sealed, Wiped }
    Right { Release, Destroy }
    SenseState { Proved, Unproved, Faulted, Silent }
    SensorFault { Bus, Declared, Missing, Implausible, Unfetched }
    Severity { Info, Low, Medium, High, Critical }
    Supply { Lost, Present }
    TamperKind {
        LidOpened, LoopCut, LoopShorted, LoopChanged, IntrusionFlag, LightInside, Moved, Struck, Tilted, Dropped,
        UnderVoltage, OverVoltage, PowerGlitch, SupplyLost, CurrentChanged, TemperatureOutside, ColdBootCooling,
        InterfaceAdded, InterfaceRemoved, ComponentAdded, ComponentRemoved, ComponentChanged, SensorFaulted,
        SensorSilent, ClockJumped, RecordDamaged, StateForged, WhileOff,
    }
    TamperState { Normal, Suspect, Acknowledged, Tampered }
    TrustZone { Device, Service }
    Value {
        Acceleration(x, y, z), Components(found), Contact(contact), Current(current), Fault(fault),
        Interfaces(found), Interlock(interlock, reading), Intrusion(flag), Light(light), Loop(ohms), Rail(volts),
        Supply(supply), Temperature(celsius),
    }
    Verification { Single, Verified }
    Work { Opened[order, holder, zones, window, from, until], Closed(order, closing), Refused(order, code) }
}

fields! {
    Beat { fleet, device, boot, position, at, generation, posture, arming, senses, causes }
    Boot { fleet, device, boot, journal_key, after, at, generation, state, opening_key, software }
    Branch { resumes, lost_from, lost_to }
    Bundle { fleet, keyset, hardware, enrolment }
    ClockTuning { step, away, ahead }
    Component { kind, identity }
    Consent { fleet, device, person, subject, expires }
    Cursor { boot, seq }
    DeviceState {
        fleet, device, generation, previous, issued, basis, arming, tuning, reflexes, interlocks, posture, orders,
        secrets, lease, floor, roster, keyset
    }
    Enclosure {
        suspect_after, open_after, close_after, loop_short, loop_low, loop_high, loop_cut, loop_samples, loop_jump,
        loop_for, light, light_after, loop_ageing
    }
    Evidence { fleet, device, nonce, position, generation, state, opening_key, device_key, claims }
    FleetTime { fleet, device, nonce, wall }
    Fusion { window, verify_window, verify_groups, leak, report_from, repeat_after }
    Gap { reason, records }
    Granted { powered }
    Identified { device, standing, replaced }
    Interface { kind, name }
    InterlockRule { withholds, condition, instead }
    Join { token, label, attestation_key, device_key, opening_key, fleet, nonce }
    Joined { fleet, device, chain, keyset, roster, checkpoint }
    Keyset { fleet, version, state, work_order, log, authorities }
    Latch { event, zone, kind, severity, at, position, state, posture, holds }
    Lease { until, powered, afterwards }
    Mark { sensor, channel, state, spoke, tripped }
    Motion {
        moving, window, moved_after, quiet_after, blow, tilt, tilt_for, gravity_within, free_fall, free_fall_for,
        stuck_after, tilt_back, implausible, full_scale, stuck_samples
    }
    Obeyed { generation, state, roster, keyset }
    Order { id, kind, basis, expires, consents }
    Passage { exit, entry, through, chime }
    Passkey { key, relying_party, origin, credential }
    Person { id, name, keys, may, passkeys }
    Position { boot, seq, head }
    Presence { fleet, device, order, challenge }
    Proof { generation, salt, index, path, checkpoint, from_size, consistency }
    Reading { sensor, at, value }
    Receipt { id, at, action, cause, outcome }
    ReflexRule { severity, verification, posture, actions }
    Renewal { fleet, device, nonce, device_key, possession }
    Reproof { fleet, device, nonce }
    Roster { fleet, version, people }
    SealedSecret { name, key, sealed, generation }
    Seen { size, root }
    SignIn { fleet, person, challenge }
    Silence { sensor_after, fault_after, inventory_after, away_after }
    Soak { until, tripped }
    Standing {
        latches, arming, posture, obeyed, seen, proved, orders, ordered, works, acts, tripped, learnt, soak, floor,
        quality, powered, lease, boots, branch, acknowledged, least, loosening, held, machine
    }
    Stretch { boot, first, last }
    SupplyTuning {
        low, high, warn_for, critical, glitch_dips, glitch_window, current, lost_after, current_for, nominal_within
    }
    TamperEvent { id, at, kind, location, confidence, severity, verification, authority, readings }
    TemperatureTuning { low, high, dwell, hysteresis, cooling, cooling_over }
    Time { mono, wall, quality }
    Trace { event, half, readings }
    Trial { soak, proof }
    Tripped { sensor, at }
    Tuning { enclosure, motion, supply, temperature, silence, fusion, clock, passage, trial }
    UsedWork { order, holder, zones, window, from, until, opened, powered, closed }
    WorkOrder { fleet, device, id, zones, holder, window, from, until, nonce }
    ZoneAuthority { zone, root }
}
