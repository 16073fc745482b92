//! Threads that wait for the writer: more than there are cores, for longer than a moment, and some that give up.

use std::{
    sync::{Arc, Mutex},
    thread::Scope,
};

use left_right::{Independent, Owned, PublishError, WriteHandle};

use super::*;

#[derive(Clone, Default)]
struct Numbers(Vec<u32>);

enum Operation {
    Push(u32),
    /// Says that it is being absorbed, and waits.
    Wait(mpsc::Sender<()>, Arc<Mutex<mpsc::Receiver<()>>>),
}

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        match operation {
            Operation::Push(number) => self.0.push(*number),
            Operation::Wait(begun, go_on) => {
                begun.send(()).unwrap();
                go_on.lock().unwrap().recv().unwrap();
            }
        }
    }

    fn absorb_second(&mut self, operation: Operation, _: &Self) {
        if let Operation::Push(number) = operation {
            self.0.push(number);
        }
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

type Shared = SharedHandle<Numbers, Operation>;

fn shared(publishing: Publishing) -> Shared {
    let (writer, _) = left_right::new_owned(Numbers::default());
    writer.into_shared(publishing, AN_HOUR)
}

type Change<'a> = &'a mut WriteHandle<Numbers, Operation, Owned>;

/// All of them finish, whatever each waits for.
#[test]
fn many_more_threads_than_cores_all_get_on() {
    const THREADS: u32 = 64;
    const WRITES: u32 = 200;

    fn call(shared: &Shared, number: u32) {
        let operation = Operation::Push(number);
        match number % 16 {
            0 => shared.lock(|writer| _ = writer.append(operation)).unwrap(),
            1 => {
                shared.write(operation).unwrap();
                shared.publish().unwrap();
            }
            2 => {
                shared.write(operation).unwrap();
                shared.stats().unwrap();
            }
            3 => {
                shared.write(operation).unwrap();
                let moment = Duration::from_micros(u64::from(number % 5) * 20);
                let published = shared.publish_timeout(moment);
                assert!(!matches!(published, Err(PublishError::Poisoned(_))));
            }
            _ => shared.write(operation).unwrap(),
        }
    }

    let _deadline = common::deadline();
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        let shared = shared(publishing);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let shared = &shared;
                scope.spawn(move || {
                    let first = 1_000 * thread;
                    (first..first + WRITES).for_each(|number| call(shared, number + thread));
                });
            }
        });
        shared.publish().unwrap();
        let mut seen = shared.enter().0.clone();
        assert_eq!(seen.len() as u32, THREADS * WRITES, "{publishing:?}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len() as u32, THREADS * WRITES, "{publishing:?}");
    }
}

/// The time that a core has spent on this thread.
#[cfg(target_os = "linux")]
fn time_on_a_core() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills in what it is given.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0);
    let seconds = u64::try_from(time.tv_sec).unwrap();
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap())
}

/// Whatever it waits for: it sleeps.
#[test]
#[cfg(target_os = "linux")]
fn a_thread_that_waits_takes_no_core() {
    use std::time::Instant;

    const CALLS: [fn(&Shared); 5] = [
        |shared| shared.write(Operation::Push(1)).unwrap(),
        |shared| shared.lock(|_: Change<'_>| ()).unwrap(),
        |shared| shared.publish().unwrap(),
        |shared| shared.publish_timeout(AN_HOUR).unwrap(),
        |shared| _ = shared.stats().unwrap(),
    ];

    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    let calls = CALLS.map(|call| -> Call<'_, _> {
        let shared = &shared;
        Box::new(move || {
            let (start, before) = (Instant::now(), time_on_a_core());
            call(shared);
            (start.elapsed(), time_on_a_core() - before)
        })
    });
    let (begin, begun) = mpsc::channel();
    let waits = thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let change = |_: Change<'_>| {
                begin.send(()).unwrap();
                thread::sleep(15 * MOMENT);
            };
            shared.lock(change).unwrap();
        });
        begun.recv().unwrap();
        let threads = calls.map(|call| scope.spawn(call));
        holder.join().unwrap();
        threads.map(|it| it.join().unwrap())
    });
    for (waited, on_a_core) in waits {
        assert!(waited >= 10 * MOMENT, "it did not wait");
        assert!(
            on_a_core < waited / 10,
            "{on_a_core:?} of {waited:?} on a core"
        );
    }
}

/// Without a write of its own it asks for nothing, so whoever has the writer owes it nothing; what it asks for after
/// that is another matter, also if that comes in the middle of the same round.
#[test]
fn who_gives_up_a_publish_and_then_writes_is_heard() {
    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    let wait = Operation::Wait(begin, Arc::new(Mutex::new(wait)));
    thread::scope(|scope| {
        let shared = &shared;
        /// Spawns `work`, whose thread has its slot once this returns.
        fn spawn<'s, R: Send + 's>(
            scope: &'s Scope<'s, '_>,
            shared: &'s Shared,
            work: impl FnOnce() -> R + Send + 's,
        ) -> thread::ScopedJoinHandle<'s, R> {
            let (begin, begun) = mpsc::channel();
            let thread = scope.spawn(move || {
                drop(shared.enter());
                begin.send(()).unwrap();
                work()
            });
            begun.recv().unwrap();
            thread
        }
        let (give_up, gave_up) = mpsc::channel();
        let change = |_: Change<'_>| {
            // Its slot comes first in the round, and asks then.
            let hasty = spawn(scope, shared, move || {
                let published = shared.publish_timeout(4 * MOMENT);
                assert!(matches!(published, Err(PublishError::Stalled(_))));
                give_up.send(()).unwrap();
                shared.write(Operation::Push(1))
            });
            let waiting = spawn(scope, shared, || shared.write(wait));
            thread::sleep(MOMENT);
            (hasty, waiting)
        };
        let release = scope.spawn(move || {
            // The round has passed the first slot.
            begun.recv().unwrap();
            gave_up.recv().unwrap();
            // Long enough to ask again.
            thread::sleep(MOMENT);
            go_on.send(()).unwrap();
        });
        let (hasty, waiting) = shared.lock(change).unwrap();
        release.join().unwrap();
        assert_eq!(waiting.join().unwrap(), Ok(()));
        assert_eq!(hasty.join().unwrap(), Ok(()));
    });
    assert!(!shared.is_poisoned());
    assert_eq!(shared.enter().0, [1]);
}
