//! What the writer concludes from what a slot says.

use std::ptr::NonNull;

use super::*;
use crate::raw::{
    current::tests::published,
    instance::{Header, published_as},
    registry::SharedSlot,
};

/// Two instances, a reader, and a writer that waits for it to leave the first, or all.
struct Scene {
    retired: Box<Header>,
    other: Box<Header>,
    registry: Registry,
    slot: SharedSlot,
    grace: GracePeriod,
}

impl Scene {
    fn new() -> Self {
        let registry = Registry::new();
        Self {
            retired: Box::new(Header::new(5)),
            other: Box::new(Header::new(6)),
            slot: registry.register(),
            registry,
            grace: GracePeriod::default(),
        }
    }

    fn in_retired(&mut self) {
        self.slot.stop_active(NonNull::from(&mut *self.retired));
    }

    fn in_other(&mut self) {
        self.slot.stop_active(NonNull::from(&mut *self.other));
    }

    /// The reader has been in what is to be retired, and in nothing since.
    fn has_paused(&mut self) {
        self.in_retired();
        self.slot.exit_leaked();
    }

    /// Whether it takes a heavy fence to see whether a reader that has not fenced is there.
    fn costs_a_heavy_fence(&mut self) -> bool {
        self.begin(ReaderFence::Light);
        self.scan(Wait::Poll).took.is_some()
    }

    fn begin(&mut self, reader_fence: ReaderFence) {
        let retired = Retired::Instance {
            address: NonNull::from(&*self.retired).addr().get(),
            version: 5,
        };
        self.grace.begin(retired, reader_fence);
    }

    /// A scan for the readers of one instance, or for all.
    fn scan_for(&mut self, all: bool) {
        match all {
            true => self.grace.begin(Retired::All, ReaderFence::Full),
            false => self.begin(ReaderFence::Full),
        }
        self.scan(Wait::Poll);
    }

    /// What it took until every slot could be believed.
    fn scan(&mut self, wait: Wait) -> ScanCost {
        let cost = self.grace.scan(&self.registry, wait);
        cost.expect("something is owed")
    }

    fn is_over(&mut self) -> bool {
        self.grace.wait(Wait::Poll).is_ok()
    }

    /// The version that a report names, of the only reader there is.
    fn reported(&self) -> Option<u64> {
        let [reader] = &self.grace.stalled_readers()[..] else {
            panic!("one reader");
        };
        reader.version
    }
}

#[test]
fn a_reader_of_what_was_retired_is_waited_for_until_it_leaves() {
    let mut scene = Scene::new();
    scene.in_retired();
    scene.scan_for(false);
    assert!(!scene.is_over());
    assert!(scene.grace.has_known_reader());
    assert_eq!(scene.reported(), Some(5));
    scene.slot.exit_leaked();
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_moves_on_is_not_waited_for() {
    let mut scene = Scene::new();
    scene.in_retired();
    scene.scan_for(false);
    assert!(!scene.is_over());
    scene.in_other();
    assert!(scene.is_over());
    scene.in_retired();
    scene.scan_for(false);
    scene.slot.stop_acquiring();
    assert!(scene.is_over());
}

#[test]
fn a_reader_of_another_instance_is_waited_for_only_if_all_have_to_leave() {
    let mut scene = Scene::new();
    scene.in_other();
    scene.scan_for(false);
    assert!(scene.is_over());
    scene.scan_for(true);
    assert!(!scene.is_over());
    scene.slot.exit_leaked();
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_acquired_is_waited_for_where_it_is_found() {
    for all in [false, true] {
        let mut scene = Scene::new();
        scene.slot.stop_acquiring();
        scene.scan_for(all);
        assert!(!scene.is_over());
        assert!(!scene.grace.has_known_reader());
        assert_eq!(scene.reported(), None);
        scene.in_retired();
        assert!(!scene.is_over());
        assert!(scene.grace.has_known_reader());
        scene.slot.exit_leaked();
        assert!(scene.is_over());
    }
}

#[test]
fn a_reader_that_acquired_and_is_found_elsewhere_is_not_waited_for() {
    let mut scene = Scene::new();
    scene.slot.stop_acquiring();
    scene.scan_for(false);
    scene.in_other();
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_acquires_again_has_left() {
    for all in [false, true] {
        let mut scene = Scene::new();
        scene.slot.stop_acquiring();
        scene.scan_for(all);
        scene.slot.stop_acquiring();
        assert!(scene.is_over());
    }
}

/// Readers that have not fenced; not where the system has no heavy fence to make.
fn with_heavy_fences(test: impl FnOnce(Scene)) {
    if fence::fence_strategy() != fence::FenceStrategy::Fences {
        test(Scene::new());
    }
}

#[test]
fn who_is_elsewhere_costs_no_heavy_fence() {
    with_heavy_fences(|mut scene| {
        // Not yet anywhere; active elsewhere; inactive there; acquiring for the last time.
        assert!(!scene.costs_a_heavy_fence());
        scene.in_other();
        assert!(!scene.costs_a_heavy_fence());
        scene.slot.exit_leaked();
        assert!(!scene.costs_a_heavy_fence());
        assert!(scene.is_over());
    });
}

#[test]
fn who_has_been_in_what_was_retired_and_paused_costs_a_heavy_fence() {
    with_heavy_fences(|mut scene| {
        scene.has_paused();
        assert!(scene.costs_a_heavy_fence());
        assert!(scene.is_over());
    });
}

#[test]
fn a_reader_of_the_thread_that_publishes_costs_no_heavy_fence() {
    with_heavy_fences(|mut scene| {
        scene.has_paused();
        scene.slot.belong_to_this_thread();
        assert!(!scene.costs_a_heavy_fence());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert!(scene.costs_a_heavy_fence());
            });
        });
    });
}

