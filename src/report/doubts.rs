//! Warnings as they are shown: many of one kind become one line.

use crate::data::summary::WarningRow;

/// Up to this many of one kind stand each by itself.
const MOST_ALONE: usize = 3;

/// Kind and words of every doubt, in the summary's order.
///
/// Of more than three of one kind the first is told in full, and the others by what they are about.
pub(super) fn told(warnings: &[WarningRow]) -> Vec<(&str, String)> {
    let of_kinds = warnings.chunk_by(|a, b| a.kind == b.kind);
    of_kinds.flat_map(|alike| of_kind(alike)).collect()
}

fn of_kind(alike: &[WarningRow]) -> Vec<(&str, String)> {
    let told = |row: &WarningRow, more: &str| format!("{}{more}", row.text);
    match alike {
        [first, others @ ..] if alike.len() > MOST_ALONE => {
            let (named, rest) = others.split_at(MOST_ALONE - 1);
            let names: Vec<&str> = named.iter().map(|row| row.on.as_str()).collect();
            let more = format!("; likewise {} and {} more", names.join(", "), rest.len());
            vec![(first.kind.as_str(), told(first, &more))]
        }
        _ => alike.iter().map(|row| (row.kind.as_str(), told(row, ""))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_a_kind_are_one_line_and_few_stand_each_by_itself() {
        let row = |kind: &str, on: &str| WarningRow {
            kind: kind.into(),
            on: on.into(),
            text: format!("the {kind} of {on} is unknown"),
        };
        for (ons, expected) in [
            (
                &["a", "b", "c"][..],
                "the cost of a is unknown|the cost of b is unknown|the cost of c is unknown",
            ),
            (&["a", "b", "c", "d"], "the cost of a is unknown; likewise b, c and 1 more"),
            (&["a", "b", "c", "d", "e"], "the cost of a is unknown; likewise b, c and 2 more"),
        ] {
            let mut rows: Vec<WarningRow> = ons.iter().map(|on| row("cost", on)).collect();
            rows.push(row("latency", "a"));
            let told: Vec<String> = told(&rows).into_iter().map(|(_, text)| text).collect();
            assert_eq!(told.join("|"), format!("{expected}|the latency of a is unknown"));
        }
        assert!(told(&[]).is_empty());
    }
}
