//! Verification catches a map that answers wrongly, and lets the honest ones pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use benches::error::Error;
use benches::hasher::CommonHasher;
use benches::keys::{Key, KeySet, file};
use benches::order::Order;
use benches::peer::{Lookup, NoGuard, Peer, Reader, Writer};
use benches::peers::OurLeftRight;
use benches::subject::{Of, Subject, all, all_with_native_hashers};
use benches::workload::Workload;
use benches::workload::pace::Pace;
use benches::workload::pause::Pause;

const SLICE: Duration = Duration::from_millis(1);

fn workloads() -> Vec<Workload> {
    let pauses = [None, Some(Duration::from_micros(100))];
    let mut all = vec![
        Workload::Reads {
            threads: 1,
            held: false,
        },
        Workload::Reads {
            threads: 2,
            held: true,
        },
        Workload::Writes { batch: 1 },
        Workload::Writes { batch: 100 },
    ];
    all.extend(pauses.map(|period| Workload::Beside(Pace { batch: 3, period })));
    all.extend([PAUSED, CROWD]);
    all.push(Workload::Paused(Pause::Asleep(SLICE)));
    all
}

fn passes<K: Key>(subject: &dyn Subject<K>, keys: &KeySet<K>) {
    let order = Order::new(keys, 1);
    for workload in workloads() {
        let rates = subject
            .run(&workload, keys, &order, SLICE)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(rates.iter().all(|&rate| rate > 0.0), "{rates:?}");
        let applies = !rates.is_empty();
        let cannot = match workload {
            Workload::Beside(_) | Workload::Paused(_) => subject.name() == "hashbrown",
            Workload::Crowd { .. } => ["hashbrown", "dashmap"].contains(&subject.name()),
            Workload::Reads { held, .. } => held && subject.name() == "dashmap",
            Workload::Writes { .. } => false,
        };
        assert_eq!(applies, !cannot, "{}: {workload:?}", subject.name());
    }
}

#[test]
fn every_peer_passes_on_integers() {
    let keys = KeySet::integers(1_000);
    for subject in all().iter().chain(&all_with_native_hashers()) {
        passes(&**subject, &keys);
    }
    passes(&Of::<OurLeftRight<u64, CommonHasher>>::new(), &keys);
}

#[test]
fn every_peer_passes_on_strings() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("words");
    let lines: Vec<String> = (0..500).map(|number| "x".repeat(number + 1)).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let keys = file::load(&path).unwrap().keys;
    for subject in all().iter().chain(&all_with_native_hashers()) {
        passes(&**subject, &keys);
    }
}

/// How a map lies. `HONEST` shows that it is the lie that is caught.
const HONEST: u8 = 0;
/// One key has another key's value.
const ONE_WRONG_VALUE: u8 = 1;
/// A key goes missing after some thousand look-ups: only timed loops see it.
const FORGETS_LATER: u8 = 2;
/// Values go wrong after some thousand look-ups.
const LIES_LATER: u8 = 3;
/// The last write of each batch is lost.
const LOSES_WRITES: u8 = 4;
/// Every key is found, even one that was never stored.
const FINDS_ANYTHING: u8 = 5;

/// Look-ups before a lie that comes later: past the verification of 1,000 keys and a reader's warm-up of
/// 16,384 look-ups, but within the first batch that is timed, which always runs.
const LATER: usize = 20_000;

type Map = parking_lot::RwLock<hashbrown::HashMap<u64, u64>>;

#[derive(Clone)]
struct Liar<const LIE: u8> {
    map: Arc<Map>,
    look_ups: Arc<AtomicUsize>,
}

impl<const LIE: u8> Peer<u64> for Liar<LIE> {
    const NAME: &'static str = "liar";
    const HOW: &'static str = "wrong on purpose";

    type Reader = Self;
    type Writer<'a> = &'a Self;

