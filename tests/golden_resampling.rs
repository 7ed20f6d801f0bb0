//! Bootstrap, permutation and multiplicity against numbers that numpy, scipy and statsmodels
//! computed.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/interval.rs"]
mod interval;
mod support;

use golden::{RELATIVE, assert_close, golden, list, number, numbers, whole};
use interval::assert_interval;
use quorumbench::kernel::Seed;
use quorumbench::stats::bootstrap::{BcaKind, Draws, Replicates, resample_at};
use quorumbench::stats::{Adjustment, Flips, adjust, quantile, sign_flip};
use serde_json::Value;

#[test]
fn bootstrap_intervals_on_given_resamples_are_those_of_scipy() {
    let Some(golden) = golden("bootstrap_explicit_indices.json") else { return };
    for case in list(&golden["cases"]) {
        let name = case["name"].as_str().expect("a name");
        let replicates = replicates(case, name.starts_with("median"));
        let expected = &case["expected"];
        let what = |key| format!("{key} of {name}");
        assert_close(Some(replicates.estimate), &expected["theta"], &what("theta"));
        assert_close(replicates.standard_error(), &expected["boot_se"], &what("boot_se"));
        let bca = replicates.bca(0.95).expect("an interval");
        let (percentile, basic) = (replicates.percentile(0.95), replicates.basic(0.95));
        for (key, got) in [
            ("percentile", percentile),
            ("basic", basic),
            ("bca", Some(bca.interval)),
            ("scipy_basic_same_seed", basic),
            ("scipy_bootstrap_bca_same_seed", Some(bca.interval)),
        ] {
            if !expected[key].is_null() {
                assert_interval(RELATIVE, got, &expected[key], &what(key));
            }
        }
        let BcaKind::Corrected { bias, acceleration, shares } = bca.kind else {
            panic!("{name}: {bca:?}");
        };
        for (key, got) in [("z0", bias), ("alpha1", shares.low), ("alpha2", shares.high)] {
            assert_close(Some(got), &expected[key], &what(key));
        }
        // The median's is 0, to which only rounding comes near.
        let wanted = number(&expected["a_hat"]);
        assert!((acceleration - wanted).abs() < 1e-12, "{name}: {acceleration} is not {wanted}");
    }
}

/// The statistic of a case on the resamples that it gives: a median, or else a mean.
fn replicates(case: &Value, is_median: bool) -> Replicates {
    let data = if case["data"].is_array() {
        numbers(&case["data"])
    } else {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        a.iter().zip(b).map(|(a, b)| a - b).collect()
    };
    let statistic = |drawn: &[u32]| {
        let mut sample: Vec<f64> = drawn.iter().map(|at| data[*at as usize]).collect();
        sample.sort_by(f64::total_cmp);
        let mean = sample.iter().sum::<f64>() / sample.len() as f64;
        if is_median { quantile(&sample, 0.5) } else { Some(mean) }
    };
    let positions = |draw: &Value| list(draw).iter().map(|at| whole(at) as u32).collect();
    let resamples: Vec<Vec<u32>> = list(&case["indices"]).iter().map(positions).collect();
    resample_at(data.len() as u32, &resamples, statistic).expect("replicates")
}

#[test]
fn sign_flips_are_those_of_full_enumeration_and_scipy() {
    let Some(golden) = golden("permutation_sign_flip.json") else { return };
    let draws = Draws { seed: Seed(0), purpose: "none", n_resamples: 0 };
    for case in list(&golden["cases"]) {
        let differences = numbers(&case["diffs"]);
        let what = format!("{differences:?}");
        let got = sign_flip(&differences, draws).expect("a test");
        let n_patterns = whole(&case["n_sign_patterns"]);
        assert_eq!(got.flips, Flips::Exact { n_patterns }, "{what}");
        assert_close(Some(got.p_greater), &case["p_greater"], &what);
        for key in ["p_two_sided", "scipy_two_sided"] {
            if !case[key].is_null() {
                assert_close(Some(got.p_two_sided), &case[key], &what);
            }
        }
    }
}

#[test]
fn adjusted_p_values_are_those_of_statsmodels() {
    let Some(golden) = golden("multiple_testing.json") else { return };
    for case in list(&golden["cases"]) {
        let p_values = numbers(&case["p"]);
        let alpha = number(&case["alpha"]);
        for (key, adjustment) in [
            ("bonferroni", Adjustment::Bonferroni),
            ("sidak", Adjustment::Sidak),
            ("holm", Adjustment::Holm),
            ("holm-sidak", Adjustment::HolmSidak),
            ("simes-hochberg", Adjustment::Hochberg),
            ("hommel", Adjustment::Hommel),
            ("fdr_bh", Adjustment::BenjaminiHochberg),
            ("fdr_by", Adjustment::BenjaminiYekutieli),
        ] {
            let expected = &case["adjusted"][key];
            let got = adjust(&p_values, adjustment).expect("p-values");
            assert_eq!(got.len(), list(&expected["p"]).len(), "{key}");
            for (got, wanted) in got.iter().zip(list(&expected["p"])) {
                assert_close(Some(*got), wanted, key);
            }
            let rejected: Vec<Value> = got.iter().map(|p| Value::from(*p <= alpha)).collect();
            assert_eq!(rejected, list(&expected["reject"]), "{key}");
        }
    }
}
