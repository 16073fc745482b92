//! Reading while nobody writes.

#![expect(missing_docs, reason = "criterion's macro writes a function without")]

mod support;

use std::cell::LazyCell;

use benches::check::{self, Expect};
use benches::hasher::CommonHasher;
use benches::keys::thousands;
use benches::open::{self, Open, Through, VisitOpen};
use benches::order::BATCH;
use benches::peer::{Lookup, Peer, Reader};
use benches::peers;
use benches::primitive::{self, Ours, Primitive, Read, Registry, Write, enter_and_leave};
use benches::subject::{self, Visit};
use criterion::{Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use support::{Group, Input, LARGE, Lazy, SMALL, right};

/// Take a guard, read through it, give it back.
fn enter(criterion: &mut Criterion) {
    fn bench<R: Read>(group: &mut Group<'_>, name: &str, make: impl FnOnce() -> R) {
        let reader = LazyCell::new(make);
        group.bench_function(name, |bencher| {
            bencher.iter(|| enter_and_leave(&*reader));
            right(name, primitive::check(&*reader, 1));
        });
    }
    fn pair<P: Primitive>(group: &mut Group<'_>) {
        let (mut writer, reader, _) = P::new();
        writer.add_and_publish();
        bench(group, P::NAME, || reader);
        drop(writer);
    }
    let mut group = criterion.benchmark_group("read: enter + leave");
    group.throughput(Throughput::Elements(primitive::ROUND as u64));
    pair::<Ours>(&mut group);
    bench(&mut group, primitive::Shared::NAME, || {
        let mut shared = primitive::Shared::new();
        shared.add_and_publish();
        shared
    });
    pair::<Registry>(&mut group);
    group.finish();
}

/// Which look-ups.
#[derive(Clone, Copy)]
enum Kind {
    /// Of keys that are there, each with a guard of its own.
    Hit,
    /// Of keys that are not.
    Miss,
    /// Of keys that are there, under a guard that is held throughout.
    Held,
}

/// Looks up in a map of each kind.
struct Get<'a, 'c> {
    group: &'a mut Group<'c>,
    input: &'a Lazy,
    count: usize,
    kind: Kind,
}

impl Get<'_, '_> {
    fn id(&self, name: &str) -> BenchmarkId {
        BenchmarkId::new(name, format!("{} keys", thousands(self.count)))
    }
}

impl Visit<u64> for Get<'_, '_> {
    fn visit<P: Peer<u64>>(&mut self) {
        let (input, kind) = (self.input, self.kind);
        let has_guards = || {
            let one = P::build(&benches::keys::KeySet::integers(1));
            one.reader().hold().is_some()
        };
        if matches!(kind, Kind::Held) && !has_guards() {
            return;
        }
        let map = LazyCell::new(|| {
            let map = P::build(&input.keys);
            let reader = map.reader();
            (map, reader)
        });
        let mut from = 0;
        self.group.bench_function(self.id(P::NAME), |bencher| {
            let reader = &map.1;
            match kind {
                Kind::Hit => hits(bencher, P::NAME, reader, input, &mut from),
                Kind::Miss => misses(bencher, P::NAME, reader, input),
                Kind::Held => {
                    let held = reader.hold().expect("it has guards, see above");
                    hits(bencher, P::NAME, &held, input, &mut from);
                }
            }
        });
    }
}

impl VisitOpen<u64> for Get<'_, '_> {
    fn visit<M: Open<u64>>(&mut self) {
        let input = self.input;
        let map = LazyCell::new(|| M::build(&input.keys));
        let mut from = 0;
        self.group.bench_function(self.id(M::NAME), |bencher| {
            hits(bencher, M::NAME, &Through(&*map), input, &mut from);
        });
    }
}

/// Each sample goes on in the walk where the one before it has stopped: otherwise a large table would be
/// read in its first places only.
fn hits<L: Lookup<u64>>(
    bencher: &mut Bencher<'_>,
    name: &str,
    map: &L,
    input: &Input,
    from: &mut usize,
) {
    let mut batches = input.order.batches(0).skip(*from);
    bencher.iter(|| {
        let batch = batches.next().expect("the walk has no end");
        right(name, check::batch(map, &batch, Expect::Prefilled));
        *from += 1;
    });
    *from %= input.order.batch_count();
}

fn misses<L: Lookup<u64>>(bencher: &mut Bencher<'_>, name: &str, map: &L, input: &Input) {
    let mut parts = input.absent.chunks(BATCH).cycle();
    bencher.iter(|| {
        let absent = parts.next().expect("a cycle has no end");
        right(name, check::absent(map, absent));
    });
}

/// A group over small and large tables.
fn look_ups(criterion: &mut Criterion, name: &str, kind: Kind, each: impl Fn(&mut Get<'_, '_>)) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(BATCH as u64));
    for count in [SMALL, LARGE] {
        let input = Input::of(count);
        each(&mut Get {
            group: &mut group,
            input: &input,
            count,
            kind,
        });
    }
    group.finish();
}

fn all_peers(get: &mut Get<'_, '_>) {
    subject::each::<u64, CommonHasher>(get);
}

fn get(criterion: &mut Criterion) {
    look_ups(criterion, "read: get", Kind::Hit, all_peers);
}

fn get_absent(criterion: &mut Criterion) {
    look_ups(criterion, "read: get, absent", Kind::Miss, all_peers);
}

fn get_under_a_guard(criterion: &mut Criterion) {
    let name = "read: get under a guard";
    look_ups(criterion, name, Kind::Held, all_peers);
}

fn shared_get(criterion: &mut Criterion) {
    look_ups(criterion, "read: shared get", Kind::Hit, |get| {
        Visit::visit::<peers::Shared<u64, CommonHasher>>(get);
        open::each(get);
    });
}

criterion_group! {
    name = read;
    config = support::criterion();
    targets = enter, get, get_absent, get_under_a_guard, shared_get
}
criterion_main!(read);
