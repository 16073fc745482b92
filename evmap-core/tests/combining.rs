//! Threads that write to a map at the same time, so that one of them carries out what the others ask for: what they
//! return, where keys and values run, and whose call panics.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use evmap_core::testing::deadline::within_deadline;
use evmap_core::testing::shared::patient;
use evmap_core::{Builder, Publishing, SharedMap};

use numbers::Map;

mod numbers;

const WRITES: u32 = if cfg!(miri) { 8 } else { 400 };

/// One write: what it found, and what it left.
#[derive(Clone, Copy)]
struct Link {
    key: u32,
    old: Option<u32>,
    new: Option<u32>,
    /// What was there when the call had returned.
    seen: Option<u32>,
}

/// Writes a value of its own, or removes that of a key.
fn write(map: &SharedMap<u32, u32, u32>, key: u32, new: Option<u32>) -> Link {
    let old = match new {
        Some(new) => map.insert(key, new),
        None => map.remove(key),
    };
    let seen = map.get_cloned(&key);
    Link {
        key,
        old,
        new,
        seen,
    }
}

/// The same, with the writer.
fn write_in_a_batch(map: &SharedMap<u32, u32, u32>, key: u32, new: Option<u32>) -> Link {
    let old = map.batch(|writer| {
        let old = writer.unpublished().get(&key).copied();
        match new {
            Some(new) => _ = writer.insert(key, new),
            None => _ = writer.remove(key),
        }
        old
    });
    let seen = map.get_cloned(&key);
    Link {
        key,
        old,
        new,
        seen,
    }
}

/// Each value that was put in came out once, or is there; what came out where nothing was, nobody had taken.
fn assert_chains(map: &SharedMap<u32, u32, u32>, links: &[Link]) {
    let mut out: Vec<u32> = links.iter().filter_map(|link| link.old).collect();
    out.extend(map.enter().values());
    let mut put: Vec<u32> = links.iter().filter_map(|link| link.new).collect();
    out.sort_unstable();
    put.sort_unstable();
    assert_eq!(out, put);
    for key in 0..5 {
        let count = |what: fn(&Link) -> bool| {
            let links = links.iter().filter(|link| link.key == key);
            links.filter(|link| what(link)).count()
        };
        let begun = count(|link| link.old.is_none() && link.new.is_some());
        let ended = count(|link| link.old.is_some() && link.new.is_none());
        assert_eq!(begun, ended + usize::from(map.contains_key(&key)));
    }
}

/// Where a key was never removed, its values form one chain, in which each thread's stand in its order, and nobody saw
/// what came before his own.
fn assert_one_chain(map: &SharedMap<u32, u32, u32>, key: u32, links: &[Link]) {
    let links = links.iter().filter(|link| link.key == key);
    let next: HashMap<_, _> = links.clone().map(|link| (link.old, link.new)).collect();
    let mut places = HashMap::new();
    let mut last = None;
    while let Some(value) = next.get(&last) {
        last = *value;
        assert_eq!(places.insert(last, places.len()), None, "a circle");
    }
    assert_eq!(map.get_cloned(&key), last);
    assert_eq!(places.len(), links.clone().count(), "two chains");
    let mut before: HashMap<u32, usize> = HashMap::new();
    for link in links {
        assert!(places[&link.seen] >= places[&link.new]);
        let thread = link.new.unwrap() / WRITES;
        let place = places[&link.new];
        let before = before.insert(thread, place);
        assert!(before.is_none_or(|before| before < place));
    }
}

