//! The handles and what they promise, beyond the examples in the documentation.

mod numbers;

use std::iter::FusedIterator;

use evmap_core::testing::deadline::within_deadline;
use evmap_core::testing::handles;
use evmap_core::testing::strange::{Borrowed, Pair};
use evmap_core::{
    Iter, Keys, ReadGuard, ReadHandle, ReadHandleFactory, Snapshot, Values, WriteHandle,
};

use numbers::Map;

evmap_core::handle_tests!(Map, evmap_core);

#[test]
fn handles_go_where_they_should() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn everything<T: Clone + std::fmt::Debug>() {}
    fn debug<T: std::fmt::Debug>() {}
    struct NoTraits;

    send::<WriteHandle<String, Vec<u8>>>();
    send::<ReadHandle<String, Vec<u8>>>();
    send::<ReadHandleFactory<String, Vec<u8>>>();
    sync::<ReadHandleFactory<String, Vec<u8>>>();
    send::<Snapshot<String, Vec<u8>>>();
    sync::<Snapshot<String, Vec<u8>>>();
    // A value with interior mutability that is `Send` alone makes a map, only the readers stay on
    // their thread.
    let (mut writer, reader) = evmap_core::new::<u32, std::cell::Cell<u32>>();
    writer.insert(1, std::cell::Cell::new(1)).publish();
    reader.get(&1).unwrap().set(2);
    // Handles are `Clone` and `Debug` whatever the keys and values are.
    everything::<ReadHandle<NoTraits, NoTraits, NoTraits, NoTraits>>();
    everything::<ReadHandleFactory<NoTraits, NoTraits, NoTraits, NoTraits>>();
    debug::<WriteHandle<u32, std::cell::Cell<u32>>>();
}

#[test]
fn handles_print_what_they_are() {
    let (writer, reader) = handles::handles_print_what_they_are::<Map>();
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert_eq!(writer.readers().len(), writer.stats().readers);
    assert!(reader.enter().allocation_size() > 0);
    assert_eq!(format!("{:?}", factory.handle().enter()), "{1: 1}");
    assert_eq!(format!("{:?}", reader.enter().table()), "{1: 1}");
}

#[test]
fn iterators_have_the_traits_of_hash_map_iterators() {
    fn all<I: ExactSizeIterator + FusedIterator + Clone + std::fmt::Debug + Default>() {}
    all::<Iter<'_, u32, u32>>();
    all::<Keys<'_, u32, u32>>();
    all::<Values<'_, u32, u32>>();
    assert_eq!(Iter::<u32, u32>::default().next(), None);
    assert_eq!(Keys::<u32, u32>::default().next(), None);
    assert_eq!(Values::<u32, u32>::default().next(), None);

    let writer = WriteHandle::from([(1, 'a')]);
    let view = writer.published();
    assert_eq!(format!("{:?}", view.iter()), "[(1, 'a')]");
    assert_eq!(format!("{:?}", view.keys()), "[1]");
    assert_eq!(format!("{:?}", view.values()), "['a']");
    assert_eq!(format!("{view:?}"), "{1: 'a'}");
    assert_eq!((&view).into_iter().len(), 1);
    for (key, value) in &*view {
        assert_eq!((*key, *value), (1, 'a'));
    }
    let mut iter = view.iter();
    iter.next();
    assert_eq!((iter.len(), iter.next(), iter.next()), (0, None, None));
    let owned = view.clone().into_iter();
    assert_eq!(format!("{owned:?}"), "IntoIter { .. }");
}

#[test]
fn a_reader_tells_nothing_published_yet_from_empty() {
    let (mut writer, reader) = evmap_core::new::<u32, u32>();
    assert!(reader.is_empty() && !reader.is_published() && !reader.enter().is_published());
    writer.publish();
    assert!(reader.is_empty() && reader.is_published() && reader.enter().is_published());
}

#[test]
fn metadata_goes_with_its_entries() {
    let count = |generation| if generation == 0 { 0 } else { 20 };
    let fill = |writer: &mut WriteHandle<u32, u32, u32>, generation| {
        writer.extend((0..20).map(|key| (key, generation)));
    };
    handles::metadata_goes_with_its_values::<Map>(1_000, fill, count);
}

