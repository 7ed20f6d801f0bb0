//! A breaker against the rules of resilience4j.

use super::*;

fn breaker() -> Breaker {
    let config = Config {
        failure_rate: 0.5,
        window: Size::Calls(10),
        minimum_calls: 4,
        wait: Micros(100),
        growth: 2,
        permits: 2,
        trial: None,
        ..Config::DEFAULT
    };
    Breaker::new(config)
}

fn permit(breaker: &mut Breaker, now: u64) -> Permit {
    match breaker.admit(Micros(now)) {
        Admission::Go(permit) => permit,
        other => panic!("{other:?} at {now}"),
    }
}

fn call(breaker: &mut Breaker, now: u64, failure: Option<Weight>) {
    let permit = permit(breaker, now);
    breaker.record(Micros(now), permit, result(failure));
}

/// That of a call that took no time.
fn result(failure: Option<Weight>) -> CallResult {
    CallResult { failure, took: Micros(0) }
}

#[test]
fn the_window_slides_so_old_successes_don_t_hide_an_outage() {
    let mut breaker = breaker();
    (0..1000).for_each(|_| call(&mut breaker, 0, None));
    // Of the last ten calls five have failed, as resilience4j counts it.
    (0..4).for_each(|_| call(&mut breaker, 0, Some(Weight::Full)));
    assert!(matches!(breaker.admit(Micros(0)), Admission::Go(_)));
    call(&mut breaker, 0, Some(Weight::Full));
    assert_eq!(breaker.admit(Micros(0)), Admission::NotBefore(Micros(100)));
}

#[test]
fn too_few_calls_decide_nothing_and_a_half_failure_counts_half() {
    let mut breaker = breaker();
    (0..3).for_each(|_| call(&mut breaker, 0, Some(Weight::Full)));
    assert_eq!(breaker.n_trips(), 0);
    call(&mut breaker, 0, Some(Weight::Full));
    assert_eq!(breaker.n_trips(), 1, "four of four");
    let mut other = self::breaker();
    [None, Some(Weight::Half), None, Some(Weight::Full), Some(Weight::Half)]
        .into_iter()
        .for_each(|it| call(&mut other, 0, it));
    assert_eq!(other.n_trips(), 0, "two of five");
    call(&mut other, 0, Some(Weight::Full));
    assert_eq!(other.n_trips(), 1, "three of six");
}

#[test]
fn half_open_lets_its_permits_through_and_waits_for_all_of_them() {
    let mut breaker = breaker();
    call(&mut breaker, 0, Some(Weight::Opens));
    assert_eq!(breaker.admit(Micros(99)), Admission::NotBefore(Micros(100)));
    let [first, second] = [100, 101].map(|now| permit(&mut breaker, now));
    assert_eq!(breaker.admit(Micros(102)), Admission::Wait);
    breaker.record(Micros(103), first, result(None));
    assert_eq!(breaker.admit(Micros(104)), Admission::Wait, "one is still out");
    breaker.record(Micros(105), second, result(Some(Weight::Full)));
    // One of two is the threshold; the second trip in a row waits twice as long.
    assert_eq!(breaker.admit(Micros(106)), Admission::NotBefore(Micros(305)));
    for now in [400, 401] {
        call(&mut breaker, now, None);
    }
    assert_eq!(breaker.n_trips(), 0, "well again");
}

#[test]
fn late_results_and_ignored_ones_change_nothing() {
    let mut breaker = breaker();
    let late = permit(&mut breaker, 0);
    call(&mut breaker, 0, Some(Weight::Opens));
    breaker.record(Micros(1), late, result(Some(Weight::Opens)));
    assert_eq!(breaker.n_trips(), 1, "a result of an older state");
    let [first, _] = [100, 100].map(|now| permit(&mut breaker, now));
    breaker.record(Micros(100), first, result(Some(Weight::Ignored)));
    assert!(matches!(breaker.admit(Micros(100)), Admission::Go(_)), "its permit is back");
}

#[test]
fn a_window_of_seconds_forgets_what_is_older() {
    let config =
        Config { window: Size::Seconds(3), minimum_calls: 4, wait: Micros(100), ..Config::DEFAULT };
    let second = |n: u64| n * 1_000_000;
    let mut breaker = Breaker::new(config);
    // Two failures in second 0 are gone in second 3, and then two of four are left.
    for (at, failure) in [
        (second(0), Some(Weight::Full)),
        (second(0) + 999_999, Some(Weight::Full)),
        (second(2), None),
        (second(3), None),
        (second(3), Some(Weight::Full)),
    ] {
        call(&mut breaker, at, failure);
        assert!(breaker.is_closed(), "at {at}");
    }
    call(&mut breaker, second(4), Some(Weight::Full));
    assert!(!breaker.is_closed(), "two of four from second 2 to second 4");
}

#[test]
fn slow_calls_open_it_too_and_a_trial_that_takes_too_long_has_failed() {
    let config = Config {
        slow_rate: 0.5,
        slow_after: Micros(10),
        window: Size::Calls(4),
        minimum_calls: 2,
        wait: Micros(100),
        permits: 1,
        trial: Some(Micros(50)),
        ..Config::DEFAULT
    };
    let mut breaker = Breaker::new(config);
    for took in [10, 11] {
        assert!(breaker.is_closed(), "as long as the limit is not slow");
        let permit = permit(&mut breaker, 0);
        breaker.record(Micros(0), permit, CallResult { failure: None, took: Micros(took) });
    }
    assert_eq!(breaker.admit(Micros(99)), Admission::NotBefore(Micros(100)));
    let trying = permit(&mut breaker, 100);
    assert_eq!(breaker.admit(Micros(149)), Admission::Wait);
    assert_eq!(breaker.admit(Micros(150)), Admission::NotBefore(Micros(250)));
    breaker.record(Micros(151), trying, result(None));
    assert!(!breaker.is_closed(), "its result comes too late");
}
