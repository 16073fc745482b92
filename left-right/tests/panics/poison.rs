//! What poison does to the log, and panics at moments that the sessions do not reach.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Barrier,
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, Poisoned, PublishError, Publishing, WriteHandle};

use crate::{
    common::{
        self, still_runs,
        tracked::{Ledger, Tracked},
    },
    fuse::{At, Fuse, Outcome},
    subject::{Bomb, Owning, Sharing, Subject},
};

/// Absorbs values by counting them, and panics at one payload.
#[derive(Clone)]
struct Picky {
    seen: Vec<u64>,
    dislikes: u64,
    in_second: bool,
}

impl Absorb<Tracked> for Picky {
    fn absorb_first(&mut self, operation: &mut Tracked, _: &Self) {
        assert!(self.in_second || operation.payload() != self.dislikes);
        self.seen.push(operation.payload());
    }

    fn absorb_second(&mut self, operation: Tracked, _: &Self) {
        assert!(!self.in_second || operation.payload() != self.dislikes);
        self.seen.push(operation.payload());
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

/// Operations that a copy may have begun to absorb are forgotten: what they own may be in a copy.
/// The others are dropped.
#[test]
fn poison_forgets_begun_operations_and_drops_the_others() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 2,
        in_second: false,
    });
    for payload in 0..5 {
        writer.append(ledger.value(payload));
    }
    assert!(catch_unwind(AssertUnwindSafe(|| _ = writer.publish())).is_err());
    assert_eq!(ledger.drops(), [0; 5]);
    drop(writer);
    assert_eq!(ledger.drops(), [0, 0, 0, 1, 1]);
    assert!(reader.enter().unwrap().seen.is_empty());
}

/// Readers see what the operations own that the published copy has absorbed and the other has not.
#[test]
fn poison_forgets_operations_that_only_the_published_copy_has() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 1,
        in_second: true,
    });
    for payload in 0..4 {
        writer.append(ledger.value(payload));
    }
    writer.publish();
    writer.append(ledger.value(4));
    assert!(catch_unwind(AssertUnwindSafe(|| _ = writer.unpublished())).is_err());
    // 0 went into both copies; 1 was given to the call that panicked, which dropped it.
    assert_eq!(ledger.drops(), [1, 1, 0, 0, 0]);
    drop(writer);
    assert_eq!(ledger.drops(), [1, 1, 0, 0, 1]);
    assert_eq!(reader.enter().unwrap().seen, [0, 1, 2, 3]);
}

#[test]
fn a_poisoned_writer_says_so_in_words() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, _reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 0,
        in_second: false,
    });
    assert!(!writer.is_poisoned());
    writer.append(ledger.value(0));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        writer.publish_timeout(Duration::from_secs(1))
    }));
    assert!(outcome.is_err(), "the first panic is the user's own");
    assert!(writer.is_poisoned());
    let error = writer.publish_timeout(Duration::from_secs(1)).unwrap_err();
    let PublishError::Poisoned(poisoned) = error else {
        panic!("{error:?}");
    };
    let _: Poisoned = poisoned;
    assert_eq!(error.to_string(), poisoned.to_string());
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(PublishError::from(poisoned), error);
}

/// Dropping a writer that is poisoned waits for nobody: its readers keep their copy.
#[test]
fn a_poisoned_writer_goes_at_once() {
    let _deadline = common::deadline();
    for freeze in [false, true] {
        let ledger = Ledger::default();
        let (mut writer, reader) = left_right::new_logged(Picky {
            seen: Vec::new(),
            dislikes: 1,
            in_second: false,
        });
        writer.append(ledger.value(0)).publish();
        writer.append(ledger.value(1));
        let guard = reader.enter().unwrap();
        assert!(catch_unwind(AssertUnwindSafe(|| _ = writer.publish())).is_err());
        if freeze {
            writer.freeze();
        } else {
            drop(writer);
        }
        assert_eq!(guard.seen, [0]);
        drop(guard);
        assert_eq!(reader.clone().enter().unwrap().seen, [0]);
    }
}

/// A writer that unwinds on account of an `absorb_*` is dropped in the same breath.
#[test]
fn a_panic_unwinds_through_the_writer() {
    let _deadline = common::deadline();
    for logged in [false, true] {
        let ledger = Ledger::default();
        let start = Picky {
            seen: Vec::new(),
            dislikes: 1,
            in_second: !logged,
        };
        let (mut writer, reader) = if logged {
            left_right::new_logged(start)
        } else {
            left_right::new_from_empty(start)
        };
        let values = [ledger.value(0), ledger.value(1), ledger.value(2)];
        let outcome = catch_unwind(AssertUnwindSafe(move || {
            writer.extend(values);
            writer.publish();
        }));
        assert!(outcome.is_err());
        // Readers keep what they had, and learn of no end.
        assert!(reader.enter().unwrap().seen.is_empty());
        assert!(!reader.was_dropped());
        ledger.alive();
    }
}

