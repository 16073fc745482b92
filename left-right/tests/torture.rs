//! Everything at once, for a while: readers that enter, nest, refresh, leak, clone and pass their
//! handles on, and a writer that publishes in every way under every fence policy and then goes in
//! every way. Readers check that what they see is whole, fresh and never older than before.
//!
//! Runs for `LEFT_RIGHT_TORTURE_SECONDS` (4 by default). Each failure names the seed;
//! `LEFT_RIGHT_TORTURE_SEED` plays the same choices again, though not the same interleaving.
#![cfg(not(loom))]

use std::{
    env, mem,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use left_right::{
    Absorb, FencePolicy, Independent, PublishError, ReadGuard, ReadHandle, ReadHandleFactory,
    WriteHandle,
};

mod common;

const CELLS: u64 = 24;
const READERS: u64 = 4;

/// All cells belong to one generation, except while the writer is at work on them. Each cell is an
/// allocation of its own, which every change frees, so that memory checkers see a read that is
/// too late.
#[derive(Clone)]
struct Cells {
    generation: u64,
    #[allow(clippy::vec_box)] // The point of it.
    cells: Vec<Box<u64>>,
}

impl Cells {
    fn new() -> Self {
        Self {
            generation: 0,
            cells: (0..CELLS).map(|index| Box::new(cell(0, index))).collect(),
        }
    }

    /// The generation, after a check that there is only one.
    fn check(&self) -> u64 {
        let generation = self.generation;
        for (index, value) in (0..).zip(&self.cells) {
            assert_eq!(
                **value,
                cell(generation, index),
                "cell {index} is not of generation {generation}"
            );
        }
        // The other way round as well, in case a writer goes over it meanwhile.
        assert_eq!(self.generation, generation);
        generation
    }
}

fn cell(generation: u64, index: u64) -> u64 {
    (generation ^ index.rotate_left(48)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

enum Change {
    Generation(u64),
    Cell(u64, Box<u64>),
}

impl Absorb<Change> for Cells {
    fn absorb_first(&mut self, change: &mut Change, other: &Self) {
        // The other copy is the published one, so it is whole.
        debug_assert_eq!(*other.cells[0], cell(other.generation, 0));
        match change {
            Change::Generation(generation) => self.generation = *generation,
            Change::Cell(index, value) => self.cells[*index as usize] = value.clone(),
        }
    }

    fn absorb_second(&mut self, change: Change, _other: &Self) {
        match change {
            Change::Generation(generation) => self.generation = generation,
            Change::Cell(index, value) => self.cells[index as usize] = value,
        }
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

impl Independent for Cells {}

/// What all threads of a round share.
struct Round {
    seed: u64,
    /// The newest version that a publish has returned with.
    published: AtomicU64,
    stop: AtomicBool,
    /// Handles on their way from one reader thread to another.
    exchange: Mutex<Vec<ReadHandle<Cells>>>,
    looks: AtomicU64,
}

#[test]
fn everything_at_once() {
    let seconds: f64 = env::var("LEFT_RIGHT_TORTURE_SECONDS")
        .map_or(4.0, |value| value.parse().expect("a number of seconds"));
    let time = Duration::from_secs_f64(seconds);
    let _deadline = common::deadline_of(time + Duration::from_secs(120));
    let seed = env::var("LEFT_RIGHT_TORTURE_SEED").map_or_else(
        |_| fastrand::u64(..),
        |value| value.parse().expect("a seed"),
    );
    let end = Instant::now() + time;
    let (mut rounds, mut publishes, mut looks) = (0, 0, 0);
    let mut seeds = Rng::with_seed(seed);
    while rounds < 3 || Instant::now() < end {
        let (version, seen) = round(seeds.u64(..));
        rounds += 1;
        publishes += version;
        looks += seen;
    }
    println!("seed {seed}: {rounds} rounds, {publishes} publishes, {looks} looks");
    assert!(publishes > rounds && looks > rounds);
}

/// One pair from its making to its end; returns the publishes and the looks.
fn round(seed: u64) -> (u64, u64) {
    let mut rng = Rng::with_seed(seed);
    let round = Round {
        seed,
        published: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        exchange: Mutex::default(),
        looks: AtomicU64::new(0),
    };
    let (writer, reader) = if rng.bool() {
        left_right::new_from_empty(Cells::new())
    } else {
        left_right::new_logged(Cells::new())
    };
    let until = Instant::now() + Duration::from_millis(rng.u64(20..250));
    let published = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (round, reader, rng) = (&round, reader.clone(), rng.fork());
                scope.spawn(move || read(round, reader, rng))
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
                std::panic::resume_unwind(panic)
            });
        }
        published
    });
    (published, round.looks.into_inner())
}