#[test]
fn the_writers_own_reader_costs_no_heavy_fence() {
    with_heavy_fences(|mut scene| {
        scene.has_paused();
        scene.slot.belong_to_writer();
        assert!(!scene.costs_a_heavy_fence());
        scene.in_retired();
        scene.scan_for(false);
        assert!(!scene.is_over(), "a leaked guard");
    });
}

#[test]
fn readers_that_have_fenced_cost_no_heavy_fence() {
    let mut scene = Scene::new();
    scene.has_paused();
    scene.begin(ReaderFence::Full);
    assert!(scene.scan(Wait::Poll).took.is_none());
    scene.in_retired();
    scene.begin(ReaderFence::Full);
    assert!(scene.scan(Wait::Poll).took.is_none());
    assert!(!scene.is_over());
}

#[test]
fn who_is_active_is_waited_for_after_the_heavy_fence_and_keeps_its_word() {
    with_heavy_fences(|mut scene| {
        scene.in_retired();
        scene.begin(ReaderFence::Light);
        assert!(scene.scan(Wait::Forever).took.is_some());
        assert!(!scene.is_over());
        assert_eq!(scene.reported(), Some(5));
        scene.slot.exit_leaked();
        assert!(scene.is_over());
    });
}

#[test]
fn who_does_not_move_on_is_not_waited_for_a_while() {
    with_heavy_fences(|mut scene| {
        scene.in_retired();
        scene.begin(ReaderFence::Light);
        scene.scan(Wait::Poll);
        assert_eq!(scene.slot.idle(), 0, "it has not waited");
        scene.begin(ReaderFence::Light);
        scene.scan(Wait::Forever);
        let idle = scene.slot.idle();
        assert!(idle > 0);
        // Who comes meanwhile changes nothing.
        scene.registry.register();
        scene.begin(ReaderFence::Light);
        scene.scan(Wait::Forever);
        assert_eq!(scene.slot.idle(), idle - 1);
    });
}

#[test]
fn others_are_waited_for_beside_one_that_did_not_move_on() {
    with_heavy_fences(|mut scene| {
        let another = scene.registry.register();
        scene.slot.set_idle(5);
        scene.in_other();
        another.stop_active(NonNull::from(&mut *scene.retired));
        scene.begin(ReaderFence::Light);
        scene.scan(Wait::Forever);
        assert_eq!(scene.slot.idle(), 5, "it is not in the way");
        assert!(another.idle() > 0, "it was waited for");
    });
}

#[test]
fn what_two_swaps_owe_is_owed_once_and_in_full() {
    with_heavy_fences(|mut scene| {
        scene.has_paused();
        scene.begin(ReaderFence::Light);
        scene.begin(ReaderFence::Full);
        assert_eq!(scene.scan(Wait::Poll).reader_fence, ReaderFence::Light);
        assert!(scene.grace.scan(&scene.registry, Wait::Poll).is_none());
    });
}

#[test]
fn before_the_barrier_only_another_word_is_a_proof() {
    let mut scene = Scene::new();
    scene.in_retired();
    scene.begin(ReaderFence::Light);
    scene.grace.read_slots(&scene.registry, Barrier::Pending);
    scene.slot.exit_leaked();
    scene.grace.prune(Barrier::Pending);
    assert_eq!(
        scene.grace.found.blockers.len(),
        1,
        "inactive in what it was in"
    );
    scene.in_retired();
    scene.grace.prune(Barrier::Pending);
    assert_eq!(scene.grace.found.blockers.len(), 1, "active again");
    scene.slot.stop_acquiring();
    scene.grace.prune(Barrier::Pending);
    assert_eq!(scene.grace.found.blockers.len(), 0, "it acquires");
}

#[test]
#[should_panic = "made before a wait"]
fn nobody_waits_before_it_is_known_for_whom() {
    let mut scene = Scene::new();
    scene.begin(ReaderFence::Full);
    scene.is_over();
}

#[test]
fn a_generation_is_named_for_as_long_as_a_slot_names_it() {
    let mut scene = Scene::new();
    let first = scene.retired.generation;
    let second = Generations::default().next_free(first);
    let retired = published_as(NonNull::from(&mut *scene.retired), second);
    scene.slot.stop_active(retired);
    scene.scan_for(false);
    assert_ne!(scene.grace.named().next_free(first), second);
    scene.in_other();
    scene.scan_for(false);
    assert_eq!(scene.grace.named().next_free(first), second);
    // Whoever scans is not entering.
    scene.slot.stop_active(retired);
    scene.slot.exit_leaked();
    scene.slot.belong_to_writer();
    scene.scan_for(false);
    assert_eq!(scene.grace.named().next_free(first), second);
}

#[test]
fn a_scan_counts_the_entries_with_a_fence_of_all_readers() {
    // It asks for fences.
    let (published, _instance) = published();
    let enter_and_leave = |slot: &SharedSlot| {
        let otherwise = slot.enter(slot.word(), &published).unwrap_err();
        slot.enter_otherwise(otherwise, &published).unwrap();
        assert!(slot.leave());
    };
    let mut scene = Scene::new();
    let gone = scene.registry.register();
    for slot in [&scene.slot, &gone, &scene.slot] {
        enter_and_leave(slot);
    }
    scene.registry.deregister(gone.key());
    scene.begin(ReaderFence::Full);
    assert_eq!(scene.scan(Wait::Poll).fenced, 3);
}
