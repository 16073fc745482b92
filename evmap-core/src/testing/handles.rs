//! What the handles of both maps promise.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use left_right::Publishing;

use super::deadline::within_deadline;
use super::map::{Reader as _, Reads as _, View as _, Writer as _};
use super::numbers::Numbers;

/// Returns the handles, with an entry published.
pub fn handles_print_what_they_are<M: Numbers>() -> (M::Writer, M::Reader) {
    let (mut writer, reader) = M::new();
    writer.insert(1, 1);
    assert_eq!(
        format!("{writer:?}"),
        "WriteHandle { version: 0, pending: 1, poisoned: false, .. }"
    );
    assert_eq!(format!("{reader:?}"), "ReadHandle { .. }");
    assert!(!reader.is_published());
    writer.publish();
    assert!(reader.is_published());
    assert_eq!(reader.version(), 1);
    (writer, reader)
}

pub fn readers_learn_that_nothing_newer_comes<M: Numbers>() {
    let (mut writer, reader) = M::new();
    writer.insert(1, 1).publish();
    assert!(reader.has_writer());
    let map = writer.share(Publishing::EachWrite, Duration::from_secs(1));
    let clone = map.clone();
    drop(map);
    assert!(reader.has_writer() && reader.clone().has_writer());
    drop(clone);
    assert!(!reader.has_writer() && reader.contains_key(&1));
}

pub fn views_of_one_handle_see_what_is_newest_and_refresh<M: Numbers>() {
    within_deadline(|| {
        let (mut writer, reader) = M::new();
        writer.insert(1, 10).publish();
        let mut view = reader.enter();
        let same = reader.enter();
        writer.insert(1, 20).publish();

        let newer = reader.enter();
        assert_eq!(M::values(&view, 1), [10]);
        assert_eq!(M::values(&newer, 1), M::inserted(&[10, 20]));
        assert_eq!(M::read(&reader, 1), M::inserted(&[10, 20]));
        assert!(!view.refresh(), "another view is in the same state");
        drop(same);
        assert!(view.refresh());
        assert_eq!(M::values(&view, 1), M::inserted(&[10, 20]));
        assert!(!view.refresh());
        assert_eq!(view.version(), 2);
    });
}

pub fn a_writer_that_looks_at_its_own_writes_need_not_wait_for_a_view<M: Numbers>() {
    let (mut writer, reader) = M::new();
    let view = reader.enter();
    writer.insert(1, 10).publish();
    writer.insert(1, 11).insert(2, 20);
    assert!(writer.try_unpublished().is_none());
    let own = writer.unpublished_or_replace(Duration::ZERO).unwrap();
    assert_eq!(M::values(own, 1), M::inserted(&[10, 11]));
    assert_eq!(M::values(own, 2), [20]);
    assert_eq!(M::values(&view, 1), []);
    assert_eq!(writer.stats().deferred, 1);
    drop(view);
    assert_eq!(M::read(&reader, 1), [10]);
    assert!(!reader.contains_key(&2));
}

/// `publish` waits for a view, itself or by what it does before.
pub fn the_writer_waits_for_an_old_view_and_no_longer<M: Numbers>(publish: fn(&mut M::Writer)) {
    let (mut writer, reader) = M::new();
    writer.insert(1, 1).publish();
    let (entered, wait_entered) = mpsc::channel();
    let (leave, wait_leave) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let view = reader.enter();
        entered.send(()).unwrap();
        wait_leave.recv().unwrap();
        M::values(&view, 1)
    });
    wait_entered.recv().unwrap();
    writer.insert(1, 2).publish();
    assert!(writer.try_unpublished().is_none());
    assert!(writer.publish_timeout(Duration::from_millis(20)).is_err());
    writer.insert(1, 3);
    assert!(!writer.try_publish());
    let publisher = thread::spawn(move || {
        within_deadline(move || {
            publish(&mut writer);
            writer
        })
    });
    leave.send(()).unwrap();
    assert_eq!(holder.join().unwrap(), [1]);
    let writer = publisher.join().unwrap();
    assert_eq!(M::values(&writer.published(), 1), M::inserted(&[1, 2, 3]));
}

/// Readers see metadata and values of one publish. Each generation fills the map with so many values of its
/// own, and lets no others stay; before the first there are none.
pub fn metadata_goes_with_its_values<M: Numbers>(
    generations: u32,
    fill: fn(&mut M::Writer, u32),
    count: fn(u32) -> usize,
) {
    let (mut writer, reader) = M::new();
    let stop = Arc::new(AtomicBool::new(false));
    let readers = [false, true].map(|refreshes| {
        let (reader, stop) = (reader.clone(), Arc::clone(&stop));
        thread::spawn(move || {
            let mut view = reader.enter();
            while !stop.load(Ordering::Relaxed) {
                let generation = *M::meta(&view);
                assert_eq!(view.version(), u64::from(generation));
                let values = M::all(&view);
                assert_eq!(values.len(), count(generation));
                assert!(values.iter().all(|value| *value == generation));
                if refreshes {
                    view.refresh();
                } else {
                    drop(view);
                    view = reader.enter();
                }
            }
        })
    });
    within_deadline(move || {
        for generation in 1..=generations {
            fill(&mut writer, generation);
            writer.set_meta(generation).publish();
        }
    });
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(reader.meta(), generations);
}

/// The tests of the handles of a crate's map of numbers.
#[doc(hidden)]
#[macro_export]
macro_rules! handle_tests {
    ($numbers:ty, $map:ident) => {
        #[test]
        fn a_builder_shows_what_it_was_told_and_not_the_hasher() {
            let builder = $map::Builder::new().capacity(7).meta("first");
            let shown = format!("{builder:?}");
            assert!(
                shown.contains("capacity: 7") && shown.contains("first"),
                "{shown}"
            );
            assert!(!shown.contains("asher"), "{shown}");
        }

        #[test]
        fn readers_learn_that_nothing_newer_comes() {
            $crate::testing::handles::readers_learn_that_nothing_newer_comes::<$numbers>();
        }

        #[test]
        fn views_of_one_handle_see_what_is_newest_and_refresh() {
            $crate::testing::handles::views_of_one_handle_see_what_is_newest_and_refresh::<$numbers>();
        }

        #[test]
        fn a_writer_that_looks_at_its_own_writes_need_not_wait_for_a_view() {
            $crate::testing::handles::a_writer_that_looks_at_its_own_writes_need_not_wait_for_a_view::<$numbers>();
        }
    };
}
