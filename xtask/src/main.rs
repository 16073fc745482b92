//! The project's commands: `cargo xtask bench`, `instructions`, `test` and `verify`.

mod bench;
mod cargo;
mod steps;
mod test;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's commands
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare the maps on this machine (`cargo xtask bench --help` shows the benchmark's own options)
    #[command(disable_help_flag = true)]
    Bench {
        /// Passed on to the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Count the instructions of the main operations (`cargo xtask instructions --help` shows the options)
    #[command(disable_help_flag = true)]
    Instructions {
        /// Passed on to the program that counts
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Run what every edit should pass: format, lints, tests, documentation
    Test(test::Arguments),
    /// Climb the ladder of verification, a line per rung
    Verify(verify::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Bench { arguments } => bench::run("bench", &arguments),
        Command::Instructions { arguments } => bench::run("instructions", &arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::FAILURE
    })
}
