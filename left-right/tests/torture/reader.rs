//! A reader of a round: enters, nests, refreshes, narrows, leaks, stalls, clones its handle, passes
//! it on and shares it.

use std::{mem, sync::atomic::Ordering, thread, time::Duration};

use fastrand::Rng;
use left_right::{ReadGuard, ReadHandle, ReadHandleFactory, SharedReadHandle};

use crate::{
    Round,
    cells::{CELLS, Cells, cell},
};

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
        let age = round
            .published
            .load(Ordering::Acquire)
            .saturating_sub(version);
        // A copy is changed only after its readers have left, and a publish later it would be.
        assert!(
            age <= 1 || round.replaces,
            "seed {seed}: {age} publishes beside one guard"
        );
        round.ages.count(age);
    }
}

/// Looks again and again, until the round is over.
pub(crate) fn read(round: &Round, mut handle: ReadHandle<Cells>, mut rng: Rng) {
    let mut memory = Memory::default();
    // From no pause between looks to a pause after nearly each.
    let idle = rng.u32(0..100);
    let factory: ReadHandleFactory<Cells> = handle.factory();
    loop {
        let stopped = round.stop.load(Ordering::Acquire);
        let newest = round.published.load(Ordering::Acquire);
        let Some(guard) = handle.enter() else {
            assert!(handle.was_dropped());
            return;
        };
        memory.look(round, &guard, newest);
        match rng.u32(0..28) {
            // A guard per look, as most do.
            0..8 => drop(guard),
            // Nested, and the guards dropped in any order.
            8..11 => {
                let mut guards = vec![(memory.generation, guard)];
                for _ in 0..rng.usize(1..4) {
                    if rng.bool() {
                        pause(&mut rng);
                    }
                    let newest = round.published.load(Ordering::Acquire);
                    let Some(guard) = handle.enter() else { break };
                    memory.look(round, &guard, newest);
                    guards.push((memory.generation, guard));
                }
                leave(guards, &mut rng);
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
            // A guard that is held while the writer goes on.
            15 => {
                pause(&mut rng);
                memory.look(round, &guard, newest);
            }
            // A narrowed guard, held for a while.
            16 => {
                let generation = guard.generation;
                let index = rng.u64(0..CELLS);
                let part = ReadGuard::map(guard, |cells| &*cells.cells[index as usize]);
                pause(&mut rng);
                assert_eq!(*part, cell(generation, index));
            }
            // A clone, used and dropped under the guard.
            17..19 => {
                let clone = handle.clone();
                if let Some(other) = clone.enter() {
                    assert!(ReadGuard::version(&other) >= ReadGuard::version(&guard));
                    other.check();
                    // The clone is dropped while it is active.
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
                pause(&mut rng);
                if let Some(nested) = handle.enter() {
                    memory.look(round, &nested, newest);
                }
                handle = factory.handle();
            }
            // Another handle of the same pair.
            20..22 => {
                drop(guard);
                handle = factory.handle();
            }
            // Somebody else's handle, of another thread.
            22..24 => {
                drop(guard);
                let mut exchange = round.exchange.lock().unwrap();
                exchange.push(handle);
                let index = rng.usize(0..exchange.len());
                handle = exchange.swap_remove(index);
                if exchange.len() < 8 {
                    exchange.push(factory.handle());
                }
            }
            // A handle that threads share, guards of which interleave.
            _ => {
                let shared = handle.shared();
                drop(guard);
                look_through(round, &shared, &mut rng);
                if rng.u32(0..20) == 0 {
                    // A thread whose slots go with it.
                    let rng = rng.fork();
                    thread::scope(|scope| {
                        scope.spawn(|| look_through(round, &shared, &mut { rng }));
                    });
                }
            }
        }
        if stopped {
            return;
        }
        if rng.u32(0..100) < idle {
            pause(&mut rng);
        }
    }
}

/// Mostly short, now and then long.
fn pause(rng: &mut Rng) {
    match rng.u32(0..20) {
        0 => thread::sleep(Duration::from_micros(rng.u64(0..1500))),
        1..4 => thread::sleep(Duration::from_micros(rng.u64(0..50))),
        4..10 => thread::yield_now(),
        _ => {}
    }
}

/// Looks through guards of a shared handle: each new one sees what is newest, the older ones keep
/// what they see.
fn look_through(round: &Round, shared: &SharedReadHandle<Cells>, rng: &mut Rng) {
    let mut guards = Vec::new();
    let mut memory = Memory::default();
    for _ in 0..rng.u32(1..4) {
        let newest = round.published.load(Ordering::Acquire);
        let Some(guard) = shared.enter() else { break };
        memory.look(round, &guard, newest);
        guards.push((memory.generation, guard));
    }
    leave(guards, rng);
}

/// Drops guards, in any order; each has kept what it saw.
fn leave(mut guards: Vec<(u64, ReadGuard<'_, Cells>)>, rng: &mut Rng) {
    rng.shuffle(&mut guards);
    while let Some((generation, guard)) = guards.pop() {
        assert_eq!(guard.check(), generation);
        if rng.bool() {
            drop(guard.refresh());
        }
    }
}
