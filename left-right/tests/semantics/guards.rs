//! Guards: nested, narrowed, refreshed, leaked; handles that come and go beside them.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
    time::Duration,
};

use left_right::{ReadGuard, ReadHandle, WriteHandle};

use crate::{
    common,
    recorder::{Recorder, seen},
};

fn pair() -> (WriteHandle<Recorder, u32>, ReadHandle<Recorder>) {
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.append(1).publish();
    (writer, reader)
}

#[test]
fn a_guard_is_a_snapshot() {
    let (mut writer, reader) = pair();
    let guard = reader.enter().unwrap();
    let data = &guard.data;
    writer.append(2).publish();
    assert!(!writer.append(3).try_publish());
    assert_eq!(*data, [1]);
    assert_eq!(ReadGuard::version(&guard), 1);
}

/// As in 0.11.
#[test]
fn each_guard_of_a_handle_sees_what_is_newest_when_it_is_made() {
    let (mut writer, reader) = pair();
    let first = reader.enter().unwrap();
    let again = reader.enter().unwrap();
    assert!(std::ptr::eq(&*first, &*again));
    writer.append(2).publish();
    let second = reader.enter().unwrap();
    assert_eq!((&first.data[..], &second.data[..]), (&[1][..], &[1, 2][..]));
    let versions = [&first, &again, &second].map(ReadGuard::version);
    assert_eq!(versions, [1, 1, 2]);
    assert!(ReadGuard::is_newest(&second) && !ReadGuard::is_newest(&first));
    // The older copy is free when its last guard goes, though a newer guard lives.
    drop(first);
    assert!(!writer.append(3).try_publish());
    drop(again);
    assert!(writer.try_publish());
    assert_eq!(second.data, [1, 2]);
    assert!(!writer.try_publish());
    drop(second);
    assert!(writer.try_publish());
    assert_eq!(seen(&reader), [1, 2, 3]);
}

/// In whatever order they go, each frees its copy and no other.
#[test]
fn guards_of_two_copies_go_in_any_order() {
    for newest_first in [false, true] {
        let (mut writer, reader) = pair();
        let older = reader.enter().unwrap();
        writer.append(2).publish();
        let newer = reader.enter().unwrap();
        if newest_first {
            drop(newer);
            assert!(
                !writer.append(3).try_publish(),
                "the older guard is in the way"
            );
            assert_eq!(older.data, [1]);
            drop(older);
            assert!(writer.try_publish());
        } else {
            drop(older);
            assert!(writer.append(3).try_publish());
            assert!(
                !writer.append(4).try_publish(),
                "the newer guard is in the way"
            );
            assert_eq!(newer.data, [1, 2]);
            drop(newer);
            assert!(writer.try_publish());
        }
    }
}

/// A loop that enters beside a guard that stays uses one more slot, and gives both back with the handle.
#[test]
fn entering_beside_an_older_guard_again_and_again_costs_one_slot() {
    let (mut writer, reader) = pair();
    let readers = writer.stats().readers;
    let handle = reader.clone();
    let stays = handle.enter().unwrap();
    for version in 2..100 {
        writer.append(version);
        writer.publish_or_replace(Duration::ZERO).unwrap();
        let guard = handle.enter().unwrap();
        assert_eq!(ReadGuard::version(&guard), u64::from(version));
        assert_eq!(handle.enter().unwrap().data, guard.data);
    }
    assert_eq!(stays.data, [1]);
    assert_eq!(writer.stats().deferred, 1);
    assert_eq!(writer.stats().readers, readers + 2);
    drop(stays);
    drop(handle);
    assert_eq!(writer.stats().readers, readers);
}

/// One of them in a slot of its own, which its handle cannot end but by going.
#[test]
fn leaked_guards_of_two_copies_go_with_their_handle() {
    let (mut writer, reader) = pair();
    let leaky = reader.clone();
    mem::forget(leaky.enter());
    writer.append(2).publish();
    mem::forget(leaky.enter());
    assert!(!writer.append(3).try_publish());
    drop(leaky);
    assert!(writer.try_publish());
    assert!(writer.append(4).try_publish());
    assert_eq!(seen(&reader), [1, 2, 3, 4]);
}

