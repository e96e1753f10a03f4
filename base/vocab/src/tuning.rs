//! Every threshold of the senses, with its default and where the number comes from.
//!
//! Sources: *S10* is the table of sensing facts behind each channel (alarm-panel manuals, FIPS 140-3, kernel
//! ABI); *ST* are the STMicroelectronics asset-tracking recordings, measured with our own window; *Pi* is the
//! Raspberry Pi supply monitor; *P* rows are attacks that the senses must tell from their harmless twins; *set*
//! is a choice of ours, with its reason.

use alloc::vec::Vec;

use minicbor::{Decode, Encode};

use crate::{
    name::ZoneName,
    time::Millis,
    unit::{Lux, MicroG, MilliCelsius, MilliDegrees, Ohms, Permille},
};

/// All thresholds of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tuning {
    /// Lid, loop and light.
    #[n(0)]
    pub enclosure: Enclosure,
    /// Movement, tilt, blows and falls.
    #[n(1)]
    pub motion: Motion,
    /// Rails and currents.
    #[n(2)]
    pub supply: SupplyTuning,
    /// Heat and cold.
    #[n(3)]
    pub temperature: TemperatureTuning,
    /// Senses that say nothing.
    #[n(4)]
    pub silence: Silence,
    /// From findings to an event.
    #[n(5)]
    pub fusion: Fusion,
    /// The machine's own clock.
    #[n(6)]
    pub clock: ClockTuning,
    /// How people come and go.
    #[n(7)]
    pub passage: Passage,
    /// How long what is new is on trial.
    #[n(8)]
    pub trial: Trial,
}

/// Thresholds of lid, loop and light.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enclosure {
    /// Open this long: suspect; closed this long: a bounce is over. S10: contacts bounce 1–10 ms, cheap ones
    /// longer.
    #[n(0)]
    pub suspect_after: Millis,
    /// Open this long: opened. S10: zone response of alarm panels, 45–270 ms.
    #[n(1)]
    pub open_after: Millis,
    /// Closed this long: closed. S10.
    #[n(2)]
    pub close_after: Millis,
    /// Below: shorted. S10: Bolid, 100 Ω.
    #[n(3)]
    pub loop_short: Ohms,
    /// Below, or above `loop_high`: not the resistor that belongs there. S10: Bolid, 2.2 kΩ.
    #[n(4)]
    pub loop_low: Ohms,
    /// See `loop_low`. S10: Bolid, 5.4 kΩ.
    #[n(5)]
    pub loop_high: Ohms,
    /// Above: cut. S10: Bolid, 20 kΩ.
    #[n(6)]
    pub loop_cut: Ohms,
    /// So many samples in a row, over at least `loop_for`, decide. S10: three.
    #[n(7)]
    pub loop_samples: u32,
    /// A departure of this share from the learned resistance, inside the band, is another resistor. S10: 10 %.
    #[n(8)]
    pub loop_jump: Permille,
    /// What the loop says must be said for so long. S10: 100 ms; set for every kind, because three samples
    /// alone are 30 ms at 100 Hz and a relay's spark lasts as long.
    #[n(9)]
    pub loop_for: Millis,
    /// Brighter: light inside. S10: 10 lx.
    #[n(10)]
    pub light: Lux,
    /// For this long. S10: 200 ms.
    #[n(11)]
    pub light_after: Millis,
    /// From half of `loop_jump` to the whole in less than this is a hand, in more it is age. S10: 5 % an hour.
    #[n(12)]
    pub loop_ageing: Millis,
}

impl Default for Enclosure {
    fn default() -> Self {
        Self {
            suspect_after: Millis(50),
            open_after: Millis(250),
            close_after: Millis(2_000),
            loop_short: Ohms(100),
            loop_low: Ohms(2_200),
            loop_high: Ohms(5_400),
            loop_cut: Ohms(20_000),
            loop_samples: 3,
            loop_jump: Permille(100),
            loop_for: Millis(100),
            light: Lux(10),
            light_after: Millis(200),
            loop_ageing: Millis(3_600_000),
        }
    }
}

