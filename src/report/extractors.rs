//! How other extractors read the same responses: the part of `report.md` about them.

use crate::data::summary::ExtractorRow;
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::markdown::{bracket, percent, table};
use crate::report::text;

/// A table of extractors and models; `None` where a task compares none.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    if task.extractors.is_empty() {
        return None;
    }
    let estimates = task.extractors.iter().filter_map(|row| row.accuracy_of_all.as_ref());
    let right = format!("right of all asked, %{}", bracket(text::level(estimates)));
    let headings = ["extractor", "model", "answers found", "none found", right.as_str()];
    let headings = headings.map(str::to_owned);
    let rows = task.extractors.iter().map(|row: &&ExtractorRow| {
        vec![
            code(&row.extractor),
            code(row.model.as_str()),
            row.answered.to_string(),
            row.unparsed.to_string(),
            text::or_unknown(row.accuracy_of_all.as_ref().map(percent)),
        ]
    });
    Some(format!("### Extractors on the same responses\n\n{}", table(&headings, 2, rows)))
}
