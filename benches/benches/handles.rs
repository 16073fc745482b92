//! Handles of readers: make, clone, drop, and enter for the first time.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::time::{Duration, Instant};

use benches::keys::thousands;
use benches::primitive::{self, Make, Ours, Primitive, Read, Registry, Write};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, right};

/// Handles that are there besides.
const OTHERS: [usize; 2] = [0, 1_000];

/// Handles between two looks at the clock.
const HANDLES: usize = 64;

/// A way to make a handle.
type MakeOne<P> =
    fn(&<P as Primitive>::Reader, &<P as Primitive>::Factory) -> <P as Primitive>::Reader;

/// The stations of a handle, each timed by itself.
#[derive(Clone, Copy)]
struct Times {
    made: Duration,
    first_enter: Duration,
    dropped: Duration,
}

/// Handles from their making to their end.
fn lives<P: Primitive>(reader: &P::Reader, factory: &P::Factory, make: MakeOne<P>) -> Times {
    let mut handles: Vec<P::Reader> = Vec::with_capacity(HANDLES);
    let begun = Instant::now();
    for _ in 0..HANDLES {
        handles.push(make(reader, factory));
    }
    let made = begun.elapsed();
    let begun = Instant::now();
    let sum: u64 = handles
        .iter()
        .map(|handle| handle.enter(|counter| *counter))
        .sum();
    let first_enter = begun.elapsed();
    assert_eq!(sum, HANDLES as u64, "wrong result from `{}`", P::NAME);
    let begun = Instant::now();
    handles.clear();
    Times {
        made,
        first_enter,
        dropped: begun.elapsed(),
    }
}

fn bench<P: Primitive>(
    group: &mut Group<'_>,
    make: MakeOne<P>,
    of: fn(Times) -> Duration,
    others: usize,
) {
    let (mut writer, reader, factory) = P::new();
    writer.add_and_publish();
    let others: Vec<P::Reader> = (0..others).map(|_| factory.make()).collect();
    let parameter = format!("{} others", thousands(others.len()));
    group.bench_function(BenchmarkId::new(P::NAME, parameter), |bencher| {
        bencher.iter_custom(|iterations| {
            (0..iterations)
                .map(|_| of(lives::<P>(&reader, &factory, make)))
                .sum()
        });
        // A handle that is gone holds nobody up, and the others see what comes.
        for other in &others {
            right(P::NAME, primitive::check(other, 1));
        }
    });
}

/// A group for one station.
fn station(
    criterion: &mut Criterion,
    name: &str,
    ours: MakeOne<Ours>,
    registrys: MakeOne<Registry>,
    of: fn(Times) -> Duration,
) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(HANDLES as u64));
    for others in OTHERS {
        bench::<Ours>(&mut group, ours, of, others);
        bench::<Registry>(&mut group, registrys, of, others);
    }
    group.finish();
}

fn make<P: Primitive>(_: &P::Reader, factory: &P::Factory) -> P::Reader {
    factory.make()
}

fn make_handle(criterion: &mut Criterion) {
    let name = "handles: make";
    station(criterion, name, make::<Ours>, make::<Registry>, |it| {
        it.made
    });
}

fn clone_handle(criterion: &mut Criterion) {
    fn clone<P: Primitive>(reader: &P::Reader, _: &P::Factory) -> P::Reader {
        reader.clone()
    }
    let name = "handles: clone";
    station(criterion, name, clone::<Ours>, clone::<Registry>, |it| {
        it.made
    });
}

fn drop_handle(criterion: &mut Criterion) {
    let name = "handles: drop";
    station(criterion, name, make::<Ours>, make::<Registry>, |it| {
        it.dropped
    });
}

fn first_enter(criterion: &mut Criterion) {
    let name = "handles: first enter";
    station(criterion, name, make::<Ours>, make::<Registry>, |it| {
        it.first_enter
    });
}

criterion_group! {
    name = handles;
    config = support::criterion();
    targets = make_handle, clone_handle, drop_handle, first_enter
}
criterion_main!(handles);
