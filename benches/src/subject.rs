//! Maps as values: a list of different [`Peer`] types that the suites go through.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::error::Error;
use crate::hasher::{CommonHasher, Hasher, StdHasher};
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::Peer;
use crate::peers::{Dash, Evmap, EvmapCore, LeftRight, Papaya, ParkingLot, Plain, StdLock};
use crate::workload::Workload;

/// The map that the others are compared with.
pub const BASE: &str = "evmap-core";

/// The map without any synchronization.
pub const FLOOR: &str = "hashbrown";

/// A map that can be put to work.
pub trait Subject<K: Key>: fmt::Debug {
    /// Its name in the tables.
    fn name(&self) -> &'static str;

    /// How it is driven.
    fn how(&self) -> &'static str;

    /// Runs one repetition of a workload on a map of its own, see [`Workload::run`].
    ///
    /// # Errors
    ///
    /// [`Error::Wrong`] if any answer was wrong.
    fn run(
        &self,
        workload: &Workload,
        keys: &KeySet<K>,
        order: &Order<K>,
        duration: Duration,
    ) -> Result<Vec<f64>, Error>;
}

/// The subject that stands for a peer.
pub struct Of<P>(PhantomData<fn() -> P>);

impl<P> Of<P> {
    /// The subject of this type.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P> Default for Of<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> fmt::Debug for Of<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Of")
            .field(&std::any::type_name::<P>())
            .finish()
    }
}

impl<K: Key, P: Peer<K>> Subject<K> for Of<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn how(&self) -> &'static str {
        P::HOW
    }

    fn run(
        &self,
        workload: &Workload,
        keys: &KeySet<K>,
        order: &Order<K>,
        duration: Duration,
    ) -> Result<Vec<f64>, Error> {
        workload
            .run::<K, P>(keys, order, duration)
            .map_err(|mismatch| mismatch.at(P::NAME, &workload.name()))
    }
}

/// The subjects of a run, in the order of the tables.
pub type Subjects<K> = Vec<Box<dyn Subject<K>>>;

/// What is done for each map. A closure cannot be generic.
pub trait Visit<K: Key> {
    /// Does it for this one.
    fn visit<P: Peer<K>>(&mut self);
}

impl<K: Key> Visit<K> for Subjects<K> {
    fn visit<P: Peer<K>>(&mut self) {
        self.push(Box::new(Of::<P>::new()));
    }
}

/// Goes through all maps, in the order of the tables. `S` is the hasher of those that have another one
/// than foldhash by default.
pub fn each<K: Key, S: Hasher>(visit: &mut impl Visit<K>) {
    visit.visit::<EvmapCore<K, CommonHasher>>();
    visit.visit::<Evmap<K, S>>();
    visit.visit::<LeftRight<K, S>>();
    visit.visit::<StdLock<K, S>>();
    visit.visit::<ParkingLot<K, S>>();
    visit.visit::<Dash<K, S>>();
    visit.visit::<Papaya<K, S>>();
    visit.visit::<Plain<K, CommonHasher>>();
}

/// All maps with the same hasher.
#[must_use]
pub fn all<K: Key>() -> Subjects<K> {
    let mut subjects = Vec::new();
    each::<K, CommonHasher>(&mut subjects);
    subjects
}

/// All maps with the hasher that each has by default: foldhash for `evmap-core` and `hashbrown`, SipHash
/// for the others (the locks then guard what a std `HashMap` is: the same table with SipHash).
#[must_use]
pub fn all_with_native_hashers<K: Key>() -> Subjects<K> {
    let mut subjects = Vec::new();
    each::<K, StdHasher>(&mut subjects);
    subjects
}
