//! The writer's handle: operations go to the log, without waiting for anybody.

mod bulk;
mod eviction;
mod own;
#[cfg(feature = "rayon")]
mod parallel;
mod room;

use std::fmt;
use std::hash::{BuildHasher, Hash};

use evmap_core::IntoKey;
use hashbrown::DefaultHashBuilder;

use crate::operation::{Logged, OfKey, OfValue, Operation, Whole};
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::view::View;
use left_right::Owned;

/// Changes the map; there is one per map.
///
/// Changes are logged, and readers see them all at once after the next [`publish`](Self::publish).
/// The writer itself reads them earlier, through [`view`](Self::view).
///
/// # Blocking
///
/// There are two kinds of methods.
///
/// * Those that only log never wait: [`insert`](Self::insert), [`update`](Self::update),
///   [`remove_value`](Self::remove_value), [`clear`](Self::clear),
///   [`remove_entry`](Self::remove_entry), [`purge`](Self::purge), `extend`, [`fit`](Self::fit),
///   [`fit_all`](Self::fit_all), [`reserve`](Self::reserve), [`reserve_keys`](Self::reserve_keys),
///   [`set_meta`](Self::set_meta), [`apply`](Self::apply).
/// * Those that need the writer's own copy wait for readers that are still in it, that is, for
///   views from before the last publish: [`publish`](Self::publish) and [`flush`](Self::flush),
///   [`view`](Self::view), [`retain`](Self::retain), [`retain_entries`](Self::retain_entries),
///   [`empty_random`](Self::empty_random). The wait is that of the next publish, only earlier; once
///   one of them has returned, no other waits until the next publish. [`try_publish`](Self::try_publish),
///   [`publish_timeout`](Self::publish_timeout) and [`try_view`](Self::try_view) bound it, and
///   [`publish_or_replace`](Self::publish_or_replace) pays with memory instead; with the feature
///   `async`, `publish_async` lets a task sleep and not a thread.
///
/// Readers wait for nobody, ever. A thread that holds a view across two publishes of its own would
/// wait for itself: debug builds panic, release builds wait for ever. Drop or refresh the view
/// first.
///
/// # Memory ordering
///
/// What this thread did before a publish happened before every read that sees that publish.
///
/// # Several writers
///
/// Make a [`SharedMap`](crate::SharedMap) of it, by [`into_shared`](Self::into_shared), or put the
/// handle behind a channel whose receiver owns it. Publish once per batch: a publish
/// costs as much as ten inserts or more.
///
/// # When the writer goes
///
/// Dropping the handle leaves the last published state to the readers for as long as they like.
/// Operations that were not published are dropped.
///
/// # Panics
///
/// `Hash` of a key runs when an operation is logged; a panic there leaves the log as it was
/// (`extend` keeps what came before it). So does a panic in what [`retain`](Self::retain),
/// [`retain_entries`](Self::retain_entries) and [`empty_random`](Self::empty_random) do with the
/// writer's copy: their closures, and the `Eq` and `Clone` of the look-up.
///
/// `Hash` (of keys when the table grows, of values in large bags), `Eq`, `Clone` and `Drop` also
/// run while operations are applied, by any method that publishes or looks at the writer's copy; a
/// panic there *poisons* the handle: readers keep the last published state, and from then on every
/// method that logs, publishes or views panics, except that those with an error for it
/// ([`publish_timeout`](Self::publish_timeout), [`publish_or_replace`](Self::publish_or_replace),
/// [`view_or_replace`](Self::view_or_replace), `publish_async`) return
/// [`PublishError::Poisoned`](crate::PublishError::Poisoned) or [`Poisoned`](crate::Poisoned).
/// [`is_poisoned`](Self::is_poisoned) asks, and [`freeze`](Self::freeze) gives a reader to start
/// over from.
///
/// No panic in the `Drop` of a key or value leaves the drop of a handle; one in that of the hasher does.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.insert("a", 1).insert("a", 2).remove_value("a", 1);
/// assert!(reader.is_empty());
/// assert_eq!(writer.view()["a"], [2]);
/// writer.publish();
/// assert_eq!(reader.get_one_cloned("a"), Some(2));
/// ```
pub struct WriteHandle<K, V, M = (), S = DefaultHashBuilder>
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

