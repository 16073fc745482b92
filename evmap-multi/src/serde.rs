//! Bags serialize as sequences and snapshots as maps of them; such a map deserializes into a writer.
//! (Operations derive both.)

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::bag::{Bag, ValueHash};
use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::write::WriteHandle;

/// As a sequence with its length, of each value as often as it is there.
impl<V: Serialize, S> Serialize for Bag<V, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_seq(self)
    }
}

/// From a sequence.
impl<'de, V, S> Deserialize<'de> for Bag<V, S>
where
    V: Eq + Hash + Clone + Deserialize<'de>,
    S: BuildHasher + Clone + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Into::<Self>(PhantomData))
    }
}

/// As a map with its length; metadata is left out, serialize it beside.
impl<K: Serialize, V: Serialize, M, S> Serialize for Snapshot<K, V, M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_map(self)
    }
}

/// From a map of sequences, which is published as version 1. Of equal keys the values are joined.
impl<'de, K, V, M, S> Deserialize<'de> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send + Deserialize<'de>,
    V: Eq + Hash + Clone + Send + Deserialize<'de>,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Into::<Self>(PhantomData))
    }
}

/// What visits the input and makes a `T` of it.
///
/// It reserves nothing by what the input says of its length: that may lie, and tables grow fast
/// enough.
struct Into<T>(PhantomData<T>);

impl<'de, V, S> Visitor<'de> for Into<Bag<V, S>>
where
    V: Eq + Hash + Clone + Deserialize<'de>,
    S: BuildHasher + Clone + Default,
{
    type Value = Bag<V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let (mut bag, hasher) = (Bag::new(), S::default());
        while let Some(value) = values.next_element()? {
            bag.insert(Cow::Owned(value), &mut ValueHash::default(), &hasher);
        }
        Ok(bag)
    }
}

impl<'de, K, V, M, S> Visitor<'de> for Into<WriteHandle<K, V, M, S>>
where
    K: Eq + Hash + Clone + Send + Deserialize<'de>,
    V: Eq + Hash + Clone + Send + Deserialize<'de>,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    type Value = WriteHandle<K, V, M, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of sequences")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        evmap_core::with_entries::<K, Vec<V>, _, _>(map, |bags| {
            Builder::<M, S>::default().build_from_bags(bags).0
        })
    }
}
