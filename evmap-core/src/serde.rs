//! Snapshots serialize as maps, and so do views of them; a map deserializes into a writer.
//! (Operations derive both.)

use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::{fmt, iter};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::write::WriteHandle;

/// As a map with its length; metadata is left out, serialize it beside.
///
/// ```
/// let writer = evmap_core::WriteHandle::from([("a", 1)]);
/// assert_eq!(serde_json::to_string(&writer.published()).unwrap(), r#"{"a":1}"#);
/// ```
impl<K: Serialize, V: Serialize, M, S> Serialize for Snapshot<K, V, M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_map(self)
    }
}

/// From a map, which is published as version 1. Of equal keys the last value counts.
///
/// ```
/// let writer: evmap_core::WriteHandle<String, u32> = serde_json::from_str(r#"{"a":1}"#).unwrap();
/// assert_eq!(writer.reader().get_cloned("a"), Some(1));
/// ```
impl<'de, K, V, M, S> Deserialize<'de> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send + Deserialize<'de>,
    V: Clone + Send + Deserialize<'de>,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(IntoWriter(PhantomData))
    }
}

struct IntoWriter<W>(PhantomData<W>);

impl<'de, K, V, M, S> Visitor<'de> for IntoWriter<WriteHandle<K, V, M, S>>
where
    K: Eq + Hash + Clone + Send + Deserialize<'de>,
    V: Clone + Send + Deserialize<'de>,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    type Value = WriteHandle<K, V, M, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        with_entries(map, |entries| {
            Builder::<M, S>::default().build_from(entries).0
        })
    }
}

/// Builds of the entries of a map that is being read, unless one of them cannot be.
///
/// Nothing is reserved by what the input says of its length: that may lie, and tables grow fast
/// enough.
#[doc(hidden)] // For `evmap-multi`.
pub fn with_entries<'de, K, V, A, T>(
    mut map: A,
    build: impl FnOnce(&mut dyn Iterator<Item = (K, V)>) -> T,
) -> Result<T, A::Error>
where
    K: Deserialize<'de>,
    V: Deserialize<'de>,
    A: MapAccess<'de>,
{
    let mut result = Ok(());
    let mut entries = iter::from_fn(|| {
        map.next_entry().unwrap_or_else(|error| {
            result = Err(error);
            None
        })
    });
    let built = build(&mut entries);
    result.map(|()| built)
}
