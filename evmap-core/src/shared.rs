//! The map that any number of threads read and write.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;
use left_right::Poisoned;
use left_right::{Publishing, ReadGuard};

use crate::builder::Builder;
use crate::key::IntoKey;
use crate::operation::{Logged, Whole};
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
///   changes; so do policies other than [`Publishing::EachWrite`],
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
/// [`try_insert`](Self::try_insert), [`try_remove`](Self::try_remove) and
/// [`try_batch`](Self::try_batch) return [`Poisoned`] instead. To start over, make a map of a clone
/// of [`enter`](Self::enter).
///
/// A panic in a closure, or in the look-up of a write, poisons nothing.
///
/// ```
/// use evmap_core::SharedMap;
///
/// let hits = SharedMap::<String, u32>::new();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             hits.update_or_insert("index.html".to_string(), || 0, |n| *n += 1);
///             assert!(hits.get_cloned("index.html") >= Some(1));
///         });
///     }
/// });
/// assert_eq!(hits.insert("index.html".to_string(), 0), Some(4));
/// ```
pub struct SharedMap<K, V, M = (), S = DefaultHashBuilder>
where
    K: Eq + Hash + Clone,
    V: Clone,
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
    V: Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// The value of `key`, in place. O(1) on average, never blocks.
    ///
    /// Drop it before this thread writes. For several look-ups, [`enter`](Self::enter) once.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([("a", vec![1, 2, 3])]);
    /// assert_eq!(map.get("a").unwrap().len(), 3);
    /// assert!(map.get("b").is_none());
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get<Q>(&self, key: &Q) -> Option<ReadGuard<'_, V>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        ReadGuard::try_map(self.inner.enter(), |snapshot| snapshot.get(key))
    }

    /// A clone of the value of `key`. O(1) on average, never blocks.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([("a", 1)]);
    /// assert_eq!(map.get_cloned("a"), Some(1));
    /// ```
    #[inline]
    pub fn get_cloned<Q>(&self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().get(key).cloned()
    }

    /// Clones of the values of several keys, all from one state. O(N) on average, never blocks.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([(1, 'a'), (2, 'b')]);
    /// assert_eq!(map.get_many_cloned([&2, &3]), [Some('b'), None]);
    /// ```
    #[inline]
    pub fn get_many_cloned<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<V>; N]
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().get_many(keys).map(|value| value.cloned())
    }

    /// Whether `key` is there. O(1) on average, never blocks.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([(1, 'a')]);
    /// assert!(map.contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().contains_key(key)
    }

    /// Sets the value of `key` and returns the one before. O(1) on average, with a clone of the old
    /// value; waits for other writers, and for readers as long as the [patience](Self::patience) is.
    ///
    /// With [`Publishing::EachWrite`] it is visible to all threads
    /// when this returns. Of two equal keys the one that is in the map stays, as in `HashMap`.
    ///
    /// # Panics
    ///
    /// If the map is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop` does while
    /// operations are applied, which poisons it. If it is called within a closure that this map
    /// runs with its writer locked. And, in debug builds, if this thread holds a view of the map.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::new();
    /// assert_eq!(map.insert(1, 'a'), None);
    /// assert_eq!(map.insert(1, 'b'), Some('a'));
    /// assert_eq!(map.get_cloned(&1), Some('b'));
    /// ```
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        Self::sound(self.try_insert(key, value))
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
    /// let map = evmap_core::SharedMap::new();
    /// assert_eq!(map.try_insert(1, 'a')?, None);
    /// # Ok::<(), evmap_core::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Poisoned> {
        let hash = self.hasher.hash_one(&key);
        self.inner.append_with(|state| {
            let old = state.table.find(hash, &key).map(|entry| entry.1.clone());
            (Some(Logged::Insert { hash, key, value }), old)
        })
    }

    /// Removes `key` and returns its value. O(1) on average, with a clone of the value; waits as
    /// [`insert`](Self::insert).
    ///
    /// `key` is a key, a reference to one or what else [makes one](IntoKey): `&str` for `String`.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([("a".to_string(), 1)]);
    /// assert_eq!(map.remove("a"), Some(1));
    /// assert_eq!(map.remove("a"), None);
    /// ```
    #[track_caller]
    pub fn remove(&self, key: impl IntoKey<K>) -> Option<V> {
        Self::sound(self.try_remove(key))
    }

    /// [`remove`](Self::remove) that returns an error where that panics for a poisoned map. Waits as
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
    /// let map = evmap_core::SharedMap::from([(1, 'a')]);
    /// assert_eq!(map.try_remove(1)?, Some('a'));
    /// # Ok::<(), evmap_core::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn try_remove(&self, key: impl IntoKey<K>) -> Result<Option<V>, Poisoned> {
        let key = key.into_key();
        let hash = self.hasher.hash_one(&key);
        self.inner.append_with(|state| {
            let old = state.table.find(hash, &key).map(|entry| entry.1.clone());
            let operation = old.is_some().then_some(Logged::Remove { hash, key });
            (operation, old)
        })
    }

    /// Changes the value of `key` and returns what `change` returns; `None` if the key is not there.
    /// Nobody else's write comes in between. Waits as [`insert`](Self::insert).
    ///
    /// `change` runs once, on a clone. For what that costs with large values see
    /// [`WriteHandle::update`].
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert). If `change` panics nothing has changed.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([("hits", 1)]);
    /// let hits = map.update("hits", |hits| {
    ///     *hits += 1;
    ///     *hits
    /// });
    /// assert_eq!(hits, Some(2));
    /// assert_eq!(map.update("misses", |misses| *misses += 1), None);
    /// ```
    #[track_caller]
    pub fn update<Q, R>(&self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.batch(|writer| writer.update(key, change))
    }

    /// Changes the value of `key`, starting from `default()` if it is not there, and returns what
    /// `change` returns. Waits as [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    ///
    /// ```
    /// let map = evmap_core::SharedMap::new();
    /// for word in ["to", "be", "or", "not", "to", "be"] {
    ///     map.update_or_insert(word, || 0, |count| *count += 1);
    /// }
    /// assert_eq!(map.get_cloned("to"), Some(2));
    /// ```
    #[track_caller]
    pub fn update_or_insert<R>(
        &self,
        key: K,
        default: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> R {
        self.batch(|writer| writer.update_or_insert(key, default, change))
    }

    /// A clone of the value of `key`, which becomes `default()` if the key is not there. O(1) on
    /// average; with [`Publishing::EachWrite`] a look-up if it is
    /// there, else it waits as [`insert`](Self::insert).
    ///
    /// `default` runs once at the most, and no two threads insert the same key: where they race,
    /// the one gets the value of the other.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert), if the key is not there. If `default` panics nothing has changed.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::new();
    /// assert_eq!(map.get_or_insert_with("a", || 1), 1);
    /// assert_eq!(map.get_or_insert_with("a", || unreachable!()), 1);
    /// ```
    #[track_caller]
    pub fn get_or_insert_with(&self, key: K, default: impl FnOnce() -> V) -> V {
        // Writes go by what is pending: what readers see will do only where nothing stays pending.
        if self.publishing() == Publishing::EachWrite {
            if let Some(value) = self.get_cloned(&key) {
                return value;
            }
        }
        self.batch(|writer| writer.get_or_insert_with(key, default).clone())
    }

    /// Inserts every pair, all visible at once. O(n); the iterator runs before the writer is locked.
    /// Waits for other writers, and with [`Publishing::EachWrite`] for
    /// readers as [`publish`](Self::publish).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert). If the iterator panics nothing is inserted.
    ///
    /// ```
    /// let map = evmap_core::SharedMap::new();
    /// map.extend((0..1_000).map(|n| (n, n)));
    /// assert_eq!((map.len(), map.version()), (1_000, 1));
    /// ```
    #[track_caller]
    pub fn extend(&self, entries: impl IntoIterator<Item = (K, V)>) {
        let logged = |(key, value)| logged_insert(&self.hasher, key, value);
        let operations: Vec<_> = entries.into_iter().map(logged).collect();
        self.log(operations);
    }

    /// Removes all entries and keeps the room for them. O(capacity); waits for other writers, and
    /// with [`Publishing::EachWrite`] for readers as
    /// [`publish`](Self::publish).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([(1, 'a')]);
    /// map.clear();
    /// assert!(map.is_empty());
    /// ```
    #[track_caller]
    pub fn clear(&self) {
        self.log([Logged::Whole(Whole::Clear)]);
    }

    /// Removes the entries for which `keep` says `false`, all at once. O(capacity); waits as
    /// [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert). If `keep` panics nothing has changed.
    ///
    /// ```
    /// let map: evmap_core::SharedMap<_, _> = (0..10).map(|n| (n, n * n)).collect();
    /// map.retain(|_, square| square % 2 == 0);
    /// assert_eq!(map.len(), 5);
    /// ```
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) {
        self.batch(|writer| {
            writer.retain(keep);
        });
    }

    /// Removes the entries for which `keep` says `false`, and lets it change those that stay, all at
    /// once: see [`WriteHandle::retain_mut`]. O(capacity); waits as [`insert`](Self::insert).
    ///
    /// # Panics
    ///
    /// As [`retain`](Self::retain).
    ///
    /// ```
    /// let map = evmap_core::SharedMap::from([("a", 1), ("b", 2)]);
    /// map.retain_mut(|_, n| {
    ///     *n.to_mut() -= 1;
    ///     **n > 0
    /// });
    /// assert_eq!((map.len(), map.get_cloned("b")), (1, Some(1)));
    /// ```
    #[track_caller]
    pub fn retain_mut(&self, keep: impl FnMut(&K, &mut Cow<'_, V>) -> bool) {
        self.batch(|writer| {
            writer.retain_mut(keep);
        });
    }
}

impl<K, V, M, S> SharedMap<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    crate::shared_methods!("evmap_core");
}

crate::shared_conversions!("evmap_core", Clone);
