//! How alike models are: the part of `report.md` about pairs and about all models together.

use crate::data::summary::DiversityRow;
use crate::report::by_task::TaskRows;
use crate::report::escape::code;
use crate::report::markdown::table;
use crate::report::text;

/// Pairs shown.
const MOST_PAIRS: usize = 10;

/// A table of the pairs most alike, and a line about all of them; `None` without pairs.
pub(super) fn section(task: &TaskRows<'_>) -> Option<String> {
    if task.pairs.is_empty() {
        return None;
    }
    let mut pairs = task.pairs.clone();
    let phi = |phi: Option<f64>| phi.unwrap_or(f64::NEG_INFINITY);
    pairs.sort_by(|one, other| phi(other.phi).total_cmp(&phi(one.phi)));
    pairs.truncate(MOST_PAIRS);
    let headings = [
        "model",
        "and model",
        "items",
        "both right",
        "only the first",
        "only the second",
        "neither",
        "phi of being wrong",
        "same answer where both are wrong, %",
    ];
    let rows = pairs.iter().map(|row| {
        vec![
            code(row.a.as_str()),
            code(row.b.as_str()),
            row.n.to_string(),
            row.both_right.to_string(),
            row.only_a.to_string(),
            row.only_b.to_string(),
            row.neither.to_string(),
            text::or_unknown(row.phi.map(text::coefficient)),
            text::or_unknown(row.same_wrong_answer.map(text::percent)),
        ]
    });
    let of = match task.pairs.len() {
        all if all > pairs.len() => format!(" ({} of {all} pairs)", pairs.len()),
        _ => String::new(),
    };
    let mut section = format!("### Models most alike{of}\n\n{}", table(&headings, 2, rows));
    if let Some(line) = task.diversity.and_then(line) {
        section += "\n\n";
        section += &line;
    }
    Some(section)
}

/// Beside what would be by chance, or with independent models; what is unknown is left out.
fn line(row: &DiversityRow) -> Option<String> {
    let beside = |figure: Option<f64>, other: Option<f64>, words: &str| {
        let beside = other.map(|other| format!(" ({} % {words})", text::percent(other)));
        Some(format!("{} %{}", text::percent(figure?), beside.unwrap_or_default()))
    };
    let parts = [
        row.mean_phi.map(|phi| format!("mean phi {}", text::coefficient(phi))),
        beside(row.same_wrong_answer, row.same_wrong_by_chance, "by chance")
            .map(|figure| format!("same answer where both are wrong {figure}")),
        beside(row.all_wrong, row.all_wrong_if_independent, "if independent")
            .map(|figure| format!("all wrong {figure}")),
        row.plurality_if_independent
            .map(|chance| format!("a vote of all if independent {} %", text::percent(chance))),
        row.entropy.map(|entropy| format!("entropy {}", text::coefficient(entropy))),
        row.kohavi_wolpert.map(|kw| format!("Kohavi-Wolpert {}", text::coefficient(kw))),
        row.fleiss_kappa.map(|kappa| format!("Fleiss' kappa {}", text::coefficient(kappa))),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| format!("All models (n = {}): {}.", row.n, known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_task::by_task;
    use crate::report::sample;

    #[test]
    fn what_is_unknown_of_all_models_is_left_out() {
        let mut summary = sample::triage();
        let text = |summary: &_| section(&by_task(summary)[0]).unwrap();
        assert!(
            text(&summary).ends_with(
                "\n\nAll models (n = 220): mean phi 0.46, same answer where both are wrong 50.0 % \
                 (16.7 % by chance), all wrong 9.4 % (0.6 % if independent), a vote of all if \
                 independent 88.1 %, entropy 0.31, Kohavi-Wolpert 0.08, Fleiss' kappa 0.52."
            ),
            "{}",
            text(&summary)
        );
        let row = &mut summary.diversity[0];
        row.same_wrong_by_chance = None;
        row.plurality_if_independent = None;
        row.fleiss_kappa = None;
        row.all_wrong = None;
        assert!(
            text(&summary).ends_with(
                "\n\nAll models (n = 220): mean phi 0.46, same answer where both are wrong \
                 50.0 %, entropy 0.31, Kohavi-Wolpert 0.08."
            ),
            "{}",
            text(&summary)
        );
        summary.diversity.clear();
        assert!(text(&summary).ends_with('|'), "only the table");
    }
}
