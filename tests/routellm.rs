//! Routers between a strong and a weak model on the answers that `RouteLLM` published, as others
//! have computed them.

#[path = "support/golden.rs"]
mod golden;
mod support;

use std::collections::BTreeMap;

use golden::{assert_close, golden, list, number, numbers, whole};
use quorumbench::analysis::routing::{GapCurve, Routed};
use quorumbench::exchange::import;
use quorumbench::stats::quantile;
use quorumbench::task::dataset::{self, Fields};
use serde_json::Value;

const STRONG: &str = "gpt-4-1106-preview";
const WEAK: &str = "mixtral-8x7b-instruct-v0.1";

/// Sums of as many shares as there are items, in another order.
const EXACT: f64 = 1e-9;

/// An item that is routed, and what comes of it.
struct Asked {
    n_chars: f64,
    subject: String,
    strong: f64,
    weak: f64,
}

#[test]
fn routers_by_length_are_those_of_the_golden_file() {
    for (set, key) in [("routellm_mmlu", "mmlu"), ("routellm_gsm8k", "gsm8k")] {
        let Some((asked, golden)) = read(set, key) else { return };
        assert_eq!(asked.len() as u64, whole(&golden["n"]), "{set}");
        let longest: Vec<f64> = asked.iter().map(|it| it.n_chars).collect();
        check(&asked, &longest, &golden["prompt_length_chars"], 0.0, set);
        let shortest: Vec<f64> = longest.iter().map(|n_chars| -n_chars).collect();
        check(&asked, &shortest, &golden["minus_length"], 0.0, set);
    }
}

#[test]
fn a_perfect_router_is_that_of_the_golden_file() {
    for (set, key) in [("routellm_mmlu", "mmlu"), ("routellm_gsm8k", "gsm8k")] {
        let Some((asked, golden)) = read(set, key) else { return };
        let golden = &golden["oracle_exact"];
        let n = asked.len() as f64;
        let share = |is: fn(&&Asked) -> bool| asked.iter().filter(is).count() as f64 / n;
        let (weak, strong) = (share(|it| it.weak == 1.0), share(|it| it.strong == 1.0));
        let only_strong = share(|it| it.strong > it.weak);
        let best = weak + only_strong;
        let points =
            [(0.0, weak), (only_strong, best), (1.0 - (best - strong), best), (1.0, strong)];
        for (at, (x, y)) in points.iter().enumerate() {
            assert_close(Some(*x), &golden["x"][at], &format!("{set}: share of calls {at}"));
            assert_close(Some(*y), &golden["y"][at], &format!("{set}: quality {at}"));
        }
        let routed = points.map(|(strong_share, quality)| Routed { strong_share, quality });
        let curve = GapCurve::new(&routed).expect("from never to always");
        let percent = |share| curve.calls_to_recover(share).map(|calls| 100.0 * calls);
        for (got, key) in
            [(curve.mean_gap_recovered(), "APGR"), (percent(0.5), "CPT50"), (percent(0.8), "CPT80")]
        {
            assert_close(got, &golden[key], &format!("{set}, {key}"));
        }
    }
}

/// By how much the strong model is better in the item's subject. Items of a subject are ranked by
/// their place, of which the golden file says nothing: in the second case this decides whether one
/// item or another of a subject is asked, and moves one of the points by that item.
#[test]
fn routers_by_subject_are_those_of_the_golden_file() {
    let Some((asked, golden)) = read("routellm_mmlu", "mmlu") else { return };
    let every = gains(asked.iter());
    let [even, odd] = [0, 1].map(|half| gains(asked.iter().skip(half).step_by(2)));
    let by = |gain: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..asked.len()).map(|at| gain(at) + 1e-9 * at as f64).collect()
    };
    let in_sample = by(&|at| every[asked[at].subject.as_str()]);
    check(&asked, &in_sample, &golden["domain_router_in_sample"], 0.0, "in sample");
    // The subjects' gains come from the other half.
    let held_out = by(&|at| if at % 2 == 0 { &odd } else { &even }[asked[at].subject.as_str()]);
    let one_item = 1.0 / asked.len() as f64;
    check(&asked, &held_out, &golden["domain_router_2fold_even_odd"], one_item, "held out");
}

