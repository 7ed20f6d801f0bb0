//! Availability, queues and order statistics against numbers that independent code computed.

#[path = "support/golden.rs"]
mod golden;
mod support;

use golden::{assert_close, golden, list, number, numbers, whole};
use quorumbench::stats::availability::{
    Queue, Switch, all_fail, both_fail, downtime, expected_order_statistic, failover, k_of_n,
    parallel,
};
use serde_json::Value;

#[test]
fn every_figure_of_the_file_is_looked_at() {
    let Some(golden) = golden("availability.json") else { return };
    let mut names: Vec<&str> =
        golden.as_object().expect("a table").keys().map(String::as_str).collect();
    names.sort_unstable();
    let known = [
        "beta_factor",
        "correlated_bernoulli_pair",
        "downtime",
        "erlang",
        "failover",
        "hedge_expected_max",
        "kofn",
        "meta",
    ];
    assert_eq!(names, known);
}

#[test]
fn downtimes_are_those_of_independent_code() {
    for case in cases("downtime") {
        let availability = number(&case["availability"]);
        for (key, hours) in [
            ("hours_per_30d", 720.0),
            ("hours_per_month_730h", 730.001),
            ("hours_per_year_8766", 8766.0),
        ] {
            // 1 less an availability has about 16 digits less those that are nines.
            let got = downtime(availability, hours);
            assert_close(got, &case[key], &format!("{key} at {availability}"));
        }
    }
}

#[test]
fn k_of_n_is_that_of_independent_code() {
    for case in cases("kofn") {
        let (parts, k) = (numbers(&case["p"]), whole(&case["k"]) as usize);
        let what = format!("{k} of {parts:?}");
        assert_close(k_of_n(&parts, k), &case["availability"], &what);
        if k == 1 {
            assert_close(parallel(&parts), &case["availability"], &what);
        }
    }
}

#[test]
fn shared_causes_weigh_as_independent_code_says() {
    for case in cases("beta_factor") {
        let (p_fail, n, beta) = (number(&case["p_fail"]), whole(&case["n"]), number(&case["beta"]));
        let got = all_fail(p_fail, n as u32, beta);
        assert_close(got, &case["all_fail"], &format!("{n} with beta {beta}"));
    }
    for case in cases("correlated_bernoulli_pair") {
        let (chances, rho) = ([&case["q1"], &case["q2"]].map(number), number(&case["rho"]));
        let what = format!("{chances:?} at {rho}");
        assert_close(both_fail(chances, rho), &case["both_down"], &what);
    }
}

#[test]
fn queues_wait_as_long_as_independent_code_says() {
    for case in cases("erlang") {
        let queue =
            Queue { servers: whole(&case["servers"]) as u32, offered: number(&case["offered"]) };
        for (got, key) in [
            (queue.loss(), "erlang_b"),
            (queue.waits(), "erlang_c"),
            (queue.mean_wait(), "mean_wait_over_service"),
        ] {
            let what = format!("{key} of {queue:?}");
            if case[key].is_null() {
                assert_eq!(got, None, "{what}");
            } else {
                assert_close(got, &case[key], &what);
            }
        }
    }
}

#[test]
fn failing_over_is_worth_what_independent_code_says() {
    for case in cases("failover") {
        let of = |key: &str| number(&case[key]);
        let switch = Switch { detected: of("p_detect"), works: of("p_switch_ok") };
        let got = failover(of("p_primary"), of("p_secondary"), switch);
        assert_close(got, &case["availability"], &format!("{switch:?}"));
    }
}

#[test]
fn the_kth_of_several_answers_comes_when_independent_code_says() {
    for case in cases("hedge_expected_max") {
        let n = whole(&case["n"]) as u32;
        let got = expected_order_statistic(n, n);
        assert_close(got, &case["E_max"], &format!("the last of {n}"));
        for (k, wanted) in case["E_kth"].as_object().expect("times") {
            let got = expected_order_statistic(n, k.parse().expect("a number"));
            assert_close(got, wanted, &format!("number {k} of {n}"));
        }
    }
}

fn cases(name: &str) -> Vec<Value> {
    golden("availability.json").map(|golden| list(&golden[name]).to_vec()).unwrap_or_default()
}
