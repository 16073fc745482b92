//! That writes form one order, in which each call's answer, what it sees, and what readers see are right.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::ThreadId,
};

use left_right::{Independent, Owned, ReadGuard, WriteHandle};

use super::*;

const KEYS: usize = 3;
const THREADS: u64 = 4;
const WRITES: u64 = 1_000;

/// What stands under a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    value: u64,
    /// How often the key was written.
    writes: usize,
}

#[derive(Clone, Default)]
struct Cells {
    cells: [Cell; KEYS],
    /// How often any key was written.
    writes: usize,
    /// Which threads have changed a first copy.
    absorbed_on: Arc<Mutex<Vec<ThreadId>>>,
}

struct Set {
    key: usize,
    value: u64,
}

impl Absorb<Set> for Cells {
    fn absorb_first(&mut self, set: &mut Set, published: &Self) {
        let here = thread::current().id();
        self.absorbed_on.lock().unwrap().push(here);
        let Set { key, value } = *set;
        self.absorb_second(Set { key, value }, published);
    }

    fn absorb_second(&mut self, set: Set, _: &Self) {
        let writes = self.cells[set.key].writes + 1;
        self.cells[set.key] = Cell {
            value: set.value,
            writes,
        };
        self.writes += 1;
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Cells {}

struct Setter(WriteHandle<Cells, Set, Owned>);

/// A write returns what it replaces.
impl SharedWriter<Cells, Set, Owned, Cell> for Setter {
    fn handle(&mut self) -> &mut WriteHandle<Cells, Set, Owned> {
        &mut self.0
    }

    fn answer(cells: &Cells, set: &Set) -> (Cell, bool) {
        (cells.cells[set.key], true)
    }
}

type Setting = SharedHandle<Cells, Set, Owned, Setter, Cell>;

fn setting(publishing: Publishing) -> (Setting, Arc<Mutex<Vec<ThreadId>>>) {
    let cells = Cells::default();
    let absorbed_on = Arc::clone(&cells.absorbed_on);
    let (writer, _) = left_right::new_owned(cells);
    let shared = SharedHandle::new(Setter(writer), publishing, AN_HOUR);
    (shared, absorbed_on)
}

/// One write: what it found, and what it left.
struct Link {
    key: usize,
    old: Cell,
    new: u64,
}

fn write(shared: &Setting, key: usize, new: u64) -> Link {
    let set = Set { key, value: new };
    let old = shared.write(set).unwrap();
    Link { key, old, new }
}

/// Each write found what the one before it left, and the last is still there.
fn assert_chains(shared: &Setting, links: Vec<Link>) {
    let mut chains: HashMap<usize, Vec<Link>> = HashMap::new();
    for link in links {
        chains.entry(link.key).or_default().push(link);
    }
    for (key, mut chain) in chains {
        chain.sort_by_key(|link| link.old.writes);
        let mut before = Cell::default();
        for link in chain {
            assert_eq!(link.old, before);
            before = Cell {
                value: link.new,
                writes: before.writes + 1,
            };
        }
        assert_eq!(shared.enter().cells[key], before);
    }
}

/// The thread's own write, or a later one, is there.
fn assert_sees(cells: &Cells, link: &Link) {
    let seen = cells.cells[link.key];
    let own = link.old.writes + 1;
    assert!(seen.writes >= own, "{seen:?} after {:?}", link.old);
    assert_eq!(seen.value == link.new, seen.writes == own);
}

#[test]
fn each_write_finds_what_the_one_before_it_left() {
    fn run(publishing: Publishing) {
        let (shared, _) = setting(publishing);
        let stop = AtomicBool::new(false);
        let links: Vec<Link> = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut before = Cells::default();
                    while !stop.load(Ordering::Relaxed) {
                        let cells = shared.enter();
                        let all = cells.cells.iter().zip(&before.cells);
                        for (now, before) in all {
                            assert!(now.writes >= before.writes);
                            assert_eq!(now == before, now.writes == before.writes);
                        }
                        let writes = cells.cells.iter().map(|cell| cell.writes);
                        assert_eq!(writes.sum::<usize>(), cells.writes, "half a state");
                        before = cells.clone();
                        drop(cells);
                        // Where there are few cores: writers would wait for a reader that waits for a core.
                        thread::yield_now();
                    }
                });
            }
            let threads: Vec<_> = (1..=THREADS)
                .map(|thread| {
                    let shared = &shared;
                    scope.spawn(move || {
                        let mut links = Vec::new();
                        for number in 0..WRITES {
                            let key = (number + thread) as usize % KEYS;
                            let link = write(shared, key, WRITES * thread + number);
                            if publishing != Publishing::EachWrite && number % 5 == 0 {
                                shared.publish().unwrap();
                            }
                            if publishing == Publishing::EachWrite || number % 5 == 0 {
                                assert_sees(&shared.enter(), &link);
                            }
                            links.push(link);
                        }
                        links
                    })
                })
                .collect();
            let outcomes: Vec<_> = threads.into_iter().map(|it| it.join()).collect();
            stop.store(true, Ordering::Relaxed);
            outcomes.into_iter().flat_map(Result::unwrap).collect()
        });
        shared.publish().unwrap();
        assert_eq!(shared.enter().writes as u64, THREADS * WRITES);
        assert_chains(&shared, links);
    }
    let _deadline = common::deadline();
    policies().into_iter().for_each(run);
}

