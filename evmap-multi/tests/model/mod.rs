//! Drives the map and a plain `HashMap` of vectors with the same steps and compares everything that
//! can be seen.
//!
//! The property test and the fuzz target share this file. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::time::Duration;

use evmap_multi::{Bag, Builder, Operation, PublishError, ReadHandle, View, WriteHandle};

type Value = Box<u16>;
type Plain = HashMap<String, Vec<Value>>;
type Writer<S> = WriteHandle<String, Value, u16, S>;
type Reader<S> = ReadHandle<String, Value, u16, S>;
type Views<'r, S> = Vec<(usize, View<'r, String, Value, u16, S>, Rc<State>)>;

/// Long-lived readers; each may hold several views.
const READERS: usize = 3;
const VIEWS: usize = 4;

/// One thing that a program may do with the map.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Insert(String, u16),
    InsertMany(String, u16),
    Update(String, u16),
    RemoveValue(String, u16),
    RemoveMany(String, u16),
    RemoveEntry(String),
    Clear(String),
    Purge,
    Retain(String, u16),
    EmptyRandom(u64, usize),
    Fit(String),
    FitAll,
    Reserve(String, usize),
    ReserveKeys(usize),
    SetMeta(u16),
    Publish,
    TryPublish,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, String, u16),
    Enter(usize),
    Refresh(usize),
    Leave(usize),
}

impl Step {
    /// The step that any four bytes stand for.
    ///
    /// Few keys and few values, so that bags grow past the size at which they are hashed, shrink
    /// again and have duplicates.
    pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Self {
        let name = format!("k{}", key % 6);
        let index = usize::from(value);
        let few = value % 48;
        match kind % 40 {
            0..=4 => Self::Insert(name, few),
            5..=8 => Self::InsertMany(name, few),
            9 => Self::Update(name, few),
            10 | 11 => Self::RemoveValue(name, few),
            12..=14 => Self::RemoveMany(name, few),
            15 => Self::RemoveEntry(name),
            16 => Self::Clear(name),
            17 if value % 4 == 0 => Self::Purge,
            17..=19 => Self::Retain(name, value),
            20 => Self::EmptyRandom(u64::from(value), index % 4),
            21 | 22 => Self::Fit(name),
            23 => Self::FitAll,
            24 => Self::Reserve(name, index % 100),
            25 => Self::ReserveKeys(index % 100),
            26 => Self::SetMeta(value),
            27..=29 => Self::Publish,
            30 => Self::TryPublish,
            31 => Self::PublishOrReplace,
            32 => Self::Flush,
            33 => Self::ViewOwn,
            34 => Self::Look(index % READERS, name, few),
            35 | 36 => Self::Enter(index % READERS),
            37 => Self::Refresh(index % VIEWS),
            _ => Self::Leave(index % VIEWS),
        }
    }

    /// The steps that a string of bytes stands for.
    pub(crate) fn decode_all(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
        bytes
            .chunks_exact(4)
            .map(|b| Self::decode(b[0], b[1], u16::from_le_bytes([b[2], b[3]])))
    }
}

/// What the map should hold.
#[derive(Clone, Debug, Default)]
struct State {
    bags: Plain,
    meta: u16,
    version: u64,
}

/// Runs the steps against a map with this hasher. Panics at the first difference.
pub(crate) fn run<S>(steps: impl IntoIterator<Item = Step>, hasher: S)
where
    S: BuildHasher + Clone + Send,
{
    let (writer, first) = Builder::new().hasher(hasher).meta(0).build();
    let readers: [OnceCell<Reader<S>>; READERS] = Default::default();
    let mut driver = Driver {
        writer,
        first,
        own: State::default(),
        published: Rc::default(),
        replica: Plain::new(),
        pending: 0,
    };
    let mut views = Views::new();
    for step in steps {
        driver.step(step, &readers, &mut views);
        driver.check(&views);
    }
    driver.end(&mut views);
}

struct Driver<S: BuildHasher + Clone> {
    writer: Writer<S>,
    first: Reader<S>,
    /// The state with all operations.
    own: State,
    published: Rc<State>,
    /// A plain map that is fed from `pending` alone.
    replica: Plain,
    pending: usize,
}

