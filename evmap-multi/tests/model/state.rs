//! What the map should hold.

use std::collections::HashMap;
use std::hash::BuildHasher;

use evmap_multi::{Bag, Operation, ReadHandle, Snapshot};

use super::odd::{Key, Value};
use super::views;

pub(super) type Map<S> = Snapshot<Key, Value, u16, S>;

#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) bags: HashMap<Key, Vec<Value>>,
    pub(super) meta: u16,
    pub(super) version: u64,
}

impl views::State for State {
    fn version(&self) -> u64 {
        self.version
    }
}

impl State {
    /// The bag of a key. Of two equal keys the one that is there stays, as in the map.
    pub(super) fn bag(&mut self, key: Key) -> &mut Vec<Value> {
        self.bags.entry(key).or_default()
    }

    pub(super) fn change(&mut self, operation: Operation<Key, Value, u16>) {
        match operation {
            Operation::Insert { key, value } => self.bag(key).push(value),
            Operation::Update { key, value } => *self.bag(key) = vec![value],
            Operation::RemoveValue { key, value } => {
                if let Some(bag) = self.bags.get_mut(&key) {
                    if let Some(place) = bag.iter().position(|v| *v == value) {
                        bag.swap_remove(place);
                    }
                }
            }
            Operation::Clear { key } => self.bag(key).clear(),
            Operation::RemoveEntry { key } => drop(self.bags.remove(&key)),
            Operation::Purge => self.bags.clear(),
            Operation::Reserve { key, .. } => drop(self.bags.entry(key).or_default()),
            Operation::SetMeta { meta } => self.meta = meta,
            _ => {}
        }
    }
}

pub(super) fn same_values(one: &[Value], other: &[Value]) -> bool {
    fn sorted(values: &[Value]) -> Vec<&Value> {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_unstable();
        values
    }
    sorted(one) == sorted(other)
}

/// Compares what a reader answers about a key and a value.
pub(super) fn look<S: BuildHasher>(
    reader: &ReadHandle<Key, Value, u16, S>,
    state: &State,
    key: &str,
    value: &Value,
) {
    let expected = state.bags.get(key);
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
    assert_eq!(reader.len(), state.bags.len());
    assert_eq!(*reader.meta(), state.meta);
}

// What the writer sees is asked no less.
pub(super) use compare as compare_own;

/// Compares a map with what it should hold, marks of the keys included.
pub(super) fn compare<S: BuildHasher>(map: &Map<S>, state: &State) {
    assert_eq!(*map.meta(), state.meta);
    assert_eq!(map.len(), state.bags.len());
    assert_eq!(map.is_empty(), state.bags.is_empty());
    assert_eq!(map.iter().count(), state.bags.len());
    for (key, values) in &state.bags {
        let (held, bag) = map.get_key_value(key).expect("it is there");
        assert_eq!(held.mark, key.mark, "{key:?}");
        compare_bag(bag, values);
    }
}

fn compare_bag<S: BuildHasher>(bag: &Bag<Value, S>, values: &[Value]) {
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
