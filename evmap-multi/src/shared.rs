//! The map that any number of threads read and write.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use equivalent::Equivalent;
use evmap_core::IntoKey;
use evmap_core::base::builder::Settings;
use evmap_core::base::error::sound;
use evmap_core::base::shared::Shared;
use hashbrown::DefaultHashBuilder;
use left_right::{
    Owned, Poisoned, Publishing, ReadGuard, ReaderState, SharedHandle, SharedWriter, Stats,
};

use crate::bag::Bag;
use crate::builder::Builder;
use crate::operation::{KeyOp, LogEntry, TableOp, ValueOp};
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::view::View;
use crate::write::WriteHandle;

/// A map that any number of threads read and write through clones of one handle, or through one in
/// a `static` or an `Arc`.
///
/// A write publishes: some hundreds of nanoseconds beside readers. [`batch`](Self::batch),
/// [`extend`](Self::extend) and policies other than [`Publishing::EachWrite`] publish once for many
/// changes; of threads that write at the same time one does the work, and publishes once for all.
///
/// # Blocking
///
/// Reads never wait. Writes wait for each other, and for [readers of the older
/// copy](crate::guide#blocking) until the [reader timeout](Self::reader_timeout) has passed: then
/// they leave the copy to those readers and clone the map, O(capacity). A thread may write while it
/// holds a [`View`] or [`ReadGuard`] that it got from a `SharedMap`: if that is of the older copy, it
/// keeps the copy at once. Of those that it got from a [`ReadHandle`] nobody knows whose they are:
/// the write waits until the reader timeout.
///
/// An operation may be carried out by another thread that writes at the same time, and with it the
/// `Eq`, `Clone` and `Drop` of keys and values; closures run on the thread that passes them.
///
/// The last handle publishes what is pending, and waits for readers as a write does; [`ReadHandle`]s
/// keep the data.
///
/// # Memory ordering
///
/// What a thread did before a write happened before every read that sees it.
///
/// # Panics
///
/// If `Hash`, `Eq`, `Clone` or `Drop` of keys or values panics *while operations are applied*, in
/// whatever thread, the map is *poisoned*: readers keep the last published state, and writes panic,
/// or return [`Poisoned`] if their names begin with `checked_`. The guide has [all
/// cases](crate::guide#panics).
///
/// ```
/// let subscribers = evmap_multi::SharedMap::<&str, u32>::new();
/// std::thread::scope(|scope| {
///     scope.spawn(|| subscribers.insert("news", 1));
///     scope.spawn(|| subscribers.insert("news", 2));
/// });
/// assert_eq!(subscribers.get("news").unwrap().len(), 2);
/// ```
pub struct SharedMap<K, V, M = (), S = DefaultHashBuilder> {
    inner: Inner<K, V, M, S>,
}

type Inner<K, V, M, S> =
    Shared<Snapshot<K, V, M, S>, LogEntry<K, V, M>, S, Writer<K, V, M, S>, bool>;

/// The writer, for one thread at a time.
struct Writer<K, V, M, S>(WriteHandle<K, V, M, S>);

