//! A publish that waits for a held guard, and what that costs the others meanwhile.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use hdrhistogram::Histogram;

use crate::error::{Error, Mismatch};
use crate::primitive::{Make, Primitive, Read, Write};

/// What is done with a handle, in the order of the figures.
pub(super) const HANDLE_FIGURES: [&str; 3] = ["clone", "make", "drop"];

/// How long the writer gets, once it says that it begins, to be waiting.
const HEAD_START: Duration = Duration::from_millis(5);

/// How much longer than the stall a measurement may take before it counts as a deadlock.
const MARGIN: Duration = Duration::from_secs(5);

const WORKLOAD: &str = "publish behind a held guard";

/// What the writer's thread found.
struct Waited {
    wall: Duration,
    cpu: Duration,
}

/// Holds a guard until `inside`, called within it once the publish waits, returns.
fn behind_a_guard<P: Primitive, T>(
    mut writer: P::Writer,
    reader: &P::Reader,
    inside: impl FnOnce() -> T,
) -> Result<(T, Waited), Error> {
    let (entered, has_entered) = mpsc::channel();
    let (begins, has_begun) = mpsc::channel();
    let (inner, held, waited, counter) = thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let _ = has_entered.recv();
            // This one swaps the copies under the guard; the next one has to wait for it.
            writer.add_and_publish();
            let (cpu, wall) = (ThreadTime::now(), Instant::now());
            let _ = begins.send(());
            writer.add_and_publish();
            let waited = Waited {
                cpu: cpu.elapsed(),
                wall: wall.elapsed(),
            };
            (waited, writer)
        });
        let (inner, held) = reader.enter(|_| {
            let _ = entered.send(());
            let _ = has_begun.recv();
            let since = Instant::now();
            thread::sleep(HEAD_START);
            (inside(), since.elapsed())
        });
        match waiting.join() {
            Ok((waited, _writer)) => (inner, held, waited, reader.enter(|counter| *counter)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    // The writer's clock was started before the reader's, and it stops after the guard is gone.
    if waited.wall < held {
        let wrong = Mismatch(format!(
            "publish took {:?} while a reader was in the copy for {held:?}",
            waited.wall
        ));
        return Err(wrong.at(P::NAME, WORKLOAD));
    }
    if counter != 2 {
        let wrong = Mismatch(format!("the counter reads {counter} instead of 2"));
        return Err(wrong.at(P::NAME, WORKLOAD));
    }
    Ok((inner, waited))
}

/// The share of a core, in per cent, that the writer uses while it waits.
pub(super) fn cpu_share<P: Primitive>(stall: Duration) -> Result<Vec<f64>, Error> {
    let (writer, reader, _) = P::new();
    let ((), waited) = behind_a_guard::<P, _>(writer, &reader, || thread::sleep(stall))?;
    let share = waited.cpu.as_secs_f64() / waited.wall.as_secs_f64();
    Ok(vec![100.0 * share])
}

/// What another thread's handles cost meanwhile: 99.9th percentiles in microseconds.
pub(super) fn handles_outside<P: Primitive>(stall: Duration) -> Result<Vec<f64>, Error> {
    let (writer, reader, factory) = P::new();
    let other = reader.clone();
    let (measuring, _) = behind_a_guard::<P, _>(writer, &reader, || {
        let until = Instant::now() + stall;
        // Joined after the guard is gone: a handle may be what waits for it.
        let measuring = thread::spawn(move || latencies(&other, &factory, until));
        thread::sleep(stall);
        measuring
    })?;
    match measuring.join() {
        Ok(latencies) => Ok(latencies),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// What handles cost inside the guard that is waited for: 99.9th percentiles in microseconds.
pub(super) fn handles_inside<P: Primitive>(stall: Duration) -> Result<Vec<f64>, Error> {
    // On a thread that can be given up: if a handle waited for the publish, which waits for the guard
    // around the handle, neither would ever return.
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let (writer, reader, factory) = P::new();
        let result = behind_a_guard::<P, _>(writer, &reader, || {
            latencies(&reader, &factory, Instant::now() + stall)
        });
        let _ = done.send(result);
    });
    let (latencies, _) = is_done.recv_timeout(2 * stall + MARGIN).map_err(|_| {
        Mismatch("handles inside the guard that a publish waits for did not return".to_owned())
            .at(P::NAME, WORKLOAD)
    })??;
    Ok(latencies)
}

fn latencies<R: Read + Clone>(
    reader: &R,
    factory: &impl Make<Reader = R>,
    until: Instant,
) -> Vec<f64> {
    let histogram = || Histogram::<u64>::new(3).expect("3 digits are within the bounds");
    let mut figures = HANDLE_FIGURES.map(|_| histogram());
    let [clones, makes, drops] = &mut figures;
    loop {
        let begun = Instant::now();
        let cloned = reader.clone();
        record(clones, begun);
        let begun = Instant::now();
        let made = factory.make();
        record(makes, begun);
        for handle in [cloned, made] {
            let begun = Instant::now();
            drop(handle);
            record(drops, begun);
        }
        if Instant::now() >= until {
            break;
        }
    }
    let percentiles = figures.iter().map(|it| it.value_at_quantile(0.999) as f64);
    percentiles.map(|nanoseconds| nanoseconds / 1e3).collect()
}

fn record(histogram: &mut Histogram<u64>, begun: Instant) {
    let nanoseconds = begun.elapsed().as_nanos() as u64;
    histogram
        .record(nanoseconds)
        .expect("the histogram grows with what it is given");
}
