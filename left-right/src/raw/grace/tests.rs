//! What the writer concludes from what a slot says.

use std::time::Duration;

use super::*;
use crate::raw::registry::SharedSlot;

/// A reader, and a writer that waits for it to leave the copy of version 5, or all.
struct Scene {
    registry: Registry,
    slot: SharedSlot,
    grace: GracePeriod,
}

const RETIRED: u64 = 5;
const OTHER: u64 = 6;

impl Scene {
    fn new() -> Self {
        let registry = Registry::new();
        Self {
            slot: registry.register(),
            registry,
            grace: GracePeriod::default(),
        }
    }

    /// A scan for the readers of one copy, or of all.
    fn scan_for(&mut self, retired: Retired) {
        self.grace.begin(retired);
        self.grace.scan(&self.registry);
    }

    fn scan(&mut self) {
        self.scan_for(Retired::Version(RETIRED));
    }

    fn is_over(&mut self) -> bool {
        self.grace.wait(Wait::Poll).is_ok()
    }

    /// How many readers there still are. They take their time to move on, which a `Poll` does not.
    fn looked_at(&mut self) -> usize {
        self.grace.prune();
        self.grace.blockers.len()
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
    scene.slot.stop_active(RETIRED);
    scene.scan();
    assert!(!scene.is_over());
    assert!(!scene.grace.has_acquiring_reader());
    assert_eq!(scene.reported(), Some(RETIRED));
    scene.slot.exit_leaked();
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_moves_on_is_not_waited_for() {
    let mut scene = Scene::new();
    scene.slot.stop_active(RETIRED);
    scene.scan();
    assert!(!scene.is_over());
    scene.slot.stop_active(OTHER);
    assert!(scene.is_over());
    scene.slot.stop_active(RETIRED);
    scene.scan();
    scene.slot.stop_acquiring();
    assert!(scene.is_over());
}

#[test]
fn a_reader_of_another_copy_is_waited_for_only_if_all_have_to_leave() {
    let mut scene = Scene::new();
    scene.slot.stop_active(OTHER);
    scene.scan();
    assert!(scene.is_over());
    scene.scan_for(Retired::All);
    assert!(!scene.is_over());
    scene.slot.exit_leaked();
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_acquires_is_waited_for_where_it_is_found() {
    for retired in [Retired::Version(RETIRED), Retired::All] {
        let mut scene = Scene::new();
        scene.slot.stop_acquiring();
        scene.scan_for(retired);
        assert!(!scene.is_over());
        assert!(scene.grace.has_acquiring_reader());
        assert_eq!(scene.reported(), None);
        scene.slot.stop_active(RETIRED);
        assert!(!scene.is_over());
        assert!(!scene.grace.has_acquiring_reader());
        scene.slot.exit_leaked();
        assert!(scene.is_over());
    }
}

#[test]
fn a_reader_that_acquires_and_is_found_elsewhere_is_not_waited_for() {
    let mut scene = Scene::new();
    scene.slot.stop_acquiring();
    scene.scan();
    scene.slot.stop_active(OTHER);
    assert!(scene.is_over());
}

#[test]
fn a_reader_that_acquires_again_has_left() {
    for retired in [Retired::Version(RETIRED), Retired::All] {
        let mut scene = Scene::new();
        scene.slot.stop_acquiring();
        scene.scan_for(retired);
        assert!(!scene.is_over());
        scene.slot.stop_acquiring();
        assert!(scene.is_over());
    }
}

#[test]
fn who_is_elsewhere_costs_no_barrier() {
    let mut scene = Scene::new();
    let has_blockers = |scene: &mut Scene| {
        scene.scan();
        !scene.grace.blockers.is_empty()
    };
    // Not yet anywhere; active elsewhere; inactive, with a guess of an older and of a newer version.
    assert!(!has_blockers(&mut scene));
    scene.slot.stop_active(OTHER);
    assert!(!has_blockers(&mut scene));
    for version in [OTHER, RETIRED - 1, RETIRED - 2] {
        scene.slot.stop_inactive(version);
        assert!(!has_blockers(&mut scene));
    }
    scene.slot.stop_inactive(RETIRED);
    assert!(has_blockers(&mut scene));
}

/// Readers that guess; not where the system has no barrier.
fn with_barriers(test: impl FnOnce(Scene)) {
    if fence::fence_strategy() != fence::FenceStrategy::Fences {
        test(Scene::new());
    }
}

#[test]
fn a_guess_costs_a_barrier_and_its_reader_is_told() {
    with_barriers(|scene| {
        let Scene { registry, slot, .. } = scene;
        for wait in [Wait::Poll, Wait::Spin, Wait::Forever] {
            let mut grace = GracePeriod::default();
            slot.stop_inactive(RETIRED);
            grace.begin(Retired::Version(RETIRED));
            grace.scan(&registry);
            assert_eq!(grace.barrier, Barrier::Pending);
            assert!(grace.wait(wait).is_ok());
            assert_eq!(grace.barrier, Barrier::Made);
            assert!(slot.is_told());
        }
    });
}

#[test]
fn a_guess_behind_a_reader_that_stays_costs_a_barrier_before_the_wait_is_given_up() {
    with_barriers(|mut scene| {
        let (guesses, elsewhere) = (scene.registry.register(), scene.registry.register());
        // The last is looked at first.
        let stays = scene.registry.register();
        guesses.stop_inactive(RETIRED);
        elsewhere.stop_inactive(OTHER);
        stays.stop_active(RETIRED);
        for wait in [Wait::Poll, Wait::Spin, Wait::Until(Instant::now())] {
            scene.scan();
            assert!(scene.grace.wait(wait).is_err());
            assert_eq!(scene.grace.barrier, Barrier::Made);
            assert_eq!(scene.grace.blockers.len(), 1);
        }
        assert!(guesses.is_told() && !elsewhere.is_told() && !stays.is_told());
        stays.exit_leaked();
        assert!(scene.is_over());
    });
}

#[test]
fn before_the_barrier_only_another_version_is_a_proof() {
    let mut scene = Scene::new();
    scene.slot.stop_active(RETIRED);
    scene.scan();
    scene.slot.stop_inactive(RETIRED);
    assert_eq!(scene.looked_at(), 1, "it may have entered again");
    scene.slot.stop_active(RETIRED);
    assert_eq!(scene.looked_at(), 1, "it has");
    scene.slot.stop_inactive(OTHER);
    assert_eq!(scene.looked_at(), 0);
}

#[test]
fn after_the_barrier_who_is_outside_is() {
    for retired in [Retired::Version(RETIRED), Retired::All] {
        let mut scene = Scene::new();
        scene.slot.stop_active(RETIRED);
        scene.scan_for(retired);
        scene.grace.barrier = Barrier::Made;
        assert_eq!(scene.looked_at(), 1);
        scene.slot.stop_inactive(RETIRED);
        assert_eq!(scene.looked_at(), 0);
    }
}

#[test]
fn each_swap_asks_for_a_barrier_of_its_own() {
    with_barriers(|mut scene| {
        for _ in 0..3 {
            scene.slot.stop_inactive(RETIRED);
            scene.scan();
            assert_eq!(scene.grace.barrier, Barrier::Pending);
            assert!(scene.is_over());
            assert_eq!(scene.grace.barrier, Barrier::Made);
        }
    });
}

#[test]
fn a_wait_that_was_given_up_goes_on_where_it_was() {
    let mut scene = Scene::new();
    scene.slot.stop_active(RETIRED);
    scene.scan();
    assert!(scene.grace.wait(Wait::Spin).is_err());
    std::thread::sleep(Duration::from_millis(2));
    scene.grace.scan(&scene.registry);
    assert!(!scene.is_over());
    assert!(scene.grace.stalled_for() >= Duration::from_millis(2));
    scene.grace.begin(Retired::Version(OTHER));
    assert_eq!(scene.grace.stalled_for(), Duration::ZERO);
}

#[test]
#[should_panic = "read before a wait"]
fn nobody_waits_before_it_is_known_for_whom() {
    let mut scene = Scene::new();
    scene.grace.begin(Retired::All);
    scene.is_over();
}
