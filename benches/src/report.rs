//! What a run found, and how it is shown.

pub mod environment;
pub mod losses;
pub mod markdown;
pub mod save;
pub mod terminal;

use serde::Serialize;

use crate::claim::Claim;
use crate::figure::Figure;
use environment::Environment;

/// What a suite found out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Findings {
    /// The key sets.
    pub keys: Vec<String>,
    /// The maps and how they were driven.
    pub peers: Vec<PeerNote>,
    /// Tables of figures; in all of them more is better.
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
    /// The measurements.
    pub columns: Vec<String>,
    /// The maps.
    pub rows: Vec<Row>,
}

impl Table {
    /// A table without rows and columns.
    pub fn new(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
            columns: Vec::new(),
            rows: Vec::new(),
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

/// A figure and its ratio to that of `evmap-core`.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The figure.
    pub figure: Figure,
    /// Its median divided by `evmap-core`'s.
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
    /// Where `evmap-core` loses, from the figures.
    pub losses: Vec<String>,
}
