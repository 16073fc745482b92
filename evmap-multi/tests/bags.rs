//! Bags at the sizes where they change their form, from both sides, and what they promise at any
//! size.

use std::hash::{BuildHasherDefault, Hasher};
use std::iter::FusedIterator;

use evmap_multi::{Bag, BagIter, Builder, WriteHandle};

/// The largest bag that is not hashed.
const FEW: u32 = 32;

/// Sizes around each change of form, and a large one.
const SIZES: [u32; 9] = [0, 1, 2, 3, FEW - 1, FEW, FEW + 1, FEW + 2, 500];

type Writer = WriteHandle<&'static str, u32>;

/// The values from 0 up to `size` under one key, in every form that such a bag can have.
fn bags(size: u32) -> Vec<Writer> {
    fn fill(writer: &mut Writer, values: std::ops::Range<u32>) {
        writer.extend(values.map(|n| ("a", n)));
    }
    let ways: [fn(&mut Writer, u32); 6] = [
        |writer, size| fill(writer, 0..size),
        // Grown by one, or far, beyond its size, and shrunk again.
        |writer, size| {
            fill(writer, 0..size + 1);
            writer.remove_value("a", size);
        },
        |writer, size| {
            fill(writer, 0..size + 100);
            for n in size..size + 100 {
                writer.remove_value("a", n);
            }
        },
        // With room made before and after.
        |writer, size| {
            writer.reserve("a", 100);
            fill(writer, 0..size);
        },
        |writer, size| {
            fill(writer, 0..size);
            writer.reserve("a", 7).reserve("a", 100);
        },
        // Filled twice.
        |writer, size| {
            fill(writer, 0..size);
            writer.clear("a");
            fill(writer, 0..size);
        },
    ];
    let mut bags = Vec::new();
    for way in ways {
        for fitted in [false, true] {
            let (mut writer, _) = evmap_multi::new();
            writer.clear("a");
            way(&mut writer, size);
            if fitted {
                writer.fit("a");
            }
            writer.publish();
            bags.push(writer);
        }
    }
    bags
}

/// The same change in every form and in both copies; `change` says what is there afterwards.
fn in_every_form(change: impl Fn(&mut Writer, u32) -> Vec<u32>) {
    for size in SIZES {
        for mut writer in bags(size) {
            let expected = change(&mut writer, size);
            for _copy in 0..2 {
                writer.publish();
                let view = writer.published();
                let bag = &view["a"];
                assert_eq!(*bag, expected, "of {size}");
                assert_eq!(bag.len(), expected.len());
                assert_eq!(bag.iter().count(), expected.len());
                assert_eq!(bag.is_empty(), expected.is_empty());
                assert!(bag.capacity() >= 1);
                assert!(expected.iter().all(|value| bag.contains(value)));
                assert!(!bag.contains(&9_999));
            }
        }
    }
}

#[test]
fn every_form_holds_what_was_inserted() {
    in_every_form(|_, size| (0..size).collect());
}

#[test]
fn inserting_one_more() {
    in_every_form(|writer, size| {
        writer.insert("a", size);
        (0..=size).collect()
    });
}

#[test]
fn inserting_a_duplicate_of_each() {
    in_every_form(|writer, size| {
        writer.extend((0..size).map(|n| ("a", n)));
        (0..size).chain(0..size).collect()
    });
}

#[test]
fn duplicates_go_one_by_one() {
    in_every_form(|writer, size| {
        for n in 0..size {
            writer.insert("a", n).insert("a", n);
        }
        for n in 0..size {
            writer.remove_value("a", n);
        }
        (0..size).chain(0..size).collect()
    });
}

#[test]
fn removing_the_first_the_last_and_one_that_is_not_there() {
    in_every_form(|writer, size| {
        writer.remove_value("a", 0).remove_value("a", 10_000);
        writer.remove_value("a", size.saturating_sub(1));
        (1..size.saturating_sub(1)).collect()
    });
}

#[test]
fn removing_all_one_by_one_leaves_the_key() {
    in_every_form(|writer, size| {
        for n in (0..size).rev() {
            writer.remove_value("a", n);
        }
        Vec::new()
    });
}

