//! Votes of independent members, their weights and when to stop, against numpy and scipy.

mod support;

use quorumbench::data::AnswerIdx;
use quorumbench::kernel::Probability;
use quorumbench::stats::chance_of_lead;
use quorumbench::vote::stop::{Beta, SoFar};
use quorumbench::vote::{Ballot, Fitted, StopRule, Tally, log_odds};
use serde_json::Value;

/// The most members for which every combination of right and wrong is tried.
const ENUMERABLE: usize = 12;

/// The file has negative weights for members who are worse than chance. Ours are 0 there, because
/// with more than two answers such a member says nothing of which other answer is right.
#[test]
fn weights_are_those_of_numpy_and_never_negative() {
    for case in cases("condorcet").iter().flatten() {
        let expected = numbers(&case["log_odds_weights"]);
        for (weight, expected) in weights(case).iter().zip(expected) {
            assert_close(*weight, expected.max(0.0), 1e-9, &case["p"]);
        }
    }
}

/// With K answers of which the wrong ones are equally likely, a weight grows by ln(K - 1).
#[test]
fn with_more_answers_everybody_counts_more() {
    for case in cases("condorcet").iter().flatten() {
        for (p, expected) in numbers(&case["p"]).iter().zip(numbers(&case["log_odds_weights"])) {
            for n_classes in [3_u32, 4, 10] {
                let grown = (expected + f64::from(n_classes - 1).ln()).max(0.0);
                assert_close(log_odds(known(*p), n_classes), grown, 1e-9, &case["p"]);
            }
        }
    }
}

#[test]
fn weighted_votes_are_right_as_often_as_the_best_possible() {
    let mut n_checked = 0;
    for case in cases("condorcet").iter().flatten() {
        let chances = numbers(&case["p"]);
        let best = &case["optimal_weighted"];
        if best.is_null() || chances.len() > ENUMERABLE {
            continue;
        }
        // Where nobody has a weight heads are counted, which is no better than a majority.
        let weights = weights(case);
        let weightless = weights.iter().all(|weight| *weight == 0.0);
        let expected = number(if weightless { &case["majority"] } else { best });
        assert_close(chance_of_right(&chances, &weights), expected, 1e-9, &case["p"]);
        n_checked += 1;
    }
    assert!(n_checked > 0 || cases("condorcet").is_none(), "no case was small enough");
}

#[test]
fn the_chance_to_stay_ahead_is_that_of_scipy_and_decides_when_to_stop() {
    for case in cases("adaptive_consistency_beta").iter().flatten() {
        let counts = [&case["top"], &case["second"]].map(|count| count.as_u64().expect("a count"));
        let chance = chance_of_lead(counts);
        assert_close(chance, number(&case["prob"]), 1e-10, case);
        let stops = stops_after(counts);
        assert_eq!(Some(stops), case["stop95"].as_bool(), "{case}");
    }
}

/// Whether the rule stops when two answers have that many ballots, in whatever order.
fn stops_after(counts: [u64; 2]) -> bool {
    let asked: Vec<Option<AnswerIdx>> = [0, 1]
        .into_iter()
        .flat_map(|answer| (0..counts[usize::from(answer)]).map(move |_| Some(AnswerIdx(answer))))
        .collect();
    let ballots: Vec<Ballot> = (0..asked.len())
        .filter_map(|voter| asked[voter].map(|answer| Ballot { voter, answer }))
        .collect();
    let tally = Tally::count(&ballots, &vec![1.0; asked.len()]);
    let so_far = SoFar { asked: &asked, tally: &tally, outstanding: &[1.0; 40] };
    StopRule::Beta(Beta::default()).stops(so_far)
}

/// The chance that the weighted vote is right with two answers, over all cases. A tie is none.
fn chance_of_right(chances: &[f64], weights: &[f64]) -> f64 {
    let of_case = |case: u32| {
        let is_right = |voter: usize| case >> voter & 1 == 1;
        let ballot = |voter| Ballot { voter, answer: AnswerIdx(u16::from(is_right(voter))) };
        let ballots: Vec<Ballot> = (0..chances.len()).map(ballot).collect();
        let won = Tally::count(&ballots, weights).leaders() == [AnswerIdx(1)];
        let chance = |voter| if is_right(voter) { chances[voter] } else { 1.0 - chances[voter] };
        if won { (0..chances.len()).map(chance).product() } else { 0.0 }
    };
    (0..1_u32 << chances.len()).map(of_case).sum()
}

/// Weights of members whose accuracy is known from so many items that no doubt is left.
fn weights(case: &Value) -> Vec<f64> {
    numbers(&case["p"]).iter().map(|p| log_odds(known(*p), 2)).collect()
}

fn known(p: f64) -> Option<Fitted> {
    let accuracy = Probability::try_from(p).expect("a chance");
    Some(Fitted { accuracy, n_items: 1_000_000_000 })
}

fn cases(name: &str) -> Option<Vec<Value>> {
    let path = support::shared("golden")?.join("votes_passk_power.json");
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    let golden: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    let cases = golden["cases"][name].as_array().expect("cases");
    assert!(!cases.is_empty(), "no case of {name}");
    Some(cases.clone())
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("numbers").iter().map(number).collect()
}

fn assert_close(got: f64, wanted: f64, relative: f64, what: &Value) {
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{what}: {got:e} is not {wanted:e}");
}
