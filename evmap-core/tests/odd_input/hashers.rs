//! Hashers that are poor, and how often they are asked.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use evmap_core::{Builder, WriteHandle};

#[derive(Clone, Default)]
struct Constant;

impl Hasher for Constant {
    fn finish(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn a_constant_hash_makes_a_slow_map_and_a_right_one() {
    let (mut writer, reader) =
        evmap_core::with_hasher::<u32, u32, _>(BuildHasherDefault::<Constant>::default());
    let mut plain = HashMap::new();
    for n in 0..300 {
        writer.insert(n, n);
        plain.insert(n, n);
        if n % 3 == 0 {
            writer.remove(n / 2);
            plain.remove(&(n / 2));
        }
    }
    writer.publish();
    assert_eq!(reader.enter(), plain);
    assert_eq!(*writer.unpublished(), plain);
}

#[test]
fn each_key_is_hashed_once_per_operation() {
    thread_local!(static HASHED: Cell<u32> = const { Cell::new(0) });
    #[derive(Clone, PartialEq, Eq)]
    struct Key(u32);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            HASHED.set(HASHED.get() + 1);
            self.0.hash(state);
        }
    }

    // With enough capacity, since a table that grows hashes what it moves, as any hash table does.
    let (mut writer, reader) = Builder::new().capacity(1_000).build();
    let hashed = |writer: &mut WriteHandle<Key, u32>, expected| {
        writer.publish().publish();
        writer.unpublished();
        assert_eq!(HASHED.replace(0), expected);
    };
    writer.extend((0..100).map(|n| (Key(n), n)));
    hashed(&mut writer, 100);
    writer.insert(Key(1), 2);
    hashed(&mut writer, 1);
    writer.remove(Key(2));
    hashed(&mut writer, 1);
    writer.update(&Key(3), |value| *value += 1);
    hashed(&mut writer, 1);
    writer.update_or_insert(Key(500), || 1, |value| *value += 1);
    hashed(&mut writer, 1);
    writer.insert_and_get(Key(4), 5);
    hashed(&mut writer, 1);
    writer.remove_and_get(&Key(4));
    hashed(&mut writer, 1);
    writer.retain(|key, _| key.0 != 7 && key.0 != 8);
    hashed(&mut writer, 2);
    writer.remove(Key(9));
    hashed(&mut writer, 1);
    writer.get_or_insert_with(Key(600), || 1);
    writer.get_or_insert_with(Key(600), || 2);
    hashed(&mut writer, 2);
    writer.remove_entry(&Key(600));
    hashed(&mut writer, 1);
    writer.retain_mut(|key, value| {
        if key.0 == 11 {
            value.to_mut();
        }
        key.0 != 12
    });
    hashed(&mut writer, 2);
    // Nor does a look-up hash twice, if the key is not there either.
    assert!(reader.contains_key(&Key(10)) && !reader.contains_key(&Key(900)));
    hashed(&mut writer, 2);
    assert!(reader.get(&Key(10)).is_some());
    hashed(&mut writer, 1);
    let view = reader.enter();
    assert!(view.get_key_value(&Key(10)).is_some());
    let many = view.get_many([&Key(10), &Key(11), &Key(900)]);
    assert_eq!(many, [Some(&10), Some(&11), None]);
    drop(view);
    hashed(&mut writer, 4);
    assert_eq!(
        reader.get_many_cloned([&Key(10), &Key(10)]),
        [Some(10), Some(10)]
    );
    hashed(&mut writer, 2);
    let _snapshot = WriteHandle::from(reader.enter().clone());
    drop(writer.drain());
    hashed(&mut writer, 0);
    writer.clear();
    hashed(&mut writer, 0);
    // An empty map is searched as any other; for many keys it answers without hashing.
    assert!(!reader.contains_key(&Key(1)));
    hashed(&mut writer, 1);
    assert_eq!(reader.get_many_cloned([&Key(1), &Key(2)]), [None, None]);
    hashed(&mut writer, 0);
}
