//! `Hash`, `Eq`, `Clone` and `Drop` that panic: see the section on panics of `WriteHandle`.

use evmap_core::testing::strange::{Call, Trap, set, trap, unset};
use evmap_core::testing::{ignore, panics, poisoned};
use evmap_core::{ReadHandle, WriteHandle};

use crate::Single;

type Map = Single<Trap, Trap>;
type Attempt = fn(&mut WriteHandle<Trap, Trap>);

fn filled() -> (WriteHandle<Trap, Trap>, ReadHandle<Trap, Trap>) {
    let (mut writer, reader) = evmap_core::new();
    for n in 0..4 {
        writer.insert(trap(n), trap(10 * n));
    }
    writer.publish();
    writer.unpublished();
    (writer, reader)
}

fn assert_as_filled(reader: &ReadHandle<Trap, Trap>) {
    for reader in [reader, &reader.clone()] {
        let view = reader.enter();
        assert_eq!(view.len(), 4);
        for n in 0..4 {
            assert_eq!(*view[&trap(n)].0, 10 * n);
        }
    }
}

/// The writer is of no more use, and the readers notice nothing.
fn assert_poisoned(writer: WriteHandle<Trap, Trap>, reader: &ReadHandle<Trap, Trap>) {
    let attempts: [Attempt; 2] = [
        |writer| ignore(writer.insert(trap(9), trap(9))),
        |writer| ignore(writer.update(&trap(1), |_| ())),
    ];
    poisoned::assert_poisoned::<Map>(writer, reader, &attempts, assert_as_filled);
}

#[test]
fn a_panic_while_a_change_is_applied_poisons_the_writer_and_spares_the_readers() {
    for (call, change) in [
        // An overwritten value is dropped, an inserted one is cloned, an equal hash is compared.
        (Call::Drop, 1),
        (Call::Clone, 9),
        (Call::Clone, 1),
        (Call::Eq, 1),
    ] {
        for second_copy in [false, true] {
            let (mut writer, reader) = filled();
            if second_copy {
                if call == Call::Clone {
                    // The second copy takes the operation itself.
                    continue;
                }
                writer.insert(trap(1), trap(10)).publish();
            } else {
                writer.insert(trap(change), trap(100));
            }
            set(call, 0);
            assert!(panics(|| {
                writer.publish();
            }));
            assert!(!unset(), "{call:?} did happen");
            assert_poisoned(writer, &reader);
        }
    }
}

#[test]
fn a_hash_that_panics_when_an_operation_is_made_does_no_harm() {
    let (mut writer, reader) = filled();
    let attempts: [Attempt; 5] = [
        |writer| {
            writer.insert(trap(9), trap(9));
        },
        |writer| {
            writer.remove(trap(1));
        },
        |writer| {
            writer.update(&trap(1), |_| ());
        },
        |writer| drop(writer.remove_and_get(&trap(1))),
        |writer| {
            writer.retain(|_, _| false);
        },
    ];
    for attempt in attempts {
        set(Call::Hash, 0);
        assert!(panics(|| attempt(&mut writer)));
        assert_eq!(writer.pending().len(), 0);
        assert!(!writer.is_poisoned());
    }
    writer.publish();
    assert_as_filled(&reader);
}

#[test]
fn a_hash_that_panics_while_a_table_grows_poisons_the_writer() {
    let (mut writer, reader) = filled();
    for n in 10..100 {
        writer.insert(trap(n), trap(n));
    }
    set(Call::Hash, 0);
    assert!(panics(|| {
        writer.publish();
    }));
    assert_poisoned(writer, &reader);
}

#[test]
fn a_hash_that_panics_while_room_is_reserved_or_given_back_poisons_the_writer() {
    for reserve in [false, true] {
        let (mut writer, reader) = filled();
        if reserve {
            writer.reserve(1_000);
        } else {
            writer.reserve(1_000).publish();
            writer.shrink_to_fit();
        }
        set(Call::Hash, 0);
        assert!(panics(|| {
            writer.publish();
        }));
        assert_poisoned(writer, &reader);
    }
}

