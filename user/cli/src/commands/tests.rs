//! Commands as they are typed, and what they show.

mod accounts;
mod audit;
mod ceremonies;
mod follow;
mod people;
mod reading;
mod services;
mod walk;
