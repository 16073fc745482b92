//! Threads that start together and stop together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// A thread that has yet to start.
///
/// Dropping it without starting (a failed warm-up, a panic) lets the other threads start all the same.
#[derive(Debug)]
pub struct Lane<'a> {
    signals: &'a Signals,
    ready: Sender<()>,
}

/// A thread whose time is running.
#[derive(Debug)]
pub struct Running<'a> {
    stop: &'a AtomicBool,
    since: Instant,
}

#[derive(Debug, Default)]
struct Signals {
    // Flags and nothing else: what the threads share is ordered by `spawn`, the channel and `join`.
    go: AtomicBool,
    stop: AtomicBool,
}

impl<'a> Lane<'a> {
    /// Waits until every thread is ready, then starts this one's clock.
    #[must_use]
    pub fn start(self) -> Running<'a> {
        // The receiver lives until every lane is gone; a lost message would only end the wait early.
        let _ = self.ready.send(());
        drop(self.ready);
        while !self.signals.go.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        Running {
            stop: &self.signals.stop,
            since: Instant::now(),
        }
    }
}

impl Running<'_> {
    /// Whether time is up.
    #[must_use]
    #[inline]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// So many operations since the start, per second.
    #[must_use]
    pub fn rate(&self, operations: usize) -> f64 {
        operations as f64 / self.since.elapsed().as_secs_f64()
    }
}

/// What one thread of a race does.
pub type Work<'e, T> = Box<dyn FnOnce(Lane<'_>) -> T + Send + 'e>;

/// Runs each piece of work on a thread of its own; `duration` after all are ready they are told to stop.
pub fn race<T: Send>(duration: Duration, work: Vec<Work<'_, T>>) -> Vec<T> {
    let signals = Signals::default();
    let (ready, all_ready) = mpsc::channel();
    thread::scope(|scope| {
        let threads: Vec<_> = work
            .into_iter()
            .map(|work| {
                let lane = Lane {
                    signals: &signals,
                    ready: ready.clone(),
                };
                scope.spawn(move || work(lane))
            })
            .collect();
        drop(ready);
        // An error means that every lane is ready or gone: both ways there is nobody left to wait for.
        for _ in &threads {
            if all_ready.recv().is_err() {
                break;
            }
        }
        signals.go.store(true, Ordering::Relaxed);
        thread::sleep(duration);
        signals.stop.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
