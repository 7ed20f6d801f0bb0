//! One sentence a task: whether any policy beats the best single model, and at what price.

use crate::data::Estimate;
use crate::data::summary::{PolicyRow, SimulatedRow, Summary, Versus};
use crate::kernel::Interval;
use crate::report::by_task::{BEST_SINGLE, TaskRows, by_task, is_baseline};
use crate::report::{alone, escape, outages, text};

/// A sentence a task, headed by the task's name where there are several.
///
/// Of the policies whose interval lies above zero, it names the one with the greatest difference
/// to `best-single`; where there is none, of all policies. Ties go to the earliest listed.
pub fn verdicts(summary: &Summary) -> Vec<String> {
    sentences(summary, escape::plain)
}

/// The same, with names written by `name`.
pub(super) fn sentences(summary: &Summary, name: fn(&str) -> String) -> Vec<String> {
    let mut tasks = by_task(summary);
    tasks.retain(|task| !task.is_bare());
    let head = |task: &TaskRows<'_>| match tasks.len() {
        1 => String::new(),
        _ => format!("{}: ", name(task.task.as_str())),
    };
    let told = |task: &TaskRows<'_>| {
        let healthy = sentence(task, name);
        // Who simulates wants to know first what the outages do.
        let told = match simulated(summary, task, name) {
            Some(simulated) => format!("{simulated} On the recorded answers: {healthy}"),
            None => healthy,
        };
        format!("{}{told}", head(task))
    };
    tasks.iter().map(told).collect()
}

/// Who served most of the simulated requests, how rightly and at what price, beside the best single
/// model.
fn simulated(summary: &Summary, task: &TaskRows<'_>, name: fn(&str) -> String) -> Option<String> {
    let rows = || summary.simulated.iter().filter(|row| row.task == *task.task);
    let is_policy =
        |row: &&SimulatedRow| task.policies.iter().any(|policy| policy.policy == row.policy);
    let alone = rows().find(|row| row.policy.as_str() == BEST_SINGLE);
    let others = rows().filter(is_policy).filter(|row| row.policy.as_str() != BEST_SINGLE);
    let most = others.reduce(|best, row| {
        // Of equals whoever is right more often, and then whoever comes first.
        let rank =
            |row: &SimulatedRow| (row.served.point, row.accuracy.as_ref().map(|it| it.point));
        if rank(row) > rank(best) { row } else { best }
    })?;
    let served = |row: &SimulatedRow| {
        let lost = row.downtime_usd.as_ref().map(|it| text::dollars(it.point));
        let lost = lost.map_or(String::new(), |it| format!(", ${it} lost"));
        let (served, down) = (outages::share(&row.served), row.minutes_down.point);
        format!("{} served {served} % ({down:.1} min down{lost})", name(row.policy.as_str()))
    };
    let alone_served = alone.map_or(String::new(), |it| format!("{}, ", served(it)));
    let accuracy = most.accuracy.as_ref().map(|it| it.point);
    let right = most.healthy.zip(accuracy).map_or(String::new(), |(healthy, accuracy)| {
        let (accuracy, healthy) = (text::percent(accuracy), text::percent(healthy));
        format!(", with an accuracy of {accuracy} % (on a healthy day {healthy} %)")
    });
    let others = rows().filter(is_policy).filter(|row| row.policy != most.policy);
    Some(format!(
        "Of the simulated requests {alone_served}{}{right}{}.{}",
        served(most),
        simulated_price(most, alone),
        probed(others, name)
    ))
}

/// Who of those that are not named otherwise pays most for probes.
fn probed<'a>(rows: impl Iterator<Item = &'a SimulatedRow>, name: fn(&str) -> String) -> String {
    let known = rows.filter_map(|row| Some((row, probes_per_1k(row)?, row.cost_per_1k.as_ref()?)));
    let dearest = known.reduce(|most, next| if next.1 > most.1 { next } else { most });
    dearest.map_or(String::new(), |(row, probes, all)| {
        format!(
            " Of the others {} pays most for probes: ${} of its ${} per 1000 requests.",
            name(row.policy.as_str()),
            text::dollars(probes),
            text::dollars(all.point)
        )
    })
}

