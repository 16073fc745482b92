//! The writer's handle: operations go to the log, without waiting for anybody.

mod bulk;
mod change;
mod own;
#[cfg(feature = "rayon")]
mod parallel;

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::mem;

use hashbrown::DefaultHashBuilder;
use left_right::Owned;

use crate::error::CapacityError;
use crate::key::IntoKey;
use crate::operation::{Logged, Operation, Whole};
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::view::View;

/// Changes the map; there is one per map.
///
/// Changes are logged, and readers see them all at once after the next [`publish`](Self::publish).
/// The writer itself reads them earlier, through [`view`](Self::view).
///
/// # Blocking
///
/// There are two kinds of methods.
///
/// * Those that only log never wait: [`insert`](Self::insert), [`remove`](Self::remove),
///   [`clear`](Self::clear), `extend`, [`reserve`](Self::reserve),
///   [`shrink_to_fit`](Self::shrink_to_fit), [`set_meta`](Self::set_meta), [`apply`](Self::apply).
/// * Those that need the writer's own copy wait for readers that are still in it, that is, for
///   views from before the last publish: [`publish`](Self::publish) and [`flush`](Self::flush),
///   [`view`](Self::view), [`insert_and_get`](Self::insert_and_get),
///   [`remove_and_get`](Self::remove_and_get), [`remove_entry`](Self::remove_entry),
///   [`drain`](Self::drain), [`get_or_insert_with`](Self::get_or_insert_with),
///   [`update`](Self::update), [`update_or_insert`](Self::update_or_insert),
///   [`retain`](Self::retain), [`retain_mut`](Self::retain_mut). The wait is that of the next
///   publish, only earlier; once one of them has returned, no other waits until the next
///   publish. [`try_publish`](Self::try_publish), [`publish_timeout`](Self::publish_timeout) and
///   [`try_view`](Self::try_view) bound it, and
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
/// (`extend` keeps what came before it). So does a panic in what [`update`](Self::update),
/// [`insert_and_get`](Self::insert_and_get), [`retain`](Self::retain) and their relatives do with
/// the writer's copy: their closures, and the `Eq` and `Clone` of the look-up.
///
/// `Hash` (when a table grows), `Eq`, `Clone` and `Drop` also run while operations are applied, by
/// any method that publishes or looks at the writer's copy; a panic there *poisons* the handle:
/// readers keep the last published state, and from then on every method that logs, publishes or
/// views panics, except that those with an error for it ([`publish_timeout`](Self::publish_timeout),
/// [`publish_or_replace`](Self::publish_or_replace), [`view_or_replace`](Self::view_or_replace),
/// `publish_async`) return [`PublishError::Poisoned`](crate::PublishError::Poisoned) or
/// [`Poisoned`](crate::Poisoned). [`is_poisoned`](Self::is_poisoned) asks, and
/// [`freeze`](Self::freeze) gives a reader to start over from.
///
/// No panic in the `Drop` of a key or value leaves the drop of a handle; one in that of the hasher does.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert("a", 1).insert("b", 2).remove(&"a");
/// assert!(reader.is_empty());
/// assert_eq!(writer.view().len(), 1);
/// writer.publish();
/// assert_eq!(reader.len(), 1);
/// ```
pub struct WriteHandle<K, V, M = (), S = DefaultHashBuilder>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    inner: Inner<K, V, M, S>,
    /// Hashes as the two copies do.
    hasher: S,
}

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    pub(crate) fn new(inner: Inner<K, V, M, S>, hasher: S) -> Self {
        Self { inner, hasher }
    }

    pub(crate) fn into_parts(self) -> (Inner<K, V, M, S>, S) {
        (self.inner, self.hasher)
    }

    /// Sets the value of `key`. O(1) amortized, never waits.
    ///
    /// The old value is not returned: telling would take a look at the writer's copy.
    /// [`insert_and_get`](Self::insert_and_get) takes it. Of two equal keys the one that is in the
    /// map stays, as in `HashMap`.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').insert(1, 'b').publish();
    /// assert_eq!(reader.get_cloned(&1), Some('b'));
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, key: K, value: V) -> &mut Self {
        let operation = logged_insert(&self.hasher, key, value);
        self.inner.append(operation);
        self
    }

    /// Removes `key`, if it is there. O(1) and the making of a key; never waits.
    ///
    /// The log owns the key, so `key` is a key, a reference to one, which is cloned, or what else
    /// [makes one](IntoKey): `&str` for `String`, `Box<str>` or `Arc<str>`, `&[u8]` for `Vec<u8>`.
    /// To learn what was removed, or to remove by another [`Equivalent`](crate::Equivalent) type,
    /// use [`remove_and_get`](Self::remove_and_get).
    ///
    /// The entry is dropped by each copy as that copy gets to the removal: the last of it with the
    /// next publish but one, or with a [`view`](Self::view) after the next.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<String, u32>();
    /// writer.extend([("a".to_string(), 1), ("b".to_string(), 2), ("c".to_string(), 3)]);
    /// writer.publish();
    /// let key = "b".to_string();
    /// writer.remove("a").remove(&key).remove("c".to_string()).publish();
    /// assert!(reader.is_empty());
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove(&mut self, key: impl IntoKey<K>) -> &mut Self {
        let key = key.into_key();
        let hash = self.hasher.hash_one(&key);
        self.inner.append(Logged::Remove { hash, key });
        self
    }

    /// Removes all entries and keeps the room for them. Never waits; applying it is O(capacity).
    ///
    /// Loading as many entries again allocates no table: no more than the log, and what the keys
    /// and values themselves own.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// writer.clear().insert(2, 'b').publish();
    /// assert_eq!(reader.enter().keys().collect::<Vec<_>>(), [&2]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn clear(&mut self) -> &mut Self {
        self.inner.append(Logged::Whole(Whole::Clear));
        self
    }

    /// Makes room for `additional` more entries in each copy, when it comes to this operation.
    /// Never waits; applying it is O(capacity) if the table grows.
    ///
    /// A copy that then finds no memory goes on without the room, and grows as inserts need it.
    ///
    /// # Panics
    ///
    /// Panics if room for so many entries cannot exist ([`try_reserve`](Self::try_reserve) returns
    /// an error instead; neither poisons), or if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<u32, u32>();
    /// writer.reserve(1_000).publish();
    /// assert!(reader.enter().capacity() >= 1_000);
    /// assert!(writer.view().capacity() >= 1_000);
    /// ```
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) -> &mut Self {
        if let Err(error) = self.try_reserve(additional) {
            panic!("{error}");
        }
        self
    }

    /// [`reserve`](Self::reserve) that returns an error where that panics. Never waits.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Overflow`] if room for so many entries cannot exist; nothing is logged
    /// then.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_core::new::<u32, u32>();
    /// assert!(writer.try_reserve(10).is_ok());
    /// assert!(writer.try_reserve(usize::MAX).is_err());
    /// assert_eq!(writer.pending().len(), 1);
    /// ```
    #[track_caller]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), CapacityError> {
        CapacityError::check(additional, mem::size_of::<(K, V)>())?;
        self.inner.append(Logged::Whole(Whole::Reserve(additional)));
        Ok(())
    }

    /// Gives back the room that no entry uses, in each copy, when it comes to this operation. Never
    /// waits; applying it is O(n).
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::Builder::new().capacity(1_000).build();
    /// writer.insert(1, 1).shrink_to_fit().publish();
    /// assert!(reader.enter().capacity() < 100);
    /// ```
    #[track_caller]
    pub fn shrink_to_fit(&mut self) -> &mut Self {
        self.inner.append(Logged::Whole(Whole::ShrinkToFit));
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
    /// let (mut writer, reader) = evmap_core::with_meta::<&str, u32, u64>(0);
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
    /// Of operations from a source that is not trusted leave out [`Reserve`](Operation::Reserve):
    /// they can ask for all the memory there is.
    ///
    /// # Panics
    ///
    /// Panics as the method of the operation's name does.
    ///
    /// ```
    /// use evmap_core::Operation;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.apply(Operation::Insert { key: 1, value: 'a' }).publish();
    /// assert_eq!(reader.get_cloned(&1), Some('a'));
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
}

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    crate::writer_methods!("evmap_core");
}

/// The two copies of a snapshot and the log between them.
type Inner<K, V, M, S> = left_right::WriteHandle<Snapshot<K, V, M, S>, Logged<K, V, M>, Owned>;

/// Hashes the key, once for both copies, and makes the entry of the log.
#[inline]
pub(crate) fn logged_insert<K: Hash, V, M, S: BuildHasher>(
    hasher: &S,
    key: K,
    value: V,
) -> Logged<K, V, M> {
    let hash = hasher.hash_one(&key);
    Logged::Insert { hash, key, value }
}

impl<K, V, M, S> fmt::Debug for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHandle")
            .field("version", &self.version())
            .field("pending", &self.pending().len())
            .field("poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
