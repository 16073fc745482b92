//! The protocol: two copies, who may be in which, and when one may be changed. Nothing here knows what an
//! operation is.
//!
//! All unsafe code of the crate is here, but for [`aliasing`](crate::aliasing) and a signature of 0.11. The numbers
//! are those of the invariants in `docs/ALGORITHM.md`.
//!
//! | file | what it is for | unsafe, and the invariants that allow it |
//! |---|---|---|
//! | `state` | what all handles share; drops the copies that were left to the readers | 10 |
//! | `copies` | who owns which copy: reclaim it, publish it, defer it, close | 1, 3, 10 |
//! | `guard` | enter, nest, narrow, refresh, leave | 1, 7, 15 |
//! | `reader` | the slots of one handle | 15 |
//! | `tls` | this thread's slots, for handles that threads share | 15 |
//! | `lock` | who has the shared writer; the requests of those who wait for it; sleep | 16 |
//! | `grace` | the grace period: one scan of all slots, and the wait | |
//! | `registry` | the slots: come, go, list | |
//! | `slot` | one reader's slot: announce, find, leave | |
//! | `witness` | what tells loom of accesses that it does not see | – |
//! | `word` | what a slot says, in one word | |
//! | `current` | the version that readers are to use and where it is, and the swap | |
//! | `prefetch` | asks for cache lines early | – |
//! | `fence` | light, heavy, full; a file per system in `fence/` | |
//! | `backoff` | spin, yield, sleep | |

pub(crate) mod backoff;

pub(crate) mod fence;

#[allow(unsafe_code)] // Names an address to the processor.
pub(crate) mod prefetch;

mod current;

mod word;

#[allow(unsafe_code)] // `Sync`, for loom.
mod witness;

#[allow(unsafe_code)] // Knows that what it has found is no null pointer.
pub(crate) mod slot;

pub(crate) mod registry;

pub(crate) mod grace;

#[allow(unsafe_code)] // Drops what was left to the readers: invariant 10.
pub(crate) mod state;

#[allow(unsafe_code)] // Owns the copies: invariants 1 and 10.
pub(crate) mod copies;

#[allow(unsafe_code)]
// Hands out references for as long as its reader is in a copy: invariants 1 and 7.
pub(crate) mod guard;

#[allow(unsafe_code)] // Enters with the slots that it owns: invariant 15.
pub(crate) mod reader;

#[allow(unsafe_code)] // Has other threads' requests: invariant 16.
pub(crate) mod lock;

#[allow(unsafe_code)] // Points to slots that live as long as their structure: invariant 15.
pub(crate) mod tls;
