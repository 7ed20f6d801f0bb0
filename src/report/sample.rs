//! A hand-built summary that the tests of this folder share.

use std::collections::BTreeMap;

use crate::data::Estimate;
use crate::data::summary::{
    CategoryRow, CeilingRow, Cost, Counts, Measures, ModelRow, PairRow, PolicyRow, Quantiles,
    SCHEMA, ScenarioRef, Summary, TokenCounts, Tool, Versus, WarningRow,
};
use crate::kernel::Seed;

/// One task, three models, and five policies of which `trio` beats the baseline.
pub(crate) fn summary() -> Summary {
    Summary {
        schema: SCHEMA,
        tool: Tool { name: "quorumbench".into(), version: "0.1.0".into() },
        scenario: ScenarioRef { name: "support-triage".into(), sha256: "5f3a".repeat(16) },
        seed: Seed(u64::MAX),
        models: vec![
            model("flash", 138.0 / 200.0),
            model("haiku", 0.705),
            model("mini", 142.0 / 195.0),
        ],
        policies: vec![
            policy("mini", "single", None),
            policy("best-single", "best-single", None),
            policy("trio", "vote", Some((0.0214, 0.004, 0.038, 0.0123))),
            policy("saver", "cascade", Some((0.018, -0.004, 0.04, 0.000_4))),
        ],
        categories: vec![category("trio", "billing"), category("best-single", "billing")],
        pairs: vec![pair("flash", "haiku", Some(0.41)), pair("haiku", "mini", None)],
        ceiling: vec![CeilingRow {
            task: "triage".into(),
            n: 200,
            any_right: 0.905,
            all_wrong: 0.095,
            effective_votes: Some(1.534),
        }],
        warnings: vec![WarningRow {
            kind: "price_assumed".into(),
            on: "mini".into(),
            text: "the price of mini is assumed, so its cost is an estimate".into(),
        }],
    }
}

/// A model of the task `triage`.
pub(crate) fn model(name: &str, accuracy: f64) -> ModelRow {
    ModelRow { task: "triage".into(), model: name.into(), measures: measures(accuracy) }
}

/// A policy of the task `triage`: difference, low, high and p against `best-single`.
pub(crate) fn policy(name: &str, kind: &str, versus: Option<(f64, f64, f64, f64)>) -> PolicyRow {
    let ensemble = kind == "vote" || kind == "cascade";
    let mut measures = measures(if ensemble { 0.7312 } else { 0.71 });
    if ensemble {
        measures.cost_usd = Some(Cost { total: 0.022_14, per_1k: 0.1107 });
    }
    PolicyRow {
        task: "triage".into(),
        policy: name.into(),
        kind: kind.into(),
        members: if ensemble { vec!["mini".into(), "haiku".into()] } else { vec![] },
        measures,
        calls_per_item: Some(if ensemble { 3.0 } else { 1.0 }),
        strong_share: (kind == "cascade").then_some(0.25),
        tied: 4,
        rungs: BTreeMap::from([("haiku".into(), 40), ("mini".into(), 160)]),
        versus: versus.map(|(point, low, high, p)| Versus {
            policy: "best-single".into(),
            metric: "accuracy".into(),
            difference: Estimate {
                point,
                low,
                high,
                level: 0.95,
                n: 194,
                method: "paired bootstrap".into(),
            },
            p,
            wins: 9,
            losses: 5,
        }),
    }
}

/// A policy on a category of the task `triage`.
pub(crate) fn category(policy: &str, category: &str) -> CategoryRow {
    let Measures { counts, accuracy, accuracy_of_all, .. } = measures(0.7);
    let (task, policy, category) = ("triage".into(), policy.into(), category.into());
    CategoryRow { task, policy, category, counts, accuracy, accuracy_of_all }
}

/// A pair of models of the task `triage`.
pub(crate) fn pair(a: &str, b: &str, phi: Option<f64>) -> PairRow {
    PairRow {
        task: "triage".into(),
        a: a.into(),
        b: b.into(),
        n: 190,
        both_right: 110,
        only_a: 20,
        only_b: 25,
        neither: 35,
        phi,
        q: phi.map(|phi| phi * 2.0),
        same_wrong_answer: Some(0.5),
    }
}

/// A Wilson interval of three points to each side.
pub(crate) fn estimate(point: f64, n: u64) -> Estimate {
    let (low, high) = (point - 0.065, point + 0.061);
    Estimate { point, low, high, level: 0.95, n, method: "wilson".into() }
}

fn measures(accuracy: f64) -> Measures {
    Measures {
        counts: Counts {
            asked: 200,
            answered: 195,
            abstained: 0,
            unparsed: 3,
            refused: 0,
            failed: 2,
            not_run: 24,
        },
        failures: BTreeMap::from([("reset".into(), 1), ("timed-out".into(), 1)]),
        accuracy: Some(estimate(accuracy, 195)),
        accuracy_of_all: Some(estimate(accuracy * 0.975, 200)),
        cost_usd: Some(Cost { total: 0.0123, per_1k: 0.0615 }),
        tokens: Some(TokenCounts { input: 41_000, output: 900 }),
        latency_ms: Some(Quantiles {
            p50: 412.4,
            p90: 900.0,
            p95: 1203.5,
            p99: 2400.0,
            mean: 500.1,
        }),
        ttft_ms: None,
    }
}
