//! The recommendation in sentences that somebody can read who decides about money.

use super::answer::MODELS;
use super::pool::NO_PRICE;
use crate::data::recommendation::{Advice, Alone, Choice, Earned, LeftOut, Recommendation};
use crate::data::summary::{Fitting, GainRow, ModelRow, PolicyRow, Summary, Versus};
use crate::data::{Estimate, recommendation::Paying};
use crate::kernel::PolicyId;

/// Says in the figures of a run what the row of the recommendation was chosen on.
pub fn mark(row: &Recommendation, summary: &mut Summary) {
    let is_it = |it: &&mut PolicyRow| it.task == row.task && it.policy == row.policy;
    for policy in summary.policies.iter_mut().filter(is_it).filter(|_| !row.scenario.is_empty()) {
        policy.fitting = Fitting::CrossFitted;
        policy.in_sample = Some(row.earned.in_sample);
    }
}

/// Writes why, from the recommendation and the figures of a run over the items that it was made on.
pub fn explain(row: &mut Recommendation, summary: &Summary) {
    let is_it = |task: &_, policy: &PolicyId| *task == row.task && *policy == row.policy;
    row.paying = paying(row, summary);
    row.alone = alone(row, summary);
    let mut sentences = vec![looked_for(row), answer(row)];
    sentences.extend(price(row));
    sentences.extend(by_category(row));
    sentences.extend(for_less(row));
    let strong = summary.policies.iter().find(|it| is_it(&it.task, &it.policy));
    sentences.extend(strong.and_then(|it| it.strong_share).map(|share| saved(row, share)));
    sentences.extend(optimism(row));
    let gain = summary.gains.iter().find(|it| is_it(&it.task, &it.policy));
    sentences.extend(gain.map(rescued));
    let votes = summary.ceiling.iter().find(|it| it.task == row.task);
    let votes = votes.and_then(|it| it.effective_votes).filter(|it| it.is_finite());
    sentences.extend(gain.and(votes).map(|votes| {
        format!("By how alike the models fail they are worth {votes:.1} independent ones.")
    }));
    sentences.extend(stable(&row.earned));
    row.because = sentences.join(" ");
}

/// What the search was for.
fn looked_for(row: &Recommendation) -> String {
    match row.limits.accuracy_loss {
        Some(most) => {
            format!("Looked for: the cheapest that loses at most {} points.", percent(most))
        }
        None => "Looked for: the most accurate; with `accuracy_loss_at_most`, the cheapest that \
                 keeps to it."
            .to_owned(),
    }
}

/// Whether it pays to route by category for accuracy alone, where something else is recommended.
pub(super) fn by_category(row: &Recommendation) -> Option<String> {
    let versus = row.by_category.as_ref()?;
    let is_it = row.earned.what.starts_with("by category(all ");
    let told = difference(versus);
    let is_unpriced = |it: &&LeftOut| it.because == NO_PRICE;
    let n_unpriced = row.left_out.iter().filter(is_unpriced).count();
    let among = if n_unpriced == row.left_out.len() {
        "all models".to_owned()
    } else {
        let n_priced = row.space.iter().find(|it| it.kind == MODELS).map_or(0, |it| it.size);
        let n = n_priced + n_unpriced as u64;
        format!("the {n} models that were asked and that the wish admits")
    };
    Some(match versus.difference.low > 0.0 {
        _ if is_it => return None,
        true => {
            format!("Routing by category among {among}, whatever they cost, is by itself {told}.")
        }
        false => format!(
            "Routing by category among {among}, whatever they cost, is not shown to pay: it is \
             {told}."
        ),
    })
}

