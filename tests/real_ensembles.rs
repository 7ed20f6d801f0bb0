//! Ensembles of real models come out as others have computed them, and so does the luck of
//! choosing among many.

#[path = "support/answers.rs"]
mod answers;
#[path = "support/command.rs"]
mod command;
#[path = "support/figures.rs"]
mod figures;
#[path = "support/mmlu_pro.rs"]
mod mmlu_pro;
mod support;
#[path = "support/triples.rs"]
mod triples;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use answers::Answers;
use figures::{accuracy, assert_points, golden, number, policy_row, whole};
use quorumbench::kernel::Seed;
use rand::seq::index;
use serde_json::Value;
use triples::{best_on, bits, mean, share, triples};

/// How far figures may be from the golden ones.
#[derive(Debug, Clone, Copy)]
struct Tolerance {
    /// Points.
    accuracy: f64,
    /// Points.
    difference: f64,
    /// Points. The golden intervals are Wald's; Bonett and Price count one item more either way.
    ends: f64,
    /// Wins and losses.
    items: u64,
    /// Shares of items, correlations and effective votes.
    share: f64,
    /// The share of the same answer where both are wrong.
    same_wrong: f64,
}

/// The same items and answers: equal to the last digit given, but for how intervals are made. Of
/// two models some wrong answers read otherwise in the golden file, which moves `same_wrong`.
const GSM8K: Tolerance = Tolerance {
    accuracy: 1e-6,
    difference: 0.006,
    ends: 0.08,
    items: 0,
    share: 1e-9,
    same_wrong: 0.0045,
};

/// The golden figures are of 12,032 items. 42 of them had their key changed since and are not
/// here: 0.35 %, which could move a share by as much. What was measured is just below these.
const MMLU_PRO: Tolerance = Tolerance {
    accuracy: 0.205,
    difference: 0.085,
    ends: 0.085,
    items: 5,
    share: 0.003,
    same_wrong: 0.0025,
};

#[test]
fn ensembles_on_gsm8k_are_those_of_the_golden_file() {
    let Some(answers) = Answers::read("gsm8k_zeroeval") else { return };
    let golden = &golden("real_ensembles.json")["gsm"];
    let both = ["plurality_tie_best", "log_odds_weighted"];
    for name in ["frontier5", "frontier3", "small5"] {
        check_ensemble(&answers, name, &golden[name], &both, (GSM8K, &[]));
    }
    // By another number of classes than ours: see `tests/number_of_classes.rs`.
    check_ensemble(&answers, "small3", &golden["small3"], &both[..1], (GSM8K, &[]));
    // The golden halves disagree on which host of one model is best, so a few ties and the
    // baseline fall otherwise there than on five folds.
    let hosts = Tolerance { accuracy: 0.16, difference: 0.31, ends: 0.45, items: 6, ..GSM8K };
    let name = "same_model_3_providers";
    check_ensemble(&answers, name, &golden[name], &both[..1], (hosts, &[]));
}

#[test]
fn ensembles_on_mmlu_pro_are_those_of_the_golden_file() {
    let Some(answers) = mmlu_pro() else { return };
    let golden = &golden("real_ensembles.json")["mmlu_pro"];
    for name in ["mid5", "near_equal3"] {
        let both = ["plurality_tie_best", "log_odds_weighted"];
        check_ensemble(answers, name, &golden[name], &both, (MMLU_PRO, &[]));
    }
}

#[test]
fn ties_decide_as_much_on_mmlu_pro_as_the_golden_file_says() {
    let Some(answers) = mmlu_pro() else { return };
    let (ties, golden) = (golden("real_extras.json"), golden("real_ensembles.json"));
    for (name, ensemble) in [("top3", "top3_vendors"), ("small5", "small5")] {
        let golden = &golden["mmlu_pro"][ensemble];
        let (models, both) =
            (names(&golden["models"]), ["plurality_tie_best", "log_odds_weighted"]);
        let mut others = vec![
            vote("abstaining", "abstain", &models),
            vote("random", "random", &models),
            vote("first", "alphabetical", &models),
        ];
        if name == "top3" {
            for (name, ties) in [
                ("everybody", "accuracy"),
                ("abstaining", "abstain"),
                ("random", "random"),
                ("first", "alphabetical"),
            ] {
                others.push(vote(&format!("pair-{name}"), ties, &models[..2]));
            }
        }
        let summary = check_ensemble(answers, ensemble, golden, &both, (MMLU_PRO, &others));
        check_ties(&summary, "", &ties[name]);
        if name == "top3" {
            check_ties(&summary, "pair-", &ties["pair"]);
        }
    }
}

