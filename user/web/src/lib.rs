//! Serves the contract: who asks is signed in, what they may is asked each time, what they are told is committed.
//!
//! Every route stands in one table with what it needs, and what does not stand there does not exist. A refusal never
//! tells whether a thing is absent or forbidden.

mod answer;
mod ask;
mod body;
mod browser;
mod caller;
mod contract;
mod cursor;
mod desk;
mod live;
mod metrics;
mod origin;
mod pack;
mod pages;
mod passkey;
mod password;
mod query;
mod refusal;
mod roll;
mod route;
mod routes;
mod session;
mod show;
mod totp;

pub use self::{
    caller::{SignedIn, Source},
    desk::{Known, Setup, admins},
    metrics::{Histogram, Page},
    origin::Transport,
    pages::TABLE as PAGES,
    password::{Complexity, Cost, Hasher, Policy},
    refusal::Refusal,
    route::{Needs, Route},
    routes::{TABLE, router},
};

#[cfg(test)]
mod tests;
