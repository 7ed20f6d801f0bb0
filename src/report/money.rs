//! What the same money buys without cleverness: the part of `report.md` about it.

use crate::data::summary::{Against, ComparisonRow};
use crate::kernel::PolicyId;
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::markdown::{bracket, table};
use crate::report::text;

/// A table of policies and what they are compared with unasked; `None` where prices are unknown.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    if task.comparisons.is_empty() {
        return None;
    }
    let level = bracket(text::level(task.comparisons.iter().map(|row| &row.versus.difference)));
    let difference = format!("difference, points{level}");
    let headings = ["policy", "against", "which is", "price ratio", difference.as_str(), "p", "n"];
    // Where the best mix is the one of the cheapest and the best, one row says both.
    let is_told = |row: &&&ComparisonRow| {
        let same = |other: &&ComparisonRow| {
            other.against == Against::Hull && other.policy == row.policy && other.of == row.of
        };
        row.against != Against::RandomLine || !task.comparisons.iter().any(same)
    };
    let rows = task.comparisons.iter().filter(is_told).map(|row| {
        let versus = &row.versus;
        vec![
            code(row.policy.as_str()),
            row.against.words().to_owned(),
            members(row),
            text::or_unknown(row.price_ratio.map(text::times)),
            format!("{} {}", text::points(versus.difference.point), text::ends(&versus.difference)),
            text::p(versus.p),
            versus.difference.n.to_string(),
        ]
    });
    Some(format!("### What the same money buys\n\n{}", table(&headings, 3, rows)))
}

/// Shares of the items in percent, or of one model the number of its samples.
fn members(row: &ComparisonRow) -> String {
    let member = |(name, share): (&PolicyId, &f64)| -> String {
        match *share {
            1.0 => code(name.as_str()),
            times if times > 1.0 => format!("{times} samples of {}", code(name.as_str())),
            share => format!("{} % {}", text::percent(share), code(name.as_str())),
        }
    };
    row.of.iter().map(member).collect::<Vec<_>>().join(", ")
}
