//! A figure: the median of repetitions, with its spread.

use serde::{Deserialize, Serialize};

/// Samples of one quantity, condensed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The middle of the samples.
    pub median: f64,
    /// The median absolute deviation from the median: half of the samples lie within it.
    pub mad: f64,
    /// The smallest sample.
    pub min: f64,
    /// The greatest sample.
    pub max: f64,
    /// Where the median lies, if whoever took the samples has estimated that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// All samples, in the order of their rounds.
    pub samples: Vec<f64>,
}

/// A confidence interval, with criterion's names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// How sure it is: 0.95 for 95 per cent.
    pub confidence_level: f64,
    /// Its lower end.
    pub lower_bound: f64,
    /// Its upper end.
    pub upper_bound: f64,
}

impl Interval {
    /// The interval of a quantity that grows with this one.
    #[must_use]
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            lower_bound: change(self.lower_bound),
            upper_bound: change(self.upper_bound),
            ..self
        }
    }
}

impl Figure {
    /// Condenses samples.
    ///
    /// # Panics
    ///
    /// Panics if there is no sample, or one that is not a number.
    #[must_use]
    pub fn of(samples: Vec<f64>) -> Self {
        let middle = median(&samples);
        let deviations: Vec<f64> = samples.iter().map(|it| (it - middle).abs()).collect();
        Self {
            median: middle,
            mad: median(&deviations),
            min: samples.iter().copied().fold(f64::INFINITY, f64::min),
            max: samples.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            interval: None,
            samples,
        }
    }

    /// The figure of a quantity that follows from this one.
    #[must_use]
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        Self::of(self.samples.iter().map(|&it| change(it)).collect())
    }

    /// How many times the other figure this one is: the median over the rounds, in each of which both
    /// were measured within a moment. A machine that changes its pace in the middle of a run shifts
    /// the median of each side, and perhaps to different paces; but both sides of a round have one.
    ///
    /// # Panics
    ///
    /// Panics if the figures have samples of different rounds.
    #[must_use]
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(&self.with(other, |ours, theirs| ours / theirs))
    }

    /// The product with another figure, round by round.
    ///
    /// # Panics
    ///
    /// Panics if the figures have samples of different rounds.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self::of(self.with(other, |ours, theirs| ours * theirs))
    }

    fn with(&self, other: &Self, of: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        assert_eq!(
            self.samples.len(),
            other.samples.len(),
            "both sides are measured in each round"
        );
        let pairs = self.samples.iter().zip(&other.samples);
        pairs.map(|(ours, theirs)| of(*ours, *theirs)).collect()
    }

    /// The deviation as a share of the median, in per cent.
    #[must_use]
    pub fn spread_percent(&self) -> f64 {
        if self.median == 0.0 {
            0.0
        } else {
            100.0 * self.mad / self.median.abs()
        }
    }

    /// Whether the difference to another figure is no greater than the spread of both.
    #[must_use]
    pub fn is_close_to(&self, other: &Self) -> bool {
        match (&self.interval, &other.interval) {
            (Some(ours), Some(theirs)) => {
                ours.lower_bound <= theirs.upper_bound && theirs.lower_bound <= ours.upper_bound
            }
            _ => (self.median - other.median).abs() <= self.mad + other.mad,
        }
    }
}

fn median(samples: &[f64]) -> f64 {
    assert!(!samples.is_empty(), "a figure needs at least one sample");
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("a sample is a number"));
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// A number with three significant digits, as people write it.
#[must_use]
pub fn short(number: f64) -> String {
    let magnitude = number.abs();
    if magnitude == 0.0 {
        "0".to_owned()
    } else {
        // 3 digits before the point, and more zeros behind it for small numbers.
        let places = (2 - magnitude.log10().floor() as i32).clamp(0, 6) as usize;
        format!("{number:.places$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_changes_its_pace_does_not_change_a_ratio() {
        let ours = Figure::of(vec![2.0, 2.0, 2.0, 1.0, 1.0]);
        let theirs = Figure::of(vec![4.0, 4.0, 2.1, 2.0, 2.0]);
        assert_eq!(ours.ratio_to(&theirs), 0.5);
        assert_eq!(ours.median / theirs.median, 2.0 / 2.1);
    }

    #[test]
    fn a_product_is_one_of_each_round() {
        let product = Figure::of(vec![1.0, 2.0, 3.0]).times(&Figure::of(vec![4.0, 3.0, 0.0]));
        assert_eq!(product, Figure::of(vec![4.0, 6.0, 0.0]));
    }

    #[test]
    fn median_and_deviation() {
        let figure = Figure::of(vec![5.0, 1.0, 2.0, 100.0, 3.0]);
        assert_eq!((figure.median, figure.mad), (3.0, 2.0));
        assert_eq!((figure.min, figure.max), (1.0, 100.0));
        assert_eq!(Figure::of(vec![1.0, 2.0]).median, 1.5);
    }

    #[test]
    fn closeness_is_judged_by_the_spread_of_both() {
        let one = Figure::of(vec![9.0, 10.0, 11.0]);
        let near = Figure::of(vec![11.0, 12.0, 13.0]);
        let far = Figure::of(vec![12.5, 12.5, 12.5]);
        assert!(one.is_close_to(&near));
        assert!(!one.is_close_to(&far));
    }

    #[test]
    fn where_intervals_are_known_they_decide() {
        let figure = |lower_bound, upper_bound| Figure {
            interval: Some(Interval {
                confidence_level: 0.95,
                lower_bound,
                upper_bound,
            }),
            ..Figure::of(vec![lower_bound, upper_bound])
        };
        assert!(figure(1.0, 3.0).is_close_to(&figure(3.0, 4.0)));
        assert!(!figure(1.0, 3.0).is_close_to(&figure(3.1, 4.0)));
        assert!(!figure(3.1, 4.0).is_close_to(&figure(1.0, 3.0)));
    }

    #[test]
    fn short_keeps_three_digits() {
        assert_eq!(short(1234.5), "1234");
        assert_eq!(short(312.44), "312");
        assert_eq!(short(15.04), "15.0");
        assert_eq!(short(2.0), "2.00");
        assert_eq!(short(0.009_87), "0.00987");
        assert_eq!(short(0.0), "0");
    }
}
