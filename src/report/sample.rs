//! Small summaries made by hand, for the tests of reports.

use std::collections::BTreeMap;

use crate::data::Estimate;
use crate::data::summary::{
    CategoryRow, CeilingRow, ContributionRow, Cost, Counts, DiversityRow, Fitting, GainRow,
    GateOutcome, GateRow, Measures, ModelRow, PairRow, PolicyRow, Quantiles, ScenarioRef, Summary,
    TokenCounts, Tool, Versus, WarningRow,
};
use crate::kernel::Seed;

/// Nothing was asked.
pub(super) fn empty() -> Summary {
    let scenario = ScenarioRef { name: "support-triage".into(), sha256: "ab12".repeat(16) };
    Summary {
        tool: Tool { name: "quorumbench".into(), version: "0.1.0".into() },
        ..Summary::empty(scenario, Seed(7))
    }
}

/// Four models, a vote that wins, and a cascade that does not.
pub(super) fn triage() -> Summary {
    let mut summary = empty();
    for (name, right, per_1k, p50, versus) in [
        ("flash", 0.685, 0.0311, 402.0, Some((-0.045, -0.09, 0.0, 0.06))),
        ("haiku", 0.702, 0.248, 655.0, Some((-0.028, -0.071, 0.015, 0.23))),
        ("mini", 0.71, 0.0624, 812.0, Some((-0.02, -0.062, 0.022, 0.4))),
        ("opus", 0.734, 4.87, 1903.0, Some((0.004, 0.0, 0.009, 0.5))),
    ] {
        add_model(&mut summary, "triage", name, measures(224, right, per_1k, p50));
        if let Some(single) = summary.policies.last_mut() {
            single.versus = versus.map(difference);
        }
    }
    let mut trio = policy("triage", "trio", "vote", measures(224, 0.751, 0.342, 830.0));
    trio.members = ["flash", "haiku", "mini"].map(Into::into).into();
    trio.versus = Some(difference((0.021, 0.004, 0.038, 0.014)));
    let mut saver = policy("triage", "saver", "cascade", measures(224, 0.742, 1.21, 850.0));
    saver.members = ["trio", "opus"].map(Into::into).into();
    saver.rungs = BTreeMap::from([("trio".into(), 180), ("opus".into(), 44)]);
    saver.versus = Some(difference((0.012, -0.006, 0.03, 0.21)));
    let mut best =
        policy("triage", "best-single", "best-single", measures(224, 0.73, 4.69, 1890.0));
    best.rungs = BTreeMap::from([("mini".into(), 30), ("opus".into(), 194)]);
    summary.policies.extend([saver, best, trio]);
    for (category, n) in [("billing", 40), ("outage", 24)] {
        for policy in ["best-single", "saver", "trio"] {
            summary.categories.push(CategoryRow {
                task: "triage".into(),
                policy: policy.into(),
                category: category.into(),
                counts: counts(n),
                accuracy: Some(estimate(0.75, n)),
                accuracy_of_all: Some(estimate(0.75, n)),
            });
        }
    }
    summary.pairs = vec![pair("flash", "haiku", Some(0.41)), pair("flash", "mini", Some(0.58))];
    summary.ceiling.push(CeilingRow {
        task: "triage".into(),
        n: 224,
        any_right: 0.906,
        all_wrong: 0.094,
        effective_votes: Some(1.62),
    });
    summary.diversity.push(diversity("triage"));
    summary.gains.push(gain("triage", "trio"));
    summary.contributions.extend(
        [("flash", 0.0, 0.22), ("haiku", -0.014, 0.19), ("mini", 0.02, 0.32)].map(
            |(member, adds, shapley)| ContributionRow {
                shapley: Some(shapley),
                ..contribution("triage", "trio", member, adds)
            },
        ),
    );
    summary.warnings.push(WarningRow {
        kind: "price_assumed".into(),
        on: "mini".into(),
        text: "the price of mini is assumed, so its cost is an estimate".into(),
    });
    summary
}

/// Two tasks, names that break tables, figures that are unknown.
pub(super) fn hostile() -> Summary {
    let mut summary = triage();
    let long = "a-name-of-sixty-characters-that-says-too-much-about-the-model";
    for name in ["a|b", "line\nbreak", "comma, \"quote\"", long, "größe-大模型-😀", "@cache"]
    {
        add_model(&mut summary, "reading|2", name, measures(60, 0.9, 0.2, 12000.0));
    }
    if let Some(row) = summary.models.last_mut() {
        row.measures.counts = Counts { asked: 60, failed: 60, ..Counts::default() };
        row.measures.failures = BTreeMap::from([("timed-out".into(), 60)]);
        row.measures.accuracy = None;
        row.measures.accuracy_of_all = None;
        row.measures.latency_ms = None;
        row.measures.cost_usd = None;
        row.measures.tokens = None;
    }
    if let Some(row) = summary.models.first_mut() {
        row.measures.cost_usd = None;
    }
    summary.gates = vec![gate("not|worse\n\u{1}")];
    let mut vote = policy("reading|2", "vote|of\nall", "vote", measures(60, 0.9, 0.9, 13000.0));
    vote.versus = Some(difference((0.0, -0.02, 0.02, 1.0)));
    vote.measures.cost_usd = None;
    let mut best = policy("reading|2", "best-single", "best-single", measures(60, 0.9, 0.2, 1.0));
    best.rungs = BTreeMap::from([(long.into(), 60)]);
    summary.policies.extend([vote, best]);
    summary.pairs.push(pair("a|b", "line\nbreak", None));
    summary.gains.push(gain("reading|2", "vote|of\nall"));
    summary.contributions.push(contribution("reading|2", "vote|of\nall", "a|b", -0.02));
    summary.warnings.push(WarningRow {
        kind: "failed_calls".into(),
        on: "@cache".into(),
        text: "60 of 60 calls to @cache failed;\nthey count as not served, <b>not</b> as wrong"
            .into(),
    });
    summary
}

