//! Every policy against what the same money buys without cleverness, and who is outdone by nobody.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use rayon::prelude::*;

use super::field::Field;
use super::tables::Method;
use super::{BEST_SINGLE, ORACLE};
use crate::analysis::{self, Blend, Priced, both_served, paired};
use crate::data::summary::{Against, AvailabilityRow, ComparisonRow, FrontierRow, PolicyRow};
use crate::data::{CellState, Outcome};
use crate::kernel::PolicyId;
use crate::policy::Vote;
use crate::vote::{BestOf, Rule, Ties};

/// Outcomes by policy, in the matrix's order.
type Outcomes = BTreeMap<PolicyId, Vec<Outcome>>;

/// A row for each policy and each thing that it can be compared with; models by themselves and
/// baselines aside.
pub(super) fn comparisons(
    rows: &[PolicyRow],
    outcomes: &Outcomes,
    method: &Method,
) -> Vec<ComparisonRow> {
    let singles: Vec<&PolicyRow> =
        rows.iter().filter(|row| row.kind == "single" && priced(row).is_some()).collect();
    let models: Vec<Priced> = singles.iter().filter_map(|row| priced(row)).collect();
    let hull = analysis::hull(&models);
    let line: Vec<usize> = match hull[..] {
        [first, .., last] => vec![first, last],
        _ => hull.clone(),
    };
    let by_cost = |a: &usize, b: &usize| {
        let (a, b) = (&models[*a], &models[*b]);
        a.cost.total_cmp(&b.cost).then(a.accuracy.total_cmp(&b.accuracy))
    };
    let dearest = (0..models.len()).rev().max_by(by_cost);
    let of_row = |row: &PolicyRow| -> Vec<ComparisonRow> {
        let Some(cost) = priced(row).map(|priced| priced.cost) else { return Vec::new() };
        let at_cost = |on: &[usize]| analysis::at_cost(&models, on, cost);
        let alone = |dearest| Blend { cheap: dearest, dear: dearest, share_of_dear: 0.0 };
        let dearest = dearest.filter(|dearest| models[*dearest].cost > cost).map(alone);
        [
            (Against::RandomLine, at_cost(&line)),
            (Against::Hull, at_cost(&hull)),
            (Against::Dearest, dearest),
        ]
        .into_iter()
        .filter_map(|(against, blend)| {
            comparison(row, cost, against, blend?, (&singles, &models), outcomes, method)
        })
        .collect()
    };
    let combined = rows.par_iter().filter(|row| is_candidate(row) && row.kind != "single");
    combined.flat_map_iter(of_row).collect()
}

fn comparison(
    row: &PolicyRow,
    cost: f64,
    against: Against,
    blend: Blend,
    (singles, models): (&[&PolicyRow], &[Priced]),
    outcomes: &Outcomes,
    method: &Method,
) -> Option<ComparisonRow> {
    let Blend { cheap, dear, share_of_dear } = blend;
    let parts: Vec<(usize, f64)> = [(cheap, 1.0 - share_of_dear), (dear, share_of_dear)]
        .into_iter()
        .filter(|(_, share)| *share > 0.0)
        .collect();
    let columns: Vec<(&[Outcome], f64)> = parts
        .iter()
        .map(|(model, share)| (outcomes[&singles[*model].policy].as_slice(), *share))
        .collect();
    let theirs = |item: usize| -> Option<f64> {
        columns.iter().map(|(column, share)| Some(column[item].verdict.judged()? * share)).sum()
    };
    let ours = |item: usize| outcomes[&row.policy][item].verdict.judged();
    let pairs = paired(ours, theirs, &method.clusters);
    let their_cost: f64 = parts.iter().map(|(model, share)| models[*model].cost * share).sum();
    let of = parts.iter().map(|(model, share)| (singles[*model].policy.clone(), *share)).collect();
    // A mix is made to cost as much, but for rounding.
    let ratio = if share_of_dear > 0.0 { 1.0 } else { cost / their_cost };
    Some(ComparisonRow {
        task: row.task.clone(),
        policy: row.policy.clone(),
        against,
        of,
        price_ratio: ratio.is_finite().then_some(ratio),
        versus: analysis::difference(&against.name().into(), &pairs, method.intervals)?,
    })
}