fn check_ties(summary: &Value, prefix: &str, golden: &Value) {
    for (policy, key, tolerance) in [
        ("everybody", "best", MMLU_PRO.accuracy),
        ("abstaining", "abstain_wrong", MMLU_PRO.accuracy),
        ("first", "lexi", MMLU_PRO.accuracy),
        // One draw for each of up to 3900 ties, of which each is right half the time at most:
        // three standard errors of 0.26 points.
        ("random", "random", 0.8),
    ] {
        let (row, what) =
            (policy_row(summary, &format!("{prefix}{policy}")), format!("{prefix}{key}"));
        assert_points(accuracy(row), number(&golden[key]), tolerance, &what);
        let tie_rate = number(&row["tied"]) / number(&row["asked"]);
        assert_points(tie_rate, number(&golden["tie_rate"]), MMLU_PRO.accuracy, &what);
    }
}

#[test]
fn small_models_fare_against_big_ones_on_gsm8k_as_in_the_golden_files() {
    let Some(answers) = Answers::read("gsm8k_zeroeval") else { return };
    assert_eq!(check_contests(&answers, "gsm", GSM8K), 5);
}

#[test]
fn small_models_fare_against_big_ones_on_mmlu_pro_as_in_the_golden_files() {
    let Some(answers) = mmlu_pro() else { return };
    assert_eq!(check_contests(answers, "mmlu_pro", MMLU_PRO), 7);
}

/// Checks the agreement cascades and the votes of small models, all against one big model at a
/// time; returns how many there are.
fn check_contests(answers: &Answers, prefix: &str, tolerance: Tolerance) -> usize {
    let (ensembles, votes) = (golden("real_ensembles.json"), golden("real_small_vs_big.json"));
    let mut by_rival: BTreeMap<&str, Vec<(Vec<&str>, &Value)>> = BTreeMap::new();
    for (name, wanted) in entries(&ensembles["agreement_cascade"], prefix) {
        let rival = wanted["big"].as_str().expect(name);
        by_rival.entry(rival).or_default().push((names(&wanted["cheap"]), wanted));
    }
    for (name, wanted) in entries(&votes, prefix) {
        let (_, contest) = name.split_once(": ").expect("a data set");
        let (small, rival) = contest.split_once(" vs ").expect("a rival");
        by_rival.entry(rival).or_default().push((small.split('+').map(renamed).collect(), wanted));
    }
    for (rival, contests) in &by_rival {
        let mut models: BTreeSet<&str> = BTreeSet::from([*rival]);
        let mut policies = Vec::new();
        for (at, (small, wanted)) in contests.iter().enumerate() {
            models.extend(small);
            let is_cascade = wanted["big"].is_string();
            let name = if is_cascade { format!("pair-{at}") } else { format!("small-{at}") };
            policies.push(vote(&name, "accuracy", small));
            if is_cascade {
                policies.push(format!(
                    "small-{at}: {{ cascade: {{ stages: [{name}, {rival:?}], accept: \
                     {{ agreement: 1.0 }} }} }}"
                ));
            }
        }
        let summary = answers.evaluate(&models.into_iter().collect::<Vec<_>>(), &policies);
        for (at, (small, wanted)) in contests.iter().enumerate() {
            let row = policy_row(&summary, &format!("small-{at}"));
            let what = format!("{small:?}, {rival}");
            check_contest(&summary, row, (rival, wanted), tolerance, &what);
        }
    }
    by_rival.values().map(Vec::len).sum()
}

