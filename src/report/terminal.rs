//! What a person sees in a terminal after a run: plain text, no colour.

use crate::data::summary::Summary;

/// Tables of models and policies per task, then doubts, then verdicts, in lines of at most
/// `width` columns.
pub fn render(summary: &Summary, width: usize) -> String {
    let _ = (summary, width);
    String::new()
}