#[test]
fn a_guarded_value_stays_while_the_map_changes() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new::<&str, String>();
        writer.insert("a", "first".to_string()).publish();
        let value = reader.get("a").unwrap();
        writer.clear().publish();
        assert_eq!(*value, "first");
        assert_eq!(value.to_string(), "first");
        assert_eq!(format!("{value:?}"), "\"first\"");
        assert_eq!(ReadGuard::version(&value), 1);
        assert!(
            !writer.try_publish(),
            "the value is in the copy that comes next"
        );
        drop(value);
        assert!(writer.try_publish());
        assert!(reader.get("a").is_none());
    });
}

#[test]
fn the_writer_waits_for_an_old_view_and_no_longer() {
    handles::the_writer_waits_for_an_old_view_and_no_longer::<Map>(|writer| {
        writer.publish();
    });
}

#[test]
fn look_ups_take_equivalent_types() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert(Pair("a".to_string(), 1), 'x').publish();
    let key = Borrowed("a", 1);
    let view = reader.enter();
    assert_eq!(view.get(&key), Some(&'x'));
    assert_eq!(view[&key], 'x');
    assert_eq!(view.get_many([&key, &Borrowed("b", 1)]), [Some(&'x'), None]);
    assert!(view.contains_key(&key) && view.get_key_value(&key).is_some());
    drop(view);
    assert_eq!(reader.get_cloned(&key), Some('x'));
    assert_eq!(writer.update(&key, |value| *value = 'y'), Some(()));
    assert_eq!(writer.remove_and_get(&key), Some('y'));
}

#[test]
fn get_many_answers_in_order() {
    let writer: WriteHandle<u32, u32> = (0..100).map(|n| (n, n * 2)).collect();
    let view = writer.published();
    let keys: [u32; 64] = std::array::from_fn(|n| (n as u32 * 7) % 120);
    let values = view.get_many(keys.each_ref());
    for (key, value) in keys.iter().zip(values) {
        assert_eq!(value.copied(), (*key < 100).then_some(key * 2));
    }
    assert_eq!(view.get_many::<u32, 0>([]), []);
    drop(view);
    assert_eq!(
        writer.reader().get_many_cloned([&1, &1, &200]),
        [Some(2), Some(2), None]
    );
    let (_, empty) = evmap_core::new::<u32, u32>();
    assert_eq!(empty.enter().get_many([&1]), [None]);
    assert_eq!(empty.enter().get_key_value(&1), None);
    assert_eq!(writer.published().get_key_value(&1), Some((&1, &2)));
    assert_eq!(writer.published().get_key_value(&200), None);
}

#[test]
#[should_panic(expected = "no entry found for key")]
fn an_index_without_entry_panics() {
    let (_writer, reader) = evmap_core::new::<u32, u32>();
    let _ = reader.enter()[&1];
}

#[test]
fn all_reads_of_a_handle_see_what_is_newest() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::with_meta::<u32, u32, _>('a');
        let view = reader.enter();
        assert!(view.is_newest());
        writer.insert(1, 1).set_meta('b').publish();
        assert!(!view.is_newest());
        assert!(!reader.is_empty() && reader.is_published());
        assert_eq!((reader.len(), reader.version()), (1, 1));
        assert_eq!(*reader.meta(), 'b');
        assert_eq!(reader.get(&1).as_deref(), Some(&1));
        assert_eq!(reader.get_many_cloned([&1]), [Some(1)]);
        assert_eq!((view.len(), view.version(), *view.meta()), (0, 0, 'a'));
        drop(view);

        let value = reader.get(&1).unwrap();
        writer.remove(1).publish();
        assert_eq!((reader.len(), reader.version()), (0, 2));
        assert_eq!(*value, 1);
    });
}

#[test]
fn references_compare_by_value() {
    let (mut writer, reader) = evmap_core::new();
    writer.extend([(1, "x"), (2, "x"), (3, "y")]);
    writer.publish();
    assert_eq!(reader.get(&1).as_deref(), reader.get(&2).as_deref());
    assert_ne!(reader.get(&1).as_deref(), reader.get(&3).as_deref());
    assert_eq!(reader.get(&4).as_deref(), None);
}
