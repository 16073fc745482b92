//! A concurrent map for programs that read far more often than they write: routing tables, feature
//! flags, configuration, symbol and session tables, in-memory indexes.
//!
//! Readers never lock, wait or retry, and see consistent snapshots of the whole map. One writer
//! collects changes and publishes them all at once.
//!
//! # What it costs
//!
//! * **Memory: two copies.** Each key and value stands in two tables, one for the readers, one for
//!   the writer. What is large goes in an [`Arc`](std::sync::Arc), whose payload stands once:
//!   `Arc<str>` costs a look-up the same one dereference as `String`. So do values that are not
//!   `Clone`.
//! * **Each change is applied twice**, once per copy, and waits in a log in between. An entry of
//!   the log is as large as the largest operation, an insert: box large values, or every remove
//!   costs their size, too.
//! * **An update copies the whole value.** [`update`](WriteHandle::update) clones it, and logs the
//!   clone: right for numbers and `Arc`s, quadratic for a `Vec` that is pushed to again and again.
//!   It says what to do then.
//! * **What is removed or replaced lives on** in the second copy until the writer's next publish or
//!   look. A [`view`](WriteHandle::view) or [`try_view`](WriteHandle::try_view) after the publish
//!   frees it at once.
//! * **Changes show after [`publish`](WriteHandle::publish)**, and a publish costs tens of nanoseconds while
//!   nobody reads, hundreds beside readers, microseconds where they pause all the time; an insert costs about
//!   ten: publish per batch, per tick or per request, not per insert, if you can.
//! * **The writer waits for old views.** Before it reuses a copy, the last reader must have left
//!   it. A view that is held for a second delays the publish after the next one by up to a second;
//!   a view that is never dropped stops it. [`try_publish`](WriteHandle::try_publish) and
//!   [`publish_timeout`](WriteHandle::publish_timeout) say so,
//!   [`publish_or_replace`](WriteHandle::publish_or_replace) goes on at the price of one more copy.
//!   No reader is ever delayed. A thread that holds a view across two publishes *of its own* waits
//!   for itself: debug builds panic, release builds wait for ever.
//! * **Writes come one after the other.** One thread has the [`WriteHandle`], or any number share a
//!   [`SharedMap`], whose writes wait for each other.
//! * **The default hasher is hashbrown's**, fast and randomly seeded, but no defence against keys
//!   that are chosen to collide (HashDoS). For keys from outside take SipHash, the hasher of the
//!   standard library: [`with_hasher(RandomState::new())`](with_hasher).
//!
//! What it gives for that: a look-up through a held view costs what it costs in a plain `HashMap`,
//! on any number of threads, whatever the writer does; one that enters and leaves costs a few
//! nanoseconds more.
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
//! # Example
//!
//! ```
//! use std::thread;
//!
//! // The metadata, here a generation, is published together with the entries.
//! let (mut writer, reader) = evmap_core::with_meta::<String, u32, u64>(0);
//!
//! writer.insert("alpha".to_string(), 1);
//! writer.insert("beta".to_string(), 2);
//! writer.set_meta(1);
//! // Readers see nothing of this yet; the writer does.
//! assert!(!reader.contains_key("alpha"));
//! assert_eq!(writer.view().get("alpha"), Some(&1));
//! // Now they see all of it.
//! writer.publish();
//! assert_eq!(reader.get_cloned("alpha"), Some(1));
//!
//! // Each thread reads through a handle of its own.
//! let threads: Vec<_> = (0..4)
//!     .map(|_| {
//!         let reader = reader.clone();
//!         thread::spawn(move || {
//!             // A view is one state of the map, for as long as it is held.
//!             let view = reader.enter();
//!             assert_eq!(view["alpha"] + view["beta"], 3 * u32::try_from(*view.meta()).unwrap());
//!             view.len()
//!         })
//!     })
//!     .collect();
//! for thread in threads {
//!     assert_eq!(thread.join().unwrap(), 2);
//! }
//!
//! // Changes of a value are exact, also many of them before one publish.
//! writer.update("alpha", |n| *n += 1);
//! writer.update("alpha", |n| *n += 1);
//! writer.remove("beta").publish();
//! assert_eq!(reader.get_cloned("alpha"), Some(3));
//!
//! // When the writer goes, readers keep the last published state.
//! drop(writer);
//! assert_eq!(reader.len(), 1);
//! ```
//!
//! # Which face to take
//!
//! A map is either a pair of handles or a [`SharedMap`]. They read the same state, and
//! [`into_shared`](WriteHandle::into_shared) leads from the one to the other.
//!
//! | | [`WriteHandle`] and [`ReadHandle`]s | [`SharedMap`] |
//! |---|---|---|
//! | what you pay | somebody owns the writer, and says when to publish; each reading thread has a handle | a publish per write, unless you batch; a nanosecond or so more per look-up |
//! | who writes | the owner | every thread, one after the other |
//! | a write is visible | after [`publish`](WriteHandle::publish), which many writes share | when it returns, or as [`Publishing`] says |
//! | the old value | [`insert_and_get`](WriteHandle::insert_and_get) | what [`insert`](SharedMap::insert) returns |
//! | a view that is held for ever | stops the writer, unless it publishes otherwise | costs one more copy |
//! | handles | `Send`, one per thread | `Send`, `Sync`, `Clone`: in a `static`, in an `Arc`, on any thread |
//! | `K`, `V`, metadata, hasher | `Send` | `Send`, `Sync` and `'static` |
//! | comes from | a loader, a config watcher, an event loop that owns its data | a `RwLock<HashMap>`, a `DashMap`, a `papaya::HashMap` |
//!
//! ```
//! use evmap_core::SharedMap;
//!
//! let sessions = SharedMap::<u64, String>::new();
//! std::thread::scope(|scope| {
//!     for id in 0..4 {
//!         let sessions = sessions.clone();
//!         scope.spawn(move || {
//!             assert_eq!(sessions.insert(id, format!("user {id}")), None);
//!             assert!(sessions.contains_key(&id));
//!         });
//!     }
//! });
//! assert_eq!(sessions.remove(3), Some("user 3".to_string()));
//! ```
//!
//! Within them:
//!
//! | to | take | |
//! |---|---|---|
//! | read one small value | [`ReadHandle::get_cloned`] | enters, looks up, leaves |
//! | read one large value in place | [`ReadHandle::get`] | a guard; drop it soon |
//! | read several keys that belong together | [`ReadHandle::enter`] | a [`View`]: one state; each look-up as in a `HashMap` |
//! | read at full speed in a loop | [`View::refresh`] | one view, refreshed per turn of the loop |
//! | keep a state for minutes | a clone of the [`Snapshot`] | costs a copy, delays nobody |
//! | make readers on threads as they come | [`ReadHandleFactory`], or [`SharedMap::reader`] | `Sync`: in a `static`, in an `Arc` |
//! | write | [`WriteHandle`] | its methods either never wait or say so |
//! | read one's own unpublished writes | [`WriteHandle::view`] | also the old value of a key, and changes of a value |
//! | write from several threads | [`SharedMap`], or a channel to the owner of the [`WriteHandle`] | the latter: one publish for many writes |
//! | make many changes visible at once | [`SharedMap::batch`], or one publish | no reader sees a part of them |
//! | replicate, persist or inspect writes | [`WriteHandle::pending`], [`WriteHandle::apply`] | plain data, with `serde` if you like |
//! | load a map once | [`Builder::build_from`], `collect` | without a log |
//!
//! # Coming from another map
//!
//! The nearest is a [`SharedMap`]:
//!
//! | | `Arc<RwLock<HashMap>>` | `Arc<DashMap>` | `Arc<papaya::HashMap>` | `SharedMap` |
//! |---|---|---|---|---|
//! | make | `Arc::new(RwLock::new(HashMap::new()))` | `Arc::new(DashMap::new())` | `Arc::new(HashMap::new())` | [`SharedMap::new()`](SharedMap::new) |
//! | from a map | `RwLock::new(map)` | `map.into_iter().collect()` | `map.into_iter().collect()` | `SharedMap::from(map)` |
//! | on a thread | `Arc::clone(&m)` | `Arc::clone(&m)` | `Arc::clone(&m)` | `m.clone()` |
//! | look up | `m.read().unwrap().get(k)` | `m.get(k)` | `m.pin().get(k)` | `m.get(k)`, `m.get_cloned(k)` |
//! | several keys of one state | hold the read lock | no | no | `let view = m.enter()` |
//! | iterate | under the read lock | locks shard by shard | `m.pin().iter()`, not one state | `m.enter().iter()`, one state |
//! | insert, the old value | `m.write().unwrap().insert(k, v)` | `m.insert(k, v)` | `m.pin().insert(k, v)` | `m.insert(k, v)` |
//! | remove | `m.write().unwrap().remove(k)` | `m.remove(k)` | `m.pin().remove(k)` | `m.remove(k)` |
//! | change a value | `get_mut` | `get_mut`, `alter` | `update`, on a clone | `m.update(k, \|v\| ..)`, on a clone |
//! | get or insert | `entry(k).or_insert_with(..)` | the same | `get_or_insert_with(k, ..)` | `m.get_or_insert_with(k, ..)` |
//! | count | `*entry(k).or_insert(0) += 1` | the same | `update_or_insert(k, ..)` | `m.update_or_insert(k, \|\| 0, \|n\| *n += 1)` |
//! | many changes at once | hold the write lock | no | no | `m.batch(\|w\| ..)`, `m.extend(..)` |
//! | retain, clear | the same | the same | the same | the same |
//! | a reader blocks | while someone writes | while someone writes that shard | never | never |
//! | a writer blocks | while someone reads or writes | the same, in that shard | never | while someone writes; for old views until its patience ends |
//! | writing while holding what was read | deadlock | deadlock, in that shard | fine | debug builds panic, release builds lose patience |
//! | a panic while writing | poisons the lock for all | may leave half a change | harmless | in a closure: harmless; of `Clone`, `Eq`, `Hash`, `Drop`: writes are over, readers keep the last publish |
//!
//! Where one thread writes and says when that shows, take the two handles. `w` is the
//! [`WriteHandle`], `r` a [`ReadHandle`]. What differs most: writes are visible after `w.publish()`,
//! all writes in between at once.
//!
//! | | `RwLock<HashMap>` | `DashMap` | `ArcSwap<HashMap>` | `evmap` 11 | here |
//! |---|---|---|---|---|---|
//! | make | `RwLock::new(HashMap::new())` | `DashMap::new()` | `ArcSwap::from_pointee(..)` | `evmap::new()` | [`new()`] |
//! | from a map | `RwLock::new(map)` | `map.into_iter().collect()` | `ArcSwap::from_pointee(map)` | `extend` | `WriteHandle::from(map)` |
//! | on a thread | `Arc::clone(&m)` | `Arc::clone(&m)` | `Arc::clone(&m)` | `r.clone()` | `r.clone()` |
//! | look up | `m.read().unwrap().get(k)` | `m.get(k)` | `m.load().get(k)` | `r.get_one(k)` | `r.get(k)`, `r.get_cloned(k)` |
//! | several keys | hold the read lock | no | `let g = m.load()` | `r.enter()?` | `let view = r.enter()` |
//! | iterate | under the read lock | locks shard by shard | `m.load().iter()` | `r.enter()?.iter()` | `r.enter().iter()` |
//! | insert | `m.write().unwrap().insert(k, v)` | `m.insert(k, v)` | clone the map, `store` | `w.update(k, v)` | `w.insert(k, v)` |
//! | old value | what `insert` returns | what `insert` returns | in the clone | no | `w.insert_and_get(k, v)` |
//! | remove | `m.write().unwrap().remove(k)` | `m.remove(k)` | clone the map, `store` | `w.remove_entry(k)` | `w.remove(k)`, `w.remove_and_get(k)` |
//! | what was removed is dropped | at once | at once | with the last guard | by the next `publish` but one | by the next `publish` but one, or `publish` and `view` |
//! | change a value | `get_mut`, in place | `get_mut`, `alter`, in place | clone the map, `store` | no | `w.update(k, \|v\| ..)`, on a clone |
//! | get or insert | `entry(k).or_insert_with(..)` | the same | clone the map, `store` | no | `w.get_or_insert_with(k, ..)` |
//! | count | `*entry(k).or_insert(0) += 1` | the same | clone the map, `store` | no | `w.update_or_insert(k, \|\| 0, \|v\| *v += 1)` |
//! | push to a value | `entry(k).or_default().push(x)` | the same | clone the map, `store` | `w.insert(k, x)` | clone from `w.view()`, push all, `w.insert` once |
//! | retain | `retain(\|k, v\| ..)` | the same | clone the map, `store` | no | `w.retain(\|k, v\| ..)` with `&V`, `w.retain_mut(\|k, v\| ..)` |
//! | change all values | `for v in m.values_mut()` | `alter_all` | clone the map, `store` | no | `w.retain_mut(\|_, v\| { *v.to_mut() = ..; true })` |
//! | take all | `drain()` | no | `swap` | no | `w.drain()` |
//! | make visible | release the lock | at once | `store` | `w.publish()` | `w.publish()` |
//! | metadata | a struct around | no | a struct around | `w.set_meta(m)` | `w.set_meta(m)` |
//! | a reader blocks | while someone writes | while someone writes that shard | never | never | never |
//! | a panic while writing | poisons the lock for all | may leave half a change | harmless | readers may panic | readers keep the last publish |
//! | the writer goes | nothing | nothing | nothing | `enter` returns `None` | readers keep the last publish |
//!
//! # When something is odd
//!
//! | input | answer |
//! |---|---|
//! | capacity 0 | no table is allocated before the first insert |
//! | a capacity that overflows, or that memory cannot hold | [`Builder::try_build`] and [`WriteHandle::try_reserve`] return a [`CapacityError`], [`Builder::build`] and [`WriteHandle::reserve`] panic with its text; a reservation that finds no memory when it is applied is skipped |
//! | a hasher that returns a constant | a right map, as slow as a list |
//! | `Hash` or `Eq` that lie, a hasher whose clone hashes differently | wrong answers; never undefined behaviour. The two copies may drift apart, `Clone` that lies included, and then readers see the one and the other in turn, publish by publish. [`WriteHandle::get_or_insert_with`] panics if it misses what it has just inserted |
//! | `Hash` that panics as an operation is logged, a closure that panics, `Eq` or `Clone` that panic in the look-up of `update`, `insert_and_get` and their relatives | the call panics and what it was about to log is not logged; nothing is poisoned |
//! | an iterator that panics in `extend` | what came before is logged, nothing is poisoned |
//! | `Hash` (of a growing table), `Eq`, `Clone` or `Drop` that panic as operations are applied | the call panics, the writer is poisoned, readers keep the last publish; see [`WriteHandle`] |
//! | a poisoned [`SharedMap`] | its writes panic on all threads, [`try_insert`](SharedMap::try_insert) and its relatives return [`Poisoned`]; reads go on |
//! | a write to a [`SharedMap`] within a closure that it runs | panics and does not wait for itself |
//! | two writers of [`SharedMap`]s that are exchanged, by `mem::swap` within batches | both maps can only be read from then on |
//! | a poisoned writer | its methods panic, except that [`publish_timeout`](WriteHandle::publish_timeout) and [`publish_or_replace`](WriteHandle::publish_or_replace) return [`PublishError::Poisoned`] |
//! | `Drop` that panics as the last handle goes | the panic is reported by the panic hook and goes no further; what it was about to drop may be leaked |
//! | keys that are equal but differ | the first stays, the last value counts, as in `HashMap` |
//! | removes of keys that are not there | an entry of the log each; [`WriteHandle::remove_and_get`] looks first and logs none |
//! | the writer is dropped, or its thread panics, amid a batch | readers keep the last publish; the batch is dropped |
//! | a view that is kept for ever | `publish` waits, `try_publish` and `publish_timeout` say so, [`WriteHandle::publish_or_replace`] goes on with one more copy; readers notice nothing; dropping the handle of a leaked view ends it |
//! | values with interior mutability | each copy has its own; what a reader changes in one, the other lacks |
//!
//! # Features
//!
//! * `serde`: snapshots and views serialize as maps, a map deserializes into a [`WriteHandle`],
//!   [`Operation`]s do both.
//! * `rayon`: `par_iter` on snapshots and views, `par_keys`, `par_values`; `par_extend` on a
//!   [`WriteHandle`], and `collect` into one.
//! * `async`: [`publish_async`](WriteHandle#method.publish_async), of a writer and of a
//!   [`SharedMap`], on any executor.
//! * `tracing`: a publish is a span, a stall a warning.
//!
//! # How it works
//!
//! The [`left_right`] crate keeps two copies of a [`Snapshot`] and a log of operations, and swaps
//! the copies at each publish; its documentation has the algorithm and the argument for it. This
//! crate supplies the table, how an operation changes it, and handles that cannot fail. It has no
//! unsafe code.

