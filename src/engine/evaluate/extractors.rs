//! Compares other extractors on the same responses, without asking again.

use super::judge::{JudgeError, judge};
use super::tables::{self, Method};
use crate::analysis::Intervals;
use crate::data::Recorded;
use crate::data::summary::ExtractorRow;
use crate::scenario::{Candidate, Finder, Task};

/// A row per extractor and model, the task's own extractor first. None where there is nothing to
/// compare it with.
pub(super) fn compare(
    task: &Task,
    candidates: &[Candidate],
    rows: &[&Recorded],
    intervals: Intervals,
) -> Result<Vec<ExtractorRow>, JudgeError> {
    if task.compare_extract.is_empty() {
        return Ok(Vec::new());
    }
    let own = ("(own)".to_owned(), task.extract.clone());
    let mut compared = Vec::new();
    for (name, Finder { extractor, .. }) in std::iter::once(&own).chain(&task.compare_extract) {
        let judged = judge(task, extractor, candidates, rows)?;
        for model in tables::models(&judged.matrix, &Method::new(&judged.matrix, intervals)) {
            compared.push(ExtractorRow {
                task: task.id.clone(),
                extractor: name.clone(),
                model: model.model,
                answered: model.measures.counts.answered,
                unparsed: model.measures.counts.unparsed,
                accuracy_of_all: model.measures.accuracy_of_all,
            });
        }
    }
    Ok(compared)
}
