//! Maps made of other maps, and other maps made of them.

use std::collections::HashMap;
use std::sync::Arc;

use evmap_multi::{Builder, View, WriteHandle};

#[test]
fn maps_convert_both_ways() {
    let plain = HashMap::from([("a", vec![1, 2, 2]), ("b", vec![])]);
    let mut writer = WriteHandle::from(plain.clone());
    assert_eq!(writer.version(), 1);
    let view: View<'_, _, _, _, _> = writer.published();
    assert_eq!(view, plain);
    assert_eq!(view.to_hash_map().len(), 2);
    assert_eq!(HashMap::<_, Vec<_>>::from(&*view)["a"].len(), 3);
    assert_ne!(view, HashMap::from([("a", vec![1, 2, 2])]));
    assert_ne!(view, HashMap::from([("a", vec![1, 1, 2]), ("b", vec![])]));
    drop(view);
    let other: WriteHandle<_, _> = [("a", 2), ("a", 1), ("a", 2)].into_iter().collect();
    assert_ne!(writer.published(), other.published());
    writer.remove_entry("b").publish();
    assert_eq!(writer.published(), other.published());
    assert_eq!(*writer.unpublished(), other.published());
    assert_eq!(writer.unpublished().clone(), *other.published());
    assert_eq!(WriteHandle::from([("x", 1)]).published()["x"], [1]);
}

#[test]
fn a_map_that_is_built_at_once_has_what_one_by_one_would() {
    let pairs = (0..5_000_u32).map(|n| (n % 7, n % 300));
    let (built, _) = Builder::new()
        .capacity(3)
        .meta('m')
        .build_from(pairs.clone());
    let (mut logged, reader) = evmap_multi::with_meta('m');
    logged.extend(pairs);
    logged.publish();
    assert_eq!(built.published(), reader.enter());
    // And goes on in the same way, in both copies.
    let mut built = built;
    for _copy in 0..2 {
        for writer in [&mut built, &mut logged] {
            writer.insert(3, 3).remove_value(4, 4).fit(3).publish();
        }
        assert_eq!(built.published(), reader.enter());
    }
}

#[test]
fn a_snapshot_gives_its_bags_away_and_makes_a_map() {
    let (mut writer, reader) = evmap_multi::with_meta::<u32, Arc<u32>, u64>(7);
    let value = Arc::new(1);
    for key in 0..100 {
        writer.insert(key % 3, Arc::clone(&value));
        writer.insert(3, Arc::new(key));
    }
    writer.publish();
    drop(writer);

    let snapshot = reader.enter().clone();
    let restarted = WriteHandle::from(snapshot.clone());
    assert_eq!(restarted.published(), snapshot);
    assert_eq!((*restarted.published().meta(), restarted.version()), (7, 1));
    drop((restarted, reader));

    let plain = HashMap::<_, _>::from(snapshot.clone());
    assert_eq!(snapshot, plain);
    let all: Vec<Arc<u32>> = snapshot.into_iter().flat_map(|(_, bag)| bag).collect();
    assert_eq!(all.len(), 200);
    assert_eq!(all.iter().filter(|n| ***n == 1).count(), 101);
}
