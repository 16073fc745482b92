//! That threads which only write get on at about the same pace. Alone in its file: it wants all cores for itself.
#![cfg(not(any(loom, miri)))]

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use left_right::{Publishing, SharedHandle, doctest::Count};

mod common;

const THREADS: usize = 8;

/// How often each thread wrote.
fn writes(shared: &SharedHandle<Count, u32>, time: Duration) -> Vec<u32> {
    let (stop, start) = (AtomicBool::new(false), Barrier::new(THREADS + 1));
    thread::scope(|scope| {
        let write = || {
            start.wait();
            let mut writes = 0;
            while !stop.load(Ordering::Relaxed) {
                shared.write(1).unwrap();
                writes += 1;
            }
            writes
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(write)).collect();
        start.wait();
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    })
}

/// However few cores there are, and whoever carries out most of what is asked for. Where nothing else runs the slowest has
/// more than half of the fastest's writes; a machine that does something else gives one thread several times as much of
/// its cores as another, and who starves gets next to nothing.
#[test]
fn no_writer_starves() {
    let _deadline = common::deadline();
    let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
    let shared = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    let mut rounds = (0..5).map(|_| {
        let mut writes = writes(&shared, Duration::from_secs(1));
        writes.sort_unstable();
        println!("{writes:?}");
        writes
    });
    let is_fair = |writes: Vec<u32>| writes[0] >= writes[THREADS - 1] / 20;
    assert!(rounds.any(is_fair));
}
