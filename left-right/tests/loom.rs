//! The protocol under loom: every interleaving, and every value that loom lets a load return, up to a
//! bound on preemptions.
//!
//! The protected value sits in loom's `UnsafeCell`, so a read that races with a write fails the
//! model even when the value that it returns happens to be right. The invariants that a model
//! watches are named by their numbers in `docs/ALGORITHM.md`.
#![cfg(loom)]

use std::time::Duration;

use left_right::{Absorb, Independent, ReadGuard, ReadHandle, WriteHandle};
use loom::{
    cell::UnsafeCell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

#[cfg(feature = "async")]
#[path = "loom/asynchronous.rs"]
mod asynchronous;
#[path = "loom/combining.rs"]
mod combining;
#[path = "loom/ending.rs"]
mod ending;

/// A number that loom watches. Each operation adds one, so after publish `n` of a writer that
/// appends one operation per publish it is `n`.
struct Watched(UnsafeCell<u64>);

// SAFETY: it is shared between threads to find out whether the crate under test orders their
// accesses; loom reports it if it does not.
unsafe impl Sync for Watched {}

impl Watched {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn get(&self) -> u64 {
        // SAFETY: loom checks that nobody writes meanwhile.
        self.0.with(|value| unsafe { *value })
    }
}

impl Clone for Watched {
    fn clone(&self) -> Self {
        Self(UnsafeCell::new(self.get()))
    }
}

struct Increment;

impl Absorb<Increment> for Watched {
    fn absorb_first(&mut self, _: &mut Increment, _: &Self) {
        // SAFETY: loom checks that nobody else reads or writes meanwhile.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn sync_with(&mut self, first: &Self) {
        let first = first.get();
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { *value = first });
    }
}

impl Independent for Watched {}

impl Drop for Watched {
    fn drop(&mut self) {
        // Whoever drops a copy must be alone with it: a write that loom watches.
        // SAFETY: loom checks exactly that.
        self.0.with_mut(|value| unsafe { *value = u64::MAX });
    }
}

/// Explores a model of many steps with one preemption less than the others.
fn large_model(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder
        .preemption_bound
        .map(|bound| bound.saturating_sub(1));
    builder.check(model);
}

type Writer = WriteHandle<Watched, Increment>;
type Reader = ReadHandle<Watched>;

fn pair() -> (Writer, Reader) {
    left_right::new_logged(Watched::new())
}

/// Reads once; the data must be that of the version that the guard names (invariants 1 and 11).
fn read(reader: &Reader) -> Option<u64> {
    let guard = reader.enter()?;
    let value = guard.get();
    assert_eq!(value, ReadGuard::version(&guard), "a copy of no publish");
    Some(value)
}

/// What a reader did before: where it expects to find itself.
#[derive(Clone, Copy)]
enum Before {
    /// Nothing: it acquires.
    New,
    /// It read what is published, so its guess is right until something is published.
    ReadPublished,
    /// It read what is stale, so its guess is wrong, and not looked for any more.
    ReadStale,
}

/// Readers that each read `reads` times beside a writer that publishes so many times.
fn readers_beside_publishes(readers: usize, before: Before, reads: usize, publishes: u64) {
    loom::model(move || {
        let (mut writer, reader) = pair();
        let threads: Vec<_> = (0..readers)
            .map(|_| {
                let reader = reader.clone();
                if let Before::ReadPublished | Before::ReadStale = before {
                    assert_eq!(read(&reader), Some(0));
                }
                reader
            })
            .collect();
        let earlier = match before {
            Before::ReadStale => 1,
            Before::New | Before::ReadPublished => 0,
        };
        for _ in 0..earlier {
            writer.append(Increment).publish();
        }
        let threads: Vec<_> = threads
            .into_iter()
            .map(|reader| {
                thread::spawn(move || {
                    let mut last = 0;
                    for _ in 0..reads {
                        let value = read(&reader).expect("the writer is there");
                        assert!(value >= last, "older than what was seen before");
                        last = value;
                    }
                    // Dropped by the main thread, for fewer interleavings.
                    reader
                })
            })
            .collect();
        drop(reader);
        for _ in 0..publishes {
            writer.append(Increment).publish();
        }
        assert_eq!(
            writer.enter().map(|guard| guard.get()),
            Some(earlier + publishes)
        );
        for thread in threads {
            drop(thread.join().unwrap());
        }
    });
}

/// Invariants 1, 3 and 5, for a reader that acquires, and then guesses.
#[test]
fn a_reader_that_acquires() {
    readers_beside_publishes(1, Before::New, 2, 2);
}

/// As above, for a reader whose guess is right, or wrong. It enters, leaves and enters again while its stores are on their
/// way; and it is told that its guesses are costly while it enters.
#[test]
fn a_reader_that_guesses() {
    for before in [Before::ReadPublished, Before::ReadStale] {
        readers_beside_publishes(1, before, 2, 2);
    }
}

