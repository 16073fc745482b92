//! The handles and what they promise, beyond the examples in the documentation.

mod numbers;

use std::collections::{HashMap, HashSet};
use std::thread;

use evmap_core::testing::handles;
use evmap_core::testing::strange::{Borrowed, Pair};
use evmap_multi::{Bag, ReadGuard, ReadHandle, ReadHandleFactory, Snapshot, WriteHandle};

use numbers::Map;

evmap_core::handle_tests!(Map, evmap_multi);

#[test]
fn handles_go_where_they_should() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn everything<T: Clone + std::fmt::Debug>() {}
    struct NoTraits;

    send::<WriteHandle<String, Vec<u8>>>();
    send::<ReadHandle<String, Vec<u8>>>();
    send::<ReadHandleFactory<String, Vec<u8>>>();
    sync::<ReadHandleFactory<String, Vec<u8>>>();
    send::<Snapshot<String, Vec<u8>>>();
    sync::<Snapshot<String, Vec<u8>>>();
    sync::<Bag<String>>();
    everything::<ReadHandle<NoTraits, NoTraits, NoTraits, NoTraits>>();
    everything::<ReadHandleFactory<NoTraits, NoTraits, NoTraits, NoTraits>>();
}

#[test]
fn handles_print_what_they_are() {
    let (_writer, reader) = handles::handles_print_what_they_are::<Map>();
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert_eq!(factory.handle().version(), 1);
    assert_eq!(format!("{:?}", reader.enter()), "{1: {1}}");
    assert_eq!(format!("{:?}", reader.enter().clone()), "{1: {1}}");
}

#[test]
fn a_map_is_extended_by_references_and_made_of_other_maps() {
    let (mut writer, reader) = evmap_multi::new();
    writer.extend(&HashMap::from([(1, 'a')]));
    writer.extend(&HashMap::from([(1, 'b')]));
    writer.publish();
    assert_eq!(*reader.get(&1).unwrap(), ['a', 'b']);

    let plain: hashbrown::HashMap<u32, Vec<char>> = [(1, vec!['a', 'b'])].into_iter().collect();
    assert_eq!(WriteHandle::from(plain.clone()).published(), plain);
}

#[test]
fn a_bag_and_its_metadata_are_of_one_publish() {
    let count = |generation| match generation {
        0 => 0,
        _ => 3 * (generation as usize % 70 + 1),
    };
    let fill = |writer: &mut WriteHandle<u32, u32, u32>, generation| {
        for key in 0..3 {
            writer.update(key, generation);
            writer.extend((0..generation % 70).map(|_| (key, generation)));
        }
    };
    handles::metadata_goes_with_its_values::<Map>(300, fill, count);
}

#[test]
fn a_guarded_bag_stays_while_the_map_changes() {
    let (mut writer, reader) = evmap_multi::new::<&str, String>();
    writer.insert("a", "first".to_string()).publish();
    let bag = reader.get("a").unwrap();
    let one = reader.get_one("a").unwrap();
    writer.purge().publish();
    assert_eq!(*bag, ["first".to_string()]);
    assert_eq!((*one).as_str(), "first");
    assert_eq!(format!("{bag:?}"), "{\"first\"}");
    assert_eq!(ReadGuard::version(&bag), 1);
    assert!(
        !writer.try_publish(),
        "the bag is in the copy that comes next"
    );
    let length = ReadGuard::map(one, String::as_bytes).len();
    assert_eq!(length, 5);
    drop(bag);
    assert!(writer.try_publish());
    assert!(reader.get("a").is_none());
}

#[test]
fn a_writer_that_goes_leaves_the_last_publish() {
    let (mut writer, reader) = evmap_multi::new();
    writer.insert("a", 1).publish();
    let view = reader.enter();
    writer.insert("a", 2).insert("b", 3);
    writer.unpublished();
    writer.insert("b", 4);
    drop(writer);
    assert_eq!(view["a"], [1]);
    drop(view);
    let late = reader.factory().handle();
    drop(reader);
    assert_eq!(late.enter(), HashMap::from([("a", vec![1])]));
    thread::spawn(move || assert_eq!(late.len(), 1))
        .join()
        .unwrap();
}

#[test]
fn the_writer_waits_for_an_old_view_and_no_longer() {
    handles::the_writer_waits_for_an_old_view_and_no_longer::<Map>(|writer| {
        // Any of the methods that look at the writer's own copy waits as well.
        writer.retain(&1, |_| true);
        writer.publish();
    });
}

#[test]
fn look_ups_take_equivalent_types() {
    let (mut writer, reader) = evmap_multi::new();
    for n in 0..100 {
        writer.insert(Pair("a".to_string(), 1), Pair("v".to_string(), n));
    }
    writer.publish();
    let (key, value) = (Borrowed("a", 1), Borrowed("v", 99));
    let view = reader.enter();
    assert_eq!((view[&key].len(), view[&key].count(&value)), (100, 1));
    assert!(view.contains_value(&key, &value) && view.get_one(&key).is_some());
    assert!(!view.contains_value(&key, &Borrowed("v", 100)));
    assert!(!view.contains_value(&Borrowed("b", 1), &value));
    drop(view);
    writer.retain(&key, |pair| pair.1 == 7).publish();
    assert_eq!(reader.get_one(&key).unwrap().1, 7);
}

#[test]
fn iteration_meets_each_key_bag_and_value_once() {
    let (mut writer, reader) = evmap_multi::new();
    writer.extend((0..300).map(|n| (n % 5, n)));
    writer.clear(5).publish();
    let view = reader.enter();
    assert_eq!(
        view.keys().copied().collect::<HashSet<_>>(),
        (0..6).collect()
    );
    assert_eq!(view.iter().map(|(_, bag)| bag.len()).sum::<usize>(), 300);
    let values: HashSet<i32> = view.values().flatten().copied().collect();
    assert_eq!(values, (0..300).collect());
    let mut pairs = 0;
    for (key, bag) in &view {
        pairs += bag.iter().filter(|value| *value % 5 == *key).count();
    }
    assert_eq!(pairs, 300);
    assert_eq!(
        view.get_many([&5, &9]).map(|bag| bag.map(Bag::len)),
        [Some(0), None]
    );
}
