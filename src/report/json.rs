//! `summary.json`: every figure of a run, for programs.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;

use crate::data::summary::{SCHEMA, Summary};
use crate::report::ReportError;
use crate::report::place::place;

const NAME: &str = "summary.json";

/// The text of `summary.json`, its last newline included; keys in the order of the structs.
pub fn render(summary: &Summary) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(summary)?;
    text.push('\n');
    Ok(text)
}

/// Reads a `summary.json` that this version or an equal schema wrote.
pub fn read(path: &Path) -> Result<Summary, ReportError> {
    #[derive(Deserialize)]
    struct Head {
        schema: u32,
    }

    let io = |source| ReportError::Read { path: path.to_owned(), source };
    let json = |source| ReportError::Json { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(io)?;
    // First of all, so that another schema is named as such and not as a missing field.
    let head: Head = serde_json::from_str(&text).map_err(json)?;
    if head.schema != SCHEMA {
        return Err(ReportError::Schema { path: path.to_owned(), found: head.schema });
    }
    serde_json::from_str(&text).map_err(json)
}

/// Writes `summary.json` into `dir`.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    let path = || dir.join(NAME);
    let text = render(summary).map_err(|source| ReportError::Json { path: path(), source })?;
    place(dir, NAME, |file| {
        file.write_all(text.as_bytes()).map_err(|source| ReportError::Io { path: path(), source })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_summary_reads_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        for summary in [sample::triage(), sample::hostile(), sample::empty()] {
            write(&summary, dir.path()).unwrap();
            assert_eq!(read(&dir.path().join(NAME)).unwrap(), summary);
        }
    }

    #[test]
    fn keys_stand_in_the_order_of_the_structs() {
        let text = render(&sample::triage()).unwrap();
        assert!(text.starts_with("{\n  \"schema\": 1,\n  \"tool\": {\n"), "{text}");
        assert!(text.ends_with("]\n}\n"), "{text}");
        let places: Vec<_> = ["\"task\"", "\"model\"", "\"asked\"", "\"accuracy\"", "\"ttft_ms\""]
            .map(|key| text.find(key))
            .into_iter()
            .collect::<Option<_>>()
            .unwrap();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn what_is_no_summary_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        for (text, complaint) in [
            ("{\"schema\": 2}", "its schema is 2, and this version reads 1"),
            ("{\"schema\": 1}", "into a summary"),
            ("{\"schema\": 1", "into a summary"),
        ] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains(complaint) && error.contains(NAME), "{text}: {error}");
        }
        assert!(matches!(read(&dir.path().join("none")), Err(ReportError::Read { .. })));
    }
}