#![forbid(unsafe_code)]

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

mod builder; // `new`, `Builder`: two handles around an empty or a filled table.

mod read; // `ReadHandle`: enters the published copy.

mod view; // `View`: one published state, for as long as it is held.

mod snapshot; // `Snapshot`: what can be read from a state.

mod iter; // Iterators over a snapshot.

#[doc(hidden)]
pub mod base; // What both maps' handles do without knowing an entry.

mod convert; // Snapshots and plain maps.

mod write; // `WriteHandle`: logs operations, looks at its own copy, publishes.

mod shared; // `SharedMap`: reads and writes, on any number of threads.

mod key; // What `remove` takes.

mod methods; // What both maps only pass on to `left-right`.

mod operation; // What is logged, and how it shows.

mod absorb; // What an operation does to a copy.

#[doc(hidden)]
pub mod table; // The hash table of one copy.

mod error; // Errors.

#[cfg(feature = "rayon")]
mod rayon; // Parallel iterators.

#[cfg(feature = "serde")]
mod serde; // Serialization.

#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing; // What the tests of both maps share.

#[cfg(feature = "rayon")]
pub use crate::rayon::{ParIter, ParKeys, ParValues};
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use crate::serde::with_entries;
pub use builder::{Builder, Handles, new, with_hasher, with_meta};
pub use equivalent::Equivalent;
pub use error::CapacityError;
pub use hashbrown::DefaultHashBuilder;
pub use iter::{IntoIter, Iter, Keys, Values};
pub use key::IntoKey;
pub use left_right::Publishing;
/// A reference to a value (or the metadata) of the map, in place; made by [`ReadHandle::get`].
///
/// ```
/// use evmap_core::ReadGuard;
///
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert("a", vec![1, 2, 3]).publish();
/// let value = reader.get("a").unwrap();
/// assert_eq!(*value, [1, 2, 3]);
/// assert_eq!(ReadGuard::version(&value), 1);
/// let last = ReadGuard::map(value, |value| &value[2]);
/// assert_eq!(*last, 3);
/// ```
#[doc(inline)]
pub use left_right::ReadGuard;
pub use left_right::{
    FencePolicy, FenceStrategy, Poisoned, PublishError, ReaderState, Stalled, StalledReader, Stats,
    fence_strategy,
};
pub use operation::Operation;
pub use read::{ReadHandle, ReadHandleFactory};
pub use shared::SharedMap;
pub use snapshot::Snapshot;
pub use view::View;
pub use write::WriteHandle;
