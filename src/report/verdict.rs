//! What a run says about its question, in a sentence per task.

use std::collections::BTreeSet;

use crate::data::summary::{ModelRow, PolicyRow, Summary, Versus};
use crate::kernel::TaskId;
use crate::report::text;

/// The policy that others are measured against.
const BASELINE: &str = "best-single";

/// Per task: whether a combination beats the best single model, by how much and at what price.
///
/// A combination is a vote or a cascade, and it beats the baseline where the lower end of the
/// interval of their difference is above 0. Of equal differences the first listed is told.
pub fn verdicts(summary: &Summary) -> Vec<String> {
    quoted(summary, str::to_owned)
}

/// The same, with each name as `quote` makes it, for formats in which names need escapes.
pub(crate) fn quoted(summary: &Summary, quote: impl Fn(&str) -> String) -> Vec<String> {
    let tasks = tasks(summary);
    let sentence = |task: &&TaskId| {
        let sentence = of_task(summary, task, &quote)?;
        // Where there is one task, its name says nothing.
        let named = tasks.len() > 1;
        Some(if named { format!("{}: {sentence}", quote(task.as_str())) } else { sentence })
    };
    tasks.iter().filter_map(sentence).collect()
}

/// The tasks that have figures, in the order of the summary.
pub(crate) fn tasks(summary: &Summary) -> Vec<&TaskId> {
    let mut seen = BTreeSet::new();
    let models = summary.models.iter().map(|row| &row.task);
    let policies = summary.policies.iter().map(|row| &row.task);
    models.chain(policies).filter(|task| seen.insert(*task)).collect()
}

/// `None` where there is nothing to say it about: neither a model nor a combination.
fn of_task(summary: &Summary, task: &TaskId, quote: &impl Fn(&str) -> String) -> Option<String> {
    let policies = || summary.policies.iter().filter(|row| row.task == *task);
    let baseline = policies().find(|row| row.policy.as_str() == BASELINE);
    let best = baseline.and_then(most_used);
    let ensembles: Vec<_> = policies().filter(|row| is_ensemble(row)).collect();
    if ensembles.is_empty() {
        let models: Vec<_> = summary.models.iter().filter(|row| row.task == *task).collect();
        return best_model(&models, best, quote);
    }
    let single = match best {
        Some(name) => format!("the best single model ({})", quote(name)),
        None => "the best single model".to_owned(),
    };
    let compared: Vec<_> =
        ensembles.iter().filter_map(|row| Some((*row, row.versus.as_ref()?))).collect();
    // The last of equals is the maximum, hence the turn.
    let top = compared
        .iter()
        .rev()
        .max_by(|(_, one), (_, other)| one.difference.point.total_cmp(&other.difference.point));
    let Some((ensemble, versus)) = top else {
        return Some(format!("No policy here could be compared with {single}."));
    };
    let name = quote(ensemble.policy.as_str());
    let mut said = if versus.difference.low > 0.0 {
        won(&name, &single, versus, times_the_price(ensemble, baseline))
    } else {
        not_won(&name, &single, versus)
    };
    if compared.len() > 1 {
        said.push_str(&best_of(compared.len()));
    }
    Some(said)
}

/// `trio beats ... by 2.1 points [0.4, 3.8] (p = 0.01, n = 224) at 1.8 times its price.`
fn won(name: &str, single: &str, versus: &Versus, times: Option<f64>) -> String {
    let by = text::difference(&versus.difference);
    let by = by.trim_start_matches('+').replacen(" [", " points [", 1);
    let price = times.map(|times| format!(" at {} times its price", text::ratio(times)));
    format!("{name} beats {single} by {by} {}{}.", certainty(versus), price.unwrap_or_default())
}

/// `No policy here beats ...: the nearest, trio, differs by -0.4 points [-2.0, 1.2] (...).`
fn not_won(name: &str, single: &str, versus: &Versus) -> String {
    let by = text::difference(&versus.difference).replacen(" [", " points [", 1);
    let certainty = certainty(versus);
    format!("No policy here beats {single}: the nearest, {name}, differs by {by} {certainty}.")
}

fn certainty(versus: &Versus) -> String {
    format!("({}, n = {})", text::p_equals(versus.p), versus.difference.n)
}

/// Which model is best, where nothing combines them: the one that the baseline used most, else the
/// one of the highest accuracy.
fn best_model(
    models: &[&ModelRow],
    used: Option<&str>,
    quote: &impl Fn(&str) -> String,
) -> Option<String> {
    let accuracy = |row: &ModelRow| row.measures.accuracy.as_ref().map(|accuracy| accuracy.point);
    let named = models.iter().find(|row| Some(row.model.as_str()) == used);
    let best = named.or_else(|| {
        let known = models.iter().rev().filter(|row| accuracy(row).is_some());
        known.max_by(|one, other| {
            let [one, other] = [one, other].map(|row| accuracy(row).unwrap_or(f64::NAN));
            one.total_cmp(&other)
        })
    })?;
    let name = quote(best.model.as_str());
    let accuracy = best.measures.accuracy.as_ref();
    let right = text::or_unknown(accuracy, |it| format!("{} (n = {})", text::share(it), it.n));
    Some(match models.len() {
        1 => format!("{name} is the only model: {right}."),
        k => format!("The best single model is {name}: {right}.{}", best_of(k)),
    })
}

