//! The stories: what the house promises, told on real machines and judges over simulated hands.
//!
//! A story is a function of a seed. It never stops passing: first on simulated hands, then through the real doors.
#![allow(clippy::panic, reason = "a story that does not hold says so and stops")]

pub mod alone;
pub mod circle;
pub mod courier;
pub mod disk;
pub mod orders;
pub mod passage;
pub mod passkey;
pub mod reset;
pub mod road;
pub mod run;
pub mod scene;
pub mod senses;
pub mod site;

pub use run::{Case, Counts, Suite};
pub use scene::{Fault, Scene};

/// One promise.
#[derive(Clone, Copy)]
pub struct Story {
    /// The promise, as a sentence.
    pub name: &'static str,
    /// Tells it; panics where it does not hold.
    pub tell: fn(&mut Scene),
}

/// Every story, in the order of the world.
pub fn all() -> Vec<Story> {
    [
        alone::stories(),
        reset::stories(),
        orders::stories(),
        passkey::stories(),
        passage::stories(),
        circle::stories(),
        road::stories(),
        disk::stories(),
        senses::stories(),
        site::stories(),
    ]
    .concat()
}

/// Makes a test of each story by its name, and the list of them.
#[macro_export]
macro_rules! stories {
    ($($(#[$doc:meta])* $name:ident)+) => {
        /// The stories of this room.
        pub fn stories() -> Vec<$crate::Story> {
            vec![$($crate::Story { name: stringify!($name), tell: $name }),+]
        }

        #[cfg(test)]
        mod tests {
            $(#[test]
            fn $name() {
                $crate::run::few_seeds(super::$name, stringify!($name));
            })+
        }
    };
}
