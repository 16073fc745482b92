//! Making a map: empty, or filled before anyone has a handle.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use hashbrown::DefaultHashBuilder;
use left_right::Publishing;

use crate::base::builder::Settings;
use crate::base::error::sound;
use crate::error::CapacityError;
use crate::read::ReadHandle;
use crate::snapshot::Snapshot;
use crate::write::{Inner, WriteHandle};

/// The two handles that a map starts with.
///
/// ```
/// let (mut writer, reader): evmap_core::Handles<u32, char> = evmap_core::new();
/// writer.insert(1, 'a').publish();
/// assert_eq!(reader.len(), 1);
/// ```
pub type Handles<K, V, M = (), S = DefaultHashBuilder> =
    (WriteHandle<K, V, M, S>, ReadHandle<K, V, M, S>);

/// An empty map with the default hasher and no metadata.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert("a", 1).publish();
/// assert!(reader.contains_key("a"));
/// ```
pub fn new<K, V>() -> Handles<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
{
    Builder::new().build()
}

/// An empty map with metadata that is published together with the entries.
///
/// ```
/// let (_writer, reader) = evmap_core::with_meta::<u32, u32, _>(20_240_101);
/// assert_eq!(*reader.meta(), 20_240_101);
/// ```
pub fn with_meta<K, V, M>(meta: M) -> Handles<K, V, M>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send,
{
    Builder::new().meta(meta).build()
}

/// An empty map with a hasher of one's own, for example SipHash: see [what the default
/// costs](crate#what-it-costs).
///
/// ```
/// let sip = std::collections::hash_map::RandomState::new();
/// let (mut writer, _) = evmap_core::with_hasher(sip);
/// assert_eq!(writer.insert("a", 1).unpublished().len(), 1);
/// ```
pub fn with_hasher<K, V, S>(hasher: S) -> Handles<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    Builder::new().hasher(hasher).build()
}

/// Makes a map with a capacity, a hasher and metadata.
///
/// Keys and values must be `Send` since the last reader, on whatever thread, may be the one to drop
/// them.
///
/// ```
/// let builder = evmap_core::Builder::new().capacity(1_000).meta("first");
/// assert_eq!(*builder.build::<String, u32>().1.meta(), "first");
/// ```
#[derive(Clone, Default)]
pub struct Builder<M = (), S = DefaultHashBuilder> {
    pub(crate) settings: Settings<M, S>,
}

impl Builder {
    /// A builder of maps with no capacity, the default hasher and no metadata.
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::Builder::new().build::<u32, u32>();
    /// assert_eq!(reader.enter().capacity(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }
}

impl<M, S> Builder<M, S> {
    /// Reserves room for this many keys, in both copies, before the first is inserted.
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::Builder::new().capacity(100).build::<u32, u32>();
    /// assert!(reader.enter().capacity() >= 100);
    /// ```
    pub fn capacity(mut self, entries: usize) -> Self {
        self.settings.capacity = entries;
        self
    }

    /// Hashes with `hasher`.
    ///
    /// A clone of it must hash as it does; if it does not, look-ups may miss keys that are there.
    ///
    /// ```
    /// let sip = std::collections::hash_map::RandomState::new();
    /// assert!(evmap_core::Builder::new().hasher(sip).build::<u32, u32>().1.is_empty());
    /// ```
    pub fn hasher<T>(self, hasher: T) -> Builder<M, T> {
        let settings = self.settings.with(|meta, _| (meta, hasher));
        Builder { settings }
    }

    /// Starts with `meta` as metadata.
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::Builder::new().meta("boot").build::<u32, u32>();
    /// assert_eq!(*reader.meta(), "boot");
    /// ```
    pub fn meta<T>(self, meta: T) -> Builder<T, S> {
        let settings = self.settings.with(|_, hasher| (meta, hasher));
        Builder { settings }
    }

    /// When the writes of a [`SharedMap`](crate::SharedMap) become visible: before they return, by
    /// default. Only [`build_shared`](Self::build_shared) heeds it.
    ///
    /// ```
    /// let manual = evmap_core::Publishing::Manual;
    /// let map = evmap_core::Builder::new().publishing(manual).build_shared::<u32, u32>();
    /// assert_eq!(map.publishing(), manual);
    /// ```
    pub fn publishing(mut self, publishing: Publishing) -> Self {
        self.settings.publishing = publishing;
        self
    }

    /// For how long a write to a [`SharedMap`](crate::SharedMap) waits for readers of the older
    /// copy, before it leaves that to them and clones the map: a second, by default. Only
    /// [`build_shared`](Self::build_shared) heeds it.
    ///
    /// ```
    /// let never = std::time::Duration::ZERO;
    /// let map = evmap_core::Builder::new().reader_timeout(never).build_shared::<u32, u32>();
    /// assert_eq!(map.reader_timeout(), never);
    /// ```
    pub fn reader_timeout(mut self, reader_timeout: Duration) -> Self {
        self.settings.reader_timeout = Some(reader_timeout);
        self
    }
}

impl<M: Clone + Send, S: BuildHasher + Clone + Send> Builder<M, S> {
    /// Makes the map, empty and not published yet. O(capacity). Panics if the capacity cannot be
    /// had.
    ///
    /// ```
    /// assert!(!evmap_core::Builder::new().capacity(10).build::<u32, u32>().1.is_published());
    /// ```
    #[track_caller]
    pub fn build<K, V>(self) -> Handles<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send,
        V: Clone + Send,
    {
        sound(self.try_build())
    }

    /// [`build`](Self::build) that returns [`CapacityError`] if a table of that capacity would be
    /// larger than the address space, or if the allocator has no room for two of them.
    ///
    /// ```
    /// let builder = evmap_core::Builder::new().capacity(usize::MAX / 2);
    /// assert!(builder.try_build::<u64, u64>().is_err());
    /// ```
    pub fn try_build<K, V>(self) -> Result<Handles<K, V, M, S>, CapacityError>
    where
        K: Eq + Hash + Clone + Send,
        V: Clone + Send,
    {
        let (table, meta) = self.settings.table()?;
        let snapshot = Snapshot::new(table, meta);
        let hasher = snapshot.hasher().clone();
        let (inner, reader) = Inner::pair(snapshot, hasher);
        Ok((WriteHandle { inner }, ReadHandle::new(reader)))
    }

    /// Makes the map with these entries, published as version 1. O(n).
    ///
    /// The fastest way to a filled map: one table is filled before there are handles, and then
    /// cloned, without a log. Of equal keys the first stays, with the last value, as in a
    /// `HashMap`. Panics if the capacity that was asked for, or that the iterator announces, cannot
    /// be had.
    ///
    /// ```
    /// let (writer, reader) = evmap_core::Builder::new().build_from([(1, 'a'), (2, 'b')]);
    /// assert_eq!((writer.version(), reader.get_cloned(&2)), (1, Some('b')));
    /// ```
    #[track_caller]
    pub fn build_from<K, V>(self, entries: impl IntoIterator<Item = (K, V)>) -> Handles<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send,
        V: Clone + Send,
    {
        let entries = entries.into_iter();
        let (mut table, meta) = self.settings.table_to_fill(entries.size_hint().0);
        for (key, value) in entries {
            let hash = table.hasher().hash_one(&key);
            table.insert(hash, key, value);
        }
        let writer = WriteHandle::from(Snapshot::new(table, meta));
        let reader = writer.reader();
        (writer, reader)
    }
}

impl<M: fmt::Debug, S> fmt::Debug for Builder<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}
