//! How much a figure has changed, in a line.

/// A figure, and the one before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// There is nothing that it could be compared with.
    New {
        /// The figure.
        now: f64,
    },
    /// As it was.
    Same {
        /// The figure.
        now: f64,
    },
    /// Another one.
    Other {
        /// What it was.
        before: f64,
        /// What it is.
        now: f64,
    },
}

impl Change {
    /// From this figure, if there is one, to that one.
    #[must_use]
    pub fn of(before: Option<f64>, now: f64) -> Self {
        match before {
            None => Self::New { now },
            // Both have one digit behind the point, so that less is only how they are stored.
            Some(before) if (now - before).abs() < 0.05 => Self::Same { now },
            Some(before) => Self::Other { before, now },
        }
    }
}

/// The operation, its figure, and how much that has changed.
#[must_use]
pub fn line(name: &str, change: Change) -> String {
    match change {
        Change::New { now } => format!("{name:56} {now:8.1}"),
        Change::Same { now } => format!("{name:56} {now:8.1}  unchanged"),
        Change::Other { before, now } => {
            let difference = now - before;
            let percent = match before == 0.0 {
                true => String::new(),
                false => format!(" ({:+.1} %)", 100.0 * difference / before),
            };
            format!("{name:56} {now:8.1}  {difference:+.1}{percent}, from {before:.1}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: Option<f64>, now: f64) -> String {
        let line = line("get", Change::of(before, now));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_line_says_how_much_has_changed() {
        assert_eq!(said(None, 12.0), "get 12.0");
        assert_eq!(said(Some(12.0), 12.0), "get 12.0 unchanged");
        assert_eq!(said(Some(12.0), 9.0), "get 9.0 -3.0 (-25.0 %), from 12.0");
        assert_eq!(said(Some(10.0), 10.1), "get 10.1 +0.1 (+1.0 %), from 10.0");
        assert_eq!(said(Some(0.0), 1.0), "get 1.0 +1.0, from 0.0");
    }
}
