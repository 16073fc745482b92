//! Random eviction.

use std::hash::{BuildHasher, Hash};

use hashbrown::{HashSet, HashTable};

use crate::bag::Bag;
use crate::operation::{Logged, OfKey};
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Removes `n` random keys, or all if there are fewer, and returns them with clones of their
    /// bags, in random order. O(n) on average; O(capacity) if the table is nearly empty or `n` is a
    /// large part of it. Waits as [`view`](Self::view).
    ///
    /// `below(bound)` returns a random number that is less than `bound`, whatever the generator:
    /// `|bound| rng.random_range(..bound)` with `rand`. All keys are equally likely if its
    /// numbers are. A seeded generator makes the same choice again in a map with the same hasher
    /// and history.
    ///
    /// # Panics
    ///
    /// As [`view`](Self::view), and if `below` does or returns what is not below its bound; nothing
    /// is logged then and the handle is not poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.extend((0..100).map(|n| (n, n)));
    /// let mut rng = fastrand::Rng::with_seed(7);
    /// let evicted = writer.empty_random(|bound| rng.usize(..bound), 10);
    /// assert_eq!(evicted.len(), 10);
    ///
    /// writer.publish();
    /// assert_eq!(reader.len(), 90);
    /// for (key, bag) in evicted {
    ///     assert_eq!(bag, [key]);
    ///     assert!(!reader.contains_key(&key));
    /// }
    /// ```
    #[track_caller]
    pub fn empty_random(
        &mut self,
        below: impl FnMut(usize) -> usize,
        n: usize,
    ) -> Vec<(K, Bag<V, S>)> {
        let entries = self.inner.view().table().entries();
        let evicted: Vec<(K, Bag<V, S>)> = sample(entries, below, n)
            .into_iter()
            .filter_map(|bucket| entries.get_bucket(bucket).cloned())
            .collect();
        let hasher = &self.hasher;
        let removals: Vec<_> = evicted
            .iter()
            .map(|(key, _)| Logged::Key {
                change: OfKey::Remove,
                hash: hasher.hash_one(key),
                key: key.clone(),
            })
            .collect();
        self.inner.extend(removals);
        evicted
    }
}

/// `n` different full buckets of the table, or all if there are fewer, each choice equally likely.
fn sample<T>(table: &HashTable<T>, mut below: impl FnMut(usize) -> usize, n: usize) -> Vec<usize> {
    let mut below = |bound: usize| {
        let number = below(bound);
        assert!(number < bound, "{number} is not below {bound}");
        number
    };
    let n = n.min(table.len());
    let buckets = table.num_buckets();
    let mut chosen = Vec::with_capacity(n);
    // Throwing darts hits a full bucket soon if many are full and few were hit before. The number
    // of darts is limited for generators that always aim at the same spot.
    if n <= table.len() / 4 && table.len() >= buckets / 16 {
        let mut hit = HashSet::with_capacity(n);
        for _ in 0..64 * n {
            if chosen.len() == n {
                return chosen;
            }
            let bucket = below(buckets);
            if table.get_bucket(bucket).is_some() && hit.insert(bucket) {
                chosen.push(bucket);
            }
        }
        chosen.clear();
    }
    // The first steps of a shuffle.
    let mut all: Vec<usize> = table.iter_buckets().collect();
    for place in 0..n {
        let other = place + below(all.len() - place);
        all.swap(place, other);
    }
    all.truncate(n);
    all
}
