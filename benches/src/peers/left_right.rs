//! Two crates of the same name around a `HashMap`, the workspace's `left-right` and the registry's: what a user of
//! either writes, once for both.

use std::fmt;
use std::hash::Hash;

use hashbrown::HashMap;

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// The map that each copy holds: a type of ours, since `Absorb` and the map are foreign.
pub struct Table<K, V, S>(pub HashMap<K, V, S>);

impl<K: Clone, V: Clone, S: Clone> Clone for Table<K, V, S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V, S> fmt::Debug for Table<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

macro_rules! left_right {
    ($peer:ident, $reader:ident, $krate:ident, $name:literal) => {
        impl<K: Clone + Eq + Hash, V: Clone, S: Hasher> $krate::Absorb<(K, V)> for Table<K, V, S> {
            #[inline]
            fn absorb_first(&mut self, (key, value): &mut (K, V), _: &Self) {
                self.0.insert(key.clone(), value.clone());
            }

            #[inline]
            fn absorb_second(&mut self, (key, value): (K, V), _: &Self) {
                self.0.insert(key, value);
            }

            fn sync_with(&mut self, first: &Self) {
                self.0.clone_from(&first.0);
            }
        }

        #[doc = concat!("A pair of handles of the crate named by: ", $name, ".")]
        pub struct $peer<K: Key, S: Hasher>($krate::WriteHandle<Table<K, u64, S>, (K, u64)>);

        /// One reader's handle.
        pub struct $reader<K, S>($krate::ReadHandle<Table<K, u64, S>>);

        impl<K: Key, S: Hasher> Peer<K> for $peer<K, S> {
            const NAME: &'static str = $name;
            const HOW: &'static str = "around hashbrown; enter per look-up (held: one guard)";

            type Reader = $reader<K, S>;
            type Writer<'a> = &'a mut $krate::WriteHandle<Table<K, u64, S>, (K, u64)>;

            fn build(keys: &KeySet<K>) -> Self {
                let map = HashMap::with_capacity_and_hasher(keys.len(), S::default());
                let (mut write, _) = $krate::new_from_empty(Table(map));
                write.extend(entries(keys));
                // Twice, so that no write that is measured pays for bringing the second copy into being.
                write.publish();
                write.publish();
                Self(write)
            }

            fn reader(&self) -> Self::Reader {
                $reader(self.0.clone())
            }

            fn writer(&mut self) -> Self::Writer<'_> {
                &mut self.0
            }
        }

        impl<K: Key, S: Hasher> Lookup<K> for $reader<K, S> {
            #[inline(always)]
            fn get(&self, key: &K) -> Option<u64> {
                self.0.enter()?.0.get(key).copied()
            }
        }

        impl<K: Key, S: Hasher> Lookup<K> for $krate::ReadGuard<'_, Table<K, u64, S>> {
            #[inline(always)]
            fn get(&self, key: &K) -> Option<u64> {
                self.0.get(key).copied()
            }
        }

        impl<K: Key, S: Hasher> Reader<K> for $reader<K, S> {
            type Held<'a> = $krate::ReadGuard<'a, Table<K, u64, S>>;

            fn hold(&self) -> Option<Self::Held<'_>> {
                self.0.enter()
            }
        }

        impl<K: Key, S: Hasher> Writer<K> for &mut $krate::WriteHandle<Table<K, u64, S>, (K, u64)> {
            #[inline]
            fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
                for entry in entries {
                    self.append(entry);
                }
                self.publish();
            }
        }

        impl<K: Key, S: Hasher> fmt::Debug for $peer<K, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($peer)).finish_non_exhaustive()
            }
        }

        impl<K, S> fmt::Debug for $reader<K, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($reader)).finish_non_exhaustive()
            }
        }
    };
}

left_right!(OurLeftRight, OurLeftRightReader, left_right, "left-right");
left_right!(
    LeftRight,
    LeftRightReader,
    left_right_registry,
    "left-right 0.11"
);
