//! `cargo xtask bench`.

use std::process::ExitCode;

use benches::cli::{Arguments, run};
use clap::Parser;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let given: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    benches::error::exit(run(&arguments, &given))
}
