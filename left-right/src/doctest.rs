//! The structure of the examples in this crate's documentation.

#![forbid(unsafe_code)]

use crate::absorb::{Absorb, Independent};

/// A number, to which operations are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count(pub u32);

impl Absorb<u32> for Count {
    fn absorb_first(&mut self, number: &mut u32, _: &Self) {
        self.0 += *number;
    }

    fn sync_with(&mut self, first: &Self) {
        self.0 = first.0;
    }
}

impl Independent for Count {}