#[test]
fn clearing_fitting_updating_and_refilling() {
    in_every_form(|writer, _| {
        writer.clear("a");
        Vec::new()
    });
    in_every_form(|writer, size| {
        writer.fit("a");
        (0..size).collect()
    });
    in_every_form(|writer, size| {
        writer.fit_all().insert("a", size).fit_all();
        (0..=size).collect()
    });
    in_every_form(|writer, _| {
        writer.update("a", 7);
        vec![7]
    });
    in_every_form(|writer, size| {
        writer.clear("a").extend((5..5 + size).map(|n| ("a", n)));
        (5..5 + size).collect()
    });
}

#[test]
fn fitting_gives_room_back_and_reserving_makes_it() {
    for size in SIZES {
        let (mut writer, reader) = evmap_multi::new::<u32, u32>();
        writer.extend((0..size).map(|n| (1, n)));
        writer.reserve(1, 1_000).publish();
        let roomy = reader.get(&1).unwrap().capacity();
        assert!(roomy >= 1_000 + size as usize, "{roomy}");
        writer.fit(1).publish();
        let fitted = reader.get(&1).unwrap().capacity();
        assert!(fitted <= 2 * (size as usize).max(1), "{fitted} for {size}");
        if size <= FEW {
            assert_eq!(fitted, (size as usize).max(1));
        }
    }
}

#[test]
fn a_bag_of_many_shrinks_to_a_list_with_its_duplicates() {
    let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    writer.extend((0..100).map(|n| (1, n % 3)));
    for _ in 0..30 {
        writer
            .remove_value(1, 0)
            .remove_value(1, 1)
            .remove_value(1, 2);
    }
    writer.publish();
    let before: Vec<u32> = reader.get(&1).unwrap().iter().copied().collect();
    writer.fit(1).publish();
    let bag = reader.get(&1).unwrap();
    assert_eq!((bag.len(), bag.capacity()), (10, 10));
    assert_eq!(*bag, before);
    assert_eq!((bag.count(&0), bag.count(&1), bag.count(&2)), (4, 3, 3));
}

#[test]
fn both_copies_iterate_in_the_same_order() {
    let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    let mut rng = fastrand::Rng::with_seed(5);
    let order = |bag: &Bag<u32>| bag.iter().copied().collect::<Vec<_>>();
    for round in 0..if cfg!(miri) { 20 } else { 300 } {
        let value = rng.u32(..64);
        match rng.u32(..12) {
            0 => writer.fit(1),
            1 => writer.reserve(1, rng.usize(..64)),
            2 if round % 7 == 0 => writer.clear(1),
            3..=6 => writer.remove_value(1, value),
            _ => writer.insert(1, value),
        };
        writer.insert(2, value).publish();
        let view = reader.enter();
        let in_one = (view.get(&1).map(order), order(&view[&2]));
        drop(view);
        let own = writer.unpublished();
        assert_eq!((own.get(&1).map(order), order(&own[&2])), in_one);
    }
}

#[test]
fn bags_are_equal_as_multisets() {
    let bag = |values: &[u32]| values.iter().copied().collect::<Bag<u32>>();
    for size in SIZES {
        let values: Vec<u32> = (0..size).map(|n| n % 40).collect();
        let mut reversed = values.clone();
        reversed.reverse();
        assert_eq!(bag(&values), bag(&reversed));
        assert_eq!(bag(&values), reversed);
        let mut other = values.clone();
        other.push(1_000);
        assert_ne!(bag(&values), bag(&other));
        if size > 1 {
            // As many values, and the same ones, but not equally often.
            let mut twice = values.clone();
            twice[0] = values[1];
            assert_ne!(bag(&values), bag(&twice));
            assert_ne!(bag(&twice), bag(&values));
        }
    }
    // Whatever their form and their hashers.
    let mut large: Vec<u32> = (0..100).collect();
    let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    writer.extend(large.iter().map(|n| (1, *n)));
    for n in 3..100 {
        writer.remove_value(1, n);
    }
    writer.publish();
    large.truncate(3);
    assert_eq!(*reader.get(&1).unwrap(), bag(&large));
    assert_eq!(bag(&large), *reader.get(&1).unwrap());
    type Std = std::collections::hash_map::RandomState;
    assert_eq!(
        large.iter().copied().collect::<Bag<u32, Std>>(),
        bag(&large)
    );
    assert_eq!(bag(&large), [2, 1, 0]);
    assert_eq!(bag(&large), [2, 1, 0][..]);
    assert_eq!(bag(&large), &[2, 1, 0][..]);
    assert!([2, 1, 0] == bag(&large) && vec![2, 1, 0] == bag(&large));
    let less: &[u32] = &[0, 1];
    assert!([2, 1, 0][..] == bag(&large) && less != bag(&large));
    assert_ne!(bag(&large), [2, 1]);
}

