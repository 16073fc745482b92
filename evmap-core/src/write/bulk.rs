//! Many entries at once: `Extend`, `FromIterator` and conversions from other maps.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::builder::{Builder, handles};
use crate::snapshot::Snapshot;
use crate::write::{WriteHandle, logged_insert};

/// Inserts every pair; readers see them after the next publish, all at once. Never waits.
///
/// [`reserve`](WriteHandle::reserve) before a large load, or [build the map](Builder::build_from)
/// from the entries. If the iterator or the `Hash` of a key panics, what came before is logged:
/// this is the one call that may log a part of what it was given.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.reserve(1_000).extend((0..1_000).map(|n| (n, n)));
/// writer.publish();
/// assert_eq!(reader.len(), 1_000);
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
        let hasher = &self.hasher;
        self.inner.extend(
            entries
                .into_iter()
                .map(|(key, value)| logged_insert(hasher, key, value)),
        );
    }
}

/// Inserts a copy of every pair, as [`HashMap`](collections::HashMap) does.
///
/// ```
/// use std::collections::HashMap;
///
/// let (mut writer, reader) = evmap_core::new();
/// writer.extend(&HashMap::from([(1, 'a')]));
/// writer.publish();
/// assert_eq!(reader.get_cloned(&1), Some('a'));
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

/// An empty map, not published yet; readers come from [`reader`](WriteHandle::reader).
///
/// ```
/// let mut writer = evmap_core::WriteHandle::<u32, char>::default();
/// let reader = writer.reader();
/// writer.insert(1, 'a').publish();
/// assert_eq!(reader.get_cloned(&1), Some('a'));
/// ```
impl<K, V, M, S> Default for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn default() -> Self {
        Builder::<M, S>::default().build().0
    }
}

/// A map with these entries, published as version 1; readers come from
/// [`reader`](WriteHandle::reader).
///
/// As fast as [`Builder::build_from`], which also takes a capacity, a hasher and metadata.
///
/// ```
/// let writer: evmap_core::WriteHandle<_, _> = (0..3).map(|n| (n, n * n)).collect();
/// assert_eq!(writer.reader().get_cloned(&2), Some(4));
/// ```
impl<K, V, M, S> FromIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Builder::<M, S>::default().build_from(entries).0
    }
}

/// A map with these entries, published as version 1.
///
/// ```
/// let writer = evmap_core::WriteHandle::from([("a", 1), ("b", 2)]);
/// assert_eq!(writer.published()["b"], 2);
/// ```
impl<K, V, const N: usize> From<[(K, V); N]> for WriteHandle<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
{
    fn from(entries: [(K, V); N]) -> Self {
        Builder::new().build_from(entries).0
    }
}

/// A map with the entries and the hasher of a `HashMap`, published as version 1. O(n).
///
/// ```
/// use std::collections::HashMap;
///
/// let writer = evmap_core::WriteHandle::from(HashMap::from([("a", 1)]));
/// assert_eq!(writer.published()["a"], 1);
/// ```
impl<K, V, S> From<collections::HashMap<K, V, S>> for WriteHandle<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(map: collections::HashMap<K, V, S>) -> Self {
        Builder::new()
            .hasher(map.hasher().clone())
            .build_from(map)
            .0
    }
}

/// A map with the entries and the hasher of a `hashbrown::HashMap`, published as version 1. O(n).
///
/// ```
/// let map = hashbrown::HashMap::<_, _>::from_iter([("a", 1)]);
/// let writer = evmap_core::WriteHandle::from(map);
/// assert_eq!(writer.published()["a"], 1);
/// ```
impl<K, V, S> From<hashbrown::HashMap<K, V, S>> for WriteHandle<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(map: hashbrown::HashMap<K, V, S>) -> Self {
        Builder::new()
            .hasher(map.hasher().clone())
            .build_from(map)
            .0
    }
}

/// A map that starts as this snapshot, metadata and hasher included, published as version 1.
/// O(capacity): the snapshot becomes the one copy, its clone the other.
///
/// To start over from what the readers of a poisoned or dropped writer still have.
///
/// ```
/// use evmap_core::WriteHandle;
///
/// let (mut writer, reader) = evmap_core::with_meta("first");
/// writer.insert(1, 'a').publish();
/// drop(writer);
///
/// let mut second = WriteHandle::from(reader.enter().clone());
/// second.insert(2, 'b').publish();
/// assert_eq!(second.published().len(), 2);
/// assert_eq!(*second.published().meta(), "first");
/// ```
impl<K, V, M, S> From<Snapshot<K, V, M, S>> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(snapshot: Snapshot<K, V, M, S>) -> Self {
        let (mut writer, _) = handles(snapshot);
        writer.publish();
        writer
    }
}
