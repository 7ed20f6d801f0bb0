//! Where reports go, and how a run is shown and remembered.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::color::is_coloured;
use super::{Exit, annotations};
use crate::data::summary::{GateOutcome, GateRow, Summary};
use crate::engine::evaluate::Evaluation;
use crate::report::{self, Format};
use crate::scenario::Plan;

/// Columns of a table where stdout is no terminal and `COLUMNS` is not set.
const WIDTH: usize = 100;

/// Where reports go, and what is shown.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Write the run folder here [default: reports/<scenario>-<UTC time>].
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,

    /// Print summary.json on stdout, and nothing else.
    #[arg(long)]
    pub(super) json: bool,

    /// What a gate means that the figures don't decide.
    #[arg(long, value_name = "MEANING", value_enum, default_value_t = Inconclusive::Fail)]
    inconclusive: Inconclusive,
}

/// What an inconclusive gate means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Inconclusive {
    Pass,
    Fail,
}

/// `run.json`: when and how a run was made. Everything else in a run folder depends on scenario,
/// answers, seed and version alone.
#[derive(Debug, Serialize)]
pub(super) struct RunRecord {
    version: &'static str,
    scenario: String,
    scenario_sha256: String,
    seed: u64,
    started_at: String,
    finished_at: String,
    n_answers: u64,
    n_asked_now: u64,
    n_failed_now: u64,
}

impl RunRecord {
    pub(super) fn new(plan: &Plan, started_at: String) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            scenario: plan.file.display().to_string(),
            scenario_sha256: plan.sha256.clone(),
            seed: plan.seed.0,
            started_at,
            finished_at: String::new(),
            n_answers: 0,
            n_asked_now: 0,
            n_failed_now: 0,
        }
    }

    /// Of so many answers.
    pub(super) fn of(self, n_answers: u64) -> Self {
        Self { n_answers, ..self }
    }

    pub(super) fn asked(mut self, n_asked: u64, n_failed: u64) -> Self {
        self.n_asked_now = n_asked;
        self.n_failed_now = n_failed;
        self
    }

    /// Writes it into the run folder, as what ends now.
    fn write(mut self, dir: &Path) -> Result<()> {
        self.finished_at = crate::engine::collect::now();
        write(&dir.join("run.json"), &(serde_json::to_string_pretty(&self)? + "\n"))
    }
}

impl Output {
    /// How a run ends whose gates came to this.
    pub(super) fn verdict(&self, gates: &[GateRow]) -> Exit {
        if gates.iter().all(|row| self.keeps(row)) { Exit::Done } else { Exit::Gate }
    }

    fn keeps(&self, row: &GateRow) -> bool {
        match row.outcome {
            GateOutcome::Passed => true,
            GateOutcome::Failed => false,
            GateOutcome::Inconclusive => self.inconclusive == Inconclusive::Pass,
        }
    }

    /// Writes the run folder and shows the figures; returns the folder.
    pub(super) fn write(
        &self,
        plan: &Plan,
        evaluation: &Evaluation<'_>,
        record: RunRecord,
    ) -> Result<PathBuf> {
        let dir = self.folder(&plan.name, &record.started_at);
        let n_answers = write_rows(evaluation, &dir)?;
        write_reports(plan, &evaluation.summary, record.of(n_answers), &dir)?;
        self.show(&evaluation.summary, &dir)?;
        self.annotate(plan, &evaluation.summary.gates);
        Ok(dir)
    }

    /// The run folder of what is called so and was started then.
    pub(super) fn folder(&self, name: &str, started_at: &str) -> PathBuf {
        let stamp: String = started_at.chars().filter(|c| !"-:".contains(*c)).collect();
        let default = || Path::new("reports").join(format!("{name}-{stamp}"));
        self.output.clone().unwrap_or_else(default)
    }

