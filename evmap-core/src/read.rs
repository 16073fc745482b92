//! The reader's handle and the factory that makes them on any thread.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;
use left_right::ReadGuard;

use crate::snapshot::Snapshot;
use crate::view::View;

/// Reads the map; each thread has its own.
///
/// Reads cannot fail: when the writer is dropped, panics or is poisoned, the handle keeps the last
/// published state.
///
/// # Blocking
///
/// Nothing here waits for anybody, nor do cloning and dropping a handle: a read is a store to a
/// word of this handle's own, a load and a look-up. In exchange a [`View`] or [`ReadGuard`] that is held
/// keeps the writer from reusing the copy that it looks at; see [`View`].
///
/// # One handle shows one state at a time
///
/// While a [`View`] or [`ReadGuard`] of this handle is held, everything else that is read through the
/// same handle comes from the state of that one, however much was published since: `enter`, `get`
/// and its relatives, but also [`len`](Self::len), [`meta`](Self::meta),
/// [`version`](Self::version) and [`is_published`](Self::is_published). So nested reads agree; and
/// a loop that waits for a new version while it holds an old view waits for ever. Ask
/// [`View::is_newest`](crate::View::is_newest), [refresh](crate::View::refresh) the view, or read
/// through a clone of the handle.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// let view = reader.enter();
/// writer.insert(1, 'a').publish();
/// assert_eq!((reader.len(), reader.version()), (0, 0));
/// assert!(!view.is_newest());
/// assert_eq!(reader.clone().version(), 1);
/// drop(view);
/// assert_eq!((reader.len(), reader.version()), (1, 1));
/// ```
///
/// # Threads
///
/// A handle is `Send` and `Clone`, not `Sync`: give each thread a clone, or share a
/// [`ReadHandleFactory`].
///
/// # Memory ordering
///
/// What the writer's thread did before a publish happened before every read that sees that publish.
///
/// ```
/// use std::thread;
///
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert("answer", 42).publish();
/// let threads: Vec<_> = (0..2)
///     .map(|_| {
///         let reader = reader.clone();
///         thread::spawn(move || reader.get_cloned("answer"))
///     })
///     .collect();
/// for thread in threads {
///     assert_eq!(thread.join().unwrap(), Some(42));
/// }
/// ```
pub struct ReadHandle<K, V, M = (), S = DefaultHashBuilder> {
    inner: left_right::ReadHandle<Snapshot<K, V, M, S>, left_right::Owned>,
}

impl<K, V, M, S> ReadHandle<K, V, M, S> {
    #[inline]
    pub(crate) fn new(
        inner: left_right::ReadHandle<Snapshot<K, V, M, S>, left_right::Owned>,
    ) -> Self {
        Self { inner }
    }

    crate::reader_methods!("evmap_core");
}

impl<K, V, M, S: BuildHasher> ReadHandle<K, V, M, S> {
    /// The value of `key`, in place. O(1) on average, never blocks.
    ///
    /// For several look-ups, [`enter`](Self::enter) once. As all reads, it sees what an older
    /// [`View`] or [`ReadGuard`] of this handle sees.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new::<String, Vec<u8>>();
    /// writer.insert("a".to_string(), vec![1, 2, 3]).publish();
    /// assert_eq!(reader.get("a").unwrap().len(), 3);
    /// assert!(reader.get("b").is_none());
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
    /// For values that are small or an `Arc`; nothing is held afterwards.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(reader.get_cloned(&1), Some('a'));
    /// ```
    #[inline]
    pub fn get_cloned<Q>(&self, key: &Q) -> Option<V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
        V: Clone,
    {
        self.enter().get(key).cloned()
    }

    /// Clones of the values of several keys, all from one state. O(N) on average, never blocks.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend([(1, 'a'), (2, 'b')]);
    /// writer.publish();
    /// assert_eq!(reader.get_many_cloned([&2, &3]), [Some('b'), None]);
    /// ```
    #[inline]
    pub fn get_many_cloned<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<V>; N]
    where
        Q: ?Sized + Hash + Equivalent<K>,
        V: Clone,
    {
        self.enter().get_many(keys).map(|value| value.cloned())
    }

    /// Whether `key` is there. O(1) on average, never blocks.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// assert!(reader.contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        self.enter().contains_key(key)
    }
}

/// A clone is a reader of its own: it may be moved to another thread, and its views are independent
/// of this handle's. Never waits for the writer or a reader.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// let view = reader.enter();
/// writer.insert(1, 'a').publish();
/// assert_eq!(reader.clone().get_cloned(&1), Some('a'));
/// assert!(view.is_empty());
/// ```
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

/// Makes [`ReadHandle`]s on any thread; `Sync`, so that it can stand in a `static` or an `Arc`.
///
/// Making a handle registers a reader: keep the handle for as long as the thread reads.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// let factory = reader.factory();
/// writer.insert(1, 'a').publish();
/// assert_eq!(factory.handle().get_cloned(&1), Some('a'));
/// ```
pub struct ReadHandleFactory<K, V, M = (), S = DefaultHashBuilder> {
    inner: left_right::ReadHandleFactory<Snapshot<K, V, M, S>, left_right::Owned>,
}

impl<K, V, M, S> ReadHandleFactory<K, V, M, S> {
    /// A new handle. Never waits for the writer or a reader.
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::new::<u32, u32>();
    /// assert!(reader.factory().handle().is_empty());
    /// ```
    pub fn handle(&self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.handle())
    }
}

impl<K, V, M, S> Clone for ReadHandleFactory<K, V, M, S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

impl<K, V, M, S> fmt::Debug for ReadHandleFactory<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandleFactory").finish_non_exhaustive()
    }
}
