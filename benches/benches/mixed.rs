//! Reading and writing at the same time.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::thread;
use std::time::Duration;

use benches::check::{self, Expect};
use benches::hasher::CommonHasher;
use benches::open::turns::{self, Turns};
use benches::open::{self, Open, VisitOpen};
use benches::order::BATCH;
use benches::peer::{Peer, Writer};
use benches::subject::{self, Visit};
use benches::workload::{beside_another, side_by_side};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, Input, KEYS, Lazy, right};

/// Of so many operations one is a write: 0.1 %, 2 %, 10 %.
const SHARES: [usize; 3] = [1_000, 50, 10];

const THREADS: [usize; 3] = [1, 2, 4];

/// How long a reader or a writer pauses: long beside an operation, short beside a turn of the scheduler.
const PAUSE: Duration = Duration::from_micros(100);

/// Every thread looks up and writes.
struct Together<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
    share: usize,
    threads: usize,
}

impl VisitOpen<u64> for Together<'_, '_> {
    fn visit<M: Open<u64>>(&mut self) {
        let Self {
            group,
            input,
            share,
            threads,
        } = self;
        let plural = if *threads == 1 { "" } else { "s" };
        let id = BenchmarkId::new(M::NAME, format!("{threads} thread{plural}"));
        let mut map = None;
        group.bench_function(id, |bencher| {
            let Input { keys, order, .. } = &***input;
            let map = &*map.get_or_insert_with(|| M::build(keys));
            bencher.iter_custom(|iterations| {
                let took = side_by_side(*threads, |number| {
                    let mut turns = Turns::new(*share, number, *threads);
                    for (batch, _) in order.batches(number).zip(0..iterations) {
                        turns.batch(map, order, &batch)?;
                    }
                    Ok(())
                });
                right(M::NAME, took)
            });
            right(M::NAME, turns::check(map, keys));
        });
    }
}

fn shares_of_writes(criterion: &mut Criterion) {
    let input = Input::of(KEYS);
    for share in SHARES {
        let name = format!("mixed: {} % writes on every thread", 100.0 / share as f64);
        let mut group = criterion.benchmark_group(name);
        for threads in THREADS {
            group.throughput(Throughput::Elements((BATCH * threads) as u64));
            open::each(&mut Together {
                group: &mut group,
                input: &input,
                share,
                threads,
            });
        }
        group.finish();
    }
}

/// One writer beside one reader; which of them is timed, and what the other one does between its turns.
struct Beside<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
    timed: Timed,
    pause: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Timed {
    Reads,
    Writes,
}

impl Beside<'_, '_> {
    fn id(&self, name: &str) -> BenchmarkId {
        let parameter = match (self.timed, self.pause) {
            (Timed::Reads, None) => "no pause".to_owned(),
            (Timed::Reads, Some(pause)) => format!("a publish, then {pause:?}"),
            (Timed::Writes, None) => "no pause".to_owned(),
            (Timed::Writes, Some(pause)) => format!("a look-up, then {pause:?}"),
        };
        BenchmarkId::new(name, parameter)
    }
}

impl Visit<u64> for Beside<'_, '_> {
    fn visit<P: Peer<u64>>(&mut self) {
        if !P::SHARED {
            return;
        }
        let id = self.id(P::NAME);
        let (input, timed, pause) = (self.input, self.timed, self.pause);
        let mut map = None;
        let mut written = 0;
        self.group.bench_function(id, |bencher| {
            let Input { keys, order, .. } = &**input;
            let map = map.get_or_insert_with(|| P::build(keys));
            let reader = map.reader();
            let rest = || pause.map_or((), thread::sleep);
            let mut write = || {
                map.writer().write([order.write(written)].into_iter());
                written += 1;
            };
            let done = match timed {
                Timed::Reads => {
                    let other = || {
                        write();
                        rest();
                        Ok(())
                    };
                    let mut batches = order.batches(0);
                    let mut read = || {
                        let batch = batches.next().expect("the walk has no end");
                        right(
                            P::NAME,
                            check::batch(&reader, &batch, Expect::AnyGeneration),
                        );
                    };
                    beside_another(other, || {
                        bencher.iter(&mut read);
                        Ok(())
                    })
                }
                Timed::Writes => {
                    let mut index = 0;
                    let other = move || {
                        check::any_generation(&reader, keys, index)?;
                        index = (index + 1) % keys.len();
                        rest();
                        Ok(())
                    };
                    beside_another(other, || {
                        bencher.iter(&mut write);
                        Ok(())
                    })
                }
            };
            right(P::NAME, done);
            let expected = order.values_after(keys, written);
            right(P::NAME, check::every_key(&map.reader(), keys, &expected));
        });
    }
}

fn beside(criterion: &mut Criterion, name: &str, timed: Timed, per_turn: u64) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(per_turn));
    let input = Input::of(KEYS);
    for pause in [None, Some(PAUSE)] {
        subject::each::<u64, CommonHasher>(&mut Beside {
            group: &mut group,
            input: &input,
            timed,
            pause,
        });
    }
    group.finish();
}

fn reads_beside_a_writer(criterion: &mut Criterion) {
    let name = "mixed: read beside a writer that pauses";
    beside(criterion, name, Timed::Reads, BATCH as u64);
}

fn writes_beside_a_reader(criterion: &mut Criterion) {
    let name = "mixed: insert + publish beside a reader that pauses";
    beside(criterion, name, Timed::Writes, 1);
}

criterion_group! {
    name = mixed;
    config = support::criterion();
    targets = shares_of_writes, reads_beside_a_writer, writes_beside_a_reader
}
criterion_main!(mixed);
