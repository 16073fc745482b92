//! A claim of the project: a figure, what it is held against, and whether it is met.

use std::fmt;

use serde::Serialize;

use crate::figure::{Figure, short};

/// One line of a suite.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// What is measured.
    pub what: String,
    /// The unit of both figures.
    pub unit: &'static str,
    /// Our figure.
    pub ours: Figure,
    /// The other side: its name and its figure.
    pub other: Option<(String, Figure)>,
    /// Ours divided by theirs, if the claim is about that and not about our figure itself.
    pub ratio: Option<f64>,
    /// What the ratio of a map without any synchronization would be, where that is known: nothing that
    /// synchronizes gets past it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// What was asked for.
    pub target: Target,
    /// Whether it is so.
    pub met: bool,
}

/// What a ratio, or a figure, must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
}

impl Target {
    /// Whether a number is what is asked for.
    #[must_use]
    pub fn is_met_by(self, number: f64) -> bool {
        match self {
            Self::AtMost(limit) => number <= limit,
            Self::AtLeast(limit) => number >= limit,
            Self::Below(limit) => number < limit,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "\u{2264} {}", fraction(*limit)),
            Self::AtLeast(limit) => write!(f, "\u{2265} {}", fraction(*limit)),
            Self::Below(limit) => write!(f, "< {}", fraction(*limit)),
        }
    }
}

impl Claim {
    /// A claim about how many times another figure ours is, round by round.
    #[must_use]
    pub fn ratio(
        what: impl Into<String>,
        unit: &'static str,
        ours: Figure,
        theirs: (&str, Figure),
        target: Target,
    ) -> Self {
        let ratio = ours.ratio_to(&theirs.1);
        Self::absolute(what, unit, ours, Some(theirs), target).about(ratio)
    }

    /// A claim about how many times the other side's median our least sample is: about the round in which something
    /// went wrong, if there is one.
    #[must_use]
    pub fn least(
        what: impl Into<String>,
        unit: &'static str,
        ours: Figure,
        theirs: (&str, Figure),
        target: Target,
    ) -> Self {
        let ratio = ours.min / theirs.1.median;
        Self::absolute(what, unit, ours, Some(theirs), target).about(ratio)
    }

    /// The same claim about this ratio, and not about our median.
    fn about(self, ratio: f64) -> Self {
        Self {
            ratio: Some(ratio),
            met: self.target.is_met_by(ratio),
            ..self
        }
    }

    /// A claim about our median itself; `other` is shown beside it for comparison.
    #[must_use]
    pub fn absolute(
        what: impl Into<String>,
        unit: &'static str,
        ours: Figure,
        other: Option<(&str, Figure)>,
        target: Target,
    ) -> Self {
        Self {
            what: what.into(),
            unit,
            ratio: None,
            floor: None,
            met: target.is_met_by(ours.median),
            other: other.map(|(name, figure)| (name.to_owned(), figure)),
            ours,
            target,
        }
    }

    /// The same claim, knowing the figure of a map without any synchronization.
    ///
    /// # Panics
    ///
    /// If the claim is not about a ratio, or if the figure has samples of different rounds.
    #[must_use]
    pub fn above_floor(self, floor: &Figure) -> Self {
        let (_, theirs) = self
            .other
            .as_ref()
            .expect("a ratio has another side that the floor has a ratio to");
        let floor = Some(floor.ratio_to(theirs));
        Self { floor, ..self }
    }

    /// The floor, if it lies beyond the target, as people write it.
    #[must_use]
    pub fn floor_beyond_target(&self) -> Option<String> {
        let floor = self.floor.filter(|it| !self.target.is_met_by(*it))?;
        Some(fraction(floor))
    }

    /// What is held against the target, as people write it.
    #[must_use]
    pub fn judged(&self) -> String {
        match self.ratio {
            Some(ratio) => fraction(ratio),
            None => short(self.ours.median),
        }
    }

    /// `met`, `MISSED`, or that no map can meet it on this machine.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match (self.met, self.floor_beyond_target()) {
            (true, _) => "met",
            (false, None) => "MISSED",
            (false, Some(_)) => "MISSED (floor)",
        }
    }
}

/// A ratio: as a decimal, or as one part of so many.
fn fraction(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.5 {
        format!("1/{}", plain(1.0 / ratio))
    } else {
        plain(ratio)
    }
}

/// Three digits, without zeros behind the point.
fn plain(number: f64) -> String {
    let digits = short(number);
    match digits.contains('.') {
        true => digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        false => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_met_on_its_side_of_the_target_only() {
        let figure = |median| Figure::of(vec![median]);
        let at_most = Claim::ratio(
            "",
            "",
            figure(1.0),
            ("x", figure(10.0)),
            Target::AtMost(0.1),
        );
        assert!(at_most.met);
        let missed = Claim::ratio(
            "",
            "",
            figure(1.1),
            ("x", figure(10.0)),
            Target::AtMost(0.1),
        );
        assert_eq!(missed.verdict(), "MISSED");
        assert_eq!(missed.judged(), "1/9.09");
        assert_eq!(missed.target.to_string(), "\u{2264} 1/10");
        let reachable = missed.clone().above_floor(&figure(0.9));
        assert_eq!(reachable.verdict(), "MISSED");
        let unreachable = missed.above_floor(&figure(1.05));
        assert_eq!(unreachable.verdict(), "MISSED (floor)");
        assert_eq!(unreachable.floor_beyond_target().as_deref(), Some("1/9.52"));
        let ours = Figure::of(vec![0.4, 2.0, 2.0]);
        let least = Claim::least("", "", ours, ("x", figure(1.0)), Target::AtLeast(0.5));
        assert_eq!((least.ratio, least.met), (Some(0.4), false));
        let at_least = Claim::absolute("", "", figure(3.9), None, Target::AtLeast(4.0));
        assert!(!at_least.met);
        assert_eq!(at_least.judged(), "3.90");
        assert_eq!(at_least.target.to_string(), "\u{2265} 4");
    }
}