/// A difference to the baseline: (point, low, high, p).
pub(super) fn difference((point, low, high, p): (f64, f64, f64, f64)) -> Versus {
    Versus {
        policy: "best-single".into(),
        metric: "accuracy".into(),
        difference: Estimate {
            point,
            low,
            high,
            level: 0.95,
            n: 224,
            method: "paired bootstrap".into(),
        },
        p,
        wins: 9,
        losses: 5,
        p_holm: None,
        simultaneous: None,
        detectable: None,
    }
}

/// A policy that nothing else is known of.
pub(super) fn policy(task: &str, name: &str, kind: &str, measures: Measures) -> PolicyRow {
    let asked = measures.counts.asked;
    PolicyRow {
        task: task.into(),
        policy: name.into(),
        kind: kind.into(),
        members: Vec::new(),
        measures,
        calls_per_item: Some(1.0),
        strong_share: None,
        tied: 0,
        rungs: BTreeMap::from([(name.into(), asked)]),
        fitting: Fitting::Nothing,
        in_sample: None,
        flips: None,
        versus: None,
    }
}

/// Figures of a model that answered all but two items.
pub(super) fn measures(n: u64, right: f64, per_1k: f64, p50: f64) -> Measures {
    Measures {
        counts: counts(n),
        failures: BTreeMap::from([("timed-out".into(), 2)]),
        accuracy: Some(estimate(right, n - 2)),
        accuracy_of_all: Some(estimate(right * (n - 2) as f64 / n as f64, n)),
        cost_usd: Some(Cost { total: per_1k * n as f64 / 1e3, per_1k: Some(per_1k), unsent: 0 }),
        tokens: Some(TokenCounts { input: 120 * n, output: 2 * n }),
        latency_ms: Some(Quantiles {
            p50,
            p90: p50 * 2.0,
            p95: p50 * 2.5,
            p99: p50 * 4.0,
            mean: p50 * 1.1,
        }),
        ttft_ms: None,
        tokens_per_second: None,
    }
}

/// A model, and the policy that asks it alone.
fn add_model(summary: &mut Summary, task: &str, name: &str, measures: Measures) {
    let row = ModelRow { task: task.into(), model: name.into(), measures };
    summary.policies.push(policy(task, name, "single", row.measures.clone()));
    summary.models.push(row);
}

fn counts(n: u64) -> Counts {
    Counts { asked: n, answered: n - 2, failed: 2, ..Counts::default() }
}

fn estimate(point: f64, n: u64) -> Estimate {
    let (low, high) = (point - 0.06, (point + 0.055).min(1.0));
    Estimate { point, low, high, level: 0.95, n, method: "wilson".into() }
}

fn pair(a: &str, b: &str, phi: Option<f64>) -> PairRow {
    PairRow {
        task: if a == "flash" { "triage".into() } else { "reading|2".into() },
        a: a.into(),
        b: b.into(),
        n: 220,
        both_right: 130,
        only_a: 20,
        only_b: 25,
        neither: 45,
        phi,
        q: phi.map(|phi| phi + 0.2),
        same_wrong_answer: phi.map(|_| 0.5),
        same_wrong_by_chance: phi.map(|_| 1.0 / 6.0),
        disagreement: Some(45.0 / 220.0),
        double_fault: Some(45.0 / 220.0),
        kappa: phi,
    }
}

fn diversity(task: &str) -> DiversityRow {
    DiversityRow {
        task: task.into(),
        n: 220,
        mean_phi: Some(0.46),
        same_wrong_answer: Some(0.5),
        same_wrong_by_chance: Some(1.0 / 6.0),
        all_wrong: Some(0.094),
        all_wrong_if_independent: Some(0.0061),
        majority_right: Some(0.74),
        majority_if_independent: Some(0.81),
        plurality_if_independent: Some(0.881),
        entropy: Some(0.31),
        kohavi_wolpert: Some(0.08),
        generalised_diversity: Some(0.33),
        n_answered: 214,
        fleiss_kappa: Some(0.52),
        krippendorff_alpha: Some(0.53),
    }
}

fn gain(task: &str, policy: &str) -> GainRow {
    GainRow {
        task: task.into(),
        policy: policy.into(),
        baseline: "best-single".into(),
        n: 224,
        both_right: 160,
        rescued: 9,
        overruled: 3,
        lost_to_ties: 2,
        no_answer: 0,
        both_wrong_reachable: 12,
        out_of_reach: 38,
        difference: 4.0 / 224.0,
    }
}

fn contribution(task: &str, policy: &str, member: &str, adds: f64) -> ContributionRow {
    let Versus { difference, p, wins, losses, .. } =
        difference((adds, adds - 0.018, adds + 0.018, 0.12));
    let (task, policy, member) = (task.into(), policy.into(), member.into());
    ContributionRow { task, policy, member, difference, p, wins, losses, shapley: None }
}

/// A gate that is passed.
pub(super) fn gate(name: &str) -> GateRow {
    GateRow {
        name: name.into(),
        outcome: GateOutcome::Passed,
        passed: Some(true),
        observed: Some(0.012),
        required: -0.02,
        condition: "at_least".into(),
        bound: "lower".into(),
        task: "triage".into(),
        of: "trio".into(),
        versus: Some("best-single".into()),
        baseline: None,
        metric: "accuracy".into(),
        estimate: Some(Estimate {
            point: 0.012,
            low: -0.003,
            high: 0.027,
            level: 0.95,
            n: 224,
            method: "paired bonett-price".into(),
        }),
        needed_n: None,
    }
}
