//! `Hash`, `Eq`, `Clone` and `Drop` that panic: see the section on panics of `WriteHandle`.

use evmap_core::testing::strange::{Call, Trap, set, trap, unset};
use evmap_core::testing::{ignore, panics, poisoned};
use evmap_multi::{Bag, ReadHandle, WriteHandle};

use crate::Multi;

type Map = Multi<u32, Trap>;
type Writer = WriteHandle<u32, Trap>;
type Reader = ReadHandle<u32, Trap>;
type Attempt<K = u32, V = Trap> = fn(&mut WriteHandle<K, V>);

/// A key for each form of a bag, with that many values.
const KEYS: [u32; 5] = [0, 1, 5, 32, 100];

fn filled() -> (Writer, Reader) {
    let (mut writer, reader) = evmap_multi::new();
    for size in KEYS {
        writer
            .clear(size)
            .extend((0..size).map(|n| (size, trap(n))));
    }
    writer.publish();
    writer.unpublished();
    (writer, reader)
}

fn assert_as_filled(reader: &Reader) {
    for reader in [reader, &reader.clone()] {
        let view = reader.enter();
        assert_eq!(view.len(), KEYS.len());
        for size in KEYS {
            let bag = &view[&size];
            assert_eq!(bag.len(), size as usize);
            assert_eq!(
                bag.iter().map(|value| *value.0).sum::<u32>(),
                (0..size).sum()
            );
            assert!((0..size).all(|n| bag.contains(&trap(n))));
        }
    }
}

/// The writer is of no more use, and the readers notice nothing.
fn assert_poisoned(writer: Writer, reader: &Reader) {
    let attempts: [Attempt; 3] = [
        |writer| ignore(writer.insert(9, trap(9))),
        |writer| ignore(writer.retain(&1, |_| false)),
        |writer| ignore(writer.empty_random(|_| 0, 1)),
    ];
    poisoned::assert_poisoned::<Map>(writer, reader, &attempts, assert_as_filled);
}

/// Every change of every form of a bag, with a trap in every call of the user's code that it makes:
/// whatever happens, it is the writer alone that feels it.
#[test]
fn a_panic_while_a_change_is_applied_poisons_the_writer_and_spares_the_readers() {
    let changes: [fn(&mut Writer, u32); 9] = [
        |writer, key| ignore(writer.insert(key, trap(1_000))),
        |writer, key| ignore(writer.insert(key, trap(0))),
        |writer, key| ignore(writer.update(key, trap(7))),
        |writer, key| ignore(writer.remove_value(key, trap(key.saturating_sub(1)))),
        |writer, key| ignore(writer.clear(key)),
        |writer, key| ignore(writer.remove_entry(key)),
        |writer, key| ignore(writer.reserve(key, 1_000)),
        |writer, key| ignore(writer.clear(key).insert(key, trap(3)).fit(key)),
        |writer, _| ignore(writer.purge()),
    ];
    let mut poisoned = 0;
    for change in changes {
        for key in KEYS {
            for call in [Call::Hash, Call::Eq, Call::Clone, Call::Drop] {
                for second_copy in [false, true] {
                    for skip in [0, 1, 20] {
                        let (mut writer, reader) = filled();
                        change(&mut writer, key);
                        if second_copy {
                            writer.publish();
                        }
                        let before = second_copy.then(|| reader.enter().clone());
                        set(call, skip);
                        let panicked = panics(|| ignore(writer.publish()));
                        unset();
                        assert_eq!(panicked, writer.is_poisoned());
                        match before {
                            Some(before) => {
                                assert_eq!(before, reader.enter());
                                drop(writer);
                                assert_eq!(before, reader.enter());
                            }
                            None if panicked => assert_poisoned(writer, &reader),
                            None => {}
                        }
                        poisoned += u32::from(panicked);
                    }
                }
            }
        }
    }
    assert!(poisoned > 100, "the traps were sprung, {poisoned} times");
}

