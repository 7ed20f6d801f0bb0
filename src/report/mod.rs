//! Floor 2: the figures of a run as files and as text; all of it a pure function of the summary.

mod alone;
mod by_task;
mod cells;
mod changes;
mod columns;
mod comparisons;
mod csv;
mod doubts;
mod drilled;
mod escape;
mod extractors;
mod frames;
mod gates;
mod grid;
mod html;
pub mod json;
mod judges;
mod junit;
pub mod markdown;
mod matrix;
mod money;
mod outages;
mod pairs;
mod parquet;
mod past;
mod place;
mod reasons;
mod recommendation;
mod recorded;
mod reliability;
mod routers;
mod row_groups;
#[cfg(test)]
mod sample;
mod svg;
mod terminal;
mod text;
mod verdict;
mod why;

use std::io;
use std::path::{Path, PathBuf};

use polars::prelude::PolarsError;
use rayon::prelude::*;

use crate::data::summary::{SCHEMA, Summary};

pub use changes::{changes_markdown, changes_text};
pub use gates::gate_sentence;
pub use matrix::{AnswerRow, DecisionRow, ItemRow, write_answers, write_decisions, write_items};
pub use past::read_past;
pub use recorded::write_recorded;
pub use terminal::render;
pub use verdict::verdicts;

/// A way of writing the summary to a run folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Everything, for programs.
    Json,
    /// The tables, for spreadsheets.
    Csv,
    /// The tables, for data frames and SQL.
    Parquet,
    /// What a pull request shows.
    Markdown,
    /// A test case for each gate.
    Junit,
    /// One page for people, with figures and items.
    Html,
    /// The figures of that page, a file each.
    Svg,
}

/// Each format with its name and one sentence.
const KINDS: [(Format, &str, &str); 7] = [
    (Format::Json, "json", "summary.json: every figure, for programs."),
    (Format::Csv, "csv", "The tables of models, policies, categories and pairs, for spreadsheets."),
    (Format::Parquet, "parquet", "The same tables with their types, for data frames and SQL."),
    (Format::Markdown, "markdown", "report.md: what a pull request comment shows."),
    (Format::Junit, "junit", "junit.xml: a test case for each gate, for CI."),
    (
        Format::Html,
        "html",
        "report.html: one page that works offline, with figures, tables and items.",
    ),
    (Format::Svg, "svg", "The figures of that page, a file each, for READMEs and slides."),
];

impl Format {
    /// Every format with its name and a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (Self, &'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// The format of that name; `None` for an unknown word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::kinds().find(|(_, known, _)| *known == name).map(|(kind, ..)| kind)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].1
    }
}

/// Why a report could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The disk said no to what was to be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The disk said no to what was to be written.
    #[error("write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A summary that is not JSON, or not the summary that this version knows.
    #[error("turn {} into a summary or back", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: serde_json::Error,
    },
    /// A summary of another version's making.
    #[error("read {}: its schema is {found}, and this version reads {SCHEMA}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// What it says of itself.
        found: u32,
    },
    /// A table that Polars would not build or write.
    #[error("write the table {}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What Polars says.
        #[source]
        source: PolarsError,
    },
}

/// Writes the summary into `dir`, which is made if need be, once for each of `formats`.
///
/// Every file appears whole or not at all. Pages and figures show the items that `dir` holds by
/// then; everything else is of the summary alone.
pub fn write(summary: &Summary, formats: &[Format], dir: &Path) -> Result<(), ReportError> {
    let write = |format: &Format| match format {
        Format::Json => json::write(summary, dir),
        Format::Csv => csv::write(summary, dir),
        Format::Parquet => parquet::write(summary, dir),
        Format::Markdown => markdown::write(summary, dir),
        Format::Junit => junit::write(summary, dir),
        Format::Html => html::write(summary, dir),
        Format::Svg => svg::write(summary, dir),
    };
    if let [alone] = formats {
        return write(alone);
    }
    // Of several errors the first in this order is told.
    let written: Vec<_> = formats.par_iter().map(write).collect();
    written.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_format_reads_back_from_its_name() {
        for (format, name, _) in Format::kinds() {
            assert_eq!(format.name(), name);
            assert_eq!(Format::from_name(name), Some(format));
        }
        assert_eq!(Format::from_name("JSON"), None);
    }

    #[test]
    fn the_same_summary_gives_the_same_bytes_in_any_order() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut formats: Vec<_> = Format::kinds().map(|(format, ..)| format).collect();
        for dir in &dirs {
            write(&sample::hostile(), &formats, dir.path()).unwrap();
            formats.reverse();
        }
        let mut names: Vec<_> = fs::read_dir(dirs[0].path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names.join(" "),
            "categories.csv categories.parquet contributions.csv contributions.parquet \
             diversity.csv diversity.parquet gains.csv gains.parquet junit.xml models.csv models.parquet \
             pairs.csv pairs.parquet policies.csv policies.parquet reading-2-accuracy-cost.svg \
             reading-2-agreement.svg reading-2-differences.svg report.html report.md summary.json \
             triage-accuracy-cost.svg triage-agreement.svg triage-categories.svg \
             triage-differences.svg"
        );
        for name in names {
            let [one, other] = dirs.each_ref().map(|dir| fs::read(dir.path().join(&name)).unwrap());
            assert!(!one.is_empty() && one == other, "{name}");
        }
    }
}
