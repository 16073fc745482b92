//! What a publish shows, whom it waits for, and whom not.

use std::{
    error::Error,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use left_right::{PublishError, ReadGuard, Stalled};

use crate::{
    common,
    recorder::{Recorder, seen},
};

const A_MOMENT: Duration = Duration::from_millis(40);

#[test]
fn what_a_pair_begins_with_is_visible_as_version_0() {
    let (writer, reader) = left_right::new_from_empty::<_, u32>(Recorder::new([7]));
    assert_eq!(seen(&reader), [7]);
    assert_eq!(ReadGuard::version(&reader.enter().unwrap()), 0);
    assert_eq!(writer.version(), 0);
    let (writer, reader) = left_right::new_logged::<_, u32>(Recorder::new([8]));
    assert_eq!(seen(&reader), [8]);
    assert_eq!(writer.version(), 0);
}

#[test]
fn a_publish_shows_all_that_was_appended_and_nothing_later() {
    let _deadline = common::deadline();
    for logged in [false, true] {
        let start = Recorder::new([]);
        let (mut writer, reader) = if logged {
            left_right::new_logged(start)
        } else {
            left_right::new_from_empty(start)
        };
        for round in 0..10 {
            let before = seen(&reader);
            writer.append(3 * round).append(3 * round + 1);
            writer.extend([3 * round + 2]);
            assert_eq!(seen(&reader), before);
            writer.publish();
            assert_eq!(seen(&reader), (0..3 * (round + 1)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn versions_count_publishes_and_guards_report_theirs() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    for version in 1..20 {
        if version % 3 == 0 {
            writer.append(1);
        }
        let old = reader.enter().unwrap();
        writer.publish();
        assert_eq!(writer.version(), version);
        assert_eq!(ReadGuard::version(&old), version - 1);
        drop(old);
        assert_eq!(ReadGuard::version(&reader.enter().unwrap()), version);
        let other = reader.factory().handle();
        let mapped = ReadGuard::map(other.enter().unwrap(), |r| &r.data);
        assert_eq!(ReadGuard::version(&mapped), version);
    }
    assert_eq!(writer.stats().publishes, 19);
}

#[test]
fn a_publish_that_gives_up_is_not_counted() {
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let _guard = reader.enter().unwrap();
    assert!(writer.append(1).try_publish());
    assert!(!writer.append(2).try_publish());
    assert!(writer.publish_timeout(Duration::ZERO).is_err());
    assert_eq!(writer.version(), 1);
    assert_eq!(writer.stats().publishes, 1);
    assert_eq!(seen(&reader.clone()), [1]);
}

/// The one property that left-right 0.11 never checked: the copy is not touched under a guard.
#[test]
fn a_publish_waits_for_the_readers_of_the_copy_that_it_changes() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.append(1).publish();
    let guard = reader.enter().unwrap();
    let calls = guard.calls.clone();
    writer.append(2).publish();
    calls.take();
    thread::scope(|scope| {
        let (waits, publishing) = common::still_runs(scope, A_MOMENT, || {
            writer.append(3).publish();
        });
        assert!(waits, "the publish did not wait for the guard");
        assert_eq!(calls.take(), [], "a copy was changed under a guard");
        assert_eq!(guard.data, [1]);
        assert_eq!(seen(&reader.clone()), [1, 2]);
        drop(guard);
        publishing.join().unwrap();
    });
    assert_eq!(seen(&reader), [1, 2, 3]);
}

#[test]
fn a_publish_does_not_wait_for_readers_of_the_newest_copy() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.append(1).publish();
    writer.append(2).publish();
    let guard = reader.enter().unwrap();
    writer.append(3).publish();
    assert_eq!(guard.data, [1, 2]);
}

/// All readers that are in the way must go, whichever goes first.
#[test]
fn a_publish_waits_for_every_reader() {
    let _deadline = common::deadline();
    for first in 0..3 {
        let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
        writer.publish();
        let handles = [reader.clone(), reader.clone(), reader.clone()];
        let mut guards: Vec<_> = handles.iter().map(|handle| handle.enter()).collect();
        assert!(writer.try_publish());
        for (left, index) in [first, (first + 1) % 3, (first + 2) % 3].iter().enumerate() {
            let stalled = writer.publish_timeout(Duration::ZERO).unwrap_err();
            let PublishError::Stalled(Stalled { readers, .. }) = stalled else {
                panic!("{stalled:?}");
            };
            assert_eq!(readers.len(), 3 - left);
            assert!(readers.iter().all(|reader| reader.version == Some(1)));
            guards[*index] = None;
        }
        assert!(writer.try_publish());
    }
}

/// A reader that has left and come back is in the newest copy.
#[test]
fn a_publish_does_not_wait_for_a_reader_that_came_back() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.publish();
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    drop(guard);
    let guard = reader.enter().unwrap();
    assert_eq!(guard.data, [1]);
    assert!(writer.append(2).try_publish());
    assert!(!writer.append(3).try_publish());
}

/// One that hardly ever is inactive does not starve the writer.
#[test]
fn readers_that_enter_or_refresh_all_the_time_do_not_hold_up_the_writer() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let stop = AtomicBool::new(false);
    let started = Barrier::new(3);
    thread::scope(|scope| {
        let (entering, refreshing) = (reader.clone(), reader.clone());
        let (stop, started) = (&stop, &started);
        scope.spawn(move || {
            started.wait();
            while !stop.load(Ordering::Relaxed) {
                let guard = entering.enter().unwrap();
                let _nested = entering.enter().unwrap();
                assert_eq!(guard.data.len() as u64, ReadGuard::version(&guard));
            }
        });
        scope.spawn(move || {
            started.wait();
            let mut guard = refreshing.enter().unwrap();
            while !stop.load(Ordering::Relaxed) {
                guard = guard.refresh().unwrap();
                assert_eq!(guard.data.len() as u64, ReadGuard::version(&guard));
            }
        });
        started.wait();
        for operation in 0..3_000 {
            writer.append(operation).publish();
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn try_publish_never_waits_and_loses_nothing() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let guard = reader.enter().unwrap();
    let calls = guard.calls.clone();
    assert!(writer.append(1).try_publish());
    calls.take();
    for operation in 2..10 {
        assert!(!writer.append(operation).try_publish());
    }
    assert_eq!(calls.take(), []);
    assert!(writer.has_pending_operations());
    assert!(guard.data.is_empty());
    drop(guard);
    assert!(writer.try_publish());
    assert!(!writer.has_pending_operations());
    assert_eq!(seen(&reader), (1..10).collect::<Vec<_>>());
}

#[test]
fn publish_timeout_gives_up_at_the_deadline() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    for timeout in [Duration::ZERO, Duration::from_micros(300), A_MOMENT] {
        let start = Instant::now();
        let error = writer.append(2).publish_timeout(timeout).unwrap_err();
        assert!(start.elapsed() >= timeout);
        assert!(
            start.elapsed() < timeout + Duration::from_secs(10),
            "waited {:?} instead of {timeout:?}",
            start.elapsed()
        );
        let PublishError::Stalled(stalled) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(stalled.readers.len(), 1);
        assert_eq!(stalled.readers[0].version, Some(0));
        assert!(stalled.waited >= timeout);
        assert!(error.to_string().contains("1 reader"), "{error}");
        assert_eq!(error.source().unwrap().to_string(), stalled.to_string());
    }
    drop(guard);
    writer.publish_timeout(Duration::ZERO).unwrap();
    assert_eq!(seen(&reader), [1, 2, 2, 2]);
}

#[test]
fn publish_timeout_publishes_when_the_reader_leaves_in_time() {
    let _deadline = common::deadline();
    for moment in [Duration::from_secs(50), Duration::MAX] {
        let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
        let guard = reader.enter().unwrap();
        writer.append(1).publish();
        thread::scope(|scope| {
            let (waits, publishing) =
                common::still_runs(scope, A_MOMENT, || writer.append(2).publish_timeout(moment));
            assert!(waits);
            drop(guard);
            assert_eq!(publishing.join().unwrap(), Ok(()));
        });
        assert_eq!(seen(&reader), [1, 2]);
    }
}

#[test]
fn flush_publishes_only_what_there_is() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.flush();
    assert_eq!(writer.version(), 0);
    writer.append(1).flush();
    assert_eq!(writer.version(), 1);
    // With a reader in the way a publish would wait for ever; there is nothing to publish.
    let guard = reader.enter().unwrap();
    writer.append(2).flush();
    writer.flush();
    assert_eq!(writer.version(), 2);
    assert_eq!(guard.data, [1]);
    drop(guard);
    assert_eq!(seen(&reader), [1, 2]);
}

#[test]
fn has_pending_operations_means_that_readers_miss_something() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    for operation in 0..5 {
        assert!(!writer.has_pending_operations());
        writer.append(operation);
        assert!(writer.has_pending_operations());
        let _ = writer.unpublished();
        assert!(writer.has_pending_operations());
        let guard = reader.enter();
        writer.publish();
        assert!(!writer.has_pending_operations());
        // The other copy still lacks the operation. That is nothing that readers miss.
        drop(guard);
    }
}

#[test]
fn an_empty_publish_changes_nothing() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    writer.append(1).publish().publish().publish();
    assert_eq!(seen(&reader), [1]);
    writer.append(2).publish().publish();
    assert_eq!(seen(&reader), [1, 2]);
    assert_eq!(writer.version(), 5);
}