#[test]
fn counts_are_those_of_the_distinct_values() {
    for size in SIZES {
        let bag: Bag<u32> = (0..size).chain(0..size / 2).collect();
        let mut counts: Vec<_> = bag.counts().map(|(value, times)| (*value, times)).collect();
        assert_eq!(bag.counts().clone().count(), counts.len());
        counts.sort_unstable();
        let times = |n| if n < size / 2 { 2 } else { 1 };
        assert!(counts.into_iter().eq((0..size).map(|n| (n, times(n)))));
    }
}

#[test]
fn iterators_have_the_traits_of_collections() {
    fn all<I: ExactSizeIterator + FusedIterator + Clone + std::fmt::Debug + Default>() {}
    all::<BagIter<'_, u32>>();
    assert_eq!(BagIter::<u32>::default().next(), None);

    for size in SIZES {
        let distinct: Bag<u32> = (0..size).collect();
        assert_eq!(distinct.iter().clone().len(), size as usize);
        let bag: Bag<u32> = (0..size).chain(0..size).collect();
        let mut iter = bag.iter();
        for left in (1..=2 * size as usize).rev() {
            assert_eq!(iter.len(), left);
            assert_eq!(iter.clone().count(), left);
            assert_eq!(iter.size_hint(), (left, Some(left)));
            assert!(iter.next().is_some());
        }
        assert_eq!((iter.len(), iter.next(), iter.next()), (0, None, None));
        // A fold that starts amid the repetitions of a value.
        let mut iter = bag.iter();
        let first = iter.next().copied().unwrap_or(0);
        assert_eq!(first + iter.sum::<u32>(), (0..size).sum::<u32>() * 2);
    }
    let bag: Bag<u32> = [1, 1].into_iter().collect();
    assert_eq!(format!("{bag:?}"), "{1, 1}");
    assert_eq!(format!("{:?}", bag.iter()), "[1, 1]");
    assert_eq!((&bag).into_iter().len(), 2);
}

#[test]
fn a_constant_hash_makes_slow_bags_and_right_ones() {
    #[derive(Clone, Default)]
    struct Constant;
    impl Hasher for Constant {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, _: &[u8]) {}
    }
    let (mut writer, reader) =
        evmap_multi::with_hasher::<u32, u32, _>(BuildHasherDefault::<Constant>::default());
    writer.extend((0..200).map(|n| (n % 2, n)));
    for n in 0..100 {
        writer.remove_value(n % 2, n);
    }
    writer.publish();
    let odd: Vec<u32> = (100..200).filter(|n| n % 2 == 1).collect();
    assert_eq!(*reader.get(&1).unwrap(), odd);
    assert_eq!(writer.unpublished()[&1], odd);
}

#[test]
fn values_without_size_are_counted() {
    let (mut writer, reader) = evmap_multi::new::<(), ()>();
    writer.extend((0..100).map(|_| ((), ())));
    writer.publish();
    assert_eq!(reader.get(&()).unwrap().len(), 100);
    for _ in 0..99 {
        writer.remove_value((), ());
    }
    writer.fit_all().publish();
    assert_eq!(reader.get(&()).unwrap().count(&()), 1);
}

#[test]
fn a_hundred_thousand_values_are_removed_in_any_order() {
    let size = if cfg!(miri) { 200 } else { 100_000 };
    let (mut writer, reader) = Builder::new().build_from((0..size).map(|n| (1, n)));
    let mut order: Vec<u32> = (0..size).collect();
    fastrand::Rng::with_seed(3).shuffle(&mut order);
    let (gone, kept) = order.split_at(order.len() / 2);
    for n in gone {
        writer.remove_value(1, n);
    }
    writer.publish();
    let bag = reader.get(&1).unwrap();
    assert_eq!(bag.len(), kept.len());
    assert!(kept.iter().all(|n| bag.contains(n)));
    assert!(!gone.iter().any(|n| bag.contains(n)));
}
