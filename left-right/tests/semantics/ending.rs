//! How a pair ends: dropped, taken, frozen; what is dropped, when, and who waits for whom.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, ReadGuard, ReadHandle, WriteHandle};

use crate::{
    common::{
        self,
        tracked::{Ledger, Tracked},
    },
    recorder::{
        Call::{DropFirst, DropSecond, First, Second},
        Calls, Recorder, seen,
    },
};

const A_MOMENT: Duration = Duration::from_millis(40);

fn pair() -> (WriteHandle<Recorder, u32>, ReadHandle<Recorder>, Calls) {
    let recorder = Recorder::new([]);
    let calls = recorder.calls.clone();
    let (writer, reader) = left_right::new_logged(recorder);
    (writer, reader, calls)
}

#[test]
fn dropping_the_writer_takes_the_data_away() {
    let _deadline = common::deadline();
    let (mut writer, reader, _) = pair();
    let factory = reader.factory();
    writer.append(1).publish();
    assert!(!reader.was_dropped());
    drop(writer);
    assert!(reader.was_dropped());
    for reader in [reader.clone(), factory.handle(), reader] {
        assert!(reader.enter().is_none());
        assert!(reader.enter().is_none());
        assert!(reader.raw_handle().is_none());
        assert!(reader.was_dropped());
        assert!(format!("{reader:?}").contains("true"));
    }
}

/// However the writer goes, who learns of it finds its last publish, or that the data is gone.
#[test]
fn a_reader_without_a_writer_sees_the_last_publish() {
    let _deadline = common::deadline();
    let ends: [fn(WriteHandle<Recorder, u32>); 3] = [
        drop,
        |writer| drop(writer.take()),
        |writer| drop(writer.freeze()),
    ];
    for (round, end) in (0..300).zip(ends.into_iter().cycle()) {
        let (mut writer, reader, _) = pair();
        let shared = reader.shared();
        assert!(reader.has_writer() && shared.has_writer());
        thread::scope(|scope| {
            scope.spawn(move || {
                writer.append(round).publish();
                writer.append(round + 1).publish();
                end(writer);
            });
            while reader.has_writer() {
                thread::yield_now();
            }
            assert!(!shared.has_writer());
            let seen = reader.enter().map(|guard| guard.data.clone());
            assert_eq!(seen.is_none(), reader.was_dropped());
            assert!(seen.is_none_or(|seen| seen == [round, round + 1]));
        });
    }
}

#[test]
fn both_copies_are_up_to_date_when_they_are_dropped() {
    let _deadline = common::deadline();
    let (mut writer, _reader, calls) = pair();
    writer.append(1).publish();
    writer.append(2);
    calls.take();
    drop(writer);
    // Readers were in copy 0 last. Copy 1 becomes the newer one; copy 0 catches up and goes first.
    assert_eq!(
        calls.take(),
        [
            Second(1, 1),
            First(1, 2),
            Second(0, 2),
            DropFirst(0),
            DropSecond(1)
        ]
    );
}

#[test]
fn the_copies_are_dropped_once_at_every_age() {
    let _deadline = common::deadline();
    for logged in [false, true] {
        for publishes in 0..4 {
            for pending in [false, true] {
                for reads in [false, true] {
                    let recorder = Recorder::new([]);
                    let calls = recorder.calls.clone();
                    let (mut writer, _reader) = if logged {
                        left_right::new_logged(recorder)
                    } else {
                        left_right::new_from_empty(recorder)
                    };
                    for round in 0..publishes {
                        writer.append(round).publish();
                    }
                    if pending {
                        writer.append(99);
                    }
                    if reads {
                        let _ = writer.unpublished();
                    }
                    calls.take();
                    let taken = writer.take();
                    let expected: Vec<u32> = (0..publishes).chain(pending.then_some(99)).collect();
                    assert_eq!(taken.data, expected);
                    let before = calls.take();
                    assert_eq!(drops(&before), (1, 0), "{before:?}");
                    drop(taken);
                    let after = calls.take();
                    assert_eq!(drops(&after), (0, 1), "{after:?}");
                }
            }
        }
    }
}

fn drops(calls: &[crate::recorder::Call]) -> (usize, usize) {
    let count = |first: bool| {
        let of_kind = |call: &&_| match call {
            DropFirst(_) => first,
            DropSecond(_) => !first,
            _ => false,
        };
        calls.iter().filter(of_kind).count()
    };
    (count(true), count(false))
}

