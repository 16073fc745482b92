//! What the maps came to at one kind of work.

use super::mix::Mix;
use crate::figure::Figure;

/// How many maps there are.
pub(super) const MAPS: usize = 4;

/// Their names and speeds in millions of operations per second, ours first.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) mix: Mix,
    pub(super) speeds: [(&'static str, Figure); MAPS],
}

impl Outcome {
    /// Our speed.
    pub(super) fn ours(&self) -> &Figure {
        &self.speeds[0].1
    }

    /// The other maps.
    pub(super) fn others(&self) -> &[(&'static str, Figure)] {
        &self.speeds[1..]
    }

    /// The best of the others: the one with the greatest median.
    pub(super) fn best(&self) -> &(&'static str, Figure) {
        let best = self
            .others()
            .iter()
            .max_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
        best.expect("there are others")
    }

    /// How many times as fast as the best of the others ours is, round by round.
    pub(super) fn lead(&self) -> f64 {
        self.ours().ratio_to(&self.best().1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_the_one_with_the_greatest_median() {
        let speeds = [
            ("ours", vec![4.0, 2.0, 2.0]),
            ("slow", vec![1.0, 1.0, 1.0]),
            ("best", vec![4.0, 4.0, 4.0]),
            ("once", vec![9.0, 2.0, 2.0]),
        ];
        let outcome = Outcome {
            mix: Mix {
                threads: 2,
                share: 50,
            },
            speeds: speeds.map(|(name, samples)| (name, Figure::of(samples))),
        };
        assert_eq!((outcome.best().0, outcome.lead()), ("best", 0.5));
        assert_eq!(outcome.mix.to_string(), "2 threads, 2 % writes");
    }
}
