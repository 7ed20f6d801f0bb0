//! What a run says on a terminal: two tables a task, the doubts, and the verdict last.

use crate::data::Estimate;
use crate::data::summary::{GateOutcome, Measures, PolicyRow, Summary};
use crate::report::by_task::{TaskRows, by_task, is_reference};
use crate::report::grid::{Column, Leaves, Side, fit, wrapped};
use crate::report::{doubts, drilled, escape, gates, outages, recommendation, text, verdict};

/// Narrower terminals get lines of this width all the same: below it no interval fits.
const NARROWEST: usize = 40;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";

/// The whole text, no line wider than `width`, its last newline included.
///
/// Where room is short, columns leave in this order: wins and losses, kind, the models'
/// p and difference, median latency, accuracy of all asked, p, latency, price, served,
/// difference. From accuracy of all asked on, columns first move closer. Then names are cut.
/// Colour marks rows whose difference's interval excludes 0.
pub fn render(summary: &Summary, width: usize, color: bool) -> String {
    let mut page = Page { width: width.max(NARROWEST), color, text: String::new() };
    for task in by_task(summary) {
        page.task(&task);
        let width = page.width;
        let simulated = outages::lines(summary, task.task, width);
        for line in simulated.iter().chain(&drilled::lines(summary, task.task, width)) {
            page.line("", line);
        }
    }
    for (_, text) in doubts::told(&summary.warnings) {
        page.paragraph("", &format!("! {}", escape::plain(&text)), "  ");
    }
    if !summary.warnings.is_empty() {
        page.line("", "");
    }
    for row in &summary.gates {
        let style = match row.outcome {
            GateOutcome::Passed => GREEN,
            GateOutcome::Failed => RED,
            GateOutcome::Inconclusive => BOLD,
        };
        let sentence = gates::sentence(row, escape::plain);
        let line = format!("{:<12} {}: {sentence}", row.outcome.name(), escape::plain(&row.name));
        page.paragraph(style, &line, "             ");
    }
    if !summary.gates.is_empty() {
        page.line("", "");
    }
    for sentence in verdict::verdicts(summary) {
        page.paragraph(BOLD, &sentence, "");
    }
    for (at, line) in recommendation::lines(summary).iter().enumerate() {
        if at == 0 {
            page.line("", "");
        }
        page.paragraph(if at < 2 { BOLD } else { "" }, line, "  ");
    }
    page.text
}

/// Lines so far.
struct Page {
    width: usize,
    color: bool,
    text: String,
}

impl Page {
    fn task(&mut self, task: &TaskRows<'_>) {
        if task.is_bare() {
            self.paragraph(BOLD, &escape::plain(task.task.as_str()), "  ");
            return self.line("", "");
        }
        let title = format!(
            "{}: {}, {}, {}",
            escape::plain(task.task.as_str()),
            task.size(),
            text::counted(task.models.len() as u64, "model", "models"),
            text::counted(task.policies.len() as u64, "policy", "policies"),
        );
        self.paragraph(BOLD, &title, "  ");
        self.line("", "");
        let models = task.models.iter().map(|(row, policy)| Row {
            name: row.model.as_str(),
            measures: &row.measures,
            policy: *policy,
        });
        let mut shown = self.table(Kind::Models, &models.collect::<Vec<_>>(), task);
        let policies = task.policies.iter().map(|row| Row {
            name: row.policy.as_str(),
            measures: &row.measures,
            policy: Some(row),
        });
        let others = self.table(Kind::Policies, &policies.collect::<Vec<_>>(), task);
        shown.has_unknown |= others.has_unknown;
        for what in others.left_out {
            if !shown.left_out.contains(&what) {
                shown.left_out.push(what);
            }
        }
        for note in notes(task, &shown) {
            self.paragraph(DIM, &note, "");
        }
        self.line("", "");
    }