/// Thresholds of movement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Motion {
    /// RMS over `window` of what is slower than about four hertz, without its mean, above which the device
    /// moves. ST: still ≤ 0.0012 g in 750 windows, carried > 0.025 g in 827 of 849.
    #[n(0)]
    pub moving: MicroG,
    /// The window. ST: 1 s.
    #[n(1)]
    pub window: Millis,
    /// Moving for so long is carried, less is a jolt. S10: 3 s.
    #[n(2)]
    pub moved_after: Millis,
    /// Quiet for so long ends an episode, so that one walk is one event. ST: the walk holds pauses of 1.8 s.
    #[n(3)]
    pub quiet_after: Millis,
    /// Peak-to-peak of the norm within half a window that is a blow. S10: 0.5 g.
    #[n(4)]
    pub blow: MicroG,
    /// Angle to the home vector that is a tilt. S10: 4–5°.
    #[n(5)]
    pub tilt: MilliDegrees,
    /// Held so long. S10: 2 s.
    #[n(6)]
    pub tilt_for: Millis,
    /// How far the norm may stand from 1 g for gravity to be believed. S10: 0.1 g.
    #[n(7)]
    pub gravity_within: MicroG,
    /// Norm below which it falls. S10: 0.35 g.
    #[n(8)]
    pub free_fall: MicroG,
    /// For so long. S10: 100–150 ms.
    #[n(9)]
    pub free_fall_for: Millis,
    /// Bit-equal samples for so long are a stuck sensor. S10: 10 s.
    #[n(10)]
    pub stuck_after: Millis,
    /// Angle to the home vector at which it hangs at home again. S10: 4–5°, the lower end.
    #[n(11)]
    pub tilt_back: MilliDegrees,
    /// At rest the norm cannot stand farther from 1 g. Set: five times `gravity_within`; an uncalibrated chip
    /// is off by 0.1 g, a dead one by 1 g.
    #[n(12)]
    pub implausible: MicroG,
    /// An axis that stays here or beyond measures nothing. ST: ±16 g.
    #[n(13)]
    pub full_scale: MicroG,
    /// So many bit-equal samples at least. Set: a slow sensor may repeat itself for 10 s by chance (ST: seven
    /// in a row), not a hundred times.
    #[n(14)]
    pub stuck_samples: u32,
}

impl Default for Motion {
    fn default() -> Self {
        Self {
            moving: MicroG(25_000),
            window: Millis(1_000),
            moved_after: Millis(3_000),
            quiet_after: Millis(10_000),
            blow: MicroG(500_000),
            tilt: MilliDegrees(5_000),
            tilt_for: Millis(2_000),
            gravity_within: MicroG(100_000),
            free_fall: MicroG(350_000),
            free_fall_for: Millis(120),
            stuck_after: Millis(10_000),
            tilt_back: MilliDegrees(4_000),
            implausible: MicroG(500_000),
            full_scale: MicroG(16_000_000),
            stuck_samples: 100,
        }
    }
}

/// Thresholds of rails and currents; rails by their share of the nominal voltage, so that 3.3 V and 12 V obey
/// the same table.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SupplyTuning {
    /// Lower than nominal by more, for `warn_for`: a warning. S10: 5 V − 5 %.
    #[n(0)]
    pub low: Permille,
    /// Higher than nominal by more, for `warn_for`: too high. S10: 5 V + 5 %.
    #[n(1)]
    pub high: Permille,
    /// S10: 1 s.
    #[n(2)]
    pub warn_for: Millis,
    /// Lower than nominal by more: a dip at once, critical after `warn_for`. Pi: 4.63 V of 5 V.
    #[n(3)]
    pub critical: Permille,
    /// So many dips within `glitch_window` are a glitch attack; one alone is weather. S10, P09: five of 100 ms.
    #[n(4)]
    pub glitch_dips: u32,
    /// See `glitch_dips`. Set: a motor that starts each few seconds makes fewer.
    #[n(5)]
    pub glitch_window: Millis,
    /// Departure from the learned current that is a foreign load. S10: 20 %.
    #[n(6)]
    pub current: Permille,
    /// External power gone for so long. S10: mains flickers shorter than this are weather.
    #[n(7)]
    pub lost_after: Millis,
    /// The foreign load must stay so long. Set: a busy processor comes and goes.
    #[n(8)]
    pub current_for: Millis,
    /// A rail learned this near a standard voltage is that voltage, so that a sag is never learned as normal.
    /// Set: twice `low`.
    #[n(9)]
    pub nominal_within: Permille,
}

impl Default for SupplyTuning {
    fn default() -> Self {
        Self {
            low: Permille(50),
            high: Permille(50),
            warn_for: Millis(1_000),
            critical: Permille(74),
            glitch_dips: 3,
            glitch_window: Millis(10_000),
            current: Permille(200),
            lost_after: Millis(1_000),
            current_for: Millis(10_000),
            nominal_within: Permille(100),
        }
    }
}

