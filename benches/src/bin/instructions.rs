//! `cargo xtask instructions`.

use std::process::ExitCode;

use benches::instructions::{Arguments, run};
use clap::Parser;

fn main() -> ExitCode {
    benches::error::exit(run(&Arguments::parse()))
}
