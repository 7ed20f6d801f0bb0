//! The simulator against what queues, renewals and shared causes come to on paper.

use rayon::prelude::*;

use super::scenarios::Ready;
use crate::engine::simulate::Town;
use crate::engine::simulate::record::Record;
use crate::engine::simulate::world::Stage;
use crate::kernel::{Micros, PolicyId};
use crate::stats::availability::{self, Queue};

/// The books of some replicates of a policy.
pub(super) fn records(text: &str, policy: &str, n: u32) -> Vec<Record> {
    of_ready(&ready(text, 12, None), policy, n)
}

pub(super) fn ready(text: &str, n_items: usize, latency: Option<fn(usize) -> Micros>) -> Ready {
    let folder = tempfile::tempdir().unwrap();
    Ready::new(folder.path(), text, n_items, latency)
}

pub(super) fn of_ready(ready: &Ready, policy: &str, n: u32) -> Vec<Record> {
    let play = |town: &Town<'_>, stage: &Stage<'_>| {
        (0..n).into_par_iter().map(|at| town.replicate(stage, at)).collect()
    };
    ready.on_stage(&PolicyId::from(policy), play).unwrap()
}

/// The mean over replicates and its standard error.
fn mean(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|it| (it - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

fn near((mean, error): (f64, f64), wanted: f64, what: &str) {
    assert!((mean - wanted).abs() <= 4.0 * error.max(1e-9), "{what}: {mean} ± {error}, {wanted}");
}

/// Models that answer at once and are always right, and whatever else is said.
pub(super) fn scenario(models: &[&str], rest: &str) -> String {
    let mut text = "version: 1\nname: x\nseed: 11\ntasks: { t: { dataset: items.jsonl } }\n\
                    providers: { p: { synthetic: { accuracy: 1, latency: 1ms, groups: [g] } } }\n\
                    models:\n"
        .to_owned();
    for model in models {
        text.push_str(&format!("  {model}: {{ provider: p }}\n"));
    }
    text + rest
}

fn served(record: &Record) -> f64 {
    record.n_served as f64 / record.n as f64
}

#[test]
fn renewals_are_down_as_long_as_their_means_say() {
    for (good, bad, mtbf, mttr) in [
        ("exponential: { mean: 99m }", "exponential: { mean: 1m }", 99.0, 1.0),
        // The mean of a log-normal is its median times e to half the variance.
        (
            "weibull: { scale: 30m, shape: 1 }",
            "log-normal: { median: 2m, sigma: 1 }",
            30.0,
            2.0 * 0.5_f64.exp(),
        ),
    ] {
        let rest = format!(
            "faults: {{ f: {{ renewal: {{ good_for: {{ {good} }}, bad_for: {{ {bad} }} }} }} }}\n\
             traffic: {{ poisson: {{ rate: 6/m, for: 2d }} }}\n"
        );
        let records = records(&scenario(&["a"], &rest), "a", 60);
        let wanted = availability::steady_state(mtbf, mttr).unwrap();
        near(mean(records.iter().map(served)), wanted, good);
    }
}

#[test]
fn bursts_lose_as_much_as_gilbert_and_elliott_say() {
    let rest = "faults: { f: { gilbert-elliott: { good_for: 90s, bad_for: 10s, \
                good_error_rate: 0.01, bad_error_rate: 0.6 } } }\n\
                traffic: { poisson: { rate: 1/s, for: 4h } }\n";
    let records = records(&scenario(&["a"], rest), "a", 30);
    let chain = availability::GilbertElliott {
        to_bad: 1.0 / 90.0,
        to_good: 1.0 / 10.0,
        fails_in_good: 0.01,
        fails_in_bad: 0.6,
    };
    near(mean(records.iter().map(|it| 1.0 - served(it))), chain.loss().unwrap(), "loss");
}

#[test]
fn a_ladder_of_independent_providers_is_one_of_n_and_a_shared_cause_breaks_it() {
    let each = |model: &str| {
        format!(
            "  {model}: {{ renewal: {{ of: {{ model: {model} }}, good_for: {{ exponential: {{ \
             mean: 9m }} }}, bad_for: {{ exponential: {{ mean: 1m }} }} }} }}\n"
        )
    };
    let end = "policies: { net: { failover: { rungs: [a, b] } } }\n\
               traffic: { poisson: { rate: 10/m, for: 2d } }\n";
    let alone = format!("faults:\n{}{}{end}", each("a"), each("b"));
    let independent = records(&scenario(&["a", "b"], &alone), "net", 40);
    let one_of_two = availability::k_of_n(&[0.9, 0.9], 1).unwrap();
    near(mean(independent.iter().map(served)), one_of_two, "one of two");
    // Marshall and Olkin: shocks every ten minutes that take both down for one minute on average,
    // seen by a call with the chance 1 - exp(-1/10), since they may overlap.
    let shared = format!(
        "faults:\n{}{}  s: {{ common-shock: {{ of: {{ group: g }}, every: 10m, bad_for: {{ \
         exponential: {{ mean: 1m }} }} }} }}\n{end}",
        each("a"),
        each("b")
    );
    let shared = records(&scenario(&["a", "b"], &shared), "net", 40);
    // From an empty start the shocks need some minutes of two days to be as many as ever.
    let both_up = (-0.1_f64).exp();
    near(mean(shared.iter().map(served)), both_up * one_of_two, "with a shared cause");
}

#[test]
fn who_waits_and_how_long_is_as_erlang_says() {
    // Calls that last a second on average, by an exponential law, met at four hundred quantiles.
    let latency = |item: usize| {
        let share = (item as f64 + 0.5) / 400.0;
        Micros((-(1.0 - share).ln() * 1e6).round() as u64)
    };
    // Two models that take turns wait as one does, where they share its places.
    let turns = "policies: { two: { balance: { among: [a, b], by: weighted } } }\n";
    for (servers, rate, offered, name, policies) in [
        (10, "7/s", 7.0, "capacity: { a", ""),
        (2, "72/m", 1.2, "capacity: { a", ""),
        (2, "72/m", 1.2, "shared_capacity: { p", turns),
    ] {
        let rest = format!(
            "{policies}simulate: {{ {name}: {servers} }} }}\n\
             traffic: {{ poisson: {{ rate: {rate}, for: 2h }} }}\n"
        );
        let ready = ready(&scenario(&["a", "b"], &rest), 400, Some(latency));
        let policy = if policies.is_empty() { "a" } else { "two" };
        let records = of_ready(&ready, policy, 30);
        let mean_service: f64 = (0..400).map(|it| latency(it).0 as f64 / 1e6).sum::<f64>() / 400.0;
        let waited = mean(records.iter().map(|it| it.latency.mean() / 1e6 - mean_service));
        let wanted = Queue { servers, offered }.mean_wait().unwrap();
        near(waited, wanted, rate);
    }
}