fn check_contest(
    summary: &Value,
    row: &Value,
    (rival, wanted): (&str, &Value),
    tolerance: Tolerance,
    what: &str,
) {
    let of_vote = wanted["acc"].as_f64().or(wanted["ens"].as_f64()).expect("an accuracy");
    assert_points(accuracy(row), of_vote, tolerance.accuracy, what);
    if let Some(share) = wanted["big_calls_frac"].as_f64() {
        assert_points(number(&row["strong_share"]), share, tolerance.accuracy, what);
    }
    // Every item counts for both, so that the difference of accuracies is the paired one.
    let difference = accuracy(row) - accuracy(policy_row(summary, rival));
    let in_points = number(&wanted["diff_pts"]) / 100.0;
    assert_points(difference, in_points, tolerance.difference, what);
    // The interval is that to the best single model, which the rival need not be.
    let chosen = policy_row(summary, "best-single")["rungs"].as_object().expect("models");
    if chosen.keys().eq([rival]) {
        let ends = if wanted["ci95"].is_array() { &wanted["ci95"] } else { &wanted["ci95_pts"] };
        check_ends(row, ends, tolerance, what);
    }
}

const N_DRAWS: usize = 200;

/// And what is claimed of it by cross-fitting is not: `docs/recommend.md` has the table.
#[test]
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn the_best_of_220_triples_is_flattered_by_being_chosen() {
    let Some(answers) = mmlu_pro() else { return };
    let golden = &golden("real_extras.json")["winners_curse_220_triples"];
    let triples = triples(answers);
    assert_eq!(triples.len() as u64, golden["n_policies"].as_u64().expect("a number"));
    let n_items = answers.items.len();
    let on_all: Vec<f64> = triples.iter().map(|right| share(right, right, n_items)).collect();
    let best = on_all.iter().copied().fold(0.0, f64::max);
    assert_points(best, number(&golden["true_best"]), MMLU_PRO.accuracy, "the best triple");
    assert_eq!(on_all[0], best, "it is that of the three most accurate");
    for n in [50, 100, 300, 1000] {
        let (mut seems, mut claims) = (Vec::new(), Vec::new());
        for draw in 0..N_DRAWS {
            let mut rng = Seed(7).stream("items", &[&n.to_string(), &draw.to_string()]);
            let items = index::sample(&mut rng, n_items, n).into_vec();
            let of_fold = |fold: usize| bits(items.iter().skip(fold).step_by(5), n_items);
            let all = bits(items.iter(), n_items);
            let chosen = best_on(&triples, &all);
            seems.push(100.0 * (share(&triples[chosen], &all, n) - on_all[chosen]));
            // Scored on each fold is what the others chose.
            let right = |fold: usize| {
                let others: Vec<u64> =
                    all.iter().zip(of_fold(fold)).map(|(all, own)| all & !own).collect();
                let chosen = &triples[best_on(&triples, &others)];
                share(chosen, &of_fold(fold), n)
            };
            claims.push(100.0 * ((0..5).map(right).sum::<f64>() - on_all[chosen]));
        }
        let ((seems, error), (claims, of_claims)) = (mean(&seems), mean(&claims));
        println!(
            "{n} items: seems {seems:+.2} +- {error:.2}, claimed {claims:+.2} +- {of_claims:.2}"
        );
        let wanted = number(&golden["by_n"][n.to_string()]["optimism_pts"]);
        // Both are means of random draws.
        assert!((seems - wanted).abs() < 3.0 * 2f64.sqrt() * error, "{n}: {seems} +- {error}");
        assert!(claims < 3.0 * of_claims, "{n}: {claims} +- {of_claims}");
    }
}

