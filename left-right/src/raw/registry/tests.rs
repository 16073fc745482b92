//! Readers that come and go.

use super::*;
use crate::raw::current::{Current, tests::published};

fn enter(slot: &Slot, published: &Current) {
    if let Err(otherwise) = slot.enter(slot.word(), published) {
        slot.enter_otherwise(otherwise, published).unwrap();
    }
}

/// How many readers are active, and how many entries were fenced.
fn count(registry: &Registry, participants: &mut Participants) -> (usize, usize) {
    registry.list(participants);
    let active = participants.iter().filter(|slot| slot.seen().is_active());
    let fenced = participants.iter().map(Slot::fenced_entries).sum::<usize>();
    (active.count(), registry.fenced_by_others() + fenced)
}

#[test]
fn a_count_that_has_reached_its_end_hides_no_reader() {
    let (published, _instance) = published();
    let registry = Registry::new();
    registry.changes.store(usize::MAX - 1, Ordering::Relaxed);
    let mut participants = Participants::default();
    for readers in 1..4 {
        let slot = registry.register();
        enter(&slot, &published);
        // The pointer asks for fences.
        assert_eq!(count(&registry, &mut participants), (readers, readers));
    }
}
