//! Keys and values for the models: keys that are equal but differ, and values whose
//! `Clone` panics when it is told to.

use std::borrow::Borrow;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{self, AssertUnwindSafe};

use crate::key::IntoKey;

/// Equal to others of its name, from which its mark tells it apart.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(::serde::Serialize, ::serde::Deserialize))]
pub struct Key {
    pub name: String,
    pub mark: u16,
}

impl Key {
    pub fn new(name: impl Into<String>, mark: u16) -> Self {
        let name = name.into();
        Self { name, mark }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.name
    }
}

impl IntoKey<Key> for &str {
    fn into_key(self) -> Key {
        Key::new(self, u16::MAX)
    }
}

/// A number on the heap, so that a wrong drop would show.
#[derive(Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(::serde::Serialize, ::serde::Deserialize))]
pub struct Value(pub Box<u16>);

impl Value {
    pub fn new(number: u16) -> Self {
        Self(Box::new(number))
    }
}

thread_local!(static TRIPS: Cell<bool> = const { Cell::new(false) });

impl Clone for Value {
    fn clone(&self) -> Self {
        if TRIPS.replace(false) {
            unwind();
        }
        Self(self.0.clone())
    }
}

/// Panics without the panic hook, which would end a fuzzer and fill the output of a test.
pub fn unwind() -> ! {
    panic::resume_unwind(Box::new("on purpose"))
}

/// Whether `work` panics.
pub fn unwinds<R>(work: impl FnOnce() -> R) -> bool {
    panic::catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// Whether `work` panics if the first clone of a value in it does.
pub fn unwinds_at_a_clone<R>(work: impl FnOnce() -> R) -> bool {
    TRIPS.set(true);
    let unwinds = unwinds(work);
    TRIPS.set(false);
    unwinds
}
