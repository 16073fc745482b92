//! How often keys and values are hashed.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use evmap_multi::{Builder, WriteHandle};

thread_local! {
    static KEYS: Cell<u32> = const { Cell::new(0) };
    static VALUES: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, PartialEq, Eq)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        KEYS.set(KEYS.get() + 1);
        self.0.hash(state);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Value(u32);

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        VALUES.set(VALUES.get() + 1);
        self.0.hash(state);
    }
}

#[test]
fn each_is_hashed_once_per_operation_and_values_in_large_bags_alone() {
    let (mut writer, reader) = Builder::new().capacity(100).build();
    let hashed = |writer: &mut WriteHandle<Key, Value>, keys, values| {
        writer.publish().publish();
        writer.unpublished();
        assert_eq!((KEYS.replace(0), VALUES.replace(0)), (keys, values));
    };
    writer.insert(Key(1), Value(1)).insert(Key(1), Value(2));
    hashed(&mut writer, 2, 0);
    writer
        .remove_value(Key(1), Value(1))
        .update(Key(1), Value(3));
    hashed(&mut writer, 2, 0);
    writer
        .clear(Key(1))
        .fit(Key(1))
        .remove_entry(Key(1))
        .purge();
    hashed(&mut writer, 3, 0);

    // Room for many: hashed from now on, and with room enough never again.
    writer.reserve(Key(1), 1_000);
    hashed(&mut writer, 1, 0);
    writer.extend((0..100).map(|n| (Key(1), Value(n))));
    hashed(&mut writer, 100, 100);
    writer.insert(Key(1), Value(5));
    hashed(&mut writer, 1, 1);
    writer.remove_value(Key(1), Value(5));
    hashed(&mut writer, 1, 1);
    writer.remove_value(Key(1), Value(1_000));
    hashed(&mut writer, 1, 1);
    // Once for the key, to look it up, and once for each of two values that go.
    writer.retain(&Key(1), |value| value.0 > 1);
    hashed(&mut writer, 1, 2);
    writer.empty_random(|_| 0, 1);
    hashed(&mut writer, 1, 0);

    writer.insert(Key(1), Value(1)).insert(Key(2), Value(2));
    hashed(&mut writer, 2, 0);
    writer.retain_entries(|key, _| key.0 != 2);
    hashed(&mut writer, 1, 0);
    assert!(reader.contains_value(&Key(1), &Value(1)));
    hashed(&mut writer, 1, 0);
    // An empty map is searched as any other.
    writer.purge();
    hashed(&mut writer, 0, 0);
    assert!(!reader.contains_key(&Key(1)) && reader.get_one(&Key(1)).is_none());
    hashed(&mut writer, 2, 0);
}
