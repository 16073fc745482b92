//! Reads that never wait, for data that is read far more often than it is written.
//!
//! Two copies of a data structure: readers use one, the writer changes the other, and a *publish*
//! makes them change places. Whatever a reader sees under one guard is one consistent state.
//!
//! # Example
//!
//! A structure says how it absorbs an operation; the rest is here.
//!
//! ```
//! use std::{collections::BTreeMap, net::Ipv4Addr, thread};
//! use left_right::{Absorb, Independent};
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
//! // The two copies share nothing, so the readers may keep one when the writer goes.
//! impl Independent for Routes {}
//!
//! let (mut writer, reader) = left_right::new_owned::<Routes, Change>(Routes::default());
//! let home = Ipv4Addr::new(10, 0, 0, 0);
//!
//! // Nothing is visible before a publish…
//! writer.append(Change::Add(home, 7));
//! assert!(reader.enter().0.is_empty());
//!
//! // …and then all of it is, to all readers at once.
//! writer.publish();
//! let worker = reader.clone();
//! let looked_up = thread::spawn(move || worker.enter().0.get(&home).copied());
//! assert_eq!(looked_up.join().unwrap(), Some(7));
//!
//! // A guard is a snapshot: it does not change while it is held.
//! let before = reader.enter();
//! writer.append(Change::Withdraw(home)).publish();
//! assert_eq!(before.0.get(&home), Some(&7));
//! drop(before);
//! assert_eq!(reader.enter().0.get(&home), None);
//! ```
//!
//! With [`new`], as in the crate `left-right` 0.11, the writer takes the data away when it goes, and
//! [`enter`](ReadHandle::enter) gives an `Option`.
//!
//! # What it costs
//!
//! | | |
//! |---|---|
//! | a read | a store, two loads and a comparison to enter, a store to leave: no lock, no read-modify-write and, on Linux and Windows, no fence, unless there was a publish |
//! | memory | two copies; large values in an [`Arc`](std::sync::Arc) are stored once, and so are values behind [`aliasing`], at the price of unsafe code |
//! | a write | each operation is applied to both copies, so it must have the same effect on both |
//! | a publish | some tens of nanoseconds while nobody reads, some hundreds beside readers, microseconds where they pause all the time; it waits for readers that are still in the older copy |
//! | freshness | writes become visible at a publish, which you call, not when they are made |
//!
//! # When not to use it
//!
//! Where every thread writes as often as it reads, where a write must be visible before the call returns and writes
//! are frequent, or where memory is tight: a sharded or lock-free map serves better there.
//!
//! # Where to go on
//!
//! - [`guide`]: which handle to take, who waits for whom, threads, panics, coming from `left-right` 0.11.
//! - [`algorithm`]: the protocol, its invariants by number and the argument for each; [`verification`]: what is
//!   proved, by what, and what is not.
//! - The crates `evmap-core` and `evmap-multi` are maps made of this.
//!
//! In the source, a read goes down by `read`, `raw/guard`, `raw/slot` and `raw/current`; a write by `write`, `writer`,
//! `raw/copies`, `raw/grace`, `oplog` and `raw/current`. `raw/mod.rs` has the index of the protocol and of all unsafe
//! code.
//!
//! The idea is that of Pedro Ramalhete and Andreia Correia's *Left-Right* (2015), in the form that
//! the crates `evmap` and `left-right` gave it: an operation log and a publish that the user calls. The protocol
//! between readers and writer is a new one, by slots that only their readers write, and by fences as in liburcu.

#![deny(unsafe_code)]

// The handles: safe, a type per file.

mod read;

mod write;

mod taken;

mod shared;

mod shared_writer;

mod publishing;

#[cfg(feature = "async")]
mod publish_async;

mod ownership;

// The engine: it knows the operations.

mod combine;

mod request;

mod writer;

mod oplog;

// The protocol, and the unsafe code: `raw/mod.rs` has the index.

mod raw;

// The ground.

mod absorb;
#[allow(unsafe_code)] // One drop per value, however many aliases.
pub mod aliasing;
mod diagnostics;
#[doc(hidden)]
pub mod doctest;
mod sync;
mod unwind;

#[doc = include_str!("../docs/GUIDE.md")]
pub mod guide {}

#[doc = include_str!("../docs/ALGORITHM.md")]
pub mod algorithm {}

#[doc = include_str!("../docs/VERIFICATION.md")]
pub mod verification {}

pub use absorb::{Absorb, Independent};
pub use diagnostics::{Poisoned, PublishError, ReaderState, Stalled, StalledReader, Stats};
pub use ownership::{Owned, Ownership, Revocable};
#[cfg(feature = "async")]
pub use publish_async::{Publish, SharedPublish};
pub use publishing::Publishing;
pub use raw::{
    fence::{FenceStrategy, fence_strategy},
    guard::ReadGuard,
    prefetch::prefetch_write,
};
pub use read::{ReadHandle, ReadHandleFactory, SharedReadHandle};
pub use shared::SharedHandle;
pub use shared_writer::SharedWriter;
pub use taken::Taken;
pub use write::{WriteHandle, new, new_from_empty, new_logged, new_owned};