impl<S: BuildHasher + Clone + Send> Driver<S> {
    fn step<'r>(
        &mut self,
        step: Step,
        readers: &'r [OnceCell<Reader<S>>; READERS],
        views: &mut Views<'r, S>,
    ) {
        // A view of the state before the published one is in the copy that the writer needs next.
        // Older ones are in copies that were left to them.
        let waits = views
            .iter()
            .any(|(_, _, state)| state.version + 1 == self.published.version);
        match step {
            Step::TryPublish => {
                self.replicate();
                assert_eq!(self.writer.try_publish(), !waits);
                if !waits {
                    self.note_publish();
                }
            }
            Step::PublishOrReplace => {
                self.replicate();
                match self.writer.publish_or_replace(Duration::ZERO) {
                    Ok(()) => self.note_publish(),
                    Err(PublishError::Stalled(_)) => assert!(waits),
                    Err(error) => panic!("{error}"),
                }
            }
            Step::Look(reader, key, value) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                let state = self.seen_by(reader, views);
                look(handle, &state, &key, &Box::new(value));
            }
            Step::Enter(reader) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                if views.len() < VIEWS {
                    let state = self.seen_by(reader, views);
                    views.push((reader, handle.enter(), state));
                }
            }
            Step::Refresh(index) => {
                let Some(reader) = views.get(index).map(|view| view.0) else {
                    return;
                };
                let alone = views.iter().filter(|view| view.0 == reader).count() == 1;
                let (_, view, state) = &mut views[index];
                let moves = alone && state.version < self.published.version;
                assert_eq!(view.refresh(), moves);
                if moves {
                    *state = Rc::clone(&self.published);
                }
            }
            Step::Leave(index) => {
                if index < views.len() {
                    drop(views.swap_remove(index));
                }
            }
            Step::Publish
            | Step::Flush
            | Step::ViewOwn
            | Step::Retain(..)
            | Step::EmptyRandom(..) => {
                // These would wait for a view of this very thread.
                if waits {
                    assert!(self.writer.try_view().is_none());
                } else {
                    self.step_on_own_copy(step);
                }
            }
            step => self.log(step),
        }
    }

    /// The steps that are logged without a look at the map.
    fn log(&mut self, step: Step) {
        let Self { writer, own, .. } = self;
        let bags = &mut own.bags;
        self.pending += 1;
        match step {
            Step::Insert(key, value) => {
                writer.insert(key.clone(), Box::new(value));
                bags.entry(key).or_default().push(Box::new(value));
            }
            Step::InsertMany(key, count) => {
                let pairs = (0..count).map(|n| (key.clone(), Box::new(n)));
                writer.extend(pairs.clone());
                for (key, value) in pairs {
                    bags.entry(key).or_default().push(value);
                }
                self.pending = self.pending + usize::from(count) - 1;
            }
            Step::Update(key, value) => {
                writer.update(key.clone(), Box::new(value));
                bags.insert(key, vec![Box::new(value)]);
            }
            Step::RemoveValue(key, value) => {
                writer.remove_value(key.as_str(), Box::new(value));
                remove(bags, &key, &value);
            }
            Step::RemoveMany(key, count) => {
                for value in 0..count {
                    writer.remove_value(&key, Box::new(value));
                    remove(bags, &key, &value);
                }
                self.pending = self.pending + usize::from(count) - 1;
            }
            Step::RemoveEntry(key) => {
                writer.remove_entry(key.as_str());
                bags.remove(&key);
            }
            Step::Clear(key) => {
                writer.clear(key.clone());
                bags.entry(key).or_default().clear();
            }
            Step::Purge => {
                writer.purge();
                bags.clear();
            }
            Step::Fit(key) => ignore(writer.fit(key.as_str())),
            Step::FitAll => ignore(writer.fit_all()),
            Step::Reserve(key, additional) => {
                writer.reserve(key.clone(), additional);
                bags.entry(key).or_default();
            }
            Step::ReserveKeys(additional) => ignore(writer.reserve_keys(additional)),
            Step::SetMeta(meta) => {
                writer.set_meta(meta);
                own.meta = meta;
            }
            step => unreachable!("{step:?} is not logged as it is"),
        }
    }

    fn step_on_own_copy(&mut self, step: Step) {
        match step {
            Step::Retain(key, state) => self.retain(&key, state),
            Step::EmptyRandom(seed, n) => self.empty_random(seed, n),
            Step::Publish => {
                self.replicate();
                self.writer.publish();
                self.note_publish();
            }
            Step::Flush => {
                self.replicate();
                let flushes = self.pending > 0;
                self.writer.flush();
                if flushes {
                    self.note_publish();
                }
            }
            Step::ViewOwn => {
                let view = self.writer.view();
                assert_eq!(*view, self.own.bags);
                assert_eq!(*view.meta(), self.own.meta);
            }
            step => unreachable!("{step:?} does not need the writer's own copy"),
        }
    }

    /// Retains with a closure that carries state from call to call.
    fn retain(&mut self, key: &str, mut state: u16) {
        let mut calls = Vec::new();
        self.writer.retain(key, |value| {
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
        // A bag that loses all its values is cleared.
        self.pending += if bag.is_empty() {
            removed.min(1)
        } else {
            removed
        };
    }

    fn empty_random(&mut self, seed: u64, n: usize) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let evicted = self.writer.empty_random(|bound| rng.usize(..bound), n);
        assert_eq!(evicted.len(), n.min(self.own.bags.len()));
        self.pending += evicted.len();
        for (key, bag) in evicted {
            let expected = self.own.bags.remove(&key);
            assert!(expected.is_some_and(|expected| bag == expected), "{key}");
        }
    }

    /// The state that a reader's look-ups and new views see: that of its other views, if it has
    /// any.
    fn seen_by(&self, reader: usize, views: &Views<'_, S>) -> Rc<State> {
        let other = views.iter().find(|view| view.0 == reader);
        Rc::clone(other.map_or(&self.published, |view| &view.2))
    }

    /// Replays `pending` on the replica, before a publish takes the operations out of it.
    fn replicate(&mut self) {
        let mut replica = self.replica.clone();
        for operation in self.writer.pending() {
            match operation.cloned() {
                Operation::Insert { key, value } => replica.entry(key).or_default().push(value),
                Operation::Update { key, value } => drop(replica.insert(key, vec![value])),
                Operation::RemoveValue { key, value } => remove(&mut replica, &key, &value),
                Operation::Clear { key } => replica.entry(key).or_default().clear(),
                Operation::RemoveEntry { key } => drop(replica.remove(&key)),
                Operation::Purge => replica.clear(),
                Operation::Reserve { key, .. } => drop(replica.entry(key).or_default()),
                _ => {}
            }
        }
        assert_same(&replica, &self.own.bags);
    }

    fn note_publish(&mut self) {
        self.own.version = self.published.version + 1;
        self.published = Rc::new(self.own.clone());
        self.replica.clone_from(&self.own.bags);
        self.pending = 0;
    }

    /// Compares every view, and what the writer says of itself.
    fn check(&self, views: &Views<'_, S>) {
        for (_, view, state) in views {
            compare(view, state);
        }
        compare(&self.first.enter(), &self.published);
        compare(&self.writer.published(), &self.published);
        assert_eq!(self.writer.pending().len(), self.pending);
        assert_eq!(self.writer.has_pending_operations(), self.pending > 0);
        assert_eq!(self.writer.version(), self.published.version);
    }

    /// The writer goes, its pending operations with it; every view and every reader stays.
    fn end(self, views: &mut Views<'_, S>) {
        let (first, published) = (self.first, self.published);
        drop(self.writer);
        for (_, view, state) in views.iter() {
            compare(view, state);
        }
        compare(&first.clone().enter(), &published);
        views.clear();
        compare(&first.enter(), &published);
    }
}

