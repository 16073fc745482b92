//! Threads that write at their very end, when they have given their slots back, and are not alone.

use std::cell::RefCell;

use left_right::{Independent, Owned, WriteHandle};

use super::*;

#[derive(Clone, Default)]
struct Numbers(Vec<u32>);

impl Absorb<u32> for Numbers {
    fn absorb_first(&mut self, number: &mut u32, _: &Self) {
        self.0.push(*number);
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

struct Pusher(WriteHandle<Numbers, u32, Owned>);

/// A write returns how many numbers there were.
impl SharedWriter<Numbers, u32, Owned, usize> for Pusher {
    fn handle(&mut self) -> &mut WriteHandle<Numbers, u32, Owned> {
        &mut self.0
    }

    fn answer(numbers: &Numbers, _: &u32) -> (usize, bool) {
        (numbers.0.len(), true)
    }
}

type Shared = SharedHandle<Numbers, u32, Owned, Pusher, usize>;

fn shared() -> Shared {
    let (writer, _) = left_right::new_owned(Numbers::default());
    SharedHandle::new(Pusher(writer), Publishing::EachWrite, AN_HOUR)
}

/// Does this in the destructor of a thread-local.
struct Late(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Late {
    fn drop(&mut self) {
        self.0.take().expect("dropped once")();
    }
}

thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });

/// A thread that ends at once, and does `work` then: before or after its slots go.
fn end_with(
    shared: &Shared,
    enter_first: bool,
    work: impl FnOnce() + Send + 'static,
) -> thread::JoinHandle<()> {
    let shared = shared.clone();
    thread::spawn(move || {
        // Whichever is made first, the crate's table or this one, decides which is destroyed first.
        if enter_first {
            drop(shared.enter());
        }
        LATE.with(|late| *late.borrow_mut() = Some(Late(Some(Box::new(work)))));
        if !enter_first {
            drop(shared.enter());
        }
    })
}

const CALLS: [fn(&Shared); 5] = [
    |shared| {
        let before = shared.write(1).unwrap();
        assert!(shared.enter().0.len() > before);
    },
    |shared| shared.lock(|writer| _ = writer.0.append(1)).unwrap(),
    |shared| shared.publish().unwrap(),
    |shared| shared.publish_timeout(AN_HOUR).unwrap(),
    |shared| _ = shared.stats().unwrap(),
];

/// It waits, and sleeps, with a slot that is nobody's.
#[test]
fn a_thread_asks_at_its_very_end() {
    let _deadline = common::deadline();
    for enter_first in [true, false] {
        let shared = shared();
        let readers = || shared.stats().unwrap().readers;
        let before = readers();
        let (end, ended) = mpsc::channel();
        let threads = shared.lock(|_| {
            let threads = CALLS.map(|call| {
                let (begin, begun) = mpsc::channel();
                let at_its_end = {
                    let (shared, end) = (shared.clone(), end.clone());
                    move || {
                        begin.send(()).unwrap();
                        call(&shared);
                        end.send(()).unwrap();
                    }
                };
                let thread = end_with(&shared, enter_first, at_its_end);
                begun.recv().unwrap();
                thread
            });
            // Nobody can tell when they wait.
            thread::sleep(MOMENT);
            assert!(ended.try_recv().is_err(), "it has the writer, too");
            threads
        });
        for thread in threads.unwrap() {
            thread.join().unwrap();
        }
        assert_eq!(shared.enter().0.len(), 2);
        assert_eq!(readers(), before);
    }
}

/// Those that come and go are asked for nothing any more.
#[test]
fn slots_of_threads_that_end_at_once_go() {
    let _deadline = common::deadline();
    let shared = shared();
    let readers = || shared.stats().unwrap().readers;
    let before = readers();
    thread::scope(|scope| {
        let stays = scope.spawn(|| (0..500).for_each(|_| _ = shared.write(0).unwrap()));
        for round in 0..20 {
            let threads = [0, 1, 2].map(|number| {
                let at_its_end = shared.clone();
                let work = move || _ = at_its_end.write(number).unwrap();
                end_with(&shared, round % 2 == 0, work)
            });
            let writes = || _ = shared.write(3).unwrap();
            scope.spawn(writes).join().unwrap();
            for thread in threads {
                thread.join().unwrap();
            }
        }
        stays.join().unwrap();
    });
    assert_eq!(shared.enter().0.len(), 500 + 20 * 4);
    assert_eq!(readers(), before);
}
