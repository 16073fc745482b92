//! Readers that come and go.

use super::*;

/// How many readers are active.
fn count(registry: &Registry, participants: &mut Participants) -> usize {
    registry.list(participants);
    let active = participants.iter().filter(|slot| slot.seen().is_active());
    active.count()
}

#[test]
fn a_count_that_has_reached_its_end_hides_no_reader() {
    let registry = Registry::new();
    registry.changes.store(usize::MAX - 1, Ordering::Relaxed);
    let mut participants = Participants::default();
    for readers in 1..4 {
        registry.register().stop_active(7);
        assert_eq!(count(&registry, &mut participants), readers);
    }
}
