//! What is asked for where every thread reads and writes.

use super::mix::Mix;
use super::outcome::Outcome;
use crate::claim::{Claim, Target};

/// Cores are far from each other if a line's round trip takes so many nanoseconds.
const FAR: f64 = 200.0;

/// Our speed beside that of the best other map, where the cores are near each other and where they are far.
#[derive(Clone, Copy, Debug)]
struct Goal {
    mix: Mix,
    near: Target,
    far: Target,
}

#[rustfmt::skip]
const GOALS: [Goal; 11] = [
    Goal::anywhere(1, 20, 1.0),
    Goal::anywhere(1, 50, 1.2),
    Goal::near_and_far(2, 20, 1.0, 0.6),
    Goal::near_and_far(2, 50, 1.5, 1.0),
    Goal::anywhere(2, 1_000, 2.5),
    Goal::anywhere(4, 20, 0.9),
    Goal::anywhere(4, 50, 1.3),
    Goal::anywhere(4, 1_000, 2.0),
    Goal::anywhere(16, 50, 0.8),
    Goal::anywhere(16, 100, 0.85),
    Goal::anywhere(16, 1_000, 1.3),
];

impl Goal {
    const fn anywhere(threads: usize, share: usize, limit: f64) -> Self {
        Self::near_and_far(threads, share, limit, limit)
    }

    const fn near_and_far(threads: usize, share: usize, near: f64, far: f64) -> Self {
        Self {
            mix: Mix { threads, share },
            near: Target::AtLeast(near),
            far: Target::AtLeast(far),
        }
    }

    fn claim(&self, outcome: &Outcome, keys: &str, round_trip: Option<f64>) -> Claim {
        let is_far = round_trip.is_some_and(|nanoseconds| nanoseconds >= FAR);
        let mut what = format!("{}, {keys}", self.mix);
        if let Some(nanoseconds) = round_trip.filter(|_| self.near != self.far) {
            what += &format!("; a line's round trip: {nanoseconds:.0} ns");
        }
        let (name, theirs) = outcome.best();
        Claim::ratio(
            what,
            "M/s",
            outcome.ours().clone(),
            (&format!("the best, {name}"), theirs.clone()),
            if is_far { self.far } else { self.near },
        )
    }
}

/// The claims about what was measured.
pub(super) fn claims(outcomes: &[Outcome], keys: &str, round_trip: Option<f64>) -> Vec<Claim> {
    let claim = |goal: &Goal| {
        let outcome = outcomes.iter().find(|it| it.mix == goal.mix)?;
        Some(goal.claim(outcome, keys, round_trip))
    };
    GOALS.iter().filter_map(claim).collect()
}

/// How the targets depend on the machine.
pub(super) fn note() -> String {
    format!(
        "The best of the other maps is the one with the greatest median at that share of writes. Where a line's round \
         trip takes {FAR} ns or more before the run, some targets are lower."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Figure;

    #[test]
    fn some_targets_depend_on_how_far_the_cores_are_from_each_other() {
        let outcomes = [(2, 20), (2, 50), (2, 1_000), (2, 5)].map(|(threads, share)| Outcome {
            mix: Mix { threads, share },
            speeds: ["a", "b", "c", "d"].map(|name| (name, Figure::of(vec![1.0]))),
        });
        let targets = |round_trip| {
            let claims = claims(&outcomes, "", round_trip);
            claims.iter().map(|it| it.target).collect::<Vec<_>>()
        };
        let near = [1.0, 1.5, 2.5].map(Target::AtLeast);
        assert_eq!(targets(None), near);
        assert_eq!(targets(Some(199.0)), near);
        assert_eq!(targets(Some(200.0)), [0.6, 1.0, 2.5].map(Target::AtLeast));
    }
}
