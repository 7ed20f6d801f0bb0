//! What is recommended: the part of `report.md` about it, and its lines on the terminal.

use crate::data::recommendation::{Alone, Choice, Earned, Recommendation, SpaceRow};
use crate::data::summary::{Summary, Versus};
use crate::report::escape::{cell, code, plain, prose};
use crate::report::markdown::table;
use crate::report::text;

/// What figures are of where folds led to different choices.
const CHOOSING: &str = "Where not all folds led to the same choice, figures are of choosing so on \
                        items not looked at, and not of that choice alone.";

/// More categories than this make a table that nobody reads.
const MOST_CATEGORIES: usize = 12;

/// The part of `report.md`, where something is recommended.
pub(super) fn section(summary: &Summary) -> Option<String> {
    let row = summary.recommendation.as_ref()?;
    let mut blocks = vec![
        format!("## Recommended for {}: {}", code(row.task.as_str()), code(&row.earned.what)),
        prose(&row.because),
    ];
    let own = own_name(row);
    blocks.extend((!own.is_empty()).then(|| format!("In the tables it is {}.", code(&own))));
    if !row.scenario.is_empty() {
        blocks.push(format!("```yaml\n{}```", row.scenario));
    }
    blocks.push("### What may be had for which price".to_owned());
    blocks.push(choices(row));
    blocks.extend(alone(row).map(|it| prose(&it)));
    blocks.push(prose(&notes(row)));
    blocks.extend(paying(row));
    Some(blocks.join("\n\n"))
}

/// The lines on the terminal: the answer, and what it was chosen from.
pub(super) fn lines(summary: &Summary) -> Vec<String> {
    let Some(row) = &summary.recommendation else { return Vec::new() };
    let (task, what) = (plain(row.task.as_str()), plain(&row.earned.what));
    let own = match own_name(row) {
        none if none.is_empty() => none,
        own => format!("; in the tables it is {own}"),
    };
    let mut lines = vec![format!("recommended for {task}: {what}{own}"), plain(&row.because)];
    for choice in &row.choices {
        let earned = &choice.earned;
        let right = right(earned);
        let folds = folds(earned).map(|it| format!(" (chosen on {it} folds)")).unwrap_or_default();
        let what = plain(&earned.what);
        lines.push(format!("{}: {right} % of all asked, {what}{folds}", price(choice)));
    }
    if row.choices.iter().any(|it| it.earned.unsettled().is_some()) {
        lines.push(CHOOSING.to_owned());
    }
    lines.extend(alone(row).map(|it| plain(&it)));
    lines.push(format!("tried: {}", space(&row.space)));
    lines
}

/// Its name in the tables, where that is another one than what it is; else empty.
pub(super) fn own_name(row: &Recommendation) -> String {
    let own = plain(row.policy.as_str());
    if row.policy.as_str() == row.earned.what { String::new() } else { own }
}

/// `3 of 5`, where folds led to different choices.
pub(super) fn folds(earned: &Earned) -> Option<String> {
    earned.unsettled().map(|(same, n)| format!("{same} of {n}"))
}

fn choices(row: &Recommendation) -> String {
    let headings = [
        "choice",
        "chosen on, folds",
        "of all asked, %",
        "price, $ per 1000",
        "calls",
        "latency p95, ms",
        "served, %",
        "vs single for the price, points",
        "chosen on, %",
        "vs random mix, points",
    ];
    let rows = row.choices.iter().flat_map(|choice| {
        let own = cells(&choice.earned, choice.takes_combination);
        let other = choice.combination.as_ref().map(|it| {
            let mut cells = cells(it, true);
            cells[0] = format!("not: {}", cells[0]);
            cells
        });
        std::iter::once(own).chain(other)
    });
    table(&headings, 2, rows)
}

fn cells(earned: &Earned, is_combination: bool) -> Vec<String> {
    let versus = earned.versus.as_ref().filter(|_| is_combination);
    vec![
        code(&earned.what),
        folds(earned).unwrap_or_else(|| "all".to_owned()),
        right(earned),
        text::or_unknown(earned.cost_per_1k.map(text::dollars)),
        text::or_unknown(earned.calls_per_item.map(|calls| format!("{calls:.2}"))),
        text::or_unknown(earned.p95_ms.map(text::ms)),
        text::or_unknown(earned.served.map(text::percent)),
        if is_combination { text::or_unknown(versus.map(difference)) } else { String::new() },
        text::percent(earned.in_sample),
        text::or_unknown(earned.random_line.as_ref().map(difference)),
    ]
}

fn right(earned: &Earned) -> String {
    let told = earned
        .accuracy_of_all
        .as_ref()
        .map(|it| format!("{} {}", text::percent(it.point), text::ends(it)));
    text::or_unknown(told)
}

fn difference(versus: &Versus) -> String {
    if versus.is_same_throughout() {
        return "the same".to_owned();
    }
    let mut it = versus.difference.clone();
    if let Some(both) = versus.simultaneous {
        (it.low, it.high) = (both.low, both.high);
    }
    format!("{} {}", text::points(it.point), text::ends(&it))
}

