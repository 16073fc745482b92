//! A concurrent map for programs that read far more often than they write: routing tables, feature
//! flags, configuration, symbol and session tables, in-memory indexes.
//!
//! Readers never lock, wait or retry, and see consistent snapshots of the whole map. Writes are
//! collected and published all at once.
//!
//! ```
//! let sessions = evmap_core::SharedMap::<u64, String>::new();
//! std::thread::scope(|scope| {
//!     for id in 0..4 {
//!         let sessions = sessions.clone();
//!         scope.spawn(move || sessions.insert(id, format!("user {id}")));
//!     }
//! });
//! assert_eq!(sessions.len(), 4);
//! assert_eq!(sessions.remove(3), Some("user 3".to_string()));
//! ```
//!
//! # Which handle to take
//!
//! * A [`SharedMap`], as above, comes in the place of a `RwLock<HashMap>` or a sharded map: any
//!   thread reads and writes, and a write is visible when it returns.
//! * A handle pair is cheaper on both sides: one [`WriteHandle`], whose owner says when to publish,
//!   and a [`ReadHandle`] for each thread that reads. It suits a loader, a config watcher, an event
//!   loop that owns its data.
//!
//! [`into_shared`](WriteHandle::into_shared) makes a shared map of a handle pair.
//!
//! # What it costs
//!
//! | | |
//! |---|---|
//! | a look-up | what it costs in a plain `HashMap`, through a view that is held; a few nanoseconds more through a handle. On any number of threads, whatever the writer does |
//! | an insert | about ten nanoseconds. It waits in a log, and is applied twice, once per copy |
//! | a publish | tens of nanoseconds while nobody reads, hundreds beside readers, microseconds where they pause all the time: publish per batch, per tick or per request, if you can |
//! | an update | two clones of the whole value: right for numbers and `Arc`s; see [large values](guide#large-values) |
//! | memory | two copies of each key and value. What is large, or not `Clone`, goes in an [`Arc`](std::sync::Arc), whose payload is stored once |
//! | what is removed or replaced | lives on in the second copy until the second publish after it, or until [`unpublished`](WriteHandle::unpublished) after the first |
//! | a view that is held for long | delays the writer, never a reader; see [blocking](guide#blocking) |
//! | several writers | write one after the other |
//! | the default hasher | hashbrown's: fast and randomly seeded, but no defence against keys that are chosen to collide (HashDoS). For keys from outside take SipHash: [`with_hasher(RandomState::new())`](with_hasher) |
//!
//! Take something else
//!
//! * if about as many writes as reads happen: a sharded or lock-free map (`dashmap`, `papaya`,
//!   `scc`);
//! * if the map never changes: a plain `HashMap` in an `Arc` or a `OnceLock`;
//! * if it changes a few times a day, as a whole, and memory is short: `arc-swap` with an
//!   `Arc<HashMap>`;
//! * if each key has many values: `evmap-multi`, the sister of this crate.
//!
//! # More
//!
//! The [guide]: [blocking](guide#blocking), and how to bound it; [which handle to
//! take](guide#which-handle-to-take); [panics](guide#panics) in your code; [coming from another
//! map](guide#coming-from-another-map); [odd input](guide#when-something-is-odd);
//! [features](guide#features).

#![forbid(unsafe_code)]

#[doc = include_str!("../docs/GUIDE.md")]
pub mod guide {}

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

mod builder; // `new`, `Builder`: two handles around an empty or a filled table.
mod read; // `ReadHandle`: enters the published copy.
mod view; // `View`: one published state, for as long as it is held.

mod snapshot; // `Snapshot`: what can be read from a state.

mod iter; // Iterators over a snapshot.
mod write; // `WriteHandle`: logs operations, reads its own copy, publishes.

mod shared; // `SharedMap`: reads and writes, on any number of threads.

mod convert; // What a map is made of and turned into.

mod key; // What `remove` takes.
mod operation; // What is logged, and how it shows.

mod absorb; // What an operation does to a copy.

#[doc(hidden)]
pub mod table; // The hash table of one copy.

#[doc(hidden)]
pub mod base; // What both maps' handles do without knowing an entry.

mod error; // Errors.

#[cfg(feature = "rayon")]
mod rayon; // Parallel iterators, and maps filled on many threads.

#[cfg(feature = "serde")]
mod serde; // Serialization.

#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing; // What the tests of both maps share.

#[cfg(feature = "rayon")]
pub use crate::rayon::{ParIter, ParKeys, ParValues};
pub use builder::{Builder, Handles, new, with_hasher, with_meta};
pub use equivalent::Equivalent;
pub use error::CapacityError;
pub use hashbrown::DefaultHashBuilder;
pub use iter::{IntoIter, Iter, Keys, Values};
pub use key::IntoKey;
/// A reference to a value (or the metadata) of the map, in place; made by [`ReadHandle::get`].
///
/// ```
/// let reader = evmap_core::WriteHandle::from([("a", vec![1, 2, 3])]).reader();
/// let last = evmap_core::ReadGuard::map(reader.get("a").unwrap(), |value| &value[2]);
/// assert_eq!(*last, 3);
/// ```
#[doc(inline)]
pub use left_right::ReadGuard;
pub use left_right::{
    FenceStrategy, Poisoned, PublishError, Publishing, ReaderState, Stalled, StalledReader, Stats,
    fence_strategy,
};
pub use operation::Operation;
pub use read::{ReadHandle, ReadHandleFactory};
pub use shared::SharedMap;
pub use snapshot::Snapshot;
pub use view::View;
pub use write::WriteHandle;
