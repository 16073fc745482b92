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

    pub(super) fn enter(
        &mut self,
        reader: usize,
        published: &Rc<State<H>>,
        enter: impl FnOnce() -> V,
    ) {
        if self.held.len() < Self::MOST {
            self.held.push((reader, enter(), Rc::clone(published)));
        }
    }

    /// Refreshes a view, which steps if its reader has no other of the same state.
    pub(super) fn refresh(&mut self, index: usize, published: &Rc<State<H>>) {
        let Some((reader, _, state)) = self.held.get(index) else {
            return;
        };
        let is_other =
            |it: &&(usize, V, Rc<State<H>>)| it.0 == *reader && it.2.version == state.version;
        let alone = self.held.iter().filter(is_other).count() == 1;
        let (_, view, state) = &mut self.held[index];
        let is_newest = state.version == published.version;
        assert_eq!(view.is_newest(), is_newest);
        let steps = view.refresh();
        assert!(if is_newest { !steps } else { steps || !alone });
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
