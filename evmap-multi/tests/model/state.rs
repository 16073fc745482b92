//! What the map should hold.

use std::collections::HashMap;

use evmap_core::testing::map::Hashes;
use evmap_core::testing::model::odd::{Key, Value};
use evmap_core::testing::model::{self, Model};
use evmap_multi::{Bag, Builder, Operation};

use super::steps::{Change, Log, READERS};
use super::{Multi, writes};

pub(super) type State = model::State<Vec<Value>>;

impl<S: Hashes> Model for Multi<Key, Value, u16, S> {
    type Held = Vec<Value>;
    type Log = Log;
    type Change = Change;
    type Look = (String, u16);

    const READERS: usize = READERS;

    fn build(bags: Vec<(Key, Vec<Value>)>, hasher: S) -> (Self::Writer, Self::Reader) {
        Builder::new().hasher(hasher).meta(0).build_from_bags(bags)
    }

    fn build_plain(bags: Vec<(Key, Vec<Value>)>) -> HashMap<Key, Vec<Value>> {
        let mut plain = HashMap::<Key, Vec<Value>>::new();
        for (key, values) in bags {
            plain.entry(key).or_default().extend(values);
        }
        plain
    }

    fn with_keys_again(mut bags: Vec<(Key, Vec<Value>)>) -> Vec<(Key, Vec<Value>)> {
        // With one more value.
        let again =
            |(key, _): &(Key, Vec<Value>)| (Key::new(&key.name, !key.mark), vec![Value::new(7)]);
        let again: Vec<_> = bags.iter().map(again).collect();
        bags.extend(again);
        bags
    }

    fn entries(snapshot: Self::Snapshot) -> Vec<(Key, Vec<Value>)> {
        let bags = snapshot.into_iter();
        bags.map(|(key, bag)| (key, bag.into_iter().collect()))
            .collect()
    }

    fn log(step: Log, writer: &mut Self::Writer, own: &mut State) -> usize {
        writes::log(step, writer, own)
    }

    fn change(step: Change, writer: &mut Self::Writer, own: &mut State) -> usize {
        writes::change(step, writer, &mut own.entries)
    }

    fn apply(operation: Self::Operation, state: &mut State) {
        apply(operation, state);
    }

    fn sent(operation: Self::Operation) -> Self::Operation {
        #[cfg(feature = "serde")]
        let operation = serde_json::from_str(&serde_json::to_string(&operation).unwrap()).unwrap();
        operation
    }

    fn look((key, value): &(String, u16), reader: &Self::Reader, state: &State) {
        let (key, value) = (key.as_str(), &Value::new(*value));
        let expected = state.entries.get(key);
        assert_eq!(reader.get(key).is_some(), expected.is_some());
        assert_eq!(reader.contains_key(key), expected.is_some());
        let holds = expected.is_some_and(|values| values.contains(value));
        assert_eq!(reader.contains_value(key, value), holds);
        let one = reader.get_one(key).map(|one| one.clone());
        assert_eq!(reader.get_one_cloned(key), one);
        match expected {
            Some(values) if !values.is_empty() => assert!(values.contains(&one.unwrap())),
            _ => assert_eq!(one, None),
        }
        assert_eq!(reader.len(), state.entries.len());
        assert_eq!(*reader.meta(), state.meta);
    }

    /// What the writer sees is asked no less.
    fn compare_own(map: &Self::Snapshot, state: &State) {
        Self::compare(map, state);
    }

    fn compare(map: &Self::Snapshot, state: &State) {
        assert_eq!(*map.meta(), state.meta);
        assert_eq!(map.len(), state.entries.len());
        assert_eq!(map.is_empty(), state.entries.is_empty());
        assert_eq!(map.iter().count(), state.entries.len());
        for (key, values) in &state.entries {
            let (held, bag) = map.get_key_value(key).expect("it is there");
            assert_eq!(held.mark, key.mark, "{key:?}");
            compare_bag(bag, values);
        }
    }
}

pub(super) fn apply(operation: Operation<Key, Value, u16>, state: &mut State) {
    match operation {
        Operation::Insert { key, value } => bag(state, key).push(value),
        Operation::Update { key, value } => *bag(state, key) = vec![value],
        Operation::RemoveValue { key, value } => {
            if let Some(bag) = state.entries.get_mut(&key) {
                if let Some(place) = bag.iter().position(|v| *v == value) {
                    bag.swap_remove(place);
                }
            }
        }
        Operation::Clear { key } => bag(state, key).clear(),
        Operation::RemoveEntry { key } => drop(state.entries.remove(&key)),
        Operation::Purge => state.entries.clear(),
        Operation::Reserve { key, .. } => drop(state.entries.entry(key).or_default()),
        Operation::SetMeta { meta } => state.meta = meta,
        _ => {}
    }
}

/// The bag of a key. Of two equal keys the one that is there stays, as in the map.
pub(super) fn bag(state: &mut State, key: Key) -> &mut Vec<Value> {
    state.entries.entry(key).or_default()
}

pub(super) fn same_values(one: &[Value], other: &[Value]) -> bool {
    fn sorted(values: &[Value]) -> Vec<&Value> {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_unstable();
        values
    }
    sorted(one) == sorted(other)
}

fn compare_bag<S: Hashes>(bag: &Bag<Value, S>, values: &[Value]) {
    assert_eq!(bag.len(), values.len());
    assert_eq!(bag.iter().len(), values.len());
    let iterated: Vec<Value> = bag.iter().cloned().collect();
    assert!(
        same_values(&iterated, values),
        "{iterated:?}, not {values:?}"
    );
    // By `next` as by `fold`.
    let mut by_next = Vec::new();
    let mut iter = bag.iter();
    while let Some(value) = iter.next() {
        by_next.push(value.clone());
        assert_eq!(by_next.len() + iter.len(), values.len());
    }
    assert_eq!(by_next, iterated);
    assert!(*bag == *values);
    assert_eq!(bag.get_one(), iterated.first());
    if let Some(value) = iterated.first() {
        let times = values.iter().filter(|v| *v == value).count();
        assert_eq!(bag.count(value), times);
    }
}
