//! The command line.

use std::path::PathBuf;

use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::error::Error;
use crate::keys::file;
use crate::report::environment::Environment;
use crate::report::losses::losses;
use crate::report::{Report, save, terminal};
use crate::subject::all;
use crate::suite::ALL;
use crate::suite::plan::{Effort, Plan, Suite};
use crate::suite::writes::start::{self, Start};

/// Compare concurrent maps on this machine: every figure is the median of interleaved repetitions, and
/// every result is verified.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub struct Arguments {
    /// What to measure
    #[arg(long, value_name = "SUITE", default_value = ALL[0].name(), value_parser = suites())]
    suite: String,

    /// Work on the keys of FILE (UTF-8, one per line) instead of generated integers
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Take seconds: see that everything works, with figures that mean nothing
    #[arg(long)]
    quick: bool,

    /// Compare evmap-core only with the maps whose names contain PEER
    #[arg(long, value_name = "PEER")]
    filter: Option<String>,

    /// Give each map its own default hasher instead of the same to all
    #[arg(long)]
    native_hasher: bool,

    /// List the suites and the maps, and measure nothing
    #[arg(long)]
    list: bool,

    /// Where report.md and report.json go
    #[arg(
        long,
        value_name = "DIR",
        env = "BENCH_OUT",
        default_value = "target/bench",
        hide_env = true
    )]
    out: PathBuf,

    /// What the suite `writes` asks of the processes that it starts
    #[arg(long, value_enum, hide = true)]
    start: Option<Start>,
}

fn suites() -> PossibleValuesParser {
    ALL.iter()
        .map(|it| PossibleValue::new(it.name()).help(it.about()))
        .collect::<Vec<_>>()
        .into()
}

/// Does what the arguments ask for.
///
/// # Errors
///
/// Whatever kept the run from its report; no report is written then. Whether there can be one is tried
/// before anything is measured.
pub fn run(arguments: &Arguments, given: &[String]) -> Result<(), Error> {
    if arguments.list {
        print!("{}", list());
        return Ok(());
    }
    let effort = match arguments.quick {
        true => Effort::QUICK,
        false => Effort::FULL,
    };
    if let Some(start) = arguments.start {
        println!("{}", start::measure(start, &effort)?);
        return Ok(());
    }
    let keys = match &arguments.keys {
        Some(path) => {
            let loaded = file::load(path)?;
            eprintln!("{}", loaded.summary());
            Some(loaded.keys)
        }
        None => None,
    };
    save::try_out(&arguments.out)?;
    let suite = suite_named(&arguments.suite);
    let mut environment = Environment::look(given);
    let plan = Plan {
        effort: effort.on(keys.as_ref().map_or(0, |keys| keys.len())),
        keys,
        filter: arguments.filter.clone(),
        native_hashers: arguments.native_hasher,
        line_round_trip: environment.line_round_trip.known(),
    };
    let findings = suite.run(&plan)?;
    environment.look_again();
    let report = Report {
        suite: suite.name().to_owned(),
        about: suite.about().to_owned(),
        smoke: plan.effort.smoke,
        environment,
        method: [suite.method(&plan.effort), method()].concat(),
        losses: losses(&findings),
        findings,
    };
    print!("{}", terminal::render(&report));
    let saved = save::save(&report, &arguments.out)?;
    println!(
        "\nReports: {} and {}",
        saved.markdown.display(),
        saved.json.display()
    );
    Ok(())
}

fn suite_named(name: &str) -> &'static dyn Suite {
    *ALL.iter()
        .find(|it| it.name() == name)
        .expect("clap lets only these names through")
}

fn list() -> String {
    let mut text = "suites:\n".to_owned();
    for suite in ALL {
        text += &format!("  {:10} {}\n", suite.name(), suite.about());
    }
    text += "maps of the default comparison:\n";
    for subject in all::<u64>() {
        text += &format!("  {:20} {}\n", subject.name(), subject.how());
    }
    text
}

/// What all suites have in common.
fn method() -> Vec<String> {
    vec![
        "A wrong answer ends the run without a report. Other load on the machine, frequency scaling and \
         virtual cores are not controlled for."
            .to_owned(),
        "Bias: this benchmark was written by the authors of evmap-core, evmap-multi and left-right."
            .to_owned(),
    ]
}
