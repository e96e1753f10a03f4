//! Judges from outside: other people's code that says whether our formats are what our documents claim.
//!
//! The crate itself is empty; its tests are what it is for. What they need is heavy, so nothing depends on it.

#[cfg(test)]
extern crate alloc;

#[cfg(test)]
mod tests;