    fn build(keys: &KeySet<u64>) -> Self {
        let indices = 0..keys.len();
        let value = |index| benches::value::value(index, 0);
        let mut map: hashbrown::HashMap<u64, u64> = keys
            .keys()
            .iter()
            .copied()
            .zip(indices.map(value))
            .collect();
        if LIE == ONE_WRONG_VALUE {
            map.insert(keys.keys()[17], value(18));
        }
        Self {
            map: Arc::new(map.into()),
            look_ups: Arc::default(),
        }
    }

    fn reader(&self) -> Self {
        self.clone()
    }

    fn writer(&mut self) -> &Self {
        self
    }
}

impl<const LIE: u8> Lookup<u64> for Liar<LIE> {
    fn get(&self, key: &u64) -> Option<u64> {
        let later = self.look_ups.fetch_add(1, Ordering::Relaxed) > LATER;
        let found = self.map.read().get(key).copied();
        match LIE {
            FORGETS_LATER if later => None,
            LIES_LATER if later => found.map(|value| value.wrapping_add(1 << 40)),
            FINDS_ANYTHING => found.or(Some(1)),
            _ => found,
        }
    }
}

impl<const LIE: u8> Reader<u64> for Liar<LIE> {
    type Held<'a> = NoGuard;

    fn hold(&self) -> Option<NoGuard> {
        None
    }
}

impl<const LIE: u8> Writer<u64> for &Liar<LIE> {
    fn write(&mut self, entries: impl Iterator<Item = (u64, u64)>) {
        let mut entries = entries.peekable();
        while let Some((key, value)) = entries.next() {
            if LIE != LOSES_WRITES || entries.peek().is_some() {
                self.map.write().insert(key, value);
            }
        }
    }
}

const READ: Workload = Workload::Reads {
    threads: 1,
    held: false,
};
const WRITE: Workload = Workload::Writes { batch: 100 };
const BESIDE: Workload = Workload::Beside(Pace {
    batch: 100,
    period: None,
});
const PAUSED: Workload = Workload::Paused(Pause::Busy(Duration::from_nanos(50)));
const CROWD: Workload = Workload::Crowd {
    readers: 4,
    computing: true,
};

fn outcome<const LIE: u8>(workload: Workload) -> Result<Vec<f64>, Error> {
    let keys = KeySet::integers(1_000);
    let order = Order::new(&keys, 1);
    Of::<Liar<LIE>>::new().run(&workload, &keys, &order, Duration::from_millis(20))
}

fn caught<const LIE: u8>(workload: Workload) -> String {
    let error = outcome::<LIE>(workload).expect_err("the lie goes unnoticed");
    assert_eq!(error.exit_status(), 1);
    let message = error.to_string();
    let named = format!("peer `liar` in workload `{}`", workload.name());
    assert!(message.contains(&named), "{message}");
    message
}

#[test]
fn the_same_map_without_a_lie_passes() {
    for workload in [READ, WRITE, BESIDE, PAUSED] {
        outcome::<HONEST>(workload).unwrap();
    }
}

#[test]
fn a_wrong_value_is_caught() {
    for workload in [READ, WRITE, BESIDE, PAUSED] {
        assert!(caught::<ONE_WRONG_VALUE>(workload).contains("instead of"));
    }
}

#[test]
fn an_answer_that_goes_wrong_while_the_clock_runs_is_caught() {
    for workload in [READ, BESIDE] {
        assert!(caught::<FORGETS_LATER>(workload).contains("is missing"));
        assert!(caught::<LIES_LATER>(workload).contains("add up to"));
    }
}

#[test]
fn a_lost_write_is_caught() {
    for workload in [WRITE, BESIDE] {
        assert!(caught::<LOSES_WRITES>(workload).contains("instead of"));
    }
}

#[test]
fn a_key_that_was_never_stored_is_caught() {
    assert!(caught::<FINDS_ANYTHING>(READ).contains("never stored"));
}
