//! Sensors that say what the story lets happen to them.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use board::{Clock, Sensors};
use vocab::{Mono, Reading, Sensor, SensorName, Value, reading::SensorFault, unit::MicroG};

use crate::{clock::SimClock, dice::Dice};

/// How often a sensor repeats what it said when nothing changes.
const PERIOD: Duration = Duration::from_secs(1);

/// The senses of one board. They go on through reboots; what changed while the board was off is seen at boot.
#[derive(Clone)]
pub struct SimSenses {
    nerves: Rc<RefCell<Nerves>>,
    clock: SimClock,
}

struct Nerves {
    sensors: Vec<Sensor>,
    values: BTreeMap<SensorName, Value>,
    muted: Vec<SensorName>,
    pending: Vec<(SensorName, Mono, Value)>,
    spoken: Option<Mono>,
    dice: Dice,
}

/// An accelerometer gives 25 samples in a second, and none of them is quite still: ±1 mg.
fn shivers(
    name: &SensorName,
    axes: [MicroG; 3],
    now: Mono,
    dice: &mut Dice,
) -> Vec<(SensorName, Mono, Value)> {
    let noise = dice.bytes();
    let sample = |step: u64| {
        let at = Mono(now.0.saturating_sub((24 - step) * 40_000_000));
        let shake = |axis: usize| {
            let byte = noise[(usize::try_from(step).unwrap_or(0) * 3 + axis) % 32];
            MicroG(axes[axis].0 + i32::from(byte) * 8 - 1_020)
        };
        (name.clone(), at, Value::Acceleration(shake(0), shake(1), shake(2)))
    };
    (0..25).map(sample).collect()
}

impl SimSenses {
    /// Sensors and what each says at the beginning.
    pub fn new(clock: &SimClock, sensors: Vec<(Sensor, Value)>) -> Self {
        let values = sensors.iter().map(|(sensor, value)| (sensor.name.clone(), value.clone())).collect();
        let sensors = sensors.into_iter().map(|(sensor, _)| sensor).collect();
        let nerves = Nerves {
            sensors,
            values,
            muted: vec![],
            pending: vec![],
            spoken: None,
            dice: Dice::new(0, "shivers"),
        };
        Self { nerves: Rc::new(RefCell::new(nerves)), clock: clock.clone() }
    }

    /// The same senses after a boot.
    #[must_use]
    pub fn booted(&self, clock: &SimClock) -> Self {
        let mut nerves = self.nerves.borrow_mut();
        nerves.pending.clear();
        nerves.spoken = None;
        Self { nerves: Rc::clone(&self.nerves), clock: clock.clone() }
    }

    /// From now on the sensor says this; an edge that falls between two reads is not lost.
    ///
    /// # Panics
    /// If the story names a sensor that the board does not have.
    pub fn set(&self, sensor: &str, value: Value) {
        let at = self.clock.mono();
        let mut nerves = self.nerves.borrow_mut();
        let name = nerves.named(sensor);
        nerves.values.insert(name.clone(), value.clone());
        if !nerves.muted.contains(&name) {
            nerves.pending.push((name, at, value));
        }
    }

    /// What the sensor says now.
    ///
    /// # Panics
    /// If the story names a sensor that the board does not have.
    pub fn says(&self, sensor: &str) -> Value {
        let nerves = self.nerves.borrow();
        nerves.values[&nerves.named(sensor)].clone()
    }

    /// Takes a sensor out of the box's configuration; the next boot knows nothing of it.
    ///
    /// # Panics
    /// If there is no such sensor.
    pub fn remove(&self, sensor: &str) -> (Sensor, Value) {
        let mut nerves = self.nerves.borrow_mut();
        let at = nerves.sensors.iter().position(|known| known.name.as_str() == sensor);
        let sensor = nerves.sensors.remove(at.expect("a sensor of this box"));
        let value = nerves.values.remove(&sensor.name).expect("every sensor says something");
        (sensor, value)
    }

    /// Puts one back in.
    pub fn put_back(&self, (sensor, value): (Sensor, Value)) {
        let mut nerves = self.nerves.borrow_mut();
        nerves.values.insert(sensor.name.clone(), value);
        nerves.sensors.push(sensor);
    }

    /// Cuts the sensor's wire, so that it says nothing at all, or mends it.
    pub fn mute(&self, sensor: &str, muted: bool) {
        let mut nerves = self.nerves.borrow_mut();
        let name = nerves.named(sensor);
        nerves.muted.retain(|other| *other != name);
        if muted {
            nerves.muted.push(name);
        }
    }

    /// The sensor says that it cannot look.
    pub fn fault(&self, sensor: &str, fault: SensorFault) {
        self.set(sensor, Value::Fault(fault));
    }
}

impl Nerves {
    fn named(&self, sensor: &str) -> SensorName {
        let found = self.sensors.iter().find(|known| known.name.as_str() == sensor);
        found.unwrap_or_else(|| panic!("this board has no sensor `{sensor}`")).name.clone()
    }
}

impl Sensors for SimSenses {
    fn declared(&self) -> Vec<Sensor> {
        self.nerves.borrow().sensors.clone()
    }

    fn read(&mut self, now: Mono) -> Vec<Reading> {
        let mut nerves = self.nerves.borrow_mut();
        if nerves.spoken.is_none_or(|last| now >= last + PERIOD) {
            nerves.spoken = Some(now);
            let Nerves { values, muted, pending, dice, .. } = &mut *nerves;
            let spoken = values.iter().filter(|(name, _)| !muted.contains(name));
            for (name, value) in spoken {
                match value {
                    Value::Acceleration(x, y, z) => pending.extend(shivers(name, [*x, *y, *z], now, dice)),
                    value => pending.push((name.clone(), now, value.clone())),
                }
            }
            // In order of time, as drivers give it.
            pending.sort_by_key(|(_, at, _)| *at);
        }
        let read = std::mem::take(&mut nerves.pending).into_iter();
        read.map(|(sensor, at, value)| Reading { sensor, at, value }).collect()
    }

    fn deadline(&self) -> Option<Mono> {
        let nerves = self.nerves.borrow();
        if nerves.pending.is_empty() {
            Some(nerves.spoken.map_or(Mono(0), |last| last + PERIOD))
        } else {
            Some(self.clock.mono())
        }
    }
}
