//! What evmap promises its users, on our left-right: each operation, before and after the first
//! publish, since those take different ways through the two copies.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
};

use evmap::handles::{ReadHandle, WriteHandle};
use proptest::prelude::*;

#[path = "../../../tests/common/mod.rs"]
mod common;

fn bag(reader: &ReadHandle<u32, u32>, key: u32) -> Option<Vec<u32>> {
    let mut values: Vec<u32> = reader.get(&key)?.iter().copied().collect();
    values.sort_unstable();
    Some(values)
}

/// Runs the test for a writer that has published nothing yet, once and several times.
fn at_each_age(test: impl Fn(&mut WriteHandle<u32, u32>, &ReadHandle<u32, u32>)) {
    let _deadline = common::deadline();
    for publishes in 0..4 {
        let (mut writer, reader) = evmap::new();
        for _ in 0..publishes {
            writer.publish();
        }
        test(&mut writer, &reader);
    }
}

#[test]
fn nothing_is_visible_before_the_first_publish() {
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 1);
    assert!(reader.enter().is_none());
    assert!(reader.get(&1).is_none());
    assert!(reader.get_one(&1).is_none());
    assert!(reader.meta_get(&1).is_none());
    assert!(!reader.contains_key(&1));
    assert!(reader.is_empty());
    assert_eq!(reader.len(), 0);
    writer.publish();
    assert_eq!(bag(&reader, 1), Some(vec![1]));
    assert_eq!(reader.len(), 1);
}

#[test]
fn an_insert_is_visible_from_the_publish_on() {
    at_each_age(|writer, reader| {
        writer.insert(1, 10);
        assert_eq!(bag(reader, 1), None);
        assert!(!reader.contains_value(&1, &10));
        writer.publish();
        assert_eq!(bag(reader, 1), Some(vec![10]));
        assert!(reader.contains_value(&1, &10));
        assert!(!reader.contains_value(&1, &11));
        assert!(!reader.contains_value(&2, &10));
        writer.publish();
        assert_eq!(bag(reader, 1), Some(vec![10]));
    });
}

#[test]
fn a_key_holds_a_bag() {
    at_each_age(|writer, reader| {
        writer.extend([(1, 10), (1, 11), (1, 10), (2, 20)]);
        for _ in 0..3 {
            writer.publish();
            assert_eq!(bag(reader, 1), Some(vec![10, 10, 11]));
            assert_eq!(bag(reader, 2), Some(vec![20]));
        }
        assert_eq!(reader.get(&1).unwrap().len(), 3);
        assert!(reader.get(&1).unwrap().contains(&11));
        assert!([10, 11].contains(&*reader.get_one(&1).unwrap()));
    });
}

#[test]
fn large_bags_keep_duplicates() {
    at_each_age(|writer, reader| {
        let mut model = Vec::new();
        for value in 0..200 {
            for _ in 0..=value % 3 {
                writer.insert(1, value);
                model.push(value);
            }
        }
        writer.publish();
        assert_eq!(bag(reader, 1).as_deref(), Some(&model[..]));
        for value in 0..200 {
            writer.remove_value(1, value);
            let first = model.iter().position(|&other| other == value).unwrap();
            model.remove(first);
            if value % 50 == 0 {
                writer.publish();
                assert_eq!(bag(reader, 1).as_deref(), Some(&model[..]));
            }
        }
        writer.fit(1).publish();
        assert_eq!(bag(reader, 1).as_deref(), Some(&model[..]));
        writer.publish();
        assert_eq!(bag(reader, 1).as_deref(), Some(&model[..]));
    });
}

#[test]
fn update_replaces_the_bag() {
    at_each_age(|writer, reader| {
        writer.extend([(1, 10), (1, 11), (2, 20)]);
        writer.update(1, 12).publish();
        assert_eq!(bag(reader, 1), Some(vec![12]));
        writer.update(1, 13).update(3, 30).publish();
        for _ in 0..2 {
            assert_eq!(bag(reader, 1), Some(vec![13]));
            assert_eq!(bag(reader, 2), Some(vec![20]));
            assert_eq!(bag(reader, 3), Some(vec![30]));
            writer.publish();
        }
    });
}

#[test]
fn clear_leaves_an_empty_bag_and_remove_entry_nothing() {
    at_each_age(|writer, reader| {
        writer.extend([(1, 10), (1, 11), (2, 20)]);
        writer.clear(1).publish();
        assert_eq!(bag(reader, 1), Some(vec![]));
        assert!(reader.get_one(&1).is_none());
        assert!(reader.contains_key(&1));
        // A key that was never there gets an empty bag, too.
        writer.clear(5).publish();
        assert_eq!(bag(reader, 5), Some(vec![]));
        writer.remove_entry(1).remove_entry(99).publish();
        assert_eq!(bag(reader, 1), None);
        assert_eq!(reader.len(), 2);
        writer.clear(1).publish();
        assert_eq!(bag(reader, 1), Some(vec![]));
        writer.remove_entry(1).publish();
        assert_eq!(bag(reader, 1), None);
    });
}

