//! A concurrent multi-value map, a bag of values per key, for programs that read far more often
//! than they write: inverted indexes, routing tables with several next hops, subscriptions,
//! registries of endpoints.
//!
//! Readers never lock, wait or retry, and see consistent snapshots of the whole map. Writes are
//! collected and published all at once. The sister of `evmap-core`, which has one value per key.
//!
//! ```
//! let (mut reviews, reader) = evmap_multi::new::<String, &str>();
//! reviews.insert("Middlemarch".to_string(), "Long.");
//! reviews.insert("Middlemarch".to_string(), "My favourite book.");
//! reviews.insert("Emma".to_string(), "Very enjoyable.");
//! // Readers see nothing of this yet; the writer does.
//! assert!(!reader.contains_key("Emma"));
//! assert_eq!(reviews.unpublished()["Middlemarch"].len(), 2);
//! // Now they see all of it: a view is one state of the map.
//! reviews.publish();
//! assert_eq!(reader.enter().values().flatten().count(), 3);
//! // One value goes, a key goes, a bag is replaced.
//! reviews.remove_value("Middlemarch", "Long.").remove_entry("Emma");
//! reviews.update("Persuasion".to_string(), "Even better.").publish();
//! assert_eq!(*reader.get("Middlemarch").unwrap(), ["My favourite book."]);
//! // When the writer goes, readers keep the last published state.
//! drop(reviews);
//! assert_eq!(reader.get_one_cloned("Persuasion"), Some("Even better."));
//! ```
//!
//! # Which handle to take
//!
//! * A handle pair, as above: one [`WriteHandle`], whose owner says when to publish, and a
//!   [`ReadHandle`] for each thread that reads. It suits a loader, an event loop that owns its data,
//!   and those who come from `evmap`.
//! * A [`SharedMap`] comes in the place of a `RwLock<HashMap<K, Vec<V>>>` or a sharded map of vectors:
//!   any thread reads and writes, and a write is visible when it returns, at the price of a publish.
//!
//! [`into_shared`](WriteHandle::into_shared) makes a shared map of a handle pair.
//!
//! # What it costs
//!
//! | | |
//! |---|---|
//! | a look-up | what it costs in a plain `HashMap`, through a view that is held; a few nanoseconds more through a handle. On any number of threads, whatever the writer does |
//! | a single value per key | no indirection and no allocation; see [`Bag`] |
//! | an insert | about ten nanoseconds. It waits in a log, and is applied twice, once per copy |
//! | a publish | tens of nanoseconds while nobody reads, hundreds beside readers, microseconds where they pause all the time: publish per batch, per tick or per request, if you can |
//! | memory | two copies of each key and value. What is large, or not `Clone`, goes in an [`Arc`](std::sync::Arc), whose payload is stored once |
//! | what is removed or replaced | lives on in the second copy until the second publish after it, or until [`unpublished`](WriteHandle::unpublished) after the first |
//! | a view that is held for long | delays the writer, never a reader; see [blocking](guide#blocking) |
//! | several writers | write one after the other |
//! | values | are `Hash` and `Eq`, so that one of many can be removed without a search. One that has an order of its own, or duplicates that can be told apart, is not for a bag |
//! | the default hasher | hashbrown's: fast and randomly seeded, but no defence against keys or values that are chosen to collide (HashDoS). For those from outside take SipHash: [`with_hasher(RandomState::new())`](with_hasher) |
//!
//! Take something else
//!
//! * if each key has one value: `evmap-core`, which can also make a value's successor from it;
//! * if the values of a key have an order, or are always written as a whole: `evmap-core` with an
//!   `Arc<[V]>` as value;
//! * if about as many writes as reads happen: a sharded map of vectors (`dashmap`).
//!
//! # More
//!
//! The [guide]: [blocking](guide#blocking), and how to bound it; [which handle to
//! take](guide#which-handle-to-take); [panics](guide#panics) in your code; coming from [a map of
//! vectors](guide#coming-from-a-shared-map-of-vectors) or [`evmap`](guide#coming-from-evmap-11);
//! [odd input](guide#when-something-is-odd); [features](guide#features).

#![forbid(unsafe_code)]

#[doc = include_str!("../docs/GUIDE.md")]
pub mod guide {}

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

mod builder; // `new`, `Builder`: two handles around an empty or a filled table.
mod read; // `ReadHandle`: enters the published copy.
mod view; // `View`: one published state, for as long as it is held.

mod snapshot; // `Snapshot`: what can be read from a state.

mod bag; // `Bag`: the values of one key.

mod write; // `WriteHandle`: logs operations, reads its own copy, publishes.

mod eviction; // Which keys a random eviction takes.

mod shared; // `SharedMap`: reads and writes, on any number of threads.

mod convert; // What a map is made of and turned into.

mod operation; // What is logged, and how it shows.

mod absorb; // What an operation does to a copy.

#[cfg(feature = "rayon")]
mod rayon; // Maps filled on many threads.

#[cfg(feature = "serde")]
mod serde; // Serialization.

pub use bag::{Bag, BagIter};
pub use builder::{Builder, Handles, new, with_hasher, with_meta};
pub use evmap_core::{
    CapacityError, DefaultHashBuilder, Equivalent, FenceStrategy, IntoIter, IntoKey, Iter, Keys,
    Poisoned, PublishError, Publishing, ReadGuard, ReaderState, Stalled, StalledReader, Stats,
    Values, fence_strategy,
};
#[cfg(feature = "rayon")]
pub use evmap_core::{ParIter, ParKeys, ParValues};
pub use operation::Operation;
pub use read::{ReadHandle, ReadHandleFactory};
pub use shared::SharedMap;
pub use snapshot::Snapshot;
pub use view::View;
pub use write::WriteHandle;
