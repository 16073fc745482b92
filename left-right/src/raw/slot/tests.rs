//! What a slot says.

#![forbid(unsafe_code)]

use super::*;
use crate::raw::{current::tests::published, fence};

fn enter(slot: &Slot, current: &Current) -> Option<CopyPtr> {
    match slot.enter(current) {
        Ok(copy) => Some(copy),
        Err(Otherwise::Acquire) => slot.acquire(current),
        Err(Otherwise::Taken) => slot.enter_or_nest(current),
    }
}

fn times_acquired(slot: &Slot) -> u64 {
    slot.acquired.load(Ordering::Relaxed)
}

/// A process without a barrier has no guesses.
fn has_barrier() -> bool {
    fence::fence_strategy() != fence::FenceStrategy::Fences
}

#[test]
fn a_reader_guesses_where_it_was_last() {
    let guess = match has_barrier() {
        true => Word::inactive(0),
        false => Word::NOTHING,
    };
    let (current, [copy, _]) = published();
    let slot = Slot::new();
    assert_eq!(slot.word(), Word::NOTHING);
    for _ in 0..2 {
        assert_eq!(enter(&slot, &current), Some(copy));
        assert_eq!(slot.word(), Word::inactive(0).active());
        assert!(slot.leave());
        assert_eq!(slot.word(), guess);
    }
    assert_eq!(times_acquired(&slot) == 1, has_barrier(), "only the first");
    slot.forget_guess();
    assert_eq!(slot.word(), Word::NOTHING);
    enter(&slot, &current).unwrap();
    slot.forget_guess();
    assert_eq!(
        slot.word(),
        Word::inactive(0).active(),
        "the critical section stays"
    );
    slot.exit_leaked();
    assert_eq!(slot.word(), Word::NOTHING);
}

#[test]
fn a_reader_that_is_told_leaves_no_guess_for_a_while() {
    if !has_barrier() {
        return;
    }
    let (current, _) = published();
    let slot = Slot::new();
    let guesses = || {
        enter(&slot, &current).unwrap();
        assert!(slot.leave());
        slot.word() == Word::inactive(0)
    };
    assert!(guesses());
    slot.tell();
    assert!(guesses(), "its guess is right: it looks for nothing else");
    slot.forget_guess();
    for _ in 0..UNGUESSED {
        assert!(!guesses());
    }
    assert!(guesses());
    assert_eq!(times_acquired(&slot), u64::from(UNGUESSED) + 2);
}

#[test]
fn a_reader_that_finds_nothing_is_outside_and_each_acquire_has_a_number() {
    let (current, _) = published();
    current.close();
    let slot = Slot::new();
    for times in 1..4 {
        assert_eq!(enter(&slot, &current), None);
        assert_eq!(slot.word(), Word::NOTHING);
        assert_eq!(times_acquired(&slot), times);
    }
}

#[test]
fn too_many_guards_are_refused_and_the_critical_section_stays() {
    let (current, _) = published();
    for orphaned in [false, true] {
        let slot = Slot::new();
        if orphaned {
            slot.orphan();
        }
        enter(&slot, &current).unwrap();
        for _ in 0..MOST_NESTED {
            enter(&slot, &current).unwrap();
        }
        let one_more = std::panic::AssertUnwindSafe(|| enter(&slot, &current));
        assert!(std::panic::catch_unwind(one_more).is_err());
        for _ in 0..MOST_NESTED {
            assert!(!slot.leave());
            assert!(!slot.leave_nested());
            assert!(slot.is_occupied());
        }
        if orphaned {
            assert!(!slot.leave());
            assert!(slot.leave_nested());
        } else {
            assert!(slot.leave());
        }
        assert!(!slot.is_occupied());
    }
}