/// An `absorb_*` that panics while the writer is dropped by unwinding: no second panic gets out.
#[test]
fn user_code_panics_again_while_the_writer_unwinds() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 1,
        in_second: false,
    });
    let value = ledger.value(1);
    let outcome = Outcome::of(move || {
        writer.append(value);
        panic!("the first panic");
    });
    assert!(matches!(outcome, Outcome::<()>::Refused(message) if message == "the first panic"));
    assert!(reader.enter().is_none_or(|guard| guard.seen.is_empty()));
    ledger.alive();
}

/// As the documentation of `take` promises. If it publishes on its way, that may be seen.
#[test]
fn a_take_that_panics_leaves_the_data_to_the_readers() {
    let _deadline = common::deadline();
    for in_second in [false, true] {
        let ledger = Ledger::default();
        let (mut writer, reader) = left_right::new_logged(Picky {
            seen: Vec::new(),
            dislikes: 1,
            in_second,
        });
        writer.append(ledger.value(0)).publish();
        writer.append(ledger.value(1));
        assert!(catch_unwind(AssertUnwindSafe(|| drop(writer.take()))).is_err());
        let guard = reader
            .enter()
            .expect("readers keep the last published copy");
        assert!(
            guard.seen == [0] || (in_second && guard.seen == [0, 1]),
            "{:?}, in_second: {in_second}",
            guard.seen
        );
    }
}

/// The last reader of frozen data drops it. "No `Drop` of ours panics", also not with the user's.
#[test]
fn the_last_reader_of_frozen_data_goes_without_a_panic() {
    let _deadline = common::deadline();
    for call in 0..20 {
        let ledger = Ledger::default();
        let fuse = Fuse::new(At::Once(call));
        let outcome = Outcome::of(|| {
            let (mut writer, reader) = left_right::new_logged(Owning::empty(&fuse));
            writer.append(Owning::push(Bomb::new(1, &ledger, &fuse)));
            writer.publish();
            writer.freeze();
            reader
        });
        let Outcome::Returned(reader) = outcome else {
            continue;
        };
        let outcome = Outcome::of(move || drop(reader));
        assert!(matches!(outcome, Outcome::Returned(())), "{outcome:?}");
        ledger.alive();
    }
}

/// A panic in one thread's publish does not disturb readers in others, before or after.
#[test]
fn readers_in_other_threads_read_on() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 500,
        in_second: true,
    });
    let start = Barrier::new(3);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (reader, start) = (reader.clone(), &start);
            scope.spawn(move || {
                start.wait();
                loop {
                    let guard = reader.clone().enter().map(|guard| guard.seen.len());
                    if guard == Some(501) {
                        break;
                    }
                }
                for _ in 0..1000 {
                    let guard = reader.enter().unwrap();
                    assert!(guard.seen.iter().copied().eq(0..501));
                }
            });
        }
        start.wait();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for payload in 0..1000 {
                writer.append(ledger.value(payload)).publish();
            }
        }));
        assert!(outcome.is_err());
        assert!(writer.is_poisoned());
    });
    assert_eq!(writer.version(), 501);
    let taken = writer.take();
    assert!(taken.seen.iter().copied().eq(0..501));
    drop(taken);
    ledger.alive();
}

/// A poisoned writer's `take` waits for the readers of the copy that it gives away.
#[test]
fn taking_from_a_poisoned_writer_waits_for_its_readers() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let (mut writer, reader) = left_right::new_logged(Picky {
        seen: Vec::new(),
        dislikes: 1,
        in_second: false,
    });
    writer.append(ledger.value(0)).publish();
    writer.append(ledger.value(1));
    assert!(catch_unwind(AssertUnwindSafe(|| _ = writer.publish())).is_err());
    let guard = reader.enter().unwrap();
    thread::scope(|scope| {
        let moment = Duration::from_millis(40);
        let (waits, taking) = still_runs(scope, moment, move || writer.take());
        assert!(waits, "the data was taken from under a guard");
        assert_eq!(guard.seen, [0]);
        drop(guard);
        assert_eq!(taking.join().unwrap().seen, [0]);
    });
    assert!(reader.was_dropped());
}

/// Loaded values belong to one copy only, until the first publish: a freeze must drop them there.
#[test]
fn shared_values_loaded_and_never_published_are_dropped_by_a_freeze() {
    let _deadline = common::deadline();
    let ledger = Ledger::default();
    let fuse = Fuse::new(At::Never);
    let (mut writer, reader) = left_right::new_from_empty(Sharing::empty(&fuse));
    writer.append(Sharing::push(Bomb::new(1, &ledger, &fuse)));
    writer.freeze();
    assert!(reader.enter().unwrap().payloads().is_empty());
    drop(reader);
    ledger.assert_all_dropped_once();
}

/// Values of operations that `unpublished` applied and no publish showed.
#[test]
fn values_that_were_read_and_never_published_are_dropped_by_a_freeze() {
    let _deadline = common::deadline();
    fn run<S: Subject>() {
        let ledger = Ledger::default();
        let fuse = Fuse::new(At::Never);
        let (mut writer, reader) = left_right::new_logged(S::empty(&fuse));
        writer.append(S::push(Bomb::new(1, &ledger, &fuse)));
        assert_eq!(writer.unpublished().payloads(), [1]);
        writer.freeze();
        drop(reader);
        ledger.assert_all_dropped_once();
    }
    run::<Sharing>();
    run::<Owning>();
}

