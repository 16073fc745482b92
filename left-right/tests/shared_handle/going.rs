//! What becomes of the writer when the handles go, and when threads do.

use std::{cell::RefCell, mem};

use super::*;

#[test]
fn what_is_pending_is_visible_once_the_last_handle_is_gone() {
    let _deadline = common::deadline();
    let hours = Publishing::Interval(Duration::from_secs(36_000));
    for publishing in [every(100), Publishing::Manual, hours] {
        let shared = Owned::shared(publishing);
        let reader = shared.reader();
        let other = shared.clone();
        push(&shared, 1).unwrap();
        drop(shared);
        assert!(reader.enter().seen.is_empty());
        push(&other, 2).unwrap();
        drop(other);
        assert_eq!(reader.enter().seen, [1, 2], "{publishing:?}");
    }
}

/// Where readers lose the data, only the structure itself can tell.
#[test]
fn what_is_pending_is_absorbed_when_the_last_handle_takes_the_data_away() {
    struct Last(Arc<Mutex<Vec<u32>>>);

    impl Absorb<u32> for Last {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0.lock().unwrap().push(*operation);
        }
        fn absorb_second(&mut self, _: u32, _: &Self) {}
        fn sync_with(&mut self, _: &Self) {}
    }

    impl Clone for Last {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    let _deadline = common::deadline();
    let hours = Publishing::Interval(Duration::from_secs(36_000));
    for publishing in [every(100), Publishing::Manual, hours] {
        let absorbed = Arc::default();
        let (writer, reader) = left_right::new_logged::<_, u32>(Last(Arc::clone(&absorbed)));
        let shared = writer.into_shared(publishing);
        let other = shared.clone();
        shared.write(1).unwrap();
        drop(shared);
        other.write(2).unwrap();
        assert!(!reader.was_dropped());
        drop(other);
        assert_eq!(*absorbed.lock().unwrap(), [1, 2], "{publishing:?}");
        assert!(reader.was_dropped());
    }
}

#[test]
fn the_only_handle_gives_the_writer_back() {
    fn run<D: Kind>() {
        let hours = Publishing::Interval(Duration::from_secs(36_000));
        for publishing in [Publishing::Manual, every(100), hours] {
            let shared = D::shared(publishing);
            push(&shared, 1).unwrap();
            let other = shared.clone();
            let shared = shared.into_writer().unwrap_err();
            assert!(!shared.is_poisoned());
            drop(other);
            let mut writer = shared.into_writer().unwrap();
            assert!(D::guard(writer.enter()).seen.is_empty(), "{publishing:?}");
            assert_eq!(writer.pending().len(), 1);
            writer.publish();
            assert_eq!(D::guard(writer.enter()).seen, [1], "{publishing:?}");
        }
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// Threads that come and go get the same addresses for their thread-locals.
#[test]
fn a_thread_is_not_taken_for_one_that_is_gone() {
    let shared = patient_for(Duration::ZERO, Publishing::EachWrite);
    let on_a_thread = |work: &(dyn Fn() + Sync)| {
        thread::scope(|scope| scope.spawn(work).join().unwrap());
    };
    for number in 0..20 {
        on_a_thread(&|| mem::forget(shared.enter()));
        on_a_thread(&|| push(&shared, number).unwrap());
    }
}

/// When it has no slots any more, it asks with one that is nobody's.
#[test]
fn a_thread_may_write_at_its_very_end() {
    /// Writes in the destructor of a thread-local.
    struct Late(Shared, u32);

    impl Drop for Late {
        fn drop(&mut self) {
            let Self(shared, number) = self;
            let guard = shared.enter();
            push(shared, *number).unwrap();
            assert!(!guard.seen.contains(number) && seen(shared).contains(number));
            drop(guard);
            push(shared, *number + 1).unwrap();
            assert!(seen(shared).contains(&(*number + 1)));
        }
    }

    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });

    let _deadline = common::deadline();
    let shared = patient_for(Duration::from_millis(5), Publishing::EachWrite);
    let readers = shared.stats().unwrap().readers;
    // Whichever thread-local is destroyed first, this one or the crate's table: once in each order.
    for write_first in [true, false] {
        let threads = [0, 10, 20].map(|number| {
            let number = number + 100 * u32::from(write_first);
            let late = Late(shared.clone(), number);
            thread::spawn(move || {
                let shared = late.0.clone();
                let write = || push(&shared, number + 5).unwrap();
                if write_first {
                    write();
                }
                LATE.with(|slot| *slot.borrow_mut() = Some(late));
                if !write_first {
                    write();
                }
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(shared.stats().unwrap().readers, readers);
    }
    assert_eq!(seen(&shared).len(), 18);
}
