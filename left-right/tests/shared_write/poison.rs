//! What is left when an operation has panicked.

use super::*;

#[test]
fn poison_reaches_every_handle_and_readers_go_on() {
    let _deadline = common::deadline();
    let shared = shared();
    shared.apply((0, 0)).unwrap();
    shared.append((0, 1)).unwrap();
    shared.append(POISON).unwrap();
    let other = shared.clone();
    let publish = AssertUnwindSafe(|| other.publish());
    assert!(catch_unwind(publish).is_err());
    assert!(shared.is_poisoned());
    assert!(shared.append((0, 2)).is_err());
    assert!(shared.append_all([(0, 2)]).is_err());
    assert!(shared.apply((0, 2)).is_err());
    assert!(shared.publish().is_err());
    assert!(shared.lock().is_err());
    for result in [
        shared.publish_timeout(Duration::MAX),
        shared.publish_or_replace(Duration::MAX),
    ] {
        assert!(matches!(result, Err(PublishError::Poisoned(_))));
    }
    assert_eq!(seen(&shared), [(0, 0)]);
    let reader = shared.reader().clone();
    drop((shared, other));
    assert_eq!(reader.enter().unwrap().0, [(0, 0)]);
}

#[test]
fn a_thread_that_waits_learns_of_the_poison() {
    let _deadline = common::deadline();
    let shared = shared();
    let guard = shared.reader().enter().unwrap();
    shared.append((0, 0)).unwrap();
    shared.publish_timeout(Duration::ZERO).unwrap();
    thread::scope(|scope| {
        let waits: Vec<_> = (0..3)
            .map(|writer| {
                let shared = &shared;
                scope.spawn(move || {
                    let operation = if writer == 1 { POISON } else { (writer, 0) };
                    catch_unwind(AssertUnwindSafe(|| shared.apply(operation)))
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(5));
        drop(guard);
        let results: Vec<_> = waits.into_iter().map(|it| it.join().unwrap()).collect();
        assert_eq!(
            results.iter().filter(|it| it.is_err()).count(),
            1,
            "{results:?}"
        );
    });
    assert!(shared.is_poisoned());
}

/// What nobody will ever absorb is user code's to drop: without a lock, and while a panic unwinds.
#[test]
fn what_poison_drops_may_use_the_handle_and_panic() {
    static SHARED: OnceLock<SharedWriteHandle<Plain, Operation>> = OnceLock::new();
    static REFUSED: AtomicUsize = AtomicUsize::new(0);

    enum Operation {
        Panic,
        Late,
    }

    impl Drop for Operation {
        fn drop(&mut self) {
            if let Self::Late = self {
                if SHARED.get().unwrap().append(Self::Panic).is_err() {
                    REFUSED.fetch_add(1, Ordering::Relaxed);
                }
                panic!("asked to");
            }
        }
    }

    #[derive(Clone)]
    struct Plain;

    impl Absorb<Operation> for Plain {
        fn absorb_first(&mut self, _: &mut Operation, _: &Self) {
            // They are in the queue when this panics.
            for _ in 0..2 {
                SHARED.get().unwrap().append(Operation::Late).unwrap();
            }
            panic!("asked to");
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    let _deadline = common::deadline();
    let (writer, _) = left_right::new_logged(Plain);
    let shared = SHARED.get_or_init(|| writer.into_shared());
    let panics = AssertUnwindSafe(|| shared.apply(Operation::Panic));
    assert!(catch_unwind(panics).is_err());
    assert!(shared.is_poisoned());
    assert_eq!(REFUSED.load(Ordering::Relaxed), 2);
}

/// Before the first publish operations are absorbed where the queue is taken over, and the last handle
/// takes it over when it goes.
#[test]
fn poison_that_is_appended_last_does_not_leave_the_drop_of_the_last_handle() {
    let (writer, reader) = left_right::new();
    let shared = writer.into_shared();
    shared.append((0, 0)).unwrap();
    shared.append(POISON).unwrap();
    drop::<SharedWriteHandle<Journal, _>>(shared);
    assert!(reader.enter().unwrap().0.is_empty());
}

/// A thread that dies with the writer locked leaves it to the others.
#[test]
fn a_panic_under_the_lock_is_no_poison() {
    let shared = shared();
    let panics = AssertUnwindSafe(|| {
        let mut writer = shared.lock().unwrap();
        writer.append((0, 0));
        panic!("asked to");
    });
    assert!(catch_unwind(panics).is_err());
    assert!(!shared.is_poisoned());
    shared.apply((0, 1)).unwrap();
    assert_eq!(seen(&shared), [(0, 0), (0, 1)]);
}