/// The cheapest choice that came out no less accurate than the baseline for less money, where
/// nothing was found that is more accurate for sure.
///
/// Several were looked at to find it, so the interval is the one that holds for all of them.
pub(super) fn for_less(row: &Recommendation) -> Option<String> {
    let is_open = matches!(row.verdict, Advice::BestSingle | Advice::TooFewItems);
    let theirs =
        row.baseline.cost_per_1k.filter(|_| is_open && row.limits.accuracy_loss.is_none())?;
    let is_served = |it: &Earned| {
        let shares = [it.served, it.served_in_outages];
        let mut known = shares.into_iter().flatten();
        it.kind != "single"
            || row.limits.availability.is_none_or(|least| known.all(|it| it >= least))
    };
    let is_other = |it: &&Choice| it.earned.what != row.earned.what && is_served(&it.earned);
    let mut choices = row.choices.iter().filter(is_other);
    let (ours, choice, versus) = choices.find_map(|it| {
        let versus = it.to_baseline.as_ref().filter(|it| it.difference.point >= 0.0)?;
        let ours = it.earned.cost_per_1k.filter(|ours| *ours < theirs)?;
        Some((ours, it, versus))
    })?;
    Some(format!(
        "For less money, {} is {} right for ${} per thousand questions instead of ${}: {}.",
        choice.earned.what,
        right(&choice.earned),
        dollars(ours),
        dollars(theirs),
        difference(versus)
    ))
}

fn answer(row: &Recommendation) -> String {
    let Recommendation { earned, contender, limits, .. } = row;
    let what = &earned.what;
    let against = |it: &Earned| it.versus.as_ref().map(difference).unwrap_or_default();
    match row.verdict {
        Advice::Combination if limits.availability.is_some() && contender.is_some() => {
            available(row)
        }
        Advice::Combination => match limits.accuracy_loss {
            None => format!(
                "Use {what}: on items that it was not chosen on it is {} right, {}.",
                right(earned),
                against(earned)
            ),
            Some(most) => format!(
                "Use {what}: on items that it was not chosen on it is {} right, {}, which keeps \
                 to the {} points that it may lose.",
                right(earned),
                against(earned),
                percent(most)
            ),
        },
        Advice::CheaperModel => format!(
            "Use {what} alone: it is {} right, {}, which keeps to the {} points that it may lose.",
            right(earned),
            against(earned),
            percent(limits.accuracy_loss.unwrap_or_default())
        ),
        Advice::BestSingle => {
            let closest = contender
                .as_ref()
                .map(|it| format!(" The closest, {}, is {}.", it.what, against(it)));
            let nothing = match limits.accuracy_loss {
                None => "nothing that was tried beats it".to_owned(),
                Some(most) => {
                    format!("nothing cheaper that was tried loses at most {} points", percent(most))
                }
            };
            format!(
                "Use {what} alone, {} right: {nothing}.{}",
                right(earned),
                closest.unwrap_or_default()
            )
        }
        Advice::TooFewItems => {
            let closest = contender
                .as_ref()
                .map_or_else(String::new, |it| format!("{} is {}", it.what, against(it)));
            let more = row.more_items.map_or_else(String::new, |more| {
                format!(" About {more} more items would tell, if the difference stayed as it is.")
            });
            format!(
                "This suite is too small to tell: {closest}. Until there are more items, use \
                 {what} alone, {} right.{more}",
                right(earned)
            )
        }
    }
}

/// Taken because the best single model is served too rarely.
fn available(row: &Recommendation) -> String {
    let Recommendation { earned, contender, limits, .. } = row;
    let share = |share: Option<f64>| {
        share.map_or("an unknown share".to_owned(), |it| format!("{} %", percent(it)))
    };
    let (served, alone): (_, Option<(&Earned, Option<f64>)>) = match earned.served_in_outages {
        Some(_) => (
            format!(
                "{} of the requests in the scenario's outages",
                share(earned.served_in_outages)
            ),
            contender.as_ref().map(|it| (it, it.served_in_outages.or(it.served))),
        ),
        None => (
            format!("{} of the recorded requests", share(earned.served)),
            contender.as_ref().map(|it| (it, it.served)),
        ),
    };
    let alone = alone.map_or_else(String::new, |(it, of)| {
        format!(", where {} alone is on {}", it.what, share(of))
    });
    format!(
        "Use {}: it is served on {served}{alone}, and {} % are asked for. On items that it was not \
         chosen on it is {} right, {}.",
        earned.what,
        percent(limits.availability.unwrap_or_default()),
        right(earned),
        earned.versus.as_ref().map(difference).unwrap_or_default()
    )
}

