//! The map that any number of threads read and write.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use evmap_core::{IntoKey, Poisoned};
use hashbrown::DefaultHashBuilder;
use left_right::ReadGuard;

use crate::bag::Bag;
use crate::builder::Builder;
use crate::operation::{Logged, OfKey, OfValue, Whole};
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::view::View;
use crate::write::{WriteHandle, logged_insert};

/// A map that any number of threads read and write through clones of one handle, or through one in
/// a `static` or an `Arc`: for those who come from a `RwLock<HashMap>` or a sharded map.
///
/// # What it costs
///
/// * **A write publishes**: beside readers that costs some hundreds of nanoseconds, where an insert into a
///   [`WriteHandle`] costs ten or so. [`batch`](Self::batch) and [`extend`](Self::extend) publish once for many
///   changes; so do policies other than [`Publishing::EachWrite`](crate::Publishing::EachWrite),
///   for which writes become visible later than they return; see
///   [`Builder::publishing`](crate::Builder::publishing).
/// * **Writes come one after the other**, in whatever threads: this is for many reads and some
///   writes. Threads that write at the same time share publishes.
/// * **A write may wait for readers** of the older copy: for views from before the last publish. After
///   the [patience](Self::patience), a second by default, it leaves the copy to them and clones the
///   map, O(capacity). So nothing that a reader does stops a writer, not even a view that is leaked.
/// * **A look-up** finds this thread's slot first, a nanosecond or so more than through a
///   [`ReadHandle`]; [`reader`](Self::reader) makes one.
/// * Two copies, and the log, as of every map here.
///
/// # Blocking
///
/// Reads never wait. Writes wait as said above.
///
/// Do not write while this thread holds a [`View`] or [`ReadGuard`] of the map: it would be the reader
/// that the write waits for. Debug builds panic at the call.
///
/// Closures that are given to a write run with the writer locked: other writers wait for them.
///
/// # When it goes
///
/// The last handle publishes what is pending, for which it waits as a write does. [`ReadHandle`]s
/// keep the data.
///
/// # Memory ordering
///
/// What a thread did before a write happened before every read that sees it.
///
/// # Panics
///
/// As for a [`WriteHandle`], a panic of the user's `Hash`, `Eq`, `Clone` or `Drop` while operations
/// are applied *poisons* the map: it goes on in the thread that happens to apply them, readers keep
/// the last published state, and later writes panic, on all threads.
/// [`try_insert`](Self::try_insert), [`try_remove_value`](Self::try_remove_value),
/// [`try_remove_entry`](Self::try_remove_entry) and [`try_batch`](Self::try_batch) return [`Poisoned`] instead. To
/// start over, make a map of a clone of [`enter`](Self::enter).
///
/// A panic in a closure, or in the look-up of a write, poisons nothing.
///
/// ```
/// use evmap_multi::SharedMap;
///
/// let subscribers = SharedMap::<String, u32>::new();
/// std::thread::scope(|scope| {
///     for id in 0..4 {
///         let subscribers = &subscribers;
///         scope.spawn(move || {
///             subscribers.insert("news".to_string(), id);
///             assert!(subscribers.contains_value("news", &id));
///         });
///     }
/// });
/// assert_eq!(subscribers.get("news").unwrap().len(), 4);
/// assert!(subscribers.remove_value("news", 2));
/// assert!(!subscribers.remove_value("news", 2));
/// ```
pub struct SharedMap<K, V, M = (), S = DefaultHashBuilder>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    inner: Inner<K, V, M, S>,
    /// Hashes as the two copies do.
    hasher: S,
}

/// The two copies of a snapshot, the log between them, and a lock around that.
type Inner<K, V, M, S> = left_right::SharedHandle<Snapshot<K, V, M, S>, Logged<K, V, M>>;

