//! The report as a terminal shows it.

use comfy_table::{CellAlignment, ContentArrangement, TableComponent, presets};

use super::markdown::spread;
use super::{Cell, Report, Table};
use crate::claim::Claim;
use crate::figure::short;

/// Where output goes that is no terminal: wide enough for every table.
const WIDTH: u16 = 120;

/// The figures and what they come to.
#[must_use]
pub fn render(report: &Report) -> String {
    let findings = &report.findings;
    let mut text = String::new();
    for keys in &findings.keys {
        text += &format!("{keys}\n");
    }
    for table in &findings.tables {
        text += &format!(
            "\n{} ({}; median {}, ratio to {})\n{}\n",
            table.title,
            table.unit,
            table.spread(),
            table.base(),
            figures(table)
        );
    }
    if !findings.claims.is_empty() {
        text += &format!("\n{}\n", claims(&findings.claims));
    }
    let title = report.losses_title();
    if report.losses.is_empty() {
        text += &format!("\n{title}: nowhere in this run.\n");
    } else {
        text += &format!("\n{title}:\n");
        for line in &report.losses {
            text += &format!("  {line}\n");
        }
    }
    if report.smoke {
        text += "\nA quick run: it shows that everything works; its figures mean nothing.\n";
    }
    text
}

fn styled() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_preset(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    for lines_between_rows in [
        TableComponent::HorizontalLines,
        TableComponent::MiddleIntersections,
        TableComponent::LeftBorderIntersections,
        TableComponent::RightBorderIntersections,
    ] {
        table.remove_style(lines_between_rows);
    }
    if !table.is_tty() {
        table.set_width(WIDTH);
    }
    table
}

fn figures(table: &Table) -> comfy_table::Table {
    let mut shown = styled();
    let mut header = vec!["map".to_owned()];
    header.extend(table.columns.iter().cloned());
    shown.set_header(header);
    for row in &table.rows {
        let mut cells = vec![row.name.clone()];
        // Many columns leave no room for two numbers side by side.
        let between = if row.cells.len() > 4 { "\n" } else { "  " };
        cells.extend(row.cells.iter().map(|it| cell(it.as_ref(), between)));
        shown.add_row(cells);
    }
    for column in shown.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    shown
}

fn cell(cell: Option<&Cell>, between: &str) -> String {
    match cell {
        None => "\u{2013}".to_owned(),
        Some(Cell { figure, ratio }) => match ratio {
            Some(ratio) => format!("{}{between}{}\u{d7}", spread(figure), short(*ratio)),
            None => spread(figure),
        },
    }
}

fn claims(claims: &[Claim]) -> comfy_table::Table {
    let mut shown = styled();
    shown.set_header(["what", "unit", "ours", "other side", "judged", "target", ""]);
    for claim in claims {
        let other = match &claim.other {
            Some((name, figure)) => format!("{name} {}", spread(figure)),
            None => "\u{2013}".to_owned(),
        };
        shown.add_row([
            claim.what.clone(),
            claim.unit.to_owned(),
            spread(&claim.ours),
            other,
            claim.judged(),
            claim.target.to_string(),
            claim.verdict().to_owned(),
        ]);
    }
    shown
}