/// Dollars for probes, for a thousand requests.
fn probes_per_1k(row: &SimulatedRow) -> Option<f64> {
    let n_each = row.requests as f64 / row.served.n.max(1) as f64;
    Some(row.probe_usd.as_ref()?.point * 1e3 / n_each)
}

/// `, for $0.006 per 1000 requests, $0.001 of it for probes, instead of $0.005`.
fn simulated_price(row: &SimulatedRow, alone: Option<&SimulatedRow>) -> String {
    let per_1k = |row: &SimulatedRow| row.cost_per_1k.as_ref().map(|it| it.point);
    let probes = match (&row.probes, probes_per_1k(row)) {
        (None, _) => String::new(),
        (Some(_), None) => ", and what its probes cost is unknown".to_owned(),
        (Some(_), Some(paid)) => format!(", ${} of it for probes", text::dollars(paid)),
    };
    let instead = alone.and_then(per_1k).map(|it| format!(", instead of ${}", text::dollars(it)));
    match per_1k(row) {
        Some(ours) => {
            let instead = instead.unwrap_or_default();
            format!(", for ${} per 1000 requests{probes}{instead}", text::dollars(ours))
        }
        None => probes,
    }
}

/// A policy and its difference to the best single model.
type Compared<'a> = (&'a PolicyRow, &'a Versus);

fn sentence(task: &TaskRows<'_>, name: fn(&str) -> String) -> String {
    let compared: Vec<Compared<'_>> = task
        .policies
        .iter()
        .filter(|row| row.kind != "single" && row.kind != "oracle" && !is_baseline(row))
        .filter_map(|row| Some((*row, row.versus.as_ref()?)))
        .filter(|(_, versus)| versus.policy.as_str() == BEST_SINGLE)
        .filter(|(_, versus)| versus.difference.point.is_finite())
        .collect();
    let Some((best, versus, better)) = foremost(&compared) else {
        return alone::sentence(task, name);
    };
    let model = task.best_single().and_then(|row| alone::most_used(row, name));
    let model = model.map(|model| format!(" ({model})")).unwrap_or_default();
    let policy = name(best.policy.as_str());
    let points = text::points(versus.difference.point);
    let points = points.trim_start_matches(if better { '+' } else { ' ' });
    let evidence = format!(
        "{points} points {} ({}, n = {})",
        text::ends(&versus.difference),
        text::p_clause(versus.p),
        versus.difference.n
    );
    let price = task.best_single().and_then(|row| price(best, row)).unwrap_or_default();
    let chosen = of_many(compared.len(), versus);
    if better {
        format!("{policy} beats the best single model{model} by {evidence}{price}{chosen}.")
    } else {
        let detectable = versus.detectable.map(|detectable| {
            let points = text::percent(detectable);
            format!(" As many items show a difference of {points} points in four of five runs.")
        });
        format!(
            "No policy beats the best single model{model}: the closest, {policy}, differs by \
             {evidence}{price}{chosen}.{}",
            detectable.unwrap_or_default()
        )
    }
}

/// What choosing among `k` policies does to the figures of the one that is named.
fn of_many(k: usize, versus: &Versus) -> String {
    match (k, versus.simultaneous, versus.p_holm) {
        (0 | 1, ..) => String::new(),
        (_, Some(Interval { low, high }), Some(p)) => {
            let together = Estimate { low, high, ..versus.difference.clone() };
            format!(
                "; with all {k} looked at together {} ({} after Holm)",
                text::ends(&together),
                text::p_clause(p)
            )
        }
        (_, None, Some(p)) => {
            format!("; best of {k} compared ({} after Holm)", text::p_clause(p))
        }
        _ => format!("; best of {k} compared, so this is an optimistic reading"),
    }
}

