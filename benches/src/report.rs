//! What a run found, and how it is shown.

pub mod environment;
pub mod losses;
pub mod markdown;
pub mod save;
pub mod terminal;

use serde::Serialize;

use crate::claim::Claim;
use crate::figure::Figure;
use crate::subject::BASE;
use environment::Environment;

/// What a suite found out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// The key sets.
    pub keys: Vec<String>,
    /// The maps and how they were driven.
    pub peers: Vec<PeerNote>,
    /// Tables of figures.
    pub tables: Vec<Table>,
    /// Claims and whether they are met.
    pub claims: Vec<Claim>,
    /// What else a reader of the figures must know.
    pub notes: Vec<String>,
}

/// How a map was driven.
#[derive(Clone, Debug, Serialize)]
pub struct PeerNote {
    /// The map.
    pub name: String,
    /// How.
    pub how: String,
}

impl PeerNote {
    /// A note.
    pub fn new(name: impl Into<String>, how: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            how: how.into(),
        }
    }
}

/// Maps by measurements.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The unit of all figures.
    pub unit: String,
    /// Which figures are good ones.
    pub better: Better,
    /// The measurements.
    pub columns: Vec<String>,
    /// The maps; the first one is ours, with which the others are compared.
    pub rows: Vec<Row>,
}

/// Which of two figures is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// The greater one: a speed.
    More,
    /// The smaller one: a cost.
    Less,
}

impl Table {
    /// A table of speeds, without rows and columns.
    pub fn new(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
            better: Better::More,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// The name of our map.
    #[must_use]
    pub fn base(&self) -> &str {
        self.rows.first().map_or(BASE, |row| &row.name)
    }

    /// What stands beside each median.
    #[must_use]
    pub fn spread(&self) -> &'static str {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells).flatten();
        match cells.any(|cell| cell.figure.interval.is_some()) {
            true => "[confidence interval]",
            false => "\u{b1} deviation",
        }
    }

    /// Adds a column: a figure per row, in the rows' order, or none where the map cannot do the work.
    pub fn add_column(&mut self, name: impl Into<String>, figures: Vec<Option<Figure>>) {
        self.columns.push(name.into());
        let base = figures
            .first()
            .and_then(|it| it.as_ref().map(|it| it.median));
        for (row, figure) in self.rows.iter_mut().zip(figures) {
            row.cells.push(figure.map(|figure| Cell {
                ratio: base.map(|base| figure.median / base),
                figure,
            }));
        }
    }
}

/// One map's figures.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The map.
    pub name: String,
    /// A figure per column, or none where the map cannot do the work.
    pub cells: Vec<Option<Cell>>,
}

impl Row {
    /// A row without figures.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            cells: Vec::new(),
        }
    }
}

/// A figure and its ratio to that of our map.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The figure.
    pub figure: Figure,
    /// Its median divided by ours.
    pub ratio: Option<f64>,
}

/// Everything about a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The suite.
    pub suite: String,
    /// What the suite is for.
    pub about: String,
    /// Whether the run was too short for its figures to mean anything.
    pub smoke: bool,
    /// Where and from what the figures were made.
    pub environment: Environment,
    /// How they were made and what they favour.
    pub method: Vec<String>,
    /// What was found.
    #[serde(flatten)]
    pub findings: Findings,
    /// Where our map loses, from the figures.
    pub losses: Vec<String>,
}

impl Report {
    /// The heading of [`losses`](Self::losses).
    #[must_use]
    pub fn losses_title(&self) -> String {
        let mut bases = self.findings.tables.iter().map(Table::base);
        match bases.next() {
            Some(base) if bases.all(|it| it == base) => format!("Where {base} loses"),
            Some(_) => "Where the first row loses".to_owned(),
            None => "Targets missed".to_owned(),
        }
    }
}
