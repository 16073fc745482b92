//! What each write does to the map and to the plain one, and how many operations it logs.

use std::collections::HashMap;

use evmap_core::testing::ignore;
use evmap_core::testing::map::Hashes;
use evmap_core::testing::model::odd::{Key, Value, unwind, unwinds};
use evmap_multi::{Operation, WriteHandle};

use super::state::{State, apply, bag, same_values};
use super::steps::{Change, Log};

type Writer<S> = WriteHandle<Key, Value, u16, S>;
type Bags = HashMap<Key, Vec<Value>>;

pub(super) fn log<S: Hashes>(step: Log, writer: &mut Writer<S>, own: &mut State) -> usize {
    match step {
        Log::Operation(operation) => {
            log_operation(writer, operation.clone());
            apply(operation, own);
            1
        }
        Log::InsertMany(key, count) => {
            let pairs = (0..count).map(|n| (key.clone(), Value::new(n)));
            writer.extend(pairs.clone());
            for (key, value) in pairs {
                bag(own, key).push(value);
            }
            usize::from(count)
        }
        Log::RemoveMany(key, count) => {
            for value in (0..count).map(Value::new) {
                writer.remove_value(&key, &value);
                let key = key.clone();
                apply(Operation::RemoveValue { key, value }, own);
            }
            usize::from(count)
        }
    }
}

pub(super) fn change<S: Hashes>(step: Change, writer: &mut Writer<S>, bags: &mut Bags) -> usize {
    match step {
        Change::Retain(key, state) => retain(writer, &key, state, bags),
        Change::RetainEntries(salt) => {
            let keeps = |key: &Key, len: usize| (usize::from(key.mark ^ salt) + len) % 4 != 0;
            let before = bags.len();
            bags.retain(|key, bag| keeps(key, bag.len()));
            let logged = before - bags.len();
            writer.retain_entries(|key, bag| keeps(key, bag.len()));
            logged
        }
        Change::EmptyRandom(seed, n) => {
            let mut rng = fastrand::Rng::with_seed(seed);
            let evicted = writer.empty_random(|bound| rng.usize(..bound), n);
            assert_eq!(evicted.len(), n.min(bags.len()));
            let logged = evicted.len();
            for (key, bag) in evicted {
                let (held, expected) = bags.remove_entry(&key).expect("it was there");
                assert!(bag == expected && key.mark == held.mark, "{key:?}");
            }
            logged
        }
        Change::Unwind(key, which) => {
            let values = bags.get(key.as_str()).map_or(0, Vec::len);
            let unwound = unwinds(|| match which % 3 {
                0 => ignore(writer.retain(key.as_str(), |_| unwind())),
                1 => ignore(writer.retain_entries(|_, _| unwind())),
                _ => ignore(writer.empty_random(|_| unwind(), 1)),
            });
            let expected = match which % 3 {
                0 => values > 0,
                _ => !bags.is_empty(),
            };
            assert_eq!(unwound, expected);
            assert!(!writer.is_poisoned());
            0
        }
    }
}

/// Retains with a closure that carries state from call to call.
fn retain<S: Hashes>(writer: &mut Writer<S>, key: &str, mut state: u16, bags: &mut Bags) -> usize {
    let mut calls = Vec::new();
    let before = writer.pending().len();
    writer.retain(key, |value| {
        state = state.wrapping_mul(25_173).wrapping_add(13_849);
        let keep = state >> 8 & 3 != 0;
        calls.push((value.clone(), keep));
        keep
    });
    let Some(bag) = bags.get_mut(key) else {
        assert!(calls.is_empty());
        return 0;
    };
    let seen: Vec<Value> = calls.iter().map(|(value, _)| value.clone()).collect();
    assert!(same_values(&seen, bag), "called once per value");
    let removed = calls.iter().filter(|(_, keep)| !keep).count();
    bag.clear();
    bag.extend(calls.into_iter().filter(|call| call.1).map(|call| call.0));
    // What goes is removed, or what stays is inserted into the bag once it is cleared.
    let logged = writer.pending().len() - before;
    let cleared = bag.len() + 1;
    assert!(logged == removed || (removed > 0 && logged == cleared));
    assert!(removed <= bag.len() || logged == cleared);
    logged
}

/// Logs an operation by the method of its name.
fn log_operation<S: Hashes>(writer: &mut Writer<S>, operation: Operation<Key, Value, u16>) {
    match operation {
        Operation::Insert { key, value } => writer.insert(key, value),
        Operation::Update { key, value } => writer.update(key, value),
        Operation::RemoveValue { key, value } => writer.remove_value(key.name.as_str(), value),
        Operation::Clear { key } => writer.clear(key),
        Operation::RemoveEntry { key } => writer.remove_entry(key.name.as_str()),
        Operation::Purge => writer.purge(),
        Operation::Fit { key } => writer.fit(key.name.as_str()),
        Operation::FitAll => writer.fit_all(),
        Operation::Reserve { key, additional } => writer.reserve(key, additional),
        Operation::ReserveKeys { additional } => writer.reserve_keys(additional),
        Operation::SetMeta { meta } => writer.set_meta(meta),
        operation => unreachable!("{operation:?}"),
    };
}
