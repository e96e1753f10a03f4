//! The daemon as a whole, over its real listeners on this machine.

mod accounts;
mod asked;
mod doors;
mod enrolment;
mod feed;
mod people;
mod roster;
mod start;
