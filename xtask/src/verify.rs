//! `cargo xtask verify`: the ladder of verification, a line per rung.

mod apt;
mod context;
mod coverage;
mod debian;
mod features;
mod fuzz;
mod house;
mod mutants;
mod rungs;
mod web;
mod workspace;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::cargo::workspace_root;
use context::{Context, TAIL, Verdict};
use rungs::{RUNGS, Rung};

/// What to verify.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Run these rungs only
    #[arg(value_name = "RUNG", value_parser = names())]
    rungs: Vec<String>,

    /// The sizes for a night instead of those for a commit
    #[arg(long)]
    long: bool,

    /// List the rungs and run none
    #[arg(long)]
    list: bool,

    /// Of the rung `mutants`, only those whose names contain this
    #[arg(long, value_name = "TEXT")]
    mutant: Option<String>,
}

fn names() -> PossibleValuesParser {
    RUNGS
        .iter()
        .map(|rung| PossibleValue::new(rung.name).help(rung.proves))
        .collect::<Vec<_>>()
        .into()
}

/// Climbs the ladder; fails if any rung does.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    if arguments.mutant.is_some() && arguments.rungs != ["mutants"] {
        return Err(
            "--mutant TEXT is for the rung `mutants` alone: verify mutants --mutant TEXT".into(),
        );
    }
    let is_chosen = |rung: &&Rung| {
        arguments.rungs.is_empty() || arguments.rungs.iter().any(|it| it == rung.name)
    };
    let mut results = Vec::new();
    for rung in RUNGS.iter().filter(is_chosen) {
        print!("{:12} {:63} ", rung.name, rung.proves);
        if arguments.list {
            println!();
            continue;
        }
        // Whoever watches sees what is running.
        let _ = std::io::stdout().flush();
        let context = Context::new(
            &workspace_root()?,
            rung.name,
            arguments.long,
            arguments.mutant.clone(),
        )?;
        let since = Instant::now();
        let verdict = (rung.run)(&context);
        println!("{}", result(&verdict, since.elapsed()));
        if verdict == Verdict::of(false) {
            println!("{}\n", context.log_tail(TAIL));
        }
        results.push((rung.name, verdict));
    }
    if arguments.list {
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", summary(&results));
    let failed = |(_, verdict): &(_, Verdict)| matches!(verdict, Verdict::Failed(_));
    Ok(match results.iter().any(failed) {
        false => ExitCode::SUCCESS,
        true => ExitCode::FAILURE,
    })
}

/// The end of a rung's line, and what stands below it.
fn result(verdict: &Verdict, time: Duration) -> String {
    let (word, text) = match verdict {
        Verdict::Passed(text) => ("passed", text),
        Verdict::Failed(text) => ("FAILED", text),
        Verdict::Skipped(text) => ("skipped", text),
    };
    let separator = if text.is_empty() { "" } else { ": " };
    format!("{:6.1} s  {word}{separator}{text}", time.as_secs_f64())
}

/// The reason of each skip, and last the one line that counts.
fn summary(results: &[(&str, Verdict)]) -> String {
    let mut text = "\n".to_owned();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, verdict) in results {
        match verdict {
            Verdict::Passed(_) => passed += 1,
            Verdict::Failed(_) => failed += 1,
            Verdict::Skipped(reason) => {
                skipped += 1;
                text += &format!("{name} was skipped: {reason}\n");
            }
        }
    }
    text + &format!("{passed} passed, {failed} failed, {skipped} skipped\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_and_gives_reasons() {
        let results = [
            ("a", Verdict::of(true)),
            ("b", Verdict::of(false)),
            ("c", Verdict::Skipped("no tool".into())),
        ];
        let text = summary(&results);
        assert_eq!(
            text,
            "\nc was skipped: no tool\n1 passed, 1 failed, 1 skipped\n"
        );
    }

    #[test]
    fn a_result_says_what_there_is_to_say() {
        let time = Duration::from_millis(1250);
        assert_eq!(result(&Verdict::of(true), time), "   1.2 s  passed");
        let failed = Verdict::Failed("2 survivors".into());
        assert_eq!(result(&failed, time), "   1.2 s  FAILED: 2 survivors");
    }

    #[test]
    fn names_of_rungs_are_distinct() {
        let mut names: Vec<_> = RUNGS.iter().map(|rung| rung.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RUNGS.len());
    }
}
