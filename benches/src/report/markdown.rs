//! The report as Markdown.

use super::{Better, Cell, Report, Table};
use crate::claim::Claim;
use crate::figure::{Figure, short};

/// The whole report.
#[must_use]
pub fn render(report: &Report) -> String {
    let findings = &report.findings;
    let mut text = format!("# Benchmark: {}\n\n{}.\n", report.suite, report.about);
    if report.smoke {
        text += "\n**A quick run: it shows that everything works; its figures mean nothing.**\n";
    }
    section(&mut text, "Where and from what");
    for (name, value) in report.environment.lines() {
        text += &format!("- {name}: {value}\n");
    }
    if !findings.keys.is_empty() {
        text += &format!("- keys: {}\n", findings.keys.join("; "));
    }
    for table in &findings.tables {
        let better = match table.better {
            Better::More => "",
            Better::Less => ", less is better",
        };
        let title = format!("{} ({}{better})", table.title, table.unit);
        section(&mut text, &title);
        text += &figures(table);
    }
    if !findings.claims.is_empty() {
        section(&mut text, "Claims");
        text += &claims(&findings.claims);
    }
    section(&mut text, &report.losses_title());
    if report.losses.is_empty() {
        text += "Nowhere in this run.\n";
    }
    bullets(&mut text, &report.losses);
    section(&mut text, "Method and bias");
    bullets(&mut text, &report.method);
    bullets(&mut text, &findings.notes);
    if !findings.peers.is_empty() {
        section(&mut text, "How each map was driven");
        for peer in &findings.peers {
            text += &format!("- {}: {}\n", peer.name, peer.how);
        }
    }
    text
}

fn section(text: &mut String, title: &str) {
    *text += &format!("\n## {title}\n\n");
}

fn bullets(text: &mut String, lines: &[String]) {
    for line in lines {
        *text += &format!("- {line}\n");
    }
}

fn figures(table: &Table) -> String {
    let mut text = format!("| map | {} |\n", table.columns.join(" | "));
    text += &format!("|---|{}\n", "---|".repeat(table.columns.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(|it| cell(it.as_ref())).collect();
        text += &format!("| {} | {} |\n", row.name, cells.join(" | "));
    }
    text
}

fn cell(cell: Option<&Cell>) -> String {
    match cell {
        None => "\u{2013}".to_owned(),
        Some(Cell { figure, ratio }) => match ratio {
            Some(ratio) => format!("{}, {}\u{d7}", spread(figure), short(*ratio)),
            None => spread(figure),
        },
    }
}

fn claims(claims: &[Claim]) -> String {
    let mut text =
        "| what | ours | other side | judged | target | |\n|---|---|---|---|---|---|\n".to_owned();
    for claim in claims {
        let other = match &claim.other {
            Some((name, figure)) => format!("{name}: {}", spread(figure)),
            None => "\u{2013}".to_owned(),
        };
        text += &format!(
            "| {} ({}) | {} | {other} | {} | {} | {} |\n",
            claim.what,
            claim.unit,
            spread(&claim.ours),
            claim.judged(),
            claim.target,
            claim.verdict(),
        );
    }
    text
}

/// The median and its interval, or else its deviation in per cent.
#[must_use]
pub fn spread(figure: &Figure) -> String {
    let median = short(figure.median);
    match &figure.interval {
        Some(it) => format!(
            "{median} [{}, {}]",
            short(it.lower_bound),
            short(it.upper_bound)
        ),
        None => format!("{median} \u{b1}{:.0}%", figure.spread_percent()),
    }
}
