//! From which share of writes on another map is faster.

use std::fmt;

use crate::figure::short;

/// A share of writes, in per cent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum BreakEven {
    /// Less than the least that was measured.
    Below(f64),
    /// Between two that were measured.
    At(f64),
    /// More than the most that was measured.
    Above(f64),
}

impl BreakEven {
    /// That of some shares, the least first, and of how many times as fast as the best other map ours is at each.
    ///
    /// Between two of them the lead is taken for a straight line, with both axes logarithmic: a lead of 2 is as far from
    /// level as one of 1/2.
    pub(super) fn of(leads: &[(f64, f64)]) -> Self {
        let (least, first) = leads[0];
        if first < 1.0 {
            return Self::Below(least);
        }
        let crossing = leads.windows(2).find(|pair| pair[1].1 < 1.0);
        match crossing {
            Some(&[(share, ahead), (next, behind), ..]) => {
                let way = ahead.ln() / (ahead / behind).ln();
                Self::At(share * (next / share).powf(way))
            }
            _ => Self::Above(leads[leads.len() - 1].0),
        }
    }
}

impl fmt::Display for BreakEven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(share) => write!(f, "below {share} %"),
            Self::At(share) => write!(f, "{} %", short(*share)),
            Self::Above(share) => write!(f, "above {share} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_where_the_lead_is_lost() {
        let shown = |leads: [f64; 3]| {
            let shares = [0.1, 1.0, 10.0];
            let leads: Vec<_> = shares.into_iter().zip(leads).collect();
            BreakEven::of(&leads).to_string()
        };
        assert_eq!(shown([0.9, 2.0, 2.0]), "below 0.1 %");
        assert_eq!(shown([3.0, 2.0, 0.5]), "3.16 %");
        assert_eq!(shown([4.0, 0.5, 0.4]), "0.464 %");
        assert_eq!(shown([2.0, 1.0, 0.5]), "1.00 %");
        assert_eq!(shown([3.0, 2.0, 1.0]), "above 10 %");
    }
}
