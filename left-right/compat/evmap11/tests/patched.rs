//! evmap's types are made of our left-right's.

use std::ops::Deref;

use left_right::ReadGuard;

/// Only our guards have a version, and only a guard of the same crate is of this type.
fn version<T: ?Sized>(guard: &ReadGuard<'_, T>) -> u64 {
    ReadGuard::version(guard)
}

#[test]
fn guards_of_evmap_are_ours() {
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 10).publish();
    assert_eq!(version(&reader.get(&1).unwrap()), 1);
    writer.insert(1, 11).publish();
    assert_eq!(version(&reader.get_one(&1).unwrap()), 2);
    assert_eq!(version(&reader.meta().unwrap()), 2);
    let reexported: evmap::refs::ReadGuard<'_, u32> = reader.get_one(&1).unwrap();
    assert_eq!(version(&reexported), 2);
}

#[test]
fn guards_of_evmap_narrow_further() {
    let (mut writer, reader) = evmap::new::<u32, String>();
    writer.insert(1, "a name".to_owned()).publish();
    let guard = reader.get_one(&1).unwrap();
    let first = ReadGuard::map(guard, |name| name.split(' ').next().unwrap());
    assert_eq!(&*first, "a");
    assert_eq!(first.as_ref(), "a");
    let none = ReadGuard::try_map(first, |name| name.strip_prefix("b"));
    assert!(none.is_none());
    // Both guards have left, or this would wait for ever.
    writer.publish();
    writer.publish();
}

#[test]
fn the_fence_strategy_is_decided_once_for_both() {
    let before = left_right::fence_strategy();
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 1).publish();
    assert!(reader.contains_key(&1));
    assert_eq!(left_right::fence_strategy(), before);
}

/// What clients do with evmap's types, each of which leans on a property of ours.
#[test]
fn handles_are_debug_clone_and_send() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    let (mut writer, reader) = evmap::new::<u32, u32>();
    writer.insert(1, 1).publish();
    let writer = send(writer);
    let reader = send(reader);
    assert!(!format!("{writer:?} {reader:?}").is_empty());
    // Through two `Deref`s: a writer clones into a reader.
    let cloned: evmap::handles::ReadHandle<u32, u32> = writer.clone();
    assert!(cloned.contains_key(&1));
    let deref: &evmap::handles::ReadHandle<u32, u32> = writer.deref();
    assert!(deref.contains_key(&1));
}

/// A guard in a struct, beside what was looked up.
#[test]
fn guards_live_in_structs() {
    struct Session<'r> {
        name: ReadGuard<'r, String>,
        hits: u32,
    }
    let (mut writer, reader) = evmap::new::<u32, String>();
    writer.insert(7, "seven".to_owned()).publish();
    let mut session = Session {
        name: reader.get_one(&7).unwrap(),
        hits: 0,
    };
    writer.update(7, "other".to_owned()).publish();
    session.hits += 1;
    assert_eq!((session.name.as_str(), session.hits), ("seven", 1));
}
