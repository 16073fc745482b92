//! The tortured structure.

use std::{mem, panic::panic_any};

use left_right::{Absorb, Independent};

pub(crate) const CELLS: u64 = 24;

/// The most writers that share a round.
pub(crate) const WRITERS: usize = 4;

/// All cells belong to one generation, except while the writer is at work on them. Each cell is an
/// allocation of its own, which every change frees, so that memory checkers see a read that is
/// too late.
#[derive(Clone)]
pub(crate) struct Cells {
    pub(crate) generation: u64,
    /// How many generations are of which writer, where several write.
    pub(crate) of_writer: [u64; WRITERS],
    #[allow(clippy::vec_box)] // The point of it.
    pub(crate) cells: Vec<Box<u64>>,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            generation: 0,
            of_writer: [0; WRITERS],
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
        let together: u64 = self.of_writer.iter().sum();
        assert!(together == 0 || together == generation);
        // The other way round as well, in case a writer goes over it meanwhile.
        assert_eq!(self.generation, generation);
        generation
    }

    fn begin_next(&mut self, writer: usize) {
        self.generation += 1;
        self.of_writer[writer] += 1;
    }

    fn fill(&mut self, index: u64) {
        let value = Box::new(cell(self.generation, index));
        drop(mem::replace(&mut self.cells[index as usize], value));
    }
}

pub(crate) fn cell(generation: u64, index: u64) -> u64 {
    (generation ^ index.rotate_left(48)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

pub(crate) enum Change {
    Generation(u64),
    Cell(u64, Box<u64>),
    /// The next generation, whichever that is, of this writer.
    Next(usize),
    /// The cell of that generation.
    Fill(u64),
    /// The next generation, with all its cells.
    Whole(usize),
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
            Change::Next(writer) => self.begin_next(*writer),
            Change::Fill(index) => self.fill(*index),
            Change::Whole(writer) => {
                self.begin_next(*writer);
                (0..CELLS).for_each(|index| self.fill(index));
            }
            Change::Panic => panic_any(OnPurpose),
        }
    }

    fn absorb_second(&mut self, mut change: Change, other: &Self) {
        match change {
            Change::Cell(index, value) => self.cells[index as usize] = value,
            Change::Panic => unreachable!("the first copy panicked"),
            _ => self.absorb_first(&mut change, other),
        }
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

impl Independent for Cells {}
