//! Workloads for concurrent maps, every map behind one trait, every result verified.
//!
//! Three ways to measure, over the same adapters and checks:
//!
//! - `cargo bench -p benches`: criterion, for every operation by itself (`benches/`). It has the statistics, the
//!   plots and the baselines; but it runs one bench to its end and then the next, and cannot interleave.
//! - `cargo xtask bench`: interleaved rounds, for whatever is held against something else (the binary `bench`).
//!   A machine that changes its pace changes it for both sides of a round. Its suite `micro` runs criterion's
//!   benches and takes their estimates into a report.
//! - `cargo xtask instructions`: exact counts, for what a change did to a path.
//!
//! The files follow one measurement of `cargo xtask bench` from the inside out: a value says which key it belongs to; a peer is a map behind the traits; a workload drives one; a
//! schedule interleaves repetitions so that drift hits all maps alike; a suite says what to compare; the
//! report shows it.
//!
//! To add a suite, add a file under `suite/` and a line to
//! [`suite::ALL`]. To add a map, add a file under `peers/` and a line to [`subject::each`].

#![deny(unsafe_code)]

pub mod error;
pub mod value;

pub mod hasher;
pub mod keys;
pub mod order;

pub mod peer;
pub mod peers;
pub mod primitive;
pub mod subject;

#[macro_use]
mod opaque;
pub mod bags;
pub mod loads;
pub mod open;

pub mod check;
pub mod workload;

pub mod figure;
pub mod meter;
pub mod progress;
pub mod schedule;

pub mod claim;
pub mod suite;

pub mod report;

pub mod cli;

pub mod instructions;

/// The example of the README, run as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
