//! `cargo xtask test`: what every edit should pass, one after another; the first failure does not hide the later ones.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::cargo::{cargo, joined_flags, target_directory, wait, workspace_root};
use crate::steps::{STEPS, Step};

/// What to check.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run this step only (may be given several times)
    #[arg(long, value_name = "STEP", value_parser = names())]
    only: Vec<String>,

    /// List the steps and run none
    #[arg(long)]
    list: bool,
}

fn names() -> PossibleValuesParser {
    STEPS
        .iter()
        .map(|step| PossibleValue::new(step.name).help(step.about))
        .collect::<Vec<_>>()
        .into()
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    /// Not run, since an essential step had failed.
    Skipped,
}

/// Runs the steps; fails if any of them does.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let is_chosen =
        |step: &&Step| arguments.only.is_empty() || arguments.only.iter().any(|it| it == step.name);
    let steps: Vec<&Step> = STEPS.iter().filter(is_chosen).collect();
    if arguments.list {
        for step in steps {
            println!("{:10} {}", step.name, step.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let outcomes = all(&steps, execute)?;
    print!("{}", summary(&steps, &outcomes));
    let passed = |it: &Outcome| matches!(it, Outcome::Passed(_));
    Ok(match outcomes.iter().all(passed) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn all(
    steps: &[&Step],
    mut execute: impl FnMut(&Step) -> Result<bool, String>,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    let mut hopeless = false;
    for step in steps {
        if hopeless {
            outcomes.push(Outcome::Skipped);
            continue;
        }
        let since = Instant::now();
        let passed = execute(step)?;
        hopeless = step.essential && !passed;
        outcomes.push(match passed {
            true => Outcome::Passed(since.elapsed()),
            false => Outcome::Failed(since.elapsed()),
        });
    }
    Ok(outcomes)
}

fn execute(step: &Step) -> Result<bool, String> {
    let root = workspace_root()?;
    println!("\n=== {}: {} ===", step.name, step.about);
    let mut command = cargo();
    command.args(step.cargo).current_dir(&root);
    for (name, value) in step.environment {
        // The caller's own flags stay in force.
        match name.ends_with("FLAGS") {
            true => command.env(name, joined_flags(name, value)),
            false => command.env(name, value),
        };
    }
    if let Some(folder) = step.target {
        command.env("CARGO_TARGET_DIR", target_directory(&root).join(folder));
    }
    Ok(wait(&mut command)?.success())
}

/// A line per step, and last the one line that counts them.
fn summary(steps: &[&Step], outcomes: &[Outcome]) -> String {
    let mut text = "\n".to_owned();
    for (step, outcome) in steps.iter().zip(outcomes) {
        let (word, time) = match outcome {
            Outcome::Passed(time) => ("passed", format!("{:6.1} s", time.as_secs_f64())),
            Outcome::Failed(time) => ("FAILED", format!("{:6.1} s", time.as_secs_f64())),
            Outcome::Skipped => ("not run", "       \u{2013}".to_owned()),
        };
        text += &format!("{:10} {time}  {word}\n", step.name);
    }
    let count = |of: fn(&Outcome) -> bool| outcomes.iter().filter(|it| of(it)).count();
    let passed = count(|it| matches!(it, Outcome::Passed(_)));
    let failed = count(|it| matches!(it, Outcome::Failed(_)));
    let skipped = count(|it| matches!(it, Outcome::Skipped));
    text += &format!("{passed} passed, {failed} failed");
    if skipped > 0 {
        text += &format!(", {skipped} skipped");
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, essential: bool) -> Step {
        Step {
            name,
            about: "",
            cargo: &[],
            environment: &[],
            target: None,
            essential,
        }
    }

    fn last_line(failing: &str) -> String {
        let steps = [step("a", false), step("b", true), step("c", false)];
        let steps: Vec<&Step> = steps.iter().collect();
        let outcomes = all(&steps, |step| Ok(step.name != failing)).unwrap();
        let text = summary(&steps, &outcomes);
        text.lines().last().unwrap().to_owned()
    }

    #[test]
    fn a_failure_does_not_hide_later_steps() {
        assert_eq!(last_line("none"), "3 passed, 0 failed");
        assert_eq!(last_line("a"), "2 passed, 1 failed");
        assert_eq!(last_line("c"), "2 passed, 1 failed");
    }

    #[test]
    fn nothing_runs_after_an_essential_step_that_failed() {
        assert_eq!(last_line("b"), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn names_of_steps_are_distinct() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }
}