impl<K, V, M, S> SharedMap<K, V, M, S> {
    /// A view of the newest published state, for reads that belong together. O(1), never waits.
    ///
    /// Each view shows what was newest when it was made.
    ///
    /// ```
    /// assert!(evmap_multi::SharedMap::from([(1, 'a')]).enter().keys().eq(&[1]));
    /// ```
    #[inline]
    pub fn enter(&self) -> View<'_, K, V, M, S> {
        View::new(self.inner.handle.enter())
    }

    /// How many keys there are. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.enter().len()
    }

    /// Whether there are no keys. O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_multi::SharedMap::from([(1, 'a')]).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.enter().is_empty()
    }

    /// The metadata, in place. O(1), never waits.
    ///
    /// ```
    /// let map = evmap_multi::Builder::new().meta(7).build_shared::<u32, u32>();
    /// assert_eq!(*map.meta(), 7);
    /// ```
    #[inline]
    pub fn meta(&self) -> ReadGuard<'_, M> {
        ReadGuard::map(self.inner.handle.enter(), |snapshot| snapshot.meta())
    }

    /// The number of the last publish; 0 if nothing was published yet. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).version(), 1);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.enter().version()
    }

    /// Whether anything was published yet. O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_multi::SharedMap::<u32, u32>::new().is_published());
    /// ```
    #[inline]
    pub fn is_published(&self) -> bool {
        self.enter().is_published()
    }

    /// A handle for one thread that only reads: a little faster, and it keeps the data when the
    /// last `SharedMap` goes. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).reader().len(), 1);
    /// ```
    pub fn reader(&self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.handle.reader())
    }

    /// When changes become visible. O(1), never waits.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert_eq!(map.publishing(), evmap_multi::Publishing::EachWrite);
    /// ```
    pub fn publishing(&self) -> Publishing {
        self.inner.handle.publishing()
    }

    /// For how long a write waits for readers of the older copy. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).reader_timeout().as_secs(), 1);
    /// ```
    pub fn reader_timeout(&self) -> Duration {
        self.inner.handle.reader_timeout()
    }

    /// Whether the map is [poisoned](Self#panics). O(1), never waits for readers.
    ///
    /// ```
    /// assert!(!evmap_multi::SharedMap::from([(1, 'a')]).is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.inner.handle.is_poisoned()
    }
}

impl<K, V, M, S: BuildHasher> SharedMap<K, V, M, S> {
    /// The values of `key`, in place. O(1) on average, never waits.
    ///
    /// For several look-ups, [`enter`](Self::enter) once.
    ///
    /// ```
    /// assert_eq!(*evmap_multi::SharedMap::from([(1, 'a')]).get(&1).unwrap(), ['a']);
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get<Q>(&self, key: &Q) -> Option<ReadGuard<'_, Bag<V, S>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        ReadGuard::try_map(self.inner.handle.enter(), |snapshot| snapshot.get(key))
    }

    /// One of the values of `key`, in place: see [`Bag::get_one`]. O(1) on average, never waits.
    /// (O(capacity) in a large bag that was nearly emptied, until it is
    /// [fitted](WriteHandle::fit).)
    ///
    /// ```
    /// assert_eq!(*evmap_multi::SharedMap::from([(1, 'a')]).get_one(&1).unwrap(), 'a');
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get_one<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<ReadGuard<'_, V>> {
        ReadGuard::try_map(self.inner.handle.enter(), |snapshot| snapshot.get_one(key))
    }

    /// A clone of one of the values of `key`; costs what [`get_one`](Self::get_one) does, never
    /// waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).get_one_cloned(&1), Some('a'));
    /// ```
    #[inline]
    pub fn get_one_cloned<Q>(&self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        V: Clone,
    {
        self.enter().get_one(key).cloned()
    }

    /// Whether `key` is there, be it with an empty bag. O(1) on average, never waits.
    ///
    /// ```
    /// assert!(evmap_multi::SharedMap::from([(1, 'a')]).contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.enter().contains_key(key)
    }

    /// Whether `key` has `value`. O(1) on average, plus O(n) in a bag of up to 32 values; never
    /// waits.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.contains_value(&1, &'a') && !map.contains_value(&1, &'b'));
    /// ```
    #[inline]
    pub fn contains_value<Q, W>(&self, key: &Q, value: &W) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
        W: ?Sized + Hash + Equivalent<V>,
    {
        self.enter().contains_value(key, value)
    }
}

