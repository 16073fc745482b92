//! That things go on: what a mistake would not break but stop, in corners that no other test visits.
#![cfg(not(loom))]

use std::{
    cell::RefCell,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, panic_any},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, ReadGuard, SharedReadHandle, WriteHandle};

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

/// Readers that all stall in different versions cost a copy each, and stop nobody.
#[test]
fn copies_left_to_readers_come_back() {
    const READERS: usize = 100;
    let (mut writer, reader) = left_right::new_logged::<Count, u64>(Count(0));
    let handles: Vec<_> = (0..READERS).map(|_| reader.clone()).collect();
    let mut guards = Vec::new();
    for handle in &handles {
        guards.push(handle.enter().unwrap());
        writer.append(1).publish_or_replace(Duration::ZERO).unwrap();
    }
    assert_eq!(writer.stats().deferred, READERS - 1);
    for (version, guard) in (0..).zip(&guards) {
        assert_eq!(guard.0, version);
    }
    let last = guards.len() as u64;
    drop(guards);
    writer.publish();
    assert_eq!(writer.stats().deferred, 0);
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
        // The second leaves the reader a copy; those after it are not in its way, nor it in theirs.
        for _ in 0..5 {
            writer
                .append(())
                .publish_or_replace(Duration::ZERO)
                .unwrap();
        }
        assert_eq!(writer.stats().deferred, 1);
        assert_eq!(Arc::strong_count(&alive), 4, "three copies");
        if frozen {
            let writer = writer.into_owned();
            leave.send(()).unwrap();
            drop(writer);
        } else {
            leave.send(()).unwrap();
            drop(writer);
        }
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&alive), 1, "frozen: {frozen}");
    }
}

