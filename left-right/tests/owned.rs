//! Handles whose reads cannot fail, beyond the examples in the documentation.
#![cfg(not(loom))]

use std::{
    mem,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::{Duration, Instant},
};

use left_right::{Absorb, Independent, Owned, Publishing, ReadGuard, SharedHandle, WriteHandle};

mod common;

#[derive(Clone)]
struct Count(u32);

/// Panics when it is absorbed.
const POISON: u32 = 666;

impl Absorb<u32> for Count {
    fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
        assert_ne!(*operation, POISON, "asked to");
        self.0 += *operation;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

impl Independent for Count {}

#[test]
fn handles_print_what_they_are() {
    let (writer, reader) = left_right::new_owned::<Count, u32>(Count(3));
    assert!(format!("{writer:?}").starts_with("WriteHandle {"));
    assert!(format!("{reader:?}").starts_with("ReadHandle {"));
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert_eq!(factory.handle().enter().0, 3);
}

#[test]
fn a_reference_narrows_or_is_given_back() {
    let (_writer, reader) = left_right::new_owned::<Count, u32>(Count(3));
    let whole = || reader.enter();
    let narrow = ReadGuard::try_map(whole(), |count| Some(&count.0)).unwrap();
    assert_eq!((*narrow, *narrow.as_ref()), (3, 3));
    assert!(ReadGuard::try_map(whole(), |_| None::<&u32>).is_none());
}

#[test]
fn a_writer_that_looks_at_its_copy_leaves_the_old_one_to_its_reader() {
    let (mut writer, reader) = left_right::new_owned::<Count, u32>(Count(0));
    let guard = reader.enter();
    writer.append(1).publish().append(2);
    assert!(writer.try_unpublished().is_none());
    assert_eq!(writer.unpublished_or_replace(Duration::ZERO).unwrap().0, 3);
    assert_eq!((guard.0, writer.stats().deferred), (0, 1));
    drop(guard);
    assert_eq!(reader.enter().0, 1, "a look publishes nothing");
}

fn shared(publishing: Publishing) -> SharedHandle<Count, u32> {
    let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
    writer.into_shared(publishing, Duration::from_millis(1))
}

fn add(shared: &SharedHandle<Count, u32>, number: u32) {
    shared
        .update(|writer| _ = writer.append(number))
        .expect("no operation panics");
}

#[test]
fn a_shared_handle_publishes_when_it_was_told_to() {
    let _deadline = common::deadline();
    let each = shared(Publishing::EachWrite);
    add(&each, 1);
    assert_eq!(each.enter().0, 1);

    let every = shared(Publishing::EveryN(NonZeroUsize::new(3).unwrap()));
    for (appended, seen) in [(1, 0), (2, 0), (3, 3), (4, 3)] {
        add(&every, 1);
        assert_eq!(every.enter().0, seen, "after {appended}");
    }

    let manual = shared(Publishing::Manual);
    add(&manual, 1);
    assert_eq!(manual.enter().0, 0);
    manual.publish().unwrap();
    assert_eq!(manual.enter().0, 1);

    let interval = shared(Publishing::Interval(Duration::from_millis(1)));
    add(&interval, 1);
    while interval.enter().0 == 0 {
        thread::yield_now();
    }
}

#[test]
fn what_is_pending_is_published_when_the_last_shared_handle_goes() {
    for publishing in [
        Publishing::Manual,
        Publishing::Interval(Duration::from_secs(3600)),
    ] {
        let first = shared(publishing);
        let last = first.clone();
        let reader = first.reader();
        drop(first);
        add(&last, 2);
        assert_eq!(reader.enter().0, 0);
        let since = Instant::now();
        drop(last);
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "nobody waits for the hour"
        );
        assert_eq!(reader.enter().0, 2);
    }
}

#[test]
fn threads_that_share_a_handle_see_what_they_wrote() {
    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for written in 1..=50 {
                    add(&shared, 1);
                    assert!(shared.enter().0 >= written);
                }
            });
        }
    });
    assert_eq!(shared.enter().0, 200);
}

#[test]
fn a_leaked_guard_does_not_stop_shared_writers() {
    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    thread::scope(|scope| {
        scope.spawn(|| mem::forget(shared.reader().enter()));
        scope.spawn(|| mem::forget(shared.enter())).join().unwrap();
    });
    for expected in 1..10 {
        add(&shared, 1);
        assert_eq!(shared.enter().0, expected);
    }
}

#[test]
fn a_change_through_a_handle_of_ones_own_is_published() {
    /// What `evmap-core` does, for example.
    struct Counter(WriteHandle<Count, u32, Owned>);

    let shared = shared(Publishing::EachWrite);
    let seen = shared.update_with(
        Counter,
        |counter| counter.0,
        |counter| {
            counter.0.append(5);
            counter.0.unpublished().0
        },
    );
    assert_eq!((seen.unwrap(), shared.enter().0), (5, 5));
}

#[test]
fn poison_is_told_to_whoever_shares_the_writer_and_readers_go_on() {
    for publishing in [
        Publishing::Manual,
        Publishing::Interval(Duration::from_micros(100)),
    ] {
        let shared = shared(publishing);
        add(&shared, 1);
        shared.publish().unwrap();
        // The thread of the interval may be the one that meets it.
        let _ = shared.update(|writer| _ = writer.append(POISON));
        let publish = AssertUnwindSafe(|| shared.publish());
        assert!(!matches!(catch_unwind(publish), Ok(Ok(()))));
        assert!(shared.is_poisoned());
        assert!(shared.update(|writer| _ = writer.append(1)).is_err());
        assert!(shared.publish().is_err());
        assert_eq!(shared.enter().0, 1);
    }
}

#[test]
fn a_shared_handle_says_what_it_is() {
    let shared = shared(Publishing::Manual);
    assert_eq!(shared.publishing(), Publishing::Manual);
    assert_eq!(shared.reader_timeout(), Duration::from_millis(1));
    assert!(!shared.is_poisoned());
    assert_eq!(
        format!("{shared:?}"),
        "SharedHandle { publishing: Manual, is_poisoned: false, .. }"
    );
}
