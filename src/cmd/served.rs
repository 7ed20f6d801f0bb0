//! What was served, as a table.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::engine::serve::Stats;

/// A row per model and wire format, and below it what belongs to none.
pub(super) fn table(stats: &Stats) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "model",
        "format",
        "requests",
        "answered",
        "prompts",
        "most a prompt",
        "most at once",
        "faults",
    ]);
    for row in &stats.rows {
        let faults: Vec<String> =
            row.faults.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        let faults = if faults.is_empty() { "none".to_owned() } else { faults.join(", ") };
        table.add_row([
            row.model.clone(),
            row.format.clone(),
            row.requests.to_string(),
            row.answered.to_string(),
            row.prompts.to_string(),
            row.most_attempts.to_string(),
            row.peak_in_flight.to_string(),
            faults,
        ]);
    }
    for column in table.column_iter_mut().skip(2).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = if stats.rows.is_empty() {
        "nobody asked a model\n".to_owned()
    } else {
        table.trim_fmt() + "\n"
    };
    let counted = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    text += &format!(
        "{}, at most {} at once\n",
        counted(stats.connections, "connection"),
        counted(stats.peak_in_flight, "request")
    );
    for row in stats.rows.iter().filter(|row| row.strange > 0) {
        text += &format!(
            "{} to {} had a prompt that nobody in the scenario asks: what came back is made up. It \
             may have been a health probe; a judge, or a fusion, is played where the policy that \
             asks it is in the scenario.\n",
            match row.strange {
                1 => "1 request".to_owned(),
                n => format!("{n} requests"),
            },
            row.model
        );
    }
    for (status, n) in &stats.unknown {
        text += &format!("{n} requests refused with status {status} before a model was found\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::engine::serve::Row;

    #[test]
    fn what_was_served_stands_in_a_row_for_each_model_and_format() {
        let row = Row {
            model: "mini".into(),
            format: "chat".into(),
            requests: 12,
            answered: 9,
            faults: BTreeMap::from([("reset".into(), 1), ("status".into(), 2)]),
            prompts: 4,
            strange: 2,
            most_attempts: 3,
            in_flight: 0,
            peak_in_flight: 2,
        };
        let stats = Stats {
            rows: vec![row],
            unknown: BTreeMap::from([(404, 5)]),
            connections: 6,
            in_flight: 0,
            peak_in_flight: 2,
        };
        let text = table(&stats);
        let words: Vec<&str> = text.lines().nth(3).unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, ["mini", "chat", "12", "9", "4", "3", "2", "reset", "1,", "status", "2"]);
        assert!(text.contains("6 connections, at most 2 requests at once"), "{text}");
        assert!(text.contains("\n2 requests to mini had a prompt that nobody"), "{text}");
        assert!(text.contains("5 requests refused with status 404"), "{text}");
        assert!(table(&Stats::default()).starts_with("nobody asked"));
    }
}
