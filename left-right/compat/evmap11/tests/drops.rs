//! Every value that goes into an evmap is dropped exactly once, and not while a reader sees it.
//!
//! evmap keeps one allocation per value in both copies and relies on the order in which left-right
//! applies operations and drops the copies.

use evmap::handles::{ReadHandle, WriteHandle};
use proptest::prelude::*;

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::tracked::{Ledger, Tracked};

type Writer = WriteHandle<u32, Tracked>;
type Reader = ReadHandle<u32, Tracked>;

fn map() -> (Writer, Reader) {
    // SAFETY: `Tracked` compares and hashes by a number that never changes.
    unsafe { evmap::new_assert_stable() }
}

fn payloads(reader: &Reader, key: u32) -> Vec<u64> {
    let Some(values) = reader.get(&key) else {
        return Vec::new();
    };
    let mut payloads: Vec<u64> = values.iter().map(Tracked::payload).collect();
    payloads.sort_unstable();
    payloads
}

/// In which order a map comes to its end.
#[derive(Clone, Copy, Debug)]
enum End {
    WriterFirst,
    ReaderFirst,
    WriterFirstWithClones,
    AnotherThread,
}

const ENDS: [End; 4] = [
    End::WriterFirst,
    End::ReaderFirst,
    End::WriterFirstWithClones,
    End::AnotherThread,
];

fn end(how: End, writer: Writer, reader: Reader) {
    match how {
        End::WriterFirst => {
            drop(writer);
            assert!(reader.enter().is_none());
            drop(reader);
        }
        End::ReaderFirst => {
            drop(reader);
            drop(writer);
        }
        End::WriterFirstWithClones => {
            let clones = [reader.clone(), reader.clone(), (*writer).clone()];
            drop(writer);
            drop(reader);
            drop(clones);
        }
        End::AnotherThread => {
            std::thread::spawn(move || drop(writer)).join().unwrap();
            drop(reader);
        }
    }
}

/// Runs `fill` on maps of every age, ends them in every way, and counts.
fn exactly_once(fill: impl Fn(&Ledger, &mut Writer, &Reader)) {
    let _deadline = common::deadline();
    for how in ENDS {
        for before in 0..4 {
            for after in 0..4 {
                let ledger = Ledger::default();
                let (mut writer, reader) = map();
                for _ in 0..before {
                    writer.publish();
                }
                fill(&ledger, &mut writer, &reader);
                for _ in 0..after {
                    writer.publish();
                }
                ledger.alive();
                end(how, writer, reader);
                let drops = ledger.drops();
                assert!(
                    drops.iter().all(|&count| count == 1),
                    "{how:?} after {before} and {after} publishes: {drops:?}"
                );
            }
        }
    }
}

#[test]
fn values_in_the_map_are_dropped_with_it() {
    exactly_once(|ledger, writer, _| {
        for value in 0..10 {
            writer.insert(value as u32 % 3, ledger.value(value));
        }
    });
}

#[test]
fn removed_values() {
    exactly_once(|ledger, writer, reader| {
        for value in 0..10 {
            writer.insert(1, ledger.value(value));
        }
        writer.publish();
        // What is removed by value is compared with a value of its own, which is dropped, too.
        writer.remove_value(1, ledger.value(3));
        writer.remove_value(1, ledger.value(777));
        writer.publish();
        assert_eq!(payloads(reader, 1), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
        writer.remove_entry(1);
    });
}

#[test]
fn replaced_cleared_and_purged_values() {
    exactly_once(|ledger, writer, reader| {
        for value in 0..40 {
            writer.insert(value as u32 % 4, ledger.value(value));
        }
        writer.update(0, ledger.value(100));
        writer.publish();
        assert_eq!(payloads(reader, 0), [100]);
        writer.update(0, ledger.value(101)).clear(1).publish();
        writer.update(0, ledger.value(102)).remove_entry(2);
        writer.purge();
        writer.insert(5, ledger.value(103));
    });
}

#[test]
fn retained_and_fitted_values() {
    exactly_once(|ledger, writer, reader| {
        for value in 0..60 {
            writer.insert(1, ledger.value(value));
        }
        // SAFETY: the predicate is a pure function, so it is the same for both copies.
        unsafe { writer.retain(1, |value, _| value.payload() % 3 == 0) };
        writer.publish();
        assert_eq!(payloads(reader, 1).len(), 20);
        writer.fit(1).publish();
        // SAFETY: as above.
        unsafe { writer.retain(1, |value, _| value.payload() % 2 == 0) };
        writer.fit_all();
        writer.reserve(1, 100).reserve(2, 100);
    });
}

#[test]
fn equal_values_in_one_bag() {
    exactly_once(|ledger, writer, reader| {
        for _ in 0..3 {
            for value in 0..4 {
                writer.insert(1, ledger.value(value));
            }
            writer.publish();
        }
        assert_eq!(payloads(reader, 1), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
        writer.remove_value(1, ledger.value(2));
        writer.publish();
        writer.remove_value(1, ledger.value(2));
        writer.remove_value(1, ledger.value(2));
        writer.remove_value(1, ledger.value(2));
    });
}

#[test]
fn a_removed_value_lives_until_its_last_reader_left() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = map();
    writer.insert(1, ledger.value(1)).publish();
    let guard = reader.get(&1).unwrap();
    writer.remove_entry(1).publish();
    assert_eq!(ledger.drops(), [0]);
    assert_eq!(guard.iter().next().unwrap().payload(), 1);
    drop(guard);
    // Nobody can reach it any more, but its second copy goes with the next publish.
    assert_eq!(ledger.drops(), [0]);
    writer.publish();
    assert_eq!(ledger.drops(), [1]);
    drop((writer, reader));
    ledger.assert_all_dropped_once();
}

/// Before the first publish there is nobody to keep values for.
#[test]
fn values_removed_before_the_first_publish_go_at_once() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, _reader) = map();
    writer.insert(1, ledger.value(1));
    assert_eq!(ledger.drops(), [0]);
    writer.remove_entry(1);
    assert_eq!(ledger.drops(), [1]);
}

