//! The allocator of the benchmark: the system's, which a thread may ask to count.
//!
//! It counts for a thread that measures memory and passes everything else through, so that the suites
//! about time are not about counting: a thread that does not count pays for one look at a thread-local
//! flag per call. A crate that counts all calls, with atomic counters, would cost maps that allocate per
//! write tens of nanoseconds; a second process would need a second program and a way back for its figures.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::marker::PhantomData;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

#[derive(Clone, Copy)]
struct Tally {
    in_use: isize,
    peak: isize,
}

thread_local! {
    // Without destructors and initialized at compile time: an allocator can use them at any time.
    static TALLY: Cell<Tally> = const { Cell::new(Tally { in_use: 0, peak: 0 }) };
    static COUNTS: Cell<bool> = const { Cell::new(false) };
}

#[inline]
fn note(grown: usize, shrunk: usize) {
    if COUNTS.get() {
        add(grown, shrunk);
    }
}

#[cold]
fn add(grown: usize, shrunk: usize) {
    let Tally { in_use, peak } = TALLY.get();
    // No layout is larger than `isize::MAX`.
    let in_use = in_use + grown as isize - shrunk as isize;
    TALLY.set(Tally {
        in_use,
        peak: peak.max(in_use),
    });
}

#[expect(
    unsafe_code,
    reason = "the trait of allocators is unsafe; every call goes to the system's as it comes"
)]
// SAFETY: `System` is an allocator, every method hands its arguments and results through unchanged, and
// `note` neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: as above; the pointer came from `System`, as all do.
        unsafe { System.dealloc(pointer, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: as in `dealloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Counts what this thread allocates and frees, until it is dropped.
///
/// The bytes are those that were asked for; what the system's allocator adds for itself is not among them.
/// A block that is resized counts once, with its new size.
#[derive(Debug)]
pub struct Meter {
    this_thread: PhantomData<*const ()>,
}

impl Meter {
    /// Starts at zero.
    ///
    /// # Panics
    ///
    /// Panics if this thread has a meter already.
    #[must_use]
    pub fn start() -> Self {
        assert!(!COUNTS.replace(true), "a thread has one meter at a time");
        TALLY.set(Tally { in_use: 0, peak: 0 });
        Self {
            this_thread: PhantomData,
        }
    }

    /// Bytes allocated since the start and not freed; below zero if more was freed than allocated.
    #[must_use]
    pub fn in_use(&self) -> isize {
        TALLY.get().in_use
    }

    /// The most that was in use at once.
    #[must_use]
    pub fn peak(&self) -> isize {
        TALLY.get().peak
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        COUNTS.set(false);
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn what_is_allocated_resized_and_freed_is_counted() {
        let before = black_box(vec![0_u8; 100]);
        let meter = Meter::start();
        let mut bytes: Vec<u8> = black_box(Vec::with_capacity(1_000));
        assert_eq!((meter.in_use(), meter.peak()), (1_000, 1_000));
        bytes.reserve_exact(3_000);
        assert_eq!((meter.in_use(), meter.peak()), (3_000, 3_000));
        drop(black_box(bytes));
        let zeros = black_box(vec![0_u8; 10]);
        assert_eq!((meter.in_use(), meter.peak()), (10, 3_000));
        drop(zeros);
        drop(before);
        assert_eq!((meter.in_use(), meter.peak()), (-100, 3_000));
    }

    #[test]
    fn other_threads_are_not_counted_and_a_new_meter_starts_at_zero() {
        let (ask, asked) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let other = thread::spawn(move || {
            asked.recv().unwrap();
            answer.send(black_box(Box::new([1_u64; 100]))).unwrap();
        });
        let meter = Meter::start();
        ask.send(()).unwrap();
        let boxed = answered.recv().unwrap();
        assert!(meter.peak() < 800, "{}", meter.peak());
        drop(meter);
        drop(boxed);
        let meter = Meter::start();
        assert_eq!((meter.in_use(), meter.peak()), (0, 0));
        drop(meter);
        other.join().unwrap();
    }
}
