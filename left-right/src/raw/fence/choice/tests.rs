//! What is chosen under which load.

use super::*;

/// What the load should lead to on this system.
fn expected(fences: Fences) -> Fences {
    match fence_strategy() {
        FenceStrategy::Fences => Fences::AlwaysSymmetric,
        _ => fences,
    }
}

/// What a publish meets with.
#[derive(Clone, Copy)]
struct Load {
    /// Sessions until the next publish.
    sessions: usize,
    /// After so many fenced ones a reader takes the tag off.
    patience: usize,
    /// How long the writer waits for readers that have not fenced, and how long a publish is after
    /// the one before, in nanoseconds.
    wait: (u64, u64),
}

/// Reads that waits of 10 µs, once in a while, are worth, and ones that they are not.
const MANY: Load = Load {
    sessions: 10_000,
    patience: 6_000,
    wait: (10_000, 1_000_000),
};
const FEW: Load = Load {
    sessions: 10,
    ..MANY
};

/// A chooser, and the readers and publishes around it.
struct Pairs {
    chooser: Chooser,
    /// What the published pointer asks for.
    fences: Fences,
    fenced: usize,
}

impl Pairs {
    fn new() -> Self {
        let mut chooser = Chooser::new();
        Self {
            fences: chooser.fences(),
            chooser,
            fenced: 0,
        }
    }

    /// One publish; what it asks its readers for.
    fn publish(&mut self, load: Load) -> Fences {
        let out = std::mem::replace(&mut self.fences, self.chooser.fences());
        let outgoing = match out {
            Fences::Asymmetric => Outgoing::Asymmetric((load.wait.0 != 0).then(|| Cost {
                took: Duration::from_nanos(load.wait.0),
                interval: Duration::from_nanos(load.wait.1),
            })),
            Fences::Symmetric if load.sessions > load.patience => {
                self.fenced = self.fenced.wrapping_add(load.patience);
                Outgoing::TagTakenOff
            }
            Fences::Symmetric | Fences::AlwaysSymmetric => {
                self.fenced = self.fenced.wrapping_add(load.sessions);
                Outgoing::Symmetric
            }
        };
        self.chooser.note(self.fenced, outgoing);
        self.fences
    }

    /// How many of many publishes asked for this pair.
    fn asked_for(&mut self, fences: Fences, load: Load) -> usize {
        let asked = (0..1_000).filter(|_| self.publish(load) == expected(fences));
        asked.count()
    }
}

#[test]
fn starts_asymmetric() {
    assert_eq!(Chooser::new().fences(), expected(Fences::Asymmetric));
}

#[test]
fn publishes_without_reads_turn_symmetric_and_reads_turn_back() {
    let mut pairs = Pairs::new();
    assert!(pairs.asked_for(Fences::Symmetric, FEW) > 950);
    assert!(pairs.asked_for(Fences::Asymmetric, MANY) > 950);
    assert!(pairs.asked_for(Fences::Symmetric, FEW) > 850);
}

#[test]
fn samples_are_few() {
    // Without a process-wide barrier there is one pair, and nothing to sample.
    let one_pair = expected(Fences::Asymmetric) == expected(Fences::Symmetric);
    let are_few = |samples| one_pair || (10..=20).contains(&samples);
    let mut pairs = Pairs::new();
    pairs.asked_for(Fences::Asymmetric, MANY);
    let samples = pairs.asked_for(Fences::Symmetric, MANY);
    assert!(are_few(samples), "{samples}");
    pairs.asked_for(Fences::Symmetric, FEW);
    let load = Load {
        sessions: 100,
        ..FEW
    };
    let samples = pairs.asked_for(Fences::Asymmetric, load);
    assert!(are_few(samples), "{samples}");
}

#[test]
fn readers_that_move_on_by_themselves_are_not_asked_to_fence() {
    let load = Load {
        sessions: 50,
        wait: (0, 0),
        ..MANY
    };
    let mut pairs = Pairs::new();
    pairs.asked_for(Fences::Symmetric, FEW);
    // The next sample finds out.
    pairs.asked_for(Fences::Asymmetric, load);
    assert_eq!(pairs.asked_for(Fences::Asymmetric, load), 1_000);
    // One wait now and then does not matter.
    pairs.publish(FEW);
    assert!(pairs.asked_for(Fences::Asymmetric, load) > 990);
}

#[test]
fn reads_that_no_reader_finds_too_many_are_counted() {
    let load = |sessions| Load {
        sessions,
        patience: usize::MAX,
        ..MANY
    };
    let mut pairs = Pairs::new();
    pairs.asked_for(Fences::Asymmetric, MANY);
    assert!(pairs.asked_for(Fences::Asymmetric, load(3_000)) > 950);
    assert!(pairs.asked_for(Fences::Symmetric, load(1_000)) > 850);
    assert!(pairs.asked_for(Fences::Asymmetric, load(10_000)) > 850);
}

#[test]
fn one_slow_publish_among_fast_ones_changes_nothing() {
    let mut pairs = Pairs::new();
    pairs.asked_for(Fences::Symmetric, FEW);
    let load = Load {
        sessions: 3_000,
        ..FEW
    };
    pairs.publish(load);
    assert!(pairs.asked_for(Fences::Symmetric, FEW) > 950);
}

#[test]
fn a_wait_that_was_interrupted_is_not_the_rule() {
    for load in [
        MANY,
        Load {
            sessions: 5_000,
            ..MANY
        },
    ] {
        let mut pairs = Pairs::new();
        pairs.asked_for(Fences::Asymmetric, load);
        while pairs.publish(load) != expected(Fences::Asymmetric) {}
        let interrupted = Load {
            wait: (5_000_000, 5_100_000),
            ..load
        };
        pairs.publish(interrupted);
        assert!(pairs.asked_for(Fences::Asymmetric, load) > 950);
    }
}

#[test]
fn a_cost_that_was_high_is_asked_again() {
    let load = |wait| Load {
        sessions: 5_000,
        wait,
        ..MANY
    };
    let mut pairs = Pairs::new();
    let dear = load((100_000, 1_000_000));
    assert!(pairs.asked_for(Fences::Symmetric, dear) > 850);
    let cheap = load((10_000, 1_000_000));
    assert!(pairs.asked_for(Fences::Asymmetric, cheap) > 850);
}

#[test]
fn a_slow_fence_does_not_matter_to_a_writer_that_has_time() {
    let load = |wait| Load {
        sessions: 5_000,
        wait,
        ..MANY
    };
    let mut pairs = Pairs::new();
    let rare = load((20_000, 2_000_000));
    assert!(pairs.asked_for(Fences::Asymmetric, rare) > 850);
    let often = load((20_000, 25_000));
    assert!(pairs.asked_for(Fences::Symmetric, often) > 850);
}

#[test]
fn a_count_that_falls_is_not_taken_for_reads() {
    let mut pairs = Pairs::new();
    pairs.fenced = 1_000_000;
    pairs.asked_for(Fences::Symmetric, FEW);
    let known = pairs.chooser.symmetric;
    pairs.chooser.note(10, Outgoing::Symmetric);
    assert_eq!(pairs.chooser.symmetric, known);
}

#[test]
fn a_policy_overrides_the_load() {
    let mut pairs = Pairs::new();
    pairs.chooser.set_policy(FencePolicy::WriteMostly);
    assert_eq!(pairs.chooser.fences(), Fences::AlwaysSymmetric);
    pairs.chooser.set_policy(FencePolicy::ReadMostly);
    assert_eq!(pairs.asked_for(Fences::Asymmetric, FEW), 1_000);
}
