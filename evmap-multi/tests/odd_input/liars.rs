//! `Hash` and `Eq` that lie: wrong answers, and no more.

use evmap_core::testing::ignore;
use evmap_core::testing::strange::{Liar, Named, Seeded, random};

fn churn<const HASH: bool, const EQ: bool>() {
    let (mut writer, reader) = evmap_multi::new::<Liar<HASH, EQ>, Liar<HASH, EQ>>();
    let liar = |below: u64| Liar(Box::new(random() % below));
    for round in 0..if cfg!(miri) { 100 } else { 3_000 } {
        let (key, value) = (liar(4), liar(100));
        match random() % 32 {
            0 => ignore(writer.remove_entry(key)),
            1..=9 => ignore(writer.remove_value(key, value)),
            10 => ignore(writer.retain(&key, |_| random() % 4 > 0)),
            11 => ignore(writer.fit(key)),
            12 if round % 8 == 0 => ignore(writer.fit_all()),
            13 if round % 8 == 0 => ignore(writer.clear(key)),
            14 => ignore(writer.reserve(key, 40)),
            15 => ignore(writer.empty_random(|bound| random() as usize % bound, 1)),
            16 => ignore(writer.update(key, value)),
            _ => ignore(writer.insert(key, value)),
        }
        if round % 5 == 0 {
            writer.publish();
            let view = reader.enter();
            for (key, bag) in &view {
                assert_eq!(bag.iter().count(), bag.len());
                let _ = (bag.contains(&liar(100)), view.get_one(key));
                assert_eq!(bag.clone().len(), bag.len());
            }
            let _ = view == *writer.published();
        }
    }
}

#[test]
fn a_hash_that_lies_gives_wrong_answers_and_no_more() {
    churn::<true, false>();
}

#[test]
fn an_eq_that_lies_gives_wrong_answers_and_no_more() {
    churn::<false, true>();
}

#[test]
fn both_may_lie() {
    churn::<true, true>();
}

#[test]
fn a_hasher_whose_clone_hashes_differently_gives_wrong_answers_and_no_more() {
    let (mut writer, reader) = evmap_multi::with_hasher::<u32, String, _>(Seeded(0));
    for round in 0..20 {
        writer.extend((0..100).map(|n| (n % 2, n.to_string())));
        writer.remove_value(1, "17").publish();
        let view = reader.enter();
        assert!(view.values().all(|bag| bag.iter().count() == bag.len()));
        let _ = view.contains_value(&(round % 2), "3");
    }
}

#[test]
fn of_values_that_are_equal_but_differ_any_may_stand_for_the_others() {
    for others in [0, 100] {
        let (mut writer, reader) = evmap_multi::new();
        writer
            .insert(1, Named(0, "first"))
            .insert(1, Named(0, "second"));
        writer.extend((1..=others).map(|n| (1, Named(n, ""))));
        writer.publish();
        let count = |reader: &evmap_multi::ReadHandle<u32, Named>| {
            reader.get(&1).unwrap().count(&Named(0, "any"))
        };
        assert_eq!(count(&reader), 2);
        let bag = reader.get(&1).unwrap();
        assert!(
            bag.iter()
                .all(|value| ["first", "second", ""].contains(&value.1))
        );
        drop(bag);
        writer.remove_value(1, Named(0, "second")).publish();
        assert_eq!(count(&reader), 1);
        writer
            .fit_all()
            .remove_value(1, Named(0, "third"))
            .publish();
        assert_eq!(count(&reader), 0);
    }
}
