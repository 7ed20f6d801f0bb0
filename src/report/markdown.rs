//! `report.md`: what a pull request shows, the verdict first.

use std::io::Write;
use std::path::Path;

use crate::data::Estimate;
use crate::data::summary::{CategoryRow, CeilingRow, Measures, PolicyRow, Summary};
use crate::report::by_task::{TaskRows, by_task, is_reference};
use crate::report::escape::{cell, code, prose};
use crate::report::place::place;
use crate::report::{
    ReportError, changes, doubts, drilled, extractors, gates, money, outages, pairs,
    recommendation, reliability, routers, text, verdict, why,
};

const NAME: &str = "report.md";

/// More categories or policies than this make a table that nobody reads.
const MOST_CATEGORIES: usize = 12;

/// More columns than this are too wide for a pull request.
const MOST_POLICIES: usize = 6;

/// The whole text, its last newline included.
pub fn render(summary: &Summary) -> String {
    let mut blocks = verdict::sentences(summary, code);
    blocks.extend(recommendation::section(summary));
    blocks.extend(gates::section(summary));
    blocks.extend(summary.since.iter().flat_map(changes::since));
    for task in by_task(summary) {
        blocks.extend(sections(&task));
        blocks.extend(outages::section(summary, task.task));
        blocks.extend(drilled::section(summary, task.task));
    }
    if !summary.warnings.is_empty() {
        blocks.push("### Warnings".to_owned());
        let item = |kind: &str, text: &str| format!("- {}: {}", code(kind), prose(text));
        let told = doubts::told(&summary.warnings);
        let items = told.iter().map(|(kind, text)| item(kind, text));
        blocks.push(items.collect::<Vec<_>>().join("\n"));
    }
    blocks.push("---".to_owned());
    blocks.push(footer(summary));
    blocks.join("\n\n") + "\n"
}

/// Writes `report.md` into `dir`.
pub(super) fn write(summary: &Summary, dir: &Path) -> Result<(), ReportError> {
    place(dir, NAME, |file| {
        file.write_all(render(summary).as_bytes())
            .map_err(|source| ReportError::Io { path: dir.join(NAME), source })
    })
}

fn sections(task: &TaskRows<'_>) -> Vec<String> {
    if task.is_bare() {
        return vec![format!("## {}", code(task.task.as_str()))];
    }
    let mut blocks = vec![format!("## {}: {}", code(task.task.as_str()), task.size())];
    if !task.policies.is_empty() {
        blocks.extend(["### Policies".to_owned(), policies(task)]);
    }
    if !task.models.is_empty() {
        blocks.extend(["### Models".to_owned(), models(task)]);
    }
    blocks.extend(categories(task));
    blocks.extend(money::section(task));
    blocks.extend(routers::section(task));
    blocks.extend(fitted(task));
    blocks.extend(why::section(task));
    blocks.extend(pairs::section(task));
    blocks.extend(reliability::section(task));
    blocks.extend(extractors::section(task));
    let has_unknown = blocks.iter().any(|block| block.contains("| - |"));
    blocks.extend(task.ceiling.map(ceiling));
    blocks.push(prose(&notes(task, has_unknown).join(" ")));
    blocks
}

/// How optimistic each fitted policy would look on the items that it was fitted on.
fn fitted(task: &TaskRows<'_>) -> Option<String> {
    let optimism = |row: &&PolicyRow| {
        let honest = row.measures.accuracy_of_all.as_ref()?.point;
        Some((row.policy.as_str().to_owned(), text::points(row.in_sample? - honest)))
    };
    let fitted: Vec<(String, String)> = task.policies.iter().filter_map(optimism).collect();
    let differ = fitted.iter().filter(|(_, points)| points != "0.0");
    let told: Vec<String> =
        differ.map(|(policy, points)| format!("{} {points}", code(policy))).collect();
    let would_seem = "Fitted on the very items that they are scored on,";
    match (fitted.len(), told.len()) {
        (0, _) => None,
        (_, 0) => Some(format!("{would_seem} policies would seem no better.")),
        _ => Some(format!(
            "{would_seem} policies would seem better by so many points: {}.",
            told.join(", ")
        )),
    }
}