#[test]
fn what_writes_return_forms_chains() {
    within_deadline(|| {
        for publishing in [Publishing::EachWrite, Publishing::Manual] {
            let map = patient::<Map>(publishing);
            let stop = AtomicBool::new(false);
            let links: Vec<Link> = thread::scope(|scope| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let view = map.enter();
                        let values: Vec<_> = view.values().collect();
                        assert_eq!(values.len(), view.len());
                        drop(view);
                        thread::yield_now();
                    }
                });
                let threads: Vec<_> = (0..5)
                    .map(|thread| {
                        let map = &map;
                        let write = if thread < 4 { write } else { write_in_a_batch };
                        scope.spawn(move || {
                            let values = WRITES * thread..WRITES * (thread + 1);
                            let mut links = Vec::new();
                            for value in values {
                                let key = value % 5;
                                links.push(write(map, key, Some(value)));
                                if value % 7 == 0 && key < 3 {
                                    links.push(write(map, key, None));
                                }
                            }
                            links
                        })
                    })
                    .collect();
                let links: Vec<_> = threads.into_iter().map(|it| it.join()).collect();
                stop.store(true, Ordering::Relaxed);
                links.into_iter().flat_map(Result::unwrap).collect()
            });
            map.publish();
            assert_chains(&map, &links);
            if publishing == Publishing::EachWrite {
                assert_one_chain(&map, 3, &links);
                assert_one_chain(&map, 4, &links);
            }
        }
    });
}

/// Who carries out what was asked for while a thread had the writer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    /// That thread, once it is through.
    Holder,
    /// One of those that wait: that thread leaves the writer by a panic.
    Waiter,
}

/// Makes `call` for each of these numbers on a thread of its own, while this thread has the writer, so that all of them
/// ask; then lets it go.
fn asked_together<K, V, R: Send>(
    map: &SharedMap<K, V>,
    by: By,
    numbers: std::ops::Range<u32>,
    call: impl Fn(u32) -> R + Sync,
) -> Vec<thread::Result<R>>
where
    K: Eq + Hash + Clone + Send + Sync,
    V: Clone + Send + Sync,
{
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let change = AssertUnwindSafe(|| {
            _ = map.checked_batch(|_| {
                for number in numbers {
                    let (begin, begun) = mpsc::channel();
                    let call = &call;
                    threads.push(scope.spawn(move || {
                        begin.send(()).unwrap();
                        call(number)
                    }));
                    begun.recv().unwrap();
                }
                // Nobody can tell when they wait.
                thread::sleep(Duration::from_millis(20));
                if by == By::Waiter {
                    resume_unwind(Box::new("leaves the writer"));
                }
            });
        });
        assert_eq!(catch_unwind(change).is_err(), by == By::Waiter);
        threads.into_iter().map(|it| it.join()).collect()
    })
}

/// Looks something up in the map whenever it is compared, hashed or cloned.
#[derive(Debug)]
struct Curious(u32);

static CURIOUS: OnceLock<SharedMap<Curious, Curious>> = OnceLock::new();

/// Where it looked, and what was published then.
static LOOKS: Mutex<Vec<(ThreadId, &str, usize)>> = Mutex::new(Vec::new());

fn look(call: &'static str) {
    let Some(map) = CURIOUS.get() else {
        return;
    };
    let view = map.enter();
    // A look-up would compare, and look again.
    let first = view.values().map(|it| it.0).min();
    assert_eq!(first, (!view.is_empty()).then_some(0));
    let here = thread::current().id();
    let mut looks = LOOKS.lock().unwrap_or_else(PoisonError::into_inner);
    looks.push((here, call, view.len()));
}

impl Clone for Curious {
    fn clone(&self) -> Self {
        look("clone");
        Self(self.0)
    }
}

impl PartialEq for Curious {
    fn eq(&self, other: &Self) -> bool {
        look("eq");
        self.0 == other.0
    }
}

impl Eq for Curious {}

impl Hash for Curious {
    fn hash<H: Hasher>(&self, state: &mut H) {
        look("hash");
        // All in one place, so that they are compared.
        state.write_u32(0);
    }
}

