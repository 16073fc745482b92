//! When tables and the log allocate. One test, since the counters are those of the whole process.

use std::alloc::System;

use evmap_core::Builder;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ENTRIES: u64 = if cfg!(miri) { 200 } else { 20_000 };

#[test]
fn tables_and_log_allocate_when_they_must_and_give_back() {
    let region = Region::new(ALLOCATOR);
    let allocated = || {
        let stats = region.change();
        stats.allocations + stats.reallocations
    };
    let bytes_allocated = || region.change().bytes_allocated;
    let in_use = || {
        let stats = region.change();
        stats.bytes_allocated as isize - stats.bytes_deallocated as isize
    };

    // What two plain maps of this capacity take.
    let plain = hashbrown::HashMap::<u64, u64>::with_capacity(ENTRIES as usize);
    let two_plain = 2 * plain.allocation_size() as isize;
    drop(plain);

    let (mut writer, reader) = Builder::new()
        .capacity(ENTRIES as usize)
        .build::<u64, u64>();
    let capacity = reader.enter().capacity();
    for round in 0..5 {
        let before = allocated();
        writer.clear();
        // One by one, so that the only other allocations are those of the growing log.
        for key in 0..ENTRIES {
            writer.insert(key, round);
        }
        assert!(allocated() > before, "the log");
        let before = bytes_allocated();
        writer.publish();
        assert_eq!(reader.len() as u64, ENTRIES);
        writer.unpublished();
        assert_eq!(writer.unpublished().len() as u64, ENTRIES);
        // Nothing of a table's size: only what the registry of readers needs.
        assert!(bytes_allocated() - before < 10_000, "round {round}");
        assert_eq!(writer.unpublished().capacity(), capacity);
        assert_eq!(reader.enter().capacity(), capacity);
    }

    // The log of the last burst is gone, and nothing else has grown: twice a plain map, and small
    // change.
    assert!(
        in_use() < two_plain + 50_000,
        "{} bytes in use, two plain maps have {two_plain}",
        in_use()
    );

    // Room is given back by both copies, and made in both.
    writer.clear().shrink_to_fit().publish();
    assert_eq!(reader.enter().capacity(), 0);
    assert_eq!(writer.unpublished().capacity(), 0);
    assert!(in_use() < 50_000, "{} bytes in use", in_use());
    writer.reserve(ENTRIES as usize).publish();
    assert_eq!(reader.enter().capacity(), capacity);
    assert_eq!(writer.unpublished().capacity(), capacity);

    // A read allocates nothing, be it of one value, of a snapshot, or by a refresh.
    writer.extend((0..ENTRIES).map(|key| (key, key)));
    writer.publish();
    let mut view = reader.enter();
    writer.insert(0, 1).publish();
    let before = allocated();
    assert_eq!(view.iter().count() as u64, ENTRIES);
    assert!(view.refresh());
    assert_eq!(view.get_many([&0, &1]), [Some(&1), Some(&1)]);
    drop(view);
    assert_eq!(reader.get_cloned(&2), Some(2));
    assert_eq!(reader.get(&2).as_deref(), Some(&2));
    assert_eq!(allocated(), before);
}