/// `models that no other outdoes: a 80.4 % for $0.073, b 90.5 % for $2.21`, per thousand.
fn alone(row: &Recommendation) -> Option<String> {
    let told = |it: &Alone| {
        let right = text::percent(it.accuracy_of_all.point);
        format!("{} {right} % of all asked for ${}", it.model, text::dollars(it.cost_per_1k))
    };
    let told: Vec<String> = row.alone.iter().map(told).collect();
    (told.len() > 1)
        .then(|| format!("Models that no other outdoes, per thousand items: {}.", told.join(", ")))
}

fn price(choice: &Choice) -> String {
    match choice.earned.cost_per_1k {
        Some(cost) => format!("${} per 1000", text::dollars(cost)),
        None => {
            let calls = choice.earned.calls_per_item;
            format!("{} calls", text::or_unknown(calls.map(|calls| format!("{calls:.2}"))))
        }
    }
}

/// What the figures are of, and what was tried.
pub(super) fn notes(row: &Recommendation) -> String {
    let left_out = match row.left_out.len() {
        0 => String::new(),
        n => {
            let told: Vec<String> = row
                .left_out
                .iter()
                .take(3)
                .map(|it| format!("{} ({})", it.model, it.because))
                .collect();
            let more = if n > 3 { format!(" and {} more", n - 3) } else { String::new() };
            format!(" Left out: {}{more}.", told.join(", "))
        }
    };
    let slow: Vec<&str> = row.slow.iter().map(|it| it.as_str()).collect();
    let slow = match &slow[..] {
        [] => String::new(),
        slow => format!(" Too slow alone, and asked only behind others: {}.", slow.join(", ")),
    };
    format!(
        "Every figure is of items that the choice was not made on: what the search chose without \
         a fold is scored on it; \"chosen on, %\" is what it would seem on its own items. {CHOOSING} \
         Brackets of differences hold for all of them at once (max-T). Tried: {}.{left_out}{slow}",
        space(&row.space)
    )
}

/// `28 models, 65519 votes, 16240 cascades (598 of them outdone by a bound)`.
fn space(rows: &[SpaceRow]) -> String {
    let told = |row: &SpaceRow| match row.bounded {
        0 => format!("{} {}", row.size, row.kind),
        n => format!("{} {} ({n} of them outdone by a bound)", row.size, row.kind),
    };
    rows.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn paying(row: &Recommendation) -> Option<String> {
    let first = row.paying.first()?;
    let headings =
        ["category", "items", "gain, points", "$ for each extra right answer"].map(str::to_owned);
    let rows = row.paying.iter().take(MOST_CATEGORIES).map(|it| {
        vec![
            code(&it.category),
            it.n_items.to_string(),
            text::points(it.gain),
            text::or_unknown(it.usd_per_extra_right.map(text::dollars)),
        ]
    });
    let shown = match row.paying.len() {
        n if n > MOST_CATEGORIES => format!(" The {MOST_CATEGORIES} of {n} that gain most."),
        _ => String::new(),
    };
    let head = format!(
        "### Where the dearer model pays\n\n{} beside {}.{shown} A category alone has few items: \
         what routing by it earns is above.",
        code(first.dear.as_str()),
        code(first.cheap.as_str())
    );
    Some(format!("{head}\n\n{}", table(&headings.map(|it| cell(&it)), 1, rows)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample;

    #[test]
    fn figures_of_choosing_so_are_told_from_those_of_the_choice_alone() {
        for (folds, marked) in
            [(json!({ "vote(a, b)": 5 }), 0), (json!({ "vote(a, b)": 3, "a": 2 }), 1)]
        {
            let earned = json!({
                "what": "vote(a, b)", "kind": "vote", "models": [], "chosen": folds,
                "in_sample": 0.76, "cost_per_1k": 0.5,
            });
            let row = json!({
                "task": "triage", "policy": "recommended", "because": "It is.", "verdict":
                "combination", "earned": earned, "baseline": earned, "space": [], "scenario": "",
                "limits": {},
                "choices": [{ "within": 1.0, "takes_combination": true, "earned": earned }],
            });
            let mut summary = sample::triage();
            summary.recommendation = Some(serde_json::from_value(row).unwrap());
            let lines = lines(&summary);
            assert_eq!(
                lines[0],
                "recommended for triage: vote(a, b); in the tables it is recommended"
            );
            let told = lines.iter().filter(|it| it.ends_with(" (chosen on 3 of 5 folds)"));
            assert_eq!(told.count(), marked, "{lines:?}");
            assert_eq!(lines.iter().filter(|it| *it == CHOOSING).count(), marked, "{lines:?}");
            let section = section(&summary).unwrap();
            let head = "## Recommended for `triage`: `vote(a, b)`\n\nIt is.\n\n\
                        In the tables it is `recommended`.";
            assert!(section.starts_with(head), "{section}");
            let cell = if marked == 0 { "| all |" } else { "| 3 of 5 |" };
            assert!(section.contains(&format!("| `vote(a, b)` {cell}")), "{section}");
        }
    }
}
