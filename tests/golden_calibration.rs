//! Calibration, repeated attempts and sample sizes against numbers that scikit-learn, scipy and
//! independent code computed.

#[path = "support/golden.rs"]
mod golden;
mod support;

use golden::{assert_close, assert_within, golden, list, number, numbers, whole};
use quorumbench::stats::calibration::{
    Binning, Forecast, Isotonic, Platt, Targets, Temperature, brier, log_loss, reliability,
};
use quorumbench::stats::{
    Attempts, Design, Discordance, PairedCounts, Sides, Variation, chance_a_is_better,
    connor_items, miller_items, pass_at_k, pass_hat_k,
};
use serde_json::Value;

/// What was fitted by a general minimiser stands 1.5e-8 from where the slope is 0; the losses there
/// agree in all digits.
const MINIMISED: f64 = 1e-7;

#[test]
fn scores_and_bins_are_those_of_scikit_learn_and_the_papers() {
    let Some(golden) = golden("calibration.json") else { return };
    for case in list(&golden["cases"]) {
        let (forecasts, expected) = (forecasts(case), &case["expected"]);
        assert_close(brier(&forecasts), &expected["brier"], "brier");
        assert_close(log_loss(&forecasts), &expected["log_loss_clip1e_6"], "log loss");
        for (key, binning) in
            [("ece10_equal_width", Binning::EqualWidth), ("ece10_equal_mass", Binning::EqualMass)]
        {
            let got = reliability(&forecasts, binning, 10).expect("bins");
            let wanted = &expected[key];
            assert_close(Some(got.expected_error), &wanted[0], key);
            assert_close(Some(got.largest_error), &wanted[1], key);
            let bins = list(&wanted[2]);
            assert_eq!(got.bins.len(), bins.len(), "{key}");
            for (got, wanted) in got.bins.iter().zip(bins) {
                let what = format!("bin {} of {key}", wanted[0]);
                assert_eq!(got.n, whole(&wanted[1]), "{what}");
                assert_close(Some(got.confidence), &wanted[2], &what);
                assert_close(Some(got.accuracy), &wanted[3], &what);
            }
        }
    }
}

#[test]
fn fitted_corrections_are_those_of_scikit_learn_and_scipy() {
    let Some(golden) = golden("calibration.json") else { return };
    for case in list(&golden["cases"]) {
        let (forecasts, expected) = (forecasts(case), &case["expected"]);
        let isotonic = Isotonic::fit(&forecasts).expect("a curve");
        let thresholds = list(&expected["isotonic"]["x_sorted_thresholds"]);
        let shares = list(&expected["isotonic"]["y_thresholds"]);
        assert_eq!(isotonic.points.len(), thresholds.len(), "{isotonic:?}");
        for ((x, y), (threshold, share)) in
            isotonic.points.iter().zip(thresholds.iter().zip(shares))
        {
            assert_close(Some(*x), threshold, "threshold");
            assert_close(Some(*y), share, "share");
        }
        for (forecast, fitted) in forecasts.iter().zip(list(&expected["isotonic"]["fitted"])) {
            assert_close(Some(isotonic.apply(forecast.confidence)), fitted, "fitted");
        }
        let cooled = Temperature::fit(&forecasts).expect("a temperature");
        let temperature = Some(cooled.temperature);
        assert_within(MINIMISED, temperature, &expected["temperature"], "temperature");
        let corrected: Vec<Forecast> = forecasts
            .iter()
            .map(|it| Forecast { confidence: cooled.apply(it.confidence), ..*it })
            .collect();
        assert_close(log_loss(&corrected), &expected["nll_at_T"], "log loss at the temperature");
        // Theirs counts right and wrong as 1 and 0; Platt's own targets are checked beside the
        // code.
        let platt = Platt::fit(&forecasts, Targets::Hard).expect("a sigmoid");
        assert_within(MINIMISED, Some(platt.slope), &expected["platt_a_b"][0], "slope");
        assert_within(MINIMISED, Some(platt.intercept), &expected["platt_a_b"][1], "intercept");
    }
}

fn forecasts(case: &Value) -> Vec<Forecast> {
    let forecast = |(confidence, right): (f64, f64)| Forecast { confidence, right: right == 1.0 };
    numbers(&case["p"]).into_iter().zip(numbers(&case["y"])).map(forecast).collect()
}

#[test]
fn chances_over_several_attempts_are_those_of_the_published_code() {
    let Some(golden) = golden("votes_passk_power.json") else { return };
    for case in list(&golden["cases"]["pass_at_k"]) {
        let attempts = Attempts { n: whole(&case["n"]), right: whole(&case["c"]) };
        let k = whole(&case["k"]);
        let what = format!("{k} of {attempts:?}");
        assert_close(pass_at_k(attempts, k), &case["pass_at_k"], &what);
        assert_close(pass_hat_k(attempts, k), &case["pass_hat_k"], &what);
    }
}

#[test]
fn numbers_of_items_are_those_of_the_formulas() {
    let Some(golden) = golden("votes_passk_power.json") else { return };
    for case in list(&golden["cases"]["mcnemar_sample_size"]) {
        let (alpha, power) = (number(&case["alpha"]), number(&case["power"]));
        let design = Design { alpha, power, sides: Sides::Two };
        let (only_a, only_b) = (number(&case["p10"]), number(&case["p01"]));
        let got = connor_items(Discordance { only_a, only_b }, design);
        assert_close(got, &case["n_connor_1987"], &format!("{only_a} {only_b}"));
    }
    for case in list(&golden["cases"]["miller_eq9"]) {
        let (alpha, power) = (number(&case["alpha"]), 1.0 - number(&case["beta"]));
        let variation = Variation {
            between_items: number(&case["omega2"]),
            within_a: number(&case["sigmaA2"]),
            samples_a: whole(&case["KA"]),
            within_b: number(&case["sigmaB2"]),
            samples_b: whole(&case["KB"]),
        };
        let design = Design { alpha, power, sides: Sides::Two };
        let got = miller_items(variation, number(&case["delta"]), design);
        assert_close(got, &case["n"], &format!("{variation:?}"));
        assert_close(got.map(f64::ceil), &case["n_ceil"], &format!("{variation:?}"));
    }
}

#[test]
fn the_chance_that_a_leader_stays_ahead_is_that_of_adaptive_consistency() {
    let Some(golden) = golden("votes_passk_power.json") else { return };
    for case in list(&golden["cases"]["adaptive_consistency_beta"]) {
        let (only_a, only_b) = (whole(&case["top"]), whole(&case["second"]));
        let chance = chance_a_is_better(PairedCounts { only_a, only_b, ..PairedCounts::default() });
        let what = format!("{only_a} to {only_b}");
        assert_close(Some(chance), &case["prob"], &what);
        assert_eq!(Some(chance >= 0.95), case["stop95"].as_bool(), "{what}");
    }
}
