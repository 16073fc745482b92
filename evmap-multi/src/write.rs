//! The writer's handle: operations go to the log, without waiting for anybody.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter;
use std::mem;
use std::time::Duration;

use equivalent::Equivalent;
use evmap_core::base::error::sound;
use evmap_core::base::write::Writer;
use evmap_core::{CapacityError, IntoIter, IntoKey};
use hashbrown::DefaultHashBuilder;
#[cfg(feature = "async")]
use left_right::Poisoned;
use left_right::{PublishError, ReaderState, Stats};

use crate::bag::Bag;
use crate::eviction::sample;
use crate::operation::{KeyOp, LogEntry, Operation, TableOp, ValueOp};
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::view::View;

/// Changes the map; there is one per map.
///
/// Changes are logged, and readers see all of them at once after the next
/// [`publish`](Self::publish); [`unpublished`](Self::unpublished) shows them earlier. Each method
/// says whether it ever waits, and the guide [what for](crate::guide#blocking). For writes from
/// several threads, [`into_shared`](Self::into_shared) makes a [`SharedMap`](crate::SharedMap).
///
/// When the handle is dropped, readers keep the last published state; operations that were not
/// published are dropped.
///
/// # Memory ordering
///
/// What this thread did before a publish happened before every read that sees that publish.
///
/// # Panics
///
/// If `Hash`, `Eq`, `Clone` or `Drop` of keys or values panics *while operations are applied*, the
/// handle is *poisoned*: readers keep the last published state, and writing is over. The guide has
/// [all cases](crate::guide#panics).
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.insert("a", 1).insert("a", 2).remove_value("a", 1);
/// assert!(reader.is_empty());
/// assert_eq!(writer.unpublished()["a"], [2]);
/// writer.publish();
/// assert_eq!(reader.get_one_cloned("a"), Some(2));
/// ```
pub struct WriteHandle<K, V, M = (), S = DefaultHashBuilder> {
    pub(crate) inner: Inner<K, V, M, S>,
}

