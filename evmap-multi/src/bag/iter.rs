//! The values of a bag, each as often as it is there.

use std::fmt;
use std::iter::FusedIterator;
use std::slice;

use hashbrown::hash_table;

use super::multiset::Counted;

/// Iterates over the values of a [`Bag`](crate::Bag); made by [`Bag::iter`](crate::Bag::iter).
///
/// ```
/// let bag: evmap_multi::Bag<char> = "abca".chars().collect();
/// let mut values = bag.iter();
/// assert_eq!((values.len(), values.next(), values.len()), (4, Some(&'a'), 3));
/// ```
pub struct BagIter<'a, V> {
    values: Values<'a, V>,
}

enum Values<'a, V> {
    Listed(slice::Iter<'a, V>),
    /// Each value is there once, so that there is nothing to count.
    Distinct(hash_table::Iter<'a, Counted<V>>),
    Counted {
        entries: hash_table::Iter<'a, Counted<V>>,
        /// The value that was yielded last, and how often it is still to come.
        again: Option<(&'a V, usize)>,
        /// How many values are still to come.
        len: usize,
    },
}

impl<'a, V> BagIter<'a, V> {
    #[inline]
    pub(super) fn listed(values: &'a [V]) -> Self {
        Self {
            values: Values::Listed(values.iter()),
        }
    }

    #[inline]
    pub(super) fn counted(entries: hash_table::Iter<'a, Counted<V>>, len: usize) -> Self {
        let values = if entries.len() == len {
            Values::Distinct(entries)
        } else {
            Values::Counted {
                entries,
                again: None,
                len,
            }
        };
        Self { values }
    }
}

impl<'a, V> Iterator for BagIter<'a, V> {
    type Item = &'a V;

    #[inline]
    fn next(&mut self) -> Option<&'a V> {
        match &mut self.values {
            Values::Listed(values) => values.next(),
            Values::Distinct(entries) => Some(&entries.next()?.value),
            Values::Counted {
                entries,
                again,
                len,
            } => {
                let (value, times) = match *again {
                    Some(again) => again,
                    None => {
                        let entry = entries.next()?;
                        (&entry.value, entry.times)
                    }
                };
                *again = (times > 1).then_some((value, times - 1));
                *len -= 1;
                Some(value)
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = match &self.values {
            Values::Listed(values) => values.len(),
            Values::Distinct(entries) => entries.len(),
            Values::Counted { len, .. } => *len,
        };
        (len, Some(len))
    }

    #[inline]
    fn fold<B, F>(self, init: B, mut f: F) -> B
    where
        F: FnMut(B, &'a V) -> B,
    {
        match self.values {
            Values::Listed(values) => values.fold(init, f),
            Values::Distinct(entries) => entries.fold(init, |acc, entry| f(acc, &entry.value)),
            Values::Counted { entries, again, .. } => {
                let mut repeat = |acc, value, times| (0..times).fold(acc, |acc, _| f(acc, value));
                let acc = match again {
                    Some((value, times)) => repeat(init, value, times),
                    None => init,
                };
                entries.fold(acc, |acc, entry| repeat(acc, &entry.value, entry.times))
            }
        }
    }
}

impl<V> ExactSizeIterator for BagIter<'_, V> {}

impl<V> FusedIterator for BagIter<'_, V> {}

impl<V> Clone for BagIter<'_, V> {
    #[inline]
    fn clone(&self) -> Self {
        let values = match &self.values {
            Values::Listed(values) => Values::Listed(values.clone()),
            Values::Distinct(entries) => Values::Distinct(entries.clone()),
            Values::Counted {
                entries,
                again,
                len,
            } => Values::Counted {
                entries: entries.clone(),
                again: *again,
                len: *len,
            },
        };
        Self { values }
    }
}

impl<V> Default for BagIter<'_, V> {
    fn default() -> Self {
        Self::listed(&[])
    }
}

impl<V: fmt::Debug> fmt::Debug for BagIter<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
