//! A read handle that threads share: slots come and go with threads, guards nest and interleave.
#![cfg(not(loom))]

use std::{cell::RefCell, sync::mpsc, thread};

use left_right::{Absorb, ReadGuard, SharedReadHandle, WriteHandle};

#[derive(Clone, Default)]
struct Count(u64);

impl Absorb<u64> for Count {
    fn absorb_first(&mut self, operation: &mut u64, _: &Self) {
        self.0 += *operation;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

fn pair() -> (WriteHandle<Count, u64>, SharedReadHandle<Count>) {
    let (writer, reader) = left_right::new::<Count, u64>();
    let shared = reader.shared();
    (writer, shared)
}

/// Readers registered beside the writer's own handle.
fn registered(writer: &WriteHandle<Count, u64>) -> usize {
    writer.stats().readers - 1
}

#[test]
fn threads_that_come_and_go_leave_nothing_behind() {
    let (mut writer, shared) = pair();
    writer.append(1).publish();
    for _ in 0..1_000 {
        thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| assert_eq!(shared.enter().unwrap().0, 1));
            }
        });
    }
    // A scope ends when its threads' closures have returned, which may be before the destructors
    // of their thread-locals have run.
    let start = std::time::Instant::now();
    while registered(&writer) != 0 && start.elapsed().as_secs() < 10 {
        thread::yield_now();
    }
    assert_eq!(registered(&writer), 0);
}

#[test]
fn one_thread_uses_one_slot_per_structure() {
    let pairs: Vec<_> = (0..20).map(|_| pair()).collect();
    for _ in 0..3 {
        for (writer, shared) in &pairs {
            assert_eq!(shared.enter().unwrap().0, 0);
            let clone = shared.clone();
            assert_eq!(clone.enter().unwrap().0, 0);
            assert_eq!(registered(writer), 1);
        }
    }
}

#[test]
fn a_structure_is_not_confused_with_one_that_is_gone() {
    for round in 0..100 {
        let (mut writer, shared) = pair();
        writer.append(round).publish();
        assert_eq!(shared.enter().unwrap().0, round);
    }
}

#[test]
fn nested_guards_of_one_version_share_a_slot() {
    let (mut writer, shared) = pair();
    writer.append(1).publish();
    let outer = shared.enter().unwrap();
    let inner = shared.enter().unwrap();
    assert_eq!(registered(&writer), 1);
    drop(outer);
    assert_eq!(inner.0, 1);
    writer.append(1).publish();
    assert!(!writer.try_publish(), "the inner guard still holds");
    drop(inner);
    assert!(writer.try_publish());
}

#[test]
fn interleaved_guards_see_what_is_published_when_they_are_taken() {
    let (mut writer, shared) = pair();
    let mut held = shared.enter().unwrap();
    for version in 1..=10 {
        writer.append(1).publish();
        let next = shared.enter().unwrap();
        assert_eq!(ReadGuard::version(&next), version);
        assert_eq!(held.0, version - 1);
        // The older guard goes while the newer one lives, for ever: the writer never starves.
        held = next;
    }
    assert!(registered(&writer) <= 2, "{}", registered(&writer));
}

#[test]
fn a_guard_in_a_thread_local_outlives_the_threads_table() {
    thread_local! {
        static HELD: RefCell<Option<(ReadGuard<'static, Count>, Late)>> =
            const { RefCell::new(None) };
    }

    /// Enters once more when the thread's other thread-locals are gone, or going.
    struct Late(&'static SharedReadHandle<Count>, mpsc::Sender<u64>);

    impl Drop for Late {
        fn drop(&mut self) {
            let guard = self.0.enter().unwrap();
            let nested = self.0.enter().unwrap();
            self.1.send(guard.0 + nested.0).unwrap();
        }
    }

    let (mut writer, shared) = pair();
    writer.append(1).publish();
    let shared: &'static _ = Box::leak(Box::new(shared));
    let (sender, receiver) = mpsc::channel();
    // Whichever of the two thread-locals is destroyed first, once in each order.
    for enter_first in [true, false] {
        let sender = sender.clone();
        let thread = thread::spawn(move || {
            if enter_first {
                drop(shared.enter());
            }
            HELD.with(|held| {
                *held.borrow_mut() = None;
                *held.borrow_mut() = Some((shared.enter().unwrap(), Late(shared, sender)));
            });
        });
        thread.join().unwrap();
        assert_eq!(receiver.recv().unwrap(), 2);
        assert_eq!(registered(&writer), 0, "enter_first: {enter_first}");
    }
    writer.append(1).publish().publish().publish();
}

#[test]
fn nothing_to_enter_once_the_writer_is_gone() {
    let (writer, shared) = pair();
    assert!(!shared.was_dropped());
    drop(writer);
    assert!(shared.was_dropped());
    assert!(shared.enter().is_none());
    assert!(thread::scope(|scope| scope.spawn(|| shared.enter().is_none()).join()).unwrap());
}

#[test]
fn a_shared_handle_prints_and_makes_handles_for_one_thread() {
    let (mut writer, shared) = pair();
    assert_eq!(
        format!("{shared:?}"),
        "SharedReadHandle { was_dropped: false, .. }"
    );
    writer.append(1).publish();
    assert_eq!(shared.handle().enter().unwrap().0, 1);
}
