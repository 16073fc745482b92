//! Several threads on one evmap: whole publishes, handles that come and go, a writer that leaves.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use evmap::handles::ReadHandle;

#[path = "../../../tests/common/mod.rs"]
mod common;

const KEYS: u64 = 16;
const PUBLISHES: u64 = 600;

/// After publish `n` every key holds exactly `n`, and so does the meta value.
fn check_one_view(reader: &ReadHandle<u64, u64, u64>, last: &mut u64) -> bool {
    let Some(view) = reader.enter() else {
        return false;
    };
    let now = *view.meta();
    assert!(now >= *last, "from {last} back to {now}");
    *last = now;
    if now != 0 {
        assert_eq!(view.len() as u64, KEYS);
        for key in 0..KEYS {
            let values = &view[&key];
            assert_eq!(values.len(), 1);
            assert_eq!(values.get_one(), Some(&now), "key {key} at publish {now}");
        }
    }
    true
}

#[test]
fn every_view_is_one_whole_publish() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::Options::default()
        .with_meta(0)
        .construct::<u64, u64>();
    writer.publish();
    thread::scope(|scope| {
        for _ in 0..3 {
            let reader = reader.clone();
            scope.spawn(move || {
                let mut last = 0;
                while last < PUBLISHES && check_one_view(&reader, &mut last) {}
            });
        }
        // A reader whose handle is made anew for each look.
        let source = reader.clone();
        scope.spawn(move || {
            let mut last = 0;
            while last < PUBLISHES && check_one_view(&source.clone(), &mut last) {}
        });
        for publish in 1..=PUBLISHES {
            for key in 0..KEYS {
                writer.update(key, publish);
            }
            writer.set_meta(publish);
            writer.publish();
            if publish % 64 == 0 {
                thread::yield_now();
            }
        }
    });
}

/// Values on the heap, seen as soon as they are published, and freed while others are read.
#[test]
fn readers_follow_a_writer_that_inserts_and_removes() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<u64, Vec<u64>>();
    writer.publish();
    thread::scope(|scope| {
        for _ in 0..2 {
            let reader = reader.clone();
            scope.spawn(move || {
                let mut newest = 0;
                while newest + 1 < PUBLISHES {
                    let Some(view) = reader.enter() else { break };
                    for (&key, values) in &view {
                        newest = newest.max(key);
                        let value = values.get_one().expect("one value per key");
                        assert_eq!(value.len() as u64, key % 50 + 1);
                        assert!(value.iter().all(|&cell| cell == key));
                    }
                }
            });
        }
        for key in 0..PUBLISHES {
            writer.insert(key, vec![key; (key % 50 + 1) as usize]);
            if let Some(old) = key.checked_sub(10) {
                writer.remove_entry(old);
            }
            writer.publish();
        }
    });
}

/// A bag that grows from inline to hashed and back while it is read.
#[test]
fn bags_change_their_form_under_readers() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<u32, Vec<u32>>();
    writer.publish();
    thread::scope(|scope| {
        scope.spawn(move || {
            // The bag has a prefix of the numbers, `n` of them `n` times, as they went in.
            while let Some(view) = reader.enter() {
                let Some(bag) = view.get(&1) else { continue };
                let present: Vec<bool> = (1..32).map(|n| bag.contains(&[n][..])).collect();
                let prefix = present.iter().take_while(|&&there| there).count();
                assert!(present[prefix..].iter().all(|&there| !there));
                assert_eq!(bag.iter().count(), bag.len());
                assert!(bag.len() <= prefix * (prefix + 1) / 2);
            }
        });
        for _ in 0..8 {
            for n in 1..32 {
                for _ in 0..n {
                    writer.insert(1, vec![n]).publish();
                }
            }
            for n in (1..32).rev() {
                for _ in 0..n {
                    writer.remove_value(1, vec![n]).fit(1).publish();
                }
            }
            writer.remove_entry(1);
        }
        drop(writer);
    });
}

/// Making a handle under a guard blocked for ever in left-right 0.11 while a publish waited.
#[test]
fn handles_are_made_in_a_guard_while_a_publish_waits() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 1).publish();
    let guard = reader.get(&1).unwrap();
    thread::scope(|scope| {
        let (waits, publishing) = common::still_runs(scope, Duration::from_millis(50), move || {
            writer.insert(1, 2).publish();
            writer.insert(1, 3).publish();
            writer
        });
        assert!(waits, "the second publish did not wait for the guard");
        for _ in 0..10 {
            let clone = reader.clone();
            assert!((2..=3).contains(&clone.get(&1).unwrap().len()));
            drop(clone);
        }
        // From another thread, too.
        let other = reader.clone();
        scope.spawn(move || drop(other.clone())).join().unwrap();
        assert_eq!(guard.len(), 1);
        drop(guard);
        let writer = publishing.join().unwrap();
        assert_eq!(reader.get(&1).unwrap().len(), 3);
        drop(writer);
    });
}

#[test]
fn the_writer_leaves_while_readers_read() {
    let _deadline = common::deadline();
    for round in 0..50 {
        let (mut writer, reader) = evmap::new::<u64, Vec<u64>>();
        writer.extend((0..KEYS).map(|key| (key, vec![key; 20])));
        writer.publish();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (reader, start) = (reader.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    while let Some(view) = reader.enter() {
                        for (key, values) in &view {
                            assert!(values.get_one().unwrap().iter().all(|cell| cell == key));
                        }
                    }
                    // Gone for good, for new handles as well.
                    assert!(reader.was_dropped());
                    assert!(reader.clone().enter().is_none());
                });
            }
            start.wait();
            for extra in 0..round % 5 {
                writer.update(extra, vec![extra; 30]).publish();
            }
            if round % 2 == 0 {
                writer.update(3, vec![3; 10]); // Left pending.
            }
            drop(writer);
        });
    }
}

/// Threads that clone handles without end do not keep the writer from publishing.
#[test]
fn handles_churn_beside_a_writer() {
    let _deadline = common::deadline();
    let (mut writer, reader) = evmap::new::<u32, u64>();
    writer.publish();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (mut reader, stop) = (reader.clone(), &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let next = reader.clone();
                    let guard = reader.get(&1);
                    let nested = next.get(&1);
                    if let (Some(older), Some(newer)) = (&guard, &nested) {
                        assert!(older.get_one() <= newer.get_one());
                    }
                    drop((guard, nested));
                    reader = next;
                }
            });
        }
        for value in 0..PUBLISHES {
            writer.update(1, value).publish();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(reader.get_one(&1).as_deref(), Some(&(PUBLISHES - 1)));
}
