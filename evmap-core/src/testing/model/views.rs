//! The views that a model's readers hold, and the state that each must show.

use std::marker::PhantomData;
use std::rc::Rc;

use super::subject::State;
use crate::testing::map::{Map, View};

/// Views with the numbers of their readers and their states.
pub(super) struct Views<M, V, H> {
    map: PhantomData<M>,
    held: Vec<(usize, V, Rc<State<H>>)>,
}

impl<M: Map, V: View<M>, H> Views<M, V, H> {
    /// More than one per reader, so that they nest.
    const MOST: usize = 6;

    pub(super) fn new() -> Self {
        Self {
            map: PhantomData,
            held: Vec::new(),
        }
    }

    /// Whether the writer must wait for one of them: a view of the state before the published one
    /// is in the copy that it needs next. Older ones are in copies that were left to them.
    pub(super) fn hold_up(&self, published: &State<H>) -> bool {
        let before = published.version.checked_sub(1);
        (self.held.iter()).any(|(_, _, state)| Some(state.version) == before)
    }

    /// The state that a reader's look-ups and new views see: that of its other views, if it has
    /// any.
    pub(super) fn seen_by(&self, reader: usize, published: &Rc<State<H>>) -> Rc<State<H>> {
        let other = self.held.iter().find(|view| view.0 == reader);
        Rc::clone(other.map_or(published, |view| &view.2))
    }

    pub(super) fn enter(
        &mut self,
        reader: usize,
        published: &Rc<State<H>>,
        enter: impl FnOnce() -> V,
    ) {
        if self.held.len() < Self::MOST {
            let state = self.seen_by(reader, published);
            self.held.push((reader, enter(), state));
        }
    }

    /// Refreshes a view, which steps if its reader has no other.
    pub(super) fn refresh(&mut self, index: usize, published: &Rc<State<H>>) {
        let Some(reader) = self.held.get(index).map(|view| view.0) else {
            return;
        };
        let alone = self.held.iter().filter(|view| view.0 == reader).count() == 1;
        let (_, view, state) = &mut self.held[index];
        let steps = alone && state.version < published.version;
        assert_eq!(view.is_newest(), state.version == published.version);
        assert_eq!(view.refresh(), steps);
        if steps {
            *state = Rc::clone(published);
        }
    }

    pub(super) fn leave(&mut self, index: usize) {
        if index < self.held.len() {
            drop(self.held.swap_remove(index));
        }
    }

    pub(super) fn leave_all(&mut self) {
        self.held.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&V, &State<H>)> {
        self.held.iter().map(|(_, view, state)| (view, &**state))
    }
}
