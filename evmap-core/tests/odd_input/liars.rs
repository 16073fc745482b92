//! `Hash` and `Eq` that lie: wrong answers, and no more. Every key and every value is still dropped
//! once, and a map of the same type whose keys tell the truth is right.

use std::collections::HashMap;

use evmap_core::testing::ledger::{Ledger, Tracked};
use evmap_core::testing::panics;
use evmap_core::testing::strange::{Liar, Named, Seeded, random};
use evmap_core::{Builder, ReadHandle};

/// Changes a map at random, and a plain one in the same way. If nobody lies the two agree.
fn churn<const HASH: bool, const EQ: bool>() {
    let ledger = Ledger::default();
    let value = |number| ledger.value(number);
    let (mut writer, reader) = evmap_core::new::<Liar<HASH, EQ, Tracked>, Tracked>();
    let mut plain = HashMap::new();
    for round in 0..if cfg!(miri) { 30 } else { 2_000 } {
        let number = random() % 32;
        let key = Liar(value(number));
        match random() % 8 {
            0 => {
                writer.remove(&key);
                plain.remove(&number);
            }
            1 => {
                writer.remove_and_get(&key);
                plain.remove(&number);
            }
            2 => {
                writer.update(&key, |value| value.set(**value + 1));
                plain.entry(number).and_modify(|value| *value += 1);
            }
            3 => {
                writer.insert_and_get(key, value(round));
                plain.insert(number, round);
            }
            4 if round % 64 == 0 => {
                writer.retain(|key, value| (*key.0 + **value) % 2 == 0);
                plain.retain(|key, value| (*key + *value) % 2 == 0);
            }
            4 if round % 64 == 1 => {
                writer.retain_mut(|_, value| {
                    let next = ***value + 1;
                    value.to_mut().set(next);
                    true
                });
                plain.values_mut().for_each(|value| *value += 1);
            }
            4 if round % 64 == 2 => {
                drop(writer.drain());
                plain.clear();
            }
            4 if round % 64 == 3 => {
                writer.remove_entry(&key);
                plain.remove(&number);
            }
            5 if round % 32 == 0 => {
                writer.shrink_to_fit();
            }
            _ => {
                writer.insert(key, value(round));
                plain.insert(number, round);
            }
        }
        if round % 5 == 0 {
            writer.publish();
            let view = reader.enter();
            assert_eq!(view.iter().count(), view.len());
            let found = view.get(&Liar(value(number)));
            if !HASH && !EQ {
                assert_eq!(found.map(|value| **value), plain.get(&number).copied());
                let entries = view.iter().map(|(key, value)| (*key.0, **value));
                assert_eq!(entries.collect::<HashMap<_, _>>(), plain);
            }
        }
    }
    // Nothing but what stands in the two copies is alive.
    writer.publish();
    writer.unpublished();
    let entries = reader.enter().len() + writer.unpublished().len();
    assert_eq!(ledger.alive(), 2 * entries);
    // The writer goes amid a batch, and with a publish that one copy has not seen.
    writer.insert(Liar(value(0)), value(0)).publish();
    writer.insert(Liar(value(1)), value(1));
    drop(writer);
    drop(reader);
    ledger.assert_all_dropped_once();
}

#[test]
fn keys_that_tell_the_truth_make_a_right_map() {
    churn::<false, false>();
}

#[test]
fn a_hash_that_lies_gives_wrong_answers_and_no_more() {
    churn::<true, false>();
    churn::<false, false>();
}

#[test]
fn an_eq_that_lies_gives_wrong_answers_and_no_more() {
    churn::<false, true>();
    churn::<false, false>();
}

#[test]
fn both_may_lie() {
    churn::<true, true>();
    churn::<false, false>();
}

#[test]
fn a_hasher_whose_clone_hashes_differently_gives_wrong_answers_and_no_more() {
    let (mut writer, reader) = evmap_core::with_hasher::<u32, Tracked, _>(Seeded(0));
    let ledger = Ledger::default();
    for round in 0..50 {
        writer.extend((0..20).map(|n| (n, ledger.value(u64::from(n)))));
        writer.publish();
        let view = reader.enter();
        assert_eq!(view.iter().count(), view.len());
        // What is found under a key is a value of that key.
        assert!(
            view.get(&round)
                .is_none_or(|value| **value == u64::from(round))
        );
    }
    drop((writer, reader));
    ledger.assert_all_dropped_once();
}

#[test]
fn a_clone_that_lies_makes_copies_that_alternate() {
    /// Its clones say something else.
    #[derive(Debug, PartialEq)]
    struct Copied(bool);
    impl Clone for Copied {
        fn clone(&self) -> Self {
            Self(true)
        }
    }

    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, Copied(false)).publish();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(reader.enter()[&1].0);
        writer.publish();
    }
    assert_eq!(seen, [true, false, true, false]);
}

#[test]
fn of_keys_that_are_equal_but_differ_the_first_stays() {
    let name = |reader: &ReadHandle<Named, char>| {
        let view = reader.enter();
        let (key, value) = view.get_key_value(&Named(1, "")).unwrap();
        (key.1, *value)
    };

    let (mut writer, reader) = evmap_core::new();
    writer.insert(Named(1, "first"), 'a').publish();
    writer.insert(Named(1, "second"), 'b').publish();
    assert_eq!(name(&reader), ("first", 'b'));
    writer.update(&Named(1, "third"), |value| *value = 'c');
    writer.update_or_insert(Named(1, "fourth"), || ' ', |value| *value = 'd');
    writer.publish();
    assert_eq!(name(&reader), ("first", 'd'));
    // In both copies.
    writer.publish();
    assert_eq!(name(&reader), ("first", 'd'));
    // Once it has gone, the next one is the first.
    writer
        .remove(Named(1, "any"))
        .insert(Named(1, "fifth"), 'e')
        .publish();
    assert_eq!(name(&reader), ("fifth", 'e'));
    let (_, built) = Builder::new().build_from([(Named(1, "x"), 'x'), (Named(1, "y"), 'y')]);
    assert_eq!(name(&built), ("x", 'y'));
}

#[test]
fn a_key_that_is_not_equal_to_itself_is_missed_at_once() {
    /// As a float that is not a number.
    #[derive(Clone)]
    struct Never;
    impl std::hash::Hash for Never {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Never {
        fn eq(&self, _: &Self) -> bool {
            false
        }
    }
    impl Eq for Never {}

    let (mut writer, reader) = evmap_core::new();
    assert!(panics(|| {
        writer.get_or_insert_with(Never, || 1);
    }));
    assert!(!writer.is_poisoned());
    writer.publish();
    assert_eq!(reader.len(), 1);
    assert_eq!(reader.get_cloned(&Never), None);
}
