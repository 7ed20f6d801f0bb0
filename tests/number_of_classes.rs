//! What the number of possible answers does to a weighted vote, on questions that list none.
//!
//! The weight ln(p (K - 1) / (1 - p)) needs K. Where a question lists no answers, K is how many
//! different ones were given, at least 2. On GSM8K one of three models answered half of the
//! questions only, and is right on 49 % of all: at K = 2 that is worse than chance and weighs
//! nothing, at K = 3 and more it is better than chance and weighs something. The golden file knows
//! a K of 3 or more on every question, since any such K gives its figure, and none gives ours.

#[path = "support/answers.rs"]
mod answers;
#[path = "support/command.rs"]
mod command;
#[path = "support/figures.rs"]
mod figures;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use answers::Answers;
use figures::{accuracy, assert_points, golden, number, policy_row, whole};
use quorumbench::kernel::Probability;
use quorumbench::vote::{Fitted, log_odds};

const TRIO: [&str; 3] =
    ["gpt-4o-mini-2024-07-18", "claude-3-5-haiku-20241022", "gemini-1.5-flash-exp-0827"];

/// K of a question on which so many different answers were given.
type Classes = fn(usize) -> u32;

#[test]
fn a_model_that_answers_half_the_questions_weighs_something_only_among_three_answers() {
    let Some(answers) = Answers::read("gsm8k_zeroeval") else { return };
    let golden = &golden("real_ensembles.json")["gsm"]["small3"];
    assert_eq!(answers.items.len() as u64, whole(&golden["n"]));
    let wanted = number(&golden["log_odds_weighted"]["acc"]);
    let given: Classes = |n_given| n_given.max(2) as u32;
    for classes in [|_| 3, |_| 5, |_| 10, |_| 1000, |n_given| n_given as u32 + 2] as [Classes; 5] {
        assert_points(weighted(&answers, classes), wanted, 1e-6, "at a K of 3 or more");
    }
    // Whoever weighs nothing breaks no tie, so that the better of the other two decides alone.
    let best_single = number(&golden["best_single_crossfit"][1]);
    assert_points(weighted(&answers, given), best_single, 1e-6, "at the K that was given");
    let policies = [format!("weighted: {{ vote: {{ members: {TRIO:?}, rule: weighted }} }}")];
    let summary = answers.evaluate(&TRIO, &policies);
    let got = accuracy(policy_row(&summary, "weighted"));
    assert_points(got, best_single, 1e-6, "as the command has it");
}

/// The accuracy of the weighted vote, its weights from the other half of the questions, by even
/// and odd place as in the golden file.
fn weighted(answers: &Answers, classes: Classes) -> f64 {
    let is_right =
        |model: &str, (id, target): &(String, String)| answers.answer(model, id) == target;
    let mut n_right = 0;
    for half in [0, 1] {
        let known: Vec<_> = answers.items.iter().skip(1 - half).step_by(2).collect();
        let fitted = TRIO.map(|model| {
            let n_right = known.iter().filter(|item| is_right(model, item)).count();
            let share = n_right as f64 / known.len() as f64;
            let accuracy = Probability::try_from(share).expect("a share");
            Fitted { accuracy, n_items: known.len() as u64 }
        });
        for item in answers.items.iter().skip(half).step_by(2) {
            let given = TRIO.map(|model| answers.answer(model, &item.0));
            let different: BTreeSet<&str> =
                given.into_iter().filter(|answer| !answer.is_empty()).collect();
            let k = classes(different.len());
            let mut behind: BTreeMap<&str, f64> = BTreeMap::new();
            for (answer, fitted) in given.into_iter().zip(fitted) {
                if !answer.is_empty() {
                    *behind.entry(answer).or_default() += log_odds(Some(fitted), k);
                }
            }
            let top = behind.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
            n_right += usize::from(top.is_some_and(|(answer, _)| answer == item.1));
        }
    }
    n_right as f64 / answers.items.len() as f64
}
