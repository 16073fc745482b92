//! Threads that do a given number of things, for whoever measures how long that takes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Mismatch;

/// Does the work on so many threads at once; the time from the first one's start to the last one's end.
///
/// # Errors
///
/// The first [`Mismatch`] of a thread.
pub fn side_by_side(
    threads: usize,
    work: impl Fn(usize) -> Result<(), Mismatch> + Sync,
) -> Result<Duration, Mismatch> {
    let (all_ready, work) = (Barrier::new(threads), &work);
    let times = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|number| {
                let all_ready = &all_ready;
                scope.spawn(move || {
                    all_ready.wait();
                    let since = Instant::now();
                    work(number)?;
                    Ok((since, Instant::now()))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(times) => times,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect::<Result<Vec<_>, Mismatch>>()
    })?;
    let first = times.iter().map(|(start, _)| *start).min();
    let last = times.iter().map(|(_, end)| *end).max();
    Ok(match (first, last) {
        (Some(first), Some(last)) => last - first,
        _ => Duration::ZERO,
    })
}

/// Runs something beside a thread that does something else over and over, from before to after.
///
/// # Errors
///
/// The [`Mismatch`] of either.
pub fn beside_another<T>(
    mut other: impl FnMut() -> Result<(), Mismatch> + Send,
    run: impl FnOnce() -> Result<T, Mismatch>,
) -> Result<T, Mismatch> {
    let stop = AtomicBool::new(false);
    let (begins, has_begun) = mpsc::channel();
    thread::scope(|scope| {
        let stop = &stop;
        let other = scope.spawn(move || {
            loop {
                other()?;
                // Nobody hears it but the first time.
                let _ = begins.send(());
                // Nothing but a flag: what the threads share is ordered by `spawn`, the channel and `join`.
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
            }
        });
        // An error means that the other one has ended already; `join` says how.
        let _ = has_begun.recv();
        drop(has_begun);
        let stops = Stops(stop);
        let result = run();
        drop(stops);
        match other.join() {
            Ok(Ok(())) => result,
            Ok(Err(mismatch)) => Err(mismatch),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Tells a thread to stop, also when a panic passes: the scope waits for it.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn wrong() -> Result<(), Mismatch> {
        Err(Mismatch("wrong".to_owned()))
    }

    #[test]
    fn every_thread_works_and_the_longest_counts() {
        let worked = AtomicUsize::new(0);
        let pause = Duration::from_millis(20);
        let took = side_by_side(3, |number| {
            worked.fetch_add(1 << (8 * number), Ordering::Relaxed);
            thread::sleep(pause * u32::from(number == 1));
            Ok(())
        });
        assert!(took.unwrap() >= pause);
        assert_eq!(worked.into_inner(), 0x01_01_01);
    }

    #[test]
    fn what_is_wrong_on_any_thread_is_an_error() {
        assert!(side_by_side(2, |number| if number == 1 { wrong() } else { Ok(()) }).is_err());
        assert!(beside_another(wrong, || Ok(())).is_err());
        assert!(beside_another(|| Ok(()), wrong).is_err());
    }

    #[test]
    fn the_other_thread_begins_before_and_stops_afterwards() {
        let count = AtomicUsize::new(0);
        let other = || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let seen = beside_another(other, || Ok(count.load(Ordering::Relaxed))).unwrap();
        assert!(seen > 0);
    }

    #[test]
    fn a_panic_is_passed_on_and_hangs_nobody() {
        let panics = || -> Result<(), Mismatch> { panic!("on purpose") };
        let caught = |run: &dyn Fn()| {
            let run = std::panic::AssertUnwindSafe(run);
            assert!(std::panic::catch_unwind(run).is_err());
        };
        caught(&|| drop(beside_another(panics, || Ok(()))));
        caught(&|| drop(beside_another(|| Ok(()), panics)));
    }
}
