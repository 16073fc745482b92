//! Writing while nobody reads.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::iter;
use std::time::{Duration, Instant};

use benches::check;
use benches::hasher::CommonHasher;
use benches::loads::{self, Load};
use benches::open::turns;
use benches::open::{self, Open, VisitOpen};
use benches::peer::{Peer, Writer};
use benches::primitive::{self, Ours, Primitive, Registry, Write};
use benches::subject::{self, Visit};
use benches::value::TAG_MASK;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, Input, KEYS, Lazy, right};

/// Writes that are published together.
const BATCH: usize = 100;

/// Keys of a map that is loaded.
const LOAD: usize = 100_000;

/// Operations that are appended before they are published. Only the former is timed.
const LOG: u32 = 1_024;

/// Times what is done [`LOG`] times, and not what is done after that.
fn logged<W>(
    iterations: u64,
    writer: &mut W,
    mut append: impl FnMut(&mut W),
    publish: impl Fn(&mut W),
) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..iterations {
        let since = Instant::now();
        for _ in 0..LOG {
            append(writer);
        }
        took += since.elapsed();
        publish(writer);
    }
    took
}

/// What an operation costs before it is published.
fn append(criterion: &mut Criterion) {
    fn bench<P: Primitive>(group: &mut Group<'_>) {
        let (mut writer, reader, _) = P::new();
        let mut added = 0;
        group.bench_function(P::NAME, |bencher| {
            bencher.iter_custom(|iterations| {
                added += iterations * u64::from(LOG);
                logged(iterations, &mut writer, Write::add, Write::publish)
            });
            right(P::NAME, primitive::check(&reader, added));
        });
    }
    let mut group = criterion.benchmark_group("write: append");
    group.throughput(Throughput::Elements(LOG.into()));
    bench::<Ours>(&mut group);
    bench::<Registry>(&mut group);
    group.finish();
}

/// What an insert costs before it is published: its key is hashed.
fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write: insert, not published");
    group.throughput(Throughput::Elements(LOG.into()));
    let name = "evmap-core";
    let input = Input::of(KEYS);
    let mut map = None;
    let mut written = 0;
    group.bench_function(name, |bencher| {
        let (writer, reader) = map.get_or_insert_with(|| {
            let capacity = input.keys.len();
            let hasher = CommonHasher::default();
            let mut map = evmap_core::Builder::new()
                .capacity(capacity)
                .hasher(hasher)
                .build();
            map.0.extend(benches::peers::entries(&input.keys));
            map
        });
        bencher.iter_custom(|iterations| {
            let insert = |writer: &mut evmap_core::WriteHandle<_, _, _, _>| {
                let (key, value) = input.order.write(written);
                writer.insert(key, value);
                written += 1;
            };
            logged(iterations, writer, insert, |writer| {
                writer.publish();
            })
        });
        let expected = input.order.values_after(&input.keys, written);
        let view = reader.enter();
        for (key, expected) in input.keys.keys().iter().zip(expected) {
            assert_eq!(view.get(key), Some(&expected), "wrong result from `{name}`");
        }
    });
    group.finish();
}

/// Writes of keys that are there, some of them visible together.
struct Publish<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
    batch: usize,
}

impl Visit<u64> for Publish<'_, '_> {
    fn visit<P: Peer<u64>>(&mut self) {
        let Self {
            group,
            input,
            batch,
        } = self;
        let mut map = None;
        let mut written = 0;
        group.bench_function(P::NAME, |bencher| {
            let map = map.get_or_insert_with(|| P::build(&input.keys));
            let mut writer = map.writer();
            bencher.iter(|| {
                writer.write((written..written + *batch).map(|number| input.order.write(number)));
                written += *batch;
            });
            drop(writer);
            let expected = input.order.values_after(&input.keys, written);
            let checked = check::every_key(&map.reader(), &input.keys, &expected);
            right(P::NAME, checked);
        });
    }
}

fn publish(criterion: &mut Criterion) {
    let names = ["write: insert + publish", "write: publish per 100"];
    for (name, batch) in iter::zip(names, [1, BATCH]) {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(batch as u64));
        let input = Input::of(KEYS);
        subject::each::<u64, CommonHasher>(&mut Publish {
            group: &mut group,
            input: &input,
            batch,
        });
        group.finish();
    }
}

/// Writes through a shared reference that give the old value and are visible on return.
struct Insert<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
}

impl VisitOpen<u64> for Insert<'_, '_> {
    fn visit<M: Open<u64>>(&mut self) {
        let input = self.input;
        let mut map = None;
        let mut written = 0;
        self.group.bench_function(M::NAME, |bencher| {
            let map = map.get_or_insert_with(|| M::build(&input.keys));
            bencher.iter(|| {
                let (key, value) = input.order.write(written);
                written += 1;
                let old = map.insert(key, value).map(|old| old & TAG_MASK);
                assert_eq!(old, Some(value & TAG_MASK), "the old value of {key}");
            });
            right(M::NAME, turns::check(map, &input.keys));
        });
    }
}

fn shared_insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write: shared insert");
    group.throughput(Throughput::Elements(1));
    let input = Input::of(KEYS);
    open::each(&mut Insert {
        group: &mut group,
        input: &input,
    });
    group.finish();
}

/// Making a map, with its capacity, and storing all entries, visible in the end.
struct Build<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
}

impl Visit<u64> for Build<'_, '_> {
    fn visit<P: Peer<u64>>(&mut self) {
        let input = self.input;
        self.group.bench_function(P::NAME, |bencher| {
            let expected = input.order.values_after(&input.keys, 0);
            bencher.iter_custom(|iterations| {
                let mut took = Duration::ZERO;
                for _ in 0..iterations {
                    let since = Instant::now();
                    let map = P::build(&input.keys);
                    took += since.elapsed();
                    let checked = check::every_key(&map.reader(), &input.keys, &expected);
                    right(P::NAME, checked);
                }
                took
            });
        });
    }
}

/// The ways in which one map can be loaded, and what comes after a load.
fn loads_by_way(criterion: &mut Criterion) {
    let groups: [(&str, &[(&str, Load)]); 3] = [
        (
            "write: bulk load by way",
            &[
                ("evmap-core, insert", loads::core_insert),
                ("evmap-core, extend", loads::core_extend),
                ("evmap-core, build_from", loads::core_build_from),
                ("hashbrown, insert", loads::plain_insert),
                ("hashbrown, extend", loads::plain_extend),
            ],
        ),
        (
            "write: clear, bulk load again",
            &[
                ("evmap-core", loads::core_reload),
                ("hashbrown", loads::plain_reload),
            ],
        ),
        (
            "write: second publish after a bulk load",
            &[("evmap-core", loads::core_second_publish)],
        ),
    ];
    let input = Input::of(LOAD);
    for (name, ways) in groups {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(support::at_most(LOAD) as u64));
        group.sample_size(20);
        for (way, load) in ways {
            group.bench_function(*way, |bencher| {
                bencher.iter_custom(|iterations| {
                    (0..iterations).map(|_| right(way, load(&input.keys))).sum()
                });
            });
        }
        group.finish();
    }
}

fn bulk_load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write: bulk load");
    group.throughput(Throughput::Elements(support::at_most(LOAD) as u64));
    // Each takes milliseconds, and as many more to be read back.
    group.sample_size(20);
    let input = Input::of(LOAD);
    subject::each::<u64, CommonHasher>(&mut Build {
        group: &mut group,
        input: &input,
    });
    group.finish();
}

criterion_group! {
    name = write;
    config = support::criterion();
    targets = append, insert, publish, shared_insert, bulk_load, loads_by_way
}
criterion_main!(write);
