//! Capacities that are zero, absurd, or about nothing.

use evmap_core::testing::panics;
use evmap_multi::{Builder, CapacityError};

#[test]
fn zero_is_no_table_at_all() {
    let (mut writer, reader) = Builder::new().capacity(0).build();
    assert_eq!(reader.enter().capacity(), 0);
    writer
        .reserve_keys(0)
        .fit_all()
        .fit(1)
        .purge()
        .remove_entry(1)
        .remove_value(1, 'a')
        .publish();
    assert_eq!(reader.enter().capacity(), 0);
    writer.reserve(1, 0).publish();
    assert_eq!((reader.len(), reader.get(&1).unwrap().capacity()), (1, 1));
    writer.insert(1, 'a').publish();
    assert_eq!(reader.get_one_cloned(&1), Some('a'));
}

#[test]
fn what_overflows_is_refused_and_logs_nothing() {
    for entries in [usize::MAX, usize::MAX / 2, usize::MAX / 16] {
        let builder = Builder::new().capacity(entries);
        let error = builder.clone().try_build::<u64, u64>().unwrap_err();
        assert_eq!(error, CapacityError::Overflow { entries });
        assert!(panics(|| builder.clone().build::<u64, u64>()));
        assert!(panics(|| builder.build_from([(1_u64, 1_u64)])));

        let (mut writer, reader) = evmap_multi::new::<u64, u64>();
        writer.insert(1, 1);
        assert_eq!(writer.try_reserve(1, entries).unwrap_err(), error);
        assert_eq!(writer.try_reserve_keys(entries).unwrap_err(), error);
        assert!(panics(|| {
            writer.reserve(1, entries);
        }));
        assert!(panics(|| {
            writer.reserve_keys(entries);
        }));
        assert_eq!(writer.pending().len(), 1);
        writer.publish();
        assert_eq!(reader.len(), 1);
    }
}

#[test]
#[cfg(all(target_pointer_width = "64", not(miri)))]
fn memory_that_is_not_there_fails_no_reservation() {
    const TOO_MANY: usize = 1 << 44;
    let (mut writer, reader) = evmap_multi::new::<u64, u64>();
    for size in [0, 1, 5, 50] {
        writer.purge().extend((0..size).map(|n| (1, n)));
        writer
            .reserve(1, TOO_MANY)
            .reserve_keys(TOO_MANY)
            .insert(1, 99)
            .publish();
        assert_eq!(reader.get(&1).unwrap().len() as u64, size + 1);
        assert_eq!(writer.unpublished()[&1].len() as u64, size + 1);
    }
    assert!(!writer.is_poisoned());
}
