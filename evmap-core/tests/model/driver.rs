//! What each step does to the map and to the plain one.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::time::Duration;

use evmap_core::Builder;

use super::course::{Driver, Reader, Writer};
use super::odd::{Key, Value, ignore, unwind, unwinds};
use super::state::{Map, State, compare_own};
use super::views::Views;
use super::{End, READERS, Step};

impl<S: BuildHasher + Clone + Send> Driver<S> {
    pub(super) fn new(start: Vec<(Key, Value)>, hasher: S) -> Self {
        let builder = Builder::new().hasher(hasher).meta(0);
        // Each key once more, with another mark and value: of them the value counts.
        let again = |(key, value): &(Key, Value)| (Key::new(&key.name, !key.mark), value.clone());
        let first = |(key, _): &(Key, Value)| (key.clone(), Value::new(7));
        let start: Vec<_> = (start.iter().map(first))
            .chain(start.iter().map(again))
            .collect();
        let (replica, _) = builder.clone().build_from(start.clone());
        let (writer, first) = match &start[..] {
            [] => builder.build(),
            _ => builder.build_from(start.clone()),
        };
        let own = State {
            version: writer.version(),
            entries: start.into_iter().collect(),
            meta: 0,
        };
        Self::of((writer, first), replica, own)
    }