/// In whatever order nested guards go, the last of them leaves, and only it.
#[test]
fn the_last_of_nested_guards_leaves() {
    let _deadline = common::deadline();
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let (mut writer, reader) = pair();
        let mut guards = [reader.enter(), reader.enter(), reader.enter()];
        assert!(writer.append(2).try_publish());
        for index in order {
            assert!(
                !writer.try_publish(),
                "{order:?}: left before the last went"
            );
            let others = guards.iter().flatten();
            assert!(others.into_iter().all(|guard| guard.data == [1]));
            guards[index] = None;
        }
        assert!(writer.try_publish(), "{order:?}: the last did not leave");
        // Entering anew works as on the first day.
        let guard = reader.enter().unwrap();
        assert_eq!(guard.data, [1, 2]);
        assert!(writer.append(3).try_publish());
        assert!(!writer.append(4).try_publish());
        drop(guard);
        assert!(writer.try_publish());
    }
}

/// If a guard left twice, the slot would say "inactive" while there is another guard.
#[test]
fn a_guard_leaves_once() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    for round in 0..100 {
        drop(reader.enter());
        let outer = reader.enter().unwrap();
        drop(reader.enter());
        drop(ReadGuard::map(reader.enter().unwrap(), |r| &r.data));
        drop(ReadGuard::try_map(reader.enter().unwrap(), |r| {
            r.data.get(9999)
        }));
        writer.append(round).publish();
        assert!(!writer.try_publish());
        assert_eq!(outer.data.len() as u32, round + 1);
        drop(outer);
        assert!(writer.try_publish());
    }
}

#[test]
fn a_narrowed_guard_holds_on_and_leaves() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let part = ReadGuard::map(reader.enter().unwrap(), |r| &r.data[..]);
    let part = ReadGuard::map(part, |data| &data[0]);
    writer.append(2).publish();
    assert!(!writer.try_publish());
    assert_eq!((*part, ReadGuard::version(&part)), (1, 1));
    drop(part);
    assert!(writer.try_publish());

    let part = ReadGuard::try_map(reader.enter().unwrap(), |r| r.data.first());
    assert_eq!(part.as_deref(), Some(&1));
    writer.publish();
    assert!(!writer.try_publish());
    drop(part);
    assert!(writer.try_publish());

    let nothing = ReadGuard::try_map(reader.enter().unwrap(), |r| r.data.get(99));
    assert!(nothing.is_none());
    writer.publish();
    assert!(writer.try_publish(), "a guard of nothing is still active");
}

#[test]
fn a_closure_that_panics_leaves() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let narrowings: [fn(ReadGuard<'_, Recorder>); 3] = [
        |guard| drop(ReadGuard::map(guard, |_| -> &u32 { panic!("in map") })),
        |guard| {
            drop(ReadGuard::try_map(guard, |_| -> Option<&u32> {
                panic!("in try_map")
            }));
        },
        |_guard| panic!("under a guard"),
    ];
    for narrow in narrowings {
        let outcome = catch_unwind(AssertUnwindSafe(|| narrow(reader.enter().unwrap())));
        assert!(outcome.is_err());
        assert!(writer.try_publish());
        assert!(writer.try_publish());
    }
}

#[test]
fn refresh_steps_to_the_newest_copy() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let guard = reader.enter().unwrap();
    let guard = guard.refresh().unwrap();
    assert_eq!((&*guard.data, ReadGuard::version(&guard)), (&[1][..], 1));
    writer.append(2).publish();
    let guard = guard.refresh().unwrap();
    assert_eq!((&*guard.data, ReadGuard::version(&guard)), (&[1, 2][..], 2));
    // It has left the copy before, so the writer goes on…
    assert!(writer.append(3).try_publish());
    // …and is active the next.
    assert!(!writer.append(4).try_publish());
    assert_eq!(guard.data, [1, 2]);
    let mut guard = guard.refresh().unwrap();
    for round in 4..100 {
        assert!(writer.append(round).try_publish());
        guard = guard.refresh().unwrap();
        assert_eq!(ReadGuard::version(&guard), writer.version());
    }
    drop(guard);
    assert!(writer.try_publish());
    assert!(writer.try_publish());
}

