//! Each operation once per copy, in order; what the log keeps, and for how long.

use std::panic::{AssertUnwindSafe, catch_unwind};

use left_right::{Absorb, ReadHandle, WriteHandle};

use crate::{
    common::{self, tracked::Ledger, tracked::Tracked},
    recorder::{
        Call::{First, Second, Sync},
        Calls, Recorder, seen,
    },
};

fn loading() -> (WriteHandle<Recorder, u32>, ReadHandle<Recorder>, Calls) {
    let recorder = Recorder::new([]);
    let calls = recorder.calls.clone();
    let (writer, reader) = left_right::new_from_empty(recorder);
    (writer, reader, calls)
}

fn logged() -> (WriteHandle<Recorder, u32>, ReadHandle<Recorder>, Calls) {
    let recorder = Recorder::new([]);
    let calls = recorder.calls.clone();
    let (writer, reader) = left_right::new_logged(recorder);
    (writer, reader, calls)
}

#[test]
fn each_copy_absorbs_each_operation_once_in_order() {
    let (mut writer, reader, calls) = logged();
    // Readers see copy 1.
    writer.append(10).append(11);
    assert_eq!(calls.take(), []);
    writer.publish();
    assert_eq!(calls.take(), [First(0, 10), First(0, 11)]);
    // Readers see copy 0. The other copy first gets what it lacks.
    writer.append(12).publish();
    assert_eq!(calls.take(), [Second(1, 10), Second(1, 11), First(1, 12)]);
    writer.publish();
    assert_eq!(calls.take(), [Second(0, 12)]);
    writer.publish();
    assert_eq!(calls.take(), []);
    assert_eq!(seen(&reader), [10, 11, 12]);
}

#[test]
fn the_other_copy_is_the_one_that_readers_see() {
    #[derive(Clone, Default)]
    struct Watching(Vec<u32>);
    impl Absorb<u32> for Watching {
        fn absorb_first(&mut self, operation: &mut u32, other: &Self) {
            // The published copy has everything before the last publish, and nothing since.
            assert_eq!(other.0.len() as u32, *operation / 10 * 10);
            self.0.push(*operation);
        }
        fn absorb_second(&mut self, operation: u32, other: &Self) {
            if operation >= 10 {
                assert_eq!(other.0[operation as usize], operation);
            } else {
                assert_eq!(other.0.len(), 0);
            }
            self.0.push(operation);
        }
        fn sync_with(&mut self, first: &Self) {
            assert_eq!(first.0.len(), 10);
            self.0.clone_from(&first.0);
        }
    }
    let (mut writer, reader) = left_right::new::<Watching, u32>();
    for round in 0..5 {
        writer.extend(10 * round..10 * round + 10);
        writer.publish();
    }
    assert_eq!(reader.enter().unwrap().0, (0..50).collect::<Vec<_>>());
}

#[test]
fn absorb_second_is_absorb_first_by_default() {
    #[derive(Clone, Default)]
    struct OnlyFirst(Vec<u32>);
    impl Absorb<u32> for OnlyFirst {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0.push(*operation);
            // What the first application leaves in the operation, the second finds.
            *operation += 100;
        }
        fn sync_with(&mut self, first: &Self) {
            self.0.clone_from(&first.0);
        }
    }
    let (mut writer, reader) = left_right::new_logged(OnlyFirst::default());
    writer.append(1).publish();
    assert_eq!(reader.enter().unwrap().0, [1]);
    writer.publish();
    assert_eq!(reader.enter().unwrap().0, [101]);
}

/// The initial load: no log, no second application, one `sync_with`.
#[test]
fn the_first_publish_needs_no_log() {
    let (mut writer, reader, calls) = loading();
    writer.append(10).append(11);
    // At once, into the copy that nobody reads, by value.
    assert_eq!(calls.take(), [Second(0, 10), Second(0, 11)]);
    assert_eq!(writer.stats().logged, 0);
    assert_eq!(writer.pending().len(), 0);
    assert!(writer.has_pending_operations());
    assert!(seen(&reader).is_empty());
    writer.publish();
    assert_eq!(calls.take(), []);
    assert_eq!(seen(&reader), [10, 11]);
    writer.append(12);
    assert_eq!(calls.take(), []);
    assert_eq!(writer.stats().logged, 1);
    writer.publish();
    assert_eq!(calls.take(), [Sync(1), First(1, 12)]);
    assert_eq!(seen(&reader), [10, 11, 12]);
    writer.publish();
    assert_eq!(calls.take(), [Second(0, 12)]);
    writer.publish().publish();
    assert_eq!(calls.take(), []);
}

#[test]
fn the_first_publish_synchronises_even_if_nothing_was_loaded() {
    let (mut writer, reader, calls) = loading();
    writer.publish();
    writer.append(1).publish();
    assert_eq!(calls.take(), [Sync(1), First(1, 1)]);
    assert_eq!(seen(&reader), [1]);
}

#[test]
fn a_logged_pair_never_synchronises() {
    let recorder = Recorder::new([5, 6]);
    let calls = recorder.calls.clone();
    let (mut writer, reader) = left_right::new_logged(recorder);
    writer.append(7);
    assert!(writer.pending().eq(&[7]));
    let _ = writer.unpublished();
    writer.publish();
    writer.append(8).publish();
    writer.publish();
    assert!(!calls.take().contains(&Sync(0)) && !calls.take().contains(&Sync(1)));
    assert_eq!(seen(&reader), [5, 6, 7, 8]);
    let taken = writer.take();
    assert_eq!(taken.data, [5, 6, 7, 8]);
}