/// The policy to name, and whether its interval lies above zero, where there is one the interval
/// that holds for all of them at once.
fn foremost<'a>(compared: &[Compared<'a>]) -> Option<(&'a PolicyRow, &'a Versus, bool)> {
    let above = |versus: &Versus| {
        versus.simultaneous.map_or(versus.difference.low, |together| together.low) > 0.0
    };
    let greatest = |all: &mut dyn Iterator<Item = &Compared<'a>>| {
        all.copied().reduce(|best, next| {
            if next.1.difference.point > best.1.difference.point { next } else { best }
        })
    };
    let beating = greatest(&mut compared.iter().filter(|(_, versus)| above(versus)));
    let named = beating.or_else(|| greatest(&mut compared.iter()));
    named.map(|(row, versus)| (row, versus, above(versus)))
}

/// What the policy costs beside the best single model; `None` when either price is unknown.
fn price(policy: &PolicyRow, best_single: &PolicyRow) -> Option<String> {
    let per_1k = |row: &PolicyRow| row.measures.cost_usd.and_then(|cost| cost.per_1k);
    let ratio = per_1k(policy)? / per_1k(best_single)?;
    (ratio.is_finite() && ratio > 0.0)
        .then(|| format!(" at {} times its price", text::times(ratio)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{difference, hostile, triage};

    #[test]
    fn a_policy_wins_only_with_its_whole_interval() {
        for (saver, trio, expected) in [
            (
                None,
                Some((0.021, 0.004, 0.038, 0.014)),
                "trio beats the best single model (mostly opus) by 2.1 points [0.4, 3.8] \
                 (p = 0.01, n = 224) at 0.07 times its price.",
            ),
            (
                Some((0.03, -0.001, 0.061, 0.06)),
                Some((0.021, 0.004, 0.038, 0.014)),
                "trio beats the best single model (mostly opus) by 2.1 points [0.4, 3.8] \
                 (p = 0.01, n = 224) at 0.07 times its price; best of 2 compared, so this is an \
                 optimistic reading.",
            ),
            (
                Some((-0.004, -0.02, 0.012, 0.62)),
                Some((-0.03, -0.05, -0.01, 0.0001)),
                "No policy beats the best single model (mostly opus): the closest, saver, differs \
                 by -0.4 points [-2.0, 1.2] (p = 0.62, n = 224) at 0.26 times its price; best of \
                 2 compared, so this is an optimistic reading.",
            ),
            (
                None,
                Some((0.02, 0.0, 0.04, 0.05)),
                "No policy beats the best single model (mostly opus): the closest, trio, differs \
                 by +2.0 points [0.0, 4.0] (p = 0.05, n = 224) at 0.07 times its price.",
            ),
            (
                None,
                None,
                "No policy was compared with a single model; whichever model is best on the other \
                 folds (mostly opus) has 73.0 % [67.0, 78.5] (n = 222, wilson).",
            ),
        ] {
            let mut summary = triage();
            for row in &mut summary.policies {
                match row.policy.as_str() {
                    "saver" => row.versus = saver.map(difference),
                    "trio" => row.versus = trio.map(difference),
                    _ => {}
                }
            }
            assert_eq!(verdicts(&summary), [expected]);
        }
    }

    #[test]
    fn of_several_the_interval_that_holds_for_all_of_them_decides() {
        for (low, expected) in [
            (
                0.001,
                "trio beats the best single model (mostly opus) by 2.1 points [0.4, 3.8] \
                 (p = 0.01, n = 224) at 0.07 times its price; with all 2 looked at together \
                 [0.1, 4.1] (p = 0.03 after Holm).",
            ),
            (
                -0.001,
                "No policy beats the best single model (mostly opus): the closest, trio, differs \
                 by +2.1 points [0.4, 3.8] (p = 0.01, n = 224) at 0.07 times its price; with all \
                 2 looked at together [-0.1, 4.1] (p = 0.03 after Holm). As many items show a \
                 difference of 2.5 points in four of five runs.",
            ),
        ] {
            let mut summary = triage();
            for versus in summary.policies.iter_mut().filter_map(|row| row.versus.as_mut()) {
                let high = versus.difference.high + 0.003;
                let is_trio = versus.difference.point == 0.021;
                let low = if is_trio { low } else { -0.1 };
                versus.simultaneous = Some(Interval { low, high });
                versus.p_holm = Some(0.03);
                versus.detectable = Some(0.025);
            }
            assert_eq!(verdicts(&summary), [expected]);
        }
    }

    #[test]
    fn several_tasks_are_named_and_an_unknown_price_is_not() {
        let [first, second] = verdicts(&hostile()).try_into().unwrap();
        assert!(first.starts_with("triage: trio beats "), "{first}");
        assert_eq!(
            second,
            "reading|2: No policy beats the best single model \
             (a-name-of-sixty-characters-that-says-too-much-about-the-model): the closest, \
             vote|of\\nall, differs by 0.0 points [-2.0, 2.0] (p = 1.00, n = 224)."
        );
    }

    #[test]
    fn what_outages_do_is_told_first_with_what_probes_cost() {
        let row = |policy: &str, served: f64, probes: Option<f64>| -> SimulatedRow {
            let estimate = |point: f64| {
                serde_json::json!({
                    "point": point, "low": point, "high": point, "level": 0.95, "n": 20,
                    "method": "student",
                })
            };
            let row = serde_json::json!({
                "task": "triage", "policy": policy, "requests": 40000, "served": estimate(served),
                "accuracy": estimate(0.7), "healthy": 0.75, "wrong": estimate(0.2),
                "worst_case_ms": 1.0, "calls_per_request": estimate(1.0),
                "cost_per_1k": estimate(if probes.is_some() { 0.9 } else { 0.5 }),
                "probes": probes.map(|_| estimate(3.0)), "probe_usd": probes.map(estimate),
                "failed_calls_per_request": estimate(0.0), "trips": estimate(0.0),
                "minutes_down": estimate(600.0 * (1.0 - served)),
                "downtime_usd": estimate(6e4 * (1.0 - served)), "rungs": {},
            });
            serde_json::from_value(row).unwrap()
        };
        let mut summary = triage();
        let healthy = verdicts(&summary).remove(0);
        summary.simulated = vec![row(BEST_SINGLE, 0.95, None), row("trio", 1.0, Some(0.8))];
        let told = "Of the simulated requests best-single served 95.00 % (30.0 min down, $3000.00 \
                    lost), trio served 100.00 % (0.0 min down, $0 lost), with an accuracy of 70.0 % (on a \
                    healthy day 75.0 %), for $0.900 per 1000 requests, $0.400 of it for probes, \
                    instead of $0.500. On the recorded answers: ";
        assert_eq!(verdicts(&summary), [format!("{told}{healthy}")]);
        // Of another policy that serves fewer, and is not named for that.
        summary.simulated.push(row("saver", 0.99, Some(1.0)));
        let told = verdicts(&summary).remove(0);
        let probes = " instead of $0.500. Of the others saver pays most for probes: $0.500 of its \
                      $0.900 per 1000 requests. On the recorded answers: ";
        assert!(told.contains(probes), "{told}");
        summary.simulated.pop();
        summary.simulated[1].probe_usd = None;
        summary.simulated[1].cost_per_1k = None;
        let told = verdicts(&summary).remove(0);
        assert!(told.contains("%), and what its probes cost is unknown. On the"), "{told}");
        // Without the baseline the rest is told all the same.
        summary.simulated.remove(0);
        let told = verdicts(&summary).remove(0);
        assert!(told.starts_with("Of the simulated requests trio served 100.00 %"), "{told}");
    }
}
