//! What a writer logs, and how it shows this to its owner.

use std::hash::{BuildHasher, Hash};
use std::mem;

/// One change to a map: what [`WriteHandle::pending`](crate::WriteHandle::pending) lists and
/// [`WriteHandle::apply`](crate::WriteHandle::apply) takes.
///
/// Every operation is plain data. What a closure decides is logged as the operations that it came
/// to, so that the list can be sent to a replica or written to a journal, and has the same effect
/// there. With the feature `serde` operations serialize and deserialize.
///
/// ```
/// let mut leader = evmap_core::WriteHandle::from([(1, 'a')]);
/// let (mut replica, _) = evmap_core::new();
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
    /// The value of `key` becomes `value`.
    Insert {
        /// The key. If an equal one is in the map already, that one stays.
        key: K,
        /// The new value.
        value: V,
    },
    /// `key` goes, if it is there.
    Remove {
        /// The key.
        key: K,
    },
    /// All entries go; the room for them stays.
    Clear,
    /// Room is made for `additional` more entries.
    Reserve {
        /// How many.
        additional: usize,
    },
    /// Room that no entry uses is given back.
    ShrinkToFit,
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
    /// let (mut writer, _) = evmap_core::new();
    /// writer.insert(1, 'a');
    /// let insert = evmap_core::Operation::Insert { key: 1, value: 'a' };
    /// assert!(writer.pending().map(|it| it.cloned()).eq([insert]));
    /// ```
    pub fn cloned(&self) -> Operation<K, V, M> {
        match *self {
            Operation::Insert { key, value } => Operation::Insert {
                key: key.clone(),
                value: value.clone(),
            },
            Operation::Remove { key } => Operation::Remove { key: key.clone() },
            Operation::Clear => Operation::Clear,
            Operation::Reserve { additional } => Operation::Reserve { additional },
            Operation::ShrinkToFit => Operation::ShrinkToFit,
            Operation::SetMeta { meta } => Operation::SetMeta { meta: meta.clone() },
        }
    }
}

/// An entry of the log: an operation with its key's hash, computed once for both copies.
///
/// Kept small, since a burst of writes is a long log: metadata is boxed, so that large metadata
/// does not widen every entry.
pub(crate) enum LogEntry<K, V, M> {
    Insert { hash: u64, key: K, value: V },
    Remove { hash: u64, key: K },
    SetMeta(Box<M>),
    Table(TableOp),
}

/// An operation on the whole table.
#[derive(Clone, Copy)]
pub(crate) enum TableOp {
    Clear,
    Reserve(usize),
    ShrinkToFit,
}

const _: () = assert!(mem::size_of::<LogEntry<u64, u64, [u64; 64]>>() <= 32);

impl<K, V, M> LogEntry<K, V, M> {
    #[inline]
    pub(crate) fn insert(hash: u64, key: K, value: V) -> Self {
        Self::Insert { hash, key, value }
    }

    /// The removal of an entry that is there.
    pub(crate) fn removal(hasher: &impl BuildHasher, key: &K) -> Self
    where
        K: Hash + Clone,
    {
        Self::Remove {
            hash: hasher.hash_one(key),
            key: key.clone(),
        }
    }

    /// The operation without the hash, which means nothing outside this process.
    pub(crate) fn as_operation(&self) -> Operation<&K, &V, &M> {
        match self {
            Self::Insert { key, value, .. } => Operation::Insert { key, value },
            Self::Remove { key, .. } => Operation::Remove { key },
            Self::SetMeta(meta) => Operation::SetMeta { meta },
            Self::Table(TableOp::Clear) => Operation::Clear,
            Self::Table(TableOp::Reserve(additional)) => Operation::Reserve {
                additional: *additional,
            },
            Self::Table(TableOp::ShrinkToFit) => Operation::ShrinkToFit,
        }
    }
}
