//! Bags serialize as sequences and snapshots as maps of them; such a map deserializes into a writer.
//! (Operations derive both.)

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use evmap_core::base;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::bag::Bag;
use crate::bag::multiset::ValueHash;
use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::view::View;
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
        deserializer.deserialize_seq(Values(PhantomData))
    }
}

/// As a map with its length; metadata is left out, serialize it beside.
impl<K: Serialize, V: Serialize, M, S> Serialize for Snapshot<K, V, M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_map(self)
    }
}

/// What the view shows, as a [`Snapshot`] does.
impl<K: Serialize, V: Serialize, M, S> Serialize for View<'_, K, V, M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        (**self).serialize(serializer)
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
        base::serde::deserialize(deserializer, "a map of sequences", |bags| {
            Builder::<M, S>::default()
                .build_from_bags::<_, _, Vec<V>>(bags)
                .0
        })
    }
}

/// Visits the values of a bag. It reserves nothing by what the input says of their number.
struct Values<V, S>(PhantomData<Bag<V, S>>);

impl<'de, V, S> Visitor<'de> for Values<V, S>
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
