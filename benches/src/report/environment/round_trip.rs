//! What it takes a cache line to go from one core to another and back. All waiting between threads is made of it, and a
//! virtual machine may change it by a factor of three while it runs.

use std::fmt;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

/// Round trips between two looks at the clock, which takes about as long as one.
const TRIPS: u64 = 16;

/// Looks at the clock.
const LOOKS: u64 = 512;

/// How long they may take. If the scheduler has both threads take turns on one core, each trip takes milliseconds.
const PATIENCE: Duration = Duration::from_millis(100);

/// Attempts, each with another thread, which may be placed otherwise.
const ATTEMPTS: usize = 5;

/// The first thread's last word.
const END: u64 = u64::MAX;

/// A round trip in nanoseconds, before and after the figures were made; none where it could not be measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RoundTrip {
    before: Option<f64>,
    after: Option<f64>,
}

/// A number on a line of its own, also where processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line(AtomicU64);

impl RoundTrip {
    /// Measures it for the first time.
    pub(super) fn before() -> Self {
        Self {
            before: measure(),
            after: None,
        }
    }

    /// What it took before, in nanoseconds: all that is known while figures are made.
    #[must_use]
    pub fn known(&self) -> Option<f64> {
        self.before
    }

    /// Measures it again.
    pub(super) fn measure_after(&mut self) {
        self.after = measure();
    }
}

impl fmt::Display for RoundTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |trip: Option<f64>| match trip {
            Some(nanoseconds) => format!("{nanoseconds:.0} ns"),
            None => "not measured, for want of a second core".to_owned(),
        };
        write!(
            f,
            "before: {}, after: {}",
            shown(self.before),
            shown(self.after)
        )
    }
}

fn measure() -> Option<f64> {
    match thread::available_parallelism() {
        Ok(cores) if cores.get() < 2 => None,
        _ => (0..ATTEMPTS).find_map(|_| attempt()),
    }
}

/// The median.
fn attempt() -> Option<f64> {
    let (there, back) = (Line::default(), Line::default());
    thread::scope(|scope| {
        scope.spawn(|| answer(&there, &back));
        let times = ask(&there, &back);
        there.0.store(END, Ordering::Relaxed);
        let mut times = times?;
        times.sort_unstable();
        let middle = times[times.len() / 2];
        Some(middle.as_nanos() as f64 / TRIPS as f64)
    })
}

/// Writes numbers and waits for each to come back: the times of [`TRIPS`] each, or none if that takes too long.
fn ask(there: &Line, back: &Line) -> Option<Vec<Duration>> {
    let begun = Instant::now();
    let mut times = Vec::new();
    for look in 0..LOOKS {
        let since = Instant::now();
        for trip in 1..=TRIPS {
            let number = look * TRIPS + trip;
            there.0.store(number, Ordering::Relaxed);
            while back.0.load(Ordering::Relaxed) != number {
                spin_loop();
            }
        }
        times.push(since.elapsed());
        if begun.elapsed() > PATIENCE {
            return None;
        }
    }
    Some(times)
}

/// Writes each number that comes back.
fn answer(there: &Line, back: &Line) {
    let mut answered = 0;
    loop {
        match there.0.load(Ordering::Relaxed) {
            END => return,
            number if number == answered => spin_loop(),
            number => {
                back.0.store(number, Ordering::Relaxed);
                answered = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_was_measured_and_when() {
        let shown = |before, after| RoundTrip { before, after }.to_string();
        assert_eq!(shown(Some(83.6), Some(92.0)), "before: 84 ns, after: 92 ns");
        assert!(shown(Some(83.6), None).contains("after: not measured"));
    }

    #[test]
    fn a_round_trip_takes_some_time() {
        // None on a machine with one core, or one that is busy.
        assert!(measure().is_none_or(|nanoseconds| nanoseconds > 0.0));
    }
}
