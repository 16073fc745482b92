//! Iterators over a [`Snapshot`](crate::Snapshot), in no particular order.

use std::fmt;
use std::iter::FusedIterator;

use hashbrown::hash_table;

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident yields $item:ty, $entry:pat => $out:expr) => {
        $(#[$doc])*
        pub struct $name<'a, K, V> {
            entries: hash_table::Iter<'a, (K, V)>,
        }

        impl<'a, K, V> $name<'a, K, V> {
            #[inline]
            pub(crate) fn new(entries: hash_table::Iter<'a, (K, V)>) -> Self {
                Self { entries }
            }
        }

        impl<'a, K, V> Iterator for $name<'a, K, V> {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                let $entry = self.entries.next()?;
                Some($out)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.entries.size_hint()
            }

            #[inline]
            fn fold<B, F>(self, init: B, mut f: F) -> B
            where
                F: FnMut(B, Self::Item) -> B,
            {
                self.entries.fold(init, |acc, $entry| f(acc, $out))
            }
        }

        impl<K, V> ExactSizeIterator for $name<'_, K, V> {}

        impl<K, V> FusedIterator for $name<'_, K, V> {}

        impl<K, V> Clone for $name<'_, K, V> {
            #[inline]
            fn clone(&self) -> Self {
                Self {
                    entries: self.entries.clone(),
                }
            }
        }

        impl<K, V> Default for $name<'_, K, V> {
            fn default() -> Self {
                Self {
                    entries: hash_table::Iter::default(),
                }
            }
        }
    };
}

iterator! {
    /// Iterates over the entries of a snapshot; made by [`Snapshot::iter`](crate::Snapshot::iter).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).published().iter().len(), 1);
    /// ```
    Iter yields (&'a K, &'a V), (key, value) => (key, value)
}

iterator! {
    /// Iterates over the keys of a snapshot; made by [`Snapshot::keys`](crate::Snapshot::keys).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).published().keys().next(), Some(&1));
    /// ```
    Keys yields &'a K, (key, _) => key
}

iterator! {
    /// Iterates over the values of a snapshot; made by
    /// [`Snapshot::values`](crate::Snapshot::values).
    ///
    /// ```
    /// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.published().values().next(), Some(&'a'));
    /// ```
    Values yields &'a V, (_, value) => value
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: fmt::Debug, V> fmt::Debug for Keys<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V: fmt::Debug> fmt::Debug for Values<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Yields the entries of a snapshot of one's own; made by its `into_iter`.
///
/// ```
/// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
/// assert!(writer.published().clone().into_iter().eq([(1, 'a')]));
/// ```
pub struct IntoIter<K, V> {
    entries: hash_table::IntoIter<(K, V)>,
}

impl<K, V> IntoIter<K, V> {
    pub(crate) fn new(entries: hash_table::IntoIter<(K, V)>) -> Self {
        Self { entries }
    }
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        self.entries.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }

    #[inline]
    fn fold<B, F>(self, init: B, f: F) -> B
    where
        F: FnMut(B, (K, V)) -> B,
    {
        self.entries.fold(init, f)
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {}

impl<K, V> FusedIterator for IntoIter<K, V> {}

impl<K, V> fmt::Debug for IntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").finish_non_exhaustive()
    }
}
