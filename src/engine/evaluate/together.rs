//! What the differences to the best single model come to when all of them are looked at together.

use std::collections::BTreeMap;

use super::tables::Method;
use crate::analysis;
use crate::data::Outcome;
use crate::data::summary::{PolicyRow, Versus};
use crate::engine::evaluate::BEST_SINGLE;
use crate::kernel::{Interval, PolicyId, Seed};
use crate::stats::bootstrap::{Draws, Units};
use crate::stats::{self, Adjustment, Design, Sides};

/// Resamples of the simultaneous intervals.
const N_RESAMPLES: usize = 2000;

/// Whoever is served on fewer than this share of the items is not looked at with the others.
const MOSTLY: f64 = 0.9;

/// The power that the smallest detectable difference is of.
const POWER: f64 = 0.8;

/// Fills in, for every policy that somebody made up, the p-value and interval that hold for all of
/// them at once, and the smallest difference that as many items can be expected to show.
///
/// Models by themselves and baselines are not among those compared: nobody proposes them as
/// combinations.
pub(super) fn fill(
    rows: &mut [PolicyRow],
    outcomes: &BTreeMap<PolicyId, Vec<Outcome>>,
    method: &Method,
    seed: Seed,
) {
    let Some(baseline) = outcomes.get(BEST_SINGLE) else { return };
    let level = method.intervals.level.value();
    // Only items on which all were served can be looked at together, so whoever was served on few
    // is left out.
    let most = rows.iter().filter_map(|row| Some(row.versus.as_ref()?.difference.n)).max();
    let is_served =
        |versus: &Versus| versus.difference.n as f64 >= MOSTLY * most.unwrap_or(0) as f64;
    let mut compared: Vec<&mut PolicyRow> = rows
        .iter_mut()
        .filter(|row| is_compared(row) && row.versus.as_ref().is_some_and(is_served))
        .collect();
    if compared.len() < 2 {
        return compared.into_iter().filter_map(|row| row.versus.as_mut()).for_each(|versus| {
            versus.detectable = detectable(versus, level);
        });
    }
    let p_values: Vec<f64> =
        compared.iter().filter_map(|row| row.versus.as_ref()).map(|versus| versus.p).collect();
    let adjusted = stats::adjust(&p_values, Adjustment::Holm).unwrap_or_default();
    // Where one of them was not served there is no difference to look at together.
    let judged = |item: usize| {
        let theirs = baseline[item].verdict.judged()?;
        let ours = compared.iter().map(|row| outcomes[&row.policy][item].verdict.judged());
        ours.map(|score| Some(score? - theirs)).collect::<Option<Vec<f64>>>()
    };
    let (kept, differences): (Vec<usize>, Vec<Vec<f64>>) =
        (0..baseline.len()).filter_map(|item| Some((item, judged(item)?))).unzip();
    let columns: Vec<Vec<f64>> = (0..compared.len())
        .map(|policy| differences.iter().map(|of_item| of_item[policy]).collect())
        .collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let kept: Vec<u32> = kept.into_iter().map(|item| method.clusters[item]).collect();
    let draws = Draws { seed, purpose: "max-t", n_resamples: N_RESAMPLES };
    let together = Units::new(&columns, &kept).and_then(|units| stats::max_t(&units, level, draws));
    for (at, row) in compared.iter_mut().enumerate() {
        let Some(versus) = &mut row.versus else { continue };
        versus.p_holm = adjusted.get(at).copied();
        // Without spread there is no interval that would not read as certainty. The two intervals
        // are made in two ways, and looking at several must not make one narrower.
        let contrast = together.as_ref().map(|it| it.contrasts[at]);
        let contrast = contrast.filter(|contrast| contrast.standard_error > 0.0);
        versus.simultaneous = contrast.map(|contrast| Interval {
            low: contrast.interval.low.min(versus.difference.low),
            high: contrast.interval.high.max(versus.difference.high),
        });
        versus.detectable = detectable(versus, level);
    }
}

fn is_compared(row: &PolicyRow) -> bool {
    row.kind != "single" && row.kind != "oracle" && row.policy.as_str() != BEST_SINGLE
}

/// Of right or wrong by independent items; for anything else there is no such formula here.
fn detectable(versus: &Versus, level: f64) -> Option<f64> {
    if !analysis::is_of_counts(&versus.difference) {
        return None;
    }
    let n = versus.difference.n;
    let discordance = (versus.wins + versus.losses) as f64 / n as f64;
    let design = Design { alpha: 1.0 - level, power: POWER, sides: Sides::Two };
    stats::smallest_difference(n, discordance, design)
}
