//! When a structure is asked for the cache lines of operations, and what a panic of that does.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use left_right::Independent;

use super::*;

#[derive(Clone, Default)]
struct Numbers {
    seen: Vec<u32>,
    calls: Arc<AtomicUsize>,
    /// Whether the next call panics.
    is_bad: Arc<AtomicBool>,
}

impl Absorb<u32> for Numbers {
    fn absorb_first(&mut self, number: &mut u32, _: &Self) {
        self.seen.push(*number);
    }

    fn prefetch(&self, number: &u32) {
        left_right::prefetch_write(number);
        self.calls.fetch_add(1, Ordering::Relaxed);
        assert!(!self.is_bad.swap(false, Ordering::Relaxed), "{}", PANIC);
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

const PANIC: &str = "asked to";

type Shared = SharedHandle<Numbers, u32>;

fn shared() -> (Shared, Numbers) {
    let numbers = Numbers::default();
    let (writer, _) = left_right::new_owned(numbers.clone());
    (writer.into_shared(Publishing::EachWrite, AN_HOUR), numbers)
}

fn write(shared: &Shared, number: u32) -> Call<'_, Result<(), Poisoned>> {
    Box::new(move || shared.write(number))
}

#[test]
fn several_operations_are_announced_and_one_is_not() {
    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        let (shared, numbers) = shared();
        let calls = || numbers.calls.load(Ordering::Relaxed);
        for number in 0..50 {
            shared.write(number).unwrap();
            shared.lock(|writer| _ = writer.append(number)).unwrap();
            shared.publish().unwrap();
        }
        assert_eq!(calls(), 0, "this thread was alone");
        let writes = (0..5).map(|number| write(&shared, number));
        let (_, outcomes) = asked_together(&shared, by, writes.collect());
        assert!(outcomes.into_iter().all(|it| it.unwrap().is_ok()));
        // A thread need not announce its own.
        let asked = if by == By::Holder { 5 } else { 4 };
        assert!(calls() >= asked, "{} calls, {by:?}", calls());
        let before = calls();
        shared.write(0).unwrap();
        assert_eq!(calls(), before, "this thread was alone");
        assert_eq!(shared.enter().seen.len(), 106);
    }
}

/// Before anything was applied: that of the thread that carries out what others ask for, and they ask again.
#[test]
fn a_panic_of_an_announcement_is_that_of_one_call_and_hurts_nobody_else() {
    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        let (shared, numbers) = shared();
        shared.write(9).unwrap();
        numbers.is_bad.store(true, Ordering::Relaxed);
        let writes = (0..5).map(|number| write(&shared, number));
        let (held, outcomes) = asked_together(&shared, by, writes.collect());
        assert!(!numbers.is_bad.load(Ordering::Relaxed));
        let mut seen = vec![9];
        for (number, outcome) in (0..).zip(&outcomes) {
            match outcome {
                Ok(written) => {
                    assert_eq!(*written, Ok(()));
                    seen.push(number);
                }
                Err(panic) => assert_eq!(panic.downcast_ref::<String>().unwrap(), PANIC),
            }
        }
        match by {
            By::Holder => {
                let panic = held.unwrap_err();
                assert_eq!(panic.downcast_ref::<String>().unwrap(), PANIC);
                assert_eq!(seen.len(), 6);
            }
            By::Waiter => assert_eq!(seen.len(), 5),
        }
        assert!(!shared.is_poisoned());
        shared.write(8).unwrap();
        seen.push(8);
        let mut all = shared.enter().seen.clone();
        all.sort_unstable();
        seen.sort_unstable();
        assert_eq!(all, seen);
    }
}

/// Threads that write all the time, and panics now and then.
#[test]
fn panics_of_announcements_stop_nobody() {
    let _deadline = common::deadline();
    let (shared, numbers) = shared();
    let written: usize = thread::scope(|scope| {
        let threads = [0, 1, 2, 3].map(|thread| {
            let (shared, numbers) = (&shared, &numbers);
            scope.spawn(move || {
                let write = |number| {
                    if number % 100 == 20 * thread {
                        numbers.is_bad.store(true, Ordering::Relaxed);
                    }
                    let write = AssertUnwindSafe(|| shared.write(number).unwrap());
                    catch_unwind(write).is_ok()
                };
                (0..1_000).filter(|number| write(*number)).count()
            })
        });
        threads.map(|it| it.join().unwrap()).into_iter().sum()
    });
    assert_eq!(shared.enter().seen.len(), written);
    assert!(!shared.is_poisoned());
}
