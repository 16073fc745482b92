//! How one operation changes one copy: the only place where a copy is written.
//!
//! Both copies see the same operations in the same order. The first one clones out of the log, the
//! second one takes the operation itself; `Cow` is the difference. A panic in here (a `Hash`, `Eq`,
//! `Clone` or `Drop` of the user) poisons the writer; a copy that was being changed is then never
//! read again.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::Entry;
use left_right::{Absorb, Independent};

use crate::bag::Bag;
use crate::bag::multiset::ValueHash;
use crate::operation::{KeyOp, LogEntry, TableOp, ValueOp};
use crate::snapshot::Snapshot;

impl<K, V, M, S> Absorb<LogEntry<K, V, M>> for Snapshot<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    // Inlined into the loops over the log, with the rare operations out of line.
    #[inline(always)]
    fn absorb_first(&mut self, operation: &mut LogEntry<K, V, M>, _: &Self) {
        match operation {
            LogEntry::Value {
                change,
                hash,
                key,
                value,
                value_hash,
            } => {
                let (key, value) = (Cow::Borrowed(&*key), Cow::Borrowed(&*value));
                self.change_value(*change, *hash, key, value, value_hash);
            }
            LogEntry::Key { change, hash, key } => {
                self.change_key(*change, *hash, Cow::Borrowed(key));
            }
            LogEntry::SetMeta(meta) => self.inner.set_meta(M::clone(meta)),
            LogEntry::Table(change) => self.change_whole(*change),
        }
    }

    #[inline(always)]
    fn absorb_second(&mut self, operation: LogEntry<K, V, M>, _: &Self) {
        match operation {
            LogEntry::Value {
                change,
                hash,
                key,
                value,
                mut value_hash,
            } => {
                let (key, value) = (Cow::Owned(key), Cow::Owned(value));
                self.change_value(change, hash, key, value, &mut value_hash);
            }
            LogEntry::Key { change, hash, key } => self.change_key(change, hash, Cow::Owned(key)),
            LogEntry::SetMeta(meta) => self.inner.set_meta(*meta),
            LogEntry::Table(change) => self.change_whole(change),
        }
    }

    #[inline]
    fn prefetch(&self, operation: &LogEntry<K, V, M>) {
        let table = self.inner.table();
        match operation {
            LogEntry::Value { hash, .. } | LogEntry::Key { hash, .. } => table.prefetch(*hash),
            LogEntry::SetMeta(_) | LogEntry::Table(_) => {}
        }
    }

    /// Never called: the pair is made by `new_logged`, which logs every operation.
    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation of this map is logged");
    }
}

impl<K, V, M, S> Snapshot<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    S: BuildHasher + Clone,
{
    #[inline(always)]
    fn change_value(
        &mut self,
        change: ValueOp,
        hash: u64,
        key: Cow<'_, K>,
        value: Cow<'_, V>,
        value_hash: &mut ValueHash,
    ) {
        if let ValueOp::Remove = change {
            if let Some(bag) = self.inner.table_mut().find_mut(hash, &*key) {
                bag.remove(&value, value_hash);
            }
            return;
        }
        let (entry, hasher) = self.inner.table_mut().entry(hash, &key);
        match (entry, change) {
            (Entry::Vacant(entry), _) => {
                entry.insert((key.into_owned(), Bag::one(value.into_owned())));
            }
            (Entry::Occupied(mut entry), ValueOp::Insert) => {
                entry.get_mut().1.insert(value, value_hash, hasher);
            }
            (Entry::Occupied(mut entry), _) => entry.get_mut().1 = Bag::one(value.into_owned()),
        }
    }

    fn change_key(&mut self, change: KeyOp, hash: u64, key: Cow<'_, K>) {
        match change {
            KeyOp::Remove => self.inner.table_mut().remove(hash, &key),
            KeyOp::Fit => {
                if let Some(bag) = self.inner.table_mut().find_mut(hash, &*key) {
                    bag.fit();
                }
            }
            KeyOp::Clear | KeyOp::Reserve(_) => {
                let (entry, hasher) = self.inner.table_mut().entry(hash, &key);
                let mut entry = match entry {
                    Entry::Occupied(entry) => entry,
                    Entry::Vacant(entry) => entry.insert((key.into_owned(), Bag::new())),
                };
                let bag = &mut entry.get_mut().1;
                match change {
                    KeyOp::Reserve(additional) => bag.reserve(additional, hasher),
                    _ => bag.clear(),
                }
            }
        }
    }

    #[cold]
    fn change_whole(&mut self, change: TableOp) {
        match change {
            TableOp::Purge => self.inner.table_mut().clear(),
            TableOp::FitAll => {
                self.inner.table_mut().values_mut().for_each(Bag::fit);
                self.inner.table_mut().shrink_to_fit();
            }
            // A reservation is a hint: a copy that cannot have the room goes on without it, since
            // failing here would poison the writer for something that no later insert may need.
            TableOp::Reserve(additional) => drop(self.inner.table_mut().try_reserve(additional)),
        }
    }
}

/// A clone owns all its keys and values, so no drop is shared between the copies.
impl<K: Clone, V: Clone, M: Clone, S: Clone> Independent for Snapshot<K, V, M, S> {}