#[test]
fn remove_value_takes_one_and_leaves_the_key() {
    at_each_age(|writer, reader| {
        writer.insert(1, 10).insert(1, 10).insert(1, 11);
        writer.remove_value(1, 10).publish();
        assert_eq!(bag(reader, 1), Some(vec![10, 11]));
        writer.remove_value(1, 12).remove_value(7, 1).publish();
        assert_eq!(bag(reader, 1), Some(vec![10, 11]));
        assert_eq!(bag(reader, 7), None);
        // Added and removed between two publishes: never seen.
        writer.remove_value(1, 11).insert(1, 13);
        writer.remove_value(1, 13).remove_value(1, 10).publish();
        assert_eq!(bag(reader, 1), Some(vec![]));
        assert_eq!(reader.len(), 1);
        assert!(!reader.is_empty());
    });
}

#[test]
fn purge_removes_everything_at_the_publish() {
    at_each_age(|writer, reader| {
        writer.extend([(1, 10), (2, 20), (3, 30)]);
        writer.publish();
        writer.purge();
        assert_eq!(reader.len(), 3);
        writer.publish();
        assert!(reader.is_empty());
        assert_eq!(bag(reader, 1), None);
        writer.insert(1, 11).publish();
        assert_eq!(bag(reader, 1), Some(vec![11]));
        // Pending inserts are purged, too.
        writer.insert(4, 40).purge().insert(5, 50).publish();
        assert_eq!(bag(reader, 4), None);
        assert_eq!(bag(reader, 5), Some(vec![50]));
        assert_eq!(reader.len(), 1);
    });
}

#[test]
fn retain_keeps_what_the_predicate_keeps_in_both_copies() {
    at_each_age(|writer, reader| {
        writer.extend((0..50).map(|value| (1, value)));
        // SAFETY: the predicate is a pure function, so it is the same for both copies.
        unsafe { writer.retain(1, |value, _| value % 2 == 0) };
        let expected: Vec<u32> = (0..50).filter(|value| value % 2 == 0).collect();
        for _ in 0..3 {
            writer.publish();
            assert_eq!(bag(reader, 1).as_ref(), Some(&expected));
        }
        // A predicate with state resets it when it begins anew.
        let mut seen = 0;
        // SAFETY: the predicate's state is reset at the start of each application.
        unsafe {
            writer.retain(1, move |_, first| {
                seen = if first { 1 } else { seen + 1 };
                seen <= 3
            })
        };
        for _ in 0..3 {
            writer.publish();
            assert_eq!(bag(reader, 1).unwrap().len(), 3);
        }
    });
}

#[test]
fn reserve_and_fit_change_the_capacity_only() {
    at_each_age(|writer, reader| {
        writer.reserve(1, 64).publish();
        assert!(reader.get(&1).unwrap().capacity() >= 64);
        assert!(reader.get(&1).unwrap().is_empty());
        writer.extend((0..17).map(|value| (1, value)));
        writer.publish();
        let grown = reader.get(&1).unwrap().capacity();
        writer.fit_all().publish();
        assert!(reader.get(&1).unwrap().capacity() <= grown);
        assert_eq!(bag(reader, 1).unwrap(), (0..17).collect::<Vec<_>>());
        writer.clear(1).fit(1).publish();
        assert!(reader.get(&1).unwrap().capacity() < 64);
        writer.publish();
        assert_eq!(bag(reader, 1), Some(vec![]));
    });
}

#[test]
fn meta_travels_with_the_publish() {
    let (mut writer, reader) = evmap::Options::default()
        .with_meta(42)
        .with_capacity(16)
        .construct::<u32, u32>();
    assert!(reader.meta_get(&1).is_none());
    for expected in 42..50 {
        writer.publish();
        assert_eq!(*reader.meta().unwrap(), expected);
        assert_eq!(*reader.enter().unwrap().meta(), expected);
        let (values, meta) = reader.meta_get(&1).unwrap();
        assert!(values.is_none());
        assert_eq!(meta, expected);
        writer.set_meta(expected + 1);
        assert_eq!(*reader.meta().unwrap(), expected);
    }
    writer.insert(1, 7).publish();
    let (values, meta) = reader.meta_get(&1).unwrap();
    assert_eq!((values.unwrap().len(), meta), (1, 50));
}

