//! The bodies of all letters and journal entries: formats outlive code.
//!
//! `v2` would be a module beside `v1`; a key number is never used twice.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate self as wire;
#[cfg(test)]
extern crate std;

pub mod v1;
