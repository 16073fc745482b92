//! Every operation by itself, by criterion: the same as `cargo bench -p benches`, for a report.

mod estimates;

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::plan::{Effort, Plan, Suite};
use crate::error::Error;
use crate::primitive::{self, Ours, Primitive};
use crate::report::{Better, Findings, Row, Table};
use estimates::Estimated;

/// The suite.
#[derive(Debug)]
pub struct Micro;

impl Suite for Micro {
    fn name(&self) -> &'static str {
        "micro"
    }

    fn about(&self) -> &'static str {
        "every operation by itself: criterion's benches and their estimates"
    }

    fn method(&self, _: &Effort) -> Vec<String> {
        vec![
            "Each figure is criterion's estimate of the median with its confidence interval; report.json has \
             every sample. `cargo bench -p benches` runs the same benches, with plots and baselines, which \
             this run neither reads nor replaces."
                .to_owned(),
            "criterion runs one bench to its end and then the next: drift of the machine between two benches \
             is in their ratio. The other suites interleave their measurements."
                .to_owned(),
        ]
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        plan.only_integers(self.name())?;
        // Not where criterion keeps its baselines, and nothing of another run is in it.
        let home = tempfile::tempdir().map_err(|source| Error::Io {
            doing: "make a folder for criterion".to_owned(),
            source,
        })?;
        bench(home.path(), plan.effort.smoke)?;
        Ok(Findings {
            tables: tables(estimates::load(home.path())?),
            ..Findings::default()
        })
    }
}

/// Runs the benches. What criterion says goes where progress is shown.
fn bench(home: &Path, quick: bool) -> Result<(), Error> {
    /// Some samples each, in a moment.
    const QUICK: [&str; 8] = [
        "--warm-up-time",
        "0.01",
        "--measurement-time",
        "0.02",
        "--sample-size",
        "10",
        "--nresamples",
        "1000",
    ];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["bench", "--package", "benches", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .args(["--", "--noplot"])
        .args(QUICK.iter().filter(|_| quick))
        .env("CRITERION_HOME", home)
        .stdout(Stdio::from(io::stderr()));
    let status = command
        .status()
        .map_err(|error| Error::Failed(format!("cannot run cargo: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Error::Failed(format!("cargo bench: {status}"))),
    }
}

/// A table per group, with our rows first.
fn tables(estimated: Vec<Estimated>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut groups: Vec<&str> = estimated.iter().map(|it| it.group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        let of_group: Vec<&Estimated> = estimated.iter().filter(|it| it.group == group).collect();
        let mut table = Table::new(group, "ns per operation");
        table.better = Better::Less;
        let rows = sorted(&of_group, |it| &it.name, rank);
        table.rows = rows.iter().map(|name| Row::new(*name)).collect();
        for column in sorted(&of_group, |it| &it.parameter, leading_number) {
            let figure = |name: &&str| {
                let is_it = |it: &&&Estimated| it.name == *name && it.parameter == column;
                Some(of_group.iter().find(is_it)?.figure.clone())
            };
            table.add_column(column, rows.iter().map(figure).collect());
        }
        tables.push(table);
    }
    tables
}

/// What there is of these texts, each once, in this order and then in that of the alphabet.
fn sorted<'a, O: Ord>(
    of: &[&'a Estimated],
    text: fn(&Estimated) -> &String,
    order: fn(&str) -> O,
) -> Vec<&'a str> {
    let mut texts: Vec<&str> = of.iter().map(|it| text(it).as_str()).collect();
    texts.sort_by_key(|it| (order(it), *it));
    texts.dedup();
    texts
}

/// Ours before the others.
fn rank(name: &str) -> bool {
    // The registry's crate has the name of ours, and a version behind it.
    let ours = [Ours::NAME, primitive::Shared::NAME].contains(&name);
    !(ours || name.starts_with("evmap-"))
}

/// 2 before 10.
fn leading_number(text: &str) -> u64 {
    let digits = text.chars().filter(|it| *it != ',');
    let digits: String = digits.take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Figure;
    use crate::primitive::Registry;
    use crate::subject::{self, BASE};

    fn estimated(name: &str, parameter: &str, median: f64) -> Estimated {
        Estimated {
            group: "read".to_owned(),
            name: name.to_owned(),
            parameter: parameter.to_owned(),
            figure: Figure::of(vec![median]),
        }
    }

    #[test]
    fn our_rows_are_known_by_their_names() {
        assert!(!rank(Ours::NAME) && rank(Registry::NAME));
        for subject in subject::all::<u64>() {
            assert_eq!(rank(subject.name()), subject.name() != BASE);
        }
    }

    #[test]
    fn a_group_is_a_table_with_our_row_first() {
        let tables = tables(vec![
            estimated("dashmap", "1,000 keys", 4.0),
            estimated("dashmap", "8 keys", 3.0),
            estimated(BASE, "8 keys", 2.0),
        ]);
        let [table] = &tables[..] else {
            panic!("{tables:?}")
        };
        assert_eq!((table.title.as_str(), table.base()), ("read", BASE));
        assert_eq!(table.columns, ["8 keys", "1,000 keys"]);
        let medians = |row: &Row| -> Vec<Option<f64>> {
            let median = |cell: &Option<crate::report::Cell>| Some(cell.as_ref()?.figure.median);
            row.cells.iter().map(median).collect()
        };
        assert_eq!(medians(&table.rows[0]), [Some(2.0), None]);
        assert_eq!(medians(&table.rows[1]), [Some(3.0), Some(4.0)]);
    }
}
