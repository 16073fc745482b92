//! A map that is read from some format.

use std::marker::PhantomData;
use std::{fmt, iter};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Builds of the entries of a map, unless one of them cannot be read. `expected` is for the error
/// if it is no map.
///
/// Nothing is reserved by what the input says of its length: that may lie, and tables grow fast
/// enough.
pub fn deserialize<'de, K, V, D, T>(
    deserializer: D,
    expected: &'static str,
    build: impl FnOnce(&mut dyn Iterator<Item = (K, V)>) -> T,
) -> Result<T, D::Error>
where
    K: Deserialize<'de>,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Build {
        expected,
        build,
        entries: PhantomData,
    })
}

struct Build<F, K, V> {
    expected: &'static str,
    build: F,
    entries: PhantomData<(K, V)>,
}

impl<'de, K, V, F, T> Visitor<'de> for Build<F, K, V>
where
    K: Deserialize<'de>,
    V: Deserialize<'de>,
    F: FnOnce(&mut dyn Iterator<Item = (K, V)>) -> T,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut result = Ok(());
        let mut entries = iter::from_fn(|| {
            map.next_entry().unwrap_or_else(|error| {
                result = Err(error);
                None
            })
        });
        let built = (self.build)(&mut entries);
        result.map(|()| built)
    }
}