impl<K, V, M, S> SharedMap<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Adds `value` to the bag of `key`. O(1); waits for other writers, and for readers of the
    /// older copy as long as the [reader timeout](Self::reader_timeout) is.
    ///
    /// With [`Publishing::EachWrite`] it is visible to all threads when this returns. Of two equal
    /// keys the one that is in the map stays, as in `HashMap`.
    ///
    /// # Panics
    ///
    /// If the map is [poisoned](Self#panics), or gets so as operations are applied. If it is called
    /// within a closure of another write to this map.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.insert(1, 'b');
    /// assert_eq!(map.get(&1).unwrap().len(), 2);
    /// ```
    #[track_caller]
    pub fn insert(&self, key: K, value: V) {
        sound(self.checked_insert(key, value));
    }

    /// [`insert`](Self::insert) that returns [`Poisoned`] where that panics for a poisoned map.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).checked_insert(1, 'b'), Ok(()));
    /// ```
    #[track_caller]
    pub fn checked_insert(&self, key: K, value: V) -> Result<(), Poisoned> {
        let hash = self.inner.hasher.hash_one(&key);
        let operation = LogEntry::insert(hash, key, value);
        self.inner.handle.write(operation).map(drop)
    }

    /// Replaces the bag of `key` by one that holds `value` alone. O(1), applying it drops the
    /// values that were there; waits and panics as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.update(1, 'b');
    /// assert_eq!(*map.get(&1).unwrap(), ['b']);
    /// ```
    #[track_caller]
    pub fn update(&self, key: K, value: V) {
        let hash = self.inner.hasher.hash_one(&key);
        let operation = LogEntry::value(ValueOp::Update, hash, key, value);
        self.inner.write(operation);
    }

    /// Removes one value that is equal to `value` from the bag of `key`, and says whether it was
    /// there. O(1) on average, O(n) in a bag of up to 32 values; waits and panics as
    /// [`insert`](Self::insert).
    ///
    /// The key stays, if with an empty bag. Key and value are each one, a reference to one or what
    /// else [makes one](IntoKey): `&str` for `String`.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a".to_string(), 1)]);
    /// assert!(map.remove_value("a", 1) && !map.remove_value("a", 1));
    /// ```
    #[track_caller]
    pub fn remove_value(&self, key: impl IntoKey<K>, value: impl IntoKey<V>) -> bool {
        sound(self.checked_remove_value(key, value))
    }

    /// [`remove_value`](Self::remove_value) that returns [`Poisoned`] where that panics for a
    /// poisoned map.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).checked_remove_value(1, 'a'), Ok(true));
    /// ```
    #[track_caller]
    pub fn checked_remove_value(
        &self,
        key: impl IntoKey<K>,
        value: impl IntoKey<V>,
    ) -> Result<bool, Poisoned> {
        let (key, value) = (key.into_key(), value.into_key());
        let hash = self.inner.hasher.hash_one(&key);
        let operation = LogEntry::value(ValueOp::Remove, hash, key, value);
        self.inner.handle.write(operation)
    }

    /// Removes `key` and its bag, and says whether it was there. O(1), applying it drops the
    /// values; waits and panics as [`insert`](Self::insert).
    ///
    /// `key` is a key, a reference to one or what else [makes one](IntoKey).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// assert!(map.remove_entry(1) && !map.remove_entry(1));
    /// ```
    #[track_caller]
    pub fn remove_entry(&self, key: impl IntoKey<K>) -> bool {
        sound(self.checked_remove_entry(key))
    }

    /// [`remove_entry`](Self::remove_entry) that returns [`Poisoned`] where that panics for a
    /// poisoned map.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).checked_remove_entry(1), Ok(true));
    /// ```
    #[track_caller]
    pub fn checked_remove_entry(&self, key: impl IntoKey<K>) -> Result<bool, Poisoned> {
        let key = key.into_key();
        let hash = self.inner.hasher.hash_one(&key);
        let change = KeyOp::Remove;
        self.inner.handle.write(LogEntry::Key { change, hash, key })
    }

    /// Removes `key` and returns a clone of its bag, if it was there. O(1), and the clone; waits
    /// and panics as [`remove_entry`](Self::remove_entry), which says what `key` can be.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).remove_and_get(1).unwrap(), ['a']);
    /// ```
    #[track_caller]
    pub fn remove_and_get(&self, key: impl IntoKey<K>) -> Option<Bag<V, S>> {
        let key = key.into_key();
        let hash = self.inner.hasher.hash_one(&key);
        sound(self.inner.handle.lock(|Writer(writer)| {
            let writer = &mut writer.inner.handle;
            let state = writer.unpublished();
            let (_, old) = state.table().find(hash, &key)?.clone();
            let change = KeyOp::Remove;
            writer.append(LogEntry::Key { change, hash, key });
            Some(old)
        }))
    }

    /// Empties the bag of `key`, which stays, or comes, with an empty bag. O(1), applying it drops
    /// the values; waits and panics as [`insert`](Self::insert). `key` is as for
    /// [`remove_entry`](Self::remove_entry).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.clear(1);
    /// assert!(map.get(&1).unwrap().is_empty());
    /// ```
    #[track_caller]
    pub fn clear(&self, key: impl IntoKey<K>) {
        let key = key.into_key();
        let hash = self.inner.hasher.hash_one(&key);
        let change = KeyOp::Clear;
        self.inner.write(LogEntry::Key { change, hash, key });
    }

    /// Removes all keys and bags and keeps the room for the keys. O(capacity), and the drop of the
    /// values; waits and panics as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// map.purge();
    /// assert!(map.is_empty());
    /// ```
    #[track_caller]
    pub fn purge(&self) {
        self.inner.write(LogEntry::Table(TableOp::Purge));
    }

    /// Inserts every pair, all visible at once. O(n); the iterator runs before the writer is
    /// locked. Waits as [`insert`](Self::insert), and panics as that does; if the iterator does,
    /// nothing is inserted.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.extend((0..1_000).map(|n| (n % 10, n)));
    /// assert_eq!((map.len(), map.version()), (10, 1));
    /// ```
    #[track_caller]
    pub fn extend(&self, entries: impl IntoIterator<Item = (K, V)>) {
        self.inner.extend(entries, LogEntry::insert);
    }

    /// Removes the values of `key` for which `keep` says `false`: see [`WriteHandle::retain`].
    /// O(n); waits and panics as [`insert`](Self::insert); if `keep` does, nothing has changed.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([("a", 1), ("a", 2), ("a", 3)]);
    /// map.retain("a", |n| n % 2 == 1);
    /// assert_eq!(*map.get("a").unwrap(), [1, 3]);
    /// ```
    #[track_caller]
    pub fn retain<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q, keep: impl FnMut(&V) -> bool) {
        self.batch(|writer| {
            writer.retain(key, keep);
        });
    }

    /// Removes the keys, with their bags, for which `keep` says `false`, all at once. O(capacity);
    /// waits and panics as [`retain`](Self::retain).
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

    /// Runs `change` with the writer, and makes what it does visible at once: no reader sees a part
    /// of it, and no other writer comes in between. One publish for many changes.
    ///
    /// Waits and panics as [`insert`](Self::insert). What is pending is applied before `change`
    /// runs, so that it can read that without waiting, until it publishes. If `change` panics, what
    /// it did until then stays pending.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.batch(|writer| _ = writer.insert(1, 'a').insert(2, 'b'));
    /// assert_eq!((map.len(), map.version()), (2, 1));
    /// ```
    #[track_caller]
    pub fn batch<R>(&self, change: impl FnOnce(&mut WriteHandle<K, V, M, S>) -> R) -> R {
        sound(self.checked_batch(change))
    }

    /// [`batch`](Self::batch) that returns [`Poisoned`] where that panics for a poisoned map, or for
    /// one whose writer `change` has exchanged for another map's; it can only be read then.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// let logged = map.checked_batch(|writer| writer.insert(2, 'b').pending().len());
    /// assert_eq!(logged, Ok(1));
    /// ```
    #[track_caller]
    pub fn checked_batch<R>(
        &self,
        change: impl FnOnce(&mut WriteHandle<K, V, M, S>) -> R,
    ) -> Result<R, Poisoned> {
        self.inner.handle.lock(|writer| change(&mut writer.0))
    }

    /// Sets the metadata. O(1); waits and panics as [`insert`](Self::insert).
    ///
    /// ```
    /// let map = evmap_multi::Builder::new().meta(0).build_shared::<u32, u32>();
    /// map.set_meta(7);
    /// assert_eq!(*map.meta(), 7);
    /// ```
    #[track_caller]
    pub fn set_meta(&self, meta: M) {
        self.inner.write(LogEntry::SetMeta(Box::new(meta)));
    }

    /// Makes visible what any thread changed before this call; with [`Publishing::EachWrite`] it is
    /// so already. Waits and panics as [`insert`](Self::insert).
    ///
    /// ```
    /// let manual = evmap_multi::Publishing::Manual;
    /// let map = evmap_multi::Builder::new().publishing(manual).build_shared();
    /// map.insert(1, 'a');
    /// assert!(map.is_empty());
    /// map.publish();
    /// assert!(map.contains_key(&1));
    /// ```
    #[track_caller]
    pub fn publish(&self) {
        sound(self.inner.handle.publish());
    }

    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it. Runs on any executor; needs the feature `async`.
    ///
    /// Operations are applied within a poll, and the map is cloned there if a reader stays for
    /// longer than the [reader timeout](Self::reader_timeout). A future that is dropped loses
    /// nothing. Returns [`Poisoned`] if the map is poisoned, and panics if it gets so now.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// futures::executor::block_on(map.publish_async()).unwrap();
    /// ```
    #[cfg(feature = "async")]
    pub fn publish_async(&self) -> impl Future<Output = Result<(), Poisoned>> {
        self.inner.handle.publish_async()
    }

    /// Figures of this map, poisoned or not. O(1); waits for other writers. Panics within
    /// [`batch`](Self::batch), and after one that has exchanged the writer for another map's.
    ///
    /// ```
    /// assert_eq!(evmap_multi::SharedMap::from([(1, 'a')]).stats().publishes, 1);
    /// ```
    #[track_caller]
    pub fn stats(&self) -> Stats {
        sound(self.inner.handle.stats())
    }

    /// The registered readers, and which of them hold views. O(readers); waits for other writers,
    /// and costs the readers nothing. Panics as [`stats`](Self::stats).
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::from([(1, 'a')]);
    /// let _view = map.enter();
    /// assert_eq!(map.readers().iter().filter(|it| it.is_active).count(), 1);
    /// ```
    #[track_caller]
    pub fn readers(&self) -> Vec<ReaderState> {
        sound(self.inner.handle.readers())
    }
}

