//! Every threshold of the senses, with its default and where the number comes from.
//!
//! Sources: *S10* is the table of sensing facts behind each channel (alarm-panel manuals, FIPS 140-3, kernel
//! ABI); *ST* are the STMicroelectronics asset-tracking recordings; *Pi* is the Raspberry Pi supply monitor.

use minicbor::{Decode, Encode};

use crate::{
    time::Millis,
    unit::{Lux, MicroG, MilliCelsius, MilliDegrees, MilliVolts, Ohms, Permille},
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
}

/// Thresholds of lid, loop and light.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enclosure {
    /// Open this long: suspect. S10: contacts bounce 1–10 ms, cheap ones longer.
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
    /// So many samples in a row decide. S10: three.
    #[n(7)]
    pub loop_samples: u32,
    /// A jump of this share inside the band, held for `loop_jump_for`, is another resistor. S10: 10 %.
    #[n(8)]
    pub loop_jump: Permille,
    /// See `loop_jump`. S10: 100 ms.
    #[n(9)]
    pub loop_jump_for: Millis,
    /// Brighter: light inside. S10: 10 lx.
    #[n(10)]
    pub light: Lux,
    /// For this long. S10: 200 ms.
    #[n(11)]
    pub light_after: Millis,
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
            loop_jump_for: Millis(100),
            light: Lux(10),
            light_after: Millis(200),
        }
    }
}

/// Thresholds of movement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Motion {
    /// RMS over `window` after taking the mean away, above which the device moves. ST: still ≤ 0.002 g,
    /// carried > 0.025 g in 105 of 106 windows.
    #[n(0)]
    pub moving: MicroG,
    /// The window. ST: 1 s.
    #[n(1)]
    pub window: Millis,
    /// Moving for so long is carried, less is vibration. S10: 3 s.
    #[n(2)]
    pub moved_after: Millis,
    /// Quiet for so long ends an episode, so that one walk is one event. ST: the walk holds pauses.
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
        }
    }
}

/// Thresholds of rails and currents.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SupplyTuning {
    /// Below for `warn_for`: a warning. S10: 5 V − 5 %.
    #[n(0)]
    pub low: MilliVolts,
    /// Above for `warn_for`: a warning. S10: 5 V + 5 %.
    #[n(1)]
    pub high: MilliVolts,
    /// S10: 1 s.
    #[n(2)]
    pub warn_for: Millis,
    /// Below, at once: critical. Pi: 4.63 V.
    #[n(3)]
    pub critical: MilliVolts,
    /// So many dips below `critical` within `glitch_window` are a glitch attack. S10: five of 100 ms.
    #[n(4)]
    pub glitch_dips: u32,
    /// See `glitch_dips`.
    #[n(5)]
    pub glitch_window: Millis,
    /// Departure from the learned current that is a foreign load. S10: 20 %.
    #[n(6)]
    pub current: Permille,
    /// External power gone for so long. S10: mains flickers shorter than this are weather.
    #[n(7)]
    pub lost_after: Millis,
}

impl Default for SupplyTuning {
    fn default() -> Self {
        Self {
            low: MilliVolts(4_750),
            high: MilliVolts(5_250),
            warn_for: Millis(1_000),
            critical: MilliVolts(4_630),
            glitch_dips: 3,
            glitch_window: Millis(10_000),
            current: Permille(200),
            lost_after: Millis(1_000),
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
    /// Back inside by so much before the band is armed again.
    #[n(3)]
    pub hysteresis: MilliCelsius,
    /// Cooling by so much within a second is a cold-boot attack. S10: 2 °C/s, while a cold-store door
    /// makes 0.2 °C/s.
    #[n(4)]
    pub cooling: MilliCelsius,
    /// Over at least this span, so that one bad sample is not a slope.
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
            cooling: MilliCelsius(2_000),
            cooling_over: Millis(2_000),
        }
    }
}

/// When a sense that says nothing is itself a finding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Silence {
    /// A sensor that has said nothing for so long. S10: three periods.
    #[n(0)]
    pub sensor_after: Millis,
    /// A sensor that says nothing for so long after a fault stays faulted. S10: 2 s.
    #[n(1)]
    pub fault_after: Millis,
}

impl Default for Silence {
    fn default() -> Self {
        Self { sensor_after: Millis(30_000), fault_after: Millis(2_000) }
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
