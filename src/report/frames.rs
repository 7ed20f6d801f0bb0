//! A summary as data frames: one per table, flat, with units in the names of the columns.

use polars::prelude::{DataFrame, PolarsResult};

use crate::data::summary::{
    CategoryRow, Counts, Measures, ModelRow, PairRow, PolicyRow, Summary, Versus,
};
use crate::report::columns::Columns;

/// What joins names in one field.
const JOINED_BY: &str = " + ";

/// Each table with the name of its file.
pub(crate) fn all(summary: &Summary) -> [(&'static str, PolarsResult<DataFrame>); 4] {
    [
        ("models", models(&summary.models)),
        ("policies", policies(&summary.policies)),
        ("categories", categories(&summary.categories)),
        ("pairs", pairs(&summary.pairs)),
    ]
}

fn models(rows: &[ModelRow]) -> PolarsResult<DataFrame> {
    let columns = Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("model", |row| Some(row.model.as_str()));
    measures(columns, |row| &row.measures).frame()
}

fn policies(rows: &[PolicyRow]) -> PolarsResult<DataFrame> {
    let columns = Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("kind", |row| Some(&*row.kind))
        .joined("members", |row| {
            let names: Vec<_> = row.members.iter().map(|member| member.as_str()).collect();
            names.join(JOINED_BY)
        });
    let columns = measures(columns, |row| &row.measures)
        .figure("calls_per_item", |row| row.calls_per_item)
        .figure("strong_share", |row| row.strong_share)
        .count("tied", |row| Some(row.tied))
        .joined("rungs", |row| tally(row.rungs.iter().map(|(rung, n)| (rung.as_str(), *n))));
    versus(columns, |row| row.versus.as_ref()).frame()
}

fn categories(rows: &[CategoryRow]) -> PolarsResult<DataFrame> {
    let columns = Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("category", |row| Some(&*row.category));
    counts(columns, |row| &row.counts)
        .estimate("accuracy", |row| row.accuracy.as_ref())
        .estimate("accuracy_of_all", |row| row.accuracy_of_all.as_ref())
        .frame()
}

fn pairs(rows: &[PairRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("a", |row| Some(row.a.as_str()))
        .text("b", |row| Some(row.b.as_str()))
        .count("n", |row| Some(row.n))
        .count("both_right", |row| Some(row.both_right))
        .count("only_a", |row| Some(row.only_a))
        .count("only_b", |row| Some(row.only_b))
        .count("neither", |row| Some(row.neither))
        .figure("phi", |row| row.phi)
        .figure("q", |row| row.q)
        .figure("same_wrong_answer", |row| row.same_wrong_answer)
        .frame()
}

fn measures<'a, R>(columns: Columns<'a, R>, of: fn(&'a R) -> &'a Measures) -> Columns<'a, R> {
    counts(columns, move |row| &of(row).counts)
        .joined("failures", |row| {
            tally(of(row).failures.iter().map(|(failure, n)| (&**failure, *n)))
        })
        .estimate("accuracy", |row| of(row).accuracy.as_ref())
        .estimate("accuracy_of_all", |row| of(row).accuracy_of_all.as_ref())
        .figure("cost_usd_total", |row| of(row).cost_usd.map(|cost| cost.total))
        .figure("cost_usd_per_1k", |row| of(row).cost_usd.map(|cost| cost.per_1k))
        .count("tokens_input", |row| of(row).tokens.map(|tokens| tokens.input))
        .count("tokens_output", |row| of(row).tokens.map(|tokens| tokens.output))
        .quantiles("latency", |row| of(row).latency_ms.as_ref())
        .quantiles("ttft", |row| of(row).ttft_ms.as_ref())
}

fn counts<'a, R>(
    columns: Columns<'a, R>,
    of: impl Fn(&'a R) -> &'a Counts + Copy,
) -> Columns<'a, R> {
    columns
        .count("asked", |row| Some(of(row).asked))
        .count("answered", |row| Some(of(row).answered))
        .count("abstained", |row| Some(of(row).abstained))
        .count("unparsed", |row| Some(of(row).unparsed))
        .count("refused", |row| Some(of(row).refused))
        .count("failed", |row| Some(of(row).failed))
        .count("not_run", |row| Some(of(row).not_run))
}

/// The columns of the difference to the baseline, all null for the baseline itself.
fn versus<'a, R>(columns: Columns<'a, R>, of: fn(&'a R) -> Option<&'a Versus>) -> Columns<'a, R> {
    let estimate = move |row| of(row).map(|versus| &versus.difference);
    columns
        .text("versus_policy", |row| of(row).map(|versus| versus.policy.as_str()))
        .text("versus_metric", |row| of(row).map(|versus| &*versus.metric))
        .figure("versus_difference", |row| estimate(row).map(|estimate| estimate.point))
        .figure("versus_low", |row| estimate(row).map(|estimate| estimate.low))
        .figure("versus_high", |row| estimate(row).map(|estimate| estimate.high))
        .figure("versus_level", |row| estimate(row).map(|estimate| estimate.level))
        .count("versus_n", |row| estimate(row).map(|estimate| estimate.n))
        .text("versus_method", |row| estimate(row).map(|estimate| &*estimate.method))
        .figure("versus_p", |row| of(row).map(|versus| versus.p))
        .count("wins", |row| of(row).map(|versus| versus.wins))
        .count("losses", |row| of(row).map(|versus| versus.losses))
}

/// Counts by name in one field, `reset=1 + timed-out=2`.
fn tally<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    counts.map(|(name, n)| format!("{name}={n}")).collect::<Vec<_>>().join(JOINED_BY)
}