/// A write returns whether what it removes was there.
impl<K, V, M, S> SharedWriter<Snapshot<K, V, M, S>, LogEntry<K, V, M>, Owned, bool>
    for Writer<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    #[inline]
    fn handle(&mut self) -> &mut Handle<K, V, M, S> {
        &mut self.0.inner.handle
    }

    #[inline]
    fn answer(state: &Snapshot<K, V, M, S>, operation: &LogEntry<K, V, M>) -> (bool, bool) {
        let is_there = match operation {
            LogEntry::Value {
                change: ValueOp::Remove,
                hash,
                key,
                value,
                ..
            } => {
                let entry = state.table().find(*hash, key);
                entry.is_some_and(|(_, bag): &(K, Bag<V, S>)| bag.contains(value))
            }
            LogEntry::Key {
                change: KeyOp::Remove,
                hash,
                key,
            } => state.table().find(*hash, key).is_some(),
            _ => return (false, true),
        };
        (is_there, is_there)
    }
}

type Handle<K, V, M, S> = left_right::WriteHandle<Snapshot<K, V, M, S>, LogEntry<K, V, M>, Owned>;

/// Another handle of the same map. Never waits.
impl<K, V, M, S: Clone> Clone for SharedMap<K, V, M, S> {
    fn clone(&self) -> Self {
        let inner = self.inner.clone();
        Self { inner }
    }
}

