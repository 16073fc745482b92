//! Writers that threads share, and structures that do.

use std::time::Duration;

use left_right::{Publishing, SharedWriteHandle};

use super::*;

/// Invariants 1 and 14 where the writer is lent from thread to thread: each finds its change published,
/// by itself or by the one that took the writer over from it.
#[test]
fn changes_with_a_shared_writer() {
    loom::model(|| {
        let (writer, reader) = left_right::new_logged::<_, Increment>(Watched::new());
        let shared = writer.into_shared();
        let other = shared.clone();
        let change = |writer: &mut Writer| {
            let before = writer.unpublished().get();
            writer.append(Increment);
            before
        };
        let thread = thread::spawn(move || {
            let before = other.update(change).unwrap();
            assert!(other.reader().enter().unwrap().get() > before);
            before
        });
        let before = shared.update(change).unwrap();
        assert!(reader.enter().unwrap().get() > before);
        assert_eq!(before + thread.join().unwrap(), 1);
        assert_eq!(reader.enter().unwrap().get(), 2);
    });
}

/// Invariant 14: what is appended while another thread has the writer is not visible with what that one
/// has appended and published.
#[test]
fn a_locked_writer_beside_one_that_appends() {
    loom::model(|| {
        let (writer, reader) = left_right::new_logged::<_, Increment>(Watched::new());
        let shared = writer.into_shared();
        let other = shared.clone();
        let thread = thread::spawn(move || {
            other.append(Increment).unwrap();
            other.publish().unwrap();
            assert!(other.reader().enter().unwrap().get() >= 1);
            assert!(other.lock().unwrap().unpublished().get() >= 1);
        });
        shared.lock().unwrap().append(Increment).publish();
        assert!(reader.enter().unwrap().get() >= 1);
        thread.join().unwrap();
        assert_eq!(shared.lock().unwrap().unpublished().get(), 2);
        assert_eq!(reader.enter().unwrap().get(), 2);
    });
}

/// Invariants 13 and 14: writers that go on without a reader lose nothing, whoever of them leaves it the
/// copy.
#[test]
fn shared_writers_that_replace_beside_a_reader() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        // In the copy that is to be changed, before the threads begin, which saves preemptions.
        let guard = reader.enter().unwrap();
        writer.append(Increment).publish();
        let shared = writer.into_shared();
        let other = shared.clone();
        let replace = |shared: &SharedWriteHandle<Watched, Increment>| {
            shared.append(Increment).unwrap();
            // The other may have the writer.
            let published = shared.publish_or_replace(Duration::ZERO);
            if published.is_ok() {
                assert!(shared.reader().enter().unwrap().get() >= 2);
            }
        };
        let thread = thread::spawn(move || replace(&other));
        replace(&shared);
        thread.join().unwrap();
        assert_eq!(guard.get(), 0);
        drop(guard);
        shared.publish().unwrap();
        assert_eq!(reader.enter().unwrap().get(), 3);
        assert_eq!(shared.lock().unwrap().unpublished().get(), 3);
    });
}

/// Invariants 10 and 14 of a structure that its readers keep: the last handle publishes what is pending
/// and leaves it to them, whichever it is.
#[test]
fn an_owned_structure_that_threads_share() {
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        loom::model(move || {
            let (writer, reader) = left_right::new_owned::<_, Increment>(Watched::new());
            let shared = writer.into_shared(publishing, Duration::ZERO);
            let other = shared.clone();
            let increment = |count: &Watched| (Some(Increment), count.get());
            let thread = thread::spawn(move || {
                let before = other.append_with(increment).unwrap();
                if publishing == Publishing::EachWrite {
                    assert!(other.enter().get() > before);
                }
                before
            });
            let before = shared.append_with(increment).unwrap();
            drop(shared);
            let seen = reader.enter().get();
            assert!(publishing == Publishing::Manual || seen > before);
            assert_eq!(before + thread.join().unwrap(), 1);
            assert_eq!(reader.enter().get(), 2);
        });
    }
}
