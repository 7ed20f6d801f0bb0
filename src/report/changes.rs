//! What changed between two runs, on a terminal and as Markdown.

use crate::data::summary::Versus;
use crate::data::{Change, ChangeRow, Changes, Side, Since};
use crate::kernel::{ItemId, TaskId};
use crate::report::escape::{code, plain};
use crate::report::grid::{Column, Leaves, Side as Stands, fit, wrapped};
use crate::report::markdown::{bracket, table};
use crate::report::text;

/// Items that are named; the JSON names all.
const MOST_ITEMS: usize = 8;

/// The text for a terminal, no line wider than `width`, the verdict last.
pub fn changes_text(changes: &Changes, width: usize) -> String {
    let mut lines = Vec::new();
    for of_task in changes.policies.chunk_by(|a, b| a.task == b.task) {
        lines.extend(wrapped(&title(&of_task[0].task, of_task, plain), width, "  "));
        lines.push(String::new());
        let grid = fit(columns(of_task), width);
        lines.extend(grid.head);
        lines.extend(grid.rows);
        lines.push(String::new());
        lines.extend(notes(of_task).iter().flat_map(|note| wrapped(note, width, "")));
        lines.extend(flips(of_task, plain).iter().flat_map(|line| wrapped(line, width, "  ")));
        lines.push(String::new());
    }
    lines.extend(
        missing(changes, ["base", "candidate"], plain)
            .iter()
            .flat_map(|line| wrapped(line, width, "  ")),
    );
    lines.extend(verdicts(changes, plain).iter().flat_map(|line| wrapped(line, width, "")));
    lines.join("\n") + "\n"
}