    pub(super) fn step<'r>(
        &mut self,
        step: Step,
        readers: &'r [OnceCell<Reader<S>>; READERS],
        views: &mut Views<'r, Map<S>, State>,
    ) {
        let waits = views.hold_up(&self.published);
        match step {
            Step::Look(reader, key) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                let state = views.seen_by(reader, &self.published);
                assert_eq!(
                    handle.get(key.as_str()).as_deref(),
                    state.entries.get(key.as_str())
                );
                assert_eq!(handle.len(), state.entries.len());
                assert_eq!(*handle.meta(), state.meta);
            }
            Step::CloneAndLook(reader, key) => {
                let clone = readers[reader].get().unwrap_or(&self.first).clone();
                let value = self.published.entries.get(key.as_str());
                assert_eq!(clone.get_cloned(key.as_str()).as_ref(), value);
                assert_eq!(clone.contains_key(key.as_str()), value.is_some());
                assert_eq!(clone.version(), self.published.version);
            }
            Step::Enter(reader) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                views.enter(reader, &self.published, || handle.enter());
            }
            Step::Refresh(index) => views.refresh(index, &self.published),
            Step::Leave(index) => views.leave(index),
            step => {
                let Some(mut writer) = self.writer.take() else {
                    return;
                };
                let goes = match step {
                    Step::End(End::Poison) if !waits => {
                        self.poison(&mut writer);
                        true
                    }
                    Step::End(End::Freeze) => {
                        self.first = writer.freeze();
                        return;
                    }
                    Step::End(_) => true,
                    step => {
                        self.write(step, &mut writer, waits);
                        false
                    }
                };
                self.writer = Some(writer).filter(|_| !goes);
            }
        }
    }

    fn write(&mut self, step: Step, writer: &mut Writer<S>, waits: bool) {
        match step {
            Step::Insert(key, value) => {
                writer.insert(key.clone(), Value::new(value));
                self.own.entries.insert(key, Value::new(value));
                self.pending += 1;
            }
            Step::Remove(name) => {
                writer.remove(name.as_str());
                self.own.entries.remove(name.as_str());
                self.pending += 1;
            }
            Step::Extend(key, count) => {
                let entries = (0..count).map(|n| {
                    let name = format!("{}{n}", key.name);
                    (Key::new(name, key.mark), Value::new(n))
                });
                writer.extend(entries.clone());
                self.own.entries.extend(entries);
                self.pending += usize::from(count);
            }
            Step::Clear => {
                writer.clear();
                self.own.entries.clear();
                self.pending += 1;
            }
            Step::Reserve(additional) => {
                writer.reserve(additional);
                self.pending += 1;
            }
            Step::ShrinkToFit => {
                writer.shrink_to_fit();
                self.pending += 1;
            }
            Step::SetMeta(meta) => {
                writer.set_meta(meta);
                self.own.meta = meta;
                self.pending += 1;
            }
            Step::Apply(operation) => {
                writer.apply(operation.clone());
                self.own.change(operation);
                self.pending += 1;
            }
            Step::TryPublish => {
                self.replicate(writer);
                assert_eq!(writer.try_publish(), !waits);
                if !waits {
                    self.note_publish();
                }
            }
            Step::PublishTimeout => {
                self.replicate(writer);
                let result = writer.publish_timeout(Duration::ZERO);
                self.note_publish_unless_stalled(result, waits);
            }
            Step::PublishOrReplace => {
                self.replicate(writer);
                let result = writer.publish_or_replace(Duration::ZERO);
                self.note_publish_unless_stalled(result, waits);
            }
            // The steps that would wait for a view of this very thread.
            _ if waits => assert!(writer.try_view().is_none()),
            step => self.look_and_write(step, writer),
        }
    }

    /// The steps that look at the writer's own copy.
    fn look_and_write(&mut self, step: Step, writer: &mut Writer<S>) {
        let entries = &mut self.own.entries;
        match step {
            Step::InsertAndGet(key, value) => {
                assert_eq!(
                    writer.insert_and_get(key.clone(), Value::new(value)),
                    entries.insert(key, Value::new(value))
                );
                self.pending += 1;
            }
            Step::RemoveAndGet(name) => {
                let old = entries.remove(name.as_str());
                self.pending += usize::from(old.is_some());
                assert_eq!(writer.remove_and_get(name.as_str()), old);
            }
            Step::RemoveEntry(name) => {
                let old = entries.remove_entry(name.as_str());
                self.pending += usize::from(old.is_some());
                let removed = writer.remove_entry(name.as_str());
                let marks = [&removed, &old].map(|entry| entry.as_ref().map(|(key, _)| key.mark));
                assert_eq!((removed, marks[0]), (old, marks[1]));
            }
            Step::Update(name, value) => {
                let change = |old: &mut Value| {
                    *old.0 = old.0.wrapping_mul(3).wrapping_add(value);
                    *old.0
                };
                let expected = entries.get_mut(name.as_str()).map(change);
                self.pending += usize::from(expected.is_some());
                assert_eq!(writer.update(name.as_str(), change), expected);
            }
            Step::UpdateOrInsert(key, value) => {
                let change = |old: &mut Value| *old.0 = old.0.wrapping_add(value);
                change(entries.entry(key.clone()).or_default());
                writer.update_or_insert(key, Value::default, change);
                self.pending += 1;
            }
            Step::GetOrInsertWith(key, value) => {
                self.pending += usize::from(!entries.contains_key(&key));
                let expected = entries.entry(key.clone()).or_insert(Value::new(value));
                let seen = writer.get_or_insert_with(key, || Value::new(value));
                assert_eq!(seen, expected);
            }
            Step::Retain(divisor) => {
                let before = entries.len();
                entries.retain(|_, value| *value.0 % divisor == 0);
                self.pending += before - entries.len();
                writer.retain(|_, value| *value.0 % divisor == 0);
            }
            Step::RetainMut(salt) => {
                let removes = |value: &Value| (*value.0 ^ salt) % 4 == 0;
                let changes = |value: &Value| (*value.0 ^ salt) % 4 == 1;
                entries.retain(|_, value| {
                    let (keeps, changes) = (!removes(value), changes(value));
                    self.pending += usize::from(!keeps || changes);
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
            }
            Step::Drain => {
                let drained: HashMap<Key, Value> = writer.drain().collect();
                assert_eq!(drained, *entries);
                entries.clear();
                self.pending += 1;
            }
            Step::Unwind(key, which) => {
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
            }
            Step::Publish => {
                self.replicate(writer);
                writer.publish();
                self.note_publish();
            }
            Step::Flush => {
                self.replicate(writer);
                let flushes = self.pending > 0;
                writer.flush();
                if flushes {
                    self.note_publish();
                }
            }
            Step::ViewOwn => compare_own(writer.view(), &self.own),
            step => unreachable!("{step:?} does not need the writer's own copy"),
        }
    }
}
