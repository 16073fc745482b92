//! That things go on: what a mistake would not break but stop, in corners that no other test visits.
#![cfg(not(loom))]

use std::{
    cell::RefCell,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, PublishError, ReadGuard, SharedReadHandle};

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

impl Independent for Count {}

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

/// Readers that all stall in different versions cost so many copies, and no more.
#[test]
fn copies_left_to_readers_are_few_and_come_back() {
    const READERS: usize = 100;
    let (mut writer, reader) = left_right::new_logged::<Count, u64>(Count(0));
    let handles: Vec<_> = (0..READERS).map(|_| reader.clone()).collect();
    let mut guards = Vec::new();
    let stalled = handles.iter().find_map(|handle| {
        guards.push(handle.enter().unwrap());
        writer.append(1).publish_or_replace(Duration::ZERO).err()
    });
    assert!(matches!(stalled, Some(PublishError::Stalled(_))));
    let abandoned = writer.stats().abandoned;
    assert!((1..READERS / 2).contains(&abandoned), "{abandoned}");
    for (version, guard) in (0..).zip(&guards) {
        assert_eq!(guard.0, version);
    }
    let last = guards.len() as u64;
    drop(guards);
    writer.publish();
    assert_eq!(writer.stats().abandoned, 0);
    assert_eq!(writer.enter().unwrap().0, last);
}

/// A writer that closes waits for readers of copies that it has given up, and then drops those, too.
#[test]
fn copies_left_to_readers_are_dropped_when_the_writer_goes() {
    #[derive(Clone)]
    struct Alive {
        _counted: Arc<()>,
    }

    impl Absorb<()> for Alive {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {}
        fn sync_with(&mut self, _: &Self) {}
    }

    impl Independent for Alive {}

    let _deadline = common::deadline();
    for frozen in [false, true] {
        let alive = Arc::new(());
        let (mut writer, reader) = left_right::new_logged::<Alive, ()>(Alive {
            _counted: Arc::clone(&alive),
        });
        let (entered, has_entered) = mpsc::channel();
        let (leave, may_leave) = mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            let guard = reader.enter().unwrap();
            entered.send(()).unwrap();
            may_leave.recv().unwrap();
            // The writer is on its way out by now, if it waits at all.
            thread::sleep(Duration::from_millis(50));
            drop(guard);
        });
        has_entered.recv().unwrap();
        for _ in 0..2 {
            writer
                .append(())
                .publish_or_replace(Duration::ZERO)
                .unwrap();
        }
        assert_eq!(writer.stats().abandoned, 1);
        assert_eq!(Arc::strong_count(&alive), 4, "three copies");
        if frozen {
            writer.freeze_on_drop();
        }
        leave.send(()).unwrap();
        drop(writer);
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&alive), 1, "frozen: {frozen}");
    }
}
