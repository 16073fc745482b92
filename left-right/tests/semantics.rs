//! What each call does, one behaviour at a time, and a model that any sequence of calls must match.
#![cfg(not(loom))]

mod common;

#[path = "semantics/recorder.rs"]
mod recorder;

#[path = "semantics/ending.rs"]
mod ending;
#[path = "semantics/guards.rs"]
mod guards;
#[path = "semantics/log.rs"]
mod log;
#[path = "semantics/model.rs"]
mod model;
#[path = "semantics/publish.rs"]
mod publish;
#[path = "semantics/random.rs"]
mod random;
#[path = "semantics/unpublished.rs"]
mod unpublished;