/// What figures are of, how many items, which method.
fn notes(task: &TaskRows<'_>, has_unknown: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let accuracies = task.measures().filter_map(|measures| measures.accuracy.as_ref());
    notes.extend(text::provenance(accuracies).map(|provenance| {
        format!(
            "Accuracy is of what was answered ({provenance}); of all asked, what is no answer \
             counts 0."
        )
    }));
    notes.extend(text::provenance(task.differences()).map(|provenance| {
        format!("Differences are to `best-single`, over items that both served ({provenance}).")
    }));
    if has_unknown {
        notes.push(format!("{} is unknown.", code(text::UNKNOWN)));
    }
    notes
}

fn policies(task: &TaskRows<'_>) -> String {
    let mut headings = vec!["policy".to_owned(), "kind".to_owned()];
    headings.extend(measure_headings(task));
    headings.extend(difference_headings(task));
    let rows = task.policies.iter().map(|row| {
        let mut cells = vec![code(row.policy.as_str()), code(&row.kind)];
        cells.extend(measure_cells(&row.measures));
        cells.extend(difference_cells(Some(row)));
        cells
    });
    table(&headings, 2, rows)
}

fn models(task: &TaskRows<'_>) -> String {
    let mut headings = vec!["model".to_owned()];
    headings.extend(measure_headings(task));
    headings.extend(difference_headings(task));
    let rows = task.models.iter().map(|(row, policy)| {
        let mut cells = vec![code(row.model.as_str())];
        cells.extend(measure_cells(&row.measures));
        cells.extend(difference_cells(*policy));
        cells
    });
    table(&headings, 1, rows)
}

fn measure_headings(task: &TaskRows<'_>) -> [String; 6] {
    let accuracies = task.measures().filter_map(|measures| measures.accuracy.as_ref());
    let of_all = task.measures().filter_map(|measures| measures.accuracy_of_all.as_ref());
    [
        "served, %".to_owned(),
        format!("accuracy, %{}", bracket(text::level(accuracies))),
        "n".to_owned(),
        format!("of all asked, %{}", bracket(text::level(of_all))),
        "price, $ per 1000".to_owned(),
        "latency p50 / p95, ms".to_owned(),
    ]
}

fn measure_cells(measures: &Measures) -> [String; 6] {
    let accuracy = measures.accuracy.as_ref();
    let latency = measures.latency_ms;
    [
        text::or_unknown(text::served(&measures.counts).map(text::percent)),
        text::or_unknown(accuracy.map(percent)),
        text::or_unknown(accuracy.map(|accuracy| accuracy.n.to_string())),
        text::or_unknown(measures.accuracy_of_all.as_ref().map(percent)),
        text::or_unknown(measures.cost_usd.and_then(|cost| cost.per_1k).map(text::dollars)),
        text::or_unknown(
            latency.map(|latency| format!("{} / {}", text::ms(latency.p50), text::ms(latency.p95))),
        ),
    ]
}

fn difference_headings(task: &TaskRows<'_>) -> [String; 4] {
    [
        format!("versus best single, points{}", bracket(text::level(task.differences()))),
        "p".to_owned(),
        "n of pairs".to_owned(),
        "wins / losses".to_owned(),
    ]
}

fn difference_cells(policy: Option<&PolicyRow>) -> [String; 4] {
    match policy.and_then(|policy| policy.versus.as_ref()) {
        Some(versus) => [
            format!("{} {}", text::points(versus.difference.point), text::ends(&versus.difference)),
            text::p(versus.p),
            versus.difference.n.to_string(),
            format!("{} / {}", versus.wins, versus.losses),
        ],
        None if policy.is_some_and(is_reference) => ["baseline", "", "", ""].map(str::to_owned),
        None => [(); 4].map(|()| text::UNKNOWN.to_owned()),
    }
}

pub(super) fn ceiling(row: &CeilingRow) -> String {
    let votes = row.effective_votes.filter(|votes| votes.is_finite()).map(|votes| {
        format!(" By how alike they fail they are worth {votes:.1} independent models.")
    });
    format!(
        "**Ceiling** (n = {}): always choosing the best of the models' answers would reach {} %; \
         on {} % of the items no model is right.{}",
        row.n,
        text::percent(row.any_right),
        text::percent(row.all_wrong),
        votes.unwrap_or_default()
    )
}

