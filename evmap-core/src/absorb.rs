//! How one operation changes one copy: the only place where a copy is written.
//!
//! Both copies see the same operations in the same order. The first one clones out of the log, the
//! second one takes the operation itself. A panic in here (a `Hash`, `Eq`, `Clone` or `Drop` of the
//! user) poisons the writer; a copy that was being changed is then never read again.

use std::hash::{BuildHasher, Hash};

use left_right::{Absorb, Independent};

use crate::operation::{LogEntry, TableOp};
use crate::snapshot::Snapshot;

impl<K, V, M, S> Absorb<LogEntry<K, V, M>> for Snapshot<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Clone,
    M: Clone,
    S: BuildHasher,
{
    // Inlined into the loops over the log, with the rare operations out of line: called, an insert
    // takes half as long again.
    #[inline(always)]
    fn absorb_first(&mut self, operation: &mut LogEntry<K, V, M>, _: &Self) {
        match operation {
            LogEntry::Insert { hash, key, value } => self.table.insert_cloned(*hash, key, value),
            LogEntry::Remove { hash, key } => self.table.remove(*hash, key),
            LogEntry::SetMeta(meta) => self.meta = M::clone(meta),
            LogEntry::Table(operation) => self.change_whole(*operation),
        }
    }

    #[inline(always)]
    fn absorb_second(&mut self, operation: LogEntry<K, V, M>, _: &Self) {
        match operation {
            LogEntry::Insert { hash, key, value } => self.table.insert(hash, key, value),
            LogEntry::Remove { hash, key } => self.table.remove(hash, &key),
            LogEntry::SetMeta(meta) => self.meta = *meta,
            LogEntry::Table(operation) => self.change_whole(operation),
        }
    }

    #[inline]
    fn prefetch(&self, operation: &LogEntry<K, V, M>) {
        let table = &self.table;
        match operation {
            LogEntry::Insert { hash, .. } | LogEntry::Remove { hash, .. } => table.prefetch(*hash),
            LogEntry::SetMeta(_) | LogEntry::Table(_) => {}
        }
    }

    /// Never called: the pair is made by `new_logged`, which logs every operation.
    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation of this map is logged");
    }
}

impl<K: Eq + Hash, V, M, S: BuildHasher> Snapshot<K, V, M, S> {
    #[cold]
    fn change_whole(&mut self, operation: TableOp) {
        match operation {
            TableOp::Clear => self.table.clear(),
            // A reservation is a hint: a copy that cannot have the room goes on without it, since
            // failing here would poison the writer for something that no later insert may need.
            TableOp::Reserve(additional) => drop(self.table.try_reserve(additional)),
            TableOp::ShrinkToFit => self.table.shrink_to_fit(),
        }
    }
}

/// A clone owns all its keys and values, so no drop is shared between the copies.
impl<K: Clone, V: Clone, M: Clone, S: Clone> Independent for Snapshot<K, V, M, S> {}