fn best_of(k: usize) -> String {
    format!(" It is the best of {k}, which flatters it.")
}

fn is_ensemble(row: &PolicyRow) -> bool {
    matches!(&*row.kind, "vote" | "cascade")
}

/// The rung that answered the most items; of equals the first by name.
fn most_used(row: &PolicyRow) -> Option<&str> {
    let most = row.rungs.iter().rev().max_by_key(|(_, n)| **n);
    most.map(|(rung, _)| rung.as_str())
}

/// `None` where a price is unknown, or the baseline costs nothing.
fn times_the_price(row: &PolicyRow, baseline: Option<&PolicyRow>) -> Option<f64> {
    let price = |row: &PolicyRow| row.measures.cost_usd.map(|cost| cost.per_1k);
    let of_baseline = price(baseline?).filter(|price| *price > 0.0)?;
    Some(price(row)? / of_baseline)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::report::sample::{model, policy, summary};

    /// The sentence about one task with these policies.
    fn said(policies: Vec<PolicyRow>) -> String {
        let verdicts = verdicts(&Summary { policies, ..summary() });
        assert_eq!(verdicts.len(), 1);
        verdicts[0].clone()
    }

    #[test]
    fn the_interval_decides_who_beats_whom() {
        let single = || policy("best-single", "best-single", None);
        let vote = |name, versus| policy(name, "vote", Some(versus));
        let unknown_price = || {
            let mut row = vote("trio", (0.021, 0.004, 0.038, 0.0123));
            row.measures.cost_usd = None;
            row
        };
        let no_rungs = || PolicyRow { rungs: BTreeMap::new(), ..single() };
        let cases = [
            (
                "above",
                vec![single(), vote("trio", (0.021, 0.004, 0.038, 0.0123))],
                "trio beats the best single model (mini) by 2.1 points [0.4, 3.8] (p = 0.01, \
                 n = 194) at 1.8 times its price.",
            ),
            (
                "price unknown",
                vec![single(), unknown_price()],
                "trio beats the best single model (mini) by 2.1 points [0.4, 3.8] (p = 0.01, \
                 n = 194).",
            ),
            (
                "touching 0",
                vec![single(), vote("trio", (0.021, 0.0, 0.042, 0.05))],
                "No policy here beats the best single model (mini): the nearest, trio, differs by \
                 +2.1 points [0.0, 4.2] (p = 0.05, n = 194).",
            ),
            (
                "several",
                vec![
                    single(),
                    vote("a", (-0.02, -0.04, 0.0, 0.1)),
                    vote("b", (-0.004, -0.02, 0.012, 0.0)),
                    vote("c", (-0.004, -0.02, 0.012, 0.7)),
                ],
                "No policy here beats the best single model (mini): the nearest, b, differs by \
                 -0.4 points [-2.0, 1.2] (p < 0.001, n = 194). It is the best of 3, which \
                 flatters it.",
            ),
            (
                "nothing shared",
                vec![no_rungs(), policy("trio", "vote", None)],
                "No policy here could be compared with the best single model.",
            ),
            (
                "no ensembles",
                vec![policy("mini", "single", None), single()],
                "The best single model is mini: 72.8 % [66.3, 78.9] (n = 195). It is the best of \
                 3, which flatters it.",
            ),
        ];
        for (case, policies, expected) in cases {
            assert_eq!(said(policies), expected, "{case}");
        }
    }

    #[test]
    fn without_a_baseline_the_highest_accuracy_is_best() {
        let mut summary = Summary { policies: vec![], ..summary() };
        assert!(verdicts(&summary)[0].starts_with("The best single model is mini: 72.8 %"));
        summary.models = vec![model("solo", 0.5)];
        assert_eq!(verdicts(&summary), ["solo is the only model: 50.0 % [43.5, 56.1] (n = 195)."]);
        summary.models.clear();
        assert!(verdicts(&summary).is_empty());
    }

    #[test]
    fn several_tasks_are_told_apart() {
        let mut summary = summary();
        summary.models.push(ModelRow { task: "routing".into(), ..model("mini", 0.5) });
        let verdicts = verdicts(&summary);
        assert_eq!(verdicts.len(), 2);
        assert!(verdicts[0].starts_with("triage: trio beats"), "{}", verdicts[0]);
        assert!(verdicts[1].starts_with("routing: mini is the only model"), "{}", verdicts[1]);
    }
}
