//! Threads that write at the same time: whoever has the lock carries out what the others ask for.
//!
//! A thread that waits goes to sleep at once under loom, and a model in which nobody wakes it is a deadlock, which loom
//! reports.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use left_right::{Owned, Publishing, Revocable, SharedHandle, SharedWriter};

use super::*;

/// A writer whose writes return the count that they found.
struct Counter(WriteHandle<Watched, Increment, Owned>);

impl SharedWriter<Watched, Increment, Owned, u64> for Counter {
    fn handle(&mut self) -> &mut WriteHandle<Watched, Increment, Owned> {
        &mut self.0
    }

    fn answer(count: &Watched, _: &Increment) -> (u64, bool) {
        (count.get(), true)
    }
}

type Shared = SharedHandle<Watched, Increment, Owned, Counter, u64>;

fn counter(publishing: Publishing) -> (Shared, ReadHandle<Watched, Owned>) {
    let (writer, reader) = left_right::new_owned(Watched::new());
    let shared = SharedHandle::new(Counter(writer), publishing, Duration::ZERO);
    (shared, reader)
}

fn revocable(publishing: Publishing) -> (SharedHandle<Watched, Increment, Revocable>, Reader) {
    let (writer, reader) = pair();
    (writer.into_shared(publishing), reader)
}

/// Writes once; it is visible on return (invariant 14).
fn write(shared: &Shared) -> u64 {
    let before = shared.write(Increment).unwrap();
    assert!(shared.enter().get() > before);
    before
}

/// Invariants 14, 16 and 17: two threads, each of which may have the lock, find it taken, ask, sleep, and be answered or
/// woken. Each answer is given once.
#[test]
fn two_threads_that_write() {
    loom::model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        let other = shared.clone();
        let thread = thread::spawn(move || write(&other));
        let before = write(&shared);
        assert_eq!(before + thread.join().unwrap(), 1);
        assert_eq!(reader.enter().get(), 2);
    });
}

/// As above, with two that may ask at the same time, and a third that has the lock.
#[test]
fn three_threads_that_write() {
    large_model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        let threads = [(); 2].map(|()| {
            let shared = shared.clone();
            thread::spawn(move || shared.write(Increment).unwrap())
        });
        let before = shared.write(Increment).unwrap();
        let others = threads.map(|it| it.join().unwrap());
        assert_eq!(before + others[0] + others[1], 3);
        assert_eq!(reader.enter().get(), 3);
    });
}

/// Invariant 17: who waits for the lock itself is woken when it is free, beside one who asks for a write.
#[test]
fn threads_that_lock_and_write() {
    loom::model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        let locks = |shared: &Shared| {
            let lock = |Counter(writer): &mut Counter| {
                let before = writer.unpublished().get();
                writer.append(Increment);
                before
            };
            let before = shared.lock(lock).unwrap();
            assert!(shared.enter().get() > before);
            before
        };
        let other = shared.clone();
        let thread = thread::spawn(move || write(&other));
        let before = locks(&shared);
        assert_eq!(before + thread.join().unwrap(), 1);
        assert_eq!(reader.enter().get(), 2);
    });
}

/// As above, where two sleep until the lock is free, and only one of them asks for a write.
#[test]
fn threads_that_wait_for_the_lock_itself() {
    large_model(|| {
        let (writer, _reader) = left_right::new_owned::<_, Increment>(Watched::new());
        let shared = writer.into_shared(Publishing::Manual, Duration::ZERO);
        let threads = [
            thread::spawn({
                let shared = shared.clone();
                move || drop(shared.stats().unwrap())
            }),
            thread::spawn({
                let shared = shared.clone();
                move || shared.write(Increment).unwrap()
            }),
        ];
        drop(shared.stats().unwrap());
        threads.map(|it| it.join().unwrap());
    });
}

/// Invariants 1 and 14: a thread that writes between its reads, beside one that does the same: neither is in a copy while
/// it asks, and both are before and after.
#[test]
fn threads_that_read_and_write() {
    loom::model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        let work = |shared: &Shared| {
            let guard = shared.enter();
            assert_eq!(guard.get(), ReadGuard::version(&guard));
            drop(guard);
            write(shared)
        };
        let other = shared.clone();
        let thread = thread::spawn(move || work(&other));
        let before = work(&shared);
        assert_eq!(before + thread.join().unwrap(), 1);
        assert_eq!(reader.enter().get(), 2);
    });
}

