//! A concurrent multi-value map, a bag of values per key, for programs that read far more often
//! than they write: inverted indexes, routing tables with several next hops, subscriptions,
//! registries of endpoints.
//!
//! Readers never lock, wait or retry, and see consistent snapshots of the whole map. One writer
//! collects changes and publishes them all at once. It is the sister of `evmap-core`, which has one
//! value per key, and has the same readers.
//!
//! # What it costs
//!
//! * **Memory: two copies.** Each key and value stands twice, once for the readers, once for the
//!   writer. What is large goes in an [`Arc`](std::sync::Arc), whose payload stands once. So do
//!   values that are not `Clone`.
//! * **Each change is applied twice**, once per copy, and waits in a log in between.
//! * **Changes show after [`publish`](WriteHandle::publish)**, and a publish costs tens of nanoseconds while
//!   nobody reads, hundreds beside readers, microseconds where they pause all the time; an insert costs about
//!   ten: publish per batch, per tick or per request, not per insert, if you can.
//! * **The writer waits for old views.** Before it reuses a copy, the last reader must have left
//!   it. A view that is held for a second delays the publish after the next one by up to a second;
//!   a view that is never dropped stops it, unless
//!   [`publish_or_replace`](WriteHandle::publish_or_replace) leaves it behind. No reader is ever
//!   delayed. A thread that holds a view across two publishes *of its own* waits for itself: debug
//!   builds panic, release builds wait for ever.
//! * **What is removed lives on** in the second copy until the writer's next publish or look.
//! * **Writes come one after the other.** One thread has the [`WriteHandle`], or any number share a
//!   [`SharedMap`], whose writes wait for each other.
//! * **The default hasher is hashbrown's**, fast and randomly seeded, but no defence against keys or
//!   values that are chosen to collide (HashDoS). For those from outside take SipHash:
//!   [`with_hasher(RandomState::new())`](with_hasher).
//! * **Values are `Hash` and `Eq`**, so that one of many can be removed without a search. One that
//!   has an order of its own, or duplicates that can be told apart, is not for a bag.
//!
//! What it gives for that: a look-up through a held view costs what it costs in a plain `HashMap`,
//! on any number of threads, whatever the writer does, and a single value per key costs no
//! indirection and no allocation; see [`Bag`].
//!
//! Take something else
//!
//! * if each key has one value: `evmap-core`, which can also make a value's successor from it;
//! * if the values of a key have an order, or are always written as a whole: `evmap-core` with an
//!   `Arc<[V]>` as value;
//! * if about as many writes as reads happen: a sharded map of vectors (`dashmap`).
//!
//! # Example
//!
//! ```
//! use std::thread;
//!
//! let (mut reviews, reader) = evmap_multi::new::<String, &str>();
//! reviews.insert("Middlemarch".to_string(), "Long.");
//! reviews.insert("Middlemarch".to_string(), "My favourite book.");
//! reviews.insert("Emma".to_string(), "Very enjoyable.");
//! // Readers see nothing of this yet; the writer does.
//! assert!(!reader.contains_key("Emma"));
//! assert_eq!(reviews.view()["Middlemarch"].len(), 2);
//! // Now they see all of it.
//! reviews.publish();
//! assert!(reader.contains_value("Middlemarch", "Long."));
//!
//! // Each thread reads through a handle of its own.
//! let threads: Vec<_> = (0..4)
//!     .map(|_| {
//!         let reader = reader.clone();
//!         thread::spawn(move || {
//!             // A view is one state of the map, for as long as it is held.
//!             let view = reader.enter();
//!             for (title, bag) in &view {
//!                 for review in bag {
//!                     println!("{title}: {review}");
//!                 }
//!             }
//!             view.values().flatten().count()
//!         })
//!     })
//!     .collect();
//! for thread in threads {
//!     assert_eq!(thread.join().unwrap(), 3);
//! }
//!
//! // One value goes, a key goes, a bag is replaced.
//! reviews.remove_value("Middlemarch", "Long.").remove_entry("Emma");
//! reviews.update("Persuasion".to_string(), "Even better.").publish();
//! assert_eq!(*reader.get("Middlemarch").unwrap(), ["My favourite book."]);
//! assert_eq!(reader.len(), 2);
//!
//! // When the writer goes, readers keep the last published state.
//! drop(reviews);
//! assert_eq!(reader.get_one_cloned("Persuasion"), Some("Even better."));
//! ```
//!
//! # Which face to take
//!
//! A map is either a pair of handles or a [`SharedMap`], and
//! [`into_shared`](WriteHandle::into_shared) leads from the one to the other.
//!
//! | | [`WriteHandle`] and [`ReadHandle`]s | [`SharedMap`] |
//! |---|---|---|
//! | what you pay | somebody owns the writer, and says when to publish; each reading thread has a handle | a publish per write, unless you batch; a nanosecond or so more per look-up |
//! | who writes | the owner | every thread, one after the other |
//! | a write is visible | after [`publish`](WriteHandle::publish), which many writes share | when it returns, or as [`Publishing`] says |
//! | whether a value was there | a [`view`](WriteHandle::view) tells | what [`remove_value`](SharedMap::remove_value) and [`remove_entry`](SharedMap::remove_entry) return |
//! | a view that is held for ever | stops the writer, unless it publishes otherwise | costs one more copy |
//! | handles | `Send`, one per thread | `Send`, `Sync`, `Clone`: in a `static`, in an `Arc`, on any thread |
//! | keys, values, metadata, hasher | `Send` | `Send`, `Sync` and `'static` |
//! | comes from | `evmap`, a loader, an event loop that owns its data | a `RwLock<HashMap<K, Vec<V>>>`, a `DashMap` or a `papaya::HashMap` of vectors |
//!
//! Coming to a [`SharedMap`] from one of the latter:
//!
//! | | a shared map of vectors | `SharedMap` |
//! |---|---|---|
//! | add | `entry(k).or_default().push(v)` | `m.insert(k, v)` |
//! | look up | a guard of the vector | `m.get(k)`, a guard of the [`Bag`]; `m.get_one_cloned(k)` |
//! | is it there | `get(k)`, a search | `m.contains_value(k, v)` |
//! | remove one | `get_mut(k)`, a search, `swap_remove` | `m.remove_value(k, v)` |
//! | remove all | `remove(k)` | `m.remove_entry(k)`; `m.remove_and_get(k)` returns the bag |
//! | several changes at once | under the write lock; not in a sharded map | `m.batch(\|w\| ..)`, `m.extend(..)` |
//! | one state of several keys | under the read lock; not in a sharded map | `m.enter()` |
//!
//! # Coming from `evmap` 11
//!
//! What differs most: there is nothing unsafe to call and no trait to promise stability with, reads
//! cannot fail, and a writer that is dropped leaves the data to its readers. What to look at before:
//!
//! * **Each copy has its values to itself**, where `evmap` lets both share them: a value is cloned once, and large
//!   ones take twice the memory. Put those into an [`Arc`](std::sync::Arc). Small ones take less than there.
//! * **The default hasher is hashbrown's**, not SipHash: see [above](#what-it-costs).
//! * **`V: Clone`, and keys and values are `Send`**, since whoever reads last drops the data.
//! * **Keys and bags have no order**, also where `evmap`'s feature `eviction` or `indexed` kept that of insertion.
//!
//! `w` is the [`WriteHandle`], `r` a [`ReadHandle`], `view` what [`r.enter()`](ReadHandle::enter) returns.
//!
//! | `evmap` 11 | here | |
//! |---|---|---|
//! | `new`, `new_assert_stable` | [`new()`] | any `Hash + Eq + Clone + Send` |
//! | `with_hasher(meta, hasher)` | [`Builder::meta`], [`Builder::hasher`]; [`with_meta`], [`with_hasher`] | safe |
//! | `StableHashEq` | none | a wrong `Hash` or `Eq` gives wrong answers and no more |
//! | `Options`, `with_meta`, `with_hasher`, `with_capacity` | [`Builder`], [`meta`](Builder::meta), [`hasher`](Builder::hasher), [`capacity`](Builder::capacity) | |
//! | `Options::construct`, `assert_stable` | [`Builder::build`], [`Builder::try_build`] | [`Builder::build_from`] for a map that is filled at once |
//! | `handles::{WriteHandle, ReadHandle, ReadHandleFactory}` | [`WriteHandle`], [`ReadHandle`], [`ReadHandleFactory`] | |
//! | `refs::Values` | [`Bag`] | |
//! | `Values::{len, is_empty, capacity, iter, get_one, contains}` | [`Bag::len`], [`is_empty`](Bag::is_empty), [`capacity`](Bag::capacity), [`iter`](Bag::iter), [`get_one`](Bag::get_one), [`contains`](Bag::contains) | and [`Bag::count`], equality |
//! | `refs::MapReadRef` | [`View`] | also has `version`, `is_newest`, `refresh` |
//! | `refs::ReadGuard`, `map`, `try_map` | [`ReadGuard`], [`ReadGuard::map`], [`ReadGuard::try_map`] | |
//! | `refs::ReadGuardIter`, the iterators of keys and values | [`Iter`], [`Keys`], [`Values`], [`BagIter`] | exact size, `Clone`, fused |
//! | `r.enter() -> Option` | [`r.enter()`](ReadHandle::enter) | [`is_published`](ReadHandle::is_published) tells "not yet" from "empty" |
//! | `r.len`, `r.is_empty`, `r.contains_key`, `r.contains_value` | the same | |
//! | `r.get`, `r.get_one` | the same | also [`get_one_cloned`](ReadHandle::get_one_cloned) |
//! | `r.meta() -> Option` | [`r.meta()`](ReadHandle::meta) | |
//! | `r.meta_get(k)` | `view.get(k)`, `view.meta()` | of one state, without a clone of the metadata |
//! | `r.map_into(f)` | `view.iter().map(f).collect()` | |
//! | `r.was_dropped()` | `!`[`r.has_writer()`](ReadHandle::has_writer) | the data stays; this says that it is final |
//! | `ReadHandleFactory::handle` | the same | and [`r.factory()`](ReadHandle::factory) makes a factory, which 11.0 cannot |
//! | `view.{iter, keys, values}`, `for … in &view` | the same | `view.values()` has the bags, `view.values().flatten()` all values |
//! | `view.{len, is_empty, meta, get, get_one, contains_key, contains_value}`, `view[k]` | the same | |
//! | `w.insert(k, v)`, `w.update(k, v)`, `w.clear(k)` | the same | |
//! | `w.remove_value(k, v)`, `w.remove(k, v)` | [`w.remove_value(k, v)`](WriteHandle::remove_value) | also `&k`, `&v`, and `&str` for `String`: [`IntoKey`], so an `.into()` in the call has to go |
//! | `w.remove_entry(k)`, `w.empty(k)` | [`w.remove_entry(k)`](WriteHandle::remove_entry) | as above; [`remove_and_get`](WriteHandle::remove_and_get) returns the bag |
//! | `w.purge()` | the same | |
//! | unsafe `w.retain(k, f)` | [`w.retain(&k, f)`](WriteHandle::retain) | safe: `f` runs once, at once, so it has no flag for its second run; waits as [`w.view()`](WriteHandle::view) does, where `evmap`'s is only logged |
//! | `w.fit(k)`, `w.fit_all()`, `w.reserve(k, n)` | the same | also `&k`; `fit_all` also shrinks the table |
//! | `w.empty_random(&mut rng, n)`, feature `eviction` | [`w.empty_random(below, n)`](WriteHandle::empty_random) | any generator; publishes nothing; no feature |
//! | `w.set_meta(m)`, `w.extend(pairs)` | the same | |
//! | `w.publish()` | the same | also [`try_publish`](WriteHandle::try_publish), [`publish_timeout`](WriteHandle::publish_timeout), [`publish_or_replace`](WriteHandle::publish_or_replace), [`flush`](WriteHandle::flush) |
//! | `w.has_pending()` | [`w.has_pending_operations()`](WriteHandle::has_pending_operations) | and [`w.pending()`](WriteHandle::pending) lists them |
//! | reading through `w` (`Deref`), `w.clone()` | [`w.published()`](WriteHandle::published), [`w.reader()`](WriteHandle::reader) | and [`w.view()`](WriteHandle::view) reads what is not published yet |
//! | feature `indexed` | none | see above |
//! | feature `amortize` | none | [`reserve`](WriteHandle::reserve) and [`reserve_keys`](WriteHandle::reserve_keys) take the growing out of a publish |
//!
//! # When something is odd
//!
//! | input | answer |
//! |---|---|
//! | a key whose last value is removed | stays, with an empty bag; [`WriteHandle::remove_entry`] removes it, [`WriteHandle::retain_entries`] all such |
//! | a value, or a key, to be removed that is not there | nothing happens |
//! | capacity 0 | no table is allocated before the first insert |
//! | a capacity that overflows, or that memory cannot hold | [`Builder::try_build`], [`WriteHandle::try_reserve`] and [`WriteHandle::try_reserve_keys`] return a [`CapacityError`], the others panic with its text; a reservation that finds no memory when it is applied is skipped |
//! | a hasher that returns a constant | a right map, as slow as a list |
//! | `Hash` or `Eq` that lie, a hasher whose clone hashes differently | wrong answers; never undefined behaviour. The two copies may drift apart, and then readers see the one and the other in turn, publish by publish |
//! | `Hash` that panics as an operation is logged, a closure that panics, a panicking iterator | the call panics and what it was about to log is not logged; nothing is poisoned |
//! | `Hash` (of a growing table, of a value in a large bag), `Eq`, `Clone` or `Drop` that panic as operations are applied | the call panics, the writer is poisoned, readers keep the last publish; see [`WriteHandle`] |
//! | values that are equal but differ | the same value to a bag; which of them it holds, and gives up first, is not said, except that [`retain`](WriteHandle::retain) keeps those that it was shown |
//! | keys that are equal but differ | the first stays, as in `HashMap` |
//! | `Drop` that panics as the last handle goes | the panic is reported by the panic hook and goes no further; what it was about to drop may be leaked |
//! | the writer is dropped, or its thread panics, amid a batch | readers keep the last publish; the batch is dropped |
//! | a view that is kept for ever | publishes say that they are stalled, readers go on; dropping the leaked view's handle ends it |
//!
//! # Features
//!
//! * `serde`: bags serialize as sequences, snapshots and views as maps of them; such a map
//!   deserializes into a [`WriteHandle`], [`Operation`]s do both.
//! * `rayon`: `par_iter` on snapshots and views, `par_keys`, `par_values` (the bags); `par_extend`
//!   on a [`WriteHandle`], and `collect` into one.
//! * `async`: [`publish_async`](WriteHandle#method.publish_async), of a writer and of a
//!   [`SharedMap`], on any executor.
//! * `tracing`: a publish is a span, a stall a warning.
//!
//! # How it works
//!
//! The [`left_right`] crate keeps two copies of a [`Snapshot`] and a log of operations, and swaps
//! the copies at each publish; its documentation has the algorithm and the argument for it.
//! `evmap-core` supplies the table and what can be read from it, with a [`Bag`] as the value of each
//! key. This crate adds the bags and how an operation changes them. It has no unsafe code.

