//! The reader's handle and the factory that makes them on any thread.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

use crate::bag::Bag;
use crate::snapshot::Snapshot;
use crate::view::View;
use left_right::ReadGuard;

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
/// [`View::is_newest`](evmap_core::View::is_newest), [refresh](evmap_core::View::refresh) the view, or read
/// through a clone of the handle.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
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
/// let (mut writer, reader) = evmap_multi::new();
/// writer.insert("primes", 2).insert("primes", 3).publish();
/// let threads: Vec<_> = (0..2)
///     .map(|_| {
///         let reader = reader.clone();
///         thread::spawn(move || reader.contains_value("primes", &3))
///     })
///     .collect();
/// for thread in threads {
///     assert!(thread.join().unwrap());
/// }
/// ```
pub struct ReadHandle<K, V, M = (), S = DefaultHashBuilder> {
    inner: left_right::ReadHandle<Snapshot<K, V, M, S>, left_right::Owned>,
}

impl<K, V, M, S> ReadHandle<K, V, M, S> {
    pub(crate) fn new(
        inner: left_right::ReadHandle<Snapshot<K, V, M, S>, left_right::Owned>,
    ) -> Self {
        Self { inner }
    }

    evmap_core::reader_methods!("evmap_multi");
}

impl<K, V, M, S: BuildHasher> ReadHandle<K, V, M, S> {
    /// The values of `key`, in place. O(1) on average, never blocks.
    ///
    /// For several look-ups, [`enter`](Self::enter) once.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// writer.insert("a".to_string(), 1).insert("a".to_string(), 2).publish();
    /// assert_eq!(reader.get("a").unwrap().len(), 2);
    /// assert!(reader.get("b").is_none());
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
    /// let (mut writer, reader) = evmap_multi::new::<String, u32>();
    /// writer.insert("a".to_string(), 1).publish();
    /// assert_eq!(*reader.get_one("a").unwrap(), 1);
    /// assert!(reader.get_one("b").is_none());
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
    /// For values that are small or an `Arc`; nothing is held afterwards.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').publish();
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

    /// Whether `key` is there, be it with an empty bag. O(1) on average, never blocks.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
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

    /// Whether `key` has `value`. O(1) on average, plus O(n) in a bag of up to 32 values; never
    /// blocks.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<u32, String>();
    /// writer.insert(1, "a".to_string()).publish();
    /// assert!(reader.contains_value(&1, "a"));
    /// assert!(!reader.contains_value(&1, "b"));
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

/// A clone is a reader of its own: it may be moved to another thread, and its views are independent
/// of this handle's. Never waits for the writer or a reader.
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
/// let (mut writer, reader) = evmap_multi::new();
/// let factory = reader.factory();
/// writer.insert(1, 'a').publish();
/// assert_eq!(factory.handle().get_one_cloned(&1), Some('a'));
/// ```
pub struct ReadHandleFactory<K, V, M = (), S = DefaultHashBuilder> {
    inner: left_right::ReadHandleFactory<Snapshot<K, V, M, S>, left_right::Owned>,
}

impl<K, V, M, S> ReadHandleFactory<K, V, M, S> {
    /// A new handle. Never waits for the writer or a reader.
    ///
    /// ```
    /// let (_writer, reader) = evmap_multi::new::<u32, u32>();
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
        self.inner.fmt(f)
    }
}