    fn table(&mut self, kind: Kind, rows: &[Row<'_>], task: &TaskRows<'_>) -> Shown {
        if rows.is_empty() {
            return Shown::default();
        }
        let grid = fit(columns(kind, rows, task), self.width);
        for line in &grid.head {
            self.line(BOLD, line);
        }
        for (line, row) in grid.rows.iter().zip(rows) {
            self.line(row.style(), line);
        }
        self.line("", "");
        let figures = grid.columns.iter().skip(1).flat_map(|column| &column.cells);
        let has_unknown = figures.into_iter().any(|cell| cell.trim() == text::UNKNOWN);
        Shown { left_out: grid.left_out, has_unknown }
    }

    fn paragraph(&mut self, style: &str, text: &str, indent: &str) {
        for line in wrapped(text, self.width, indent) {
            self.line(style, &line);
        }
    }

    fn line(&mut self, style: &str, line: &str) {
        if self.color && !style.is_empty() {
            self.text.push_str(&format!("\u{1b}[{style}m{line}\u{1b}[0m\n"));
        } else {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }
}

/// What a table needs explained.
#[derive(Default)]
struct Shown {
    left_out: Vec<&'static str>,
    has_unknown: bool,
}

/// Which of a task's two tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Models,
    Policies,
}

/// A row of either table.
struct Row<'a> {
    name: &'a str,
    measures: &'a Measures,
    policy: Option<&'a PolicyRow>,
}

impl<'a> Row<'a> {
    fn difference(&self) -> Option<&'a Estimate> {
        Some(&self.policy?.versus.as_ref()?.difference)
    }

    fn is_reference(&self) -> bool {
        self.policy.is_some_and(is_reference)
    }

    fn style(&self) -> &'static str {
        match self.difference() {
            Some(difference) if difference.low > 0.0 => GREEN,
            Some(difference) if difference.high < 0.0 => RED,
            _ => "",
        }
    }
}

