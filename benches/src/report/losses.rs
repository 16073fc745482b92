//! Where our map loses: read off the figures, so that no report can leave it out.

use super::{Better, Findings, Table};
use crate::claim::Claim;
use crate::figure::{Figure, short};
use crate::subject::FLOOR;

/// A lead this small, and within the spread besides, is no lead.
const NOISE: f64 = 1.02;

/// Nor is one that shows as 1.000.
const NOTHING: f64 = 1.0005;

/// One line for each measurement in which another map does better than ours, and for each claim that is
/// missed.
#[must_use]
pub fn losses(findings: &Findings) -> Vec<String> {
    let tables = findings.tables.iter().flat_map(in_table);
    let claims = findings.claims.iter().filter(|it| !it.met).map(missed);
    tables.chain(claims).collect()
}

fn in_table(table: &Table) -> Vec<String> {
    let Some((base, others)) = table.rows.split_first() else {
        return Vec::new();
    };
    let columns = table.columns.iter().enumerate();
    columns
        .filter_map(|(at, column)| {
            let ours = &base.cells.get(at)?.as_ref()?.figure;
            let mut better: Vec<(&str, &Figure)> = others
                .iter()
                .filter_map(|row| Some((row.name.as_str(), &row.cells.get(at)?.as_ref()?.figure)))
                .filter(|(_, figure)| is_better(figure, ours, table.better))
                .collect();
            if better.is_empty() {
                return None;
            }
            better.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
            if table.better == Better::More {
                better.reverse();
            }
            let names: Vec<String> = better
                .iter()
                .map(|(name, figure)| lead(name, figure, ours))
                .collect();
            Some(format!("{}, {column}: {}", table.title, names.join(", ")))
        })
        .collect()
}

fn is_better(figure: &Figure, ours: &Figure, better: Better) -> bool {
    let ratio = match better {
        Better::More => figure.median / ours.median,
        Better::Less => ours.median / figure.median,
    };
    ratio >= NOISE || ratio >= NOTHING && !figure.is_close_to(ours)
}

fn lead(name: &str, figure: &Figure, ours: &Figure) -> String {
    let floor = if name == FLOOR { " (the floor)" } else { "" };
    let close = match figure.is_close_to(ours) {
        true => " within the spread",
        false => "",
    };
    let ratio = short(figure.median / ours.median);
    format!("{name}{floor} {ratio}\u{d7}{close}")
}

fn missed(claim: &Claim) -> String {
    let rival = match (&claim.ratio, &claim.other) {
        (Some(_), Some((name, _))) => format!(" against {name}"),
        _ => format!(" ({})", claim.unit),
    };
    let floor = claim
        .floor_beyond_target()
        .map_or_else(String::new, |floor| {
            format!(", which is out of reach of {FLOOR} itself here: {floor}")
        });
    format!(
        "{}{rival}: {}, and the target is {}{floor}",
        claim.what,
        claim.judged(),
        claim.target
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Cell, Row};
    use crate::subject::BASE;

    fn table(figures: &[(&str, Option<&[f64]>)]) -> Findings {
        let mut table = Table::new("t", "M/s");
        table.columns.push("read".to_owned());
        for (name, samples) in figures {
            let mut row = Row::new(*name);
            row.cells.push(samples.map(|samples| Cell {
                figure: Figure::of(samples.to_vec()),
                ratio: None,
            }));
            table.rows.push(row);
        }
        Findings {
            tables: vec![table],
            ..Findings::default()
        }
    }

    #[test]
    fn every_better_map_is_named_best_first() {
        let findings = table(&[
            (BASE, Some(&[10.0])),
            ("slow", Some(&[9.0])),
            ("fast", Some(&[20.0])),
            (FLOOR, Some(&[40.0])),
            ("cannot", None),
        ]);
        assert_eq!(
            losses(&findings),
            ["t, read: hashbrown (the floor) 4.00\u{d7}, fast 2.00\u{d7}"]
        );
    }

    #[test]
    fn a_difference_within_the_spread_is_called_so() {
        let findings = table(&[
            (BASE, Some(&[8.0, 10.0, 12.0])),
            ("near", Some(&[9.0, 11.0, 13.0])),
        ]);
        assert_eq!(
            losses(&findings),
            ["t, read: near 1.10\u{d7} within the spread"]
        );
        let findings = table(&[
            (BASE, Some(&[8.0, 10.0, 12.0])),
            ("same", Some(&[9.0, 10.1, 13.0])),
        ]);
        assert!(losses(&findings).is_empty());
    }

    #[test]
    fn of_costs_the_smaller_is_the_better() {
        let mut findings = table(&[
            (BASE, Some(&[10.0])),
            ("dear", Some(&[20.0])),
            ("cheap", Some(&[9.0])),
            ("cheapest", Some(&[5.0])),
        ]);
        findings.tables[0].better = Better::Less;
        assert_eq!(
            losses(&findings),
            ["t, read: cheapest 0.500\u{d7}, cheap 0.900\u{d7}"]
        );
    }

    #[test]
    fn nothing_is_lost_when_nobody_is_better() {
        assert!(losses(&table(&[(BASE, Some(&[2.0])), ("x", Some(&[1.0]))])).is_empty());
        let same = [(BASE, Some(&[1_000.0][..])), ("x", Some(&[1_000.1][..]))];
        assert!(losses(&table(&same)).is_empty());
    }
}