/// The two copies of a snapshot and the log between them.
type Inner<K, V, M, S> = left_right::WriteHandle<Snapshot<K, V, M, S>, Logged<K, V, M>, Owned>;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    pub(crate) fn new(inner: Inner<K, V, M, S>, hasher: S) -> Self {
        Self { inner, hasher }
    }

    pub(crate) fn into_parts(self) -> (Inner<K, V, M, S>, S) {
        (self.inner, self.hasher)
    }

    /// Adds `value` to the bag of `key`. O(1), never waits.
    ///
    /// Of two equal keys the one that is in the map stays, as in `HashMap`.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').insert(1, 'b').insert(1, 'a').publish();
    /// assert_eq!(*reader.get(&1).unwrap(), ['a', 'a', 'b']);
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, key: K, value: V) -> &mut Self {
        let operation = logged_insert(&self.hasher, key, value);
        self.inner.append(operation);
        self
    }

    /// Replaces the bag of `key` by one that holds `value` alone. O(1), never waits; applying it
    /// drops the values that were there.
    ///
    /// The room that the bag had is given back: the value stands in the map's own table.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').insert(1, 'b').update(1, 'c').publish();
    /// assert_eq!(*reader.get(&1).unwrap(), ['c']);
    /// ```
    #[inline]
    #[track_caller]
    pub fn update(&mut self, key: K, value: V) -> &mut Self {
        let hash = self.hasher.hash_one(&key);
        self.inner
            .append(Logged::value(OfValue::Update, hash, key, value));
        self
    }

    /// Removes one value that is equal to `value` from the bag of `key`, if it is there. O(1),
    /// never waits; applying it is O(1) on average, O(n) in a bag of up to 32 values.
    ///
    /// The key stays, if with an empty bag. The log owns key and value, so each is one, a reference
    /// to one, which is cloned, or what else [makes one](IntoKey): `&str` for `String`.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// writer.extend([("a".to_string(), 1), ("a".to_string(), 1)]);
    /// writer.remove_value("a", 1).publish();
    /// assert_eq!(*reader.get("a").unwrap(), [1]);
    /// writer.remove_value("a", 1).publish();
    /// assert!(reader.get("a").unwrap().is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove_value(&mut self, key: impl IntoKey<K>, value: impl IntoKey<V>) -> &mut Self {
        let (key, value) = (key.into_key(), value.into_key());
        let hash = self.hasher.hash_one(&key);
        self.inner
            .append(Logged::value(OfValue::Remove, hash, key, value));
        self
    }

    /// Empties the bag of `key`, which stays, or comes, with an empty bag. Never waits; applying it
    /// drops the values.
    ///
    /// The bag keeps its room. To give that back as well, follow with [`fit`](Self::fit). `key` is a key, a
    /// reference to one or what else [makes one](IntoKey).
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').clear(1).clear(2).publish();
    /// assert!(reader.get(&1).unwrap().is_empty());
    /// assert!(reader.contains_key(&2));
    /// ```
    #[track_caller]
    pub fn clear(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(OfKey::Clear, key.into_key())
    }

    /// Removes `key` and its bag, if it is there. O(1), never waits; applying it drops the values,
    /// the last of them with the next publish but one, or with a [`view`](Self::view) after the
    /// next.
    ///
    /// `key` is a key, a reference to one or what else [makes one](IntoKey).
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// writer.insert("a".to_string(), 1).publish();
    /// writer.remove_entry("a").publish();
    /// assert!(reader.is_empty());
    /// ```
    #[track_caller]
    pub fn remove_entry(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(OfKey::Remove, key.into_key())
    }

    /// Removes all keys and bags and keeps the room for the keys. Never waits; applying it is
    /// O(capacity) and drops the values.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').publish();
    /// writer.purge().insert(2, 'b').publish();
    /// assert_eq!(reader.enter().keys().collect::<Vec<_>>(), [&2]);
    /// ```
    #[track_caller]
    pub fn purge(&mut self) -> &mut Self {
        self.inner.append(Logged::Whole(Whole::Purge));
        self
    }

    /// Sets the metadata. Readers see it together with everything else of the same publish. O(1),
    /// never waits.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::with_meta::<&str, u32, u64>(0);
    /// writer.insert("a", 1).set_meta(1);
    /// assert_eq!(*reader.meta(), 0);
    /// writer.publish();
    /// assert_eq!(*reader.meta(), 1);
    /// ```
    #[track_caller]
    pub fn set_meta(&mut self, meta: M) -> &mut Self {
        self.inner.append(Logged::SetMeta(Box::new(meta)));
        self
    }

    /// Does what `operation` says: replays what another map's [`pending`](Self::pending) listed.
    /// Never waits.
    ///
    /// Of operations from a source that is not trusted leave out [`Reserve`](Operation::Reserve)
    /// and [`ReserveKeys`](Operation::ReserveKeys): they can ask for all the memory there is.
    ///
    /// # Panics
    ///
    /// Panics as the method of the operation's name does.
    ///
    /// ```
    /// use evmap_multi::Operation;
    ///
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.apply(Operation::Insert { key: 1, value: 'a' }).publish();
    /// assert_eq!(reader.get_one_cloned(&1), Some('a'));
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

    #[track_caller]
    fn append_key(&mut self, change: OfKey, key: K) -> &mut Self {
        let hash = self.hasher.hash_one(&key);
        self.inner.append(Logged::Key { change, hash, key });
        self
    }
}

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    evmap_core::writer_methods!("evmap_multi");
}

/// Hashes the key, once for both copies, and makes the entry of the log.
#[inline]
pub(crate) fn logged_insert<K: Hash, V, M, S: BuildHasher>(
    hasher: &S,
    key: K,
    value: V,
) -> Logged<K, V, M> {
    let hash = hasher.hash_one(&key);
    Logged::value(OfValue::Insert, hash, key, value)
}

impl<K, V, M, S> fmt::Debug for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHandle")
            .field("version", &self.version())
            .field("pending", &self.pending().len())
            .field("poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
