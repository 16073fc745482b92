//! Everything at once, for a while: readers that enter, nest, refresh, leak, clone and pass their
//! handles on, and a writer, or several threads that share one, that publishes in every way under every
//! fence policy, panics, and goes in every way. Readers check that what they see is whole, fresh and
//! never older than before, and count how old it is.
//!
//! Runs for `LEFT_RIGHT_TORTURE_SECONDS` (4 by default). Each failure names the seed;
//! `LEFT_RIGHT_TORTURE_SEED` plays the same choices again, though not the same interleaving.
#![cfg(not(loom))]

use std::{
    env, panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use left_right::{ReadHandle, WriteHandle};

mod common;

#[path = "torture/ages.rs"]
mod ages;
#[path = "torture/cells.rs"]
mod cells;
#[path = "torture/group.rs"]
mod group;
#[path = "torture/reader.rs"]
mod reader;
#[path = "torture/writer.rs"]
mod writer;

use ages::Ages;
use cells::{Cells, Change, OnPurpose};

const READERS: u64 = 4;

/// What all threads of a round share.
struct Round {
    seed: u64,
    /// Whether the writer may leave copies to stalled readers. If not, nobody is ever more than one
    /// publish behind.
    replaces: bool,
    /// Whether an operation may panic in the end. What it damages is leaked.
    panics: bool,
    /// The newest version that a publish has returned with.
    published: AtomicU64,
    stop: AtomicBool,
    /// Handles on their way from one reader thread to another.
    exchange: Mutex<Vec<ReadHandle<Cells>>>,
    ages: Arc<Ages>,
}

#[test]
fn everything_at_once() {
    torture(false);
}

#[test]
fn everything_at_once_and_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<OnPurpose>() {
            usual(info);
        }
    }));
    torture(true);
}

fn torture(panics: bool) {
    let seconds: f64 = env::var("LEFT_RIGHT_TORTURE_SECONDS")
        .map_or(4.0, |value| value.parse().expect("a number of seconds"));
    let time = Duration::from_secs_f64(seconds);
    let _deadline = common::deadline_of(time + Duration::from_secs(120));
    let seed = env::var("LEFT_RIGHT_TORTURE_SEED").map_or_else(
        |_| fastrand::u64(..),
        |value| value.parse().expect("a seed"),
    );
    let end = Instant::now() + time;
    let (mut rounds, mut publishes) = (0, 0);
    let ages = Arc::default();
    let mut seeds = Rng::with_seed(seed);
    while rounds < 3 || Instant::now() < end {
        let write = [writer::write, group::write][rounds % 2];
        publishes += round(seeds.u64(..), panics, &ages, write);
        rounds += 1;
    }
    let looks = ages.total();
    // In one go, since another test prints, too.
    println!(
        "seed {seed}: {rounds} rounds, {publishes} publishes, {looks} looks\n\
         ages of what was looked at, in publishes:{ages}"
    );
    assert!(publishes > rounds as u64 && looks > rounds as u64);
}

/// Publishes until the deadline, and goes; returns the last version.
type Write = fn(&Round, WriteHandle<Cells, Change>, Rng, Instant) -> u64;

/// One pair from its making to its end; returns the publishes.
fn round(seed: u64, panics: bool, ages: &Arc<Ages>, write: Write) -> u64 {
    let mut rng = Rng::with_seed(seed);
    let round = Round {
        seed,
        replaces: rng.bool(),
        panics,
        published: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        exchange: Mutex::default(),
        ages: Arc::clone(ages),
    };
    let (writer, reader) = if rng.bool() {
        left_right::new_from_empty(Cells::new())
    } else {
        left_right::new_logged(Cells::new())
    };
    let until = Instant::now() + Duration::from_millis(rng.u64(20..250));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (round, reader, rng) = (&round, reader.clone(), rng.fork());
                scope.spawn(move || reader::read(round, reader, rng))
            })
            .collect();
        drop(reader);
        // A writer that panics must stop its readers, or they would hide the panic by a hang.
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Release);
            }
        }
        let stop = Stop(&round.stop);
        let published = write(&round, writer, rng, until);
        drop(stop);
        for reader in readers {
            reader.join().unwrap_or_else(|panic| {
                eprintln!("seed of the round: {seed}");
                panic::resume_unwind(panic)
            });
        }
        published
    })
}
