//! Diversity and agreement against numbers that `DESlib`, statsmodels, scikit-learn, the package
//! `krippendorff` and independent code computed.

mod support;

use quorumbench::stats::{
    PairedCounts, RightCounts, Scale, all_wrong_if_independent, disagreement, double_fault,
    effective_votes, fleiss_kappa, kappa, krippendorff_alpha, majority_if_independent, phi,
    plurality_if_independent, yules_q,
};
use serde_json::Value;

/// What rounding may differ by.
const TOLERANCE: f64 = 1e-12;

#[test]
fn every_measure_of_diversity_is_the_references() {
    let Some(golden) = golden("diversity.json") else { return };
    for case in cases(&golden["cases"]) {
        let right: Vec<Vec<bool>> = rows(&case["correct"]);
        let mut phis = Vec::new();
        for pair in cases(&case["pairs"]) {
            let counts = paired(&right, whole(&pair["pair"][0]), whole(&pair["pair"][1]));
            let [both, only_a, only_b, neither] =
                ["n11", "n10", "n01", "n00"].map(|key| whole(&pair[key]) as u64);
            assert_eq!(counts, PairedCounts { both, only_a, only_b, neither });
            for (got, key) in [
                (yules_q(counts), "Q"),
                (phi(counts), "rho"),
                (disagreement(counts), "disagreement"),
                (double_fault(counts), "double_fault"),
                (kappa(counts), "kappa"),
            ] {
                assert_close(got, &pair[key], &format!("{key} of {}", pair["pair"]));
            }
            phis.extend(phi(counts));
        }
        let expected = &case["expected"];
        let n_models = right[0].len();
        let of_model = |model: usize| {
            right.iter().filter(|row| row[model]).count() as f64 / right.len() as f64
        };
        let accuracies: Vec<f64> = (0..n_models).map(of_model).collect();
        for (accuracy, wanted) in accuracies.iter().zip(cases(&expected["acc"])) {
            assert_close(Some(*accuracy), wanted, "accuracy");
        }
        let mean_phi = phis.iter().sum::<f64>() / phis.len() as f64;
        let all = RightCounts::of(n_models, right.iter().map(|row| n_right(row)));
        for (got, key) in [
            (all.entropy(), "entropy_E"),
            (all.kohavi_wolpert(), "kohavi_wolpert_KW"),
            (all.interrater_kappa(), "interrater_kappa"),
            (all.difficulty(), "difficulty_theta"),
            (all.generalised_diversity(), "generalized_diversity_GD"),
            (all.coincident_failure_diversity(), "coincident_failure_diversity_CFD"),
            (Some(mean_phi), "mean_rho"),
            (effective_votes(n_models, mean_phi), "n_eff_1_plus"),
            (all.any_right(), "any_correct"),
            (all.all_right(), "all_correct"),
            (all.majority_right(), "majority_correct_rate"),
            (all.all_wrong(), "all_wrong"),
            (all_wrong_if_independent(&accuracies), "all_wrong_if_independent"),
        ] {
            assert_close(got, &expected[key], key);
        }
        assert_eq!(expected.as_object().expect("keys").len(), 14, "a key was left out");
    }
}

#[test]
fn agreement_is_that_of_the_reference_packages() {
    let Some(golden) = golden("agreement.json") else { return };
    for case in cases(&golden["cases"]) {
        if case["reliability_data"].is_array() {
            let by_rater = cases(&case["reliability_data"]);
            let n_units = cases(&by_rater[0]).len();
            let of_unit =
                |unit: usize| by_rater.iter().filter_map(|it| it[unit].as_f64()).collect();
            let units: Vec<Vec<f64>> = (0..n_units).map(of_unit).collect();
            for (scale, key) in [
                (Scale::Nominal, "nominal"),
                (Scale::Ordinal, "ordinal"),
                (Scale::Interval, "interval"),
                (Scale::Ratio, "ratio"),
            ] {
                let got = krippendorff_alpha(&units, scale);
                assert_close(got, &case["expected_alpha"][key], key);
            }
            continue;
        }
        let table: Vec<Vec<usize>> = cases(&case["table"])
            .iter()
            .map(|row| cases(row).iter().map(whole).collect())
            .collect();
        let got = if case["name"] == "cohen_2x2" {
            let [both, only_a, only_b, neither] =
                [table[0][0], table[0][1], table[1][0], table[1][1]].map(|n| n as u64);
            kappa(PairedCounts { both, only_a, only_b, neither })
        } else {
            let repeated = |(category, n): (usize, &usize)| vec![category as u32; *n];
            let of_item = |row: &Vec<usize>| row.iter().enumerate().flat_map(repeated).collect();
            fleiss_kappa(&table.iter().map(of_item).collect::<Vec<_>>())
        };
        assert_close(got, &case["expected_kappa"], &case["name"].to_string());
    }
}

#[test]
fn juries_are_those_of_full_enumeration_and_scipy() {
    let Some(golden) = golden("votes_passk_power.json") else { return };
    for case in cases(&golden["cases"]["condorcet"]) {
        let accuracies: Vec<f64> =
            cases(&case["p"]).iter().map(|p| p.as_f64().expect("a number")).collect();
        let what = format!("{} jurors", accuracies.len());
        assert_close(majority_if_independent(&accuracies), &case["majority"], &what);
        // Of two answers a plurality is a majority where there is no tie.
        if accuracies.len() % 2 == 1 {
            assert_close(plurality_if_independent(&accuracies, 2), &case["majority"], &what);
        }
    }
}

fn golden(name: &str) -> Option<Value> {
    let path = support::shared("golden")?.join(name);
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    Some(serde_json::from_str(&text).expect("the golden file is JSON"))
}

fn cases(golden: &Value) -> &[Value] {
    let cases = golden.as_array().expect("a list");
    assert!(!cases.is_empty(), "a golden list without entries");
    cases
}

fn rows(table: &Value) -> Vec<Vec<bool>> {
    let row = |row: &Value| cases(row).iter().map(|cell| *cell == 1).collect();
    cases(table).iter().map(row).collect()
}

fn n_right(row: &[bool]) -> usize {
    row.iter().filter(|right| **right).count()
}

fn paired(right: &[Vec<bool>], a: usize, b: usize) -> PairedCounts {
    let count =
        |pair: (bool, bool)| right.iter().filter(|row| (row[a], row[b]) == pair).count() as u64;
    PairedCounts {
        both: count((true, true)),
        only_a: count((true, false)),
        only_b: count((false, true)),
        neither: count((false, false)),
    }
}

fn whole(value: &Value) -> usize {
    value.as_u64().expect("a whole number") as usize
}

fn assert_close(got: Option<f64>, wanted: &Value, what: &str) {
    let (got, wanted) = (got.expect(what), wanted.as_f64().expect(what));
    assert!((got - wanted).abs() <= TOLERANCE, "{what}: {got} is not {wanted}");
}
