//! Values that count their drops, one by one.

use std::{
    hash::{Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

/// Knows every value that was made by it, and how often each was dropped.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    made: Arc<Mutex<Vec<&'static AtomicU8>>>,
}

/// Keeps the counters reachable, so that leak checkers do not take them for leaks.
static COUNTERS: Mutex<Vec<&'static AtomicU8>> = Mutex::new(Vec::new());

impl Ledger {
    pub(crate) fn value(&self, payload: u64) -> Tracked {
        let drops: &'static AtomicU8 = Box::leak(Box::default());
        for list in [&COUNTERS, &*self.made] {
            list.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(drops);
        }
        Tracked { payload, drops }
    }

    /// How often each value was dropped, in the order in which they were made.
    pub(crate) fn drops(&self) -> Vec<u8> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.iter()
            .map(|drops| drops.load(Ordering::SeqCst))
            .collect()
    }

    /// How many values are alive, after checking that none was dropped twice.
    #[track_caller]
    pub(crate) fn alive(&self) -> usize {
        let drops = self.drops();
        assert!(
            drops.iter().all(|&count| count <= 1),
            "a value was dropped more than once: {drops:?}"
        );
        drops.iter().filter(|&&count| count == 0).count()
    }

    /// Checks that every value was dropped exactly once.
    #[track_caller]
    pub(crate) fn assert_all_dropped_once(&self) {
        let drops = self.drops();
        assert!(
            drops.iter().all(|&count| count == 1),
            "not every value was dropped exactly once: {drops:?}"
        );
    }
}

/// A value that records its drop and refuses to be read after it. It compares by its payload.
///
/// A second drop is harmless, because the counter is never freed, so that a test can report it.
#[derive(Debug)]
pub(crate) struct Tracked {
    payload: u64,
    drops: &'static AtomicU8,
}

impl Tracked {
    #[track_caller]
    pub(crate) fn payload(&self) -> u64 {
        assert_eq!(
            self.drops.load(Ordering::SeqCst),
            0,
            "the value {} is read after its drop",
            self.payload
        );
        self.payload
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

impl PartialEq for Tracked {
    fn eq(&self, other: &Self) -> bool {
        self.payload() == other.payload()
    }
}

impl Eq for Tracked {}

impl Hash for Tracked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.payload().hash(state);
    }
}