fn remove(bags: &mut Plain, key: &str, value: &u16) {
    if let Some(bag) = bags.get_mut(key) {
        if let Some(place) = bag.iter().position(|v| **v == *value) {
            bag.swap_remove(place);
        }
    }
}

/// So that a chain of calls can stand where nothing is to be returned.
fn ignore<T>(_: T) {}

fn same_values(one: &[Value], other: &[Value]) -> bool {
    let sorted = |values: &[Value]| {
        let mut values = values.to_vec();
        values.sort_unstable();
        values
    };
    sorted(one) == sorted(other)
}

fn assert_same(one: &Plain, other: &Plain) {
    assert_eq!(one.len(), other.len());
    for (key, values) in one {
        assert!(same_values(values, &other[key]), "{key}");
    }
}

fn look<S: BuildHasher>(reader: &Reader<S>, state: &State, key: &str, value: &Value) {
    let expected = state.bags.get(key);
    assert_eq!(reader.get(key).is_some(), expected.is_some());
    assert_eq!(reader.contains_key(key), expected.is_some());
    let holds = expected.is_some_and(|values| values.contains(value));
    assert_eq!(reader.contains_value(key, value), holds);
    let one = reader.get_one(key).map(|one| one.clone());
    match expected {
        Some(values) if !values.is_empty() => assert!(values.contains(&one.unwrap())),
        _ => assert_eq!(one, None),
    }
    assert_eq!(reader.len(), state.bags.len());
    assert_eq!(*reader.meta(), state.meta);
}

fn compare<S: BuildHasher>(view: &View<'_, String, Value, u16, S>, state: &State) {
    assert_eq!(view.version(), state.version);
    assert_eq!(*view.meta(), state.meta);
    assert_eq!(view.len(), state.bags.len());
    assert_eq!(view.is_empty(), state.bags.is_empty());
    assert_eq!(view.iter().count(), state.bags.len());
    for (key, values) in &state.bags {
        compare_bag(&view[key], values);
    }
}

fn compare_bag<S: BuildHasher>(bag: &Bag<Value, S>, values: &[Value]) {
    assert_eq!(bag.len(), values.len());
    assert_eq!(bag.iter().len(), values.len());
    let iterated: Vec<Value> = bag.iter().cloned().collect();
    assert!(
        same_values(&iterated, values),
        "{iterated:?}, not {values:?}"
    );
    // By `next` as by `fold`.
    let mut by_next = Vec::new();
    let mut iter = bag.iter();
    while let Some(value) = iter.next() {
        by_next.push(value.clone());
        assert_eq!(by_next.len() + iter.len(), values.len());
    }
    assert_eq!(by_next, iterated);
    assert!(*bag == *values);
    assert_eq!(bag.get_one(), iterated.first());
    if let Some(value) = iterated.first() {
        let times = values.iter().filter(|v| *v == value).count();
        assert_eq!(bag.count(value), times);
    }
}