#[test]
fn iteration_sees_one_publish() {
    at_each_age(|writer, reader| {
        writer.extend([(1, 10), (1, 11), (2, 20)]);
        writer.publish();
        writer.insert(1, 99).insert(3, 30);
        let expected = BTreeMap::from([(1, vec![10, 11]), (2, vec![20])]);
        let copied: BTreeMap<u32, Vec<u32>> = reader.map_into(|&key, values| {
            let mut values: Vec<u32> = values.iter().copied().collect();
            values.sort_unstable();
            (key, values)
        });
        assert_eq!(copied, expected);
        let view = reader.enter().unwrap();
        writer.publish();
        let mut keys: Vec<u32> = view.keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(keys, [1, 2]);
        assert_eq!(view.values().map(|values| values.len()).sum::<usize>(), 3);
        let mut pairs = 0;
        for (key, values) in &view {
            assert_eq!(values.len(), expected[key].len());
            assert!(
                values
                    .into_iter()
                    .all(|value| expected[key].contains(value))
            );
            pairs += 1;
        }
        assert_eq!(pairs, view.len());
        assert_eq!(view[&1].len(), 2);
        assert!(view.contains_key(&2) && !view.contains_key(&3));
        assert!(view.contains_value(&1, &11) && !view.contains_value(&1, &99));
        assert_eq!(view.get_one(&2), Some(&20));
        assert!(view.get(&3).is_none());
        assert!(!view.is_empty());
        drop(view);
        assert_eq!(reader.len(), 3);
    });
}

#[test]
fn readers_see_nothing_after_the_writer_was_dropped() {
    at_each_age(|writer, reader| {
        writer.insert(1, 10).publish();
        let (mut other, _) = evmap::new();
        std::mem::swap(writer, &mut other);
        assert!(!reader.was_dropped());
        drop(other);
        assert!(reader.was_dropped());
        assert!(reader.enter().is_none());
        assert!(reader.get(&1).is_none());
        assert!(reader.meta_get(&1).is_none());
        assert!(reader.meta().is_none());
        assert_eq!(reader.len(), 0);
        assert!(reader.clone().enter().is_none());
    });
}

#[test]
fn has_pending_follows_the_publishes() {
    let (mut writer, _reader) = evmap::new::<u32, u32>();
    writer.publish();
    assert!(!writer.has_pending());
    writer.insert(1, 1);
    assert!(writer.has_pending());
    writer.publish();
    assert!(!writer.has_pending());
}

#[test]
fn a_reader_that_panics_leaves() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 10).publish();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _guard = reader.get(&1).unwrap();
        panic!("with a guard");
    }));
    assert!(outcome.is_err());
    // As evmap's own test does it, with a handle that is moved into the closure.
    let moved = reader.clone();
    let outcome = catch_unwind(move || {
        let _ = moved.get(&1).map(|_| panic!("inside a look-up"));
    });
    assert!(outcome.is_err());
    writer.insert(1, 11).publish();
    writer.publish();
    writer.publish();
    assert_eq!(bag(&reader, 1), Some(vec![10, 11]));
}

#[test]
fn values_that_own_memory_and_borrowed_keys() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<String, Vec<u8>>();
    writer.insert("one".to_owned(), vec![1; 100]);
    assert!(reader.get("one").is_none());
    writer.publish();
    writer.insert("two".to_owned(), vec![2; 100]).publish();
    assert_eq!(reader.get_one("one").unwrap().len(), 100);
    assert!(reader.contains_key("two"));
    // By a borrowed form of the value.
    assert!(reader.contains_value("two", &[2; 100][..]));
    writer
        .remove_value("two".to_owned(), vec![2; 100])
        .publish();
    assert!(!reader.contains_value("two", &[2; 100][..]));

    // Keys and values that are references.
    let bytes: &'static [u8; 3] = b"xyz";
    let (mut writer, reader) = evmap::new::<&[u8; 3], &[u8; 3]>();
    writer.insert(bytes, bytes).publish();
    assert_eq!(reader.get(bytes).unwrap().iter().next(), Some(&bytes));
}

