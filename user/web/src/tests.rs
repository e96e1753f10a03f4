//! The router over a real fleet: its thread, its store in memory, its keys, and a box whose lid was opened.

mod accounts;
mod bad;
mod consents;
mod contract;
mod cookies;
mod device;
mod doors;
mod factors;
mod guessing;
mod heard;
mod keys;
mod lists;
mod live;
mod log;
mod matrix;
mod pages;
mod panels;
mod people;
mod services;
mod sessions;
mod shared;
mod signers;
mod stolen;
mod timing;
mod visitor;
mod world;