/// Accuracy by category and policy; of many, the largest categories and most accurate policies.
fn categories(task: &TaskRows<'_>) -> Option<String> {
    let mut sizes: Vec<(&str, u64)> = Vec::new();
    let mut policies: Vec<(&str, f64)> = Vec::new();
    for row in &task.categories {
        match sizes.iter_mut().find(|(category, _)| *category == row.category) {
            Some((_, size)) => *size = row.counts.asked.max(*size),
            None => sizes.push((&row.category, row.counts.asked)),
        }
        let policy = row.policy.as_str();
        if !policies.iter().any(|(known, _)| *known == policy) {
            policies.push((policy, overall(task, policy)));
        }
    }
    if sizes.is_empty() {
        return None;
    }
    let (n_categories, n_policies) = (sizes.len(), policies.len());
    // Stable, so that of equals the earliest listed stay.
    if n_categories > MOST_CATEGORIES {
        sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        sizes.truncate(MOST_CATEGORIES);
    }
    if n_policies > MOST_POLICIES {
        policies.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        policies.truncate(MOST_POLICIES);
    }
    let cell_of = |(category, size): (&str, u64), policy: &str| {
        let is_here =
            |row: &&&CategoryRow| row.category == category && row.policy.as_str() == policy;
        let estimate = task.categories.iter().find(is_here)?.accuracy.as_ref()?;
        let n = if estimate.n == size { String::new() } else { format!(" (n = {})", estimate.n) };
        Some(percent(estimate) + &n)
    };
    let estimates = task.categories.iter().filter_map(|row| row.accuracy.as_ref());
    let level = bracket(text::level(estimates));
    let mut headings = vec!["category".to_owned(), "items".to_owned()];
    headings.extend(policies.iter().map(|(policy, _)| format!("{}, %{level}", code(policy))));
    let rows = sizes.iter().map(|(category, size)| {
        let mut cells = vec![code(category), size.to_string()];
        let accuracies = policies.iter().map(|(policy, _)| cell_of((category, *size), policy));
        cells.extend(accuracies.map(text::or_unknown));
        cells
    });
    let mut title = "### Accuracy by category".to_owned();
    let mut cuts = Vec::new();
    if n_categories > sizes.len() {
        cuts.push(format!("the {} largest of {n_categories} categories", sizes.len()));
    }
    if n_policies > policies.len() {
        cuts.push(format!("the {} most accurate of {n_policies} policies", policies.len()));
    }
    if !cuts.is_empty() {
        title += &format!("\n\nShown: {}; all are in `categories.csv`.", cuts.join(", "));
    }
    Some(format!("{title}\n\n{}", table(&headings, 1, rows)))
}

/// Accuracy over all categories, by which policies are chosen for show; unknown comes last.
fn overall(task: &TaskRows<'_>, policy: &str) -> f64 {
    let of_policies = task.policies.iter().find(|row| row.policy.as_str() == policy);
    let of_models = task.models.iter().find(|(row, _)| row.model.as_str() == policy);
    let measures = of_policies.map(|row| &row.measures).or(of_models.map(|(row, _)| &row.measures));
    let accuracy = measures.and_then(|measures| measures.accuracy.as_ref());
    accuracy.map_or(f64::NEG_INFINITY, |accuracy| accuracy.point)
}

fn footer(summary: &Summary) -> String {
    let measures = || {
        let models = summary.models.iter().map(|row| &row.measures);
        models.chain(summary.policies.iter().map(|row| &row.measures))
    };
    let accuracies = measures().filter_map(|measures| measures.accuracy.as_ref());
    let differences = summary.policies.iter().filter_map(|row| row.versus.as_ref());
    let differences = differences.map(|versus| &versus.difference);
    let mut parts = vec![
        format!("{} {}", prose(&summary.tool.name), prose(&summary.tool.version)),
        format!("scenario {}", code(&summary.scenario.name)),
        format!("sha256 {}", code(&summary.scenario.sha256)),
        format!("seed {}", summary.seed.0),
    ];
    parts.extend(text::provenance(accuracies).map(|text| format!("accuracy: {}", prose(&text))));
    parts
        .extend(text::provenance(differences).map(|text| format!("differences: {}", prose(&text))));
    parts.join(" · ")
}

