//! `SharedMap` against a plain `HashMap`, by random steps, with each policy that a thread alone can
//! follow.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::num::NonZeroUsize;

use evmap_core::testing::chance::Weak;
use evmap_core::testing::deadline::within_deadline;
use evmap_core::{Builder, DefaultHashBuilder, Publishing, SharedMap};
use proptest::prelude::*;

/// One thing that a program may do with the map.
#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u16),
    Remove(u8),
    Update(u8, u16),
    UpdateOrInsert(u8, u16),
    GetOrInsertWith(u8, u16),
    Extend(u8, u16),
    Retain(u16),
    Clear,
    Batch(u8, u16),
    Publish,
}

impl Step {
    fn decode(kind: u8, key: u8, value: u16) -> Self {
        let key = key % 16;
        match kind % 20 {
            0..=4 => Self::Insert(key, value),
            5..=7 => Self::Remove(key),
            8 | 9 => Self::Update(key, value),
            10 | 11 => Self::UpdateOrInsert(key, value),
            12 | 13 => Self::GetOrInsertWith(key, value),
            14 => Self::Extend(key, value % 5),
            15 => Self::Retain(value % 3 + 1),
            16 if value % 4 == 0 => Self::Clear,
            16 | 17 => Self::Batch(key, value),
            _ => Self::Publish,
        }
    }
}

/// What the map should hold.
#[derive(Default)]
struct Model {
    own: HashMap<u8, u16>,
    published: HashMap<u8, u16>,
    pending: usize,
    version: u64,
}

impl Model {
    /// A write has logged that many operations.
    fn changed(&mut self, publishing: Publishing, operations: usize) {
        self.pending += operations;
        let is_time = match publishing {
            Publishing::EachWrite => self.pending > 0,
            Publishing::EveryN(count) => self.pending >= count.get(),
            _ => false,
        };
        if is_time {
            self.publish();
        }
    }

    fn publish(&mut self) {
        self.version += 1;
        self.published = self.own.clone();
        self.pending = 0;
    }

    fn step<S>(&mut self, step: Step, map: &SharedMap<u8, u16, (), S>)
    where
        S: BuildHasher + Clone,
    {
        let own = &mut self.own;
        let operations = match step {
            Step::Insert(key, value) => {
                assert_eq!(map.insert(key, value), own.insert(key, value));
                1
            }
            Step::Remove(key) => {
                let old = own.remove(&key);
                assert_eq!(map.remove(key), old);
                usize::from(old.is_some())
            }
            Step::Update(key, value) => {
                let change = |old: &mut u16| std::mem::replace(old, value);
                let expected = own.get_mut(&key).map(change);
                assert_eq!(map.update(&key, change), expected);
                usize::from(expected.is_some())
            }
            Step::UpdateOrInsert(key, value) => {
                let change = |old: &mut u16| *old = old.wrapping_add(value);
                change(own.entry(key).or_insert(7));
                map.update_or_insert(key, || 7, change);
                1
            }
            Step::GetOrInsertWith(key, value) => {
                let before = own.len();
                let expected = *own.entry(key).or_insert(value);
                assert_eq!(map.get_or_insert_with(key, || value), expected);
                own.len() - before
            }
            Step::Extend(key, count) => {
                let entries = (0..count).map(|n| (key.wrapping_add(n as u8) % 16, n));
                own.extend(entries.clone());
                map.extend(entries);
                usize::from(count)
            }
            Step::Retain(divisor) => {
                let before = own.len();
                own.retain(|_, value| *value % divisor == 0);
                map.retain(|_, value| *value % divisor == 0);
                before - own.len()
            }
            Step::Clear => {
                own.clear();
                map.clear();
                1
            }
            Step::Batch(key, value) => {
                own.remove(&key);
                own.insert(key / 2, value);
                let seen = map.batch(|writer| {
                    writer.remove(key).insert(key / 2, value);
                    writer.unpublished().clone()
                });
                assert_eq!(seen, *own);
                2
            }
            Step::Publish => {
                map.publish();
                if self.pending > 0 {
                    self.publish();
                }
                return;
            }
        };
        self.changed(map.publishing(), operations);
    }
}

fn run<S>(steps: Vec<Step>, publishing: Publishing, hasher: S)
where
    S: BuildHasher + Clone + Send + Sync + 'static,
{
    let builder = Builder::new().hasher(hasher).publishing(publishing);
    let map = builder.build_shared();
    let reader = map.reader();
    let mut model = Model::default();
    for step in steps {
        model.step(step, &map);
        assert_eq!(*map.enter(), model.published);
        assert_eq!(map.version(), model.version);
    }
    // The last handle publishes what is pending.
    drop(map);
    assert_eq!(*reader.enter(), model.own);
}

fn policies() -> impl Strategy<Value = Publishing> {
    (0_usize..8).prop_map(|n| match NonZeroUsize::new(n) {
        None => Publishing::Manual,
        Some(n) if n.get() < 4 => Publishing::EachWrite,
        Some(n) => Publishing::EveryN(n),
    })
}

evmap_core::random_tests! { 400, Step::decode;
    fn agrees_with_a_plain_map(steps, publishing in policies()) {
        within_deadline(move || run(steps, publishing, DefaultHashBuilder::default()));
    }

    fn agrees_when_keys_collide(steps, publishing in policies()) {
        within_deadline(move || run(steps, publishing, BuildHasherDefault::<Weak>::default()));
    }
}
