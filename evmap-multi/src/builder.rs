//! Making a map: empty, or filled before anyone has a handle.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};
use std::iter;
use std::time::Duration;

use hashbrown::DefaultHashBuilder;

use crate::bag::{Bag, ValueHash};
use crate::read::ReadHandle;
use crate::shared::SharedMap;
use crate::snapshot::Snapshot;
use crate::write::WriteHandle;
use evmap_core::CapacityError;
use evmap_core::table::Table;
use left_right::Publishing;

/// The two handles that a map starts with.
///
/// ```
/// let (mut writer, reader): evmap_multi::Handles<u32, char> = evmap_multi::new();
/// writer.insert(1, 'a').publish();
/// assert_eq!(reader.get_one_cloned(&1), Some('a'));
/// ```
pub type Handles<K, V, M = (), S = DefaultHashBuilder> =
    (WriteHandle<K, V, M, S>, ReadHandle<K, V, M, S>);

/// An empty map with the default hasher and no metadata.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.insert("a", 1).publish();
/// assert_eq!(reader.get_one_cloned("a"), Some(1));
/// ```
pub fn new<K, V>() -> Handles<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
{
    Builder::new().build()
}

/// An empty map with metadata that is published together with the entries.
///
/// ```
/// let (mut writer, reader) = evmap_multi::with_meta::<u32, u32, u64>(0);
/// writer.insert(1, 1).set_meta(20_240_101).publish();
/// assert_eq!(*reader.meta(), 20_240_101);
/// ```
pub fn with_meta<K, V, M>(meta: M) -> Handles<K, V, M>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send,
{
    Builder::new().meta(meta).build()
}

/// An empty map with a hasher of one's own. Any `BuildHasher` that is `Clone` will do.
///
/// The default is hashbrown's: fast, and seeded at random, but not made to withstand somebody who
/// chooses keys or values so that they collide (HashDoS). For those that come from outside take the
/// SipHash of the standard library's `HashMap`, which is what the example does.
///
/// ```
/// use std::collections::hash_map::RandomState;
///
/// let (mut writer, reader) = evmap_multi::with_hasher::<u32, u32, _>(RandomState::new());
/// writer.insert(1, 1).publish();
/// assert_eq!(reader.len(), 1);
/// ```
pub fn with_hasher<K, V, S>(hasher: S) -> Handles<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    S: BuildHasher + Clone + Send,
{
    Builder::new().hasher(hasher).build()
}

/// Makes a map with a capacity, a hasher and metadata.
///
/// The bounds on `build` and its relatives are those of the whole map. Keys and values must be
/// `Send` since the last reader, on whatever thread, may be the one to drop them.
///
/// ```
/// use std::collections::hash_map::RandomState;
/// use evmap_multi::Builder;
///
/// let (mut writer, reader) = Builder::new()
///     .capacity(1_000)
///     .hasher(RandomState::new())
///     .meta("first")
///     .build::<String, u32>();
/// writer.insert("a".to_string(), 1).publish();
/// assert_eq!(reader.get_one_cloned("a"), Some(1));
/// ```
#[derive(Clone, Default)]
pub struct Builder<M = (), S = DefaultHashBuilder> {
    capacity: usize,
    meta: M,
    hasher: S,
    publishing: Publishing,
    /// `None` for the usual one.
    patience: Option<Duration>,
}

impl Builder {
    /// A builder of maps with no capacity reserved, the default hasher (randomly seeded) and no
    /// metadata.
    ///
    /// ```
    /// let (_writer, reader) = evmap_multi::Builder::new().build::<u32, u32>();
    /// assert_eq!(reader.enter().capacity(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }
}

impl<M, S> Builder<M, S> {
    evmap_core::builder_methods!("evmap_multi");

    /// Makes the map, empty and not published yet. O(capacity).
    ///
    /// # Panics
    ///
    /// Panics if the capacity cannot be had; [`try_build`](Self::try_build) returns an error
    /// instead.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::Builder::new().capacity(10).build();
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(reader.get_one_cloned(&1), Some('a'));
    /// ```
    #[track_caller]
    pub fn build<K, V>(self) -> Handles<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send,
        V: Eq + Hash + Clone + Send,
        M: Clone + Send,
        S: BuildHasher + Clone + Send,
    {
        match self.try_build() {
            Ok(handles) => handles,
            Err(error) => panic!("{error}"),
        }
    }

