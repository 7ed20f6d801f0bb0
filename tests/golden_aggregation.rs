//! The rules that learn from the votes alone, against numbers that crowd-kit computed.
//!
//! crowd-kit breaks ties for the label that sorts first, so that its labels are the first of our
//! leaders. Its rule when to stop is not ours: every fit here does as many rounds as its fit did.

#[path = "support/golden_votes.rs"]
mod golden_votes;
mod support;

use std::collections::BTreeMap;

use golden_votes::{CLOSE, Case, near, number, numbers, strings, whole};

use quorumbench::stats::{BradleyTerry, Preference};
use quorumbench::vote::{
    Annotator, Beliefs, DawidSkene, Glad, Iterations, Mace, MaceMethod, OneCoin, Tolerance, Wawa,
    agreement, shares, weighted_shares,
};
use serde_json::Value;

/// What the golden files ask of counts and of MACE.
const EXACT: f64 = 1e-12;
/// What they ask of GLAD, whose abilities crowd-kit's search finds to about this.
const ROUGH: f64 = 1e-2;

#[test]
fn every_figure_of_the_cases_is_that_of_crowd_kit() {
    let Some(path) = support::shared("golden/aggregation_crowdkit.json") else { return };
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    let golden: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    let mut names = Vec::new();
    for case in golden["cases"].as_array().expect("cases") {
        // The other case compares pairs, which is no vote among labels: see below.
        if case["rows_task_worker_label"].is_array() {
            names.push(case["name"].as_str().expect("a name"));
            check(&Case::read(case), case);
        }
    }
    assert_eq!(names, ["toy_ysda", "abc_12x5_missing2", "ties_crowdkit_convention"]);
}

/// crowd-kit means to stop when strengths change by less than 1e-5 in a round, but keeps the old
/// ones under the name of the new ones, sees no change, and always ends after the second round.
/// What its two rounds come to is matched; the strengths that all rounds lead to are held, beside
/// their code, by the equations of the maximum.
#[test]
fn strengths_by_pairs_are_those_of_crowd_kit_after_its_two_rounds() {
    let Some(path) = support::shared("golden/aggregation_crowdkit.json") else { return };
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    let golden: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    let mut cases = golden["cases"].as_array().expect("cases").iter();
    let case = cases.find(|case| case["name"] == "bradley_terry").expect("the case");
    let scores = case["expected"]["scores"].as_object().expect("scores");
    let options: Vec<&String> = scores.keys().collect();
    let position = |name: &String| options.iter().position(|it| *it == name).expect(name);
    let preference = |row: &Value| {
        let [left, right, chosen] = [1, 2, 3].map(|at| strings(row)[at].clone());
        let (winner, loser) = if chosen == left { (&left, &right) } else { (&right, &left) };
        Preference { winner: position(winner), loser: position(loser), weight: 1.0 }
    };
    let rows = case["rows_worker_left_right_winner"].as_array().expect("rows");
    let preferences: Vec<Preference> = rows.iter().map(preference).collect();
    let strengths = |rounds| {
        let model = BradleyTerry { rounds, ..BradleyTerry::default() };
        model.strengths(options.len(), &preferences).expect("everybody won and lost")
    };
    for ((option, wanted), got) in scores.iter().zip(strengths(2)) {
        near(got, wanted, EXACT, option);
    }
    // The order is the same in the end, but not the strengths: the best one gains five points.
    let settled = strengths(BradleyTerry::default().rounds);
    assert!(settled.is_sorted_by(|a, b| a > b), "{settled:?}");
    assert!(settled[0] > number(&scores["a"]) + 0.05, "{settled:?}");
}

fn check(case: &Case, golden: &Value) {
    let mut right_shares = BTreeMap::new();
    for (key, expected) in golden["expected"].as_object().expect("expected values") {
        let rounds: String = key.chars().filter(char::is_ascii_digit).collect();
        let rounds = rounds.parse().ok().or(expected["n_iter_run"].as_u64()).unwrap_or(0) as u32;
        let beliefs = match key.split("_iter").next().expect("a name") {
            "majority_vote" => majority(case, expected),
            "weighted_majority_vote" => weighted(case, expected),
            "wawa" => wawa(case, expected),
            "zero_based_skill" => zero_based_skill(case, expected),
            "dawid_skene" | "dawid_skene_default" => dawid_skene(case, expected, rounds),
            "one_coin" | "one_coin_default" => one_coin(case, expected, rounds),
            "glad_default" => glad(case, expected),
            "glad_first_e_step" => glad_first_e_step(case, expected),
            "mace_vb" => mace(case, expected, MaceMethod::Vb, rounds),
            "mace_em" => mace(case, expected, MaceMethod::Em, rounds),
            "_accuracy_vs_gold" => continue,
            _ => panic!("{}: nothing checks {key}", case.name),
        };
        case.check_labels(&beliefs, expected, key);
        if golden["gold"].is_object() {
            right_shares.insert(key.clone(), case.right_share(&beliefs, &golden["gold"]));
        }
    }
    for (key, share) in golden["expected"]["_accuracy_vs_gold"].as_object().into_iter().flatten() {
        assert_eq!(right_shares[key], number(share), "{}: accuracy of {key}", case.name);
    }
}

