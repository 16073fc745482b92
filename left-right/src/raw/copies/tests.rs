//! Copies left to their readers.

#![forbid(unsafe_code)]

use super::*;

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
