//! What drives a map, whichever it is: its state, and what publishes and the ends of a writer do.

use std::hash::BuildHasher;
use std::rc::Rc;
use std::time::Duration;

use super::map::{Operation, PublishError, ReadHandle, WriteHandle};
use super::odd::{Key, Value, ignore, unwinds_at_a_clone};
use super::state::{Map, State, compare, compare_own};
use super::views::Views;

pub(super) type Writer<S> = WriteHandle<Key, Value, u16, S>;
pub(super) type Reader<S> = ReadHandle<Key, Value, u16, S>;

pub(super) struct Driver<S: BuildHasher + Clone> {
    /// `None` once it was dropped, frozen or poisoned.
    pub(super) writer: Option<Writer<S>>,
    /// A map that is fed with the pending operations of the other one.
    pub(super) replica: Writer<S>,
    pub(super) first: Reader<S>,
    /// The state with all operations.
    pub(super) own: State,
    pub(super) published: Rc<State>,
    pub(super) pending: usize,
}

impl<S: BuildHasher + Clone + Send> Driver<S> {
    /// With this as what is published and what the writer sees.
    pub(super) fn of(handles: (Writer<S>, Reader<S>), replica: Writer<S>, own: State) -> Self {
        Self {
            writer: Some(handles.0),
            replica,
            first: handles.1,
            published: Rc::new(own.clone()),
            own,
            pending: 0,
        }
    }

    pub(super) fn has_no_writer(&self) -> bool {
        self.writer.is_none()
    }

    /// A value that cannot be cloned for the first copy.
    pub(super) fn poison(&mut self, writer: &mut Writer<S>) {
        writer.insert(Key::new("poison", 0), Value::new(0));
        assert!(unwinds_at_a_clone(|| ignore(writer.publish())));
        assert!(writer.is_poisoned());
        for result in [
            writer.publish_timeout(Duration::ZERO),
            writer.publish_or_replace(Duration::ZERO),
        ] {
            assert!(matches!(result, Err(PublishError::Poisoned(_))));
        }
        compare(&writer.published(), &self.published);
        compare(&writer.reader().enter(), &self.published);
    }

    /// Brings the replica up to date, before a publish takes the operations out of `pending`.
    pub(super) fn replicate(&mut self, writer: &Writer<S>) {
        let mut replica = WriteHandle::from(self.replica.published().clone());
        for operation in writer.pending() {
            replica.apply(sent(operation.cloned()));
        }
        compare_own(replica.view(), &self.own);
        self.replica = replica;
    }

    pub(super) fn note_publish_unless_stalled(
        &mut self,
        result: Result<(), PublishError>,
        waits: bool,
    ) {
        match result {
            Ok(()) => self.note_publish(),
            Err(PublishError::Stalled(_)) => assert!(waits),
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn note_publish(&mut self) {
        self.own.version = self.published.version + 1;
        self.published = Rc::new(self.own.clone());
        self.replica.publish();
        self.pending = 0;
    }

    /// Compares every view, and what the writer says of itself.
    pub(super) fn check(&self, views: &Views<'_, Map<S>, State>) {
        for (view, state) in views.iter() {
            compare(view, state);
            assert_eq!(view.version(), state.version);
        }
        compare(&self.first.enter(), &self.published);
        assert_eq!(self.first.version(), self.published.version);
        if let Some(writer) = &self.writer {
            compare(&writer.published(), &self.published);
            assert_eq!(writer.pending().len(), self.pending);
            assert_eq!(writer.has_pending_operations(), self.pending > 0);
            assert_eq!(writer.version(), self.published.version);
        }
    }

    /// The writer goes, its pending operations with it; every view and every reader stays. Returns what they
    /// have.
    pub(super) fn end(mut self, views: &mut Views<'_, Map<S>, State>) -> Map<S> {
        self.writer = None;
        self.check(views);
        views.leave_all();
        self.check(views);
        let snapshot = self.first.enter().clone();
        let restarted = WriteHandle::from(snapshot.clone());
        compare(&restarted.published(), &self.published);
        snapshot
    }
}

/// The operation as it comes out at the other end of a wire.
#[cfg(feature = "serde")]
fn sent(operation: Operation<Key, Value, u16>) -> Operation<Key, Value, u16> {
    serde_json::from_str(&serde_json::to_string(&operation).unwrap()).unwrap()
}

#[cfg(not(feature = "serde"))]
fn sent(operation: Operation<Key, Value, u16>) -> Operation<Key, Value, u16> {
    operation
}