#[test]
fn pending_lists_what_readers_miss() {
    let (mut writer, reader, _) = loading();
    writer.append(1).publish();
    assert_eq!(writer.pending().len(), 0);
    writer.append(2).append(3);
    assert!(writer.pending().eq(&[2, 3]));
    assert!(writer.pending().rev().eq(&[3, 2]));
    assert_eq!(writer.stats().pending, 2);
    let listed = writer.pending();
    assert_eq!((listed.len(), listed.clone().count()), (2, 2));
    drop(listed);
    // Still, after the stale copy has absorbed them.
    let _ = writer.unpublished();
    assert!(writer.pending().eq(&[2, 3]));
    writer.append(4);
    assert!(writer.pending().eq(&[2, 3, 4]));
    let guard = reader.enter().unwrap();
    writer.publish();
    assert_eq!(writer.pending().len(), 0);
    // The log still has them for the second copy.
    assert_eq!(writer.stats().logged, 3);
    writer.append(5);
    assert!(!writer.try_publish());
    assert!(writer.pending().eq(&[5]));
    assert_eq!(writer.stats().logged, 4);
    drop(guard);
    writer.publish();
    assert_eq!(writer.pending().len(), 0);
    assert_eq!(writer.stats().logged, 1);
    assert_eq!(seen(&reader), [1, 2, 3, 4, 5]);
}

#[test]
fn a_burst_does_not_keep_its_memory() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_logged(Count::default());
    writer.extend((0..200_000).map(Delta));
    let full = writer.stats();
    assert!(full.log_capacity >= 200_000 && full.logged == 200_000);
    writer.publish();
    writer.publish();
    writer.append(Delta(1)).publish();
    writer.publish();
    let after = writer.stats();
    assert_eq!((after.pending, after.logged), (0, 0));
    assert!(after.log_capacity <= full.log_capacity / 50, "{after:?}");
    assert_eq!(reader.enter().unwrap().0, (0..200_000).sum::<u64>() + 1);
}

/// Bursts that come again and again find the memory that they need.
#[test]
fn a_steady_load_keeps_its_memory() {
    let (mut writer, _reader) = left_right::new_logged(Count::default());
    let mut capacities = Vec::new();
    for _ in 0..20 {
        writer.extend((0..5_000).map(Delta));
        capacities.push(writer.stats().log_capacity);
        writer.publish();
    }
    let settled = &capacities[4..];
    assert!(
        settled.windows(2).all(|pair| pair[0] == pair[1]),
        "{capacities:?}"
    );
}

#[derive(Clone, Default)]
struct Count(u64);

struct Delta(u64);

impl Absorb<Delta> for Count {
    fn absorb_first(&mut self, operation: &mut Delta, _: &Self) {
        self.0 += operation.0;
    }
    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

/// An operation is dropped when both copies have it.
#[test]
fn operations_are_dropped_once() {
    #[derive(Clone, Default)]
    struct Sum(u64);
    impl Absorb<Tracked> for Sum {
        fn absorb_first(&mut self, operation: &mut Tracked, _: &Self) {
            self.0 += operation.payload();
        }
        fn sync_with(&mut self, first: &Self) {
            self.0 = first.0;
        }
    }
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new::<Sum, Tracked>();
    writer.append(ledger.value(1));
    assert_eq!(ledger.drops(), [1]);
    writer.publish();
    writer.append(ledger.value(2)).publish();
    assert_eq!(ledger.drops(), [1, 0]);
    writer.append(ledger.value(3)).publish();
    assert_eq!(ledger.drops(), [1, 1, 0]);
    writer.append(ledger.value(4));
    assert_eq!(reader.enter().unwrap().0, 6);
    drop(writer);
    ledger.assert_all_dropped_once();
}

#[test]
fn an_iterator_that_panics_leaves_what_it_gave() {
    let _deadline = common::deadline();
    for publishes in 0..3 {
        let (mut writer, reader, _) = loading();
        for _ in 0..publishes {
            writer.publish();
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            writer.extend((1..10).inspect(|&operation| assert!(operation < 4, "no more")));
        }));
        assert!(outcome.is_err());
        assert!(!writer.is_poisoned());
        writer.append(4).publish();
        assert_eq!(seen(&reader), [1, 2, 3, 4]);
        writer.append(5).publish();
        writer.publish();
        assert_eq!(seen(&reader), [1, 2, 3, 4, 5]);
    }
}

#[test]
fn stats_tell_what_there_is() {
    let (mut writer, reader, _) = loading();
    assert_eq!(writer.stats().readers, 2);
    let more = [reader.clone(), writer.clone()];
    let stats = writer.stats();
    assert_eq!((stats.publishes, stats.pending, stats.logged), (0, 0, 0));
    assert_eq!(stats.readers, 4);
    drop(more);
    drop(reader);
    writer.append(0).publish();
    writer.append(1).append(2).publish();
    writer.append(3);
    let stats = writer.stats();
    assert_eq!((stats.publishes, stats.pending, stats.logged), (2, 1, 3));
    assert!(stats.log_capacity >= 3);
    assert_eq!(stats.readers, 1);
}
