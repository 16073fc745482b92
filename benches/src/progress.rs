//! Progress on standard error: a bar on a terminal, a line per round elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// What a person sees while the figures are made.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    rounds: usize,
}

impl Progress {
    /// Begins with `steps` per round ahead.
    #[must_use]
    pub fn begin(rounds: usize, steps: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {eta} left  {wide_msg}")
                .expect("the template is well formed");
            ProgressBar::new((rounds * steps) as u64).with_style(style)
        });
        Self { bar, rounds }
    }

    /// A round begins.
    pub fn round(&self, number: usize) {
        if self.bar.is_none() {
            eprintln!("round {} of {}", number + 1, self.rounds);
        }
    }

    /// A step begins.
    pub fn step(&self, name: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(name.to_owned());
            bar.tick();
        }
    }

    /// A step has ended.
    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