/// The thread that publishes may itself hold a guard, once.
#[test]
fn a_thread_publishes_once_under_its_own_guard() {
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let guard = reader.enter().unwrap();
    writer.append(1).publish();
    assert!(guard.data.is_empty());
    assert!(!writer.try_publish());
}

/// A writer that waits sleeps. The bound is generous: a writer that spins uses all of the time.
#[cfg(target_os = "linux")]
#[test]
fn a_waiting_writer_uses_little_processor_time() {
    let _deadline = common::deadline();
    fn used() -> Duration {
        let usage = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanoseconds = usage.split(' ').next().unwrap().parse().unwrap();
        Duration::from_nanos(nanoseconds)
    }
    let (mut writer, reader) = left_right::new_from_empty(Recorder::new([]));
    let _guard = reader.enter().unwrap();
    writer.append(1).publish();
    let before = used();
    let wait = Duration::from_millis(400);
    assert!(writer.append(2).publish_timeout(wait).is_err());
    let spent = used() - before;
    assert!(spent < wait / 4, "{spent:?} of processor time in {wait:?}");
}

/// Also of guards that a call before has seen, and that have gone since: no debug build takes them for its own.
#[test]
fn a_guard_of_this_thread_that_has_gone_is_not_waited_for() {
    let _deadline = common::deadline();
    for refreshes in [false, true] {
        let (mut writer, reader) = left_right::new_logged(Recorder::new([1]));
        let guard = reader.enter().unwrap();
        let other = reader.clone();
        thread::scope(|scope| {
            let (entered, wait_entered) = mpsc::channel();
            let (leave, wait_leave) = mpsc::channel::<()>();
            scope.spawn(move || {
                let guard = other.enter().unwrap();
                entered.send(()).unwrap();
                let _ = wait_leave.recv();
                // Gives the writer time to wait.
                thread::sleep(A_MOMENT);
                drop(guard);
            });
            wait_entered.recv().unwrap();
            writer.append(2).publish();
            assert!(!writer.try_publish());
            let guard = Some(guard)
                .filter(|_| refreshes)
                .and_then(ReadGuard::refresh);
            drop(leave);
            writer.append(3).publish();
            drop(guard);
        });
        assert_eq!(reader.enter().unwrap().data, writer.enter().unwrap().data);
    }
}