#[test]
fn taken_data_can_be_kept_without_drop_second() {
    let (mut writer, reader, calls) = pair();
    writer.append(1).publish();
    writer.append(2);
    let mut taken = writer.take();
    assert!(reader.was_dropped());
    taken.data.push(3);
    calls.take();
    // SAFETY: a recorder's `drop_second` does nothing that a plain drop would not.
    let kept = unsafe { taken.into_box() };
    assert_eq!(kept.data, [1, 2, 3]);
    drop(kept);
    assert_eq!(calls.take(), []);
}

#[test]
fn dropping_and_taking_wait_for_the_last_reader() {
    let _deadline = common::deadline();
    for take in [false, true] {
        for publish_meanwhile in [false, true] {
            let (mut writer, reader, calls) = pair();
            writer.append(1).publish();
            let guard = reader.enter().unwrap();
            if publish_meanwhile {
                // The guard is in the stale copy then, not in the published one.
                writer.append(2).publish();
            }
            calls.take();
            thread::scope(|scope| {
                let (waits, ending) = common::still_runs(scope, A_MOMENT, move || {
                    if take {
                        drop(writer.take());
                    } else {
                        drop(writer);
                    }
                });
                assert!(waits, "the writer went while a guard was held");
                let happened = calls.take();
                assert_eq!(drops(&happened), (0, 0), "{happened:?}");
                assert_eq!(guard.data, [1]);
                drop(guard);
                ending.join().unwrap();
            });
            assert_eq!(drops(&calls.take()), (1, 1));
        }
    }
}

/// Entering once more under a guard gives nothing once the data is being taken away, as in 0.11.
#[test]
fn nested_guards_end_with_the_writer() {
    let _deadline = common::deadline();
    let (writer, reader, calls) = pair();
    thread::scope(|scope| {
        let guard = reader.enter().unwrap();
        let dropping = scope.spawn(move || drop(writer));
        while !reader.was_dropped() {
            thread::yield_now();
        }
        for _ in 0..3 {
            assert!(reader.enter().is_none());
        }
        assert!(reader.clone().enter().is_none());
        // The failed attempts have not given the first guard's place away.
        thread::sleep(A_MOMENT);
        assert!(!dropping.is_finished());
        assert_eq!(calls.take(), []);
        assert!(guard.data.is_empty());
        drop(guard);
        dropping.join().unwrap();
    });
    assert_eq!(drops(&calls.take()), (1, 1));
}

#[test]
fn readers_may_outlive_the_writer_by_far() {
    let _deadline = common::deadline();
    let (writer, reader, _) = pair();
    drop(writer);
    let others: Vec<_> = (0..100).map(|_| reader.clone()).collect();
    drop(reader);
    thread::spawn(move || {
        assert!(others.iter().all(|other| other.enter().is_none()));
    })
    .join()
    .unwrap();
}

#[test]
fn the_writer_may_outlive_all_readers() {
    let _deadline = common::deadline();
    let (mut writer, reader, _) = pair();
    drop(reader);
    for round in 0..5 {
        writer.append(round).publish();
        assert_eq!(seen(&writer).len() as u32, round + 1);
    }
    assert_eq!(writer.clone().enter().unwrap().data.len(), 5);
    drop(writer);
}

/// Unwinding drops the writer like anything else; readers learn of it.
#[test]
fn a_writer_that_unwinds_takes_the_data_away() {
    let _deadline = common::deadline();
    let (mut writer, reader, calls) = pair();
    let outcome = catch_unwind(AssertUnwindSafe(move || {
        writer.append(1).publish();
        writer.append(2);
        panic!("with a writer");
    }));
    assert!(outcome.is_err());
    assert!(reader.was_dropped());
    assert_eq!(drops(&calls.take()), (1, 1));
}

#[test]
fn frozen_data_stays_until_the_last_reader_goes() {
    let _deadline = common::deadline();
    let (mut writer, reader, calls) = pair();
    let factory = reader.factory();
    writer.append(1).publish();
    writer.append(2).publish();
    writer.append(3);
    calls.take();
    writer.freeze();
    // The unpublished operation is gone; the stale copy caught up and went.
    assert_eq!(calls.take(), [Second(0, 2), DropFirst(0)]);
    assert!(!reader.was_dropped());
    let guard = reader.enter().unwrap();
    assert_eq!((&*guard.data, ReadGuard::version(&guard)), (&[1, 2][..], 2));
    let other = factory.handle();
    drop(factory);
    thread::spawn(move || assert_eq!(seen(&other), [1, 2]))
        .join()
        .unwrap();
    drop(guard);
    assert!(reader.raw_handle().is_some());
    assert_eq!(calls.take(), []);
    drop(reader);
    assert_eq!(drops(&calls.take()), (0, 1));
}

