//! The keys that a run works on: generated integers, or the lines of a file.

pub mod file;

use std::fmt::{self, Debug};
use std::hash::Hash;

use crate::value::mix;

/// What a key must offer so that every peer can hold it.
pub trait Key: Hash + Eq + Clone + Debug + Send + Sync + evmap::StableHashEq + 'static {
    /// A key that is in no key set, to see that absent keys are reported absent.
    fn absent(keys: &KeySet<Self>) -> Self;
}

impl Key for u64 {
    fn absent(keys: &KeySet<Self>) -> Self {
        keys.absent(1)[0]
    }
}

impl Key for String {
    fn absent(_: &KeySet<Self>) -> Self {
        // No line holds a line end.
        "\n".to_owned()
    }
}

/// Distinct keys; a key's index decides its values.
#[derive(Clone)]
pub struct KeySet<K> {
    name: String,
    keys: Vec<K>,
}

impl<K> KeySet<K> {
    /// The keys in the order of their indices.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The number of keys, never 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key; never so for a set made by this module.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What the keys are, for a heading.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<K> Debug for KeySet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("name", &self.name)
            .field("len", &self.keys.len())
            .finish()
    }
}

impl KeySet<u64> {
    /// `count` distinct integers without a pattern.
    ///
    /// # Panics
    ///
    /// Panics if `count` is 0.
    #[must_use]
    pub fn integers(count: usize) -> Self {
        assert!(count > 0, "a key set holds at least one key");
        Self {
            name: self::count(count, "u64 key", "u64 keys"),
            keys: (0..count as u64).map(mix).collect(),
        }
    }

    /// `count` distinct integers without a pattern that are not in this set.
    #[must_use]
    pub fn absent(&self, count: usize) -> Vec<u64> {
        let beyond = self.len() as u64;
        // `mix` is a bijection and the set holds the images of 0..len, so these are not among them.
        (beyond..beyond + count as u64).map(mix).collect()
    }
}

/// A number of things, in the singular or the plural.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", thousands(number))
}

/// A number with its thousands set apart.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_distinct_and_the_absent_one_is_absent() {
        let keys = KeySet::integers(10_000);
        let set: std::collections::HashSet<_> = keys.keys().iter().collect();
        assert_eq!(set.len(), 10_000);
        assert!(!set.contains(&u64::absent(&keys)));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(104_334), "104,334");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
