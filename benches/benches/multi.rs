//! Maps from a key to many values.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::cell::LazyCell;
use std::num::Wrapping;

use benches::bags::work::{Kind, One, Task, Walk};
use benches::bags::{Bags, Dash, Evmap, Locked, Multi, Plain};
use benches::check::{self, Expect};
use benches::keys::{KeySet, thousands};
use benches::order::{BATCH, Order};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, SMALL, at_most, right};

/// Values per bag: one that lies inline, a few, and many that are hashed.
const SIZES: [usize; 3] = [1, 8, 10_000];

/// Keys of maps whose bags are large.
const FEW: usize = 4;

/// Of a bag, one value in so many is removed.
const REMOVED: usize = 4;

/// What the bags hold: one type for look-ups of one value, another for all else, see
/// [`Value`](benches::bags::Value).
type V = Wrapping<i64>;
type W = Wrapping<u64>;

fn task(size: usize, kind: Kind) -> Task {
    let size = at_most(size);
    let keys = if size < SMALL { SMALL } else { FEW };
    Task {
        keys: KeySet::integers(keys),
        size,
        kind,
    }
}

fn id<B: Bags>(task: &Task) -> BenchmarkId {
    let plural = if task.size == 1 { "" } else { "s" };
    let size = format!("{} value{plural} per key", thousands(task.size));
    BenchmarkId::new(B::NAME, size)
}

fn get_one(criterion: &mut Criterion) {
    fn bench<B: Bags>(group: &mut Group<'_>, task: &Task) {
        let map = LazyCell::new(|| B::filled(&task.keys, task.size));
        let order = Order::new(&task.keys, 1);
        group.bench_function(id::<B>(task), |bencher| {
            let reader = One(map.reader());
            let mut batches = order.batches(0);
            bencher.iter(|| {
                let batch = batches.next().expect("the walk has no end");
                let checked = check::batch(&reader, &batch, Expect::AnyGeneration);
                right(B::NAME, checked);
            });
        });
    }
    let mut group = criterion.benchmark_group("multi: get_one");
    group.throughput(Throughput::Elements(BATCH as u64));
    for size in &SIZES[..2] {
        let task = task(*size, Kind::GetOne);
        bench::<Multi<V>>(&mut group, &task);
        bench::<Evmap<V>>(&mut group, &task);
        bench::<Dash<V>>(&mut group, &task);
        bench::<Locked<V>>(&mut group, &task);
        bench::<Plain<V>>(&mut group, &task);
    }
    group.finish();
}

/// Goes through all bags, for all maps of such values.
fn each(group: &mut Group<'_>, task: &Task, bench: [fn(&mut Group<'_>, &Task); 5]) {
    for bench in bench {
        bench(group, task);
    }
}

/// The same function for each map of bags.
macro_rules! for_each_map {
    ($bench:ident) => {
        [
            $bench::<Multi<W>>,
            $bench::<Evmap<W>>,
            $bench::<Dash<W>>,
            $bench::<Locked<W>>,
            $bench::<Plain<W>>,
        ]
    };
}

fn iterate(criterion: &mut Criterion) {
    fn bench<B: Bags>(group: &mut Group<'_>, task: &Task) {
        let map = LazyCell::new(|| right(B::NAME, task.filled::<B>()));
        let walk = Walk::new(&task.keys, task.size);
        group.throughput(Throughput::Elements(walk.values_per_part() as u64));
        group.bench_function(id::<B>(task), |bencher| {
            let reader = map.reader();
            let mut parts = walk.parts().cycle();
            bencher.iter(|| {
                let (keys, sum) = parts.next().expect("a cycle has no end");
                right(B::NAME, walk.check(&reader, keys, sum));
            });
        });
    }
    let mut group = criterion.benchmark_group("multi: iterate");
    for size in &SIZES[1..] {
        each(
            &mut group,
            &task(*size, Kind::Iterate),
            for_each_map!(bench),
        );
    }
    group.finish();
}

/// Each iteration fills a map, which is not timed, and writes.
fn writes<B: Bags>(group: &mut Group<'_>, task: &Task) {
    group.throughput(Throughput::Elements(task.writes() as u64));
    group.bench_function(id::<B>(task), |bencher| {
        bencher.iter_custom(|iterations| {
            (0..iterations)
                .map(|_| right(B::NAME, task.pass::<B>()))
                .sum()
        });
    });
}

fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("multi: insert, publish per 100");
    group.sample_size(20);
    let task = task(SIZES[0], Kind::Insert);
    each(&mut group, &task, for_each_map!(writes));
    group.finish();
}

fn remove_value(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("multi: remove_value, publish per 100");
    group.sample_size(20);
    for size in &SIZES[1..] {
        let mut task = task(*size, Kind::Remove(0));
        task.kind = Kind::Remove(task.keys.len() * task.size / REMOVED);
        each(&mut group, &task, for_each_map!(writes));
    }
    group.finish();
}

criterion_group! {
    name = multi;
    config = support::criterion();
    targets = get_one, iterate, insert, remove_value
}
criterion_main!(multi);