    /// Makes the run folder, so that one that can't be written is told before anything is asked.
    pub(super) fn prepared(dir: &Path) -> Result<()> {
        let probe = dir.join(format!(".writable.{}.part", std::process::id()));
        std::fs::create_dir_all(dir)
            .and_then(|()| std::fs::write(&probe, ""))
            .and_then(|()| std::fs::remove_file(&probe))
            .with_context(|| format!("write the run folder {}", dir.display()))
    }

    /// Shows the figures of a run folder.
    #[expect(clippy::print_stderr, reason = "stderr is talk")]
    pub(super) fn show(&self, summary: &Summary, dir: &Path) -> Result<()> {
        if self.json {
            print(&(serde_json::to_string_pretty(summary)? + "\n"))?;
        } else {
            print(&report::render(summary, width(), is_coloured(&std::io::stdout())))?;
        }
        eprintln!("reports: {}", dir.display());
        if let Some(page) = std::env::var_os("GITHUB_STEP_SUMMARY") {
            append(Path::new(&page), &report::markdown::render(summary))?;
        }
        Ok(())
    }

    /// Tells a workflow of the gates of a plan that did not pass.
    #[expect(clippy::print_stderr, reason = "stderr is talk")]
    pub(super) fn annotate(&self, plan: &Plan, gates: &[GateRow]) {
        if annotations::are_shown() {
            let keeps = |row: &GateRow| self.keeps(row);
            eprint!("{}", annotations::of_gates(plan, gates, report::gate_sentence, keeps));
        }
    }
}

/// Every format that a run folder has. Figures are for whoever asks for them: `report RUN --format
/// svg`.
pub(super) fn formats() -> Vec<Format> {
    let kinds = Format::kinds().map(|(format, ..)| format);
    kinds.filter(|format| *format != Format::Svg).collect()
}

/// Answers up to which tables are written side by side; more would take too much memory at once.
const SIDE_BY_SIDE: usize = 20_000;

/// Writes what a run folder holds row by row; returns how many answers there are.
pub(super) fn write_rows(evaluation: &Evaluation<'_>, dir: &Path) -> Result<u64> {
    let items = || report::write_items(evaluation.items(), dir).context("write items");
    let answers = || report::write_answers(evaluation.answers(), dir).context("write answers");
    let decisions =
        || report::write_decisions(evaluation.decisions(), dir).context("write decisions");
    let n_answers = evaluation.answers().count();
    if n_answers < SIDE_BY_SIDE {
        let (answers, (items, decisions)) = rayon::join(answers, || rayon::join(items, decisions));
        items.and(answers).and(decisions)?;
    } else {
        items()?;
        answers()?;
        decisions()?;
    }
    Ok(n_answers as u64)
}

/// Writes everything else into the run folder, whose page shows the rows that it has by then.
pub(super) fn write_reports(
    plan: &Plan,
    summary: &Summary,
    record: RunRecord,
    dir: &Path,
) -> Result<()> {
    if record.n_answers < SIDE_BY_SIDE as u64 {
        report::write(summary, &formats(), dir).context("write reports")?;
    } else {
        for format in formats() {
            report::write(summary, &[format], dir).context("write reports")?;
        }
    }
    write(&dir.join("scenario.yaml"), &plan.to_yaml())?;
    record.write(dir)
}

/// Prints data. A reader that has seen enough is no error.
pub(super) fn print(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("print"),
    }
}

/// The columns of the terminal that stdout is, else what `COLUMNS` says.
pub(super) fn width() -> usize {
    let columns = if std::io::stdout().is_terminal() {
        Some(usize::from(console::Term::stdout().size().1))
    } else {
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
    };
    columns.map_or(WIDTH, |columns| columns.clamp(80, 200))
}

/// Puts a report behind what other steps of a workflow have to say on the page of its summary.
fn append(page: &Path, text: &str) -> Result<()> {
    let file = std::fs::OpenOptions::new().append(true).create(true).open(page);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("write the workflow's summary, {}", page.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("write {}", path.display()))
}