pub(crate) type Inner<K, V, M, S> = Writer<Snapshot<K, V, M, S>, LogEntry<K, V, M>, S>;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Adds `value` to the bag of `key`. O(1), never waits. Panics if poisoned.
    ///
    /// Of two equal keys the one that is in the map stays, as in `HashMap`.
    ///
    /// ```
    /// let mut writer = evmap_multi::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.insert(1, 'b').unpublished()[&1], ['a', 'b']);
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, key: K, value: V) -> &mut Self {
        self.append_value(ValueOp::Insert, key, value)
    }

    /// Replaces the bag of `key` by one that holds `value` alone, in the map's own table. O(1),
    /// never waits; applying it drops the values that were there. Panics if poisoned.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).update(1, 'b').unpublished()[&1], ['b']);
    /// ```
    #[inline]
    #[track_caller]
    pub fn update(&mut self, key: K, value: V) -> &mut Self {
        self.append_value(ValueOp::Update, key, value)
    }

    /// Removes one value that is equal to `value` from the bag of `key`, if it is there. Never
    /// waits; applying it is O(1) on average, O(n) in a bag of up to 32 values. Panics if poisoned.
    ///
    /// The key stays, if with an empty bag. The log owns key and value, so each is one, a reference
    /// to one, which is cloned, or what else [makes one](IntoKey): `&str` for `String`.
    ///
    /// ```
    /// let mut writer = evmap_multi::WriteHandle::from([("a".to_string(), 1)]);
    /// assert!(writer.remove_value("a", 1).unpublished()["a"].is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove_value(&mut self, key: impl IntoKey<K>, value: impl IntoKey<V>) -> &mut Self {
        let (key, value) = (key.into_key(), value.into_key());
        self.append_value(ValueOp::Remove, key, value)
    }

    /// Empties the bag of `key`, which stays, or comes, with an empty bag. Never waits; applying it
    /// drops the values. Panics if poisoned.
    ///
    /// The bag keeps its room, which [`fit`](Self::fit) gives back. `key` is a key, a reference to
    /// one or what else [makes one](IntoKey).
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).clear(1).unpublished()[&1].is_empty());
    /// ```
    #[track_caller]
    pub fn clear(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(KeyOp::Clear, key.into_key())
    }

    /// Removes `key` and its bag, if it is there. O(1), never waits; applying it drops the values.
    /// Panics if poisoned. `key` is as for [`clear`](Self::clear).
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).remove_entry(1).unpublished().is_empty());
    /// ```
    #[track_caller]
    pub fn remove_entry(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(KeyOp::Remove, key.into_key())
    }

    /// Removes all keys and bags and keeps the room for the keys. Never waits; applying it is
    /// O(capacity) and drops the values. Panics if poisoned.
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).purge().unpublished().is_empty());
    /// ```
    #[track_caller]
    pub fn purge(&mut self) -> &mut Self {
        self.log(LogEntry::Table(TableOp::Purge))
    }

    /// Makes the bag of `key` as small as it can be: one value is stored in the map's own table, up
    /// to 32 in a vector without room to spare. Never waits; applying it is O(n). Panics if
    /// poisoned. `key` is as for [`clear`](Self::clear).
    ///
    /// ```
    /// let mut writer = evmap_multi::WriteHandle::from([(1, 'a')]);
    /// assert!(writer.reserve(1, 1_000).unpublished()[&1].capacity() >= 1_000);
    /// assert_eq!(writer.fit(1).unpublished()[&1].capacity(), 1);
    /// ```
    #[track_caller]
    pub fn fit(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(KeyOp::Fit, key.into_key())
    }

    /// Makes all bags as small as they can be, and the table of keys as well. Never waits; applying
    /// it is O(all values). Panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::Builder::new().capacity(1_000).build::<u32, u32>();
    /// assert_eq!(writer.fit_all().unpublished().capacity(), 0);
    /// ```
    #[track_caller]
    pub fn fit_all(&mut self) -> &mut Self {
        self.log(LogEntry::Table(TableOp::FitAll))
    }

    /// Makes room for `additional` more values of `key`, which gets an empty bag if it is not
    /// there. Never waits; applying it is O(n) if the bag grows. `key` is as for
    /// [`clear`](Self::clear).
    ///
    /// Values are hashed from then on if there is room for more than 32. A copy that finds no
    /// memory goes on without the room. Panics if the handle is poisoned, and if room for so many
    /// values cannot exist, which poisons nothing.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<&str, u32>();
    /// assert!(writer.reserve("a", 100).unpublished()["a"].capacity() >= 100);
    /// ```
    #[track_caller]
    pub fn reserve(&mut self, key: impl IntoKey<K>, additional: usize) -> &mut Self {
        sound(self.try_reserve(key, additional));
        self
    }

    /// [`reserve`](Self::reserve) that returns [`CapacityError::Overflow`], and logs nothing, if
    /// room for so many values cannot exist. Never waits; panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(writer.try_reserve(1, usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn try_reserve(
        &mut self,
        key: impl IntoKey<K>,
        additional: usize,
    ) -> Result<(), CapacityError> {
        CapacityError::check(additional, Bag::<V, S>::ENTRY_SIZE)?;
        self.append_key(KeyOp::Reserve(additional), key.into_key());
        Ok(())
    }

    /// Makes room for `additional` more keys. Never waits; applying it is O(capacity) if the table
    /// grows. Panics as [`reserve`](Self::reserve).
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(writer.reserve_keys(1_000).unpublished().capacity() >= 1_000);
    /// ```
    #[track_caller]
    pub fn reserve_keys(&mut self, additional: usize) -> &mut Self {
        sound(self.try_reserve_keys(additional));
        self
    }

    /// [`reserve_keys`](Self::reserve_keys) that returns [`CapacityError::Overflow`], and logs
    /// nothing, if room for so many keys cannot exist. Never waits; panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(writer.try_reserve_keys(usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn try_reserve_keys(&mut self, additional: usize) -> Result<(), CapacityError> {
        CapacityError::check(additional, mem::size_of::<(K, Bag<V, S>)>())?;
        self.log(LogEntry::Table(TableOp::Reserve(additional)));
        Ok(())
    }

    /// Sets the metadata, which readers see together with everything else of the same publish.
    /// O(1), never waits. Panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::with_meta::<u32, u32, _>(0);
    /// assert_eq!(*writer.set_meta(1).unpublished().meta(), 1);
    /// ```
    #[track_caller]
    pub fn set_meta(&mut self, meta: M) -> &mut Self {
        self.log(LogEntry::SetMeta(Box::new(meta)))
    }

    /// Does what `operation` says: replays what another map's [`pending`](Self::pending) listed.
    /// Never waits; panics as the method of the operation's name does.
    ///
    /// Of operations from a source that is not trusted leave out [`Reserve`](Operation::Reserve)
    /// and [`ReserveKeys`](Operation::ReserveKeys): they can ask for all the memory there is.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.apply(evmap_multi::Operation::Insert { key: 1, value: 'a' });
    /// assert_eq!(writer.unpublished()[&1], ['a']);
    /// ```
    #[track_caller]
    pub fn apply(&mut self, operation: Operation<K, V, M>) -> &mut Self {
        match operation {
            Operation::Insert { key, value } => self.insert(key, value),
            Operation::Update { key, value } => self.update(key, value),
            Operation::RemoveValue { key, value } => self.remove_value(key, value),
            Operation::Clear { key } => self.clear(key),
            Operation::RemoveEntry { key } => self.remove_entry(key),
            Operation::Purge => self.purge(),
            Operation::Fit { key } => self.fit(key),
            Operation::FitAll => self.fit_all(),
            Operation::Reserve { key, additional } => self.reserve(key, additional),
            Operation::ReserveKeys { additional } => self.reserve_keys(additional),
            Operation::SetMeta { meta } => self.set_meta(meta),
        }
    }

    #[inline]
    #[track_caller]
    fn append_value(&mut self, change: ValueOp, key: K, value: V) -> &mut Self {
        let hash = self.inner.hasher.hash_one(&key);
        self.log(LogEntry::value(change, hash, key, value))
    }

    #[track_caller]
    fn append_key(&mut self, change: KeyOp, key: K) -> &mut Self {
        let hash = self.inner.hasher.hash_one(&key);
        self.log(LogEntry::Key { change, hash, key })
    }

    #[inline]
    #[track_caller]
    fn log(&mut self, operation: LogEntry<K, V, M>) -> &mut Self {
        self.inner.handle.append(operation);
        self
    }

    // Changes that read the writer's own copy first, and log what closures come to as plain
    // operations: evmap-core's `write.rs` says why.

    /// Removes the values of `key` for which `keep` says `false`. O(n); waits for readers of the
    /// older copy.
    ///
    /// `keep` runs at once, for each value as often as it is in the bag, in the order of
    /// [`Bag::iter`], pending operations included. Logged is a removal per value that goes, or, if
    /// fewer stay, or if a value that goes is equal to one that stays, a
    /// [`Clear`](Operation::Clear) and an insert per value that stays.
    ///
    /// A large bag keeps its room: [`fit`](Self::fit) gives it back. Panics as
    /// [`unpublished`](Self::unpublished); if `keep` does, nothing is logged or poisoned.
    ///
    /// ```
    /// let mut writer: evmap_multi::WriteHandle<_, _> = (0..10).map(|n| (1, n)).collect();
    /// writer.retain(&1, |n| n % 2 == 0);
    /// assert_eq!(writer.unpublished()[&1], [0, 2, 4, 6, 8]);
    /// ```
    #[track_caller]
    pub fn retain<Q>(&mut self, key: &Q, mut keep: impl FnMut(&V) -> bool) -> &mut Self
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.inner.hasher.hash_one(key);
        let Some((key, bag)) = self.unpublished().table().find(hash, key) else {
            return self;
        };
        let (kept, removed): (Vec<&V>, Vec<&V>) = bag.iter().partition(|value| keep(value));
        let each = |change: ValueOp, values: &[&V]| -> Vec<_> {
            let values = values.iter().copied().cloned();
            values
                .map(|value| LogEntry::value(change, hash, key.clone(), value))
                .collect()
        };
        if removed.len() <= kept.len() && !bag.distinguishes(&removed, &kept) {
            let removals = each(ValueOp::Remove, &removed);
            self.inner.handle.extend(removals);
        } else if !removed.is_empty() {
            let (change, key) = (KeyOp::Clear, key.clone());
            let inserts = each(ValueOp::Insert, &kept);
            let clear = LogEntry::Key { change, hash, key };
            self.inner.handle.extend(iter::once(clear).chain(inserts));
        }
        self
    }

    /// Removes the keys, with their bags, for which `keep` says `false`. O(capacity); waits for
    /// readers of the older copy. Panics as [`retain`](Self::retain).
    ///
    /// `keep` runs once per key, pending operations included, in no particular order. One
    /// [`RemoveEntry`](Operation::RemoveEntry) is logged per key that goes.
    ///
    /// ```
    /// let mut writer = evmap_multi::WriteHandle::from([("a", 1), ("b", 2)]);
    /// writer.remove_value("b", 2).retain_entries(|_, bag| !bag.is_empty());
    /// assert!(writer.unpublished().keys().eq(&["a"]));
    /// ```
    #[track_caller]
    pub fn retain_entries(&mut self, mut keep: impl FnMut(&K, &Bag<V, S>) -> bool) -> &mut Self {
        self.inner.decide(|state, hasher| {
            let removed = state.iter().filter(|(key, bag)| !keep(key, bag));
            let logged = removed.map(|(key, _)| LogEntry::removal(hasher, key));
            logged.collect()
        });
        self
    }

    /// Removes `key` and returns a clone of its bag; `None`, and nothing logged, if it is not
    /// there. O(1) on average, and the clones of the key and the bag; waits for readers of the
    /// older copy, which [`remove_entry`](Self::remove_entry) does not. Panics as
    /// [`unpublished`](Self::unpublished).
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).remove_and_get(&1).unwrap(), ['a']);
    /// ```
    #[track_caller]
    pub fn remove_and_get<Q>(&mut self, key: &Q) -> Option<Bag<V, S>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.inner.hasher.hash_one(key);
        let (key, bag) = self.unpublished().table().find(hash, key)?.clone();
        let change = KeyOp::Remove;
        self.log(LogEntry::Key { change, hash, key });
        Some(bag)
    }

    /// Removes all keys and bags, as [`purge`](Self::purge) does, and returns clones of them,
    /// whether the iterator is used up or not. O(capacity), and the clones; waits for readers of
    /// the older copy. Panics as [`unpublished`](Self::unpublished).
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).drain().len(), 1);
    /// ```
    #[track_caller]
    pub fn drain(&mut self) -> IntoIter<K, Bag<V, S>> {
        let drained = self.unpublished().table().clone();
        self.purge();
        evmap_core::Snapshot::new(drained, ()).into_iter()
    }

    /// Removes `n` random keys, or all if there are fewer, and returns them with clones of their
    /// bags, in random order. O(n) on average; O(capacity) if the table is nearly empty or `n` is a
    /// large part of it. Waits for readers of the older copy.
    ///
    /// `below(bound)` returns a random number that is less than `bound`, whatever the generator:
    /// `|bound| rng.random_range(..bound)` with `rand`. All keys are equally likely if its numbers
    /// are. A seeded generator makes the same choice again in a map with the same hasher and
    /// history. Panics as [`unpublished`](Self::unpublished), and if `below` does or returns what is
    /// not below its bound; nothing is logged or poisoned then.
    ///
    /// ```
    /// let mut writer: evmap_multi::WriteHandle<_, _> = (0..100).map(|n| (n, n)).collect();
    /// let mut rng = fastrand::Rng::with_seed(7);
    /// assert_eq!(writer.empty_random(|bound| rng.usize(..bound), 10).len(), 10);
    /// assert_eq!(writer.unpublished().len(), 90);
    /// ```
    #[track_caller]
    pub fn empty_random(
        &mut self,
        below: impl FnMut(usize) -> usize,
        n: usize,
    ) -> Vec<(K, Bag<V, S>)> {
        let entries = self.inner.handle.unpublished().table().entries();
        let evicted: Vec<(K, Bag<V, S>)> = sample(entries, below, n)
            .into_iter()
            .filter_map(|bucket| entries.get_bucket(bucket).cloned())
            .collect();
        let hasher = &self.inner.hasher;
        let removed = evicted.iter();
        let removals: Vec<_> = removed
            .map(|(key, _)| LogEntry::removal(hasher, key))
            .collect();
        self.inner.handle.extend(removals);
        evicted
    }

    // Publishing, and reading what is not published.

    /// The map with all pending operations: reads one's own writes.
    ///
    /// Waits for readers of the older copy, then applies the operations that it lacks; O(1) if
    /// there are none. The next publish has that much less to do, and does not wait again. After a
    /// publish it frees at once what that publish removed or replaced.
    ///
    /// Panics if the handle is [poisoned](Self#panics), or gets so as operations are applied; and
    /// in debug builds if this very thread holds an old view, for which it else waits for ever.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert("a", 1);
    /// assert!(writer.unpublished().contains_key("a") && !reader.contains_key("a"));
    /// ```
    #[track_caller]
    pub fn unpublished(&mut self) -> &Snapshot<K, V, M, S> {
        self.inner.handle.unpublished()
    }

    /// [`unpublished`](Self::unpublished), unless it would have to wait. Panics as that does.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let _view = reader.enter();
    /// assert!(writer.insert(1, 'a').try_unpublished().is_some());
    /// assert!(writer.publish().try_unpublished().is_none());
    /// ```
    #[track_caller]
    pub fn try_unpublished(&mut self) -> Option<&Snapshot<K, V, M, S>> {
        self.inner.handle.try_unpublished()
    }

    /// [`unpublished`](Self::unpublished) that no reader can stop. Waits, fails and panics as
    /// [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let _view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(writer.unpublished_or_replace(std::time::Duration::ZERO).unwrap().len(), 1);
    /// ```
    #[track_caller]
    pub fn unpublished_or_replace(
        &mut self,
        timeout: Duration,
    ) -> Result<&Snapshot<K, V, M, S>, PublishError> {
        self.inner.handle.unpublished_or_replace(timeout)
    }

    /// Makes all pending operations visible to readers at once. O(operations since the publish
    /// before the last); waits for readers of the older copy.
    ///
    /// Without pending operations it publishes the same state under a new version;
    /// [`flush`](Self::flush) does not. Panics as [`unpublished`](Self::unpublished).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').insert(2, 'b').publish();
    /// assert_eq!(reader.len(), 2);
    /// ```
    #[track_caller]
    pub fn publish(&mut self) -> &mut Self {
        self.inner.handle.publish();
        self
    }

    /// [`publish`](Self::publish) if there is anything to publish. Waits and panics as that does.
    ///
    /// ```
    /// let mut writer = evmap_multi::WriteHandle::from([(1, 'a')]);
    /// assert_eq!((writer.flush().version(), writer.publish().version()), (1, 2));
    /// ```
    #[track_caller]
    pub fn flush(&mut self) -> &mut Self {
        self.inner.handle.flush();
        self
    }

    /// [`publish`](Self::publish), unless it would have to wait; says whether it published. Panics
    /// as that does.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let _view = reader.enter();
    /// assert!(writer.insert(1, 'a').try_publish());
    /// assert!(!writer.insert(2, 'b').try_publish());
    /// ```
    #[must_use = "if it is `false` nothing was published"]
    #[track_caller]
    pub fn try_publish(&mut self) -> bool {
        self.inner.handle.try_publish()
    }

    /// [`publish`](Self::publish) that waits for `timeout` at the most.
    ///
    /// Returns [`PublishError::Stalled`] if a reader was still in the older copy then: operations
    /// stay pending. [`PublishError::Poisoned`] if the handle was poisoned before; panics if it
    /// gets so now.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let _view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(writer.publish_timeout(std::time::Duration::ZERO).is_err());
    /// ```
    #[track_caller]
    pub fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.inner.handle.publish_timeout(timeout)
    }

    /// [`publish`](Self::publish) that no reader can stop: after `timeout` it leaves the older copy
    /// to the readers that are still in it, and goes on with a clone of the published one.
    ///
    /// That is O(capacity), and one more copy, which a later call frees once its readers are gone.
    /// Returns [`PublishError::Stalled`] if a handful of copies are left already to a reader that
    /// was stopped in the middle of entering: operations stay pending. [`PublishError::Poisoned`]
    /// if the handle was poisoned before; panics if it gets so now, and if a `Clone` does, when
    /// nothing has changed.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let _view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(writer.publish_or_replace(std::time::Duration::ZERO).is_ok());
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.inner.handle.publish_or_replace(timeout)
    }

    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it. Runs on any executor; needs the feature `async`.
    ///
    /// Operations are applied within a poll; a future that is dropped leaves them pending. Returns
    /// [`Poisoned`] if the handle was poisoned before, and panics if it gets so now.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// futures::executor::block_on(writer.insert(1, 'a').publish_async()).unwrap();
    /// assert!(reader.contains_key(&1));
    /// ```
    #[cfg(feature = "async")]
    pub fn publish_async(&mut self) -> impl Future<Output = Result<(), Poisoned>> {
        self.inner.handle.publish_async()
    }
}