#[test]
fn a_freeze_waits_for_readers_of_the_stale_copy_only() {
    let _deadline = common::deadline();
    let (mut writer, reader, calls) = pair();
    let stale = reader.enter().unwrap();
    writer.append(1).publish();
    let other = reader.clone();
    let newest = other.enter().unwrap();
    calls.take();
    thread::scope(|scope| {
        let (waits, freezing) = common::still_runs(scope, A_MOMENT, move || writer.freeze());
        assert!(waits, "the stale copy went while a guard was in it");
        assert_eq!(calls.take(), []);
        assert!(stale.data.is_empty());
        assert!(!reader.was_dropped());
        drop(stale);
        freezing.join().unwrap();
    });
    assert_eq!(calls.take(), [Second(1, 1), DropFirst(1)]);
    assert_eq!(newest.data, [1]);
    drop(newest);
    drop((reader, other));
    assert_eq!(calls.take(), [DropSecond(0)]);
}

#[test]
fn a_freeze_without_readers_drops_everything() {
    let _deadline = common::deadline();
    for on_drop in [false, true] {
        for publishes in 0..3 {
            let (mut writer, reader, calls) = pair();
            drop(reader);
            for round in 0..publishes {
                writer.append(round).publish();
            }
            calls.take();
            if on_drop {
                drop(writer.into_owned());
            } else {
                writer.freeze();
            }
            assert_eq!(drops(&calls.take()), (1, 1));
        }
    }
}

#[test]
fn what_is_frozen_before_the_first_publish_is_what_readers_saw() {
    let _deadline = common::deadline();
    for on_drop in [false, true] {
        let recorder = Recorder::new([7]);
        let calls = recorder.calls.clone();
        let (mut writer, reader) = left_right::new_from_empty(recorder);
        writer.append(8);
        if on_drop {
            drop(writer.into_owned());
        } else {
            writer.freeze();
        }
        assert_eq!(seen(&reader), [7]);
        drop(reader);
        let (first, second) = drops(&calls.take());
        assert_eq!(first + second, 2);
        assert!(second >= 1);
    }
}

/// The writer goes at once; a reader in the stale copy keeps that, too.
#[test]
fn a_writer_that_freezes_on_drop_waits_for_nobody() {
    let _deadline = common::deadline();
    let (mut writer, reader, calls) = pair();
    let stale = reader.enter().unwrap();
    writer.append(1).publish();
    let other = reader.clone();
    let newest = other.enter().unwrap();
    writer.append(2);
    calls.take();
    drop(writer.into_owned());
    assert_eq!(calls.take(), []);
    assert!(stale.data.is_empty());
    assert_eq!(newest.data, [1]);
    drop(stale);
    assert_eq!(seen(&reader), [1]);
    drop(newest);
    drop(reader);
    assert_eq!(calls.take(), []);
    assert_eq!(seen(&other), [1]);
    // The last handle drops both copies, on whatever thread it is.
    thread::spawn(move || drop(other)).join().unwrap();
    assert_eq!(drops(&calls.take()), (1, 1));
}

#[test]
fn the_stale_copy_goes_at_once_if_nobody_is_in_it() {
    let _deadline = common::deadline();
    let (mut writer, reader, calls) = pair();
    writer.append(1).publish();
    let writer = writer.into_owned();
    calls.take();
    drop(writer);
    assert_eq!(calls.take(), [DropFirst(1)]);
    drop(reader);
    assert_eq!(calls.take(), [DropSecond(0)]);
}

#[test]
fn a_writer_that_unwinds_can_leave_its_data() {
    let _deadline = common::deadline();
    let (writer, reader, calls) = pair();
    let outcome = catch_unwind(AssertUnwindSafe(move || {
        let mut writer = writer.into_owned();
        writer.append(1).publish();
        writer.append(2);
        panic!("with a writer");
    }));
    assert!(outcome.is_err());
    assert_eq!(seen(&reader), [1]);
    drop(reader);
    assert_eq!(drops(&calls.take()), (1, 1));
}