/// The same as Markdown for a pull request, the verdict first.
pub fn changes_markdown(changes: &Changes) -> String {
    let mut blocks = verdicts(changes, code);
    for of_task in changes.policies.chunk_by(|a, b| a.task == b.task) {
        blocks.push(format!("## {}", title(&of_task[0].task, of_task, code)));
        blocks.push(of_task_markdown(of_task));
        blocks.push(notes(of_task).join(" "));
        let flips = flips(of_task, code);
        if !flips.is_empty() {
            blocks
                .push(flips.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"));
        }
    }
    blocks.extend(missing(changes, ["base", "candidate"], code));
    blocks.join("\n\n") + "\n"
}

/// The part of `report.md` about an earlier run: what is sure, and the rows in which something is
/// not as it was.
pub(super) fn since(since: &Since) -> Vec<String> {
    let Since { run, changes } = since;
    let mut blocks = vec![format!("### What changed since {}", code(run))];
    blocks.extend(verdicts(changes, code));
    for of_task in changes.policies.chunk_by(|a, b| a.task == b.task) {
        let moved: Vec<ChangeRow> = of_task.iter().filter(|row| has_moved(row)).cloned().collect();
        if moved.is_empty() {
            continue;
        }
        blocks.push(of_task_markdown(&moved));
        let n_still = of_task.len() - moved.len();
        let still = (n_still > 0).then(|| format!(" {n_still} more are as they were."));
        let title = title(&of_task[0].task, of_task, code);
        blocks.push(format!("{title}. {}{}", notes(&moved).join(" "), still.unwrap_or_default()));
    }
    blocks.extend(missing(changes, ["earlier run", "new one"], code));
    blocks
}

/// Whether a table would show a difference.
fn has_moved(row: &ChangeRow) -> bool {
    let figures = [&row.served, &row.accuracy, &row.cost_per_1k, &row.p50_ms, &row.p95_ms];
    let moved = figures.iter().any(|it| it.base != it.candidate);
    moved || !row.fixed.is_empty() || !row.broken.is_empty()
}

fn of_task_markdown(rows: &[ChangeRow]) -> String {
    let columns = columns(rows);
    let heading = |column: &Column| column.heading.replace('\n', " ").trim().to_owned();
    let headings: Vec<String> = columns.iter().map(heading).collect();
    let cells = (0..rows.len()).map(|row| {
        let of_row = |(idx, column): (usize, &Column)| match idx {
            0 => code(rows[row].policy.as_str()),
            _ => column.cells[row].split_whitespace().collect::<Vec<_>>().join(" "),
        };
        columns.iter().enumerate().map(of_row).collect()
    });
    table(&headings, 1, cells)
}

fn title(task: &TaskId, rows: &[ChangeRow], name: fn(&str) -> String) -> String {
    let most = rows.iter().filter_map(|row| row.n_common).max();
    let items = match most {
        Some(n) => format!("{n} items in both runs, compared one by one"),
        None => "a run without its items, so figure against figure".to_owned(),
    };
    format!("{}: {items}", name(task.as_str()))
}

fn columns(rows: &[ChangeRow]) -> Vec<Column> {
    let column = |heading: String, cells: Vec<String>, leaves: Leaves| Column {
        heading,
        cells,
        side: Stands::Right,
        leaves,
    };
    let each = |cell: &dyn Fn(&ChangeRow) -> String| rows.iter().map(cell).collect::<Vec<_>>();
    let differences = rows.iter().filter_map(|row| row.accuracy.difference.as_ref());
    let level = bracket(text::level(differences));
    let estimates: Vec<_> = rows.iter().map(|row| row.accuracy.difference.as_ref()).collect();
    let versus = |row: &ChangeRow, of: &dyn Fn(&Versus) -> String| {
        text::or_unknown(row.paired.as_ref().map(of))
    };
    let names = Column {
        heading: "\npolicy".to_owned(),
        cells: each(&|row| plain(row.policy.as_str())),
        side: Stands::Left,
        leaves: Leaves::Never,
    };
    vec![
        names,
        column(
            "served\n%".to_owned(),
            each(&|row| arrow(&row.served, text::percent)),
            Leaves::As(3, "served"),
        ),
        column(
            "accuracy\n%".to_owned(),
            each(&|row| arrow(&row.accuracy, text::percent)),
            Leaves::As(6, "accuracy"),
        ),
        column(
            format!("change\npoints{level}"),
            text::column(&estimates, text::points),
            Leaves::Never,
        ),
        column("\np".to_owned(), each(&|row| versus(row, &|it| text::p(it.p))), Leaves::As(5, "p")),
        column(
            "fixed/\nbroken".to_owned(),
            each(&|row| versus(row, &|_| format!("{}/{}", row.fixed.len(), row.broken.len()))),
            Leaves::As(7, "fixed and broken"),
        ),
        column(
            "price\n$/1000".to_owned(),
            each(&|row| arrow(&row.cost_per_1k, text::dollars)),
            Leaves::As(4, "price"),
        ),
        column(
            "p50\nms".to_owned(),
            each(&|row| arrow(&row.p50_ms, text::ms)),
            Leaves::As(1, "median latency"),
        ),
        column(
            "p95\nms".to_owned(),
            each(&|row| arrow(&row.p95_ms, text::ms)),
            Leaves::As(2, "latency"),
        ),
    ]
}

/// `70.3 → 72.0`, and once where it is the same.
fn arrow(change: &Change, read: fn(f64) -> String) -> String {
    let [base, candidate] =
        [change.base, change.candidate].map(|figure| text::or_unknown(figure.map(read)));
    if base == candidate { base } else { format!("{base} → {candidate}") }
}

fn notes(rows: &[ChangeRow]) -> Vec<String> {
    let differences = rows.iter().filter_map(|row| row.accuracy.difference.as_ref());
    let made = text::provenance(differences).unwrap_or_else(|| "none is known".to_owned());
    if rows.iter().all(|row| row.n_common.is_none()) {
        return vec![format!("Changes in accuracy are figure against figure ({made}).")];
    }
    let mut notes = vec![format!(
        "Changes in accuracy are over the items that both runs served ({made}); fixed and broken \
         are items that became right and that were."
    )];
    if rows.iter().any(|row| row.cost_per_1k.difference.is_some()) {
        notes.push("The JSON has intervals of changes in price and mean latency too.".to_owned());
    }
    notes
}

/// Which items changed sides, of each policy where some did.
fn flips(rows: &[ChangeRow], name: fn(&str) -> String) -> Vec<String> {
    let some = |ids: &[ItemId], what: &str| {
        let shown = ids.iter().take(MOST_ITEMS).map(|id| name(id.as_str()));
        let mut shown: Vec<String> = shown.collect();
        if ids.len() > MOST_ITEMS {
            shown.push(format!("{} more", ids.len() - MOST_ITEMS));
        }
        (!ids.is_empty()).then(|| format!("{what} {}", shown.join(", ")))
    };
    let of_row = |row: &ChangeRow| {
        let parts = [some(&row.fixed, "fixed"), some(&row.broken, "broken")];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let policy = name(row.policy.as_str());
        (!parts.is_empty()).then(|| format!("{policy}: {}", parts.join("; ")))
    };
    rows.iter().filter_map(of_row).collect()
}

fn missing(
    changes: &Changes,
    [base, candidate]: [&str; 2],
    name: fn(&str) -> String,
) -> Vec<String> {
    let named = |sides: &[Side]| {
        let side =
            |it: &Side| format!("{} on {}", name(it.policy.as_str()), name(it.task.as_str()));
        sides.iter().map(side).collect::<Vec<_>>().join(", ")
    };
    let told = |sides: &[Side], which: &str| {
        (!sides.is_empty()).then(|| format!("Only in the {which}: {}.", named(sides)))
    };
    [told(&changes.only_base, base), told(&changes.only_candidate, candidate)]
        .into_iter()
        .flatten()
        .collect()
}

/// A sentence a task: who is better, who is worse, and that the others can't be told apart. Surely
/// is whose interval excludes 0, and whose p-value after Holm agrees where there is one.
fn verdicts(changes: &Changes, name: fn(&str) -> String) -> Vec<String> {
    if changes.policies.is_empty() {
        return vec!["The two runs have no policy in common.".to_owned()];
    }
    let tasks = changes.policies.chunk_by(|a, b| a.task == b.task);
    tasks.map(|rows| verdict(rows, name)).collect()
}

fn verdict(rows: &[ChangeRow], name: fn(&str) -> String) -> String {
    let sure: Vec<&ChangeRow> = rows.iter().filter(|row| is_sure(row)).collect();
    let moved = |is_better: bool, how: &str| {
        let sides = sure.iter().filter_map(|row| Some((*row, row.accuracy.difference.as_ref()?)));
        let told = sides.filter(|(_, it)| (it.point > 0.0) == is_better).map(|(row, it)| {
            let (points, ends) = (text::points(it.point), text::ends(it));
            let holm = row.paired.as_ref().and_then(|it| it.p_holm).map(text::p_clause);
            let holm = holm.map(|p| format!(" ({p} after Holm)")).unwrap_or_default();
            format!("{} by {points} points {ends}{holm}", name(row.policy.as_str()))
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| format!("{how}: {}", told.join(", ")))
    };
    let rest = match (rows.len() - sure.len(), sure.len()) {
        (0, _) => None,
        (n, 0) => Some(format!("of {n} policies and models none is surely better or worse")),
        (n, _) => Some(format!("of {n} more none is surely better or worse")),
    };
    let parts = [moved(true, "more accurate"), moved(false, "less accurate"), rest];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}.", name(rows[0].task.as_str()), parts.join("; "))
}

fn is_sure(row: &ChangeRow) -> bool {
    let Some(it) = &row.accuracy.difference else { return false };
    let holm = row.paired.as_ref().and_then(|versus| versus.p_holm);
    (it.low > 0.0 || it.high < 0.0) && holm.is_none_or(|p| p <= 1.0 - it.level)
}
