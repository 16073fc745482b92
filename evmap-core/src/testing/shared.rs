//! What a map promises that threads share.

use std::mem;
use std::thread;
use std::time::Duration;

use left_right::Publishing;

use super::deadline::within_deadline;
use super::map::{Reads as _, Shared as _, View as _};
use super::numbers::Numbers;
use super::panics;

/// A map whose writers do not wait for readers at all.
pub fn hasty<M: Numbers>(publishing: Publishing) -> M::Shared {
    M::shared(publishing, Duration::from_millis(1))
}

/// One whose writers wait for views of other threads for longer than a test may take.
pub fn patient<M: Numbers>(publishing: Publishing) -> M::Shared {
    M::shared(publishing, Duration::from_secs(3600))
}

pub fn an_interval_passes_and_then_the_last_handle_publishes<M: Numbers>() {
    let map = hasty::<M>(Publishing::Interval(Duration::from_millis(1)));
    map.insert(1, 1);
    while !map.contains_key(&1) {
        thread::yield_now();
    }
    let reader = map.reader();
    map.insert(2, 2);
    drop(map);
    assert_eq!(reader.len(), 2);
}

pub fn readers_are_listed_with_what_they_see<M: Numbers>() {
    let map = hasty::<M>(Publishing::EachWrite);
    map.insert(1, 10);
    let versions = || {
        let readers = map.readers();
        let active = readers.iter().filter(|reader| reader.is_active);
        active.map(|reader| reader.version).collect::<Vec<_>>()
    };
    assert_eq!(versions(), []);
    let view = map.enter();
    assert_eq!(versions(), [Some(view.version())]);
    drop(view);
    assert_eq!(versions(), []);
}

pub fn maps_that_exchanged_their_writers_can_only_be_read<M: Numbers>() {
    let maps = [1, 2].map(|key| {
        let map = hasty::<M>(Publishing::EachWrite);
        map.insert(key, key);
        map
    });
    let [first, second] = &maps;
    let result = first.checked_batch(|mine| second.checked_batch(|other| mem::swap(mine, other)));
    assert!(result.is_err());
    for (map, key) in maps.into_iter().zip([1, 2]) {
        assert!(map.is_poisoned() && map.checked_insert(3, 3).is_err());
        assert!(panics(|| map.insert(3, 3)));
        assert_eq!((map.len(), M::values(&map.enter(), key)), (1, vec![key]));
        let reader = map.reader();
        drop(map);
        assert!(reader.contains_key(&key));
    }
}

pub fn a_thread_writes_with_a_view_in_hand<M: Numbers>() {
    within_deadline(|| {
        let every_other = Publishing::EveryN(2.try_into().expect("not zero"));
        for publishing in [Publishing::EachWrite, every_other, Publishing::Manual] {
            let map = patient::<M>(publishing);
            map.insert(0, 0);
            map.publish();
            let view = map.enter();
            for key in 1..20 {
                map.insert(key, key);
                map.publish();
                map.batch(|_| ());
                map.set_meta(key);
                assert_eq!(M::values(&map.enter(), key), [key]);
                assert_eq!((M::all(&view), view.version()), (vec![0], 1));
                assert!(map.stats().deferred <= 1, "{publishing:?}");
            }
            // A leaked one is in hand for good.
            mem::forget(map.enter());
            drop(view);
            for key in 20..40 {
                map.insert(key, key);
                map.publish();
                assert_eq!(M::values(&map.enter(), key), [key]);
                assert!(map.stats().deferred <= 1, "{publishing:?}");
            }
        }
    });
}

pub fn threads_with_views_in_hand_do_not_wait_for_each_other<M: Numbers>() {
    within_deadline(|| {
        const WRITES: u32 = if cfg!(miri) { 5 } else { 300 };
        let map = patient::<M>(Publishing::EachWrite);
        thread::scope(|scope| {
            for thread in 0..2 {
                let map = &map;
                scope.spawn(move || {
                    let mut view = map.enter();
                    let mut before = M::all(&view);
                    for write in 0..WRITES {
                        let key = WRITES * thread + write;
                        map.insert(key, key);
                        assert_eq!(M::all(&view), before);
                        match write % 7 {
                            3 => assert!(view.refresh()),
                            5 => view = map.enter(),
                            _ => continue,
                        }
                        before = M::all(&view);
                        assert_eq!(M::values(&view, key), [key]);
                    }
                });
            }
        });
        assert_eq!(map.len() as u32, 2 * WRITES);
        map.insert(0, 0);
        assert_eq!(map.stats().deferred, 0);
    });
}

pub fn a_thread_with_a_view_writes_within_a_change_of_another_map<M: Numbers>() {
    within_deadline(|| {
        let maps = [(); 2].map(|()| patient::<M>(Publishing::EachWrite));
        let [map, other] = &maps;
        map.insert(0, 0);
        let view = map.enter();
        other.batch(|_| {
            let other_view = other.enter();
            for key in 1..20 {
                map.insert(key, key);
                assert_eq!(map.len() as u32, key + 1);
            }
            assert_eq!(M::all(&other_view), []);
        });
        assert_eq!(M::all(&view), [0]);
        assert!(map.stats().deferred <= 1);
    });
}

/// The tests of a crate's map of numbers that threads share.
#[doc(hidden)]
#[macro_export]
macro_rules! shared_tests {
    ($numbers:ty) => {
        #[test]
        fn readers_are_listed_with_what_they_see() {
            $crate::testing::shared::readers_are_listed_with_what_they_see::<$numbers>();
        }

        #[test]
        fn a_thread_writes_with_a_view_in_hand() {
            $crate::testing::shared::a_thread_writes_with_a_view_in_hand::<$numbers>();
        }

        #[test]
        fn threads_with_views_in_hand_do_not_wait_for_each_other() {
            $crate::testing::shared::threads_with_views_in_hand_do_not_wait_for_each_other::<
                $numbers,
            >();
        }

        #[test]
        fn a_thread_with_a_view_writes_within_a_change_of_another_map() {
            $crate::testing::shared::a_thread_with_a_view_writes_within_a_change_of_another_map::<
                $numbers,
            >();
        }

        #[test]
        fn maps_that_exchanged_their_writers_can_only_be_read() {
            $crate::testing::shared::maps_that_exchanged_their_writers_can_only_be_read::<$numbers>(
            );
        }
    };
}