    /// Makes a map that any number of threads read and write: see [`SharedMap`]. O(capacity).
    ///
    /// For one that is filled, with settings of its own, there is
    /// [`into_shared`](WriteHandle::into_shared) of the writer of [`build_from`](Self::build_from).
    ///
    /// # Panics
    ///
    /// Panics if the capacity cannot be had, or, for [`Publishing::Interval`], if no thread can be
    /// started.
    ///
    /// ```
    /// let map = evmap_multi::Builder::new().capacity(10).meta("first").build_shared();
    /// map.insert(1, 'a');
    /// assert_eq!((map.len(), *map.meta()), (1, "first"));
    /// ```
    #[track_caller]
    pub fn build_shared<K, V>(self) -> SharedMap<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send + Sync + 'static,
        V: Eq + Hash + Clone + Send + Sync + 'static,
        M: Clone + Send + Sync + 'static,
        S: BuildHasher + Clone + Send + Sync + 'static,
    {
        let (publishing, patience) = self.sharing();
        self.build().0.into_shared(publishing, patience)
    }

    /// Makes the map, empty and not published yet, unless its capacity cannot be had. O(capacity).
    ///
    /// # Errors
    ///
    /// [`CapacityError`] if a table of that capacity would be larger than the address space, or if
    /// the allocator has no room for two of them.
    ///
    /// ```
    /// use evmap_multi::{Builder, CapacityError};
    ///
    /// assert!(Builder::new().capacity(0).try_build::<u64, u64>().is_ok());
    /// let error = Builder::new().capacity(usize::MAX / 2).try_build::<u64, u64>().unwrap_err();
    /// assert!(matches!(error, CapacityError::Overflow { .. }));
    /// ```
    pub fn try_build<K, V>(self) -> Result<Handles<K, V, M, S>, CapacityError>
    where
        K: Eq + Hash + Clone + Send,
        V: Eq + Hash + Clone + Send,
        M: Clone + Send,
        S: BuildHasher + Clone + Send,
    {
        let table = Table::with_capacity(self.capacity, self.hasher)?;
        Ok(handles(Snapshot::new(table, self.meta)))
    }

    /// Makes the map with these pairs, published as version 1. O(n).
    ///
    /// The fastest way to a filled map: one table is filled before there are handles, and then
    /// cloned, without a log. Of equal keys the first stays, and gets all values.
    ///
    /// # Panics
    ///
    /// Panics if the capacity that the builder was given cannot be had.
    ///
    /// ```
    /// let (writer, reader) = evmap_multi::Builder::new().build_from([(1, 'a'), (2, 'b'), (1, 'c')]);
    /// assert_eq!(*reader.get(&1).unwrap(), ['a', 'c']);
    /// assert_eq!(writer.version(), 1);
    /// ```
    #[track_caller]
    pub fn build_from<K, V>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Handles<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send,
        V: Eq + Hash + Clone + Send,
        M: Clone + Send,
        S: BuildHasher + Clone + Send,
    {
        let pairs = pairs.into_iter();
        self.build_from_bags(pairs.map(|(key, value)| (key, iter::once(value))))
    }

    /// Makes the map with these keys and all their values, published as version 1. O(n).
    ///
    /// A key without values gets an empty bag; of equal keys the first stays, and gets all values.
    ///
    /// # Panics
    ///
    /// As [`build_from`](Self::build_from).
    ///
    /// ```
    /// let (_writer, reader) = evmap_multi::Builder::new()
    ///     .build_from_bags([("even", vec![2, 4]), ("odd", vec![1, 3]), ("none", vec![])]);
    /// assert_eq!(*reader.get("odd").unwrap(), [3, 1]);
    /// assert!(reader.get("none").unwrap().is_empty());
    /// ```
    #[track_caller]
    pub fn build_from_bags<K, V, B>(
        self,
        bags: impl IntoIterator<Item = (K, B)>,
    ) -> Handles<K, V, M, S>
    where
        K: Eq + Hash + Clone + Send,
        V: Eq + Hash + Clone + Send,
        B: IntoIterator<Item = V>,
        M: Clone + Send,
        S: BuildHasher + Clone + Send,
    {
        let mut table = Table::new(self.hasher);
        if let Err(error) = table.try_reserve(self.capacity) {
            panic!("{error}");
        }
        for (key, values) in bags {
            let hash = table.hasher().hash_one(&key);
            let (entry, hasher) = table.entry(hash, &key);
            let mut entry = entry.or_insert_with(|| (key, Bag::new()));
            let bag = &mut entry.get_mut().1;
            for value in values {
                bag.insert(Cow::Owned(value), &mut ValueHash::default(), hasher);
            }
        }
        let (mut writer, reader) = handles(Snapshot::new(table, self.meta));
        writer.publish();
        (writer, reader)
    }
}

evmap_core::builder_debug!();

pub(crate) fn handles<K, V, M, S>(snapshot: Snapshot<K, V, M, S>) -> Handles<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    let hasher = snapshot.hasher().clone();
    let (writer, reader) = left_right::new_owned(snapshot);
    (WriteHandle::new(writer, hasher), ReadHandle::new(reader))
}