/// All columns of a table; `Leaves` holds the order that [`render`] declares.
fn columns(kind: Kind, rows: &[Row<'_>], task: &TaskRows<'_>) -> Vec<Column> {
    let column = |heading: &str, side, leaves, cell: &dyn Fn(&Row<'_>) -> Option<String>| Column {
        heading: heading.to_owned(),
        cells: rows.iter().map(|row| text::or_unknown(cell(row))).collect(),
        side,
        leaves,
    };
    let estimates = |heading: &str, leaves, cells| Column {
        heading: heading.to_owned(),
        cells,
        side: Side::Left,
        leaves,
    };
    let is_models = kind == Kind::Models;
    let bracket = |level: Option<String>| level.map(|level| format!(" [{level}]"));
    let accuracies = task.measures().filter_map(|measures| measures.accuracy.as_ref());
    let level = bracket(text::level(accuracies)).unwrap_or_default();
    let accuracy: Vec<_> = rows.iter().map(|row| row.measures.accuracy.as_ref()).collect();
    let versus_level = bracket(text::level(task.differences())).unwrap_or_default();
    let name = |row: &Row<'_>| Some(escape::plain(row.name));
    let latency = |row: &Row<'_>| row.measures.latency_ms;

    let mut columns = vec![
        column(if is_models { "model" } else { "policy" }, Side::Left, Leaves::Never, &name),
        column("kind", Side::Left, Leaves::As(1, "kind"), &|row| {
            Some(escape::plain(&row.policy?.kind))
        }),
        column("served\n%", Side::Right, Leaves::As(9, "served"), &|row| {
            text::served(&row.measures.counts).map(text::percent)
        }),
        estimates(
            &format!("accuracy\n%{level}"),
            Leaves::Never,
            text::column(&accuracy, text::percent),
        ),
        column("of all\n%", Side::Right, Leaves::As(5, "accuracy of all asked"), &|row| {
            Some(text::percent(row.measures.accuracy_of_all.as_ref()?.point))
        }),
        column("price\n$/1000", Side::Right, Leaves::As(8, "price"), &|row| {
            Some(text::dollars(row.measures.cost_usd?.per_1k?))
        }),
        column("p50\nms", Side::Right, Leaves::As(4, "median latency"), &|row| {
            Some(text::ms(latency(row)?.p50))
        }),
        column("p95\nms", Side::Right, Leaves::As(7, "latency"), &|row| {
            Some(text::ms(latency(row)?.p95))
        }),
        estimates(
            &format!("vs best single\npoints{versus_level}"),
            if is_models { Leaves::As(3, "models' differences") } else { DIFFERENCE },
            differences(rows),
        ),
        column("\np", Side::Right, if is_models { MODELS_P } else { P }, &|row| {
            if row.is_reference() {
                return Some(String::new());
            }
            Some(text::p(row.policy?.versus.as_ref()?.p))
        }),
        column("wins/\nlosses", Side::Right, Leaves::As(0, "wins and losses"), &|row| {
            if row.is_reference() {
                return Some(String::new());
            }
            row.policy?.versus.as_ref().map(|versus| format!("{}/{}", versus.wins, versus.losses))
        }),
    ];
    if is_models {
        columns.retain(|column| column.heading != "kind");
    }
    columns
}

const DIFFERENCE: Leaves = Leaves::As(10, "difference");
const MODELS_P: Leaves = Leaves::As(2, "models' p");
const P: Leaves = Leaves::As(6, "p");

fn differences(rows: &[Row<'_>]) -> Vec<String> {
    let all: Vec<_> = rows.iter().map(Row::difference).collect();
    let mut cells = text::column(&all, text::points);
    for (cell, row) in cells.iter_mut().zip(rows) {
        if row.is_reference() {
            "baseline".clone_into(cell);
        }
    }
    cells
}

/// What a reader needs beside the tables: what figures are of, how many items, which method.
fn notes(task: &TaskRows<'_>, shown: &Shown) -> Vec<String> {
    let mut notes = Vec::new();
    let accuracies = task.measures().filter_map(|measures| measures.accuracy.as_ref());
    if let Some(provenance) = text::provenance(accuracies) {
        notes.push(format!(
            "Accuracy is of what was answered ({provenance}); of all asked, what is no answer counts 0."
        ));
    }
    if let Some(provenance) = text::provenance(task.differences()) {
        notes.push(format!("Differences are over items that both served ({provenance})."));
    }
    if shown.has_unknown {
        notes.push(format!("{} is unknown.", text::UNKNOWN));
    }
    if !shown.left_out.is_empty() {
        notes.push(format!("Left out for want of room: {}.", shown.left_out.join(", ")));
    }
    notes
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::report::sample;

    #[test]
    fn no_line_is_wider_than_asked() {
        for summary in [sample::triage(), sample::hostile(), sample::empty()] {
            for width in [0, 40, 60, 72, 80, 100, 120, 200] {
                for line in render(&summary, width, false).lines() {
                    assert!(line.width() <= width.max(NARROWEST), "{width}: {line}");
                    assert!(!line.contains(char::is_control), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let summary = sample::hostile();
        let mut colored = render(&summary, 100, true);
        assert!(colored.contains("\u{1b}[32mtrio"), "{colored}");
        for style in [BOLD, DIM, RED, GREEN, "0"] {
            colored = colored.replace(&format!("\u{1b}[{style}m"), "");
        }
        assert_eq!(colored, render(&summary, 100, false));
    }

    #[test]
    fn eighty_columns_hold_both_tables() {
        let expected = "\
triage: 224 items, 4 models, 3 policies

       served  accuracy           of all   price   p50   p95  vs best single
model       %  % [95 %]                %  $/1000    ms    ms  points [95 %]
──────────────────────────────────────────────────────────────────────────────
flash    99.1  68.5 [62.5, 74.0]    67.9  0.0311   402  1005  -4.5 [-9.0, 0.0]
haiku    99.1  70.2 [64.2, 75.7]    69.6   0.248   655  1638  -2.8 [-7.1, 1.5]
mini     99.1  71.0 [65.0, 76.5]    70.4  0.0624   812  2030  -2.0 [-6.2, 2.2]
opus     99.1  73.4 [67.4, 78.9]    72.7    4.87  1903  4758  +0.4 [ 0.0, 0.9]

            served accuracy          of all  price  p95 vs best single
policy           % % [95 %]               % $/1000   ms points [95 %]       p
─────────────────────────────────────────────────────────────────────────────
saver         99.1 74.2 [68.2, 79.7]   73.5   1.21 2125 +1.2 [-0.6, 3.0] 0.21
trio          99.1 75.1 [69.1, 80.6]   74.4  0.342 2075 +2.1 [ 0.4, 3.8] 0.01
best-single   99.1 73.0 [67.0, 78.5]   72.3   4.69 4725 baseline

Accuracy is of what was answered (n = 222, wilson); of all asked, what is no
answer counts 0.
Differences are over items that both served (n = 224, paired bootstrap).
Left out for want of room: wins and losses, models' p, kind, median latency.

! the price of mini is assumed, so its cost is an estimate

trio beats the best single model (mostly opus) by 2.1 points [0.4, 3.8]
(p = 0.01, n = 224) at 0.07 times its price; best of 2 compared, so this is an
optimistic reading.
";
        assert_eq!(render(&sample::triage(), 80, false), expected);
    }

    #[test]
    fn the_unknown_is_explained_only_where_it_stands() {
        let explained = |summary| render(&summary, 200, false).contains("- is unknown.");
        assert!(explained(sample::hostile()));
        assert!(!explained(sample::triage()));
    }
}
