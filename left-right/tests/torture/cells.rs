//! The tortured structure.

use std::panic::panic_any;

use left_right::{Absorb, Independent};

pub(crate) const CELLS: u64 = 24;

/// All cells belong to one generation, except while the writer is at work on them. Each cell is an
/// allocation of its own, which every change frees, so that memory checkers see a read that is
/// too late.
#[derive(Clone)]
pub(crate) struct Cells {
    pub(crate) generation: u64,
    #[allow(clippy::vec_box)] // The point of it.
    pub(crate) cells: Vec<Box<u64>>,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            generation: 0,
            cells: (0..CELLS).map(|index| Box::new(cell(0, index))).collect(),
        }
    }

    /// The generation, after a check that there is only one.
    pub(crate) fn check(&self) -> u64 {
        let generation = self.generation;
        for (index, value) in (0..).zip(&self.cells) {
            assert_eq!(
                **value,
                cell(generation, index),
                "cell {index} is not of generation {generation}"
            );
        }
        // The other way round as well, in case a writer goes over it meanwhile.
        assert_eq!(self.generation, generation);
        generation
    }
}

pub(crate) fn cell(generation: u64, index: u64) -> u64 {
    (generation ^ index.rotate_left(48)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

pub(crate) enum Change {
    Generation(u64),
    Cell(u64, Box<u64>),
    /// Panics when the first copy absorbs it.
    Panic,
}

/// What a [`Change::Panic`] panics with.
pub(crate) struct OnPurpose;

impl Absorb<Change> for Cells {
    fn absorb_first(&mut self, change: &mut Change, other: &Self) {
        // The other copy is the published one, so it is whole.
        debug_assert_eq!(*other.cells[0], cell(other.generation, 0));
        match change {
            Change::Generation(generation) => self.generation = *generation,
            Change::Cell(index, value) => self.cells[*index as usize] = value.clone(),
            Change::Panic => panic_any(OnPurpose),
        }
    }

    fn absorb_second(&mut self, change: Change, _other: &Self) {
        match change {
            Change::Generation(generation) => self.generation = generation,
            Change::Cell(index, value) => self.cells[index as usize] = value,
            Change::Panic => unreachable!("the first copy panicked"),
        }
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

impl Independent for Cells {}
