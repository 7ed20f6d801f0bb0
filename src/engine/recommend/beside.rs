//! What is told beside a recommendation: where a dear model pays, and whom no other outdoes.

use crate::data::recommendation::{Alone, Choice, Paying, Recommendation};
use crate::data::summary::{ModelRow, Summary};
use crate::kernel::PolicyId;

/// The categories in which a dear model is worth more than a cheaper one of the choices, from the
/// one that gains most: the expensive one is the baseline's, the cheap one the best for less.
pub(super) fn paying(row: &Recommendation, summary: &Summary) -> Vec<Paying> {
    let dear =
        row.baseline.chosen.iter().max_by_key(|it| it.1).map(|it| PolicyId::from(it.0.as_str()));
    let alone = |it: &&Choice| it.earned.kind == "single";
    let names = row.choices.iter().filter(alone).map(|it| PolicyId::from(it.earned.what.as_str()));
    let Some(dear) = dear else { return Vec::new() };
    let Some(cheap) = names.take_while(|name| *name != dear).last() else { return Vec::new() };
    let accuracy = |policy: &PolicyId, category: &str| {
        let mut rows = summary.categories.iter();
        let row =
            rows.find(|it| it.task == row.task && it.policy == *policy && it.category == category)?;
        Some((row.accuracy_of_all.as_ref()?.point, row.counts.asked))
    };
    let cost = |policy: &PolicyId| {
        let mut rows = summary.policies.iter();
        let row = rows.find(|it| it.task == row.task && it.policy == *policy)?;
        row.measures.cost_usd?.per_1k
    };
    let (of_dear, of_cheap) = (cost(&dear), cost(&cheap));
    let of_dear_one =
        summary.categories.iter().filter(|it| it.task == row.task && it.policy == dear);
    let mut paying: Vec<Paying> = of_dear_one
        .filter_map(|it| {
            let (ours, n_items) = accuracy(&dear, &it.category)?;
            let (theirs, _) = accuracy(&cheap, &it.category)?;
            let gain = ours - theirs;
            let extra = of_dear.zip(of_cheap).map(|(dear, cheap)| (dear - cheap) / (1000.0 * gain));
            Some(Paying {
                category: it.category.clone(),
                dear: dear.clone(),
                cheap: cheap.clone(),
                n_items,
                gain,
                usd_per_extra_right: extra.filter(|it| gain > 0.0 && *it > 0.0),
            })
        })
        .collect();
    paying.sort_by(|a, b| b.gain.total_cmp(&a.gain).then_with(|| a.category.cmp(&b.category)));
    paying
}

/// The models that took part and that no other outdoes.
pub(super) fn alone(row: &Recommendation, summary: &Summary) -> Vec<Alone> {
    let took_part = |it: &&ModelRow| {
        let is_slow = row.slow.iter().any(|slow| slow.as_str() == it.model.as_str());
        let is_out = is_slow || row.left_out.iter().any(|left| left.model == it.model);
        it.task == row.task && !is_out
    };
    let priced = |it: &ModelRow| {
        Some(Alone {
            model: it.model.clone(),
            accuracy_of_all: it.measures.accuracy_of_all.clone()?,
            cost_per_1k: it.measures.cost_usd?.per_1k?,
        })
    };
    let models = summary.models.iter().filter(took_part);
    let mut models: Vec<Alone> = models.filter_map(priced).collect();
    models.sort_by(|a, b| {
        let by_accuracy = b.accuracy_of_all.point.total_cmp(&a.accuracy_of_all.point);
        a.cost_per_1k.total_cmp(&b.cost_per_1k).then(by_accuracy).then(a.model.cmp(&b.model))
    });
    let mut best = f64::NEG_INFINITY;
    models.retain(|it| {
        let is_better = it.accuracy_of_all.point > best;
        best = best.max(it.accuracy_of_all.point);
        is_better
    });
    models
}
