//! Instructions per operation, counted by callgrind: `cargo xtask instructions`.
//!
//! A time on a machine that others use is an estimate; a count of instructions is exact, and shows what a change
//! did to a path of twenty of them. It says nothing about caches, waits and fences: those are what
//! criterion's benches and `cargo xtask bench` are for.
//!
//! Each operation is carried out by a process of its own, twice: so many times, and twice as many. The
//! difference belongs to the operations alone, and not to what comes before and after them.

pub mod callgrind;
pub mod compare;
pub mod operation;
pub mod record;

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::error::Error;
use callgrind::Callgrind;
use compare::{Change, line};
use operation::{ALL, Operation};
use record::{Circumstances, Record};

/// Count the instructions of the main operations with callgrind, and compare them with the last figures.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask instructions",
    bin_name = "cargo xtask instructions"
)]
pub struct Arguments {
    /// Count only the operations whose names contain TEXT
    #[arg(long, value_name = "TEXT", conflicts_with = "save")]
    only: Option<String>,

    /// Write the figures down, in place of the last ones
    #[arg(long)]
    save: bool,

    /// The file of the last figures, if it is not the one that is committed
    #[arg(long, value_name = "FILE", default_value = record::COMMITTED, hide_default_value = true)]
    file: PathBuf,

    /// List the operations and count nothing
    #[arg(long)]
    list: bool,

    /// Carry an operation out and count nothing: what runs under callgrind
    #[arg(long, value_name = "NAME", requires = "rounds", hide = true)]
    carry_out: Option<String>,

    /// How many rounds of it
    #[arg(long, value_name = "COUNT", hide = true)]
    rounds: Option<usize>,
}

/// Does what the arguments ask for.
///
/// # Errors
///
/// Whatever kept an operation from being counted, or a file from being read or written. That there is no
/// valgrind is no error.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    if arguments.list {
        for operation in ALL {
            println!("{}", operation.name);
        }
        return Ok(());
    }
    if let (Some(name), Some(rounds)) = (&arguments.carry_out, arguments.rounds) {
        return operation::named(name)?.carry_out(rounds);
    }
    let operations = chosen(arguments.only.as_deref())?;
    let last = Record::load(&arguments.file)?;
    let callgrind = match Callgrind::find() {
        Ok(callgrind) => callgrind,
        Err(reason) => {
            println!("instructions was skipped: {reason}");
            return Ok(());
        }
    };
    let here = Circumstances::look()?;
    println!("{}", here.line());
    let comparable = match &last {
        None => {
            println!(
                "nothing to compare with: there is no {}",
                arguments.file.display()
            );
            None
        }
        Some(last) => match here.differences(&last.circumstances) {
            None => Some(last),
            Some(differences) => {
                println!("nothing is compared: the last figures belong to {differences}");
                None
            }
        },
    };
    let mut record = Record::new(here);
    for operation in operations {
        let count = callgrind.count(operation)?;
        let before = comparable.and_then(|last| last.operations.get(operation.name));
        let change = Change::of(before.copied(), count);
        println!("{}", line(operation.name, change));
        record.operations.insert(operation.name.to_owned(), count);
    }
    finish(arguments, &record)
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Operation>, Error> {
    let is_chosen = |it: &&Operation| only.is_none_or(|text| it.name.contains(text));
    let operations: Vec<_> = ALL.iter().filter(is_chosen).collect();
    match (operations.is_empty(), only) {
        (true, Some(text)) => Err(Error::Usage(format!(
            "no operation's name contains `{text}`; `--list` lists them"
        ))),
        _ => Ok(operations),
    }
}

fn finish(arguments: &Arguments, record: &Record) -> Result<(), Error> {
    let file: &Path = &arguments.file;
    if arguments.save {
        record.save(file)?;
        println!("\nwritten to {}", file.display());
    } else if arguments.only.is_none() {
        println!("\n--save writes these figures to {}", file.display());
    }
    Ok(())
}
