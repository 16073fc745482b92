//! What a slot says.

#![forbid(unsafe_code)]

use super::*;
use crate::raw::current::tests::published;

fn enter(slot: &Slot, published: &Current) -> Option<NonNull<Header>> {
    slot.enter(slot.word(), published)
        .or_else(|otherwise| slot.enter_otherwise(otherwise, published).ok_or(()))
        .ok()
}

#[test]
fn a_reader_announces_where_it_was_last() {
    let (published, mut instance) = published();
    let instance = NonNull::from(&mut *instance);
    let slot = Slot::new();
    assert_eq!(slot.word(), Word::NOTHING);
    assert_eq!(enter(&slot, &published), Some(instance));
    assert_eq!(slot.word(), Word::active_in(instance));
    assert!(slot.leave());
    assert_eq!(slot.word(), Word::active_in(instance).inactive());
    assert_eq!(enter(&slot, &published), Some(instance));
    assert!(slot.leave());
    assert_eq!(slot.acquired.load(Ordering::Relaxed), 1, "only the first");
}

#[test]
fn a_reader_that_finds_nothing_is_inactive_and_each_acquire_has_a_number() {
    let (published, _instance) = published();
    published.close();
    let slot = Slot::new();
    let mut words = vec![slot.word()];
    for _ in 0..3 {
        assert_eq!(enter(&slot, &published), None);
        assert!(!slot.word().is_active());
        words.push(slot.word());
    }
    for (index, word) in words.iter().enumerate() {
        assert_eq!(word.instance(), None);
        assert!(word.active().is_acquiring());
        assert!(!words[..index].contains(word));
    }
}

#[test]
fn fenced_critical_sections_are_counted_and_others_are_not() {
    let (published, mut instance) = published();
    let slot = Slot::new();
    for entries in 1..5 {
        enter(&slot, &published).unwrap();
        assert!(slot.leave());
        assert_eq!(slot.fenced_entries(), entries);
    }
    published.set_last(NonNull::from(&mut *instance));
    enter(&slot, &published).unwrap();
    assert_eq!(slot.fenced_entries(), 4);
}

#[test]
fn too_many_guards_are_refused_and_the_critical_section_stays() {
    let (published, _instance) = published();
    for orphaned in [false, true] {
        let slot = Slot::new();
        if orphaned {
            slot.orphan();
        }
        enter(&slot, &published).unwrap();
        for _ in 0..MOST_NESTED {
            enter(&slot, &published).unwrap();
        }
        let one_more = std::panic::AssertUnwindSafe(|| enter(&slot, &published));
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
