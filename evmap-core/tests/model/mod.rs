//! Drives the map and a plain `HashMap` with the same steps and compares everything that can be
//! seen.
//!
//! The property test and the fuzz target share this file. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::time::Duration;

use evmap_core::{Builder, Operation, PublishError, ReadHandle, View, WriteHandle};

type Value = Box<u16>;
type Writer<S> = WriteHandle<String, Value, u16, S>;
type Reader<S> = ReadHandle<String, Value, u16, S>;
type Views<'r, S> = Vec<(usize, View<'r, String, Value, u16, S>, Rc<State>)>;

/// Long-lived readers; each may hold several views.
const READERS: usize = 4;
const VIEWS: usize = 6;

/// One thing that a program may do with the map.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Insert(String, u16),
    InsertAndGet(String, u16),
    Remove(String),
    RemoveAndGet(String),
    Update(String, u16),
    UpdateOrInsert(String, u16),
    Retain(u16),
    Extend(String, u16),
    Clear,
    Reserve(usize),
    ShrinkToFit,
    SetMeta(u16),
    Publish,
    TryPublish,
    PublishTimeout,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, String),
    CloneAndLook(usize, String),
    Enter(usize),
    Refresh(usize),
    Leave(usize),
}

impl Step {
    /// The step that any four bytes stand for.
    pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Self {
        let name = format!("k{}", key % 24);
        let index = usize::from(value);
        match kind % 32 {
            0..=3 => Self::Insert(name, value),
            4 => Self::InsertAndGet(name, value),
            5 | 6 => Self::Remove(name),
            7 => Self::RemoveAndGet(name),
            8 => Self::Update(name, value),
            9 => Self::UpdateOrInsert(name, value),
            10 => Self::Retain(value % 4 + 1),
            11 => Self::Extend(name, value % 16),
            12 => Self::Clear,
            13 => Self::Reserve(index % 500),
            14 => Self::ShrinkToFit,
            15 => Self::SetMeta(value),
            16..=18 => Self::Publish,
            19 => Self::TryPublish,
            20 => Self::PublishTimeout,
            21 => Self::Flush,
            22 => Self::ViewOwn,
            23 => Self::Look(index % READERS, name),
            24 => Self::CloneAndLook(index % READERS, name),
            25..=27 => Self::Enter(index % READERS),
            29 => Self::PublishOrReplace,
            28 => Self::Refresh(index % VIEWS),
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
    entries: HashMap<String, Value>,
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
        replica: HashMap::new(),
        pending: 0,
    };
    let mut views = Views::new();
    for step in steps {
        driver.step(step, &readers, &mut views);
        driver.check(&views);
    }
    driver.end(&mut views);
}

struct Driver<S: BuildHasher> {
    writer: Writer<S>,
    first: Reader<S>,
    /// The state with all operations.
    own: State,
    published: Rc<State>,
    /// A plain map that is fed from `pending` alone.
    replica: HashMap<String, Value>,
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
            Step::Insert(key, value) => {
                self.writer.insert(key.clone(), Box::new(value));
                self.own.entries.insert(key, Box::new(value));
                self.pending += 1;
            }
            Step::Remove(key) => {
                self.writer.remove(key.as_str());
                self.own.entries.remove(&key);
                self.pending += 1;
            }
            Step::Extend(key, count) => {
                let entries = (0..count).map(|n| (format!("{key}{n}"), Box::new(n)));
                self.writer.extend(entries.clone());
                self.own.entries.extend(entries);
                self.pending += usize::from(count);
            }
            Step::Clear => {
                self.writer.clear();
                self.own.entries.clear();
                self.pending += 1;
            }
            Step::Reserve(additional) => {
                self.writer.reserve(additional);
                self.pending += 1;
            }
            Step::ShrinkToFit => {
                self.writer.shrink_to_fit();
                self.pending += 1;
            }
            Step::SetMeta(meta) => {
                self.writer.set_meta(meta);
                self.own.meta = meta;
                self.pending += 1;
            }
            Step::TryPublish => {
                self.replicate();
                assert_eq!(self.writer.try_publish(), !waits);
                if !waits {
                    self.note_publish();
                }
            }
            Step::PublishTimeout => {
                self.replicate();
                match self.writer.publish_timeout(Duration::ZERO) {
                    Ok(()) => self.note_publish(),
                    Err(PublishError::Stalled(_)) => assert!(waits),
                    Err(error) => panic!("{error}"),
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
            Step::Look(reader, key) => {
                let reader_handle = readers[reader].get_or_init(|| self.first.clone());
                let state = self.seen_by(reader, views);
                assert_eq!(
                    reader_handle.get(key.as_str()).as_deref(),
                    state.entries.get(&key)
                );
                assert_eq!(reader_handle.len(), state.entries.len());
                assert_eq!(*reader_handle.meta(), state.meta);
            }
            Step::CloneAndLook(reader, key) => {
                let clone = match readers[reader].get() {
                    Some(reader) => reader.clone(),
                    None => self.writer.reader(),
                };
                let value = self.published.entries.get(&key);
                assert_eq!(clone.get_cloned(key.as_str()).as_ref(), value);
                assert_eq!(clone.contains_key(key.as_str()), value.is_some());
                assert_eq!(clone.version(), self.published.version);
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
            // The steps that would wait for a view of this very thread.
            _ if waits => assert!(self.writer.try_view().is_none()),
            step => self.step_on_own_copy(step),
        }
    }

    fn step_on_own_copy(&mut self, step: Step) {
        let entries = &mut self.own.entries;
        match step {
            Step::InsertAndGet(key, value) => {
                assert_eq!(
                    self.writer.insert_and_get(key.clone(), Box::new(value)),
                    entries.insert(key, Box::new(value))
                );
                self.pending += 1;
            }
            Step::RemoveAndGet(key) => {
                let old = entries.remove(&key);
                self.pending += usize::from(old.is_some());
                assert_eq!(self.writer.remove_and_get(key.as_str()), old);
            }
            Step::Update(key, value) => {
                let change = |old: &mut Value| {
                    **old = old.wrapping_mul(3).wrapping_add(value);
                    **old
                };
                let expected = entries.get_mut(&key).map(change);
                self.pending += usize::from(expected.is_some());
                assert_eq!(self.writer.update(key.as_str(), change), expected);
            }
            Step::UpdateOrInsert(key, value) => {
                let change = |old: &mut Value| **old = old.wrapping_add(value);
                change(entries.entry(key.clone()).or_default());
                self.writer.update_or_insert(key, Value::default, change);
                self.pending += 1;
            }
            Step::Retain(divisor) => {
                let before = entries.len();
                entries.retain(|_, value| **value % divisor == 0);
                self.pending += before - entries.len();
                self.writer.retain(|_, value| **value % divisor == 0);
            }
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
                assert_eq!(*view, self.own.entries);
                assert_eq!(*view.meta(), self.own.meta);
            }
            step => unreachable!("{step:?} does not need the writer's own copy"),
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
                Operation::Insert { key, value } => {
                    replica.insert(key, value);
                }
                Operation::Remove { key } => {
                    replica.remove(&key);
                }
                Operation::Clear => replica.clear(),
                _ => {}
            }
        }
        assert_eq!(replica, self.own.entries, "pending lists what was done");
    }

    fn note_publish(&mut self) {
        self.own.version = self.published.version + 1;
        self.published = Rc::new(self.own.clone());
        self.replica.clone_from(&self.own.entries);
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

fn compare<S: BuildHasher>(view: &View<'_, String, Value, u16, S>, state: &State) {
    assert_eq!(view.version(), state.version);
    assert_eq!(*view.meta(), state.meta);
    assert_eq!(*view, state.entries);
    assert_eq!(view.iter().count(), state.entries.len());
    assert_eq!(view.is_empty(), state.entries.is_empty());
    for (key, value) in &state.entries {
        assert_eq!(view.get_key_value(key), Some((key, value)));
    }
    assert_eq!(
        view.get_many(["k0", "missing"]),
        [state.entries.get("k0"), None]
    );
}
