//! loom: a model of the heavy fence, because loom knows no system calls.
//!
//! What a reader and a heavy fence owe each other is an order: either the reader's point between
//! announcement and load comes first, or the fence does, and whoever is second sees what the first
//! did before. A read-modify-write by both of them on one variable gives exactly that, and, unlike
//! a `fence(SeqCst)` in the reader, it orders nothing against a writer that forgets the heavy
//! fence and uses a full one in its place.

#![forbid(unsafe_code)]

use loom::{
    lazy_static,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::strategy::FenceStrategy;

lazy_static! {
    static ref ORDER: AtomicUsize = AtomicUsize::new(0);
}

pub(super) fn register() -> Option<FenceStrategy> {
    Some(FenceStrategy::Membarrier)
}

pub(super) fn is_cheap_to_register() -> bool {
    true
}

pub(super) fn light() {
    // AcqRel: pairs with the one in `heavy`, in either direction.
    ORDER.fetch_add(1, Ordering::AcqRel);
}

pub(super) fn heavy() {
    // AcqRel: pairs with the one in `light`, in either direction.
    ORDER.fetch_add(1, Ordering::AcqRel);
}
