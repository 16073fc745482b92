//! The writer's handle: operations go to the log, without waiting for anybody.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::time::Duration;

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;
#[cfg(feature = "async")]
use left_right::Poisoned;
use left_right::{PublishError, ReaderState, Stats};

use crate::base::error::sound;
use crate::base::write::Writer;
use crate::error::CapacityError;
use crate::iter::IntoIter;
use crate::key::IntoKey;
use crate::operation::{LogEntry, Operation, TableOp};
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
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert("a", 1).insert("b", 2).remove(&"a");
/// assert_eq!((reader.len(), writer.unpublished().len()), (0, 1));
/// writer.publish();
/// assert_eq!(reader.len(), 1);
/// ```
pub struct WriteHandle<K, V, M = (), S = DefaultHashBuilder> {
    pub(crate) inner: Inner<K, V, M, S>,
}

pub(crate) type Inner<K, V, M, S> = Writer<Snapshot<K, V, M, S>, LogEntry<K, V, M>, S>;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    /// Sets the value of `key`. O(1) amortized; never waits. Panics if poisoned.
    ///
    /// [`insert_and_get`](Self::insert_and_get) returns the old value, and waits for that. Of two
    /// equal keys the one that is in the map stays, as in `HashMap`.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').insert(1, 'b').publish();
    /// assert_eq!(reader.get_cloned(&1), Some('b'));
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, key: K, value: V) -> &mut Self {
        let hash = self.inner.hasher.hash_one(&key);
        self.log(LogEntry::insert(hash, key, value))
    }

    /// Removes `key`, if it is there. O(1) and the making of a key; never waits. Panics if
    /// poisoned.
    ///
    /// The log owns the key, so `key` is a key, a reference to one, which is cloned, or what else
    /// [makes one](IntoKey): `&str` for `String`, `Box<str>` or `Arc<str>`, `&[u8]` for `Vec<u8>`.
    /// [`remove_and_get`](Self::remove_and_get) returns what was removed.
    ///
    /// ```
    /// let mut writer = evmap_core::WriteHandle::from([("a".to_string(), 1)]);
    /// assert!(writer.remove("a").unpublished().is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove(&mut self, key: impl IntoKey<K>) -> &mut Self {
        let key = key.into_key();
        let hash = self.inner.hasher.hash_one(&key);
        self.log(LogEntry::Remove { hash, key })
    }

    /// Removes all entries and keeps the room for them. Never waits; applying it is O(capacity).
    /// Panics if poisoned.
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).clear().unpublished().is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn clear(&mut self) -> &mut Self {
        self.log(LogEntry::Table(TableOp::Clear))
    }

    /// Makes room for `additional` more entries in each copy, when it comes to this operation.
    /// Never waits; applying it is O(capacity) if the table grows.
    ///
    /// A copy that finds no memory goes on without the room. Panics if the handle is poisoned, and
    /// if room for so many entries cannot exist, which poisons nothing.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new::<u32, u32>();
    /// assert!(writer.reserve(1_000).unpublished().capacity() >= 1_000);
    /// ```
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) -> &mut Self {
        sound(self.try_reserve(additional));
        self
    }

    /// [`reserve`](Self::reserve) that returns [`CapacityError::Overflow`], and logs nothing, if
    /// room for so many entries cannot exist. Never waits; panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new::<u32, u32>();
    /// assert!(writer.try_reserve(usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), CapacityError> {
        CapacityError::check(additional, mem::size_of::<(K, V)>())?;
        self.log(LogEntry::Table(TableOp::Reserve(additional)));
        Ok(())
    }

    /// Gives back the room that no entry uses, in each copy, when it comes to this operation. Never
    /// waits; applying it is O(n). Panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::Builder::new().capacity(1_000).build::<u32, u32>();
    /// assert_eq!(writer.shrink_to_fit().unpublished().capacity(), 0);
    /// ```
    #[track_caller]
    pub fn shrink_to_fit(&mut self) -> &mut Self {
        self.log(LogEntry::Table(TableOp::ShrinkToFit))
    }

    /// Sets the metadata, which readers see together with everything else of the same publish.
    /// O(1), never waits. Panics if poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::with_meta::<u32, u32, _>(0);
    /// assert_eq!(*writer.set_meta(1).unpublished().meta(), 1);
    /// ```
    #[track_caller]
    pub fn set_meta(&mut self, meta: M) -> &mut Self {
        self.log(LogEntry::SetMeta(Box::new(meta)))
    }

    /// Does what `operation` says: replays what another map's [`pending`](Self::pending) listed.
    /// Never waits; panics as the method of the operation's name does.
    ///
    /// Of operations from a source that is not trusted leave out [`Reserve`](Operation::Reserve):
    /// they can ask for all the memory there is.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new();
    /// writer.apply(evmap_core::Operation::Insert { key: 1, value: 'a' });
    /// assert_eq!(writer.unpublished()[&1], 'a');
    /// ```
    #[track_caller]
    pub fn apply(&mut self, operation: Operation<K, V, M>) -> &mut Self {
        match operation {
            Operation::Insert { key, value } => self.insert(key, value),
            Operation::Remove { key } => self.remove(key),
            Operation::Clear => self.clear(),
            Operation::Reserve { additional } => self.reserve(additional),
            Operation::ShrinkToFit => self.shrink_to_fit(),
            Operation::SetMeta { meta } => self.set_meta(meta),
        }
    }

    #[inline]
    #[track_caller]
    fn log(&mut self, operation: LogEntry<K, V, M>) -> &mut Self {
        self.inner.handle.append(operation);
        self
    }

    // Changes that read the writer's own copy first. Closures are run here, once, on the
    // writer's own state, and what they came to is logged as plain operations. The alternative, to
    // log the closure and run it once per copy, never waits; but then it has to be `Send`,
    // `'static` and deterministic (a closure that counts, reads a clock or iterates another map
    // silently makes the copies differ), it panics inside a publish instead of at the call, its
    // outcome is not known to the caller, and an operation that is code can neither be sent to a
    // replica nor written to a journal.

    /// Sets the value of `key` and returns a clone of the one before. O(1) on average, and the
    /// clone; waits for readers of the older copy.
    ///
    /// Panics as [`unpublished`](Self::unpublished) while operations that were pending are applied. If `Hash`,
    /// `Eq` or `Clone` does after that, nothing is logged and nothing is poisoned.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).insert_and_get(1, 'b'), Some('a'));
    /// ```
    #[track_caller]
    pub fn insert_and_get(&mut self, key: K, value: V) -> Option<V> {
        let hash = self.inner.hasher.hash_one(&key);
        let entry = self.unpublished().table.find(hash, &key);
        let old = entry.map(|entry| entry.1.clone());
        self.log(LogEntry::insert(hash, key, value));
        old
    }

    /// Removes `key` and returns a clone of its value; `None`, and nothing logged, if it is not
    /// there. O(1) on average, and the clones of the key and the value; waits for readers of the
    /// older copy. Panics as [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).remove_and_get(&1), Some('a'));
    /// ```
    #[track_caller]
    pub fn remove_and_get<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<V> {
        let hash = self.inner.hasher.hash_one(key);
        let (key, value) = self.unpublished().table.find(hash, key)?.clone();
        self.log(LogEntry::Remove { hash, key });
        Some(value)
    }

    /// Removes `key` and returns clones of the key that the map held and of its value; `None`, and
    /// nothing logged, if it is not there. O(1) on average, and the clones; waits for readers of
    /// the older copy. Panics as [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).remove_entry(&1), Some((1, 'a')));
    /// ```
    #[track_caller]
    pub fn remove_entry<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<(K, V)> {
        let hash = self.inner.hasher.hash_one(key);
        let (key, value) = self.unpublished().table.find(hash, key)?.clone();
        let logged = key.clone();
        self.log(LogEntry::Remove { hash, key: logged });
        Some((key, value))
    }

    /// Removes all entries, as [`clear`](Self::clear) does, and returns clones of them, whether the
    /// iterator is used up or not. O(capacity), and the clones; waits for readers of the older
    /// copy. Panics as [`insert_and_get`](Self::insert_and_get).
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).drain().eq([(1, 'a')]));
    /// ```
    #[track_caller]
    pub fn drain(&mut self) -> IntoIter<K, V> {
        let entries = self.unpublished().table.entries().clone();
        self.clear();
        IntoIter::new(entries.into_iter())
    }

    /// The value of `key` as the writer sees it, which becomes `default()` if the key is not there.
    /// O(1) on average; waits for readers of the older copy.
    ///
    /// `default` runs at once, if it is needed; its outcome is logged, with a clone of the key.
    ///
    /// Panics as [`insert_and_get`](Self::insert_and_get), also if `default` does; and if the key
    /// is not found after it was inserted, since it is not equal to itself or hashes differently.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new();
    /// assert_eq!(*writer.get_or_insert_with("a", || 1), 1);
    /// assert_eq!(*writer.get_or_insert_with("a", || unreachable!()), 1);
    /// ```
    #[track_caller]
    pub fn get_or_insert_with(&mut self, key: K, default: impl FnOnce() -> V) -> &V {
        let hash = self.inner.hasher.hash_one(&key);
        if self.unpublished().table.find(hash, &key).is_none() {
            let value = default();
            let key = key.clone();
            self.log(LogEntry::insert(hash, key, value));
        }
        let entry = self.unpublished().table.find(hash, &key);
        &entry.expect("a key that was just inserted is found").1
    }

    /// Changes the value of `key` and returns what `change` returns; `None`, and nothing logged, if
    /// the key is not there. Waits for readers of the older copy.
    ///
    /// `change` runs once, at once, on a clone of the value as the writer sees it, and the log holds
    /// the outcome; so any number of updates before a publish add up exactly. It costs a clone of
    /// the key, and two of the *whole* value: see [large values](crate::guide#large-values).
    ///
    /// Panics as [`insert_and_get`](Self::insert_and_get), also if `change` does.
    ///
    /// ```
    /// let mut writer = evmap_core::WriteHandle::from([("hits", 0)]);
    /// assert_eq!(writer.update("hits", |hits| *hits += 1), Some(()));
    /// assert_eq!(writer.update("misses", |misses| *misses += 1), None);
    /// assert_eq!(writer.unpublished()["hits"], 1);
    /// ```
    #[track_caller]
    pub fn update<Q, R>(&mut self, key: &Q, change: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let hash = self.inner.hasher.hash_one(key);
        let (key, mut value) = self.unpublished().table.find(hash, key)?.clone();
        let result = change(&mut value);
        self.log(LogEntry::insert(hash, key, value));
        Some(result)
    }

    /// Changes the value of `key`, starting from `default()` if it is not there, and returns what
    /// `change` returns. Waits for readers of the older copy; costs what [`update`](Self::update)
    /// does, and panics as that does.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new();
    /// writer.update_or_insert("a", || 0, |count| *count += 1);
    /// assert_eq!(writer.unpublished()["a"], 1);
    /// ```
    #[track_caller]
    pub fn update_or_insert<R>(
        &mut self,
        key: K,
        default: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> R {
        let hash = self.inner.hasher.hash_one(&key);
        let mut value = match self.unpublished().table.find(hash, &key) {
            Some((_, value)) => value.clone(),
            None => default(),
        };
        let result = change(&mut value);
        self.log(LogEntry::insert(hash, key, value));
        result
    }

    /// Removes the entries for which `keep` says `false`. O(capacity); waits for readers of the
    /// older copy.
    ///
    /// `keep` runs once per entry, pending ones included, in no particular order;
    /// [`retain_mut`](Self::retain_mut) changes values, too. One removal, with a clone of the key, is
    /// logged per key that goes. Panics as [`insert_and_get`](Self::insert_and_get), also if `keep` does.
    ///
    /// ```
    /// let mut writer: evmap_core::WriteHandle<_, _> = (0..10).map(|n| (n, n * n)).collect();
    /// writer.retain(|_, square| square % 2 == 0);
    /// assert_eq!(writer.unpublished().len(), 5);
    /// ```
    #[track_caller]
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) -> &mut Self {
        self.inner.decide(|state, hasher| {
            let removed = state.iter().filter(|(key, value)| !keep(key, value));
            let logged = removed.map(|(key, _)| LogEntry::removal(hasher, key));
            logged.collect()
        });
        self
    }

    /// Removes the entries for which `keep` says `false`, and lets it change those that stay.
    /// O(capacity), and two clones of each value that is changed; waits for readers of the older
    /// copy. Panics as [`retain`](Self::retain).
    ///
    /// The value is a [`Cow`]: call [`to_mut`](Cow::to_mut) to change it, which clones it first. So
    /// values that are only read cost nothing and are not logged.
    ///
    /// ```
    /// let mut writer = evmap_core::WriteHandle::from([("a", 1), ("b", 2)]);
    /// writer.retain_mut(|key, n| { *n.to_mut() *= 10; *key != "a" });
    /// assert_eq!((writer.unpublished().len(), writer.unpublished()["b"]), (1, 20));
    /// ```
    #[track_caller]
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&K, &mut Cow<'_, V>) -> bool) -> &mut Self {
        self.inner.decide(|state, hasher| {
            let mut changes = Vec::new();
            for (key, value) in state {
                let mut value = Cow::Borrowed(value);
                let keeps = keep(key, &mut value);
                match value {
                    _ if !keeps => changes.push(LogEntry::removal(hasher, key)),
                    Cow::Owned(value) => {
                        let hash = hasher.hash_one(key);
                        changes.push(LogEntry::insert(hash, key.clone(), value));
                    }
                    Cow::Borrowed(_) => {}
                }
            }
            changes
        });
        self
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
    /// let (mut writer, reader) = evmap_core::new();
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
    /// let (mut writer, reader) = evmap_core::new();
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
    /// let (mut writer, reader) = evmap_core::new();
    /// let _view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(writer.unpublished_or_replace(std::time::Duration::ZERO).unwrap().len(), 1);
    /// ```
    #[track_caller]
    pub fn unpublished_or_replace(
        &mut self,
        timeout: Duration,
    ) -> Result<&Snapshot<K, V, M, S>, PublishError>
    where
        S: Clone,
    {
        self.inner.handle.unpublished_or_replace(timeout)
    }

    /// Makes all pending operations visible to readers at once. O(operations since the publish
    /// before the last); waits for readers of the older copy.
    ///
    /// Without pending operations it publishes the same state under a new version;
    /// [`flush`](Self::flush) does not. Panics as [`unpublished`](Self::unpublished).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
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
    /// let mut writer = evmap_core::WriteHandle::from([(1, 'a')]);
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
    /// let (mut writer, reader) = evmap_core::new();
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
    /// let (mut writer, reader) = evmap_core::new();
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
    /// let (mut writer, reader) = evmap_core::new();
    /// let _view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(writer.publish_or_replace(std::time::Duration::ZERO).is_ok());
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError>
    where
        S: Clone,
    {
        self.inner.handle.publish_or_replace(timeout)
    }

    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it. Runs on any executor; needs the feature `async`.
    ///
    /// Operations are applied within a poll; a future that is dropped leaves them pending. Returns
    /// [`Poisoned`] if the handle was poisoned before, and panics if it gets so now.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
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
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).insert(2, 'b').published().len(), 1);
    /// ```
    #[inline]
    pub fn published(&self) -> View<'_, K, V, M, S> {
        View::new(self.inner.handle.enter())
    }

    /// A new reader. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).reader().len(), 1);
    /// ```
    pub fn reader(&self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.reader())
    }

    /// Whether there are operations that readers do not see yet. O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_core::WriteHandle::from([(1, 'a')]).has_pending_operations());
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).insert(2, 'b').has_pending_operations());
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
    /// let (mut writer, _) = evmap_core::new();
    /// writer.insert(1, 'a');
    /// assert!(writer.pending().eq([evmap_core::Operation::Insert { key: &1, value: &'a' }]));
    /// ```
    pub fn pending(
        &self,
    ) -> impl DoubleEndedIterator<Item = Operation<&K, &V, &M>> + ExactSizeIterator + Clone {
        self.inner.handle.pending().map(LogEntry::as_operation)
    }

    /// The number of the last publish; 0 before the first. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).version(), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.inner.handle.version()
    }

    /// Whether the handle is [poisoned](Self#panics). O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_core::WriteHandle::from([(1, 'a')]).is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.inner.handle.is_poisoned()
    }

    /// Figures of this map. O(1); takes a lock for a moment and waits for no reader.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).stats().publishes, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        self.inner.handle.stats()
    }

    /// The registered readers, this handle's own included, and which of them hold views. O(readers);
    /// takes a lock for that time, and costs the readers nothing.
    ///
    /// ```
    /// let (writer, reader) = evmap_core::new::<u32, u32>();
    /// let _view = reader.enter();
    /// assert_eq!(writer.readers().iter().filter(|it| it.is_active).count(), 1);
    /// ```
    pub fn readers(&self) -> Vec<ReaderState> {
        self.inner.handle.readers()
    }

    /// Ends writing for good and returns a reader; what is pending is dropped. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).freeze().len(), 1);
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
/// [`reserve`](WriteHandle::reserve) before a large load, or [build the
/// map](crate::Builder::build_from) from the pairs. If the iterator or the `Hash` of a key panics,
/// what came before is logged.
///
/// ```
/// let (mut writer, _) = evmap_core::new();
/// writer.reserve(1_000).extend((0..1_000).map(|n| (n, n)));
/// assert_eq!(writer.unpublished().len(), 1_000);
/// ```
impl<K, V, M, S> Extend<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.inner.extend(entries, LogEntry::insert);
    }
}

/// Inserts a copy of every pair, as `HashMap` does.
///
/// ```
/// let (mut writer, _) = evmap_core::new::<i32, char>();
/// writer.extend(&std::collections::HashMap::from([(1, 'a')]));
/// assert!(writer.unpublished().contains_key(&1));
/// ```
impl<'a, K, V, M, S> Extend<(&'a K, &'a V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Copy,
    V: Copy,
    M: Clone,
    S: BuildHasher,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}
