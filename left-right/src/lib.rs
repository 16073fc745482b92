//! Reads that never wait, for data that is read far more often than it is written.
//!
//! Two copies of a data structure: readers use one, the writer changes the other, and a *publish*
//! makes them change places. Entering the readers' copy costs a plain store, two loads and a comparison,
//! and leaving another store: no lock, no read-modify-write and, on Linux and Windows, no fence, unless
//! there was a publish. Whatever a reader sees under one guard is one consistent state.
//!
//! # Trade-offs
//!
//! Use it for data that is looked up all the time and changed now and then: routing tables,
//! feature flags, configuration, symbol tables, indexes. Before you do, know what it costs:
//!
//! - **Twice the memory**, since there are two copies. Large values in an [`Arc`](std::sync::Arc)
//!   are stored once; so do values behind [`aliasing`], at the price of unsafe code.
//! - **Twice the writing.** Each operation is applied to both copies, so it must have the same
//!   effect on both.
//! - **Writes become visible at a publish**, not when they are made. How often to publish is your
//!   choice between freshness and the cost of a publish.
//! - **Writes come one after the other.** One thread has the [`WriteHandle`], or several share a
//!   [`SharedWriteHandle`], whose publishes they have in common.
//! - **A reader that holds a guard for long delays the writer**, by one publish: the copy that it
//!   is in cannot be changed. Readers never delay each other.
//!
//! *Do not* use it where every thread writes as often as it reads, where a write must be visible
//! before the call returns and writes are frequent, or where memory is tight: a sharded or
//! lock-free map serves better there.
//!
//! # Example
//!
//! A structure says how it absorbs an operation; the rest is here.
//!
//! ```
//! use std::{collections::BTreeMap, net::Ipv4Addr, thread};
//! use left_right::Absorb;
//!
//! #[derive(Clone, Default)]
//! struct Routes(BTreeMap<Ipv4Addr, u16>);
//!
//! enum Change {
//!     Add(Ipv4Addr, u16),
//!     Withdraw(Ipv4Addr),
//! }
//!
//! impl Absorb<Change> for Routes {
//!     fn absorb_first(&mut self, change: &mut Change, _other: &Self) {
//!         match change {
//!             Change::Add(network, port) => drop(self.0.insert(*network, *port)),
//!             Change::Withdraw(network) => drop(self.0.remove(network)),
//!         }
//!     }
//!
//!     fn sync_with(&mut self, first: &Self) {
//!         self.0.clone_from(&first.0);
//!     }
//! }
//!
//! let (mut writer, reader) = left_right::new::<Routes, Change>();
//! let home = Ipv4Addr::new(10, 0, 0, 0);
//!
//! // Nothing is visible before a publish…
//! writer.append(Change::Add(home, 7));
//! assert!(reader.enter().unwrap().0.is_empty());
//!
//! // …and then all of it is, to all readers at once.
//! writer.publish();
//! let worker = reader.clone();
//! let looked_up = thread::spawn(move || worker.enter().unwrap().0.get(&home).copied());
//! assert_eq!(looked_up.join().unwrap(), Some(7));
//!
//! // A guard is a snapshot: it does not change while it is held.
//! let before = reader.enter().unwrap();
//! writer.append(Change::Withdraw(home)).publish();
//! assert_eq!(before.0.get(&home), Some(&7));
//! drop(before);
//! assert_eq!(reader.enter().unwrap().0.get(&home), None);
//! ```
//!
//! # How it works
//!
//! [`algorithm`] has the protocol, its invariants by number and the argument for each;
//! [`verification`] says what is proved, by what, and what is not. In the
//! order in which one operation passes through them, the modules are:
//!
//! `absorb` what the data structure promises · `write` the writer's calls, and in `writer` the order of their
//! steps · `oplog` the operations that a copy still lacks · `copies` who owns which copy · `record` one copy ·
//! `published` the pointer to the one that readers use, and the swap · `wait` the grace period · `pause` how it waits · `registry` the readers' slots · `slot` one of them: enter,
//! leave, "has it left?" · `fence` the fences and who chooses them · `read` handles and guards ·
//! `diagnostics` figures and errors · `aliasing` values
//! that both copies share · `unwind` panics that must not go further · `sync` the only place that names atomics and
//! locks.
//!
//! The idea is that of Pedro Ramalhete and Andreia Correia's *Left-Right* (2015), in the form that
//! the crates `evmap` and `left-right` gave it: an operation log and a publish that the user calls.
//! This crate has the interface of `left-right` 0.11, so it can take its place; the protocol
//! between readers and writer is another, with slots that only their readers write and fences in
//! the manner of liburcu and of Linux's `membarrier`.

#![deny(unsafe_code)]

// The handles: safe, a type per file.

mod read;

mod write;

mod taken;

mod group;

mod shared_write;

mod shared;

mod publishing;

#[cfg(feature = "async")]
mod publish_async;

mod ownership;

// The engine: it knows the operations.

mod writer;

mod oplog;

mod queue;

// The protocol, and the unsafe code: `raw/mod.rs` has the index.

mod raw;

// The ground.

mod absorb;

#[allow(unsafe_code)] // One drop per value, however many aliases.
pub mod aliasing;

mod diagnostics;

mod sync;

mod unwind;

#[doc(hidden)]
pub mod doctest;

#[doc = include_str!("../docs/ALGORITHM.md")]
pub mod algorithm {}

#[doc = include_str!("../docs/VERIFICATION.md")]
pub mod verification {}

pub use absorb::{Absorb, Independent};
pub use diagnostics::{Poisoned, PublishError, ReaderState, Stalled, StalledReader, Stats};
pub use group::WriteGuard;
pub use ownership::{Owned, Ownership, Revocable};
#[cfg(feature = "async")]
pub use publish_async::{Publish, SharedPublish};
pub use publishing::Publishing;
pub use raw::{
    fence::{FencePolicy, FenceStrategy, fence_strategy},
    guard::ReadGuard,
};
pub use read::{ReadHandle, ReadHandleFactory, SharedReadHandle};
pub use shared::SharedHandle;
pub use shared_write::SharedWriteHandle;
pub use taken::Taken;
pub use write::{WriteHandle, new, new_from_empty, new_logged, new_owned};
