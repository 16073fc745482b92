//! What the map should hold.

use std::collections::HashMap;
use std::hash::BuildHasher;

use evmap_core::{Operation, Snapshot};

use super::odd::{Key, Value};
use super::views;

pub(super) type Map<S> = Snapshot<Key, Value, u16, S>;

/// What the map should hold.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) entries: HashMap<Key, Value>,
    pub(super) meta: u16,
    pub(super) version: u64,
}

impl views::State for State {
    fn version(&self) -> u64 {
        self.version
    }
}

impl State {
    pub(super) fn change(&mut self, operation: Operation<Key, Value, u16>) {
        match operation {
            // Of two equal keys the one that is there stays, as in the map.
            Operation::Insert { key, value } => drop(self.entries.insert(key, value)),
            Operation::Remove { key } => drop(self.entries.remove(&key)),
            Operation::Clear => self.entries.clear(),
            Operation::SetMeta { meta } => self.meta = meta,
            _ => {}
        }
    }
}

/// Compares a map with what it should hold, marks of the keys included.
pub(super) fn compare_own<S: BuildHasher>(map: &Map<S>, state: &State) {
    assert_eq!(*map.meta(), state.meta);
    assert_eq!(map.len(), state.entries.len());
    for (key, value) in &state.entries {
        let (held, seen) = map.get_key_value(key).expect("it is there");
        assert_eq!((seen, held.mark), (value, key.mark), "{key:?}");
    }
}

/// The same, and what can be asked in other ways.
pub(super) fn compare<S: BuildHasher>(map: &Map<S>, state: &State) {
    compare_own(map, state);
    assert_eq!(*map, state.entries);
    assert_eq!(map.iter().count(), state.entries.len());
    assert_eq!(map.is_empty(), state.entries.is_empty());
    assert_eq!(
        map.get_many(["k0", "missing"]),
        [state.entries.get("k0"), None]
    );
}