/// Values that panic in the stale copy and in the log: the process must not abort.
#[test]
fn two_panicking_drops_with_the_writer_do_not_abort() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a drop");
        }
    }
    #[derive(Default)]
    struct Bombs(Vec<Bomb>);
    impl Clone for Bombs {
        fn clone(&self) -> Self {
            Self::default()
        }
    }
    impl left_right::Absorb<Bomb> for Bombs {
        fn absorb_first(&mut self, _: &mut Bomb, _: &Self) {
            self.0.push(Bomb);
        }
        fn sync_with(&mut self, _: &Self) {}
    }
    impl left_right::Independent for Bombs {}

    for poisoned in [false, true] {
        let (mut writer, reader) = left_right::new_owned::<Bombs, Bomb>(Bombs::default());
        writer.append(Bomb).publish();
        writer.append(Bomb).append(Bomb);
        if poisoned {
            // The replay drops the operation, which panics.
            assert!(catch_unwind(AssertUnwindSafe(|| _ = writer.publish())).is_err());
        }
        drop(writer);
        assert_eq!(reader.enter().0.len(), 1);
        drop(reader);
    }
}

/// However a writer goes, readers learn of it.
#[test]
fn a_writer_that_goes_with_a_panic_has_gone() {
    let _deadline = common::deadline();
    type Writer = WriteHandle<Picky, Tracked>;
    let ends: [fn(Writer); 4] = [
        drop,
        |writer| drop(writer.take()),
        |writer| drop(writer.freeze()),
        |mut writer| {
            writer.publish();
        },
    ];
    for end in ends {
        for (logged, poisoned) in [(true, true), (true, false), (false, true)] {
            let ledger = Ledger::default();
            let start = Picky {
                seen: Vec::new(),
                dislikes: 1,
                in_second: !logged,
            };
            let (mut writer, reader) = match logged {
                true => left_right::new_logged(start),
                false => left_right::new_from_empty(start),
            };
            writer.append(ledger.value(0));
            let publish = AssertUnwindSafe(|| {
                writer.append(ledger.value(1));
                if poisoned {
                    writer.publish();
                }
            });
            assert_eq!(catch_unwind(publish).is_err(), poisoned);
            assert!(reader.has_writer());
            let _ = catch_unwind(AssertUnwindSafe(|| end(writer)));
            assert!(!reader.has_writer() && !reader.shared().has_writer());
        }
    }
}

/// Its drop panics, and so does whatever absorbs it, as its number says.
struct Grumpy(u32);

impl Drop for Grumpy {
    fn drop(&mut self) {
        assert!(self.0 < 100, "dropped");
    }
}

#[derive(Clone)]
struct Sum(u32);

impl Absorb<Grumpy> for Sum {
    fn absorb_first(&mut self, operation: &mut Grumpy, _: &Self) {
        self.0 += operation.0;
    }

    fn absorb_second(&mut self, operation: Grumpy, _: &Self) {
        assert_ne!(operation.0, 7, "absorbed");
        self.0 += operation.0;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

impl Independent for Sum {}

/// A second panic in a thread that unwinds would end the process.
#[test]
fn operations_whose_drop_panics_go_one_by_one() {
    let _deadline = common::deadline();
    let message = |outcome| match outcome {
        Outcome::Refused(message) => message,
        other => panic!("{other:?}"),
    };
    // Before the first publish it is absorbed where it is written; the others are dropped there.
    let shared = left_right::new_from_empty(Sum(0));
    let shared = shared.0.into_shared(Publishing::Manual);
    let said = [7, 100, 101].map(|number| {
        let write = || _ = shared.write(Grumpy(number));
        message(Outcome::of(write))
    });
    assert!(said[0].contains("absorbed"), "{said:?}");
    assert_eq!(said[1..], ["dropped", "dropped"]);
    assert!(shared.is_poisoned());
    drop(shared);

    // A panic of theirs does not leave the drop of the last handle.
    let (writer, reader) = left_right::new_logged(Sum(0));
    let shared = writer.into_shared(Publishing::Manual);
    for number in [100, 101] {
        shared.write(Grumpy(number)).unwrap();
    }
    drop(shared);
    drop(reader);

    // A replacement drops what its clone has absorbed; the first panic of that is the caller's.
    let (mut writer, reader) = left_right::new_logged(Sum(0));
    let guard = reader.enter();
    writer.append(Grumpy(100)).append(Grumpy(101)).publish();
    writer.append(Grumpy(1));
    let publish = |writer: &mut WriteHandle<_, _>| writer.publish_or_replace(Duration::ZERO);
    let said = message(Outcome::of(|| drop(publish(&mut writer))));
    assert_eq!(said, "dropped");
    assert!(!writer.is_poisoned());
    publish(&mut writer).unwrap();
    assert_eq!(writer.enter().unwrap().0, 202);
    drop(guard);
}
