//! The reader's handle and the factory that makes them on any thread.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;
use left_right::{Owned, ReadGuard};

use crate::bag::Bag;
use crate::snapshot::Snapshot;
use crate::view::View;

/// Reads the map; each thread has its own.
///
/// Reads cannot fail and [never wait](crate::guide#blocking): when the writer is dropped, panics or
/// is poisoned, the handle keeps the last published state. In exchange a [`View`] or [`ReadGuard`]
/// that is held keeps the writer from reusing the copy that it is in.
///
/// A handle is `Send` and `Clone`, not `Sync`: give each thread a clone, or share a
/// [`ReadHandleFactory`].
///
/// # Each read sees what is newest
///
/// Also beside a [`View`] or [`ReadGuard`] of the same handle, which stay what they are: for reads that belong together
/// use one view.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// let view = reader.enter();
/// writer.insert(1, 'a').publish();
/// assert_eq!((view.version(), reader.version()), (0, 1));
/// ```
///
/// # Memory ordering
///
/// What the writer's thread did before a publish happened before every read that sees that publish.
pub struct ReadHandle<K, V, M = (), S = DefaultHashBuilder> {
    inner: Inner<K, V, M, S>,
}

type Inner<K, V, M, S> = left_right::ReadHandle<Snapshot<K, V, M, S>, Owned>;

impl<K, V, M, S> ReadHandle<K, V, M, S> {
    #[inline]
    pub(crate) fn new(inner: Inner<K, V, M, S>) -> Self {
        Self { inner }
    }

    /// A view of the newest published state, for reads that belong together. O(1), never waits.
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().enter().keys().eq(&[1]));
    /// ```
    #[inline]
    pub fn enter(&self) -> View<'_, K, V, M, S> {
        View::new(self.inner.enter())
    }

    /// How many keys there are. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.enter().len()
    }

    /// Whether there are no keys. O(1), never waits.
    ///
    /// ```
    /// assert!(!evmap_multi::WriteHandle::from([(1, 'a')]).reader().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.enter().is_empty()
    }

    /// The metadata, in place. O(1), never waits.
    ///
    /// For metadata and entries that belong together take both from one [`View`].
    ///
    /// ```
    /// let (_writer, reader) = evmap_multi::with_meta::<u32, u32, _>(7);
    /// assert_eq!(*reader.meta(), 7);
    /// ```
    #[inline]
    pub fn meta(&self) -> ReadGuard<'_, M> {
        ReadGuard::map(self.inner.enter(), |snapshot| snapshot.meta())
    }

    /// The number of the last publish; 0 if nothing was published yet. O(1), never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().version(), 1);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.enter().version()
    }

    /// Whether anything was published yet, if only an empty map. O(1), never waits.
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().is_published());
    /// ```
    #[inline]
    pub fn is_published(&self) -> bool {
        self.enter().is_published()
    }

    /// Whether there is still a writer, or a shared map, poisoned or not. O(1), never waits.
    ///
    /// Once it is `false`, what is entered from then on is the last state that there will be.
    ///
    /// ```
    /// let (writer, reader) = evmap_multi::new::<u32, u32>();
    /// assert!(reader.has_writer());
    /// drop(writer);
    /// assert!(!reader.has_writer());
    /// ```
    pub fn has_writer(&self) -> bool {
        self.inner.has_writer()
    }

    /// A factory that makes handles on any thread. Never waits.
    ///
    /// ```
    /// let factory = evmap_multi::WriteHandle::from([(1, 'a')]).reader().factory();
    /// assert_eq!(std::thread::spawn(move || factory.handle().len()).join().unwrap(), 1);
    /// ```
    pub fn factory(&self) -> ReadHandleFactory<K, V, M, S> {
        let inner = self.inner.factory();
        ReadHandleFactory { inner }
    }
}

impl<K, V, M, S: BuildHasher> ReadHandle<K, V, M, S> {
    /// The values of `key`, in place. O(1) on average, never waits.
    ///
    /// For several look-ups, [`enter`](Self::enter) once.
    ///
    /// ```
    /// assert_eq!(*evmap_multi::WriteHandle::from([(1, 'a')]).reader().get(&1).unwrap(), ['a']);
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get<Q>(&self, key: &Q) -> Option<ReadGuard<'_, Bag<V, S>>>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        ReadGuard::try_map(self.inner.enter(), |snapshot| snapshot.get(key))
    }

    /// One of the values of `key`, in place: see [`Bag::get_one`]. O(1) on average, never waits.
    /// (O(capacity) in a large bag that was nearly emptied, until it is
    /// [fitted](crate::WriteHandle::fit).)
    ///
    /// ```
    /// assert_eq!(*evmap_multi::WriteHandle::from([(1, 'a')]).reader().get_one(&1).unwrap(), 'a');
    /// ```
    #[inline]
    #[must_use = "the reference ends when it is dropped"]
    pub fn get_one<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<ReadGuard<'_, V>> {
        ReadGuard::try_map(self.inner.enter(), |snapshot| snapshot.get_one(key))
    }

    /// A clone of one of the values of `key`; costs what [`get_one`](Self::get_one) does, never
    /// waits.
    ///
    /// For values that are small or an `Arc`; nothing is held afterwards.
    ///
    /// ```
    /// let reader = evmap_multi::WriteHandle::from([(1, 'a')]).reader();
    /// assert_eq!(reader.get_one_cloned(&1), Some('a'));
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
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.enter().contains_key(key)
    }

    /// Whether `key` has `value`. O(1) on average, plus O(n) in a bag of up to 32 values; never
    /// waits.
    ///
    /// ```
    /// let reader = evmap_multi::WriteHandle::from([(1, 'a')]).reader();
    /// assert!(reader.contains_value(&1, &'a') && !reader.contains_value(&1, &'b'));
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

/// A clone is a reader of its own: its views are independent of this handle's. Never waits.
impl<K, V, M, S> Clone for ReadHandle<K, V, M, S> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

impl<K, V, M, S> fmt::Debug for ReadHandle<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandle").finish_non_exhaustive()
    }
}

/// Makes [`ReadHandle`]s on any thread; `Sync`, for a `static` or an `Arc`.
///
/// Making a handle registers a reader: keep the handle for as long as the thread reads.
///
/// ```
/// let factory = evmap_multi::WriteHandle::from([(1, 'a')]).reader().factory();
/// assert!(factory.handle().contains_key(&1));
/// ```
pub struct ReadHandleFactory<K, V, M = (), S = DefaultHashBuilder> {
    inner: left_right::ReadHandleFactory<Snapshot<K, V, M, S>, Owned>,
}

impl<K, V, M, S> ReadHandleFactory<K, V, M, S> {
    /// A new handle. Never waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).reader().factory().handle().len(), 1);
    /// ```
    pub fn handle(&self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.handle())
    }
}

impl<K, V, M, S> Clone for ReadHandleFactory<K, V, M, S> {
    fn clone(&self) -> Self {
        let inner = self.inner.clone();
        Self { inner }
    }
}

impl<K, V, M, S> fmt::Debug for ReadHandleFactory<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandleFactory").finish_non_exhaustive()
    }
}