#![forbid(unsafe_code)]

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

mod builder; // `new`, `Builder`: two handles around an empty or a filled table.

mod read; // `ReadHandle`: enters the published copy.

mod view; // `View`: one published state, for as long as it is held.

mod snapshot; // `Snapshot`: what can be read from a state.

mod bag; // `Bag`: the values of one key.

mod convert; // Snapshots and plain maps of vectors.

mod write; // `WriteHandle`: logs operations, looks at its own copy, publishes.

mod shared; // `SharedMap`: reads and writes, on any number of threads.

mod operation; // What is logged, and how it shows.

mod absorb; // What an operation does to a copy.

#[cfg(feature = "serde")]
mod serde; // Serialization.

pub use bag::{Bag, BagIter};
pub use builder::{Builder, Handles, new, with_hasher, with_meta};
pub use evmap_core::{
    CapacityError, DefaultHashBuilder, Equivalent, FencePolicy, FenceStrategy, IntoIter, IntoKey,
    Iter, Keys, Poisoned, PublishError, Publishing, ReadGuard, ReaderState, Stalled, StalledReader,
    Stats, Values, fence_strategy,
};
#[cfg(feature = "rayon")]
pub use evmap_core::{ParIter, ParKeys, ParValues};
pub use operation::Operation;
pub use read::{ReadHandle, ReadHandleFactory};
pub use shared::SharedMap;
pub use snapshot::Snapshot;
pub use view::View;
pub use write::WriteHandle;