/// A guard that was leaked keeps frozen data until its handle goes, and no longer.
#[test]
fn a_leaked_guard_of_frozen_data() {
    let _deadline = common::deadline();
    let (writer, reader, calls) = pair();
    let mut writer = writer.into_owned();
    std::mem::forget(reader.enter());
    writer.append(1).publish();
    drop(writer);
    assert_eq!(drops(&calls.take()), (0, 0));
    assert_eq!(seen(&reader), [1]);
    drop(reader);
    assert_eq!(drops(&calls.take()), (1, 1));
}

/// A structure that owns its values and clones nothing: each copy gets values of its own.
struct Owner {
    ledger: Ledger,
    values: Vec<Tracked>,
}

impl Clone for Owner {
    fn clone(&self) -> Self {
        let copy = |value: &Tracked| self.ledger.value(value.payload());
        Self {
            ledger: self.ledger.clone(),
            values: self.values.iter().map(copy).collect(),
        }
    }
}

enum Change {
    Push(Tracked),
    Pop,
}

impl Absorb<Change> for Owner {
    fn absorb_first(&mut self, change: &mut Change, _: &Self) {
        match change {
            Change::Push(value) => self.values.push(self.ledger.value(value.payload())),
            Change::Pop => drop(self.values.pop()),
        }
    }

    fn absorb_second(&mut self, change: Change, _: &Self) {
        match change {
            Change::Push(value) => self.values.push(value),
            Change::Pop => drop(self.values.pop()),
        }
    }

    fn sync_with(&mut self, first: &Self) {
        *self = first.clone();
    }
}

impl Independent for Owner {}

#[derive(Clone, Copy, Debug)]
enum End {
    Drop,
    Take,
    TakeAndUnbox,
    Freeze,
    DropOwned,
}

/// Whatever was put in, at whatever age, and however it ends: everything is dropped once.
#[test]
fn owned_values_are_dropped_once_however_it_ends() {
    let _deadline = common::deadline();
    let ends = [
        End::Drop,
        End::Take,
        End::TakeAndUnbox,
        End::Freeze,
        End::DropOwned,
    ];
    for end in ends {
        for logged in [false, true] {
            for publishes in 0..4 {
                for pending in [false, true] {
                    for blocker in [false, true] {
                        for reader_first in [false, true] {
                            let case = format!(
                                "{end:?}, logged {logged}, {publishes} publishes, pending {pending}, blocker {blocker}, reader first {reader_first}"
                            );
                            // With a blocker, only one way of ending does not wait for it.
                            if blocker && !matches!(end, End::DropOwned) {
                                continue;
                            }
                            let ledger = Ledger::default();
                            run(
                                &ledger,
                                end,
                                logged,
                                publishes,
                                pending,
                                blocker,
                                reader_first,
                            );
                            let drops = ledger.drops();
                            assert!(drops.iter().all(|&count| count == 1), "{case}: {drops:?}");
                        }
                    }
                }
            }
        }
    }
}

fn run(
    ledger: &Ledger,
    end: End,
    logged: bool,
    publishes: u64,
    pending: bool,
    blocker: bool,
    reader_first: bool,
) {
    let start = Owner {
        ledger: ledger.clone(),
        values: vec![ledger.value(100)],
    };
    let (mut writer, reader) = if logged {
        left_right::new_logged(start)
    } else {
        left_right::new_from_empty(start)
    };
    for round in 0..publishes {
        writer.append(Change::Push(ledger.value(round)));
        writer.append(Change::Push(ledger.value(round)));
        writer.append(Change::Pop).publish();
    }
    let guard = if blocker { reader.enter() } else { None };
    if pending {
        writer.append(Change::Push(ledger.value(99)));
        if blocker {
            assert!(writer.try_publish());
        }
        writer.append(Change::Push(ledger.value(99)));
    }
    let spare = reader.clone();
    if reader_first && guard.is_none() {
        drop(reader.enter());
    }
    match end {
        End::Drop => drop(writer),
        End::Take => drop(writer.take()),
        End::TakeAndUnbox => {
            // SAFETY: an owner's `drop_second` is a plain drop.
            drop(unsafe { writer.take().into_box() });
        }
        End::Freeze => drop(writer.freeze()),
        End::DropOwned => {
            drop(writer.into_owned());
        }
    }
    if let Some(guard) = &guard {
        assert_eq!(guard.values[0].payload(), 100);
    }
    if reader_first {
        drop(guard);
        drop(reader);
        drop(spare);
    } else {
        drop(spare);
        drop(guard);
        drop(reader);
    }
}