pub(super) fn percent(estimate: &Estimate) -> String {
    format!("{} {}", text::percent(estimate.point), text::ends(estimate))
}

pub(super) fn bracket(level: Option<String>) -> String {
    level.map(|level| format!(" [{level}]")).unwrap_or_default()
}

/// A table whose first `n_names` columns are names, and whose others are figures.
pub(super) fn table(
    headings: &[impl AsRef<str>],
    n_names: usize,
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = vec![
        line(headings.iter().map(|heading| cell(heading.as_ref())).collect()),
        line(
            (0..headings.len())
                .map(|idx| if idx < n_names { "---" } else { "---:" }.to_owned())
                .collect(),
        ),
    ];
    lines.extend(rows.map(|cells| line(cells.iter().map(|text| cell(text)).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_verdict_comes_first_and_the_origin_last() {
        let text = render(&sample::triage());
        assert!(text.starts_with(
            "`trio` beats the best single model (mostly `opus`) by 2.1 points [0.4, 3.8]"
        ));
        for line in [
            "| `trio` | `vote` | 99.1 | 75.1 [69.1, 80.6] | 222 | 74.4 [68.4, 79.9] | 0.342 \
             | 830 / 2075 | +2.1 [0.4, 3.8] | 0.01 | 224 | 9 / 5 |",
            "| `best-single` | `best-single` | 99.1 | 73.0 [67.0, 78.5] | 222 \
             | 72.3 [66.3, 77.8] | 4.69 | 1890 / 4725 | baseline |  |  |  |",
            "| `mini` | 99.1 | 71.0 [65.0, 76.5] | 222 | 70.4 [64.4, 75.9] | 0.0624 \
             | 812 / 2030 | -2.0 [-6.2, 2.2] | 0.40 | 224 | 9 / 5 |",
            "| `outage` | 24 | 75.0 [69.0, 80.5] | 75.0 [69.0, 80.5] | 75.0 [69.0, 80.5] |",
            "| `flash` | `mini` | 220 | 130 | 20 | 25 | 45 | 0.58 | 50.0 |",
            "- `price_assumed`: the price of mini is assumed, so its cost is an estimate",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(!text.contains("is unknown"), "{text}");
        assert!(text.ends_with(
            "· seed 7 · accuracy: n = 222, wilson · differences: n = 224, paired bootstrap\n"
        ));
        assert_eq!(render(&sample::empty()).lines().count(), 3);
    }

    #[test]
    fn no_name_breaks_a_table() {
        let text = render(&sample::hostile());
        for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
            let bars = |line: &str| line.matches('|').count() - line.matches("\\|").count();
            let n_bars = table.lines().map(bars).collect::<Vec<_>>();
            assert!(n_bars.iter().all(|n| *n == n_bars[0]), "{table}");
        }
        assert!(text.contains("| `a\\|b` | `line\\nbreak` |"), "{text}");
        assert!(text.contains("&lt;b&gt;not&lt;/b&gt;") && text.contains("is unknown"), "{text}");
    }

    #[test]
    fn of_many_only_the_first_are_shown_and_that_is_said() {
        let mut summary = sample::triage();
        let category = summary.categories.remove(0);
        summary.categories = (0..20)
            .map(|idx| {
                let mut row = category.clone();
                row.category = format!("c{idx}");
                row.counts.asked = idx;
                row
            })
            .collect();
        let named = |idx: u64| CategoryRow {
            policy: format!("p{idx}").into(),
            ..summary.categories[19].clone()
        };
        let others: Vec<CategoryRow> = (0..8).map(named).collect();
        summary.categories.extend(others);
        let pair = summary.pairs.remove(0);
        summary.pairs = (0..20)
            .map(|idx| {
                let mut row = pair.clone();
                row.b = format!("b{idx}").into();
                row.phi = (idx % 2 == 0).then_some(f64::from(idx) / 20.0);
                row
            })
            .collect();
        let text = render(&summary);
        assert!(text.contains("Shown: the 12 largest of 20 categories, the 6 most accurate of 9"));
        assert!(text.contains("| `c8` | 8 |") && !text.contains("`c7`"), "{text}");
        assert!(text.contains("### Models most alike (10 of 20 pairs)"), "{text}");
        assert!(text.contains("`b18`") && !text.contains("`b19`"), "{text}");
    }
}
