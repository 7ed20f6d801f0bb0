//! The statistics against numbers that statsmodels, scipy, numpy and `DESlib` computed.

#[path = "support/counted.rs"]
mod counted;
#[path = "support/golden.rs"]
mod golden;
#[path = "support/interval.rs"]
mod interval;
mod support;

use counted::{numbered, paired};
use golden::{RELATIVE, assert_close, golden, list, number, numbers, whole};
use interval::assert_interval;
use quorumbench::kernel::Interval;
use quorumbench::stats::{
    bonett_price, clustered_mean, effective_votes, mcnemar_mid_p, phi, quantile, wilson, yules_q,
};
use serde_json::Value;

#[test]
fn wilson_is_that_of_statsmodels() {
    let Some(golden) = golden("proportion_ci.json") else { return };
    for case in list(&golden["cases"]) {
        let got = wilson(whole(&case["k"]), whole(&case["n"]), 1.0 - number(&case["alpha"]));
        assert_interval(
            RELATIVE,
            got,
            &case["wilson"],
            &format!("wilson of {}/{}", case["k"], case["n"]),
        );
    }
}

#[test]
fn paired_tests_and_intervals_are_those_of_the_papers() {
    let Some(golden) = golden("paired_binary.json") else { return };
    for case in list(&golden["cases"]) {
        let counts = paired(case, ["both_right", "only_A", "only_B", "both_wrong"]);
        assert_eq!(counts.n(), whole(&case["n"]), "{counts:?}");
        assert_close(counts.difference(), &case["diff"], &format!("difference of {counts:?}"));
        assert_close(Some(mcnemar_mid_p(counts)), &case["mid_p"], &format!("p of {counts:?}"));
        let interval = bonett_price(counts, 0.95);
        assert_interval(
            RELATIVE,
            interval,
            &case["bonett_price"],
            &format!("interval of {counts:?}"),
        );
    }
}

#[test]
fn standard_errors_are_those_of_inspect_ai() {
    let Some(golden) = golden("clustered_se.json") else { return };
    for case in list(&golden["cases"]) {
        let scores = numbers(&case["scores"]);
        let clusters = numbered(&case["cluster"]);
        let apart: Vec<u32> = (0..scores.len() as u32).collect();
        for (clusters, key) in [(clusters, "se_clustered_inspect_ai"), (apart, "se_clt")] {
            let got = clustered_mean(&scores, &clusters, 0.95).map(|it| it.standard_error);
            assert_close(got, &case["expected"][key], key);
        }
    }
}

#[test]
fn associations_are_those_of_deslib() {
    let Some(golden) = golden("diversity.json") else { return };
    for case in list(&golden["cases"]) {
        let mut phis = Vec::new();
        let pairs = list(&case["pairs"]);
        for pair in pairs {
            let counts = paired(pair, ["n11", "n10", "n01", "n00"]);
            assert_close(phi(counts), &pair["rho"], &format!("phi of {counts:?}"));
            assert_close(yules_q(counts), &pair["Q"], &format!("Q of {counts:?}"));
            phis.extend(phi(counts));
        }
        let mean_phi = phis.iter().sum::<f64>() / phis.len() as f64;
        assert_close(Some(mean_phi), &case["expected"]["mean_rho"], "mean phi");
        let n_models = list(&case["expected"]["acc"]).len();
        let votes = effective_votes(n_models, mean_phi);
        assert_close(votes, &case["expected"]["n_eff_1_plus"], "effective votes");
    }
}

#[test]
fn effective_votes_of_real_ensembles_are_few() {
    let Some(golden) = golden("real_ensembles.json") else { return };
    let suites = golden.as_object().expect("suites").values();
    let mut n_checked = 0;
    for (name, ensemble) in suites.filter_map(Value::as_object).flatten() {
        if ensemble["n_eff"].is_number() {
            let n_models = list(&ensemble["models"]).len();
            let got = effective_votes(n_models, number(&ensemble["mean_phi"]));
            assert_close(got, &ensemble["n_eff"], name);
            n_checked += 1;
        }
    }
    assert!(n_checked > 0, "no ensemble was found in real_ensembles.json");
}

#[test]
fn quantiles_of_resamples_are_those_of_numpy() {
    let Some(golden) = golden("bootstrap_explicit_indices.json") else { return };
    let mut n_checked = 0;
    for case in list(&golden["cases"]).iter().filter(|case| case["data"].is_array()) {
        let name = case["name"].as_str().expect("a name");
        let data = numbers(&case["data"]);
        let statistic = |mut sample: Vec<f64>| {
            sample.sort_by(f64::total_cmp);
            let mean = sample.iter().sum::<f64>() / sample.len() as f64;
            if name.starts_with("median") { quantile(&sample, 0.5) } else { Some(mean) }
        };
        assert_close(statistic(data.clone()), &case["expected"]["theta"], name);
        let resamples = list(&case["indices"]).iter();
        let mut thetas: Vec<f64> = resamples
            .filter_map(|draw| {
                statistic(numbers(draw).iter().map(|index| data[*index as usize]).collect())
            })
            .collect();
        thetas.sort_by(f64::total_cmp);
        let ends = (quantile(&thetas, 0.025), quantile(&thetas, 0.975));
        let got = ends.0.zip(ends.1).map(|(low, high)| Interval { low, high });
        assert_interval(RELATIVE, got, &case["expected"]["percentile"], name);
        n_checked += 1;
    }
    assert!(n_checked > 0, "no sample was found in bootstrap_explicit_indices.json");
}
