//! What a value says about itself: the key that it belongs to and the write that stored it.
//!
//! A reader beside a writer cannot know which write it will see, but it always knows the key. So the
//! upper 40 bits (the tag) are a fixed mix of the key's index, and the lower 24 count the writes.

const GENERATION_BITS: u32 = 24;
const GENERATION_MASK: u64 = (1 << GENERATION_BITS) - 1;

/// The value of the key with this index after its `generation`th write; 0 is the pre-filled value.
#[must_use]
#[inline]
pub fn value(index: usize, generation: u64) -> u64 {
    with_generation(tag(index), generation)
}

/// The value that carries this tag and generation.
#[must_use]
#[inline]
pub fn with_generation(tag: u64, generation: u64) -> u64 {
    tag << GENERATION_BITS | generation & GENERATION_MASK
}

/// The part of every value of this key that no write changes.
#[must_use]
#[inline]
pub fn tag(index: usize) -> u64 {
    mix(index as u64) >> GENERATION_BITS
}

/// The bits of a value that no write changes: generation 0 has no others.
pub const TAG_MASK: u64 = !GENERATION_MASK;

/// A bijection whose outputs look random (the finalizer of SplitMix64): distinct indices stay distinct.
#[must_use]
#[inline]
pub fn mix(index: u64) -> u64 {
    let mut z = index.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_tag_through_every_generation() {
        for generation in [0, 1, GENERATION_MASK, GENERATION_MASK + 1, u64::MAX] {
            assert_eq!(value(7, generation) & TAG_MASK, value(7, 0));
        }
        assert_ne!(value(7, 1), value(7, 2));
        assert_ne!(tag(7), tag(8));
    }
}
