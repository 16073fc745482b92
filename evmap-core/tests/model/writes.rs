//! What each write does to the map and to the plain one, and how many operations it logs.

use std::collections::HashMap;

use evmap_core::WriteHandle;
use evmap_core::testing::ignore;
use evmap_core::testing::map::Hashes;
use evmap_core::testing::model::State;
use evmap_core::testing::model::odd::{Key, Value, unwind, unwinds};

use super::steps::{Change, Log};

type Writer<S> = WriteHandle<Key, Value, u16, S>;

pub(super) fn log<S: Hashes>(step: Log, writer: &mut Writer<S>, own: &mut State<Value>) -> usize {
    match step {
        Log::Insert(key, value) => {
            writer.insert(key.clone(), Value::new(value));
            own.entries.insert(key, Value::new(value));
            1
        }
        Log::Remove(name) => {
            writer.remove(name.as_str());
            own.entries.remove(name.as_str());
            1
        }
        Log::Extend(key, count) => {
            let entries = (0..count).map(|n| {
                let name = format!("{}{n}", key.name);
                (Key::new(name, key.mark), Value::new(n))
            });
            writer.extend(entries.clone());
            own.entries.extend(entries);
            usize::from(count)
        }
        Log::Clear => {
            writer.clear();
            own.entries.clear();
            1
        }
        Log::Reserve(additional) => {
            writer.reserve(additional);
            1
        }
        Log::ShrinkToFit => {
            writer.shrink_to_fit();
            1
        }
        Log::SetMeta(meta) => {
            writer.set_meta(meta);
            own.meta = meta;
            1
        }
    }
}

pub(super) fn change<S: Hashes>(
    step: Change,
    writer: &mut Writer<S>,
    entries: &mut HashMap<Key, Value>,
) -> usize {
    match step {
        Change::InsertAndGet(key, value) => {
            assert_eq!(
                writer.insert_and_get(key.clone(), Value::new(value)),
                entries.insert(key, Value::new(value))
            );
            1
        }
        Change::RemoveAndGet(name) => {
            let old = entries.remove(name.as_str());
            let logged = usize::from(old.is_some());
            assert_eq!(writer.remove_and_get(name.as_str()), old);
            logged
        }
        Change::RemoveEntry(name) => {
            let old = entries.remove_entry(name.as_str());
            let logged = usize::from(old.is_some());
            let removed = writer.remove_entry(name.as_str());
            let marks = [&removed, &old].map(|entry| entry.as_ref().map(|(key, _)| key.mark));
            assert_eq!((removed, marks[0]), (old, marks[1]));
            logged
        }
        Change::Update(name, value) => {
            let change = |old: &mut Value| {
                *old.0 = old.0.wrapping_mul(3).wrapping_add(value);
                *old.0
            };
            let expected = entries.get_mut(name.as_str()).map(change);
            let logged = usize::from(expected.is_some());
            assert_eq!(writer.update(name.as_str(), change), expected);
            logged
        }
        Change::UpdateOrInsert(key, value) => {
            let change = |old: &mut Value| *old.0 = old.0.wrapping_add(value);
            change(entries.entry(key.clone()).or_default());
            writer.update_or_insert(key, Value::default, change);
            1
        }
        Change::GetOrInsertWith(key, value) => {
            let logged = usize::from(!entries.contains_key(&key));
            let expected = entries.entry(key.clone()).or_insert(Value::new(value));
            let seen = writer.get_or_insert_with(key, || Value::new(value));
            assert_eq!(seen, expected);
            logged
        }
        Change::Retain(divisor) => {
            let before = entries.len();
            entries.retain(|_, value| *value.0 % divisor == 0);
            let logged = before - entries.len();
            writer.retain(|_, value| *value.0 % divisor == 0);
            logged
        }
        Change::RetainMut(salt) => {
            let removes = |value: &Value| (*value.0 ^ salt) % 4 == 0;
            let changes = |value: &Value| (*value.0 ^ salt) % 4 == 1;
            let mut logged = 0;
            entries.retain(|_, value| {
                let (keeps, changes) = (!removes(value), changes(value));
                logged += usize::from(!keeps || changes);
                *value.0 = value.0.wrapping_add(u16::from(changes));
                keeps
            });
            writer.retain_mut(|_, value| {
                if changes(value) {
                    *value.to_mut().0 = value.0.wrapping_add(1);
                    return true;
                }
                !removes(value)
            });
            logged
        }
        Change::Drain => {
            let drained: HashMap<Key, Value> = writer.drain().collect();
            assert_eq!(drained, *entries);
            entries.clear();
            1
        }
        Change::Unwind(key, which) => {
            let there = entries.contains_key(&key);
            let unwound = unwinds(|| match which % 5 {
                0 => drop(writer.update(&key, |value| {
                    *value.0 = 1;
                    unwind()
                })),
                1 => writer.update_or_insert(key.clone(), Value::default, |_| unwind()),
                2 => ignore(writer.get_or_insert_with(key.clone(), || unwind())),
                3 => ignore(writer.retain(|_, _| unwind())),
                _ => ignore(writer.retain_mut(|_, value| {
                    *value.to_mut().0 = 1;
                    unwind()
                })),
            });
            let expected = match which % 5 {
                0 => there,
                1 => true,
                2 => !there,
                _ => !entries.is_empty(),
            };
            assert_eq!(unwound, expected);
            assert!(!writer.is_poisoned());
            0
        }
    }
}
