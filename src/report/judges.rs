//! What judges and fusers were asked, and whether places had a say: a frame, and a line of
//! `report.md`.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::JudgingRow;
use crate::report::escape::code;
use crate::report::frames::Columns;
use crate::report::text;

/// A sentence about what one policy asked one model; `None` where there is nothing to say: nobody
/// judged, and every answer came and could be read.
pub(super) fn line(row: &JudgingRow) -> Option<String> {
    let went_well = row.unparsed + row.failed + row.not_run == 0;
    if went_well && row.asked.starts_with("answer") {
        return None;
    }
    let mut line = format!(
        "- {} asked {} to {} {}: {} could not be read, {} failed",
        code(row.policy.as_str()),
        code(row.by.as_str()),
        code(&row.asked),
        text::counted(row.questions, "time", "times"),
        text::counted(row.unparsed, "reply", "replies"),
        text::counted(row.failed, "call", "calls")
    );
    if row.not_run > 0 {
        line += &format!(", {} were never asked", row.not_run);
    }
    if let (Some(first), Some(by_chance)) = (&row.first, row.first_by_chance) {
        line += &format!(
            "; the first shown was preferred in {} of replies, where {} % is no preference for \
             places (n = {})",
            text::share(first),
            text::percent(by_chance),
            first.n
        );
    }
    if let Some(consistent) = &row.consistent {
        line += &format!(
            "; in both orders it was the same answer in {} of pairs (n = {})",
            text::share(consistent),
            consistent.n
        );
    }
    Some(line + ".")
}

pub(super) fn judging(rows: &[JudgingRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("by", |row| Some(row.by.as_str()))
        .text("asked", |row| Some(row.asked.as_str()))
        .count("questions", |row| Some(row.questions))
        .count("not_run", |row| Some(row.not_run))
        .count("failed", |row| Some(row.failed))
        .count("unparsed", |row| Some(row.unparsed))
        .number("cost_usd", |row| row.cost_usd)
        .estimate("first", |row| row.first.as_ref())
        .number("first_by_chance", |row| row.first_by_chance)
        .estimate("consistent", |row| row.consistent.as_ref())
        .frame()
}
