//! Figures as SVG, drawn without a browser: for `report.html`, READMEs and slides.

mod accuracy;
mod agreement;
mod canvas;
mod categories;
mod differences;
mod frontier;
mod latency;
mod money;
mod scale;
mod timeline;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use crate::data::summary::Summary;
use crate::report::ReportError;
use crate::report::by_task::{TaskRows, by_task, is_baseline};
use crate::report::cells::{self, Cells};
use crate::report::place::place;
use canvas::{Canvas, Mark};

/// One drawing of one task, with what a reader needs beside it.
pub(super) struct Figure {
    /// Its name in names of files.
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) title: &'static str,
    /// How to read it: what marks mean, levels, numbers of items, methods, what is left out.
    pub(super) note: String,
    canvas: Canvas,
}

impl Figure {
    fn new(name: &'static str, title: &'static str, note: String, canvas: Canvas) -> Self {
        Self { name, title, note, canvas }
    }

    /// As an element of a page.
    pub(super) fn element(&self) -> String {
        self.canvas.element(self.title)
    }
}

/// Everything that can be drawn of a task, in the order in which it is shown.
pub(super) fn figures(task: &TaskRows<'_>, cells: Option<&Cells>) -> Vec<Figure> {
    let of_summary = [
        frontier::draw(task).or_else(|| accuracy::draw(task)),
        differences::draw(task),
        timeline::draw(task),
        categories::draw(task),
        agreement::draw(task),
    ];
    let of_cells = cells.map(|cells| [latency::draw(task, cells), money::draw(task, cells)]);
    of_summary.into_iter().chain(of_cells.into_iter().flatten()).flatten().collect()
}

/// Writes every figure of every task as `<task>-<figure>.svg` into `dir`.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let cells = cells::read(dir)?;
    let mut taken = BTreeSet::new();
    for task in by_task(summary) {
        let of_task = cells.iter().find(|cells| cells.task == task.task.as_str());
        let stem = stem(task.task.as_str(), &mut taken);
        for figure in figures(&task, of_task) {
            let label = format!("{}: {}", task.task.as_str(), figure.title);
            let (name, text) = (format!("{stem}-{}.svg", figure.name), figure.canvas.file(&label));
            place(dir, &name, |file| {
                file.write_all(text.as_bytes())
                    .map_err(|source| ReportError::Io { path: dir.join(&name), source })
            })?;
        }
    }
    Ok(())
}

/// The task's name as part of a file's name, another for each task.
pub(super) fn stem(task: &str, taken: &mut BTreeSet<String>) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let mut stem: String = task.chars().map(letter).collect();
    while !taken.insert(stem.clone()) {
        stem.push('_');
    }
    stem
}

/// The row of a policy or model in the tables of a page.
pub(super) fn anchor(task: &TaskRows<'_>, policy: &str) -> String {
    let policies = task.policies.iter().map(|row| row.policy.as_str());
    let models = task.models.iter().map(|(row, _)| row.model.as_str());
    let place = policies.chain(models).position(|name| name == policy).unwrap_or_default();
    // The task's own name may hold anything, so it is spelt in its letters' numbers.
    let task: String = task.task.as_str().bytes().map(|byte| format!("{byte:x}")).collect();
    format!("row-{task}-{place}")
}

/// What a policy is, as its mark and the style of it.
fn look(task: &TaskRows<'_>, policy: &str) -> (Mark, &'static str) {
    let row = task.policies.iter().find(|row| row.policy.as_str() == policy);
    match row {
        None => (Mark::Circle, "model"),
        Some(row) if row.kind == "oracle" => (Mark::Triangle, "oracle"),
        Some(row) if is_baseline(row) => (Mark::Square, "baseline"),
        Some(_) => (Mark::Diamond, "policy"),
    }
}

/// What the marks mean.
const MARKS: &str = "Circles are models, diamonds policies, the square is the best single model, \
                     the hollow triangle the oracle, a ceiling that nobody can run.";