#[test]
fn dropping_the_writer_waits_for_the_reader_of_a_value() {
    let deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = map();
    writer.insert(1, ledger.value(1)).publish();
    writer.insert(1, ledger.value(2)).publish();
    std::thread::scope(|scope| {
        let guard = reader.get(&1).unwrap();
        let reader_timeout = std::time::Duration::from_millis(50);
        let (waits, dropping) = common::still_runs(scope, reader_timeout, move || drop(writer));
        assert!(waits, "the writer went while a guard was held");
        let seen: u64 = guard.iter().map(Tracked::payload).sum();
        assert_eq!(seen, 3);
        assert_eq!(ledger.drops(), [0, 0]);
        drop(guard);
        dropping.join().unwrap();
    });
    ledger.assert_all_dropped_once();
    assert!(reader.was_dropped());
    drop(deadline);
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u32, u64),
    Update(u32, u64),
    RemoveValue(u32, u64),
    RemoveEntry(u32),
    Clear(u32),
    Fit,
    Purge,
    Publish,
    Hold(u32),
    LetGo,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..4_u32;
    let value = || 0..1000_u64;
    prop_oneof![
        8 => (key(), value()).prop_map(|(key, value)| Step::Insert(key, value)),
        1 => (key(), value()).prop_map(|(key, value)| Step::Update(key, value)),
        2 => (key(), value()).prop_map(|(key, value)| Step::RemoveValue(key, value)),
        1 => key().prop_map(Step::RemoveEntry),
        1 => key().prop_map(Step::Clear),
        1 => Just(Step::Fit),
        1 => Just(Step::Purge),
        4 => Just(Step::Publish),
        2 => key().prop_map(Step::Hold),
        2 => Just(Step::LetGo),
    ]
}

proptest! {
    /// A guard may be held over one publish; what it sees is alive all the while.
    #[test]
    fn any_sequence_of_operations_drops_each_value_once(
        steps in proptest::collection::vec(step(), 0..200),
        how in 0..ENDS.len(),
    ) {
        let _deadline = common::deadline();
        let ledger = Ledger::default();
        let (mut writer, reader) = map();
        let holder = reader.clone();
        let mut held = None;
        let mut publishes_while_held = 0;
        for step in steps {
            match step {
                Step::Insert(key, value) => drop(writer.insert(key, ledger.value(value))),
                Step::Update(key, value) => drop(writer.update(key, ledger.value(value))),
                Step::RemoveValue(key, value) => {
                    writer.remove_value(key, ledger.value(value));
                }
                Step::RemoveEntry(key) => drop(writer.remove_entry(key)),
                Step::Clear(key) => drop(writer.clear(key)),
                Step::Fit => drop(writer.fit_all()),
                Step::Purge => drop(writer.purge()),
                Step::Publish => {
                    // A second one would wait for this very thread.
                    if publishes_while_held == 1 {
                        held = None;
                    }
                    writer.publish();
                    publishes_while_held = if held.is_some() { 1 } else { 0 };
                }
                Step::Hold(key) => {
                    // First leave: a nested guard would see what the one before it saw.
                    drop(held.take());
                    held = holder.get(&key);
                    publishes_while_held = 0;
                }
                Step::LetGo => held = None,
            }
            if let Some(values) = &held {
                prop_assert!(values.iter().all(|value| value.payload() < 1000));
            }
            ledger.alive();
        }
        drop(held);
        drop(holder);
        end(ENDS[how], writer, reader);
        ledger.assert_all_dropped_once();
    }
}
