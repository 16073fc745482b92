//! Snapshots serialize as maps, and so do views of them; a map deserializes into a writer.
//! (Operations derive both.)

use std::hash::{BuildHasher, Hash};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::base;
use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::view::View;
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

/// What the view shows, as a [`Snapshot`] does.
impl<K: Serialize, V: Serialize, M, S> Serialize for View<'_, K, V, M, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        (**self).serialize(serializer)
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
        base::serde::deserialize(deserializer, "a map", |entries| {
            Builder::<M, S>::default().build_from(entries).0
        })
    }
}