/// Thresholds of temperature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TemperatureTuning {
    /// Below for `dwell`: outside. S10: 0 °C board.
    #[n(0)]
    pub low: MilliCelsius,
    /// Above for `dwell`: outside. S10: 70 °C board, 85 °C chip.
    #[n(1)]
    pub high: MilliCelsius,
    /// S10: dwell before a band counts.
    #[n(2)]
    pub dwell: Millis,
    /// Back inside by so much before the band is armed again. Set: twice the step of a common chip.
    #[n(3)]
    pub hysteresis: MilliCelsius,
    /// Cooling by so much within a second is a cold-boot attack. S10, P10: the attack makes 2 °C/s, a
    /// cold-store door 0.2 °C/s; set between the two, five times the door.
    #[n(4)]
    pub cooling: MilliCelsius,
    /// Over at least this span, so that one coarse step is not a slope. Set.
    #[n(5)]
    pub cooling_over: Millis,
}

impl Default for TemperatureTuning {
    fn default() -> Self {
        Self {
            low: MilliCelsius(0),
            high: MilliCelsius(70_000),
            dwell: Millis(5_000),
            hysteresis: MilliCelsius(2_000),
            cooling: MilliCelsius(1_000),
            cooling_over: Millis(2_000),
        }
    }
}

/// When a sense that says nothing, or that it cannot look, is itself a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Silence {
    /// A sensor that has said nothing for so long. S10, P17: three periods, of 10 s.
    #[n(0)]
    pub sensor_after: Millis,
    /// A sensor that cannot look, or says the impossible, for so long is faulted. P04: 2 s.
    #[n(1)]
    pub fault_after: Millis,
    /// As `sensor_after`, for the inventory of parts, which is read once a minute. S10, P17: three periods.
    #[n(2)]
    pub inventory_after: Millis,
    /// Nobody ticked for so long: we were not running, and that time is nobody's silence. Set: twice the
    /// longest span that we ask to be left alone.
    #[n(3)]
    pub away_after: Millis,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            sensor_after: Millis(30_000),
            fault_after: Millis(2_000),
            inventory_after: Millis(180_000),
            away_after: Millis(10_000),
        }
    }
}

/// From findings to one event.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fusion {
    /// Findings this close together are about one thing.
    #[n(0)]
    pub window: Millis,
    /// A second independent group within this span verifies. S10: BS 8243, 30–60 min.
    #[n(1)]
    pub verify_window: Millis,
    /// So many independent groups verify. S10: two.
    #[n(2)]
    pub verify_groups: u32,
    /// The chance that nothing at all caused it, in the noisy-OR. S10.
    #[n(3)]
    pub leak: Permille,
    /// Confidence from which an event is made.
    #[n(4)]
    pub report_from: Permille,
    /// Repeats of one kind in one zone within `window` are folded into one event.
    #[n(5)]
    pub repeat_after: Millis,
}

impl Default for Fusion {
    fn default() -> Self {
        Self {
            window: Millis(5_000),
            verify_window: Millis(1_800_000),
            verify_groups: 2,
            leak: Permille(10),
            report_from: Permille(300),
            repeat_after: Millis(60_000),
        }
    }
}

/// When a step of the machine's own clock is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ClockTuning {
    /// Steps up to this are drift and rounding. S10: a time step above 2 s.
    #[n(0)]
    pub step: Millis,
    /// A step that leaves the clock so far from the time that we count is a jump; one that brings it nearer is
    /// a correction. Set: a minute, far above any network's delay.
    #[n(1)]
    pub away: Millis,
    /// With nothing to count on, so far ahead at once is a jump. Set: a day; a clock set at the bench is not off
    /// by more.
    #[n(2)]
    pub ahead: Millis,
}

impl Default for ClockTuning {
    fn default() -> Self {
        Self { step: Millis(2_000), away: Millis(60_000), ahead: Millis(86_400_000) }
    }
}

/// How people come and go lawfully where a door stands between them and the keypad.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Passage {
    /// After arming, so long the zones in `through` are only recorded. Set: none; a box on a pole has no door.
    #[n(0)]
    pub exit: Millis,
    /// After a severe event in one of the zones in `through`, so long the reflex waits for a work order. Set: none.
    #[n(1)]
    pub entry: Millis,
    /// The zones that people pass through; all others trip at once.
    #[n(2)]
    pub through: Vec<ZoneName>,
    /// Zones that only chime: recorded, never latched.
    #[n(3)]
    pub chime: Vec<ZoneName>,
}

/// How long what is new is on trial.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Trial {
    /// So long after new tuning or a new reflex table recoverable acts are only recorded, unless every sensor
    /// trips sooner. Set: a day and a night, so that sun, heating and people have come by once.
    #[n(0)]
    pub soak: Millis,
    /// So long the proof of a state that tightens may take. Set: a quarter of an hour, thirty times the usual
    /// distance of two checkpoints.
    #[n(1)]
    pub proof: Millis,
}

impl Default for Trial {
    fn default() -> Self {
        Self { soak: Millis(86_400_000), proof: Millis(900_000) }
    }
}
