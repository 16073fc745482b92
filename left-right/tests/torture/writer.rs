//! The writer of a round: publishes in every way and at every pace, stalls, panics, and goes in
//! every way.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use left_right::{PublishError, WriteHandle};

use crate::{
    Round,
    cells::{CELLS, Cells, Change, OnPurpose, cell},
};

/// Publishes until the round is over, and goes; returns the last version.
pub(crate) fn write(
    round: &Round,
    mut writer: WriteHandle<Cells, Change>,
    mut rng: Rng,
    until: Instant,
) -> u64 {
    // From as fast as it can to a publish per millisecond.
    let pace = [0, 0, 10, 100, 1000][rng.usize(0..5)];
    let mut generation = 0;
    while Instant::now() < until && !round.stop.load(Ordering::Relaxed) {
        for _ in 0..rng.u32(0..3) {
            generation += 1;
            change_all(&mut writer, generation, &mut rng);
        }
        something_else(&mut writer, generation, &mut rng);
        let before = writer.version();
        let publishes = publish(round, &mut writer, &mut rng);
        assert_eq!(writer.version(), before + u64::from(publishes));
        round.published.store(writer.version(), Ordering::Release);
        if pace > 0 {
            thread::sleep(Duration::from_micros(rng.u64(0..pace)));
        }
    }
    if round.panics && rng.bool() {
        // Readers are to see what is published now, for as long as they like.
        writer.flush();
        round.published.store(writer.version(), Ordering::Release);
        panic_once(&mut writer);
    }
    let version = writer.version();
    go(writer, generation, &mut rng);
    version
}

fn change_all(writer: &mut WriteHandle<Cells, Change>, generation: u64, rng: &mut Rng) {
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

/// What a writer may do between publishes.
fn something_else(writer: &mut WriteHandle<Cells, Change>, generation: u64, rng: &mut Rng) {
    match rng.u32(0..20) {
        0 => assert_eq!(writer.unpublished().check(), generation),
        1 => {
            if let Some(unpublished) = writer.try_unpublished() {
                assert_eq!(unpublished.check(), generation);
            }
        }
        2 => mem::forget(writer.enter()),
        3 => _ = writer.clone().enter().expect("the writer is here").check(),
        4 => thread::sleep(Duration::from_micros(rng.u64(0..500))),
        5 => thread::yield_now(),
        _ => {}
    }
}

/// Publishes in one of the ways, or not at all; whether it did.
fn publish(round: &Round, writer: &mut WriteHandle<Cells, Change>, rng: &mut Rng) -> bool {
    let moment = Duration::from_micros(rng.u64(0..100));
    let result = match rng.u32(0..8) {
        0 => return writer.try_publish(),
        1 => writer.publish_timeout(moment),
        2 => {
            let pending = writer.has_pending_operations();
            writer.flush();
            return pending;
        }
        3 => return false,
        4 | 5 if round.replaces => writer.publish_or_replace(moment),
        _ => {
            writer.publish();
            return true;
        }
    };
    match result {
        Ok(()) => true,
        Err(PublishError::Stalled(stalled)) => {
            assert!(!stalled.readers.is_empty());
            false
        }
        Err(error) => panic!("seed {}: {error}", round.seed),
    }
}

/// An operation panics: the writer publishes nothing from then on, and says so.
fn panic_once(writer: &mut WriteHandle<Cells, Change>) {
    let version = writer.version();
    writer.append(Change::Panic);
    let publish = AssertUnwindSafe(|| _ = writer.publish());
    let payload = catch_unwind(publish).expect_err("it panics on purpose");
    assert!(payload.is::<OnPurpose>());
    assert!(writer.is_poisoned());
    let refused = writer.publish_timeout(Duration::ZERO);
    assert!(matches!(refused, Err(PublishError::Poisoned(_))));
    assert_eq!(writer.version(), version);
}

pub(crate) fn go(writer: WriteHandle<Cells, Change>, generation: u64, rng: &mut Rng) {
    match rng.u32(0..4) {
        0 => drop(writer),
        1 => assert_eq!(writer.take().check(), generation),
        2 => drop(writer.freeze()),
        _ => {
            drop(writer.into_owned());
        }
    }
}
