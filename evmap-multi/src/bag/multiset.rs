//! Many values: a hash table of the distinct ones with their counts.
//!
//! A table of values, not of places in a vector beside it: iterating takes a little longer than over
//! a vector, but to remove a value touches two cache lines, not five.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU64;
use std::{iter, mem};

use equivalent::Equivalent;
use hashbrown::HashTable;
use hashbrown::hash_table::{self, Entry};

#[derive(Clone)]
pub(super) struct Multiset<V, S> {
    entries: HashTable<Counted<V>>,
    /// The sum of all counts.
    len: usize,
    hasher: S,
}

/// A value and how often it is there, which is at least once.
#[derive(Clone)]
pub(super) struct Counted<V> {
    pub(super) value: V,
    pub(super) times: usize,
}

impl<V, S> Multiset<V, S> {
    pub(super) const ENTRY_SIZE: usize = mem::size_of::<Counted<V>>();

    pub(super) fn new(hasher: S) -> Self {
        Self {
            entries: HashTable::new(),
            len: 0,
            hasher,
        }
    }

    #[inline]
    pub(super) fn entries(&self) -> hash_table::Iter<'_, Counted<V>> {
        self.entries.iter()
    }

    /// The first of `entries`. Out of line, so that the look-up of a single value stays short.
    #[cold]
    pub(super) fn first(&self) -> Option<&V> {
        self.entries.iter().next().map(|entry| &entry.value)
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.entries.clear();
    }

    /// All values, each as often as it is there.
    pub(super) fn into_values(self) -> Vec<V>
    where
        V: Clone,
    {
        let mut values = Vec::with_capacity(self.len);
        for entry in self.entries {
            values.extend(iter::repeat_n(entry.value, entry.times));
        }
        values
    }
}

impl<V, S: BuildHasher> Multiset<V, S> {
    #[inline]
    pub(super) fn hash<Q: ?Sized + Hash>(&self, value: &Q) -> u64 {
        self.hasher.hash_one(value)
    }

    /// How often `value` is there.
    #[inline]
    pub(super) fn count<Q: ?Sized + Hash + Equivalent<V>>(&self, value: &Q) -> usize {
        let matches = |entry: &Counted<V>| value.equivalent(&entry.value);
        match self.entries.find(self.hash(value), matches) {
            Some(entry) => entry.times,
            None => 0,
        }
    }
}

impl<V: Eq + Hash, S: BuildHasher> Multiset<V, S> {
    #[inline]
    pub(super) fn insert(&mut self, hash: u64, value: Cow<'_, V>)
    where
        V: Clone,
    {
        let Self {
            entries, hasher, ..
        } = self;
        let matches = |entry: &Counted<V>| entry.value == *value;
        match entries.entry(hash, matches, |entry| hasher.hash_one(&entry.value)) {
            Entry::Occupied(mut entry) => entry.get_mut().times += 1,
            Entry::Vacant(entry) => {
                let value = value.into_owned();
                entry.insert(Counted { value, times: 1 });
            }
        }
        self.len += 1;
    }

    /// Removes one of the values that are equal to `value`, if there is one.
    #[inline]
    pub(super) fn remove(&mut self, hash: u64, value: &V) {
        let matches = |entry: &Counted<V>| entry.value == *value;
        if let Ok(mut entry) = self.entries.find_entry(hash, matches) {
            self.len -= 1;
            match entry.get_mut() {
                Counted { times: 1, .. } => drop(entry.remove()),
                Counted { times, .. } => *times -= 1,
            }
        }
    }

    /// Makes room for `additional` more distinct values, or does not if there is no memory.
    pub(super) fn reserve(&mut self, additional: usize) {
        let Self {
            entries, hasher, ..
        } = self;
        drop(entries.try_reserve(additional, |entry| hasher.hash_one(&entry.value)));
    }

    pub(super) fn shrink_to_fit(&mut self) {
        let Self {
            entries, hasher, ..
        } = self;
        entries.shrink_to_fit(|entry| hasher.hash_one(&entry.value));
    }

    /// A copy of the counts, to tick values off.
    pub(super) fn tally(&self) -> Tally<'_, V, S> {
        let mut left = vec![0; self.entries.num_buckets()];
        for bucket in self.entries.iter_buckets() {
            if let Some(entry) = self.entries.get_bucket(bucket) {
                left[bucket] = entry.times;
            }
        }
        Tally { values: self, left }
    }
}

/// How often each value is still to come.
pub(super) struct Tally<'a, V, S> {
    values: &'a Multiset<V, S>,
    /// By bucket.
    left: Vec<usize>,
}

impl<V: Eq + Hash, S: BuildHasher> Tally<'_, V, S> {
    /// Ticks off one `value`; says whether there was one left.
    pub(super) fn tick_off(&mut self, value: &V) -> bool {
        let Multiset { entries, .. } = self.values;
        let hash = self.values.hash(value);
        match entries.find_bucket_index(hash, |entry| entry.value == *value) {
            Some(bucket) if self.left[bucket] > 0 => {
                self.left[bucket] -= 1;
                true
            }
            _ => false,
        }
    }
}

/// The hash of a value that is on its way into or out of a bag: computed when a hashed bag first
/// needs it, and then kept for the same bag in the other copy.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ValueHash(Option<NonZeroU64>);

impl ValueHash {
    #[inline]
    pub(super) fn get(&mut self, compute: impl FnOnce() -> u64) -> u64 {
        match self.0 {
            Some(hash) => hash.get(),
            None => {
                let hash = compute();
                // A hash of zero is computed again.
                self.0 = NonZeroU64::new(hash);
                hash
            }
        }
    }
}
