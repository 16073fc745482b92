//! One copy of the data, and the way from a pointer to it to the data and back.

use std::{
    mem::offset_of,
    ptr::{self, NonNull},
};

/// What every copy starts with. Aligned, so that a pointer to it has room for a generation and flags.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Header {
    /// The number of the publish that made this copy visible; 0 before the first.
    ///
    /// Written while the instance is the writer's own, so a guard reads it like the data
    /// (invariant 11).
    pub(crate) version: u64,
    /// Which of its generations the instance is published as, or was last. Written as the version is, and only
    /// the writer looks at it.
    pub(crate) generation: Generation,
}

impl Header {
    pub(crate) fn new(version: u64) -> Self {
        let generation = Generation::FIRST;
        Self {
            version,
            generation,
        }
    }
}

/// The bits of a pointer to an instance that belong to whoever stores it.
pub(crate) const FLAGS: usize = 0b11;
/// The bits that tell publishes of one instance apart.
const GENERATION: usize = (align_of::<Header>() - 1) & !FLAGS;

/// How many generations an instance has. They spare the writer heavy fences, and nothing else rests on them. So
/// loom's models have one, unless they are told otherwise.
#[cfg(not(loom))]
fn generations() -> u32 {
    1 << GENERATION.count_ones()
}
#[cfg(loom)]
fn generations() -> u32 {
    use std::{env, sync::OnceLock};

    static GENERATIONS: OnceLock<u32> = OnceLock::new();
    *GENERATIONS.get_or_init(|| {
        let given = env::var("LEFT_RIGHT_GENERATIONS").ok();
        given.map_or(1, |it| it.parse().expect("a number of generations"))
    })
}

/// Tells the publishes of one instance apart, as far as some bits can.
///
/// The two instances of a pair take turns, so without it the cached pointer of a reader that has paused would be
/// right at every second publish, and each of these would need a heavy fence. The writer chooses one that no slot
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    pub(crate) const FIRST: Self = Self(0);

    /// The generation that this address names of the instance that `other` is one of, if it does.
    #[inline]
    pub(crate) fn named(address: usize, other: usize) -> Option<Self> {
        let is_same = (address ^ other) & !(GENERATION | FLAGS) == 0;
        let number = (address & GENERATION) >> FLAGS.count_ones();
        is_same.then_some(Self(number as u32))
    }
}

/// Generations of one instance, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Generations(u32);
const _: () = assert!(1 << GENERATION.count_ones() <= u32::BITS);

impl Generations {
    #[inline]
    pub(crate) fn add(&mut self, generation: Generation) {
        self.0 |= 1 << generation.0;
    }

    /// The first generation after `last` that is not among these; if all are, the next.
    #[inline]
    pub(crate) fn next_free(self, last: Generation) -> Generation {
        let number = |step: u32| Generation((last.0 + 1 + step) % generations());
        let is_free = |it: &Generation| self.0 & (1 << it.0) == 0;
        (0..generations())
            .map(number)
            .find(is_free)
            .unwrap_or(number(0))
    }
}

/// The pointer by which `instance` is published in this generation.
#[inline]
pub(crate) fn published_as(instance: NonNull<Header>, generation: Generation) -> NonNull<Header> {
    let bits = (generation.0 as usize) << FLAGS.count_ones();
    instance.map_addr(|address| address | bits)
}

/// The instance that was published by this pointer. Safe, because it only computes.
#[inline]
pub(crate) fn instance_at(published: NonNull<Header>) -> NonNull<Header> {
    // By way of the address, since that is one instruction, and `map_addr` three. The provenance of
    // instances is exposed where they are made.
    let address = published.addr().get() & !(GENERATION | FLAGS);
    let instance = ptr::with_exposed_provenance_mut(address);
    // SAFETY: instances are aligned, so this is the address of one, which is not 0.
    unsafe { NonNull::new_unchecked(instance) }
}

/// A copy of the data. `repr(C)`, so that a pointer to it is a pointer to its header.
#[repr(C)]
pub(crate) struct Instance<T> {
    pub(crate) header: Header,
    pub(crate) data: T,
}

/// Puts `data` into an instance of its own, on the heap, whose next generation is the one after this.
pub(crate) fn into_raw<T>(data: T, generation: Generation) -> NonNull<Instance<T>> {
    let mut header = Header::new(0);
    header.generation = generation;
    let instance = Box::new(Instance { header, data });
    let instance = NonNull::from(Box::leak(instance));
    // Readers remember an instance by its address; see `Slot::instance`.
    instance.as_ptr().expose_provenance();
    instance
}

/// Takes the data out of an instance, into a box of its own: the header goes.
///
/// # Safety
///
/// `instance` came from [`into_raw`] and nobody uses it any more.
pub(crate) unsafe fn into_data<T>(instance: NonNull<Instance<T>>) -> Box<T> {
    // SAFETY: the caller's promise.
    let instance = unsafe { Box::from_raw(instance.as_ptr()) };
    Box::new(instance.data)
}

/// Where the data of the instance is that was published by this pointer. Safe, because it only computes: the
/// instance may be gone.
#[inline]
pub(crate) fn data_ptr<T>(published: NonNull<Header>) -> NonNull<T> {
    let data = instance_at(published)
        .as_ptr()
        .wrapping_byte_add(offset_of!(Instance<T>, data))
        .cast::<T>();
    // SAFETY: the instance was allocated when the pointer was made, and no allocation wraps around
    // the address space.
    unsafe { NonNull::new_unchecked(data) }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_generation_of_its_instance_and_of_no_other() {
        let (mut one, mut another) = (Header::new(0), Header::new(0));
        let (one, another) = (NonNull::from(&mut one), NonNull::from(&mut another));
        for generation in 0..generations() {
            let generation = Generation(generation);
            let published = published_as(one, generation);
            assert_eq!(instance_at(published), one);
            let named = |of| {
                let other = published_as(of, Generation(3)).addr().get();
                Generation::named(published.addr().get(), other)
            };
            assert_eq!(named(one), Some(generation));
            assert_eq!(named(another), None);
        }
    }

    #[test]
    fn a_generation_that_is_named_is_left_out() {
        let last = generations() - 1;
        let mut named = Generations::default();
        assert_eq!(named.next_free(Generation(0)), Generation(1));
        assert_eq!(named.next_free(Generation(last)), Generation(0));
        for generation in 1..=3 {
            named.add(Generation(generation));
        }
        assert_eq!(named.next_free(Generation(0)), Generation(4));
        for generation in 0..=last {
            named.add(Generation(generation));
        }
        assert_eq!(
            named.next_free(Generation(9)),
            Generation(10),
            "all are named"
        );
    }
}
