//! The views that a model's readers hold, and the state that each must show. For both maps.

use std::rc::Rc;

use evmap_core::base::view::View;

/// What a map held at some version.
pub(crate) trait State {
    fn version(&self) -> u64;
}

/// Views with the numbers of their readers and their states.
pub(crate) struct Views<'r, T, St> {
    held: Vec<(usize, View<'r, T>, Rc<St>)>,
}

impl<'r, T, St: State> Views<'r, T, St> {
    /// More than one per reader, so that they nest.
    pub(crate) const MOST: usize = 6;

    pub(crate) fn new() -> Self {
        Self { held: Vec::new() }
    }

    /// Whether the writer must wait for one of them: a view of the state before the published one
    /// is in the copy that it needs next. Older ones are in copies that were left to them.
    pub(crate) fn hold_up(&self, published: &St) -> bool {
        let before = published.version().checked_sub(1);
        (self.held.iter()).any(|(_, _, state)| Some(state.version()) == before)
    }

    /// The state that a reader's look-ups and new views see: that of its other views, if it has
    /// any.
    pub(crate) fn seen_by(&self, reader: usize, published: &Rc<St>) -> Rc<St> {
        let other = self.held.iter().find(|view| view.0 == reader);
        Rc::clone(other.map_or(published, |view| &view.2))
    }

    pub(crate) fn enter(
        &mut self,
        reader: usize,
        published: &Rc<St>,
        enter: impl FnOnce() -> View<'r, T>,
    ) {
        if self.held.len() < Self::MOST {
            let state = self.seen_by(reader, published);
            self.held.push((reader, enter(), state));
        }
    }

    /// Refreshes a view, which steps if its reader has no other.
    pub(crate) fn refresh(&mut self, index: usize, published: &Rc<St>) {
        let Some(reader) = self.held.get(index).map(|view| view.0) else {
            return;
        };
        let alone = self.held.iter().filter(|view| view.0 == reader).count() == 1;
        let (_, view, state) = &mut self.held[index];
        let steps = alone && state.version() < published.version();
        assert_eq!(view.is_newest(), state.version() == published.version());
        assert_eq!(view.refresh(), steps);
        if steps {
            *state = Rc::clone(published);
        }
    }

    pub(crate) fn leave(&mut self, index: usize) {
        if index < self.held.len() {
            drop(self.held.swap_remove(index));
        }
    }

    pub(crate) fn leave_all(&mut self) {
        self.held.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&View<'r, T>, &St)> {
        self.held.iter().map(|(_, view, state)| (view, &**state))
    }
}