fn majority(case: &Case, expected: &Value) -> Beliefs {
    let beliefs = shares(&case.votes);
    case.check_beliefs(&beliefs, expected, EXACT);
    if expected["skills"].is_object() {
        let skills = agreement(&case.votes, &case.on_first_leaders(&beliefs));
        case.check_voters(&skills, &expected["skills"], EXACT);
    }
    beliefs
}

fn weighted(case: &Case, expected: &Value) -> Beliefs {
    let weight = |voter: &String| number(&expected["weights"][voter]);
    let weights: Vec<f64> = case.voters.iter().map(weight).collect();
    let beliefs = weighted_shares(&case.votes, &weights);
    case.check_beliefs(&beliefs, expected, EXACT);
    beliefs
}

/// By crowd-kit's tie rule; ours, which shares ties, differs from it exactly where an item ties.
fn wawa(case: &Case, expected: &Value) -> Beliefs {
    let plurality = shares(&case.votes);
    let skills = agreement(&case.votes, &case.on_first_leaders(&plurality));
    case.check_voters(&skills, &expected["skills"], EXACT);
    let beliefs = weighted_shares(&case.votes, &known(&skills));
    case.check_beliefs(&beliefs, expected, EXACT);
    let ours = Wawa {}.fit(&case.votes).agreements;
    for (voter, (ours, theirs)) in std::iter::zip(known(&ours), known(&skills)).enumerate() {
        let n_voted = case.votes.n_by_voter()[voter] as f64;
        let n_ties = case.tied_votes(&plurality, voter) as f64;
        assert!((ours - theirs).abs() <= n_ties / n_voted + EXACT, "voter {voter}");
    }
    beliefs
}

/// No rule of ours, but made of the same counts: agreement with a vote weighted by agreement.
fn zero_based_skill(case: &Case, expected: &Value) -> Beliefs {
    let params = &expected["params"];
    let mut rate = number(&params["lr_init"]);
    let start = 1.0 / case.labels.len() as f64 + number(&params["eps"]);
    let mut skills = vec![start; case.voters.len()];
    for round in 1..=whole(&params["n_iter"]) {
        if round % whole(&params["lr_steps_to_reduce"]) == 0 {
            rate *= number(&params["lr_reduce_factor"]);
        }
        let vote = case.on_first_leaders(&weighted_shares(&case.votes, &skills));
        for (skill, share) in std::iter::zip(&mut skills, agreement(&case.votes, &vote)) {
            *skill += rate * (share.expect("everybody voted") - *skill);
        }
    }
    let wanted: Vec<Option<f64>> = skills.iter().copied().map(Some).collect();
    case.check_voters(&wanted, &expected["skills"], EXACT);
    let beliefs = weighted_shares(&case.votes, &skills);
    case.check_beliefs(&beliefs, expected, EXACT);
    beliefs
}

fn dawid_skene(case: &Case, expected: &Value, rounds: u32) -> Beliefs {
    let fit = |rounds| {
        let rule = DawidSkene { iterations: iterations(rounds), tolerance: never() };
        rule.fit(&case.votes).expect("shared labels")
    };
    let fitted = fit(rounds);
    case.check_beliefs(&fitted.beliefs, expected, CLOSE);
    case.check_priors(&fitted.priors, &expected["priors"]);
    for (voter, of_voter) in
        expected["errors_worker_observed_true"].as_object().into_iter().flatten()
    {
        let chances = fitted.confusions[case.voter(voter)].as_ref().expect("everybody voted");
        for (given, of_given) in of_voter.as_object().expect("labels that it gave") {
            for (right, chance) in of_given.as_object().expect("labels") {
                let got = chances[case.label(right)][case.label(given)];
                near(got, chance, CLOSE, &format!("{}: {voter}, {given} for {right}", case.name));
            }
        }
    }
    for (round, loss) in (1..).zip(expected["loss_history"].as_array().into_iter().flatten()) {
        let fitted = fit(round);
        let chance = |voter: usize, given: usize, right: usize| {
            fitted.confusions[voter].as_ref().expect("everybody voted")[right][given]
        };
        let bound = case.crowd_kit_bound(&fitted.beliefs, &fitted.priors, chance);
        near(bound, loss, CLOSE, &format!("{}: bound after round {round}", case.name));
    }
    fitted.beliefs
}