fn check_ensemble(
    answers: &Answers,
    name: &str,
    golden: &Value,
    keys: &[&str],
    (tolerance, others): (Tolerance, &[String]),
) -> Value {
    let models = names(&golden["models"]);
    let mut policies = vec![
        vote("everybody", "accuracy", &models),
        format!("weighted: {{ vote: {{ members: {models:?}, rule: weighted }} }}"),
    ];
    policies.extend_from_slice(others);
    let summary = answers.evaluate(&models, &policies);
    for key in keys {
        let policy = if *key == "log_odds_weighted" { "weighted" } else { "everybody" };
        let (row, wanted, what) =
            (policy_row(&summary, policy), &golden[key], format!("{name}, {key}"));
        let versus = &row["versus"];
        assert_points(accuracy(row), number(&wanted["acc"]), tolerance.accuracy, &what);
        let difference = number(&wanted["diff_pts"]) / 100.0;
        assert_points(number(&versus["point"]), difference, tolerance.difference, &what);
        check_ends(row, &wanted["ci95_pts"], tolerance, &what);
        for key in ["wins", "losses"] {
            let (got, wanted) = (whole(&versus[key]), whole(&wanted[key]));
            let is_close = got.abs_diff(wanted) <= tolerance.items;
            assert!(is_close, "{what}: {got} {key}, not {wanted}");
        }
    }
    check_gain(&summary, name);
    for (model, wanted) in std::iter::zip(&models, entries(&golden["acc"], "")) {
        // The golden figures have four digits.
        let points = tolerance.accuracy + 0.005;
        assert_points(accuracy(policy_row(&summary, model)), number(wanted.1), points, model);
    }
    let (ceiling, diversity) = (&summary["ceiling"][0], &summary["diversity"][0]);
    for (row, figure, key) in [
        (ceiling, "any_right", "oracle_any"),
        (ceiling, "effective_votes", "n_eff"),
        (diversity, "all_wrong", "all_wrong"),
        (diversity, "mean_phi", "mean_phi"),
        (diversity, "majority_right", "majority_correct_rate"),
        (diversity, "majority_if_independent", "condorcet_if_independent"),
        (diversity, "same_wrong_answer", "agree_when_both_wrong"),
    ] {
        // The golden file does not have all of them for every ensemble.
        let Some(wanted) = golden[key].as_f64() else { continue };
        let most =
            if key == "agree_when_both_wrong" { tolerance.same_wrong } else { tolerance.share };
        let got = number(&row[figure]);
        assert!((got - wanted).abs() <= most, "{name}, {key}: {got} is not {wanted}");
    }
    summary
}

/// Where the vote gains and loses adds up to the paired difference, and to what no model has right.
fn check_gain(summary: &Value, name: &str) {
    let gains = summary["gains"].as_array().expect("gains");
    let gain = gains.iter().find(|row| row["policy"] == "everybody").expect("a row of the vote");
    let versus = &policy_row(summary, "everybody")["versus"];
    let lost = ["overruled", "lost_to_ties", "no_answer"].map(|key| whole(&gain[key]));
    assert_eq!(gain["rescued"], versus["wins"], "{name}");
    assert_eq!(lost.iter().sum::<u64>(), whole(&versus["losses"]), "{name}");
    assert_eq!(gain["difference"], versus["point"], "{name}");
    let out_of_reach = number(&gain["out_of_reach"]) / number(&gain["n"]);
    assert_points(out_of_reach, number(&summary["diversity"][0]["all_wrong"]), 1e-9, name);
}

/// The interval of the difference to the best single model, against ends in points. Where nobody
/// wins or loses an item, Wald's has no width.
fn check_ends(row: &Value, ends: &Value, tolerance: Tolerance, what: &str) {
    let versus = &row["versus"];
    if whole(&versus["wins"]) + whole(&versus["losses"]) > 0 {
        for (end, wanted) in [("low", &ends[0]), ("high", &ends[1])] {
            assert_points(number(&versus[end]), number(wanted) / 100.0, tolerance.ends, what);
        }
    }
}

fn vote(name: &str, ties: &str, members: &[&str]) -> String {
    format!("{name}: {{ vote: {{ members: {members:?}, ties: {ties} }} }}")
}

fn entries<'a>(golden: &'a Value, prefix: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let entries = golden.as_object().expect("entries").iter();
    entries.filter(move |(name, _)| name.starts_with(prefix))
}

/// The models' names in the data.
fn names(models: &Value) -> Vec<&str> {
    let models = models.as_array().expect("models").iter();
    models.map(|model| renamed(model.as_str().expect("a name"))).collect()
}

fn renamed(model: &str) -> &str {
    if model == "gemma-2-27b-it" { "gemma-2-27b-it@together" } else { model }
}

/// Read once for all tests.
fn mmlu_pro() -> Option<&'static Answers> {
    static ANSWERS: OnceLock<Option<Answers>> = OnceLock::new();
    ANSWERS.get_or_init(|| Answers::read("mmlu_pro")).as_ref()
}
