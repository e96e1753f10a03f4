//! The router over a real fleet: its thread, its store in memory, its keys, and a box whose lid was opened.

mod accounts;
mod bad;
mod cookies;
mod doors;
mod factors;
mod guessing;
mod live;
mod matrix;
mod pages;
mod people;
mod sessions;
mod stolen;
mod visitor;
mod world;
