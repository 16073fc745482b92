//! The entries: a hash table whose every call takes the key's hash, so that nobody hashes a key
//! twice.
//!
//! Nothing here knows about copies, logs or readers. Public for `evmap-multi`, which keeps bags in
//! it, and for nobody else: it may change in any version.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use equivalent::Equivalent;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::error::CapacityError;

/// Keys with their values, and the hasher that places them.
///
/// A `HashTable` and not a `HashMap`: an operation is hashed when it is logged, and both copies
/// then use that hash. Look-ups cost the same in either.
#[derive(Clone)]
pub struct Table<K, V, S> {
    entries: HashTable<(K, V)>,
    hasher: S,
}

impl<K, V, S> Table<K, V, S> {
    /// An empty table.
    pub fn new(hasher: S) -> Self {
        Self {
            entries: HashTable::new(),
            hasher,
        }
    }

    #[inline]
    pub fn entries(&self) -> &HashTable<(K, V)> {
        &self.entries
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|entry| &mut entry.1)
    }

    /// The entries, to be kept; the hasher goes.
    pub fn into_entries(self) -> HashTable<(K, V)> {
        self.entries
    }

    #[inline]
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    #[inline]
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Asks for the cache lines of the entry of a key that has this hash, to be written soon. Runs
    /// no user code: mostly the first entry that looks like it is the one.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if let Some((_, value)) = self.entries.find(hash, |_| true) {
            left_right::prefetch_write(value);
        }
    }
}

impl<K, V, S: BuildHasher> Table<K, V, S> {
    // The look-ups have one shape and do not call each other: through an `Option<&(K, V)>` in between,
    // the compiler makes a look-up that takes a sixth longer. An empty map is searched as any other,
    // since a test for it would cost every look-up in the others a twentieth.

    #[inline]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<&V> {
        match self.find(self.hasher.hash_one(key), key) {
            Some((_, value)) => Some(value),
            None => None,
        }
    }

    #[inline]
    pub fn get_key_value<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<(&K, &V)> {
        match self.find(self.hasher.hash_one(key), key) {
            Some((key, value)) => Some((key, value)),
            None => None,
        }
    }

    #[inline]
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.find(self.hasher.hash_one(key), key).is_some()
    }

    /// Looks up a key whose hash is known.
    #[inline]
    pub fn find<Q: ?Sized + Equivalent<K>>(&self, hash: u64, key: &Q) -> Option<&(K, V)> {
        self.entries.find(hash, |entry| key.equivalent(&entry.0))
    }

    /// The value of a key whose hash is known, to be changed.
    #[inline]
    pub fn find_mut<Q: ?Sized + Equivalent<K>>(&mut self, hash: u64, key: &Q) -> Option<&mut V> {
        let entry = self
            .entries
            .find_mut(hash, |entry| key.equivalent(&entry.0));
        entry.map(|entry| &mut entry.1)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Table<K, V, S> {
    /// The place of `key`, and the hasher, for a value that needs one. Who fills a place that is
    /// occupied leaves the key as it is, as `HashMap` does.
    #[inline]
    pub fn entry(&mut self, hash: u64, key: &K) -> (Entry<'_, (K, V)>, &S) {
        let Self { entries, hasher } = self;
        let entry = entries.entry(hash, |e| e.0 == *key, |e| hasher.hash_one(&e.0));
        (entry, hasher)
    }

    /// Inserts, or replaces the value of an equal key.
    #[inline]
    pub fn insert(&mut self, hash: u64, key: K, value: V) {
        match self.entry(hash, &key).0 {
            Entry::Occupied(mut entry) => entry.get_mut().1 = value,
            Entry::Vacant(entry) => {
                entry.insert((key, value));
            }
        }
    }

    /// [`insert`](Self::insert) that clones what it needs, which for a key that is there is the
    /// value alone.
    #[inline]
    pub fn insert_cloned(&mut self, hash: u64, key: &K, value: &V)
    where
        K: Clone,
        V: Clone,
    {
        match self.entry(hash, key).0 {
            Entry::Occupied(mut entry) => entry.get_mut().1 = value.clone(),
            Entry::Vacant(entry) => {
                entry.insert((key.clone(), value.clone()));
            }
        }
    }

    /// Removes the entry of `key`, if there is one.
    #[inline]
    pub fn remove(&mut self, hash: u64, key: &K) {
        if let Ok(entry) = self.entries.find_entry(hash, |e| e.0 == *key) {
            drop(entry.remove());
        }
    }

    /// A table with that capacity, if there is memory for it and for its clone, the second copy.
    pub fn with_capacity(capacity: usize, hasher: S) -> Result<Self, CapacityError> {
        let mut table = Self::new(hasher);
        if capacity > 0 {
            table.try_reserve(capacity)?;
            // A clone that finds no memory ends the process: see first whether there is room.
            HashTable::<(K, V)>::new()
                .try_reserve(capacity, |_| {
                    unreachable!("an empty table has nothing to rehash")
                })
                .map_err(|error| CapacityError::from_hashbrown(capacity, error))?;
        }
        Ok(table)
    }

    pub fn try_reserve(&mut self, additional: usize) -> Result<(), CapacityError> {
        let Self { entries, hasher } = self;
        entries
            .try_reserve(additional, |e| hasher.hash_one(&e.0))
            .map_err(|error| CapacityError::from_hashbrown(additional, error))
    }

    pub fn shrink_to_fit(&mut self) {
        let Self { entries, hasher } = self;
        entries.shrink_to_fit(|e| hasher.hash_one(&e.0));
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Table<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.iter().map(|(key, value)| (key, value));
        f.debug_map().entries(entries).finish()
    }
}
