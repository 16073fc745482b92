//! What each step does to the map and to the plain one.

use std::cell::OnceCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use left_right::PublishError;

use super::odd::{Key, Value, unwinds_at_a_clone};
use super::step::{End, Step};
use super::subject::{Model, State, StepOf};
use super::views::Views;
use crate::testing::ignore;
use crate::testing::map::{Reads as _, View as _, Writer as _};

/// Drives the map `M` by these handles; under a key stands `H`.
pub(super) struct Driver<M, W, R, H> {
    map: PhantomData<M>,
    /// `None` once it was dropped, frozen or poisoned.
    writer: Option<W>,
    /// A map that is fed with the pending operations of the other one.
    replica: W,
    first: R,
    /// The state with all operations.
    own: State<H>,
    published: Rc<State<H>>,
    pending: usize,
}

impl<M: Model> Driver<M, M::Writer, M::Reader, M::Held> {
    pub(super) fn new(start: Vec<(Key, M::Held)>, hasher: M::Hasher) -> Self {
        let start = M::with_keys_again(start);
        let (replica, _) = M::build(start.clone(), hasher.clone());
        let (writer, first) = match &start[..] {
            [] => M::with(hasher, 0),
            _ => M::build(start.clone(), hasher),
        };
        let own = State {
            version: writer.version(),
            entries: M::build_plain(start),
            meta: 0,
        };
        Self {
            map: PhantomData,
            writer: Some(writer),
            replica,
            first,
            published: Rc::new(own.clone()),
            own,
            pending: 0,
        }
    }

    pub(super) fn has_no_writer(&self) -> bool {
        self.writer.is_none()
    }

    pub(super) fn step<'r>(
        &mut self,
        step: StepOf<M>,
        readers: &'r [OnceCell<M::Reader>],
        views: &mut Views<M, M::View<'r>, M::Held>,
    ) {
        let waits = views.hold_up(&self.published);
        match step {
            Step::Look(reader, step) => {
                let handle = readers[reader].get_or_init(|| self.first.clone());
                M::look(&step, handle, &self.published);
                assert_eq!(handle.version(), self.published.version);
            }
            Step::CloneAndLook(reader, step) => {
                let clone = readers[reader].get().unwrap_or(&self.first).clone();
                M::look(&step, &clone, &self.published);
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

    fn write(&mut self, step: StepOf<M>, writer: &mut M::Writer, waits: bool) {
        match step {
            Step::Log(step) => self.pending += M::log(step, writer, &mut self.own),
            Step::Apply(operation) => {
                writer.apply(operation.clone());
                M::apply(operation, &mut self.own);
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
            _ if waits => assert!(writer.try_unpublished().is_none()),
            Step::Change(step) => self.pending += M::change(step, writer, &mut self.own),
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
            Step::ViewOwn => M::compare_own(writer.unpublished(), &self.own),
            _ => unreachable!("not a step of the writer"),
        }
    }

    /// A value that cannot be cloned for the first copy.
    fn poison(&mut self, writer: &mut M::Writer) {
        writer.insert(Key::new("poison", 0), Value::new(0));
        assert!(unwinds_at_a_clone(|| ignore(writer.publish())));
        assert!(writer.is_poisoned());
        for result in [
            writer.publish_timeout(Duration::ZERO),
            writer.publish_or_replace(Duration::ZERO),
        ] {
            assert!(matches!(result, Err(PublishError::Poisoned(_))));
        }
        M::compare(&writer.published(), &self.published);
        M::compare(&writer.reader().enter(), &self.published);
    }

    /// Brings the replica up to date, before a publish takes the operations out of `pending`.
    fn replicate(&mut self, writer: &M::Writer) {
        let mut replica = M::Writer::from(self.replica.published().clone());
        for operation in writer.pending() {
            replica.apply(M::sent(operation));
        }
        M::compare_own(replica.unpublished(), &self.own);
        self.replica = replica;
    }

    fn note_publish_unless_stalled(&mut self, result: Result<(), PublishError>, waits: bool) {
        match result {
            Ok(()) => self.note_publish(),
            Err(PublishError::Stalled(_)) => assert!(waits),
            Err(error) => panic!("{error}"),
        }
    }

    fn note_publish(&mut self) {
        self.own.version = self.published.version + 1;
        self.published = Rc::new(self.own.clone());
        self.replica.publish();
        self.pending = 0;
    }

    /// Compares every view, and what the writer says of itself.
    pub(super) fn check(&self, views: &Views<M, M::View<'_>, M::Held>) {
        for (view, state) in views.iter() {
            M::compare(view, state);
            assert_eq!(view.version(), state.version);
        }
        M::compare(&self.first.enter(), &self.published);
        assert_eq!(self.first.version(), self.published.version);
        if let Some(writer) = &self.writer {
            M::compare(&writer.published(), &self.published);
            assert_eq!(writer.pending().len(), self.pending);
            assert_eq!(writer.has_pending_operations(), self.pending > 0);
            assert_eq!(writer.version(), self.published.version);
        }
    }

    /// The writer goes, its pending operations with it; every view and every reader stays. Returns what they
    /// have.
    pub(super) fn end(mut self, views: &mut Views<M, M::View<'_>, M::Held>) -> M::Snapshot {
        self.writer = None;
        self.check(views);
        views.leave_all();
        self.check(views);
        let snapshot = self.first.enter().clone();
        let restarted = M::Writer::from(snapshot.clone());
        M::compare(&restarted.published(), &self.published);
        snapshot
    }
}
