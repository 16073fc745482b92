//! Copies left to their readers, generations, and the choice of fences.

#![forbid(unsafe_code)]

use super::*;
use crate::raw::fence::{FenceStrategy, fence_strategy};

#[test]
fn a_reader_that_may_be_anywhere_costs_few_copies() {
    let mut copies = Copies::new(0_u32, 0_u32);
    let slot = copies.share.core.registry.register();
    slot.stop_acquiring();
    let mut replaced = 0;
    loop {
        if copies.reclaim(Wait::Poll).is_err() {
            if !copies.replace_stale() {
                break;
            }
            replaced += 1;
            assert!(replaced < 100, "a copy for each publish");
        }
        copies.reclaim(Wait::Poll).unwrap().publish();
    }
    assert_eq!(copies.deferred(), replaced);
    slot.exit_leaked();
    copies.reclaim(Wait::Poll).unwrap().publish();
    copies.free_deferred(drop);
    assert_eq!(copies.deferred(), 0);
    drop(copies.close(drop));
}

#[test]
fn what_a_reader_that_pauses_remembers_is_not_published_again() {
    let mut copies = Copies::new(0_u32, 0_u32);
    let slots = [0; 3].map(|_| {
        copies.reclaim(Wait::Poll).unwrap().publish();
        let core = &copies.share.core;
        let slot = core.registry.register();
        slot.stop_active(core.current.peek().unwrap());
        slot.exit_leaked();
        slot
    });
    for _ in 0..100 {
        copies.reclaim(Wait::Poll).unwrap().publish();
        let published = copies.share.core.current.peek().unwrap();
        let published = published.addr().get();
        let newest = copies.version_at(published);
        assert_eq!(newest, Some(copies.version));
        assert!(
            slots
                .iter()
                .all(|it| it.word().instance() != Some(published))
        );
    }
    drop(copies.close(drop));
}

#[test]
fn readers_that_take_the_tag_off_are_heard() {
    if fence_strategy() == FenceStrategy::Fences {
        return; // There is one choice only.
    }
    let mut copies = Copies::new(0_u32, 0_u32);
    // Nobody reads, so fences on both sides are for nothing, and soon chosen.
    while copies.fences != Fences::Symmetric {
        copies.reclaim(Wait::Poll).unwrap().publish();
    }
    let published = &copies.share.core.current;
    while published.find_announced().unwrap().fenced {
        published.prefer_light_fence(pointer_to(copies.published));
    }
    for _ in 0..2 {
        copies.reclaim(Wait::Poll).unwrap().publish();
    }
    assert_eq!(copies.fences, Fences::Asymmetric);
    drop(copies.close(drop));
}
