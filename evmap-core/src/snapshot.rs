//! One state of the map, and everything that can be read from it.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::Index;

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

use crate::iter::{IntoIter, Iter, Keys, Values};
use crate::table::Table;

/// One state of the map: entries and metadata that belong together.
///
/// Readers borrow one through a [`View`](crate::View), the writer through
/// [`unpublished`](crate::WriteHandle::unpublished). Nothing in a snapshot changes while it is
/// borrowed, and each look-up costs what it costs in a plain `HashMap`. No method blocks.
///
/// Look-ups take any type that is [`Equivalent`] to the key: `&str` for `String`, and so on.
///
/// A clone is a map of its own that no publish changes and that keeps no writer waiting: take one
/// to hold on to a state for long. It costs O(capacity) and clones every key and value.
///
/// ```
/// let mut writer = evmap_core::WriteHandle::from([(1, 'a')]);
/// let snapshot = writer.published().clone();
/// writer.clear().publish();
/// assert_eq!((snapshot.len(), writer.published().len()), (1, 0));
/// ```
pub struct Snapshot<K, V, M = (), S = DefaultHashBuilder> {
    pub(crate) table: Table<K, V, S>,
    pub(crate) meta: M,
}

/// For `evmap-multi`, which keeps bags in the same table.
#[doc(hidden)]
impl<K, V, M, S> Snapshot<K, V, M, S> {
    pub fn new(table: Table<K, V, S>, meta: M) -> Self {
        Self { table, meta }
    }

    #[inline]
    pub fn table(&self) -> &Table<K, V, S> {
        &self.table
    }

    #[inline]
    pub fn table_mut(&mut self) -> &mut Table<K, V, S> {
        &mut self.table
    }

    pub fn set_meta(&mut self, meta: M) {
        self.meta = meta;
    }
}

impl<K, V, M, S> Snapshot<K, V, M, S> {
    /// How many keys there are. O(1).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).published().len(), 1);
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.table.entries().len()
    }

    /// Whether there are no keys. O(1).
    ///
    /// ```
    /// assert!(!evmap_core::WriteHandle::from([(1, 'a')]).published().is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.table.entries().is_empty()
    }

    /// How many keys this copy can hold before it grows. O(1).
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::Builder::new().capacity(100).build::<u32, u32>();
    /// assert!(reader.enter().capacity() >= 100);
    /// ```
    #[inline]
    pub fn capacity(&self) -> usize {
        self.table.entries().capacity()
    }

    /// How many bytes the table of this copy, one of two, takes, without what keys and values own
    /// outside it. O(1).
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::Builder::new().capacity(1_000).build::<u64, u64>();
    /// assert!(reader.enter().allocation_size() >= 16_000);
    /// ```
    #[inline]
    pub fn allocation_size(&self) -> usize {
        self.table.entries().allocation_size()
    }

    /// The metadata that was published together with the entries. O(1).
    ///
    /// ```
    /// let (_writer, reader) = evmap_core::with_meta::<u32, u32, _>("first");
    /// assert_eq!(*reader.enter().meta(), "first");
    /// ```
    #[inline]
    pub fn meta(&self) -> &M {
        &self.meta
    }

    /// The hasher that places the keys. O(1).
    ///
    /// ```
    /// use std::hash::BuildHasher;
    /// let writer = evmap_core::WriteHandle::<u32, u32>::default();
    /// let hash = || writer.published().hasher().hash_one(7);
    /// assert_eq!(hash(), hash());
    /// ```
    #[inline]
    pub fn hasher(&self) -> &S {
        self.table.hasher()
    }

    /// The entries, in no particular order. O(capacity) for a full pass.
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).published().iter().eq([(&1, &'a')]));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(self.table.entries().iter())
    }

    /// The keys, in no particular order. O(capacity) for a full pass.
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).published().keys().eq(&[1]));
    /// ```
    #[inline]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys::new(self.table.entries().iter())
    }

    /// The values, in no particular order. O(capacity) for a full pass.
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).published().values().eq(&['a']));
    /// ```
    #[inline]
    pub fn values(&self) -> Values<'_, K, V> {
        Values::new(self.table.entries().iter())
    }
}

impl<K, V, M, S: BuildHasher> Snapshot<K, V, M, S> {
    /// The value of `key`. O(1) on average.
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).published().get(&1), Some(&'a'));
    /// ```
    #[inline]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<&V> {
        self.table.get(key)
    }

    /// The key that the map holds for `key`, and its value. O(1) on average.
    ///
    /// ```
    /// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.published().get_key_value(&1), Some((&1, &'a')));
    /// ```
    #[inline]
    pub fn get_key_value<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<(&K, &V)> {
        self.table.get_key_value(key)
    }

    /// The values of several keys, in the order of the keys. O(N) on average.
    ///
    /// All keys are hashed before the first is looked up, so that the processor fetches the entries
    /// of a large map side by side.
    ///
    /// ```
    /// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.published().get_many([&1, &2]), [Some(&'a'), None]);
    /// ```
    #[inline]
    pub fn get_many<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<&V>; N]
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        let mut values = [None; N];
        if !self.is_empty() {
            let mut hashes = [0; N];
            for (hash, key) in hashes.iter_mut().zip(keys) {
                *hash = self.hasher().hash_one(key);
            }
            for i in 0..N {
                if let Some((_, value)) = self.table.find(hashes[i], keys[i]) {
                    values[i] = Some(value);
                }
            }
        }
        values
    }

    /// Whether `key` is there. O(1) on average.
    ///
    /// ```
    /// assert!(evmap_core::WriteHandle::from([(1, 'a')]).published().contains_key(&1));
    /// ```
    #[inline]
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.table.contains_key(key)
    }
}

impl<K: Clone, V: Clone, M: Clone, S: Clone> Clone for Snapshot<K, V, M, S> {
    fn clone(&self) -> Self {
        Self {
            table: self.table.clone(),
            meta: self.meta.clone(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, M, S> fmt::Debug for Snapshot<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `snapshot[&key]` panics if the key is not there.
impl<K, V, M, S, Q> Index<&Q> for Snapshot<K, V, M, S>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    type Output = V;

    #[inline]
    #[track_caller]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<'a, K, V, M, S> IntoIterator for &'a Snapshot<K, V, M, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    #[inline]
    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

/// Moves the entries out; the metadata goes.
///
/// ```
/// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
/// assert!(writer.published().clone().into_iter().eq([(1, 'a')]));
/// ```
impl<K, V, M, S> IntoIterator for Snapshot<K, V, M, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter::new(self.table.into_entries().into_iter())
    }
}

/// Equal metadata and equal values under the same keys. O(n) on average.
impl<K, V, M, S, T> PartialEq<Snapshot<K, V, M, T>> for Snapshot<K, V, M, S>
where
    K: Eq + Hash,
    V: PartialEq,
    M: PartialEq,
    T: BuildHasher,
{
    fn eq(&self, other: &Snapshot<K, V, M, T>) -> bool {
        self.meta == other.meta
            && self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Eq + Hash, V: Eq, M: Eq, S: BuildHasher> Eq for Snapshot<K, V, M, S> {}