#[test]
fn keys_and_values_read_the_map_while_it_is_written() {
    within_deadline(|| {
        let map = CURIOUS.get_or_init(|| {
            let builder = Builder::new().reader_timeout(Duration::from_secs(3600));
            builder.build_shared()
        });
        for (by, first) in [(By::Holder, 0), (By::Waiter, 4)] {
            let before = map.len();
            LOOKS.lock().unwrap().clear();
            let insert = |number| map.insert(Curious(number), Curious(number));
            let outcomes = asked_together(map, by, first..first + 4, insert);
            assert!(outcomes.into_iter().all(|it| it.unwrap().is_none()));
            assert_eq!(map.len(), before + 4);
            let looks = LOOKS.lock().unwrap().clone();
            let combining = |call| {
                let looks = looks.iter().filter(move |it| it.1 == call);
                let carried_out = looks.filter(|it| it.2 == before);
                carried_out.map(|it| it.0).collect::<Vec<_>>()
            };
            // Each is hashed by the thread of its call, and cloned by one thread.
            assert!(combining("hash").len() >= 4);
            let cloned = combining("clone");
            assert!(cloned.len() >= 8 && cloned.iter().all(|it| *it == cloned[0]));
            let is_here = cloned[0] == thread::current().id();
            assert_eq!(is_here, by == By::Holder);
            let compared = combining("eq");
            assert!(!compared.is_empty() && compared.contains(&cloned[0]));
        }
    });
}

/// Panics with its number when it is cloned while it is lit.
#[derive(Debug)]
struct Fuse {
    number: u32,
    is_lit: Arc<AtomicBool>,
}

impl Fuse {
    fn new(number: u32, is_lit: bool) -> Self {
        let is_lit = Arc::new(AtomicBool::new(is_lit));
        Self { number, is_lit }
    }
}

impl Clone for Fuse {
    fn clone(&self) -> Self {
        if self.is_lit.load(Ordering::Relaxed) {
            panic_any(self.number);
        }
        let is_lit = Arc::clone(&self.is_lit);
        Self { is_lit, ..*self }
    }
}

const BAD: u32 = 3;

/// The clone is that for the first copy.
#[test]
fn a_panic_goes_on_in_the_call_that_brought_the_value() {
    within_deadline(|| {
        for by in [By::Holder, By::Waiter] {
            let map = SharedMap::<u32, Fuse>::new();
            map.insert(0, Fuse::new(0, false));
            let insert = |number| {
                let value = Fuse::new(number, number == BAD);
                map.checked_insert(number, value).is_ok()
            };
            for (number, outcome) in (1..).zip(asked_together(&map, by, 1..6, insert)) {
                match outcome {
                    Ok(is_ok) => assert!(!is_ok && number != BAD),
                    Err(panic) => assert_eq!(panic.downcast_ref(), Some(&BAD)),
                }
            }
            assert!(map.is_poisoned());
            assert!(map.enter().keys().eq(&[0]));
        }
    });
}

/// The clone is that which is returned: nothing has changed yet.
#[test]
fn a_panic_of_what_would_be_returned_goes_on_in_its_call_and_poisons_nothing() {
    within_deadline(|| {
        for by in [By::Holder, By::Waiter] {
            let map = SharedMap::<u32, Fuse>::new();
            let old = Fuse::new(10, false);
            let is_lit = Arc::clone(&old.is_lit);
            map.insert(BAD, old);
            // Both copies have it then.
            map.insert(0, Fuse::new(0, false));
            map.insert(0, Fuse::new(0, false));
            is_lit.store(true, Ordering::Relaxed);
            let insert = |number| map.insert(number, Fuse::new(number, false)).is_none();
            for (number, outcome) in (1..).zip(asked_together(&map, by, 1..6, insert)) {
                match outcome {
                    Ok(is_new) => assert!(is_new && number != BAD),
                    Err(panic) => assert_eq!(panic.downcast_ref(), Some(&10_u32)),
                }
            }
            is_lit.store(false, Ordering::Relaxed);
            assert!(!map.is_poisoned());
            assert_eq!((map.len(), map.get(&BAD).unwrap().number), (6, 10));
            assert_eq!(map.remove(BAD).unwrap().number, 10);
        }
    });
}