#[test]
fn an_extend_that_panics_midway_keeps_what_came_before() {
    let (mut writer, reader) = filled();
    assert!(panics(|| {
        writer.extend((0..4).map(|n| {
            assert!(n < 2, "on purpose");
            (trap(n), trap(n))
        }));
    }));
    assert_eq!(writer.pending().len(), 2);
    assert_as_filled(&reader);
    writer.publish();
    assert_eq!(*reader.get(&trap(1)).unwrap().0, 1);
    assert_eq!(*reader.get(&trap(2)).unwrap().0, 20);
}

#[test]
fn panics_in_a_reader_hurt_neither_it_nor_the_writer() {
    let (mut writer, reader) = filled();
    for call in [Call::Hash, Call::Eq] {
        set(call, 0);
        assert!(panics(|| reader.contains_key(&trap(1))));
        set(call, 0);
        assert!(panics(|| reader.get(&trap(1)).is_some()));
        set(call, 0);
        assert!(panics(|| reader.enter().get_many([&trap(1)]).len()));
    }
    set(Call::Clone, 0);
    assert!(panics(|| reader.get_cloned(&trap(1))));
    set(Call::Clone, 0);
    assert!(panics(|| reader.enter().clone()));
    // No guard was left behind.
    writer.publish();
    assert!(writer.try_publish());
    assert_as_filled(&reader);
}

#[test]
fn a_clone_or_eq_that_panics_in_the_writers_hands_logs_nothing() {
    let (mut writer, reader) = filled();
    let attempts: [Attempt; 6] = [
        |writer| drop(writer.remove_entry(&trap(1))),
        |writer| {
            writer.retain_mut(|key, value| {
                *value.to_mut() = trap(0);
                key == &trap(9)
            });
        },
        |writer| writer.update_or_insert(trap(1), || trap(0), |_| ()),
        |writer| {
            writer.update(&trap(1), |_| ());
        },
        |writer| drop(writer.remove_and_get(&trap(1))),
        |writer| drop(writer.insert_and_get(trap(1), trap(1))),
    ];
    for attempt in attempts {
        for call in [Call::Clone, Call::Eq] {
            set(call, 0);
            assert!(panics(|| attempt(&mut writer)));
            assert!(!unset(), "{call:?} did happen");
            assert_eq!(writer.pending().len(), 0);
            assert!(!writer.is_poisoned());
        }
    }
    let attempts: [(Call, Attempt); 3] = [
        (Call::Clone, |writer| {
            writer.retain(|_, _| false);
        }),
        // The key of a new entry is cloned, that of an old one compared.
        (Call::Clone, |writer| {
            writer.get_or_insert_with(trap(9), || trap(0));
        }),
        (Call::Eq, |writer| {
            writer.get_or_insert_with(trap(1), || trap(0));
        }),
    ];
    for (call, attempt) in attempts {
        set(call, 0);
        assert!(panics(|| attempt(&mut writer)));
        assert!(!unset(), "{call:?} did happen");
        assert_eq!(writer.pending().len(), 0);
        assert!(!writer.is_poisoned());
    }
    writer.publish();
    assert_as_filled(&reader);
}

#[test]
fn a_drop_that_panics_with_the_last_handle_goes_no_further() {
    poisoned::a_drop_that_panics_with_the_last_handle_goes_no_further::<Map>(filled);
}

#[test]
fn a_drop_that_panics_as_the_writer_goes_spares_the_readers() {
    let (mut writer, reader) = filled();
    writer.insert(trap(1), trap(100)).publish();
    writer.insert(trap(1), trap(10)).publish();
    writer.insert(trap(1), trap(200));
    set(Call::Drop, 0);
    drop(writer);
    unset();
    assert_as_filled(&reader);
}

#[test]
fn a_clone_of_metadata_that_panics_poisons_the_writer() {
    let (mut writer, reader) = evmap_core::with_meta::<u32, u32, _>(trap(1));
    writer.set_meta(trap(2));
    set(Call::Clone, 0);
    assert!(panics(|| {
        writer.publish();
    }));
    assert!(writer.is_poisoned());
    assert_eq!(*reader.meta().0, 1);
    let reader = writer.freeze();
    assert_eq!(*reader.meta().0, 1);
}
