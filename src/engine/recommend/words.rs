//! The recommendation in sentences that somebody can read who decides about money.

use super::answer::{MODELS, keeps};
use super::beside::{alone, paying};
use super::pool::NO_PRICE;
use crate::data::Estimate;
use crate::data::recommendation::{Advice, Choice, Earned, LeftOut, Recommendation};
use crate::data::summary::{Fitting, GainRow, PolicyRow, Summary, Versus};
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
    sentences.extend(too_slow(row));
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
    let among = if n_unpriced == row.left_out.len() && row.slow.is_empty() {
        "all models".to_owned()
    } else {
        let n_priced = row.space.iter().find(|it| it.kind == MODELS).map_or(0, |it| it.size);
        let n = n_priced + n_unpriced as u64 - row.slow.len() as u64;
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
        it.kind != "single" || row.limits.availability.is_none_or(|least| it.is_served(least))
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
        named(&choice.earned),
        right(&choice.earned),
        dollars(ours),
        dollars(theirs),
        difference(versus)
    ))
}

pub(super) fn answer(row: &Recommendation) -> String {
    let Recommendation { earned, contender, limits, .. } = row;
    if let Some(told) = breaks(row) {
        return told;
    }
    let against = |it: &Earned| it.versus.as_ref().map(difference).unwrap_or_default();
    match row.verdict {
        Advice::Combination if limits.availability.is_some() && contender.is_some() => {
            available(row)
        }
        Advice::Combination => match limits.accuracy_loss {
            None => format!("Use {}, {}.", is_right(earned), against(earned)),
            Some(most) => format!(
                "Use {}, {}, which keeps to the {} points that it may lose.",
                is_right(earned),
                against(earned),
                percent(most)
            ),
        },
        Advice::CheaperModel => format!(
            "Use {} alone: it is {} right, {}, which keeps to the {} points that it may lose.",
            named(earned),
            right(earned),
            against(earned),
            percent(limits.accuracy_loss.unwrap_or_default())
        ),
        Advice::BestSingle => {
            let closest = contender
                .as_ref()
                .map(|it| format!(" The closest, {}, is {}.", named(it), against(it)));
            let nothing = match limits.accuracy_loss {
                None => "nothing that was tried beats it".to_owned(),
                Some(most) => {
                    format!("nothing cheaper that was tried loses at most {} points", percent(most))
                }
            };
            format!(
                "Use {} alone, {} right: {nothing}.{}",
                named(earned),
                right(earned),
                closest.unwrap_or_default()
            )
        }
        Advice::TooFewItems => {
            let closest = contender
                .as_ref()
                .map_or_else(String::new, |it| format!("{} is {}", named(it), against(it)));
            let more = row.more_items.map_or_else(String::new, |more| {
                format!(" About {more} more items would tell, if the difference stayed as it is.")
            });
            format!(
                "This suite is too small to tell: {closest}. Until there are more items, use \
                 {} alone, {} right.{more}",
                named(earned),
                right(earned)
            )
        }
    }
}

/// That nothing keeps to every limit, where what is named does not.
fn breaks(row: &Recommendation) -> Option<String> {
    let Recommendation { earned, contender, limits, .. } = row;
    let lost = limits.accuracy_loss.zip(earned.versus.as_ref());
    let lost = lost.filter(|(most, versus)| !keeps(versus, *most));
    let lost = lost.map(|(most, versus)| {
        format!("it is {}, and {} points may be lost", difference(versus), percent(most))
    });
    // Whatever else is named was looked at for that.
    let is_fallback = matches!(row.verdict, Advice::BestSingle | Advice::TooFewItems);
    let least = limits.availability.filter(|least| is_fallback && !earned.is_served(*least));
    let rare = least.map(|least| {
        let served = earned
            .served_in_outages
            .or(earned.served)
            .map_or_else(|| "an unknown share".to_owned(), |share| format!("{} %", percent(share)));
        format!("it is served on {served}, and {} % are asked for", percent(least))
    });
    let why: Vec<String> = lost.into_iter().chain(rare).collect();
    if why.is_empty() {
        return None;
    }
    let closest = contender
        .as_ref()
        .and_then(|it| Some(format!(" {} is {}.", named(it), difference(it.versus.as_ref()?))));
    let more = row.more_items.map(|more| {
        format!(" About {more} more items would tell, if the difference stayed as it is.")
    });
    Some(format!(
        "Nothing that was tried is shown to keep to every limit. Named is {}, {} right, which does \
         not: {}.{}{}",
        named(earned),
        right(earned),
        why.join("; "),
        closest.unwrap_or_default(),
        more.unwrap_or_default()
    ))
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
        "Use {}: it is served on {served}{alone}, and {} % are asked for. On items that had no say in \
         the choice it is {} right, {}.",
        named(earned),
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

/// What was chosen. Where some folds led to another choice, its figures are not its own.
fn named(earned: &Earned) -> String {
    match earned.unsettled() {
        None => earned.what.clone(),
        Some((same, n)) => format!(
            "{} (chosen on {same} of {n} folds: the figures are of choosing so, on items not \
             looked at)",
            earned.what
        ),
    }
}

/// The same with how right it is.
fn is_right(earned: &Earned) -> String {
    let (what, right) = (&earned.what, right(earned));
    match earned.unsettled() {
        None => format!("{what}: on items that it was not chosen on it is {right} right"),
        Some((same, n)) => format!(
            "{what}, which was chosen on {same} of {n} folds: choosing so is, on items not looked \
             at, {right} right"
        ),
    }
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

/// Whether what it is compared with is slower than is asked for.
pub(super) fn too_slow(row: &Recommendation) -> Option<String> {
    let (most, theirs) = (row.limits.p95_ms?, row.baseline.p95_ms?);
    let versus = row.earned.versus.as_ref();
    let name = versus.map_or(row.baseline.what.as_str(), |it| it.policy.as_str());
    (theirs > most).then(|| {
        format!(
            "{name} itself breaks the limit: 95 of 100 of its answers take up to {theirs:.0} ms, \
             and {most:.0} are allowed."
        )
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

/// A share in percent, without a negative zero.
fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    if text == "-0.0" { "0.0".to_owned() } else { text }
}

/// Cents from a dollar on, three digits below.
fn dollars(value: f64) -> String {
    if value >= 1.0 { format!("{value:.2}") } else { format!("{value:.3}") }
}
