//! A newcomer's ten minutes in a real browser: a lab as a process of its own, Chromium in front of it, and a stranger
//! in a third process.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used, reason = "tests")]

mod browser;
mod lab;
mod newcomer;
mod passkeys;
mod tls;
mod typed;