#[cfg(feature = "eviction")]
#[test]
fn random_eviction_reports_what_it_evicts() {
    let mut rng = rand::rng();
    at_each_age_with(&mut rng, |rng, writer, reader| {
        writer.extend([(1, 10), (1, 11), (2, 20), (3, 30)]);
        let first: Vec<u32> = writer.empty_random(rng, 1).map(|(&key, _)| key).collect();
        assert_eq!(first.len(), 1);
        // It publishes what was pending, so the readers see all keys, and all still.
        assert_eq!(reader.len(), 3);
        writer.publish();
        assert_eq!(reader.len(), 2);
        assert!(!reader.contains_key(&first[0]));
        let second: Vec<u32> = writer.empty_random(rng, 1).map(|(&key, _)| key).collect();
        let third: Vec<u32> = writer.empty_random(rng, 100).map(|(&key, _)| key).collect();
        writer.publish();
        assert!(reader.is_empty());
        let mut all = [first, second, third].concat();
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3]);
    });
}

#[cfg(feature = "eviction")]
fn at_each_age_with<C>(
    context: &mut C,
    mut test: impl FnMut(&mut C, &mut WriteHandle<u32, u32>, &ReadHandle<u32, u32>),
) {
    let _deadline = common::deadline();
    for publishes in 0..4 {
        let (mut writer, reader) = evmap::new();
        for _ in 0..publishes {
            writer.publish();
        }
        test(context, &mut writer, &reader);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u8),
    Update(u8, u8),
    RemoveValue(u8, u8),
    RemoveEntry(u8),
    Clear(u8),
    RetainBelow(u8, u8),
    Reserve(u8, u8),
    Fit(Option<u8>),
    Purge,
    Publish,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..6_u8;
    let value = || 0..12_u8;
    prop_oneof![
        8 => (key(), value()).prop_map(|(key, value)| Step::Insert(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Step::Update(key, value)),
        3 => (key(), value()).prop_map(|(key, value)| Step::RemoveValue(key, value)),
        1 => key().prop_map(Step::RemoveEntry),
        1 => key().prop_map(Step::Clear),
        1 => (key(), value()).prop_map(|(key, value)| Step::RetainBelow(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Step::Reserve(key, value)),
        1 => proptest::option::of(key()).prop_map(Step::Fit),
        1 => Just(Step::Purge),
        4 => Just(Step::Publish),
    ]
}

type Model = HashMap<u8, Vec<u8>>;

fn apply(step: &Step, writer: &mut WriteHandle<u8, u8>, model: &mut Model) {
    match *step {
        Step::Insert(key, value) => {
            writer.insert(key, value);
            model.entry(key).or_default().push(value);
        }
        Step::Update(key, value) => {
            writer.update(key, value);
            model.insert(key, vec![value]);
        }
        Step::RemoveValue(key, value) => {
            writer.remove_value(key, value);
            let values = model.get_mut(&key);
            if let Some(values) = values {
                if let Some(index) = values.iter().position(|&other| other == value) {
                    values.swap_remove(index);
                }
            }
        }
        Step::RemoveEntry(key) => {
            writer.remove_entry(key);
            model.remove(&key);
        }
        Step::Clear(key) => {
            writer.clear(key);
            model.insert(key, Vec::new());
        }
        Step::RetainBelow(key, limit) => {
            // SAFETY: the predicate is a pure function, so it is the same for both copies.
            unsafe { writer.retain(key, move |&value, _| value < limit) };
            if let Some(values) = model.get_mut(&key) {
                values.retain(|&value| value < limit);
            }
        }
        Step::Reserve(key, additional) => {
            writer.reserve(key, additional.into());
            model.entry(key).or_default();
        }
        Step::Fit(Some(key)) => drop(writer.fit(key)),
        Step::Fit(None) => drop(writer.fit_all()),
        Step::Purge => {
            writer.purge();
            model.clear();
        }
        Step::Publish => drop(writer.publish()),
    }
}

fn published(reader: &ReadHandle<u8, u8>) -> Model {
    let mut copied: Model = reader.map_into(|&key, values| (key, values.iter().copied().collect()));
    copied
        .values_mut()
        .for_each(|values| values.sort_unstable());
    copied
}

fn sorted(model: &Model) -> Model {
    let mut model = model.clone();
    model.values_mut().for_each(|values| values.sort_unstable());
    model
}

proptest! {
    #[test]
    fn any_sequence_of_operations_matches_a_map_of_vectors(
        steps in proptest::collection::vec(step(), 0..400),
    ) {
        let (mut writer, reader) = evmap::new();
        let mut pending = Model::new();
        let mut seen = Model::new();
        for step in &steps {
            apply(step, &mut writer, &mut pending);
            if let Step::Publish = step {
                seen = pending.clone();
                prop_assert_eq!(published(&reader), sorted(&seen));
            }
        }
        prop_assert_eq!(published(&reader), sorted(&seen));
        writer.publish();
        prop_assert_eq!(published(&reader), sorted(&pending));
        writer.publish();
        prop_assert_eq!(published(&reader), sorted(&pending));
    }
}
