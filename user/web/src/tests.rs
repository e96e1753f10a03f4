//! The router over a real fleet: its thread, its store in memory, its keys, and a box whose lid was opened.

mod bad;
mod doors;
mod matrix;
mod people;
mod sessions;
mod world;