impl<K, V, M, S> fmt::Debug for SharedMap<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMap")
            .field("version", &self.version())
            .field("len", &self.len())
            .field("publishing", &self.publishing())
            .field("poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}

impl<K, V> SharedMap<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Eq + Hash + Clone + Send + Sync + 'static,
{
    /// An empty map whose writes are visible when they return. The [`Builder`] makes others.
    ///
    /// ```
    /// let map = evmap_multi::SharedMap::new();
    /// map.insert("a", 1);
    /// ```
    pub fn new() -> Self {
        Builder::new().build_shared()
    }
}

impl<K, V, S> SharedMap<K, V, (), S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Eq + Hash + Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    /// An empty map with a hasher of one's own; see [`with_hasher`](crate::with_hasher).
    ///
    /// ```
    /// let sip = std::collections::hash_map::RandomState::new();
    /// let map = evmap_multi::SharedMap::with_hasher(sip);
    /// map.insert("a", 1);
    /// ```
    pub fn with_hasher(hasher: S) -> Self {
        Builder::new().hasher(hasher).build_shared()
    }
}

impl<M, S> Builder<M, S>
where
    M: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    /// Makes a map that any number of threads read and write. O(capacity).
    ///
    /// For a filled one, there is [`into_shared`](WriteHandle::into_shared) of the writer of
    /// [`build_from`](Self::build_from). Panics as [`build`](Self::build), and as `into_shared`.
    ///
    /// ```
    /// let map = evmap_multi::Builder::new().meta("first").build_shared::<u32, u32>();
    /// assert_eq!(*map.meta(), "first");
    /// ```
    #[track_caller]
    pub fn build_shared<K, V>(self) -> SharedMap<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send + Sync + 'static,
        V: Eq + Hash + Clone + Send + Sync + 'static,
    {
        let (publishing, reader_timeout) = self.settings.sharing();
        self.build().0.into_shared(publishing, reader_timeout)
    }
}

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Eq + Hash + Clone + Send + Sync + 'static,
    M: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    /// Lets any number of threads write: see [`SharedMap`]. What is pending becomes visible with
    /// the first publish. Never waits; panics for [`Publishing::Interval`], if no thread can be
    /// started.
    ///
    /// ```
    /// let second = std::time::Duration::from_secs(1);
    /// let writer = evmap_multi::WriteHandle::from([(1, 'a')]);
    /// let map = writer.into_shared(evmap_multi::Publishing::EachWrite, second);
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn into_shared(
        self,
        publishing: Publishing,
        reader_timeout: Duration,
    ) -> SharedMap<K, V, M, S> {
        let hasher = self.inner.hasher.clone();
        let handle = SharedHandle::new(Writer(self), publishing, reader_timeout);
        let inner = Shared { handle, hasher };
        SharedMap { inner }
    }
}

