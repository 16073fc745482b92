//! Many pairs at once: `Extend`, `FromIterator` and conversions from other maps.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::builder::{Builder, handles};
use crate::snapshot::Snapshot;
use crate::write::{WriteHandle, logged_insert};

/// Inserts every pair; readers see them after the next publish, all at once. Never waits.
///
/// [`reserve_keys`](WriteHandle::reserve_keys) before a large load, or [build the
/// map](Builder::build_from) from the pairs. If the iterator panics, what it yielded before is
/// logged.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.reserve_keys(1_000).extend((0..1_000).map(|n| (n, n)));
/// writer.publish();
/// assert_eq!(reader.len(), 1_000);
/// ```
impl<K, V, M, S> Extend<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        let hasher = &self.hasher;
        self.inner.extend(
            pairs
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
/// let (mut writer, reader) = evmap_multi::new();
/// writer.extend(&HashMap::from([(1, 'a')]));
/// writer.publish();
/// assert_eq!(reader.get_one_cloned(&1), Some('a'));
/// ```
impl<'a, K, V, M, S> Extend<(&'a K, &'a V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Copy,
    V: Eq + Hash + Copy,
    M: Clone,
    S: BuildHasher + Clone,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.extend(pairs.into_iter().map(|(key, value)| (*key, *value)));
    }
}

/// An empty map, not published yet; readers come from [`reader`](WriteHandle::reader).
///
/// ```
/// let mut writer = evmap_multi::WriteHandle::<u32, char>::default();
/// let reader = writer.reader();
/// writer.insert(1, 'a').publish();
/// assert_eq!(reader.get_one_cloned(&1), Some('a'));
/// ```
impl<K, V, M, S> Default for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn default() -> Self {
        Builder::<M, S>::default().build().0
    }
}

/// A map with these pairs, published as version 1; readers come from
/// [`reader`](WriteHandle::reader).
///
/// As fast as [`Builder::build_from`], which also takes a capacity, a hasher and metadata.
///
/// ```
/// let writer: evmap_multi::WriteHandle<_, _> = (0..3).map(|n| (n, n * n)).collect();
/// assert_eq!(writer.reader().get_one_cloned(&2), Some(4));
/// ```
impl<K, V, M, S> FromIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Builder::<M, S>::default().build_from(pairs).0
    }
}

/// A map with these pairs, published as version 1.
///
/// ```
/// let writer = evmap_multi::WriteHandle::from([("a", 1), ("b", 2)]);
/// assert_eq!(writer.published()["b"], [2]);
/// ```
impl<K, V, const N: usize> From<[(K, V); N]> for WriteHandle<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
{
    fn from(pairs: [(K, V); N]) -> Self {
        Builder::new().build_from(pairs).0
    }
}

/// A map that starts as this snapshot, metadata and hasher included, published as version 1.
/// O(capacity): the snapshot becomes the one copy, its clone the other.
///
/// To start over from what the readers of a poisoned or dropped writer still have.
///
/// ```
/// use evmap_multi::WriteHandle;
///
/// let (mut writer, reader) = evmap_multi::with_meta("first");
/// writer.insert(1, 'a').publish();
/// drop(writer);
///
/// let mut second = WriteHandle::from(reader.enter().clone());
/// second.insert(1, 'b').publish();
/// assert_eq!(second.published()[&1], ['a', 'b']);
/// assert_eq!(*second.published().meta(), "first");
/// ```
impl<K, V, M, S> From<Snapshot<K, V, M, S>> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(snapshot: Snapshot<K, V, M, S>) -> Self {
        let (mut writer, _) = handles(snapshot);
        writer.publish();
        writer
    }
}

/// A map with the keys, values and hasher of a `HashMap` of vectors, published as version 1. O(n).
///
/// A key whose vector is empty gets an empty bag.
///
/// ```
/// use std::collections::HashMap;
///
/// let writer = evmap_multi::WriteHandle::from(HashMap::from([("a", vec![1, 2]), ("b", vec![])]));
/// assert_eq!(writer.published()["a"], [1, 2]);
/// assert!(writer.published()["b"].is_empty());
/// ```
impl<K, V, S> From<collections::HashMap<K, Vec<V>, S>> for WriteHandle<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(map: collections::HashMap<K, Vec<V>, S>) -> Self {
        let hasher = map.hasher().clone();
        from_vectors(hasher, map)
    }
}

/// A map with the keys, values and hasher of a `hashbrown::HashMap` of vectors, published as
/// version 1. O(n).
///
/// ```
/// let map = hashbrown::HashMap::<_, _>::from_iter([("a", vec![1, 2])]);
/// let writer = evmap_multi::WriteHandle::from(map);
/// assert_eq!(writer.published()["a"], [1, 2]);
/// ```
impl<K, V, S> From<hashbrown::HashMap<K, Vec<V>, S>> for WriteHandle<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(map: hashbrown::HashMap<K, Vec<V>, S>) -> Self {
        let hasher = map.hasher().clone();
        from_vectors(hasher, map)
    }
}

fn from_vectors<K, V, S>(
    hasher: S,
    map: impl IntoIterator<Item = (K, Vec<V>)>,
) -> WriteHandle<K, V, (), S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    S: BuildHasher + Clone + Send,
{
    let builder = Builder::new().hasher(hasher);
    builder.build_from_bags(map).0
}