impl<K, V, M, S> SharedMap<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// The values of `key`, in place. O(1) on average, never blocks.
    ///
    /// Drop it before this thread writes. For several look-ups, [`enter`](Self::enter) once.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a", 1), ("a", 2)]);
    /// assert_eq!(map.get("a").unwrap().len(), 2);
    /// assert!(map.get("b").is_none());
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get<Q>(&self, key: &Q) -> Option<ReadGuard<'_, Bag<V, S>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        ReadGuard::try_map(self.inner.enter(), |snapshot| snapshot.get(key))
    }

    /// One of the values of `key`, in place. O(1) on average, never blocks. (O(capacity) in a large
    /// bag that was nearly emptied, until it is [fitted](crate::WriteHandle::fit).)
    ///
    /// If there are several, it may be any of them; see [`Bag::get_one`].
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a", 1)]);
    /// assert_eq!(*map.get_one("a").unwrap(), 1);
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get_one<Q>(&self, key: &Q) -> Option<ReadGuard<'_, V>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        ReadGuard::try_map(self.inner.enter(), |snapshot| snapshot.get_one(key))
    }

    /// A clone of one of the values of `key`. O(1) on average, never blocks. (O(capacity) in a large
    /// bag that was nearly emptied, until it is [fitted](crate::WriteHandle::fit).)
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert_eq!(map.get_one_cloned(&1), Some('a'));
    /// ```
    #[inline]
    pub fn get_one_cloned<Q>(&self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().get_one(key).cloned()
    }

    /// Whether `key` is there, be it with an empty bag. O(1) on average, never blocks.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().contains_key(key)
    }

    /// Whether `key` has `value`. O(1) on average, plus O(n) in a bag of up to 32 values; never
    /// blocks.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.contains_value(&1, &'a'));
    /// assert!(!map.contains_value(&1, &'b'));
    /// ```
    #[inline]
    pub fn contains_value<Q, W>(&self, key: &Q, value: &W) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
        W: ?Sized + Hash + Equivalent<V>,
    {
        self.enter().contains_value(key, value)
    }

    /// Adds `value` to the bag of `key`. O(1); waits for other writers, and with
    /// [`Publishing::EachWrite`](crate::Publishing::EachWrite) for readers as long as the
    /// [patience](Self::patience) is.
    ///
    /// With that policy it is visible to all threads when this returns. Of two equal keys the one
    /// that is in the map stays, as in `HashMap`.
    ///
    /// # Panics
    ///
    /// If the map is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop` does while
    /// operations are applied, which poisons it. If it is called within a closure that this map
    /// runs with its writer locked. And, in debug builds, if this thread holds a view of the map.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.insert(1, 'a');
    /// map.insert(1, 'b');
    /// assert_eq!(map.get(&1).unwrap().len(), 2);
    /// ```
    #[track_caller]
    pub fn insert(&self, key: K, value: V) {
        Self::sound(self.try_insert(key, value));
    }

    /// [`insert`](Self::insert) that returns an error where that panics for a poisoned map. Waits as
    /// that does.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the map is poisoned.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert), but not for a poisoned map.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.try_insert(1, 'a')?;
    /// assert!(map.contains_value(&1, &'a'));
    /// # Ok::<(), evmap_multi::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<(), Poisoned> {
        let operation = logged_insert(&self.hasher, key, value);
        self.inner.update(|writer| writer.extend([operation]))
    }

    /// Replaces the bag of `key` by one that holds `value` alone. O(1), applying it drops the values
    /// that were there; waits as [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a'), (1, 'b')]);
    /// map.update(1, 'c');
    /// assert_eq!(*map.get(&1).unwrap(), ['c']);
    /// ```
    #[track_caller]
    pub fn update(&self, key: K, value: V) {
        let hash = self.hasher.hash_one(&key);
        self.log([Logged::value(OfValue::Update, hash, key, value)]);
    }

    /// Removes one value that is equal to `value` from the bag of `key`, and says whether it was
    /// there. O(1) on average, O(n) in a bag of up to 32 values; waits for other writers, and for
    /// readers as long as the [patience](Self::patience) is.
    ///
    /// The key stays, if with an empty bag. Key and value are each one, a reference to one or what
    /// else [makes one](IntoKey): `&str` for `String`.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a".to_string(), 1)]);
    /// assert!(map.remove_value("a", 1));
    /// assert!(!map.remove_value("a", 1));
    /// assert!(map.get("a").unwrap().is_empty());
    /// ```
    #[track_caller]
    pub fn remove_value(&self, key: impl IntoKey<K>, value: impl IntoKey<V>) -> bool {
        Self::sound(self.try_remove_value(key, value))
    }

    /// [`remove_value`](Self::remove_value) that returns an error where that panics for a poisoned map. Waits as
    /// that does.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the map is poisoned.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert), but not for a poisoned map.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.try_remove_value(1, 'a')?);
    /// # Ok::<(), evmap_multi::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn try_remove_value(
        &self,
        key: impl IntoKey<K>,
        value: impl IntoKey<V>,
    ) -> Result<bool, Poisoned> {
        let (key, value) = (key.into_key(), value.into_key());
        let hash = self.hasher.hash_one(&key);
        self.inner.append_with(|state| {
            let entry = state.table().find(hash, &key);
            let is_there = entry.is_some_and(|(_, bag)| bag.contains(&value));
            let operation = Logged::value(OfValue::Remove, hash, key, value);
            (is_there.then_some(operation), is_there)
        })
    }

    /// Removes `key` and its bag, and says whether it was there. O(1), applying it drops the values;
    /// waits as [`remove_value`](Self::remove_value).
    ///
    /// `key` is a key, a reference to one or what else [makes one](IntoKey).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a".to_string(), 1)]);
    /// assert!(map.remove_entry("a"));
    /// assert!(!map.remove_entry("a"));
    /// assert!(map.is_empty());
    /// ```
    #[track_caller]
    pub fn remove_entry(&self, key: impl IntoKey<K>) -> bool {
        Self::sound(self.try_remove_entry(key))
    }

    /// [`remove_entry`](Self::remove_entry) that returns an error where that panics for a poisoned map. Waits as
    /// that does.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the map is poisoned.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert), but not for a poisoned map.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.try_remove_entry(1)?);
    /// # Ok::<(), evmap_multi::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn try_remove_entry(&self, key: impl IntoKey<K>) -> Result<bool, Poisoned> {
        let key = key.into_key();
        let hash = self.hasher.hash_one(&key);
        self.inner.append_with(|state| {
            let is_there = state.table().find(hash, &key).is_some();
            let change = OfKey::Remove;
            let operation = Logged::Key { change, hash, key };
            (is_there.then_some(operation), is_there)
        })
    }

    /// Removes `key` and returns a clone of its bag, if it was there. O(1), and the clone; waits as
    /// [`remove_value`](Self::remove_value).
    ///
    /// `key` is as for [`remove_entry`](Self::remove_entry).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a".to_string(), 1), ("a".to_string(), 2)]);
    /// assert_eq!(map.remove_and_get("a").unwrap(), [1, 2]);
    /// assert!(map.remove_and_get("a").is_none());
    /// ```
    #[track_caller]
    pub fn remove_and_get(&self, key: impl IntoKey<K>) -> Option<Bag<V, S>> {
        let key = key.into_key();
        let hash = self.hasher.hash_one(&key);
        Self::sound(self.inner.append_with(|state| {
            let old = state.table().find(hash, &key).map(|(_, bag)| bag.clone());
            let change = OfKey::Remove;
            let operation = Logged::Key { change, hash, key };
            (old.is_some().then_some(operation), old)
        }))
    }

    /// Empties the bag of `key`, which stays, or comes, with an empty bag. O(1), applying it drops
    /// the values; waits as [`insert`](Self::insert). `key` is as for [`remove_entry`](Self::remove_entry).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.clear(1);
    /// assert!(map.get(&1).unwrap().is_empty());
    /// ```
    #[track_caller]
    pub fn clear(&self, key: impl IntoKey<K>) {
        let key = key.into_key();
        let hash = self.hasher.hash_one(&key);
        let change = OfKey::Clear;
        self.log([Logged::Key { change, hash, key }]);
    }

    /// Removes all keys and bags and keeps the room for the keys. O(capacity), and the drop of the
    /// values; waits as [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.purge();
    /// assert!(map.is_empty());
    /// ```
    #[track_caller]
    pub fn purge(&self) {
        self.log([Logged::Whole(Whole::Purge)]);
    }

    /// Inserts every pair, all visible at once. O(n); the iterator runs before the writer is locked.
    /// Waits as [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert). If the iterator panics nothing is inserted.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.extend((0..1_000).map(|n| (n % 10, n)));
    /// assert_eq!((map.len(), map.version()), (10, 1));
    /// ```
    #[track_caller]
    pub fn extend(&self, pairs: impl IntoIterator<Item = (K, V)>) {
        let logged = |(key, value)| logged_insert(&self.hasher, key, value);
        let operations: Vec<_> = pairs.into_iter().map(logged).collect();
        self.log(operations);
    }

    /// Removes the values of `key` for which `keep` says `false`: see [`WriteHandle::retain`]. O(n);
    /// waits as [`remove_value`](Self::remove_value).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert). If `keep` panics nothing has changed.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a", 1), ("a", 2), ("a", 3)]);
    /// map.retain("a", |n| n % 2 == 1);
    /// assert_eq!(*map.get("a").unwrap(), [1, 3]);
    /// ```
    #[track_caller]
    pub fn retain<Q>(&self, key: &Q, keep: impl FnMut(&V) -> bool)
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.batch(|writer| {
            writer.retain(key, keep);
        });
    }

    /// Removes the keys, with their bags, for which `keep` says `false`, all at once. O(capacity);
    /// waits as [`remove_value`](Self::remove_value).
    ///
    /// # Panics
    ///
    /// As [`retain`](Self::retain).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a", 1), ("b", 2)]);
    /// map.remove_value("b", 2);
    /// map.retain_entries(|_, bag| !bag.is_empty());
    /// assert_eq!(map.len(), 1);
    /// ```
    #[track_caller]
    pub fn retain_entries(&self, keep: impl FnMut(&K, &Bag<V, S>) -> bool) {
        self.batch(|writer| {
            writer.retain_entries(keep);
        });
    }
}

impl<K, V, M, S> SharedMap<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    evmap_core::shared_methods!("evmap_multi");
}

evmap_core::shared_conversions!("evmap_multi", Eq + Hash + Clone);
