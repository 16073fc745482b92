//! User code that panics, at each of its calls in turn: nothing is dropped twice, readers keep the
//! last published copy, the writer says that it is poisoned, and nothing hangs.
//!
//! A poisoned structure leaks what it cannot drop safely, so a leak checker has to be told to look
//! away here: `ASAN_OPTIONS=detect_leaks=0`.
#![cfg(not(loom))]

mod common;

#[path = "panics/fuse.rs"]
mod fuse;
#[path = "panics/subject.rs"]
mod subject;

#[path = "panics/each_call.rs"]
mod each_call;
#[path = "panics/poison.rs"]
mod poison;
