//! What fences cost whom: a reader that enters, beside the instructions that others enter with; and a
//! writer, by what its readers do between two publishes.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering, compiler_fence, fence};

use benches::keys::{count, thousands};
use benches::primitive::{
    self, Make, Ours, Primitive, ROUND, Registry, Shared, Write, enter_and_leave,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, right};

/// Readers that are registered and never read again.
const IDLE: usize = 1_000;

/// Enter and leave, beside what a reader could pay.
fn reader(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fences: enter + leave, and single instructions");
    group.throughput(Throughput::Elements(ROUND as u64));

    let (mut writer, reader, _) = Ours::new();
    writer.add_and_publish();
    group.bench_function(Ours::NAME, |bencher| {
        bencher.iter(|| enter_and_leave(&reader));
        right(Ours::NAME, primitive::check(&reader, 1));
    });

    let word = AtomicU64::new(0);
    let mut expected = 0;
    let mut instruction = |name, run: fn(&AtomicU64)| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for _ in 0..ROUND {
                    run(black_box(&word));
                }
                expected += ROUND as u64;
            });
            assert_eq!(word.load(Ordering::Relaxed), expected, "{name}");
        });
    };
    // One thread writes here, so that a load and a store count right.
    instruction("store, compiler fence, load", |word| {
        word.store(word.load(Ordering::Relaxed) + 1, Ordering::Release);
        compiler_fence(Ordering::SeqCst);
        black_box(word.load(Ordering::Acquire));
    });
    instruction("store, fence(SeqCst), load", |word| {
        word.store(word.load(Ordering::Relaxed) + 1, Ordering::Release);
        fence(Ordering::SeqCst);
        black_box(word.load(Ordering::Acquire));
    });
    instruction("fetch_add", |word| {
        word.fetch_add(1, Ordering::AcqRel);
    });
    group.finish();
}

/// What the readers do between two publishes.
#[derive(Clone, Copy)]
enum Readers {
    /// There is one, and it has never read.
    Fresh,
    /// So many have read once, long ago.
    Idle(usize),
    /// One reads, and pauses: where it was last is where the writer wants to write next.
    ReadsOnce,
    /// One reads that often.
    ReadsRound,
}

impl Readers {
    fn name(self) -> String {
        match self {
            Self::Fresh => "nobody has read".to_owned(),
            Self::Idle(number) => count(number, "idle reader", "idle readers"),
            Self::ReadsOnce => "one read between publishes".to_owned(),
            Self::ReadsRound => format!("{} reads between publishes", thousands(ROUND)),
        }
    }
}

/// A publish of one operation.
fn publish<P: Primitive>(group: &mut Group<'_>, readers: Readers) {
    let (mut writer, reader, factory) = P::new();
    let idle = match readers {
        Readers::Idle(count) => count,
        _ => 0,
    };
    let idle: Vec<P::Reader> = (0..idle).map(|_| factory.make()).collect();
    for reader in &idle {
        right(P::NAME, primitive::check(reader, 0));
    }
    let mut published = 0;
    group.bench_function(BenchmarkId::new(P::NAME, readers.name()), |bencher| {
        bencher.iter(|| {
            match readers {
                Readers::Fresh | Readers::Idle(_) => {}
                Readers::ReadsOnce => right(P::NAME, primitive::check(&reader, published)),
                Readers::ReadsRound => enter_and_leave(&reader),
            }
            writer.add_and_publish();
            published += 1;
        });
        // By another one: this one may be fresh and is to stay so.
        let other = factory.make();
        right(P::NAME, primitive::check(&other, published));
    });
}

/// One thread does all, so that what the readers do is always the same.
fn writer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fences: publish");
    group.throughput(Throughput::Elements(1));
    for readers in [
        Readers::Fresh,
        Readers::Idle(1),
        Readers::Idle(IDLE),
        Readers::ReadsOnce,
    ] {
        publish::<Ours>(&mut group, readers);
        publish::<Registry>(&mut group, readers);
    }
    group.finish();

    let mut group = criterion.benchmark_group("fences: reads and a publish in turn");
    group.throughput(Throughput::Elements(ROUND as u64));
    publish::<Ours>(&mut group, Readers::ReadsRound);
    publish::<Registry>(&mut group, Readers::ReadsRound);
    group.finish();
}

/// The first enter after a publish, through a handle of one's own and through a shared one.
fn enter_after_a_publish(criterion: &mut Criterion) {
    fn bench<W: Write + ?Sized>(
        group: &mut Group<'_>,
        name: &str,
        writer: &mut W,
        check: impl Fn(&W, u64),
    ) {
        let mut published = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                writer.add_and_publish();
                published += 1;
                check(writer, published);
            });
        });
    }
    let mut group = criterion.benchmark_group("fences: publish, then enter");
    group.throughput(Throughput::Elements(1));
    let (mut writer, reader, _) = Ours::new();
    bench(&mut group, Ours::NAME, &mut writer, |_, expected| {
        right(Ours::NAME, primitive::check(&reader, expected));
    });
    bench(
        &mut group,
        Shared::NAME,
        &mut Shared::new(),
        |shared, expected| {
            right(Shared::NAME, primitive::check(shared, expected));
        },
    );
    let (mut writer, reader, _) = Registry::new();
    bench(&mut group, Registry::NAME, &mut writer, |_, expected| {
        right(Registry::NAME, primitive::check(&reader, expected));
    });
    group.finish();
}

criterion_group! {
    name = fences;
    config = support::criterion();
    targets = reader, writer, enter_after_a_publish
}
criterion_main!(fences);
