//! Values that are counted: whether each was dropped, and once.

use std::ops::Deref;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How often a value was dropped. It is never freed, so that a second drop is harmless and can be reported.
type Drops = &'static AtomicU8;

/// Keeps the counters reachable, so that leak checkers do not take them for leaks.
static COUNTERS: Mutex<Vec<Drops>> = Mutex::new(Vec::new());

/// Knows every value that was made by it, their clones included.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Vec<Drops>>>);

impl Ledger {
    pub fn value(&self, value: u64) -> Tracked {
        let drops: Drops = Box::leak(Box::default());
        for list in [&COUNTERS, &*self.0] {
            let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
            list.push(drops);
        }
        let ledger = self.clone();
        Tracked {
            value,
            drops,
            ledger,
        }
    }

    /// How many values are alive, after checking that none was dropped twice.
    #[track_caller]
    pub fn alive(&self) -> usize {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let drops = made.iter().map(|drops| drops.load(Ordering::SeqCst));
        let drops: Vec<u8> = drops.collect();
        assert!(
            drops.iter().all(|count| *count <= 1),
            "a value was dropped more than once: {drops:?}"
        );
        drops.iter().filter(|count| **count == 0).count()
    }

    /// That every value was dropped, and once.
    #[track_caller]
    pub fn assert_all_dropped_once(&self) {
        assert_eq!(self.alive(), 0, "values that were never dropped");
    }
}

/// A value that records its drop and refuses to be read after it.
#[derive(Debug)]
pub struct Tracked {
    value: u64,
    drops: Drops,
    ledger: Ledger,
}

impl Tracked {
    pub fn set(&mut self, value: u64) {
        self.value = value;
    }
}

impl Clone for Tracked {
    fn clone(&self) -> Self {
        self.ledger.value(**self)
    }
}

impl Deref for Tracked {
    type Target = u64;

    #[track_caller]
    fn deref(&self) -> &u64 {
        let drops = self.drops.load(Ordering::SeqCst);
        assert_eq!(drops, 0, "the value {} is read after its drop", self.value);
        &self.value
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        // No panic: a handle that goes would catch it.
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}