#[test]
fn refresh_stays_where_other_guards_are() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let other = reader.enter().unwrap();
    let guard = reader.enter().unwrap();
    writer.append(2).publish();
    let guard = guard.refresh().unwrap();
    assert!(std::ptr::eq(&*guard, &*other));
    assert_eq!(guard.data, [1]);
    assert!(!writer.try_publish());
    drop(other);
    let guard = guard.refresh().unwrap();
    assert_eq!(guard.data, [1, 2]);
    assert!(writer.try_publish());
}

/// A narrowed guard keeps what it was narrowed to, even if the part is the whole.
#[test]
fn refresh_leaves_a_narrowed_guard_alone() {
    let (mut writer, reader) = pair();
    let whole = ReadGuard::map(reader.enter().unwrap(), |whole| whole);
    writer.append(2).publish();
    let whole = whole.refresh().unwrap();
    assert_eq!(whole.data, [1]);
    assert!(!writer.try_publish());
    let part = ReadGuard::map(whole, |r| &r.data);
    assert_eq!(*part.refresh().unwrap(), [1]);
    assert!(writer.try_publish());
}

#[test]
fn refresh_after_the_writer_closed_keeps_the_last_copy() {
    let _deadline = common::deadline();
    let (writer, reader) = pair();
    thread::scope(|scope| {
        let guard = reader.enter().unwrap();
        let closing = scope.spawn(move || drop(writer));
        while !reader.was_dropped() {
            thread::yield_now();
        }
        let guard = guard.refresh().unwrap();
        assert_eq!(guard.data, [1]);
        assert!(!closing.is_finished());
        drop(guard);
        closing.join().unwrap();
    });
    assert!(reader.enter().is_none());
}

#[test]
fn refresh_after_a_freeze_steps_to_the_last_publish() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let guard = reader.enter().unwrap();
    writer.append(2).publish();
    drop(writer.into_owned());
    assert_eq!(guard.data, [1]);
    let guard = guard.refresh().unwrap();
    assert_eq!(guard.data, [1, 2]);
    let guard = guard.refresh().unwrap();
    assert_eq!(guard.data, [1, 2]);
}

#[test]
fn a_leaked_guard_holds_until_its_handle_goes() {
    let _deadline = common::deadline();
    for nested in 1..4 {
        let (mut writer, reader) = pair();
        let leaky = reader.clone();
        for _ in 0..nested {
            mem::forget(leaky.enter());
        }
        writer.append(2).publish();
        for _ in 0..3 {
            assert!(!writer.try_publish());
        }
        // The handle works on.
        assert_eq!(seen(&leaky), [1, 2]);
        assert!(!writer.try_publish());
        drop(leaky);
        assert!(writer.try_publish());
        assert!(writer.try_publish());
        assert_eq!(seen(&reader), [1, 2]);
    }
}

/// Not even when the guards before it were dropped in order.
#[test]
fn a_leaked_nested_guard_holds_too() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let outer = reader.enter().unwrap();
    mem::forget(reader.enter());
    drop(outer);
    drop(reader.enter());
    writer.append(2).publish();
    assert!(!writer.try_publish());
    mem::forget(ReadGuard::map(reader.enter().unwrap(), |r| &r.data));
    drop(reader);
    assert!(writer.try_publish());
}

