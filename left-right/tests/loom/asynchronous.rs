//! Publishes that are futures, polled by hand and dropped halfway.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use left_right::{Owned, Publishing};

use super::*;

/// Whether a task was woken. No model looks at what it does.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Polls a future so many times, and drops it; what it came to, if it was done.
fn poll<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        // Readers and other writers wake nobody, and all timers of a model have run out.
        let is_woken = woken.0.swap(false, Ordering::Relaxed);
        assert!(is_woken, "the task would sleep for ever");
        thread::yield_now();
    }
    None
}

/// Also after the polls that follow each other at once.
#[test]
fn a_publish_that_waits_has_its_task_woken() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let guard = reader.enter().unwrap();
        writer.append(Increment).publish().append(Increment);
        assert!(poll(writer.publish_async(), 20).is_none());
        let shared = writer.into_shared(Publishing::Manual);
        assert!(poll(shared.publish_async(), 20).is_none());
        drop(guard);
        assert!(poll(shared.publish_async(), 1).is_some());
    });
}

const TO_THE_END: usize = usize::MAX;

/// Invariants 1 and 2: a publish that is dropped halfway has published or has not; nothing is lost,
/// and the reader's copy is left alone.
#[test]
fn a_publish_that_is_dropped_beside_reads() {
    for times in [0, 1, 2, TO_THE_END] {
        loom::model(move || {
            let (mut writer, reader) = pair();
            let thread = thread::spawn(move || {
                let first = read(&reader).expect("the writer is there");
                assert!(read(&reader).expect("the writer is there") >= first);
                reader
            });
            writer.append(Increment).publish();
            writer.append(Increment);
            let published = poll(writer.publish_async(), times);
            assert!(published.is_some() || times != TO_THE_END);
            assert_eq!(writer.has_pending_operations(), published.is_none());
            assert_eq!(writer.version(), 1 + u64::from(published.is_some()));
            writer.flush();
            assert_eq!(writer.enter().map(|guard| guard.get()), Some(2));
            drop(thread.join().unwrap());
        });
    }
}

/// Invariants 2 and 14: a publish of a shared writer that is dropped halfway leaves the lock and what
/// was appended to the others.
#[test]
fn a_publish_that_is_dropped_beside_another_writer() {
    for times in [1, 2, TO_THE_END] {
        large_model(move || {
            let (writer, reader) = left_right::new_logged::<_, Increment>(Watched::new());
            let shared = writer.into_shared(Publishing::Manual);
            let other = shared.clone();
            let thread = thread::spawn(move || {
                other.write(Increment).unwrap();
                other.publish().unwrap();
                assert!(other.enter().unwrap().get() >= 1);
            });
            shared.write(Increment).unwrap();
            let published = poll(shared.publish_async(), times);
            assert!(published.is_some() || times != TO_THE_END);
            if let Some(published) = published {
                published.unwrap();
                assert!(reader.enter().unwrap().get() >= 1);
            }
            thread.join().unwrap();
            shared.publish().unwrap();
            assert_eq!(reader.enter().unwrap().get(), 2);
        });
    }
}

/// As above, beside a reader that is in the way.
#[test]
fn a_publish_of_a_shared_writer_that_is_dropped_beside_reads() {
    for times in [1, TO_THE_END] {
        loom::model(move || {
            let (mut writer, reader) = pair();
            let thread = thread::spawn(move || {
                read(&reader).expect("the writer is there");
                reader
            });
            writer.append(Increment).publish();
            let shared = writer.into_shared(Publishing::Manual);
            shared.write(Increment).unwrap();
            let published = poll(shared.publish_async(), times);
            assert!(published.is_some() || times != TO_THE_END);
            if published.is_none() {
                shared.publish().unwrap();
            }
            assert_eq!(shared.enter().unwrap().get(), 2);
            drop(thread.join().unwrap());
        });
    }
}

/// Invariants 13 and 14: a publish that times out, halfway and to the end.
#[test]
fn a_publish_of_an_owned_structure_that_is_dropped_beside_reads() {
    for times in [1, TO_THE_END] {
        loom::model(move || {
            let (writer, reader) = left_right::new_owned::<_, Increment>(Watched::new());
            let thread = thread::spawn(move || {
                let guard = reader.enter();
                assert_eq!(guard.get(), ReadGuard::version(&guard));
                drop(guard);
                reader
            });
            let shared = writer.into_shared(Publishing::Manual, Duration::ZERO);
            // The reader may be in the copy that the second publish needs.
            let change = |writer: &mut WriteHandle<_, _, Owned>| {
                writer.append(Increment).publish().append(Increment);
            };
            shared.lock(change).unwrap();
            let published = poll(shared.publish_async(), times);
            assert!(published.is_some() || times != TO_THE_END);
            if published.is_none() {
                shared.publish().unwrap();
            }
            assert_eq!(shared.enter().get(), 2);
            drop(shared);
            let reader = thread.join().unwrap();
            assert_eq!(reader.enter().get(), 2);
        });
    }
}
