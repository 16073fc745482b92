//! What a writer logs, and how it shows this to its owner.

use std::hash::{BuildHasher, Hash};
use std::mem;

use crate::bag::multiset::ValueHash;

/// One change to a map: what [`WriteHandle::pending`](crate::WriteHandle::pending) lists and
/// [`WriteHandle::apply`](crate::WriteHandle::apply) takes.
///
/// Every operation is plain data. What a closure decides is logged as the operations that it came
/// to, so that the list can be sent to a replica or written to a journal, and has the same effect
/// there. With the feature `serde` operations serialize and deserialize.
///
/// ```
/// let mut leader = evmap_multi::WriteHandle::from([(1, 'a')]);
/// let (mut replica, _) = evmap_multi::new();
/// leader.insert(2, 'b');
/// for operation in leader.pending() {
///     replica.apply(operation.cloned());
/// }
/// assert!(replica.unpublished().contains_key(&2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Operation<K, V, M = ()> {
    /// `value` goes into the bag of `key`.
    Insert {
        /// The key. If an equal one is in the map already, that one stays.
        key: K,
        /// The additional value.
        value: V,
    },
    /// `value` becomes the only value of `key`.
    Update {
        /// The key. If an equal one is in the map already, that one stays.
        key: K,
        /// The new value.
        value: V,
    },
    /// One value that is equal to `value` goes from the bag of `key`, if it is there.
    RemoveValue {
        /// The key, which stays even if its bag is empty now.
        key: K,
        /// The value.
        value: V,
    },
    /// All values of `key` go, and the key is there with an empty bag.
    Clear {
        /// The key.
        key: K,
    },
    /// `key` goes with its bag, if it is there.
    RemoveEntry {
        /// The key.
        key: K,
    },
    /// All keys go with their bags; the room for the keys stays.
    Purge,
    /// The bag of `key` is made as small as it can be.
    Fit {
        /// The key.
        key: K,
    },
    /// All bags and the map's own table are made as small as they can be.
    FitAll,
    /// Room is made for `additional` more values of `key`, which gets an empty bag if it is not
    /// there.
    Reserve {
        /// The key.
        key: K,
        /// How many.
        additional: usize,
    },
    /// Room is made for `additional` more keys.
    ReserveKeys {
        /// How many.
        additional: usize,
    },
    /// The map's metadata becomes `meta`.
    SetMeta {
        /// The new metadata.
        meta: M,
    },
}

impl<K: Clone, V: Clone, M: Clone> Operation<&K, &V, &M> {
    /// An operation of one's own from a borrowed one.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.insert(1, 'a');
    /// let insert = evmap_multi::Operation::Insert { key: 1, value: 'a' };
    /// assert!(writer.pending().map(|it| it.cloned()).eq([insert]));
    /// ```
    pub fn cloned(&self) -> Operation<K, V, M> {
        match *self {
            Operation::Clear { key } => Operation::Clear { key: key.clone() },
            Operation::RemoveEntry { key } => Operation::RemoveEntry { key: key.clone() },
            Operation::Purge => Operation::Purge,
            Operation::Fit { key } => Operation::Fit { key: key.clone() },
            Operation::FitAll => Operation::FitAll,
            Operation::Reserve { key, additional } => Operation::Reserve {
                key: key.clone(),
                additional,
            },
            Operation::ReserveKeys { additional } => Operation::ReserveKeys { additional },
            Operation::Insert { key, value } => Operation::Insert {
                key: key.clone(),
                value: value.clone(),
            },
            Operation::Update { key, value } => Operation::Update {
                key: key.clone(),
                value: value.clone(),
            },
            Operation::RemoveValue { key, value } => Operation::RemoveValue {
                key: key.clone(),
                value: value.clone(),
            },
            Operation::SetMeta { meta } => Operation::SetMeta { meta: meta.clone() },
        }
    }
}

/// An entry of the log: an operation with its key's hash, computed once for both copies, and with
/// its value's hash, computed if the first copy needs it.
///
/// Kept small, since a burst of writes is a long log: metadata is boxed, so that large metadata
/// does not widen every entry.
pub(crate) enum LogEntry<K, V, M> {
    Value {
        change: ValueOp,
        hash: u64,
        key: K,
        value: V,
        value_hash: ValueHash,
    },
    Key {
        change: KeyOp,
        hash: u64,
        key: K,
    },
    SetMeta(Box<M>),
    Table(TableOp),
}

/// An operation on one value of a key.
#[derive(Clone, Copy)]
pub(crate) enum ValueOp {
    Insert,
    Update,
    Remove,
}

/// An operation on one key.
#[derive(Clone, Copy)]
pub(crate) enum KeyOp {
    Clear,
    Remove,
    Fit,
    Reserve(usize),
}

/// An operation on the whole map.
#[derive(Clone, Copy)]
pub(crate) enum TableOp {
    Purge,
    FitAll,
    Reserve(usize),
}

const _: () = assert!(mem::size_of::<LogEntry<u64, u64, [u64; 64]>>() <= 40);

impl<K, V, M> LogEntry<K, V, M> {
    #[inline]
    pub(crate) fn value(change: ValueOp, hash: u64, key: K, value: V) -> Self {
        Self::Value {
            change,
            hash,
            key,
            value,
            value_hash: ValueHash::default(),
        }
    }

    #[inline]
    pub(crate) fn insert(hash: u64, key: K, value: V) -> Self {
        Self::value(ValueOp::Insert, hash, key, value)
    }

    /// The removal of a key that is there.
    pub(crate) fn removal(hasher: &impl BuildHasher, key: &K) -> Self
    where
        K: Hash + Clone,
    {
        Self::Key {
            change: KeyOp::Remove,
            hash: hasher.hash_one(key),
            key: key.clone(),
        }
    }

    /// The operation without the hashes, which mean nothing outside this process.
    pub(crate) fn as_operation(&self) -> Operation<&K, &V, &M> {
        match self {
            Self::Value {
                change, key, value, ..
            } => match change {
                ValueOp::Insert => Operation::Insert { key, value },
                ValueOp::Update => Operation::Update { key, value },
                ValueOp::Remove => Operation::RemoveValue { key, value },
            },
            Self::Key { change, key, .. } => match *change {
                KeyOp::Clear => Operation::Clear { key },
                KeyOp::Remove => Operation::RemoveEntry { key },
                KeyOp::Fit => Operation::Fit { key },
                KeyOp::Reserve(additional) => Operation::Reserve { key, additional },
            },
            Self::SetMeta(meta) => Operation::SetMeta { meta },
            Self::Table(TableOp::Purge) => Operation::Purge,
            Self::Table(TableOp::FitAll) => Operation::FitAll,
            Self::Table(TableOp::Reserve(additional)) => Operation::ReserveKeys {
                additional: *additional,
            },
        }
    }
}