/// What the strong model gains by subject.
fn gains<'a>(asked: impl Iterator<Item = &'a Asked>) -> BTreeMap<&'a str, f64> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for it in asked {
        let (gained, n) = sums.entry(&it.subject).or_default();
        *gained += it.strong - it.weak;
        *n += 1.0;
    }
    sums.into_iter().map(|(subject, (gained, n))| (subject, gained / n)).collect()
}

/// The strong model is asked where the key reaches each decile of the keys, as in `RouteLLM`.
/// `slack` is how far one of the points may be off.
fn check(asked: &[Asked], keys: &[f64], golden: &Value, slack: f64, what: &str) {
    let mut sorted = keys.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = asked.len() as f64;
    let at_least = |threshold: f64| {
        let is_strong: Vec<bool> = keys.iter().map(|key| *key >= threshold).collect();
        let score = |(it, is_strong): (&Asked, &bool)| if *is_strong { it.strong } else { it.weak };
        let quality = asked.iter().zip(&is_strong).map(score).sum::<f64>() / n;
        let strong_share = is_strong.iter().filter(|is_strong| **is_strong).count() as f64 / n;
        Routed { strong_share, quality }
    };
    let mut points = vec![at_least(f64::INFINITY)];
    let deciles = (0..10).rev().map(|tenth| f64::from(tenth) / 10.0);
    points.extend(deciles.map(|p| at_least(quantile(&sorted, p).expect("a threshold"))));
    let mut n_off = 0;
    for (got, wanted) in points.iter().zip(list(&golden["points"])) {
        let percents = numbers(wanted);
        let (calls, quality) = (percents[0] / 100.0, percents[1] / 100.0);
        assert!((got.strong_share - calls).abs() < EXACT, "{what}: {got:?}, not {wanted}");
        let off = (got.quality - quality).abs();
        assert!(off < slack + EXACT, "{what}: {got:?} is not {wanted}");
        n_off += usize::from(off > EXACT);
    }
    assert!(n_off <= usize::from(slack > 0.0), "{what}: {n_off} points are off");
    let curve = GapCurve::new(&points).expect("from never to always");
    // A point that is off moves a tenth of the area.
    let of_area = slack / 10.0 + EXACT;
    let gap = points[10].quality - points[0].quality;
    let area = number(&golden["AUC"]) / 100.0;
    assert!((curve.mean_quality() - area).abs() < of_area, "{what}: {}", curve.mean_quality());
    let (got, wanted) = (curve.mean_gap_recovered().expect("a gap"), number(&golden["APGR"]));
    assert!((got - wanted).abs() < of_area / gap + EXACT, "{what}: {got} is not {wanted}");
    for (share, wanted) in golden["CPT"].as_object().expect("thresholds") {
        let share: f64 = share.parse().expect("a share");
        let got = 100.0 * curve.calls_to_recover(share).expect("it is reached");
        assert!((got - number(wanted)).abs() < 1e-6, "{what}, {share}: {got} is not {wanted}");
    }
}

/// The items that the source does not set aside, with the golden figures; `None` where the data is
/// not here.
fn read(set: &str, key: &str) -> Option<(Vec<Asked>, Value)> {
    let golden = golden("public_data_numbers.json")?["routellm"][key].clone();
    let folder = support::shared(&format!("data/{set}"))?;
    let items = dataset::load(&folder.join("questions.jsonl"), &Fields::default());
    let in_csv = folder.join("answers.csv.gz");
    let answers = if in_csv.exists() { in_csv } else { folder.join("answers.jsonl") };
    let rows = import::read(&[answers]).expect("recorded answers").rows;
    let verdicts: BTreeMap<(&str, &str), bool> = rows
        .iter()
        .map(|row| ((row.id.as_str(), row.model.as_str()), row.correct.expect("a verdict")))
        .collect();
    let asked = |item: &quorumbench::data::Item| {
        let score = |model| f64::from(u8::from(verdicts[&(item.id.as_str(), model)]));
        let question = item.input.as_deref().expect("a question");
        Asked {
            n_chars: question.chars().count() as f64,
            subject: item.category.clone().expect("a subject"),
            strong: score(STRONG),
            weak: score(WEAK),
        }
    };
    let row = |it: &quorumbench::data::Item| serde_json::from_str::<Value>(&it.row).expect("a row");
    let kept = items.expect("questions").into_iter().filter(|it| row(it)["contaminated"] == false);
    Some((kept.map(|item| asked(&item)).collect(), golden))
}
