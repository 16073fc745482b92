//! A reader-writer lock around a `HashMap`: what people start with.

use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// One peer per lock: the two locks differ in the name and in whether a guard may be poisoned.
macro_rules! lock {
    ($peer:ident, $held:ident, $lock:path, $guard:path, $name:literal $(, $poisoned:ident)?) => {
        #[doc = concat!("A `HashMap` behind the lock named by: ", $name, ".")]
        pub struct $peer<K, S>(Arc<$lock>);

        #[doc = concat!("The read guard of: ", $name, ".")]
        pub struct $held<'a, K, S>($guard);

        impl<K: Key, S: Hasher> Peer<K> for $peer<K, S> {
            const NAME: &'static str = $name;
            const HOW: &'static str =
                "around hashbrown; lock per look-up (held: one read lock), lock per batch of writes";

            type Reader = Self;
            type Writer<'a> = &'a Self;

            fn build(keys: &KeySet<K>) -> Self {
                let mut map = HashMap::with_capacity_and_hasher(keys.len(), S::default());
                map.extend(entries(keys));
                Self(Arc::new(map.into()))
            }

            fn reader(&self) -> Self {
                Self(Arc::clone(&self.0))
            }

            fn writer(&mut self) -> &Self {
                self
            }
        }

        impl<K: Key, S: Hasher> Lookup<K> for $peer<K, S> {
            #[inline(always)]
            fn get(&self, key: &K) -> Option<u64> {
                self.0.read()$(.expect($poisoned))?.get(key).copied()
            }
        }

        impl<K: Key, S: Hasher> Lookup<K> for $held<'_, K, S> {
            #[inline(always)]
            fn get(&self, key: &K) -> Option<u64> {
                self.0.get(key).copied()
            }
        }

        impl<K: Key, S: Hasher> Reader<K> for $peer<K, S> {
            type Held<'a> = $held<'a, K, S>;

            fn hold(&self) -> Option<Self::Held<'_>> {
                Some($held(self.0.read()$(.expect($poisoned))?))
            }
        }

        impl<K: Key, S: Hasher> Writer<K> for &$peer<K, S> {
            #[inline]
            fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
                let mut map = self.0.write()$(.expect($poisoned))?;
                for (key, value) in entries {
                    map.insert(key, value);
                }
            }
        }

        impl<K, S> fmt::Debug for $peer<K, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($peer)).finish_non_exhaustive()
            }
        }

        impl<K, S> fmt::Debug for $held<'_, K, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($held)).finish_non_exhaustive()
            }
        }
    };
}

/// What a std lock says if a writer panicked, which ends the run anyway.
const POISONED: &str = "no writer panics";

lock!(
    StdLock,
    StdHeld,
    std::sync::RwLock<HashMap<K, u64, S>>,
    std::sync::RwLockReadGuard<'a, HashMap<K, u64, S>>,
    "std RwLock",
    POISONED
);

lock!(
    ParkingLot,
    ParkingLotHeld,
    parking_lot::RwLock<HashMap<K, u64, S>>,
    parking_lot::RwLockReadGuard<'a, HashMap<K, u64, S>>,
    "parking_lot RwLock"
);
