//! What a thread keeps of structures that are gone, or whose data is.
#![cfg(not(loom))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::{Cell, RefCell},
    sync::mpsc::{self, Sender},
    thread,
};

use left_right::{Absorb, SharedReadHandle};

struct Counting;

thread_local!(static HELD: Cell<isize> = const { Cell::new(0) });

fn count(bytes: isize) {
    // The thread may be at its end.
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

// SAFETY: all of it is the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Clone, Default)]
struct Empty;

impl Absorb<()> for Empty {
    fn absorb_first(&mut self, (): &mut (), _: &Self) {}
    fn sync_with(&mut self, _: &Self) {}
}

#[test]
fn structures_that_are_gone_leave_nothing_in_the_threads_that_read_them() {
    let read_one = || {
        let (_writer, reader) = left_right::new::<Empty, ()>();
        let shared = reader.shared();
        drop(shared.enter());
    };
    read_one();
    let before = HELD.get();
    for _ in 0..1_000 {
        read_one();
    }
    let kept = HELD.get() - before;
    assert!(kept < 20_000, "{kept} bytes");
}

/// Tries to enter again and again when the thread's table of slots is gone, or going.
struct Late {
    shared: SharedReadHandle<Empty>,
    kept: Sender<isize>,
}

impl Drop for Late {
    fn drop(&mut self) {
        let before = HELD.get();
        for _ in 0..1_000 {
            assert!(self.shared.enter().is_none());
        }
        self.kept.send(HELD.get() - before).unwrap();
    }
}

#[test]
fn slots_of_no_thread_that_could_not_be_entered_are_given_back() {
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });

    // Whichever thread-local is destroyed first, this one or the crate's table: once in each order.
    for enter_first in [true, false] {
        let (writer, reader) = left_right::new::<Empty, ()>();
        let shared = reader.shared();
        drop(writer);
        let (kept, reported) = mpsc::channel();
        let thread = thread::spawn(move || {
            if enter_first {
                drop(shared.enter());
            }
            LATE.with(|late| drop(late.borrow_mut().take()));
            if !enter_first {
                drop(shared.enter());
            }
            LATE.with(|late| *late.borrow_mut() = Some(Late { shared, kept }));
        });
        thread.join().unwrap();
        let kept = reported.recv().unwrap();
        assert!(kept < 20_000, "{kept} bytes");
    }
}
