//! Reports: a summary as JSON, tables, Markdown and terminal text, the same bytes every time.
//!
//! All but the rows of [`matrix`] are a pure function of [`Summary`].

mod columns;
mod error;
mod file;
mod frames;
pub mod json;
pub mod markdown;
pub mod matrix;
#[cfg(test)]
mod sample;
pub mod tables;
pub mod terminal;
mod text;
pub mod verdict;

use std::path::Path;

use crate::data::summary::Summary;

pub use error::ReportError;

/// A way to write a summary into a run folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `summary.json`.
    Json,
    /// A `.csv` file per table.
    Csv,
    /// A `.parquet` file per table.
    Parquet,
    /// `report.md`.
    Markdown,
}

/// Each format with its name on the command line and one sentence.
const KINDS: [(Format, &str, &str); 4] = [
    (Format::Json, "json", "Every figure in summary.json, for programs."),
    (Format::Csv, "csv", "The tables as CSV files, for spreadsheets."),
    (Format::Parquet, "parquet", "The tables as Parquet files, for data frames."),
    (Format::Markdown, "markdown", "The report.md that a pull request shows."),
];

impl Format {
    /// Every format with its name on the command line and a sentence about it.
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

/// Writes a summary into a folder, which is made where it is missing, in each of the formats.
///
/// # Errors
/// When a file can't be written. Files written before it stay.
pub fn write(summary: &Summary, formats: &[Format], dir: &Path) -> Result<(), ReportError> {
    formats.iter().try_for_each(|format| match format {
        Format::Json => json::write(summary, dir),
        Format::Csv => tables::write_csv(summary, dir),
        Format::Parquet => tables::write_parquet(summary, dir),
        Format::Markdown => markdown::write(summary, dir),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_back_from_its_name() {
        for (format, name, _) in Format::kinds() {
            assert_eq!(format.name(), name);
            assert_eq!(Format::from_name(name), Some(format));
        }
        assert_eq!(Format::from_name("html"), None);
    }
}
