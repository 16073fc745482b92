//! Maps made of other maps, and other maps made of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use evmap_core::{Builder, ReadHandle, Snapshot, View, WriteHandle};

#[test]
fn maps_convert_both_ways() {
    let plain = HashMap::from([("a", 1), ("b", 2)]);
    let writer = WriteHandle::from(plain.clone());
    let reader = writer.reader();
    let view = reader.enter();
    assert!(view.is_published());
    assert_eq!(view, plain);
    assert_eq!(*view, plain);
    assert_eq!(HashMap::<_, _>::from(&*view), plain);
    assert_eq!(HashMap::<_, _>::from(&*view), plain);
    assert_eq!(hashbrown::HashMap::<_, _>::from(&*view).len(), 2);

    let other = WriteHandle::from(view.to_hash_map());
    assert_eq!(view, other.published());
    assert_ne!(view, HashMap::from([("a", 1), ("b", 3)]));
    assert_ne!(view, HashMap::from([("a", 1), ("c", 2)]));
    assert_ne!(view, HashMap::from([("a", 1)]));
    assert_ne!(view, HashMap::from([("a", 1), ("b", 2), ("c", 3)]));
    let larger = WriteHandle::from([("a", 1), ("b", 2), ("c", 3)]);
    assert_ne!(
        WriteHandle::from([("a", 1), ("b", 2)]).published(),
        larger.published()
    );

    let kept: Snapshot<_, _, _, _> = view.clone();
    drop((view, writer));
    assert_eq!(kept, plain);
    assert_eq!(
        reader.enter().keys().copied().collect::<HashSet<_>>(),
        HashSet::from(["a", "b"])
    );
}

#[test]
fn snapshots_with_other_metadata_differ() {
    let with = |meta| Builder::new().meta(meta).build_from([(1, 1)]).1;
    assert_eq!(with("x").enter(), with("x").enter());
    assert_ne!(with("x").enter(), with("y").enter());
}

#[test]
fn a_view_is_a_snapshot_to_functions() {
    fn count<K, V, M, S>(snapshot: &Snapshot<K, V, M, S>) -> usize {
        snapshot.len()
    }
    fn keep<'r>(reader: &'r ReadHandle<u32, u32>) -> View<'r, u32, u32> {
        reader.enter()
    }
    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, 1);
    assert_eq!(count(writer.unpublished()), 1);
    writer.publish();
    assert_eq!(count(&keep(&reader)), 1);
    assert_eq!(count(reader.enter().as_ref()), 1);
}

#[test]
fn a_default_writer_is_empty_and_has_readers() {
    let mut writer = WriteHandle::<u32, char, String>::default();
    let reader = writer.reader();
    assert!(!reader.is_published() && reader.meta().is_empty());
    writer.insert(1, 'a').publish();
    assert_eq!(reader.get_cloned(&1), Some('a'));
}

#[test]
fn a_snapshot_gives_its_entries_away() {
    let value = Arc::new(());
    let writer = WriteHandle::from([(1, Arc::clone(&value)), (2, Arc::clone(&value))]);
    let mut entries = writer.published().clone().into_iter();
    drop(writer);
    assert_eq!(Arc::strong_count(&value), 3);
    assert_eq!(entries.len(), 2);
    assert!(entries.next().is_some());
    assert_eq!(Arc::strong_count(&value), 2);
    assert_eq!(entries.size_hint(), (1, Some(1)));
    assert_eq!(entries.count(), 1);
    assert_eq!(Arc::strong_count(&value), 1);

    let snapshot = WriteHandle::from([(1, Arc::clone(&value))])
        .published()
        .clone();
    let map = HashMap::<_, _>::from(snapshot);
    assert!(Arc::ptr_eq(&map[&1], &value));
    assert_eq!(Arc::strong_count(&value), 2, "moved, not cloned");
}

#[test]
fn a_map_takes_all_entries_of_what_it_is_made_of() {
    let plain: HashMap<u32, u32> = (0..1_000).map(|n| (n, n * 3)).collect();
    assert_eq!(WriteHandle::from(plain.clone()).published(), plain);
    let swiss: hashbrown::HashMap<u32, u32> = plain.iter().map(|(k, v)| (*k, *v)).collect();
    assert_eq!(WriteHandle::from(swiss.clone()).published(), swiss);
    let collected: WriteHandle<u32, u32> = plain.clone().into_iter().collect();
    assert_eq!(collected.published(), plain);
    assert_eq!(HashMap::<_, _>::from(&*collected.published()), plain);
    assert_eq!(
        hashbrown::HashMap::<_, _>::from(&*collected.published()),
        swiss
    );
    assert_eq!(
        collected.published().to_hash_map(),
        swiss.into_iter().collect()
    );
    let built = Builder::new().build_from(plain.clone()).1;
    assert_eq!(built.enter(), plain);
}

#[test]
fn build_from_makes_room_for_what_the_iterator_announces() {
    struct Announces(usize);
    impl Iterator for Announces {
        type Item = (u32, u32);
        fn next(&mut self) -> Option<Self::Item> {
            None
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.0, None)
        }
    }
    let capacity = |builder: Builder, announced| {
        let (_, reader) = builder.build_from(Announces(announced));
        reader.enter().capacity()
    };
    assert_eq!(capacity(Builder::new(), 0), 0);
    assert!(capacity(Builder::new(), 1_000) >= 1_000);
    // The larger of the two counts.
    assert!(capacity(Builder::new().capacity(500), 10) >= 500);
    assert!((1_000..2_000).contains(&capacity(Builder::new().capacity(500), 1_000)));
}

#[test]
fn a_map_is_extended_by_references() {
    let (mut writer, reader) = evmap_core::new();
    writer.extend(&HashMap::from([(1, 'a'), (2, 'b')]));
    writer.publish();
    assert_eq!(reader.enter(), HashMap::from([(1, 'a'), (2, 'b')]));
}