/// Invariant 3: a reader that leaves no guess for a while, since it was told, and guesses again.
#[test]
fn a_reader_that_is_told() {
    readers_beside_publishes(1, Before::ReadPublished, 2, 3);
    readers_beside_publishes(1, Before::ReadPublished, 3, 2);
}

/// Invariant 5: the slots are read before the barrier and after it.
#[test]
fn two_readers_that_guess() {
    readers_beside_publishes(2, Before::ReadPublished, 1, 2);
}

/// Invariant 3, for a publish with a deadline: it looks more than once before the barrier.
#[test]
fn moving_on_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        assert_eq!(read(&reader), Some(0));
        let thread = thread::spawn(move || {
            let first = read(&reader).expect("the writer is there");
            assert!(read(&reader).expect("the writer is there") >= first);
            reader
        });
        for _ in 0..2 {
            writer.append(Increment);
            let published = writer.publish_timeout(Duration::from_secs(3600));
            published.expect("no reader stays for an hour");
        }
        drop(thread.join().unwrap());
    });
}

/// Who is told that somebody has seen a publish sees it, too, whatever it guesses.
#[test]
fn what_one_reader_has_seen_another_sees() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let other = reader.clone();
        // Its guess is right until the publish.
        assert_eq!(read(&other), Some(0));
        let seen = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            // It acquires.
            let value = read(&reader).expect("the writer is there");
            told.store(value, Ordering::Release);
            reader
        });
        let publisher = thread::spawn(move || {
            writer.append(Increment).publish();
            writer
        });
        let seen = seen.load(Ordering::Acquire);
        assert!(read(&other).expect("the writer is there") >= seen);
        drop(thread.join().unwrap());
        drop(publisher.join().unwrap());
    });
}

/// Invariant 12: a refresh moves on without letting the writer change what is read.
#[test]
fn refresh_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let guard = reader.enter().expect("the writer is there");
            let first = guard.get();
            assert_eq!(first, ReadGuard::version(&guard));
            let guard = guard.refresh().expect("the writer is there");
            let second = guard.get();
            assert_eq!(second, ReadGuard::version(&guard));
            assert!(second >= first);
        });
        writer.append(Increment).publish();
        writer.append(Increment).publish();
        thread.join().unwrap();
    });
}

/// Invariant 7: each of nested guards sees the newest copy when it is made, and keeps it for as long as it lives; the
/// older one frees its own.
#[test]
fn nested_guards_beside_publishes() {
    for older_first in [false, true] {
        loom::model(move || {
            let (mut writer, reader) = pair();
            let outer = reader.enter().expect("the writer is there");
            assert_eq!(outer.get(), 0);
            writer.append(Increment).publish();
            drop(outer);
            let thread = thread::spawn(move || {
                let outer = reader.enter().expect("the writer is there");
                let inner = reader.enter().expect("the writer is there");
                let values = (outer.get(), inner.get());
                assert!(values.0 <= values.1);
                if older_first {
                    drop(outer);
                    assert_eq!(inner.get(), values.1);
                } else {
                    drop(inner);
                    assert_eq!(outer.get(), values.0);
                }
            });
            writer.append(Increment).publish();
            writer.append(Increment).publish();
            thread.join().unwrap();
        });
    }
}

/// Invariant 7: a refresh does not pull the copy away from another guard of the same handle.
#[test]
fn refresh_of_one_of_two_guards_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let outer = reader.enter().expect("the writer is there");
            let inner = reader.enter().expect("the writer is there");
            let values = (outer.get(), inner.get());
            let inner = inner.refresh().expect("the writer is there");
            assert!(values.1 <= inner.get());
            assert_eq!(values.0, outer.get());
        });
        writer.append(Increment).publish();
        writer.append(Increment).publish();
        thread.join().unwrap();
    });
}

/// Invariant 7: dropping a handle ends what its leaked guards left open, after what they read.
#[test]
fn a_leaked_guard_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let guard = reader.enter().expect("the writer is there");
            assert_eq!(guard.get(), ReadGuard::version(&guard));
            std::mem::forget(guard);
        });
        writer.append(Increment).publish();
        writer.append(Increment).publish();
        thread.join().unwrap();
    });
}

/// Invariant 3 for a reader that registers while the writer publishes, and invariant 8: neither
/// waits for the other.
#[test]
fn handles_come_and_go_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let guard = reader.enter().expect("the writer is there");
            let clone = reader.clone();
            let value = guard.get();
            assert!(read(&clone).expect("the writer is there") >= value);
            drop(clone);
            drop(guard);
        });
        writer.append(Increment).publish();
        writer.append(Increment).publish();
        thread.join().unwrap();
    });
}

/// Invariant 1 through the calls that do not wait: they say no rather than touch the copy.
#[test]
fn try_publish_and_try_unpublished_beside_reads() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let value = read(&reader).expect("the writer is there");
            assert!(value <= 2);
        });
        writer.append(Increment).publish();
        if let Some(unpublished) = writer.append(Increment).try_unpublished() {
            assert_eq!(unpublished.get(), 2);
        }
        let published = writer.try_publish();
        assert_eq!(writer.version(), 1 + u64::from(published));
        thread.join().unwrap();
    });
}