/// `1.9 points [1.4, 2.4] above best-single, all choices looked at together`.
fn difference(versus: &Versus) -> String {
    let it = &versus.difference;
    if versus.is_same_throughout() {
        return format!("right on the same items as {} (n = {})", versus.policy, it.n);
    }
    let (low, high, together) = match versus.simultaneous {
        Some(both) => (both.low, both.high, ", all choices looked at together"),
        None => (it.low, it.high, ""),
    };
    let side = if it.point < 0.0 { "below" } else { "above" };
    format!(
        "{} points [{}, {}] {side} {} (n = {}{together})",
        percent(it.point.abs()),
        percent(low),
        percent(high),
        versus.policy,
        it.n
    )
}

fn right(earned: &Earned) -> String {
    let told = |it: &Estimate| {
        format!("{} % of all asked [{}, {}]", percent(it.point), percent(it.low), percent(it.high))
    };
    earned.accuracy_of_all.as_ref().map_or_else(|| "an unknown share".to_owned(), told)
}

/// What it costs beside the baseline, and what an extra right answer does.
fn price(row: &Recommendation) -> Option<String> {
    let (ours, theirs) = (row.earned.cost_per_1k?, row.baseline.cost_per_1k?);
    if matches!(row.verdict, Advice::BestSingle | Advice::TooFewItems) || theirs <= 0.0 {
        return None;
    }
    let told = format!(
        "It costs ${} per thousand questions instead of ${}",
        dollars(ours),
        dollars(theirs)
    );
    let extra = row.earned.versus.as_ref().map(|it| it.difference.point * 1000.0);
    Some(match extra {
        Some(extra) if ours > theirs && extra > 0.0 => {
            format!("{told}: ${} for each extra right answer.", dollars((ours - theirs) / extra))
        }
        _ if ours <= theirs => {
            format!("{told}: {} % of the money is saved.", percent(1.0 - ours / theirs))
        }
        _ => format!("{told}."),
    })
}

/// Of a cascade: how many of the dear calls it saves.
fn saved(row: &Recommendation, strong: f64) -> String {
    let last = row.earned.models.last().map_or("the last model", PolicyId::as_str);
    format!(
        "It asks {last} on {} % of the questions, and saves {} % of the calls to it.",
        percent(strong),
        percent(1.0 - strong)
    )
}

fn optimism(row: &Recommendation) -> Option<String> {
    let optimism = row.earned.optimism.filter(|_| row.earned.kind != "single")?;
    Some(format!(
        "On the very items that it was chosen on it would seem {} % right: {} points too good.",
        percent(row.earned.in_sample),
        percent(optimism.max(0.0))
    ))
}

fn rescued(gain: &GainRow) -> String {
    format!(
        "It is right on {} items where the best single model is wrong, and wrong on {} where that \
         is right: {} overruled, {} lost to ties.",
        gain.rescued,
        gain.overruled + gain.lost_to_ties + gain.no_answer,
        gain.overruled,
        gain.lost_to_ties
    )
}

/// Whether the search finds the same again without some of the items.
fn stable(earned: &Earned) -> Option<String> {
    let n: u64 = earned.chosen.values().sum();
    let same = earned.chosen.get(&earned.what).copied().unwrap_or(0);
    match (n, earned.chosen.len()) {
        (0, _) => None,
        (_, 1) if same == n => {
            Some(format!("Without any of the {n} folds the choice is the same."))
        }
        (_, kinds) => Some(format!(
            "Without one of the {n} folds the choice is the same {same} times; {kinds} different \
             ones were made."
        )),
    }
}

/// The categories in which a dear model is worth more than a cheaper one of the choices, from the
/// one that gains most: the expensive one is the baseline's, the cheap one the best for less.
fn paying(row: &Recommendation, summary: &Summary) -> Vec<Paying> {
    let dear =
        row.baseline.chosen.iter().max_by_key(|it| it.1).map(|it| PolicyId::from(it.0.as_str()));
    let alone = |it: &&crate::data::recommendation::Choice| it.earned.kind == "single";
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
fn alone(row: &Recommendation, summary: &Summary) -> Vec<Alone> {
    let took_part = |it: &&ModelRow| {
        it.task == row.task && row.left_out.iter().all(|left| left.model != it.model)
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

/// A share in percent, without a negative zero.
fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

/// Cents from a dollar on, three digits below.
fn dollars(value: f64) -> String {
    if value >= 1.0 { format!("{value:.2}") } else { format!("{value:.3}") }
}