#[test]
fn a_panic_before_anything_is_logged_does_no_harm() {
    let (mut writer, reader) = filled();
    let attempts: [(Call, Attempt); 6] = [
        (Call::Clone, |writer| {
            let value = trap(1);
            ignore(writer.remove_value(5, &value));
        }),
        (Call::Clone, |writer| {
            ignore(writer.retain(&100, |value| *value.0 > 3));
        }),
        (Call::Clone, |writer| ignore(writer.empty_random(|_| 0, 5))),
        (Call::Hash, |writer| {
            writer.retain(&100, |value| panic!("{value:?}, on purpose"));
        }),
        (Call::Hash, |writer| {
            writer.empty_random(|bound| bound, 1);
        }),
        (Call::Hash, |writer| {
            writer.empty_random(|_| panic!("on purpose"), 1);
        }),
    ];
    for (call, attempt) in attempts {
        set(call, 0);
        assert!(panics(|| attempt(&mut writer)));
        unset();
        assert_eq!(writer.pending().len(), 0);
        assert!(!writer.is_poisoned());
    }
    writer.publish();
    assert_as_filled(&reader);
    writer.publish();
    assert_as_filled(&reader);
}

#[test]
fn a_hash_of_a_key_that_panics_when_an_operation_is_made_does_no_harm() {
    let (mut writer, reader) = evmap_multi::new::<Trap, u32>();
    writer.insert(trap(1), 1).publish();
    let attempts: [Attempt<Trap, u32>; 8] = [
        |writer| ignore(writer.retain_entries(|_, _| false)),
        |writer| ignore(writer.insert(trap(1), 2)),
        |writer| ignore(writer.update(trap(1), 2)),
        |writer| ignore(writer.remove_value(trap(1), 1)),
        |writer| ignore(writer.remove_entry(trap(1))),
        |writer| ignore(writer.clear(trap(1))),
        |writer| ignore(writer.retain(&trap(1), |_| false)),
        |writer| writer.extend([(trap(1), 2)]),
    ];
    for attempt in attempts {
        set(Call::Hash, 0);
        assert!(panics(|| attempt(&mut writer)));
        assert!(!unset());
        assert_eq!(writer.pending().len(), 0);
    }
    writer.publish();
    assert_eq!(*reader.get(&trap(1)).unwrap(), [1]);
}

#[test]
fn an_extend_that_panics_midway_keeps_what_came_before() {
    let (mut writer, reader) = filled();
    assert!(panics(|| {
        writer.extend((0..4).map(|n| {
            assert!(n < 2, "on purpose");
            (7, trap(n))
        }));
    }));
    assert_eq!(writer.pending().len(), 2);
    assert_as_filled(&reader);
    writer.publish();
    assert_eq!(reader.get(&7).unwrap().len(), 2);
}

#[test]
fn panics_in_a_reader_hurt_neither_it_nor_the_writer() {
    let (mut writer, reader) = filled();
    for key in [5, 100] {
        for call in [Call::Hash, Call::Eq] {
            set(call, 0);
            // Small bags do not hash.
            let panicked = panics(|| reader.contains_value(&key, &trap(1)));
            assert_eq!(panicked, call == Call::Eq || key == 100);
            unset();
        }
        set(Call::Eq, 0);
        assert!(panics(
            || *reader.get(&key).unwrap() == *reader.get(&key).unwrap()
        ));
    }
    set(Call::Clone, 0);
    assert!(panics(|| reader.get_one_cloned(&5)));
    set(Call::Clone, 70);
    assert!(panics(|| reader.enter().clone()));
    // No guard was left behind.
    writer.publish();
    assert!(writer.try_publish());
    assert_as_filled(&reader);
}

#[test]
fn a_bag_of_ones_own_survives_a_panic_as_well() {
    for call in [Call::Hash, Call::Eq] {
        for skip in [0, 10, 40] {
            set(call, skip);
            let values = (0..200).map(|n| trap(n % 50));
            let _ = panics(|| values.collect::<Bag<Trap>>());
            unset();
        }
    }
}

#[test]
fn a_drop_that_panics_with_the_last_handle_goes_no_further() {
    poisoned::a_drop_that_panics_with_the_last_handle_goes_no_further::<Map>(filled);
}