/// A row for each policy that costs at least twice as much as the most accurate of the models with
/// samples: against that model asked as often as the policy's price allows, by plurality.
pub(super) fn self_ensembles(
    field: &Field<'_>,
    rows: &[PolicyRow],
    outcomes: &Outcomes,
    method: &Method,
) -> Vec<ComparisonRow> {
    let n_recorded = field.matrix.n_samples();
    let has_samples = |row: &&PolicyRow| {
        let model = field.model(&row.policy);
        let cell = |item| Some(field.matrix.cell(item, model?, n_recorded - 1).state);
        let mut states = field.matrix.item_idxs().filter_map(cell);
        row.kind == "single" && n_recorded > 1 && states.any(|state| state != CellState::NotRun)
    };
    let known = rows.iter().filter(has_samples).filter_map(|row| Some((row, priced(row)?)));
    let best =
        known.reduce(|best, next| if next.1.accuracy > best.1.accuracy { next } else { best });
    let Some((model, of_model)) = best else { return Vec::new() };
    let row = |row: &PolicyRow| {
        let cost = priced(row)?.cost;
        // An exact multiple must not lose a sample to rounding.
        let n_samples = ((cost / of_model.cost + 1e-9) as u32).min(n_recorded);
        let samples = NonZeroU32::new(n_samples).filter(|n| n.get() > 1);
        let vote = [Vote {
            rule: Rule::BestOf(BestOf { samples: Some(samples?) }),
            ties: Ties::Random,
            ..Vote::plurality(vec![model.policy.clone()])
        }];
        let theirs = field.variants(&model.policy, &vote).next()?;
        let pairs = both_served(&outcomes[&row.policy], &theirs, &method.clusters);
        let against = Against::SelfEnsemble;
        Some(ComparisonRow {
            task: row.task.clone(),
            policy: row.policy.clone(),
            against,
            of: BTreeMap::from([(model.policy.clone(), f64::from(n_samples))]),
            price_ratio: Some(cost / (of_model.cost * f64::from(n_samples)))
                .filter(|ratio| ratio.is_finite()),
            versus: analysis::difference(&against.name().into(), &pairs, method.intervals)?,
        })
    };
    rows.iter().filter(|row| is_candidate(row) && row.kind != "single").filter_map(row).collect()
}

/// Policies that no other outdoes in accuracy of all asked and price, the cheapest first; of
/// equals the one whose name sorts first. What has no price is on no frontier.
pub(super) fn frontier(rows: &[PolicyRow], method: &Method) -> Vec<FrontierRow> {
    let mut known: Vec<(&PolicyRow, Priced)> = rows
        .iter()
        .filter(|row| is_candidate(row))
        .filter_map(|row| Some((row, priced(row)?)))
        .collect();
    known.sort_by(|(row_a, a), (row_b, b)| {
        let by_price = a.cost.total_cmp(&b.cost).then(b.accuracy.total_cmp(&a.accuracy));
        by_price.then_with(|| row_a.policy.cmp(&row_b.policy))
    });
    let mut best = f64::NEG_INFINITY;
    known.retain(|(_, priced)| {
        let is_better = priced.accuracy > best;
        best = best.max(priced.accuracy);
        is_better
    });
    let row = |(row, priced): (&PolicyRow, Priced)| FrontierRow {
        task: row.task.clone(),
        policy: row.policy.clone(),
        accuracy: priced.accuracy,
        cost_per_1k: priced.cost * 1000.0,
        availability: analysis::served(&row.measures.counts, method.intervals)
            .map(|served| served.point),
    };
    known.into_iter().map(row).collect()
}

/// A row for each policy that was asked anything.
pub(super) fn availability(rows: &[PolicyRow], method: &Method) -> Vec<AvailabilityRow> {
    let row = |row: &PolicyRow| {
        Some(AvailabilityRow {
            task: row.task.clone(),
            policy: row.policy.clone(),
            served: analysis::served(&row.measures.counts, method.intervals)?,
        })
    };
    rows.iter().filter(|row| row.kind != "oracle").filter_map(row).collect()
}

/// Whether somebody could run it: neither a baseline nor an oracle.
fn is_candidate(row: &PolicyRow) -> bool {
    ![BEST_SINGLE, ORACLE].contains(&row.policy.as_str()) && row.kind != "oracle"
}

fn priced(row: &PolicyRow) -> Option<Priced> {
    let cost = row.measures.cost_usd?.per_1k? / 1000.0;
    let accuracy = row.measures.accuracy_of_all.as_ref()?.point;
    Some(Priced { cost, accuracy })
}