/// Invariants 1, 3 and 7 through a handle that threads share; the threads' slots come and go.
#[test]
fn a_shared_handle_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let shared = reader.shared();
        drop(reader);
        let thread = thread::spawn(move || {
            let guard = shared.enter().expect("the writer is there");
            let first = guard.get();
            assert_eq!(first, ReadGuard::version(&guard));
            drop(guard);
            let guard = shared.enter().expect("the writer is there");
            assert!(guard.get() >= first);
        });
        writer.append(Increment).publish();
        writer.append(Increment).publish();
        thread.join().unwrap();
    });
}

/// Guards of a shared handle that interleave: each new one sees what is published now, and the
/// older ones keep what they see.
#[test]
fn interleaved_guards_of_a_shared_handle_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let shared = reader.shared();
        drop(reader);
        let thread = thread::spawn(move || {
            let first = shared.enter().expect("the writer is there");
            let second = shared.enter().expect("the writer is there");
            let (older, newer) = (first.get(), second.get());
            assert!(newer >= older);
            assert_eq!(ReadGuard::version(&first), older);
            assert_eq!(ReadGuard::version(&second), newer);
            drop(first);
            assert_eq!(second.get(), newer);
        });
        writer.append(Increment).publish();
        thread.join().unwrap();
        writer.append(Increment).publish();
    });
}

/// Invariants 11 and 13: a copy is left only to readers that are in it, and freed when they have gone.
#[test]
fn replacing_beside_reads() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            let guard = reader.enter().expect("the writer is there");
            let first = guard.get();
            assert_eq!(first, ReadGuard::version(&guard));
            let guard = guard.refresh().expect("the writer is there");
            assert_eq!(guard.get(), ReadGuard::version(&guard));
            drop(guard);
            reader
        });
        for _ in 0..3 {
            writer.append(Increment);
            let published = writer.publish_or_replace(std::time::Duration::ZERO);
            published.expect("three publishes cannot defer too much");
        }
        assert_eq!(writer.enter().map(|guard| guard.get()), Some(3));
        drop(thread.join().unwrap());
        // Every reader has gone: the next call frees what was deferred.
        writer.append(Increment).publish();
        assert_eq!(writer.stats().deferred, 0);
    });
}

/// Invariant 11: a reader that acquires does not take another copy for that of the version that it has found, though
/// the writer puts that in its place meanwhile.
#[test]
fn acquiring_beside_a_replacement() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        // The other thread writes, which saves a preemption.
        let thread = thread::spawn(move || {
            writer.append(Increment).publish();
            writer.append(Increment);
            let published = writer.publish_or_replace(Duration::ZERO);
            published.expect("two publishes cannot defer too much");
            writer
        });
        assert!(read(&reader).expect("the writer is there") <= 2);
        drop(thread.join().unwrap());
    });
}

/// Panics when the first copy absorbs it, halfway.
struct PanicAt(u64);

impl Absorb<PanicAt> for Watched {
    fn absorb_first(&mut self, operation: &mut PanicAt, _: &Self) {
        // SAFETY: loom checks that nobody else reads or writes meanwhile.
        self.0.with_mut(|value| unsafe { *value += 1 });
        assert!(self.get() != operation.0, "on purpose");
    }

    fn sync_with(&mut self, first: &Self) {
        let first = first.get();
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { *value = first });
    }
}

/// Invariant 9: what a panic leaves halfway changed is never seen, and never dropped.
#[test]
fn a_panic_beside_reads() {
    loom::model(|| {
        let (mut writer, reader) = left_right::new_logged::<_, PanicAt>(Watched::new());
        let thread = thread::spawn(move || {
            let first = read(&reader).expect("the data stays");
            let second = read(&reader).expect("the data stays");
            assert!(first <= second && second <= 1);
            reader
        });
        writer.append(PanicAt(2)).publish();
        writer.append(PanicAt(2));
        let publish = std::panic::AssertUnwindSafe(|| _ = writer.publish());
        assert!(std::panic::catch_unwind(publish).is_err());
        writer.freeze();
        assert_eq!(read(&thread.join().unwrap()), Some(1));
    });
}

/// Invariant 3: a reader that registers while the writer publishes is on its list of participants in time.
#[test]
fn a_reader_that_comes_beside_publishes() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let factory = reader.factory();
        let thread = thread::spawn(move || {
            let reader = factory.handle();
            let guard = reader.enter().unwrap();
            assert_eq!(guard.get(), ReadGuard::version(&guard));
            drop(guard);
            // Dropped by the main thread, since going would be counted, too.
            reader
        });
        for _ in 0..3 {
            writer.append(Increment).publish();
        }
        drop(thread.join().unwrap());
    });
}