/// Two threads that each hold a guard and write: each would wait for the other's guard, if that was not left its copy.
#[test]
fn threads_that_write_with_guards_in_their_hands() {
    loom::model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        let work = |shared: &Shared| {
            let guard = shared.enter();
            let (seen, before) = (guard.get(), shared.write(Increment).unwrap());
            assert!(seen <= before && guard.get() == seen);
        };
        let other = shared.clone();
        let thread = thread::spawn(move || work(&other));
        work(&shared);
        thread.join().unwrap();
        assert_eq!(reader.enter().get(), 2);
    });
}

/// Invariants 3 and 14 of a pair, whose writes may have nothing to look at: what a thread has published is visible to it,
/// whoever did the work.
#[test]
fn writes_and_publishes_of_a_pair() {
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        large_model(move || {
            let (shared, reader) = revocable(publishing);
            let work = move |shared: &SharedHandle<Watched, Increment, Revocable>| {
                shared.write(Increment).unwrap();
                if publishing == Publishing::Manual {
                    shared.publish().unwrap();
                }
                assert!(shared.enter().unwrap().get() >= 1);
            };
            let other = shared.clone();
            let thread = thread::spawn(move || work(&other));
            work(&shared);
            thread.join().unwrap();
            assert_eq!(reader.enter().unwrap().get(), 2);
            let equal = |writer: &mut Writer| writer.unpublished().get();
            assert_eq!(shared.lock(equal).unwrap(), 2);
        });
    }
}

/// Invariants 1 and 10: the last handle, whichever it is, closes the pair beside a reader.
#[test]
fn shared_handles_that_go() {
    loom::model(|| {
        let (shared, reader) = revocable(Publishing::Manual);
        let other = shared.clone();
        let thread = thread::spawn(move || other.write(Increment).unwrap());
        drop(shared);
        if let Some(guard) = reader.enter() {
            assert!(guard.get() <= 1);
        }
        thread.join().unwrap();
        assert!(reader.was_dropped());
    });
}

/// Invariants 10 and 14 of a structure that its readers keep: the last handle publishes what is pending and leaves it to
/// them.
#[test]
fn shared_handles_of_owned_data_that_go() {
    large_model(|| {
        let (shared, reader) = counter(Publishing::Manual);
        let other = shared.clone();
        let thread = thread::spawn(move || other.write(Increment).unwrap());
        let before = shared.write(Increment).unwrap();
        drop(shared);
        assert!(reader.enter().get() <= 2);
        assert_eq!(before + thread.join().unwrap(), 1);
        assert_eq!(reader.enter().get(), 2);
    });
}

/// Invariant 13: writers that go on without a reader lose nothing, whoever of them leaves it the copy.
#[test]
fn writers_that_leave_a_copy_beside_a_reader() {
    large_model(|| {
        let (shared, reader) = counter(Publishing::EachWrite);
        // In the copy that is to be changed, before the threads begin, which saves preemptions.
        let guard = reader.enter();
        shared.write(Increment).unwrap();
        let other = shared.clone();
        let thread = thread::spawn(move || write(&other));
        let before = write(&shared);
        assert_eq!(before + thread.join().unwrap(), 3);
        assert_eq!(guard.get(), 0);
        drop(guard);
        shared.write(Increment).unwrap();
        assert_eq!(reader.enter().get(), 4);
    });
}

/// An operation that adds one, or panics.
struct Fallible(bool);

impl Absorb<Fallible> for Watched {
    fn absorb_first(&mut self, operation: &mut Fallible, other: &Self) {
        assert!(operation.0, "asked to");
        Absorb::<Increment>::absorb_first(self, &mut Increment, other);
    }

    fn sync_with(&mut self, first: &Self) {
        Absorb::<Increment>::sync_with(self, first);
    }
}

/// Invariant 9: a panic goes on in the call that owns the operation, whoever carried that out, and the other call either
/// was published or reports the poison.
#[test]
fn a_panic_in_a_request() {
    loom::model(|| {
        let (writer, reader) = left_right::new_owned::<_, Fallible>(Watched::new());
        let shared = writer.into_shared(Publishing::EachWrite, Duration::ZERO);
        let other = shared.clone();
        let thread = thread::spawn(move || {
            let panics = AssertUnwindSafe(|| other.write(Fallible(false)));
            // Poisoned by nobody else.
            assert!(catch_unwind(panics).is_err());
        });
        let written = shared.write(Fallible(true));
        thread.join().unwrap();
        assert_eq!(reader.enter().get(), u64::from(written.is_ok()));
        assert!(shared.is_poisoned() && shared.write(Fallible(true)).is_err());
    });
}
