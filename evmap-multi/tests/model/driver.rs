//! What each step does to the map and to the plain one.

use std::cell::OnceCell;
use std::hash::BuildHasher;
use std::time::Duration;

use evmap_multi::{Builder, Operation};

use super::course::{Driver, Reader, Writer};
use super::odd::{Key, Value, ignore, unwind, unwinds};
use super::state::{Map, State, compare_own, look, same_values};
use super::views::Views;
use super::{End, READERS, Step};

impl<S: BuildHasher + Clone + Send> Driver<S> {
    pub(super) fn new(start: Vec<(Key, Vec<Value>)>, hasher: S) -> Self {
        let builder = Builder::new().hasher(hasher).meta(0);
        // Each key once more, with another mark and one more value.
        let again =
            |(key, _): &(Key, Vec<Value>)| (Key::new(&key.name, !key.mark), vec![Value::new(7)]);
        let again: Vec<_> = start.iter().map(again).collect();
        let start: Vec<_> = start.into_iter().chain(again).collect();
        let (replica, _) = builder.clone().build_from_bags(start.clone());
        let (writer, first) = match &start[..] {
            [] => builder.build(),
            _ => builder.build_from_bags(start.clone()),
        };
        let mut own = State {
            version: writer.version(),
            ..State::default()
        };
        for (key, values) in start {
            own.bag(key).extend(values);
        }
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
            Step::Look(reader, key, value) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                let state = views.seen_by(reader, &self.published);
                look(handle, &state, &key, &Value::new(value));
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
            Step::Log(operation) => {
                log(writer, operation.clone());
                self.own.change(operation);
                self.pending += 1;
            }
            Step::Apply(operation) => {
                writer.apply(operation.clone());
                self.own.change(operation);
                self.pending += 1;
            }
            Step::InsertMany(key, count) => {
                let pairs = (0..count).map(|n| (key.clone(), Value::new(n)));
                writer.extend(pairs.clone());
                for (key, value) in pairs {
                    self.own.bag(key).push(value);
                }
                self.pending += usize::from(count);
            }
            Step::RemoveMany(key, count) => {
                for value in (0..count).map(Value::new) {
                    writer.remove_value(&key, &value);
                    let key = key.clone();
                    self.own.change(Operation::RemoveValue { key, value });
                }
                self.pending += usize::from(count);
            }
            Step::TryPublish => {
                self.replicate(writer);
                assert_eq!(writer.try_publish(), !waits);
                if !waits {
                    self.note_publish();
                }
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
        let bags = &mut self.own.bags;
        match step {
            Step::Retain(key, state) => self.retain(writer, &key, state),
            Step::RetainEntries(salt) => {
                let keeps = |key: &Key, len: usize| (usize::from(key.mark ^ salt) + len) % 4 != 0;
                let before = bags.len();
                bags.retain(|key, bag| keeps(key, bag.len()));
                self.pending += before - bags.len();
                writer.retain_entries(|key, bag| keeps(key, bag.len()));
            }
            Step::EmptyRandom(seed, n) => {
                let mut rng = fastrand::Rng::with_seed(seed);
                let evicted = writer.empty_random(|bound| rng.usize(..bound), n);
                assert_eq!(evicted.len(), n.min(bags.len()));
                self.pending += evicted.len();
                for (key, bag) in evicted {
                    let (held, expected) = bags.remove_entry(&key).expect("it was there");
                    assert!(bag == expected && key.mark == held.mark, "{key:?}");
                }
            }
            Step::Unwind(key, which) => {
                let values = bags.get(key.as_str()).map_or(0, Vec::len);
                let unwound = unwinds(|| match which % 3 {
                    0 => ignore(writer.retain(key.as_str(), |_| unwind())),
                    1 => ignore(writer.retain_entries(|_, _| unwind())),
                    _ => ignore(writer.empty_random(|_| unwind(), 1)),
                });
                let expected = match which % 3 {
                    0 => values > 0,
                    _ => !bags.is_empty(),
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

    /// Retains with a closure that carries state from call to call.
    fn retain(&mut self, writer: &mut Writer<S>, key: &str, mut state: u16) {
        let mut calls = Vec::new();
        let before = writer.pending().len();
        writer.retain(key, |value| {
            state = state.wrapping_mul(25_173).wrapping_add(13_849);
            let keep = state >> 8 & 3 != 0;
            calls.push((value.clone(), keep));
            keep
        });
        let Some(bag) = self.own.bags.get_mut(key) else {
            assert!(calls.is_empty());
            return;
        };
        let seen: Vec<Value> = calls.iter().map(|(value, _)| value.clone()).collect();
        assert!(same_values(&seen, bag), "called once per value");
        let removed = calls.iter().filter(|(_, keep)| !keep).count();
        bag.clear();
        bag.extend(calls.into_iter().filter(|call| call.1).map(|call| call.0));
        // What goes is removed, or what stays is inserted into the bag once it is cleared.
        let logged = writer.pending().len() - before;
        let cleared = bag.len() + 1;
        assert!(logged == removed || (removed > 0 && logged == cleared));
        assert!(removed <= bag.len() || logged == cleared);
        self.pending += logged;
    }
}

/// Logs an operation by the method of its name.
fn log<S: BuildHasher + Clone>(writer: &mut Writer<S>, operation: Operation<Key, Value, u16>) {
    match operation {
        Operation::Insert { key, value } => writer.insert(key, value),
        Operation::Update { key, value } => writer.update(key, value),
        Operation::RemoveValue { key, value } => writer.remove_value(key.name.as_str(), value),
        Operation::Clear { key } => writer.clear(key),
        Operation::RemoveEntry { key } => writer.remove_entry(key.name.as_str()),
        Operation::Purge => writer.purge(),
        Operation::Fit { key } => writer.fit(key.name.as_str()),
        Operation::FitAll => writer.fit_all(),
        Operation::Reserve { key, additional } => writer.reserve(key, additional),
        Operation::ReserveKeys { additional } => writer.reserve_keys(additional),
        Operation::SetMeta { meta } => writer.set_meta(meta),
        operation => unreachable!("{operation:?}"),
    };
}
