//! Bags are equal if they hold the same values equally often.

use std::hash::{BuildHasher, Hash};

use super::{Bag, FEW, Form, Many};

impl<V: Eq + Hash, S: BuildHasher> Bag<V, S> {
    /// Whether the `len` values of `others` are those of this bag, in whatever order: ticks off one
    /// value of the bag for each of the others.
    fn holds_exactly<'a>(&self, len: usize, others: impl IntoIterator<Item = &'a V>) -> bool
    where
        V: 'a,
    {
        if self.len() != len {
            return false;
        }
        let mut others = others.into_iter();
        match &self.form {
            Form::One(one) => others.all(|other| one == other),
            Form::Many(Many::Listed(values)) => {
                let mut ticked = [false; FEW];
                others.all(|other| {
                    let mut unticked = values.iter().zip(&mut ticked).filter(|(_, done)| !**done);
                    match unticked.find(|(value, _)| *value == other) {
                        Some((_, ticked)) => {
                            *ticked = true;
                            true
                        }
                        None => false,
                    }
                })
            }
            Form::Many(Many::Counted(values)) => {
                let mut tally = values.tally();
                others.all(|other| tally.tick_off(other))
            }
        }
    }
}

impl<V: Eq, S> Bag<V, S> {
    /// Whether the bag has a value in `some` apart from an equal one in `others`: then it is not
    /// all the same which of them is removed. All are values of this bag.
    pub(crate) fn distinguishes(&self, some: &[&V], others: &[&V]) -> bool {
        match &self.form {
            Form::One(_) | Form::Many(Many::Listed(_)) => {
                some.iter().any(|value| others.contains(value))
            }
            // It has each distinct value once.
            Form::Many(Many::Counted(_)) => false,
        }
    }
}

/// Equal values equally often, in whatever order, whatever the bags have room for. O(n) on average.
impl<V: Eq + Hash, S: BuildHasher, T> PartialEq<Bag<V, T>> for Bag<V, S> {
    fn eq(&self, other: &Bag<V, T>) -> bool {
        self.holds_exactly(other.len(), other)
    }
}

impl<V: Eq + Hash, S: BuildHasher> Eq for Bag<V, S> {}

macro_rules! values {
    ($($values:ty $(, $length:ident)?;)+) => {$(
        /// Equal values equally often, in whatever order. O(n) on average.
        impl<V: Eq + Hash, S: BuildHasher $(, const $length: usize)?> PartialEq<$values> for Bag<V, S> {
            fn eq(&self, values: &$values) -> bool {
                self.holds_exactly(values.len(), values.iter())
            }
        }

        /// Equal values equally often, in whatever order. O(n) on average.
        impl<V: Eq + Hash, S: BuildHasher $(, const $length: usize)?> PartialEq<Bag<V, S>> for $values {
            fn eq(&self, bag: &Bag<V, S>) -> bool {
                bag == self
            }
        }
    )+};
}

values! {
    [V];
    &[V];
    Vec<V>;
    [V; N], N;
}
