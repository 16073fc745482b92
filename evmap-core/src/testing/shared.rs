//! What a map promises that threads share.

use std::mem;
use std::thread;
use std::time::Duration;

use left_right::Publishing;

use super::map::{Reads as _, Shared as _, View as _};
use super::numbers::Numbers;
use super::panics;

/// A map whose writers do not wait for readers at all.
pub fn hasty<M: Numbers>(publishing: Publishing) -> M::Shared {
    M::shared(publishing, Duration::from_millis(1))
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
        fn maps_that_exchanged_their_writers_can_only_be_read() {
            $crate::testing::shared::maps_that_exchanged_their_writers_can_only_be_read::<$numbers>(
            );
        }
    };
}