impl<K, V, M, S> WriteHandle<K, V, M, S> {
    /// The published state, as readers see it. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).insert(2, 'b').published().len(), 1);
    /// ```
    #[inline]
    pub fn published(&self) -> View<'_, K, V, M, S> {
        View::new(self.inner.handle.enter())
    }

    /// A new reader. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().len(), 1);
    /// ```
    pub fn reader(&self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.reader())
    }

    /// Whether there are operations that readers do not see yet. O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_multi::WriteHandle::from([(1, 'a')]).has_pending_operations());
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).insert(2, 'b').has_pending_operations());
    /// ```
    pub fn has_pending_operations(&self) -> bool {
        self.inner.handle.has_pending_operations()
    }

    /// The operations that readers do not see yet, in order. Never waits.
    ///
    /// One call is one operation, except that `extend` logs one per entry, and that a method that
    /// waits, or takes a closure, logs the changes that it came to, one per key or value, or none.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.insert(1, 'a');
    /// assert!(writer.pending().eq([evmap_multi::Operation::Insert { key: &1, value: &'a' }]));
    /// ```
    pub fn pending(
        &self,
    ) -> impl DoubleEndedIterator<Item = Operation<&K, &V, &M>> + ExactSizeIterator + Clone {
        self.inner.handle.pending().map(LogEntry::as_operation)
    }

    /// The number of the last publish; 0 before the first. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).version(), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.inner.handle.version()
    }

    /// Whether the handle is [poisoned](Self#panics). O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_multi::WriteHandle::from([(1, 'a')]).is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.inner.handle.is_poisoned()
    }

    /// Figures of this map. O(1); takes a lock for a moment and waits for no reader.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).stats().publishes, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        self.inner.handle.stats()
    }

    /// The registered readers, this handle's own included, and which of them hold views. O(readers);
    /// takes a lock for that time, and costs the readers nothing.
    ///
    /// ```
    /// let (writer, reader) = evmap_multi::new::<u32, u32>();
    /// let _view = reader.enter();
    /// assert_eq!(writer.readers().iter().filter(|it| it.is_active).count(), 1);
    /// ```
    pub fn readers(&self) -> Vec<ReaderState> {
        self.inner.handle.readers()
    }

    /// Ends writing for good and returns a reader; what is pending is dropped. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).freeze().len(), 1);
    /// ```
    pub fn freeze(self) -> ReadHandle<K, V, M, S> {
        self.reader()
    }
}

impl<K, V, M, S> fmt::Debug for WriteHandle<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Inserts every pair; readers see them after the next publish, all at once. Never waits.
///
/// [`reserve_keys`](WriteHandle::reserve_keys) before a large load, or [build the
/// map](crate::Builder::build_from) from the pairs. If the iterator or the `Hash` of a key panics,
/// what came before is logged.
///
/// ```
/// let (mut writer, _) = evmap_multi::new();
/// writer.reserve_keys(1_000).extend((0..1_000).map(|n| (n, n)));
/// assert_eq!(writer.unpublished().len(), 1_000);
/// ```
impl<K, V, M, S> Extend<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.inner.extend(entries, LogEntry::insert);
    }
}

/// Inserts a copy of every pair, as `HashMap` does.
///
/// ```
/// let (mut writer, _) = evmap_multi::new::<i32, char>();
/// writer.extend(&std::collections::HashMap::from([(1, 'a')]));
/// assert!(writer.unpublished().contains_key(&1));
/// ```
impl<'a, K, V, M, S> Extend<(&'a K, &'a V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Copy,
    V: Eq + Hash + Copy,
    M: Clone,
    S: BuildHasher + Clone,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}
