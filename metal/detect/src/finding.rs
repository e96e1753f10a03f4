//! What one sensor noticed, how strongly that speaks for an attack, and which sensors would notice it together.

use alloc::vec::Vec;

use vocab::{Mono, Reading, SensorName, Severity, TamperKind, ZoneName, unit::Permille};

/// One thing noticed by one sensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Who noticed it.
    pub sensor: SensorName,
    /// Where that sensor sits.
    pub zone: ZoneName,
    /// What it looks like.
    pub kind: TamperKind,
    /// Whether it decides alone.
    pub certainty: Certainty,
    /// Its strength in a noisy-OR: the share of such findings that an attack explains.
    pub weight: Permille,
    /// Sensors of one group see one cause together and are not independent witnesses.
    pub group: Group,
    /// How bad it is on an armed device, taken by itself.
    pub severity_hint: Severity,
    /// When it began.
    pub since: Mono,
    /// When it had lasted long enough; not later than the tick or reading that brought it.
    pub at: Mono,
    /// What it rests on, at most `Finding::READINGS`. What was learned as normal comes first, dated zero; then
    /// what was read, or what was left of it where noise was taken off (the mean of a window, the median of
    /// three). Of parts and interfaces only what differs from the baseline: first what went, dated zero, then
    /// what came, each cut off at `Finding::DIFFERING`.
    pub readings: Vec<Reading>,
}

impl Finding {
    /// Most readings in one finding; the trace around it is the flight recorder's.
    pub const READINGS: usize = 8;

    /// Most parts or interfaces in one of its readings.
    pub const DIFFERING: usize = 16;
}

/// Whether a finding makes an event by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It adds to others.
    Corroborating,
    /// No harmless cause is left.
    Decisive,
}

/// Sensors that one cause would move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Lid, loop, light, intrusion flag.
    Enclosure,
    /// The accelerometer.
    Motion,
    /// The inventory.
    Parts,
    /// What is plugged in.
    Ports,
    /// What the guard notices of itself; no sense says so.
    Record,
    /// Senses that are silent or faulted.
    Silence,
    /// Rails, currents, external power.
    Supply,
    /// Temperature.
    Thermal,
}

/// What a kind of finding is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Correlated findings share one.
    pub group: Group,
    /// See `Finding::severity_hint`.
    pub severity: Severity,
    /// See `Finding::weight`.
    pub weight: Permille,
}

/// The strength of a kind at full level.
///
/// Weights are `1 − f / d`, the share that an attack explains, where `d` is the chance that an attack of this
/// kind makes the finding and `f` that a quiet span of the same length does. `d` and `f`, in thousandths, are
/// estimates to be replaced by the counted outcomes of incidents.
pub const fn strength(kind: TamperKind) -> Strength {
    use Group::{Enclosure, Motion, Parts, Ports, Record, Silence, Supply, Thermal};
    use Severity::{High, Low, Medium};

    let (group, severity, d, f) = match kind {
        TamperKind::LidOpened | TamperKind::LoopCut | TamperKind::LoopShorted => (Enclosure, High, 995, 2),
        TamperKind::LoopChanged => (Enclosure, High, 900, 30),
        TamperKind::IntrusionFlag => (Enclosure, High, 950, 20),
        TamperKind::LightInside => (Enclosure, Medium, 800, 50),
        TamperKind::Moved => (Motion, High, 950, 50),
        TamperKind::Struck => (Motion, Low, 700, 350),
        TamperKind::Tilted => (Motion, Medium, 900, 100),
        TamperKind::Dropped => (Motion, Medium, 800, 50),
        TamperKind::UnderVoltage => (Supply, Medium, 600, 250),
        TamperKind::OverVoltage => (Supply, Medium, 700, 150),
        TamperKind::PowerGlitch => (Supply, High, 850, 100),
        TamperKind::SupplyLost => (Supply, Low, 900, 600),
        TamperKind::CurrentChanged => (Supply, Low, 700, 300),
        TamperKind::TemperatureOutside => (Thermal, Medium, 600, 200),
        TamperKind::ColdBootCooling => (Thermal, High, 950, 50),
        TamperKind::InterfaceAdded => (Ports, Medium, 900, 150),
        TamperKind::InterfaceRemoved => (Ports, Low, 700, 300),
        TamperKind::ComponentAdded | TamperKind::ComponentRemoved | TamperKind::ComponentChanged => {
            (Parts, High, 950, 20)
        }
        TamperKind::SensorFaulted | TamperKind::SensorSilent => (Silence, Medium, 400, 200),
        TamperKind::ClockJumped => (Record, Medium, 600, 100),
        TamperKind::RecordDamaged | TamperKind::StateForged | TamperKind::WhileOff => (Record, High, 950, 20),
    };
    Strength { group, severity, weight: attributable(d, f) }
}

/// The strength of the same kind as a mere warning: a sag, a contact that hardly opened, a resistor that aged.
pub const fn warning(kind: TamperKind) -> Strength {
    Strength { group: strength(kind).group, severity: Severity::Low, weight: attributable(500, 320) }
}

#[expect(clippy::cast_possible_truncation, reason = "a share of one is at most a thousand")]
const fn attributable(d: u16, f: u16) -> Permille {
    Permille(1_000 - (f as u32 * 1_000 / d as u32) as u16)
}