fn one_coin(case: &Case, expected: &Value, rounds: u32) -> Beliefs {
    let fit =
        |rounds| OneCoin { iterations: iterations(rounds), tolerance: never() }.fit(&case.votes);
    let fitted = fit(rounds);
    case.check_beliefs(&fitted.beliefs, expected, CLOSE);
    case.check_voters(&fitted.accuracies, &expected["skills"], CLOSE);
    case.check_priors(fitted.priors.as_ref().expect("shared labels"), &expected["priors"]);
    for (round, loss) in (1..).zip(expected["loss_history"].as_array().into_iter().flatten()) {
        let fitted = fit(round);
        let accuracies = known(&fitted.accuracies);
        let n_wrong = case.labels.len() as f64 - 1.0;
        let chance = |voter: usize, given: usize, right: usize| {
            let is_right = given == right;
            let accuracy = accuracies[voter];
            let chance = if is_right { accuracy } else { (1.0 - accuracy) / n_wrong };
            chance.clamp(1e-10, 1.0 - 1e-10)
        };
        let priors = fitted.priors.as_ref().expect("shared labels");
        let bound = case.crowd_kit_bound(&fitted.beliefs, priors, chance);
        near(bound, loss, CLOSE, &format!("{}: bound after round {round}", case.name));
    }
    fitted.beliefs
}

fn glad(case: &Case, expected: &Value) -> Beliefs {
    let losses = expected["loss_history"].as_array().expect("a loss of each round");
    let rule = Glad { iterations: iterations(losses.len() as u32), tolerance: never() };
    let fitted = rule.fit(&case.votes);
    case.check_beliefs(&fitted.beliefs, expected, ROUGH);
    case.check_voters(&fitted.alphas, &expected["alphas"], ROUGH);
    let betas = expected["betas"].as_object().expect("an ease of each item");
    assert_eq!(betas.len(), case.items.len(), "{}: items", case.name);
    for (item, beta) in betas {
        let got = fitted.log_betas[case.item(item)].expect("everything was voted on");
        near(got, beta, ROUGH, &format!("{}: ease of {item}", case.name));
    }
    // Where learning ends by itself, it ends near there too.
    let settled = Glad::default().fit(&case.votes);
    case.check_beliefs(&settled.beliefs, expected, ROUGH);
    fitted.beliefs
}

fn glad_first_e_step(case: &Case, expected: &Value) -> Beliefs {
    let rule = Glad { iterations: iterations(1), tolerance: never() };
    let beliefs = rule.beliefs(&case.votes);
    case.check_beliefs(&beliefs, expected, EXACT);
    beliefs
}

fn mace(case: &Case, expected: &Value, method: MaceMethod, rounds: u32) -> Beliefs {
    let init = &expected["init"];
    assert_eq!(strings(&init["workers"]), case.voters, "{}", case.name);
    assert_eq!(strings(&init["labels"]), case.labels, "{}", case.name);
    let start = |voter: usize| Annotator {
        spamming: number(&init["spamming"][voter][0]),
        knowing: number(&init["spamming"][voter][1]),
        strategy: numbers(&init["thetas"][voter]),
    };
    let start = (0..case.voters.len()).map(start).collect();
    let rule = Mace { method, iterations: iterations(rounds) };
    let fitted = rule.fit_from(&case.votes, start).expect("shared labels");
    case.check_beliefs(&fitted.beliefs, expected, EXACT);
    for (voter, chances) in expected["spamming"].as_object().expect("chances of each voter") {
        let annotator = fitted.annotators[case.voter(voter)].as_ref().expect("everybody voted");
        near(annotator.spamming, &chances[0], EXACT, &format!("{}: {voter} spams", case.name));
        near(annotator.knowing, &chances[1], EXACT, &format!("{}: {voter} knows", case.name));
        for (label, habit) in expected["thetas"][voter].as_object().expect("habits") {
            let got = annotator.strategy[case.label(label)];
            near(got, habit, EXACT, &format!("{}: {voter} says {label}", case.name));
        }
    }
    fitted.beliefs
}

fn iterations(rounds: u32) -> Iterations {
    Iterations::try_from(rounds).expect("a number of rounds")
}

/// The tolerance with which every round is done.
fn never() -> Tolerance {
    Tolerance::try_from(0.0).expect("a tolerance")
}

fn known(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().map(|value| value.expect("everybody voted")).collect()
}
