//! What a writer logs, and how it shows this to its owner.

use std::mem;

/// One change to a map: what [`WriteHandle::pending`](crate::WriteHandle::pending) lists and
/// [`WriteHandle::apply`](crate::WriteHandle::apply) takes.
///
/// Every operation is plain data. Changes that are made by a closure
/// ([`update`](crate::WriteHandle::update), [`retain`](crate::WriteHandle::retain)) are logged as
/// the inserts and removes that they came to, so that the list can be sent to a replica or written
/// to a journal, and has the same effect there. With the feature `serde` operations serialize and
/// deserialize.
///
/// ```
/// use evmap_core::Operation;
///
/// let (mut leader, _) = evmap_core::new::<String, u32>();
/// let (mut replica, reader) = evmap_core::new::<String, u32>();
/// leader.insert("a".to_string(), 1);
/// leader.update("a", |n| *n += 1);
///
/// for operation in leader.pending() {
///     replica.apply(operation.cloned());
/// }
/// leader.publish();
/// replica.publish();
/// assert_eq!(reader.get_cloned("a"), Some(2));
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
    /// use evmap_core::Operation;
    ///
    /// let (mut writer, _) = evmap_core::new();
    /// writer.insert(1, "one");
    /// let journal: Vec<_> = writer.pending().map(|operation| operation.cloned()).collect();
    /// writer.publish();
    /// assert_eq!(journal, [Operation::Insert { key: 1, value: "one" }]);
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
pub(crate) enum Logged<K, V, M> {
    Insert { hash: u64, key: K, value: V },
    Remove { hash: u64, key: K },
    SetMeta(Box<M>),
    Whole(Whole),
}

/// An operation on the whole table.
#[derive(Clone, Copy)]
pub(crate) enum Whole {
    Clear,
    Reserve(usize),
    ShrinkToFit,
}

const _: () = assert!(mem::size_of::<Logged<u64, u64, [u64; 64]>>() <= 32);

impl<K, V, M> Logged<K, V, M> {
    /// The operation without the hash, which means nothing outside this process.
    pub(crate) fn as_operation(&self) -> Operation<&K, &V, &M> {
        match self {
            Self::Insert { key, value, .. } => Operation::Insert { key, value },
            Self::Remove { key, .. } => Operation::Remove { key },
            Self::SetMeta(meta) => Operation::SetMeta { meta },
            Self::Whole(Whole::Clear) => Operation::Clear,
            Self::Whole(Whole::Reserve(additional)) => Operation::Reserve {
                additional: *additional,
            },
            Self::Whole(Whole::ShrinkToFit) => Operation::ShrinkToFit,
        }
    }
}