/// Whoever that is: it publishes once for all of them.
#[test]
fn one_thread_carries_out_what_all_ask_for() {
    let _deadline = common::deadline();
    for by in [By::Holder, By::Waiter] {
        let (shared, absorbed_on) = setting(Publishing::EachWrite);
        write(&shared, 0, 1);
        absorbed_on.lock().unwrap().clear();
        let calls = (2..8).map(|value| -> Call<'_, _> {
            let shared = &shared;
            Box::new(move || {
                let link = write(shared, 0, value);
                assert_sees(&shared.enter(), &link);
                (link, thread::current().id())
            })
        });
        let (held, outcomes) = asked_together(&shared, by, calls.collect());
        let (mut links, mut threads) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            let (link, thread) = outcome.unwrap();
            links.push(link);
            threads.push(thread);
        }
        if by == By::Holder {
            held.unwrap().unwrap();
            threads = vec![thread::current().id()];
        }
        let old = Cell::default();
        links.push(Link {
            key: 0,
            old,
            new: 1,
        });
        assert_chains(&shared, links);
        assert_eq!(ReadGuard::version(&shared.enter()), 2, "{by:?}");
        let absorbed_on = absorbed_on.lock().unwrap();
        assert_eq!(absorbed_on.len(), 6);
        assert!(threads.contains(&absorbed_on[0]));
        assert!(absorbed_on.iter().all(|it| *it == absorbed_on[0]));
    }
}

/// What a thread has written, in the order in which it came.
#[derive(Clone, Default)]
struct Journal(Vec<(u64, u64)>);

impl Absorb<(u64, u64)> for Journal {
    fn absorb_first(&mut self, entry: &mut (u64, u64), _: &Self) {
        self.0.push(*entry);
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Journal {}

/// However it writes: by itself, or with the writer for a while.
#[test]
fn what_one_thread_writes_keeps_its_order() {
    fn assert_in_order(journal: &Journal) {
        let mut next = [0; THREADS as usize];
        for (thread, number) in &journal.0 {
            assert_eq!(*number, next[*thread as usize]);
            next[*thread as usize] += 1;
        }
    }

    fn run(publishing: Publishing) {
        const WRITES: u64 = 300;
        let (writer, _) = left_right::new_owned::<Journal, (u64, u64)>(Journal::default());
        let shared = writer.into_shared(publishing, AN_HOUR);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert_in_order(&shared.enter());
                    thread::yield_now();
                }
            });
            let threads = [0, 1, 2, 3].map(|thread| {
                let shared = &shared;
                scope.spawn(move || {
                    let mut numbers = 0..WRITES;
                    while let Some(number) = numbers.next() {
                        shared.write((thread, number)).unwrap();
                        if number % 7 == thread {
                            let change = |writer: &mut WriteHandle<_, _, _>| {
                                let next = numbers.by_ref().take(3);
                                writer.extend(next.map(|number| (thread, number)));
                            };
                            shared.lock(change).unwrap();
                        }
                    }
                })
            });
            let outcomes = threads.map(thread::ScopedJoinHandle::join);
            stop.store(true, Ordering::Relaxed);
            outcomes.into_iter().for_each(|it| it.unwrap());
        });
        shared.publish().unwrap();
        assert_in_order(&shared.enter());
        assert_eq!(shared.enter().0.len() as u64, THREADS * WRITES);
    }
    let _deadline = common::deadline();
    policies().into_iter().for_each(run);
}