/// The writer's own handle can leak guards as well; nobody else could ever end those.
#[test]
fn a_guard_leaked_through_the_writer_does_not_hang_it() {
    let _deadline = common::deadline();
    let leak = |writer: &WriteHandle<Recorder, u32>| {
        mem::forget(writer.enter());
        mem::forget(writer.enter());
    };
    let (mut writer, reader) = pair();
    leak(&writer);
    writer.append(2).publish();
    leak(&writer);
    assert!(writer.append(3).try_publish());
    leak(&writer);
    writer.append(4);
    assert_eq!(writer.unpublished().data, [1, 2, 3, 4]);
    leak(&writer);
    assert!(writer.try_unpublished().is_some());
    writer.publish_timeout(Duration::ZERO).unwrap();
    leak(&writer);
    writer.append(5).flush();
    assert_eq!(seen(&writer), [1, 2, 3, 4, 5]);
    leak(&writer);
    drop(writer);
    assert!(reader.was_dropped());

    let (writer, _reader) = pair();
    leak(&writer);
    assert_eq!(writer.take().data, [1]);
    let (mut writer, reader) = pair();
    leak(&writer);
    writer.append(2).publish();
    leak(&writer);
    writer.freeze();
    assert_eq!(seen(&reader), [1, 2]);
    let (writer, reader) = pair();
    leak(&writer);
    drop(writer.into_owned());
    assert_eq!(seen(&reader), [1]);
}

/// It is a reader for ever, but one that is inactive.
#[test]
fn a_handle_that_is_never_dropped_is_in_nobodys_way() {
    let _deadline = common::deadline();
    // Where leak checkers find it.
    static NEVER_DROPPED: Mutex<Vec<ReadHandle<Recorder>>> = Mutex::new(Vec::new());
    let (mut writer, reader) = pair();
    NEVER_DROPPED.lock().unwrap().push(reader.clone());
    for operation in 2..5 {
        writer.append(operation).publish();
    }
    assert_eq!(writer.stats().readers, 3);
    drop(writer);
}

/// Under a guard, while a publish waits for that guard in another thread: left-right 0.11 blocks.
#[test]
fn handles_come_and_go_while_a_publish_waits() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let factory = reader.factory();
    let guard = reader.enter().unwrap();
    writer.append(2).publish();
    thread::scope(|scope| {
        let moment = Duration::from_millis(40);
        let (waits, publishing) = common::still_runs(scope, moment, || {
            writer.append(3).publish();
        });
        assert!(waits, "the publish did not wait for the guard");
        // By the thread that is active, by another, from the handle and from its factory.
        for _ in 0..3 {
            let clone = reader.clone();
            let made = factory.handle();
            assert_eq!(seen(&clone), [1, 2]);
            assert_eq!(seen(&made), [1, 2]);
            assert!(format!("{clone:?} {factory:?}").contains("ReadHandle"));
            drop(clone);
            scope
                .spawn(move || {
                    let guard = made.enter().unwrap();
                    let clone = made.clone();
                    assert_eq!(clone.enter().unwrap().data, guard.data);
                })
                .join()
                .unwrap();
        }
        assert_eq!(guard.data, [1]);
        drop(guard);
        publishing.join().unwrap();
    });
    assert_eq!(seen(&reader), [1, 2, 3]);
}

/// A slot that is given back and used again does not confuse a writer that waited for it.
#[test]
fn a_handle_dropped_while_a_publish_waits_for_it_lets_it_go() {
    let _deadline = common::deadline();
    let (mut writer, reader) = pair();
    let leaky = reader.clone();
    mem::forget(leaky.enter());
    writer.append(2).publish();
    thread::scope(|scope| {
        let moment = Duration::from_millis(40);
        let (waits, publishing) = common::still_runs(scope, moment, || {
            writer.append(3).publish();
        });
        assert!(waits);
        drop(leaky);
        // Takes the place in the registry, and is active at once.
        let successor = reader.clone();
        let guard = successor.enter().unwrap();
        publishing.join().unwrap();
        assert!(guard.data.len() >= 2);
    });
}

#[test]
fn a_handle_can_move_between_threads_between_two_guards() {
    let _deadline = common::deadline();
    let (mut writer, mut reader) = pair();
    for round in 2..20 {
        reader = thread::spawn(move || {
            assert_eq!(reader.enter().unwrap().data.len() as u32, round - 1);
            reader
        })
        .join()
        .unwrap();
        let guard = reader.enter().unwrap();
        writer.append(round).publish();
        assert!(!writer.try_publish());
        drop(guard);
    }
}
