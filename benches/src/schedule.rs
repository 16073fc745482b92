//! Interleaved repetitions, which is what criterion does not offer: it runs one bench to its end and then the
//! next, so that a machine that changes its pace in between changes their ratio. What need not be held
//! against something else is measured by criterion (`benches/benches/`) and not here.

use std::fmt;

use crate::error::Error;
use crate::figure::Figure;
use crate::progress::Progress;

/// One repetition of something, and its figures' raw samples (none if it does not apply).
pub struct Trial<'a> {
    name: String,
    run: Box<dyn FnMut() -> Result<Vec<f64>, Error> + 'a>,
}

impl<'a> Trial<'a> {
    /// A trial with the name that progress shows.
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Result<Vec<f64>, Error> + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

impl fmt::Debug for Trial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Runs every trial once per round, so that a machine that becomes slower or faster changes all of them
/// alike. Each round begins with another trial, so that none always follows the same one.
///
/// Gives the figures of each trial, in the order of the trials.
///
/// # Errors
///
/// The first error of a trial.
pub fn interleave(trials: &mut [Trial<'_>], rounds: usize) -> Result<Vec<Vec<Figure>>, Error> {
    let progress = Progress::begin(rounds, trials.len());
    let mut samples: Vec<Vec<Vec<f64>>> = vec![Vec::new(); trials.len()];
    for round in 0..rounds {
        progress.round(round);
        for step in 0..trials.len() {
            let number = (step + round) % trials.len();
            let trial = &mut trials[number];
            progress.step(&trial.name);
            let results = (trial.run)()?;
            progress.done();
            samples[number].resize(results.len(), Vec::new());
            for (series, result) in samples[number].iter_mut().zip(results) {
                series.push(result);
            }
        }
    }
    Ok(samples
        .into_iter()
        .map(|figures| figures.into_iter().map(Figure::of).collect())
        .collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn each_round_runs_every_trial_and_begins_with_another() {
        let seen = RefCell::new(String::new());
        let mut trials: Vec<_> = ["a", "b", "c"]
            .into_iter()
            .map(|name| {
                let seen = &seen;
                Trial::new(name, move || {
                    seen.borrow_mut().push_str(name);
                    Ok(vec![seen.borrow().len() as f64])
                })
            })
            .collect();
        let figures = interleave(&mut trials, 3).unwrap();
        assert_eq!(*seen.borrow(), "abcbcacab");
        assert_eq!(figures[0][0].samples, [1.0, 6.0, 8.0]);
        assert_eq!(figures[2][0].samples, [3.0, 5.0, 7.0]);
    }

    #[test]
    fn a_trial_that_does_not_apply_has_no_figure_and_an_error_ends_the_run() {
        let mut trials = [Trial::new("none", || Ok(Vec::new()))];
        assert_eq!(interleave(&mut trials, 2).unwrap(), [Vec::new()]);
        let mut trials = [Trial::new("bad", || Err(Error::Usage("bad".to_owned())))];
        assert!(interleave(&mut trials, 2).is_err());
    }
}