/// An empty map whose writes are visible when they return.
impl<K, V, M, S> Default for SharedMap<K, V, M, S>
where
    WriteHandle<K, V, M, S>: Default + Into<Self>,
{
    fn default() -> Self {
        WriteHandle::default().into()
    }
}

/// A map of what a [`WriteHandle`] is collected from, whose writes are visible when they return.
///
/// ```
/// let map: evmap_multi::SharedMap<_, _> = (0..3).map(|n| (n, n * n)).collect();
/// assert_eq!(map.len(), 3);
/// ```
impl<K, V, M, S, E> FromIterator<E> for SharedMap<K, V, M, S>
where
    WriteHandle<K, V, M, S>: FromIterator<E> + Into<Self>,
{
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        WriteHandle::from_iter(entries).into()
    }
}

/// A map of a [`WriteHandle`], or of whatever makes one: an array, a hash map, a
/// [`Snapshot`]. Its writes are visible when they return.
///
/// ```
/// let map = evmap_multi::SharedMap::from([(1, 'a')]);
/// // To start over from what is left of a poisoned map.
/// let copy = evmap_multi::SharedMap::from(map.enter().clone());
/// assert_eq!(copy.len(), 1);
/// ```
impl<K, V, M, S, T> From<T> for SharedMap<K, V, M, S>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Eq + Hash + Clone + Send + Sync + 'static,
    M: Clone + Send + Sync + 'static,
    S: BuildHasher + Clone + Send + Sync + 'static,
    WriteHandle<K, V, M, S>: From<T>,
{
    fn from(source: T) -> Self {
        let (publishing, reader_timeout) = Settings::<(), ()>::default().sharing();
        WriteHandle::from(source).into_shared(publishing, reader_timeout)
    }
}
