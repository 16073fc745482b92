//! What the map should hold.

use std::collections::HashMap;

use evmap_core::testing::map::Hashes;
use evmap_core::testing::model::odd::{Key, Value};
use evmap_core::testing::model::{self, Model};
use evmap_core::{Builder, Operation};

use super::steps::{Change, Log, READERS};
use super::{Single, writes};

type State = model::State<Value>;

impl<S: Hashes> Model for Single<Key, Value, u16, S> {
    type Held = Value;
    type Log = Log;
    type Change = Change;
    type Look = String;

    const READERS: usize = READERS;

    fn build(entries: Vec<(Key, Value)>, hasher: S) -> (Self::Writer, Self::Reader) {
        Builder::new().hasher(hasher).meta(0).build_from(entries)
    }

    fn build_plain(entries: Vec<(Key, Value)>) -> HashMap<Key, Value> {
        entries.into_iter().collect()
    }

    fn with_keys_again(entries: Vec<(Key, Value)>) -> Vec<(Key, Value)> {
        // With another value: of them the second counts.
        let first = |(key, _): &(Key, Value)| (key.clone(), Value::new(7));
        let again = |(key, value): &(Key, Value)| (Key::new(&key.name, !key.mark), value.clone());
        let firsts = entries.iter().map(first);
        firsts.chain(entries.iter().map(again)).collect()
    }

    fn entries(snapshot: Self::Snapshot) -> Vec<(Key, Value)> {
        snapshot.into_iter().collect()
    }

    fn log(step: Log, writer: &mut Self::Writer, own: &mut State) -> usize {
        writes::log(step, writer, own)
    }

    fn change(step: Change, writer: &mut Self::Writer, own: &mut State) -> usize {
        writes::change(step, writer, &mut own.entries)
    }

    fn apply(operation: Self::Operation, state: &mut State) {
        match operation {
            // Of two equal keys the one that is there stays, as in the map.
            Operation::Insert { key, value } => drop(state.entries.insert(key, value)),
            Operation::Remove { key } => drop(state.entries.remove(&key)),
            Operation::Clear => state.entries.clear(),
            Operation::SetMeta { meta } => state.meta = meta,
            _ => {}
        }
    }

    fn sent(operation: Self::Operation) -> Self::Operation {
        #[cfg(feature = "serde")]
        let operation = serde_json::from_str(&serde_json::to_string(&operation).unwrap()).unwrap();
        operation
    }

    fn look(key: &String, reader: &Self::Reader, state: &State) {
        let key = key.as_str();
        let value = state.entries.get(key);
        assert_eq!(reader.get(key).as_deref(), value);
        assert_eq!(reader.get_cloned(key).as_ref(), value);
        assert_eq!(reader.contains_key(key), value.is_some());
        assert_eq!(reader.len(), state.entries.len());
        assert_eq!(*reader.meta(), state.meta);
    }

    fn compare_own(map: &Self::Snapshot, state: &State) {
        assert_eq!(*map.meta(), state.meta);
        assert_eq!(map.len(), state.entries.len());
        for (key, value) in &state.entries {
            let (held, seen) = map.get_key_value(key).expect("it is there");
            assert_eq!((seen, held.mark), (value, key.mark), "{key:?}");
        }
    }

    fn compare(map: &Self::Snapshot, state: &State) {
        Self::compare_own(map, state);
        assert_eq!(*map, state.entries);
        assert_eq!(map.iter().count(), state.entries.len());
        assert_eq!(map.is_empty(), state.entries.is_empty());
        assert_eq!(
            map.get_many(["k0", "missing"]),
            [state.entries.get("k0"), None]
        );
    }
}
