//! The entries: a hash table whose every call takes the key's hash, so that nobody hashes a key
//! twice.
//!
//! Nothing here knows about copies, logs or readers.

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
pub(crate) struct Table<K, V, S> {
    entries: HashTable<(K, V)>,
    hasher: S,
}

impl<K, V, S> Table<K, V, S> {
    pub(crate) fn new(hasher: S) -> Self {
        Self {
            entries: HashTable::new(),
            hasher,
        }
    }

    /// Whether the allocator has room for one more table of that capacity.
    pub(crate) fn check_room(capacity: usize) -> Result<(), CapacityError> {
        HashTable::<(K, V)>::new()
            .try_reserve(capacity, |_| {
                unreachable!("an empty table has nothing to rehash")
            })
            .map_err(|error| CapacityError::from_hashbrown(capacity, error))
    }

    #[inline]
    pub(crate) fn entries(&self) -> &HashTable<(K, V)> {
        &self.entries
    }

    #[inline]
    pub(crate) fn hasher(&self) -> &S {
        &self.hasher
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

impl<K, V, S: BuildHasher> Table<K, V, S> {
    // The three look-ups have one shape and do not call each other: through an `Option<&(K, V)>` in
    // between, the compiler makes a look-up that takes a sixth longer. An empty map answers without
    // hashing, as a `HashMap` does.

    #[inline]
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        if self.entries.is_empty() {
            None
        } else {
            match self.find(self.hasher.hash_one(key), key) {
                Some((_, value)) => Some(value),
                None => None,
            }
        }
    }

    #[inline]
    pub(crate) fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        if self.entries.is_empty() {
            None
        } else {
            match self.find(self.hasher.hash_one(key), key) {
                Some((key, value)) => Some((key, value)),
                None => None,
            }
        }
    }

    #[inline]
    pub(crate) fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
    {
        !self.entries.is_empty() && self.find(self.hasher.hash_one(key), key).is_some()
    }

    /// Looks up a key whose hash is known.
    #[inline]
    pub(crate) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&(K, V)>
    where
        Q: ?Sized + Equivalent<K>,
    {
        self.entries.find(hash, |entry| key.equivalent(&entry.0))
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Table<K, V, S> {
    /// Inserts, or replaces the value of an equal key. As in `HashMap`, the key that is there
    /// stays.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u64, key: K, value: V) {
        let Self { entries, hasher } = self;
        match entries.entry(hash, |e| e.0 == key, |e| hasher.hash_one(&e.0)) {
            Entry::Occupied(mut entry) => entry.get_mut().1 = value,
            Entry::Vacant(entry) => {
                entry.insert((key, value));
            }
        }
    }

    /// [`insert`](Self::insert) that clones what it needs, which for a key that is there is the
    /// value alone.
    #[inline]
    pub(crate) fn insert_cloned(&mut self, hash: u64, key: &K, value: &V)
    where
        K: Clone,
        V: Clone,
    {
        let Self { entries, hasher } = self;
        match entries.entry(hash, |e| e.0 == *key, |e| hasher.hash_one(&e.0)) {
            Entry::Occupied(mut entry) => entry.get_mut().1 = value.clone(),
            Entry::Vacant(entry) => {
                entry.insert((key.clone(), value.clone()));
            }
        }
    }

    /// Removes the entry of `key`, if there is one.
    #[inline]
    pub(crate) fn remove(&mut self, hash: u64, key: &K) {
        if let Ok(entry) = self.entries.find_entry(hash, |e| e.0 == *key) {
            drop(entry.remove());
        }
    }

    pub(crate) fn try_reserve(&mut self, additional: usize) -> Result<(), CapacityError> {
        let Self { entries, hasher } = self;
        entries
            .try_reserve(additional, |e| hasher.hash_one(&e.0))
            .map_err(|error| CapacityError::from_hashbrown(additional, error))
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        let Self { entries, hasher } = self;
        entries.shrink_to_fit(|e| hasher.hash_one(&e.0));
    }
}