fn write(
    round: &Round,
    mut writer: WriteHandle<Cells, Change>,
    mut rng: Rng,
    until: Instant,
) -> u64 {
    let mut generation = 0;
    while Instant::now() < until && !round.stop.load(Ordering::Relaxed) {
        for _ in 0..rng.u32(0..3) {
            generation += 1;
            writer.append(Change::Generation(generation));
            let cells = (0..CELLS).map(|index| {
                let value = Box::new(cell(generation, index));
                Change::Cell(index, value)
            });
            if rng.bool() {
                writer.extend(cells);
            } else {
                cells.for_each(|change| _ = writer.append(change));
            }
        }
        match rng.u32(0..20) {
            0 => _ = writer.set_fence_policy(FencePolicy::Adaptive),
            1 => _ = writer.set_fence_policy(FencePolicy::ReadMostly),
            2 => _ = writer.set_fence_policy(FencePolicy::WriteMostly),
            3 => assert_eq!(writer.view().check(), generation),
            4 => {
                if let Some(view) = writer.try_view() {
                    assert_eq!(view.check(), generation);
                }
            }
            5 => mem::forget(writer.enter()),
            6 => _ = writer.clone().enter().expect("the writer is here").check(),
            7 => thread::sleep(Duration::from_micros(rng.u64(0..500))),
            8 => thread::yield_now(),
            _ => {}
        }
        let before = writer.version();
        let publishes = match rng.u32(0..8) {
            0 => writer.try_publish(),
            1 => match writer.publish_timeout(Duration::from_micros(rng.u64(0..100))) {
                Ok(()) => true,
                Err(PublishError::Stalled(stalled)) => {
                    assert!(!stalled.readers.is_empty());
                    false
                }
                Err(error) => panic!("seed {}: {error}", round.seed),
            },
            2 => {
                let pending = writer.has_pending_operations();
                writer.flush();
                pending
            }
            3 => false,
            _ => {
                writer.publish();
                true
            }
        };
        assert_eq!(writer.version(), before + u64::from(publishes));
        round.published.store(writer.version(), Ordering::Release);
    }
    let version = writer.version();
    match rng.u32(0..4) {
        0 => drop(writer),
        1 => assert_eq!(writer.take().check(), generation),
        2 => writer.freeze(),
        _ => {
            writer.freeze_on_drop();
            drop(writer);
        }
    }
    version
}

/// What a reader thread remembers from look to look.
#[derive(Default)]
struct Memory {
    version: u64,
    generation: u64,
}

impl Memory {
    /// Checks what a guard sees. `newest` was published before the guard was made.
    fn look(&mut self, round: &Round, guard: &ReadGuard<'_, Cells>, newest: u64) {
        let version = ReadGuard::version(guard);
        let generation = guard.check();
        let seed = round.seed;
        assert!(
            version >= newest,
            "seed {seed}: version {version}, though {newest} was published before"
        );
        if version == self.version {
            assert_eq!(
                generation, self.generation,
                "seed {seed}: version {version}"
            );
        } else {
            assert!(
                version > self.version && generation >= self.generation,
                "seed {seed}: from {} back to {version}",
                self.version
            );
        }
        self.version = version;
        self.generation = generation;
        round.looks.fetch_add(1, Ordering::Relaxed);
    }
}

fn read(round: &Round, mut handle: ReadHandle<Cells>, mut rng: Rng) {
    let mut memory = Memory::default();
    let factory: ReadHandleFactory<Cells> = handle.factory();
    loop {
        let stopped = round.stop.load(Ordering::Acquire);
        let newest = round.published.load(Ordering::Acquire);
        let Some(guard) = handle.enter() else {
            assert!(handle.was_dropped());
            return;
        };
        memory.look(round, &guard, newest);
        match rng.u32(0..24) {
            // A guard per look, as most do.
            0..8 => drop(guard),
            // Nested, and the guards dropped in any order.
            8..11 => {
                let mut guards = vec![guard];
                for _ in 0..rng.usize(1..4) {
                    guards.extend(handle.enter());
                }
                rng.shuffle(&mut guards);
                while let Some(guard) = guards.pop() {
                    memory.look(round, &guard, newest);
                }
            }
            // One guard, stepped on and on.
            11..15 => {
                let mut guard = Some(guard);
                for _ in 0..rng.u32(1..100) {
                    let newest = round.published.load(Ordering::Acquire);
                    let closed = handle.was_dropped();
                    guard = guard.and_then(ReadGuard::refresh);
                    let Some(guard) = &guard else { break };
                    // Once the data is taken away, a refresh stays where it is.
                    let newest = if closed || handle.was_dropped() {
                        0
                    } else {
                        newest
                    };
                    memory.look(round, guard, newest);
                }
            }
            // A narrowed guard, held for a while.
            15..17 => {
                let generation = guard.generation;
                let index = rng.u64(0..CELLS);
                let part = ReadGuard::map(guard, |cells| &*cells.cells[index as usize]);
                if rng.u32(0..50) == 0 {
                    thread::sleep(Duration::from_micros(rng.u64(0..1500)));
                } else {
                    thread::yield_now();
                }
                assert_eq!(*part, cell(generation, index));
            }
            // A clone, used and dropped under the guard.
            17..19 => {
                let clone = handle.clone();
                if let Some(other) = clone.enter() {
                    assert!(ReadGuard::version(&other) >= ReadGuard::version(&guard));
                    other.check();
                    // The clone is dropped while it is inside.
                    if rng.bool() {
                        mem::forget(other);
                    }
                }
                drop(clone);
                guard.check();
            }
            // A leaked guard, ended by its handle some time later.
            19..20 => {
                mem::forget(guard);
                if rng.u32(0..10) == 0 {
                    thread::sleep(Duration::from_micros(rng.u64(0..300)));
                }
                if let Some(nested) = handle.enter() {
                    assert_eq!(nested.check(), memory.generation);
                }
                handle = factory.handle();
            }
            // Another handle of the same pair.
            20..22 => {
                drop(guard);
                handle = factory.handle();
            }
            // Somebody else's handle, of another thread.
            _ => {
                drop(guard);
                let mut exchange = round.exchange.lock().unwrap();
                exchange.push(handle);
                let index = rng.usize(0..exchange.len());
                handle = exchange.swap_remove(index);
                if exchange.len() < 8 {
                    exchange.push(factory.handle());
                }
            }
        }
        if stopped {
            return;
        }
    }
}
