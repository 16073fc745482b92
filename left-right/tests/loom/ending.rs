//! The ends of a writer.

use super::*;

/// Invariant 10: a writer that goes drops both copies, and no reader is in either of them.
#[test]
fn dropping_the_writer_beside_reads() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        writer.append(Increment).publish();
        let thread = thread::spawn(move || {
            let first = read(&reader);
            let second = read(&reader);
            assert!(first.is_some() || second.is_none(), "the data came back");
            // Dropped by the main thread: the registry's lock would order what must be
            // ordered without it.
            reader
        });
        drop(writer);
        drop(thread.join().unwrap());
    });
}

/// Invariant 10: as above, and the data is the caller's. What loom finds wrong with the drop of
/// the other copy comes out of `take`; the drop of a writer would catch the panic.
#[test]
fn taking_beside_reads() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        writer.append(Increment).publish();
        writer.append(Increment);
        let thread = thread::spawn(move || {
            let first = read(&reader);
            let second = read(&reader);
            // `take` publishes what is pending before it takes the data away.
            assert!(first.is_none_or(|value| (1..=2).contains(&value)));
            assert!(second.is_none_or(|value| Some(value) >= first && first.is_some()));
            // Dropped by the main thread: the registry's lock would order what must be
            // ordered without it.
            reader
        });
        let taken = writer.take();
        assert_eq!(taken.get(), 2);
        drop(taken);
        drop(thread.join().unwrap());
    });
}

/// Invariant 10: the last one to go drops what the writer left, whoever that is.
#[test]
fn freezing_beside_reads() {
    for on_drop in [false, true] {
        loom::model(move || {
            let (mut writer, reader) = pair();
            let thread = thread::spawn(move || {
                let first = read(&reader).expect("the data stays");
                assert!(read(&reader).expect("the data stays") >= first);
            });
            writer.append(Increment).publish();
            writer.append(Increment);
            if on_drop {
                drop(writer.into_owned());
            } else {
                writer.freeze();
            }
            thread.join().unwrap();
        });
    }
}

/// Who learns that the writer has gone finds what it published last.
#[test]
fn learning_of_the_end_beside_a_freeze() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        let thread = thread::spawn(move || {
            if !reader.has_writer() {
                assert_eq!(read(&reader), Some(1));
            }
        });
        writer.append(Increment).publish();
        writer.freeze();
        thread.join().unwrap();
    });
}

/// Invariant 7: a refresh that finds the data taken away has left; that its guard leaves again does not
/// make it active again.
#[test]
fn refreshing_beside_a_close() {
    loom::model(|| {
        let (mut writer, reader) = pair();
        // Before the writer's thread begins, which saves a preemption: the case needs three more.
        let guard = reader.enter().expect("the writer is there");
        let thread = thread::spawn(move || {
            writer.append(Increment).publish();
            assert_eq!(writer.take().get(), 1);
        });
        if let Some(guard) = guard.refresh() {
            assert_eq!(guard.get(), ReadGuard::version(&guard));
        }
        thread.join().unwrap();
        // The handle is dropped after the writer: that ends whatever critical section is open.
        drop(reader);
    });
}