/// Says how its copies are dropped, and panics when asked to.
struct Witness(Arc<Mutex<Vec<&'static str>>>);

impl Clone for Witness {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Absorb<bool> for Witness {
    fn absorb_first(&mut self, may_panic: &mut bool, _: &Self) {
        assert!(!*may_panic, "asked to");
    }

    fn sync_with(&mut self, _: &Self) {}

    fn drop_first(self: Box<Self>) {
        self.0.lock().unwrap().push("first");
    }

    fn drop_second(self: Box<Self>) {
        self.0.lock().unwrap().push("second");
    }
}

impl Independent for Witness {}

#[test]
fn the_copy_left_behind_is_dropped_before_the_newest() {
    let drops = Arc::default();
    let (mut writer, reader) = left_right::new_logged::<_, bool>(Witness(Arc::clone(&drops)));
    let guard = reader.enter().unwrap();
    writer.publish();
    drop(writer.into_owned());
    drop(guard);
    assert!(drops.lock().unwrap().is_empty());
    drop(reader);
    assert_eq!(*drops.lock().unwrap(), ["first", "second"]);
}

#[derive(Clone, Copy, Debug)]
enum End {
    Drop,
    Freeze,
    Take,
}

#[test]
fn a_damaged_copy_is_leaked_and_the_published_one_dropped() {
    for end in [End::Drop, End::Freeze, End::Take] {
        let drops = Arc::default();
        let (mut writer, reader) = left_right::new_logged::<_, bool>(Witness(Arc::clone(&drops)));
        writer.append(true);
        let publish = AssertUnwindSafe(|| writer.try_publish());
        assert!(catch_unwind(publish).is_err());
        match end {
            End::Drop => {
                drop(writer.into_owned());
            }
            End::Freeze => drop(writer.freeze()),
            End::Take => drop(writer.take()),
        }
        drop(reader);
        assert_eq!(*drops.lock().unwrap(), ["second"], "{end:?}");
        assert_eq!(
            Arc::strong_count(&drops),
            2,
            "{end:?}: ours and the damaged one"
        );
    }
}

/// Counts itself, and panics when dropped if asked to.
#[derive(Debug)]
struct Fragile {
    _counted: Arc<()>,
    panics: bool,
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(!mem::take(&mut self.panics), "asked to");
    }
}

#[test]
fn operations_of_a_replaced_copy_are_dropped_once_also_if_one_panics() {
    #[derive(Clone)]
    struct Absorbed(usize);

    impl Absorb<Fragile> for Absorbed {
        fn absorb_first(&mut self, _: &mut Fragile, _: &Self) {
            self.0 += 1;
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    impl Independent for Absorbed {}

    for panics in [false, true] {
        let counted = Arc::new(());
        let fragile = |panics| Fragile {
            _counted: Arc::clone(&counted),
            panics,
        };
        let (mut writer, reader) = left_right::new_logged(Absorbed(0));
        let guard = reader.enter().unwrap();
        writer
            .append(fragile(panics))
            .append(fragile(false))
            .publish();
        writer.append(fragile(false));
        let replace = AssertUnwindSafe(|| writer.publish_or_replace(Duration::ZERO).unwrap());
        assert_eq!(catch_unwind(replace).is_err(), panics);
        assert_eq!(
            Arc::strong_count(&counted),
            2,
            "only what is not in both copies"
        );
        writer.publish();
        drop(guard);
        assert_eq!(writer.publish().enter().unwrap().0, 3);
        drop(writer);
        assert_eq!(Arc::strong_count(&counted), 1);
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_writer_that_would_wait_for_itself_says_so() {
    let _deadline = common::deadline_of(Duration::from_secs(10));
    let (mut writer, reader) = left_right::new::<Count, u64>();
    let guard = reader.enter().unwrap();
    writer.publish();
    let publish = AssertUnwindSafe(|| writer.publish().version());
    let panic = catch_unwind(publish).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(message.contains("wait for itself"), "{message}");
    drop(guard);
    assert_eq!(writer.publish().version(), 2);
}

#[test]
fn a_guard_leaked_through_the_writer_does_not_keep_the_copies() {
    let drops = Arc::default();
    let (writer, reader) = left_right::new_logged::<_, bool>(Witness(Arc::clone(&drops)));
    mem::forget(writer.enter());
    drop(writer);
    assert!(reader.was_dropped());
    assert_eq!(*drops.lock().unwrap(), ["first", "second"]);
    assert_eq!(Arc::strong_count(&drops), 1);
}

/// Panics as it is absorbed or dropped, with something that panics again when it is dropped.
#[derive(Clone)]
struct Spiteful {
    _counted: Arc<()>,
    absorbs: bool,
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("asked to");
    }
}

impl Absorb<Fragile> for Spiteful {
    fn absorb_first(&mut self, _: &mut Fragile, _: &Self) {
        assert!(self.absorbs, "asked to");
    }

    fn sync_with(&mut self, _: &Self) {}

    fn drop_first(self: Box<Self>) {
        panic_any(Bomb);
    }
}

impl Independent for Spiteful {}

fn spiteful(absorbs: bool) -> (Arc<()>, WriteHandle<Spiteful, Fragile>) {
    let counted = Arc::new(());
    let (writer, _) = left_right::new_logged(Spiteful {
        _counted: Arc::clone(&counted),
        absorbs,
    });
    (counted, writer)
}

#[test]
fn a_panic_in_a_drop_stays_there_and_leaks_the_other_copy() {
    let (counted, writer) = spiteful(true);
    let go = AssertUnwindSafe(|| drop(writer));
    assert!(catch_unwind(go).is_ok());
    assert_eq!(Arc::strong_count(&counted), 2, "ours and the newest");
}

#[test]
fn what_a_damaged_copy_has_absorbed_is_leaked() {
    let (_, mut writer) = spiteful(false);
    let counted = Arc::new(());
    for _ in 0..3 {
        writer.append(Fragile {
            _counted: Arc::clone(&counted),
            panics: false,
        });
    }
    let publish = AssertUnwindSafe(|| writer.try_publish());
    assert!(catch_unwind(publish).is_err());
    drop(writer.into_owned());
    assert_eq!(Arc::strong_count(&counted), 2, "ours and the first");
}
