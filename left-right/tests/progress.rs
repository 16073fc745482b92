//! That things go on: what a mistake would not break but stop, in corners that no other test visits.
#![cfg(not(loom))]

use std::{
    cell::RefCell,
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

use left_right::{Absorb, ReadGuard, SharedReadHandle};

mod common;

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

/// Enters from the destructor of a thread-local and refreshes there.
struct Late {
    shared: SharedReadHandle<Count>,
    entered: Sender<u64>,
    published: Receiver<()>,
    refreshed: Sender<u64>,
}

impl Drop for Late {
    fn drop(&mut self) {
        let guard = self.shared.enter().unwrap();
        self.entered.send(ReadGuard::version(&guard)).unwrap();
        self.published.recv().unwrap();
        let guard = guard.refresh().unwrap();
        self.refreshed.send(ReadGuard::version(&guard)).unwrap();
    }
}

#[test]
fn a_guard_of_a_slot_that_no_thread_owns_refreshes() {
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });

    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new::<Count, u64>();
    // Whichever thread-local is destroyed first, this one or the crate's table: once in each order.
    for enter_first in [true, false] {
        let shared = reader.shared();
        let (entered, has_entered) = mpsc::channel();
        let (publish, published) = mpsc::channel();
        let (refreshed, has_refreshed) = mpsc::channel();
        let thread = thread::spawn(move || {
            if enter_first {
                drop(shared.enter());
            }
            LATE.with(|late| drop(late.borrow_mut().take()));
            if !enter_first {
                drop(shared.enter());
            }
            let late = Late {
                shared,
                entered,
                published,
                refreshed,
            };
            LATE.with(|slot| *slot.borrow_mut() = Some(late));
        });
        let before = has_entered.recv().unwrap();
        assert_eq!(before, writer.version());
        writer.append(1).publish();
        publish.send(()).unwrap();
        assert_eq!(has_refreshed.recv().unwrap(), before + 1);
        thread.join().unwrap();
    }
}
