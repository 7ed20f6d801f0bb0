//! A collection in virtual time: what is asked when, against providers that fail in every way.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use proptest::prelude::*;
use rand::RngExt;
use serde_json::json;

use super::dispatch::{Dispatcher, Sizes, Step};
use super::job::Job;
use super::lane::Lane;
use crate::data::Failure;
use crate::kernel::{Micros, Price, Seed, Tokens, Usd};
use crate::provider::{Advice, ChatReply, Counts, Exchange, KeyLimits, Limits};

/// What a provider answers: to which question of which lane, for the how-manieth time, when.
type World<'a> = dyn Fn(&Job, u64) -> (u64, Exchange) + 'a;

/// What came of a collection.
#[derive(Debug, Default)]
struct Report {
    /// By question: how it ended, its attempts, and when, in milliseconds.
    ended: BTreeMap<usize, (Option<Failure>, u32, u64)>,
    /// When each request was sent, in milliseconds, with its question.
    sent: Vec<(u64, usize)>,
    most_in_flight: usize,
    /// How long the last attempt of each question had slept, in milliseconds.
    slept: BTreeMap<usize, u64>,
}

impl Report {
    fn n(&self, failure: Option<Failure>) -> usize {
        self.ended.values().filter(|(it, ..)| *it == failure).count()
    }

    fn seconds(&self) -> f64 {
        self.ended.values().map(|(.., ms)| *ms).max().unwrap_or(0) as f64 / 1e3
    }
}

#[derive(Debug)]
struct Sized;

/// Each question may have 100 tokens back, at a cent a token.
impl Sizes for Sized {
    fn estimate(&self, _: usize, received: f64) -> (f64, Option<Usd>) {
        (received, Some(Price::try_from(10_000.0).unwrap() * Tokens(100)))
    }
}

fn limits(text: serde_json::Value) -> Limits {
    serde_json::from_value(text).unwrap()
}

fn key_limits(text: serde_json::Value) -> KeyLimits {
    serde_json::from_value(text).unwrap()
}

/// Lanes of so many questions each, by key.
fn lanes(sizes: &[(usize, usize)], limits: &Limits) -> Vec<Lane> {
    let next = Cell::new(0);
    let lane = |(key, n): &(usize, usize)| {
        let first = next.replace(next.get() + n);
        Lane::new(*key, limits.clone(), (first..first + n).collect())
    };
    sizes.iter().map(lane).collect()
}

fn exchange(result: Result<u64, Failure>) -> Exchange {
    let counts = |n| Counts { completion: Some(Tokens(n)), ..Counts::default() };
    Exchange {
        result: result.map(|n| ChatReply { counts: counts(n), ..ChatReply::default() }),
        status: None,
        detail: None,
        advice: Advice::default(),
        ttft: None,
        latency: Micros(0),
        whole: true,
    }
}

fn after(seconds: u64, failure: Failure) -> Exchange {
    let advice = Advice { after: Some(Duration::from_secs(seconds)), ..Advice::default() };
    Exchange { advice, ..exchange(Err(failure)) }
}

/// Runs a collection to its end, or for a virtual day.
fn collect(mut dispatcher: Dispatcher<'_>, world: &World<'_>) -> Report {
    let (mut now, mut seq) = (0u64, 0usize);
    let mut in_flight: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut calls: BTreeMap<usize, (Job, Exchange)> = BTreeMap::new();
    let mut report = Report::default();
    while now < 86_400_000_000 {
        let step = dispatcher.next(Micros(now));
        for closed in dispatcher.closed() {
            let n = closed.job.map_or(0, |job| job.n_attempts);
            let twice = report.ended.insert(closed.at, (Some(closed.failure), n, now / 1000));
            assert_eq!(twice, None, "question {} ended twice", closed.at);
        }
        let until = match step {
            Step::Done => break,
            Step::Send(job) => {
                report.sent.push((now / 1000, job.at));
                let (latency, exchange) = world(&job, now);
                in_flight.push(Reverse((now + latency, seq)));
                calls.insert(seq, (job, exchange));
                seq += 1;
                report.most_in_flight = report.most_in_flight.max(calls.len());
                continue;
            }
            Step::Wait(until) => until.map_or(u64::MAX, |until| until.0),
        };
        match in_flight.peek() {
            Some(Reverse((at, call))) if *at <= until => {
                let (at, call) = (*at, *call);
                in_flight.pop();
                now = at;
                let (job, exchange) = calls.remove(&call).unwrap();
                let cost = exchange.result.is_ok().then_some(Usd::ZERO);
                if let Some(job) = dispatcher.finished(Micros(now), job, &exchange, cost) {
                    let failure = exchange.result.err();
                    report.slept.insert(job.at, job.waited.slept.0 / 1000);
                    let end = (failure, job.n_attempts, now / 1000);
                    let twice = report.ended.insert(job.at, end);
                    assert_eq!(twice, None, "question {} ended twice", job.at);
                }
            }
            _ => {
                assert!(until > now && until < u64::MAX, "nothing to wait for at {now}");
                now = until;
            }
        }
    }
    report
}

fn run(sizes: &[(usize, usize)], limits: &Limits, world: &World<'_>) -> Report {
    let n_keys = sizes.iter().map(|(key, _)| key + 1).max().unwrap_or(0);
    let keys = vec![KeyLimits::default(); n_keys];
    let keys: Vec<&KeyLimits> = keys.iter().collect();
    collect(Dispatcher::new(lanes(sizes, limits), &keys, &Sized, None, Seed(7)), world)
}

#[test]
fn what_goes_well_is_asked_once_in_order_and_at_most_so_many_at_once() {
    let report =
        run(&[(0, 100)], &limits(json!({ "connections": 7 })), &|_, _| (1000, exchange(Ok(3))));
    assert_eq!((report.n(None), report.most_in_flight), (100, 7));
    assert!(report.sent.iter().map(|(_, at)| *at).eq(0..100));
}

#[test]
fn a_retry_after_is_waited_for_and_holds_no_slot() {
    let report = run(&[(0, 50)], &limits(json!({ "connections": 1 })), &|job, _| {
        let is_first = job.at == 0 && job.n_attempts == 1;
        (10_000, if is_first { after(7, Failure::RateLimited) } else { exchange(Ok(3)) })
    });
    assert_eq!(report.n(None), 50);
    let again = report.sent.iter().filter(|(_, at)| *at == 0).map(|(ms, _)| *ms);
    assert_eq!(again.collect::<Vec<_>>(), [0, 7010], "seven seconds after it was refused");
    assert_eq!(report.slept[&0], 7000);
    assert_eq!(report.ended[&49].2, 500, "the others were not kept waiting");
}

#[test]
fn an_endless_500_stops_at_its_deadline_or_its_last_attempt() {
    let world = |job: &Job, _| match job.at {
        3 => (10_000, exchange(Err(Failure::Unavailable))),
        _ => (10_000, exchange(Ok(3))),
    };
    let by_deadline = run(&[(0, 9)], &limits(json!({ "deadline": "4s", "attempts": 99 })), &world);
    let (failure, n, ms) = by_deadline.ended[&3];
    assert!(failure == Some(Failure::Unavailable) && n > 2 && ms <= 4000, "{n} in {ms} ms");
    let by_attempts = run(&[(0, 9)], &limits(json!({ "attempts": 3 })), &world);
    assert_eq!(by_attempts.ended[&3].1, 3);
    assert_eq!((by_deadline.n(None), by_attempts.n(None)), (8, 8));
}

#[test]
fn one_in_ten_500s_and_one_in_twenty_429s_cost_no_answer_and_seconds_only() {
    for seed in 0..5 {
        let report = run(&[(0, 2000), (1, 2000)], &Limits::default(), &|job, _| {
            let parts = [job.at.to_string(), job.n_attempts.to_string()];
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let chance: f64 = Seed(seed).stream("world", &parts).random();
            match chance {
                0.0..0.10 => (1000, exchange(Err(Failure::Unavailable))),
                0.10..0.15 => (1000, after(1, Failure::RateLimited)),
                _ => (1000, exchange(Ok(3))),
            }
        });
        assert_eq!(report.n(None), 4000);
        assert!(report.seconds() < 20.0, "{} s under seed {seed}", report.seconds());
    }
}

#[test]
fn a_provider_that_is_down_ends_its_part_in_seconds_and_nobody_elses() {
    let report = run(&[(0, 500), (1, 500)], &Limits::default(), &|job, _| match job.lane {
        0 => (5000, exchange(Err(Failure::RefusedConnection))),
        _ => (5000, exchange(Ok(3))),
    });
    assert_eq!(report.n(None), 500);
    let down = report.ended.range(..500);
    assert!(down.clone().all(|(_, (failure, ..))| failure.is_some()));
    let asked = down.filter(|(_, (_, n, _))| *n > 0).count();
    assert!(asked < 60, "{asked} of 500 were asked");
    assert!(report.n(Some(Failure::Unavailable)) >= 440, "the others are unavailable");
    assert!(report.seconds() < 15.0, "{} s", report.seconds());
}

#[test]
fn a_short_outage_is_waited_out() {
    let report = run(&[(0, 300)], &Limits::default(), &|_, now| match now {
        100_000..3_000_000 => (1000, exchange(Err(Failure::Unavailable))),
        _ => (10_000, exchange(Ok(3))),
    });
    assert_eq!(report.n(None), 300);
}

#[test]
fn a_bad_key_closes_its_models_and_a_missing_model_only_itself() {
    for (failure, closes_key) in
        [(Failure::Auth, true), (Failure::Quota, true), (Failure::NotFound, false)]
    {
        // The first two share a key.
        let sizes = [(0, 100), (0, 100), (1, 100)];
        let report = run(&sizes, &limits(json!({ "connections": 2 })), &|job, _| match job.lane {
            0 => (1000, exchange(Err(failure))),
            _ => (1000, exchange(Ok(3))),
        });
        let n_answers = report.n(None);
        assert!(if closes_key { n_answers < 110 } else { n_answers == 200 }, "{failure}");
        let n_asked = report.sent.iter().filter(|(_, at)| *at < 100).count();
        assert!(n_asked <= 2, "{n_asked} asked after {failure}");
        assert_eq!(report.ended.len(), 300);
    }
}

#[test]
fn refusals_in_a_row_hold_the_model_until_it_may_be_asked_again() {
    let report = run(&[(0, 40)], &limits(json!({ "connections": 4 })), &|_, now| match now {
        0..20_000_000 => (1000, after(20, Failure::RateLimited)),
        _ => (1000, exchange(Ok(3))),
    });
    let early = report.sent.iter().filter(|(ms, _)| *ms < 20_000).count();
    assert!(early <= 8, "{early} were sent into a closed door");
    assert_eq!(report.n(None), 40);
}

#[test]
fn a_used_up_limit_that_the_provider_tells_holds_its_whole_key() {
    let report = run(&[(0, 9), (0, 9)], &limits(json!({ "connections": 1 })), &|job, _| {
        let hold = (job.at == 2).then_some(Duration::from_secs(30));
        let advice = Advice { hold, ..Advice::default() };
        (1000, Exchange { advice, ..exchange(Ok(3)) })
    });
    let late = report.sent.iter().filter(|(ms, _)| *ms >= 30_000).count();
    assert!((11..=13).contains(&late), "{late} of 18 came after the hold");
}

#[test]
fn no_minute_holds_more_than_the_limits_of_model_and_key() {
    let per_minute = |sent: &[(u64, usize)]| {
        let starts = sent.iter().map(|(ms, _)| *ms);
        let minute = |start: u64| start..start + 60_000;
        let within = |start| sent.iter().filter(|(ms, _)| minute(start).contains(ms)).count();
        starts.map(within).max().unwrap_or(0)
    };
    let world = |_: &Job, _| (1000, exchange(Ok(100)));
    let by_model = run(&[(0, 200)], &limits(json!({ "requests_per_minute": 60 })), &world);
    assert!((59..=61).contains(&per_minute(&by_model.sent)), "{}", per_minute(&by_model.sent));
    // A hundred tokens each, once that is known; before, an answer is taken to have 256.
    let by_tokens = run(&[(0, 200)], &limits(json!({ "tokens_per_minute": 6000 })), &world);
    assert!((50..=64).contains(&per_minute(&by_tokens.sent)), "{}", per_minute(&by_tokens.sent));
    let key = key_limits(json!({ "requests_per_minute": 30, "connections": 2 }));
    let lanes = lanes(&[(0, 60), (0, 60)], &Limits::default());
    let by_key = collect(Dispatcher::new(lanes, &[&key], &Sized, None, Seed(7)), &world);
    assert!((29..=31).contains(&per_minute(&by_key.sent)), "{}", per_minute(&by_key.sent));
    assert!(by_key.most_in_flight <= 2);
}

#[test]
fn a_limit_on_the_cost_is_never_passed_by_what_is_in_flight() {
    // Each is taken to cost a dollar; what breaks off counts as that, what comes costs nothing.
    let key = KeyLimits::default();
    let keyed = |dollars, world: &World<'_>| {
        let lanes = lanes(&[(0, 50)], &Limits::default());
        let limit = Usd::from_dollars(dollars);
        collect(Dispatcher::new(lanes, &[&key], &Sized, limit, Seed(7)), world)
    };
    let free = keyed(3.5, &|_, _| (1000, exchange(Ok(3))));
    assert_eq!((free.n(None), free.most_in_flight), (50, 3));
    let broken = keyed(3.5, &|_, _| (1000, exchange(Err(Failure::CutStream))));
    assert_eq!(broken.sent.len(), 3, "three dollars may have been spent");
}

proptest! {
    #[test]
    fn every_question_ends_once_and_limits_hold_whatever_happens(
        seed in 0u64..1_000_000,
        sizes in prop::collection::vec((0usize..2, 1usize..40), 1..4),
        connections in 1u32..9,
        weights in prop::array::uniform8(0u32..5),
    ) {
        let kinds = [
            None, Some(Failure::Unavailable), Some(Failure::RateLimited), Some(Failure::TimedOut),
            Some(Failure::InvalidRequest), Some(Failure::Malformed), Some(Failure::Reset),
            Some(Failure::Auth),
        ];
        let mut kinds: Vec<_> = kinds.iter().zip(weights)
            .flat_map(|(kind, n)| std::iter::repeat_n(*kind, n as usize))
            .collect();
        kinds.push(None);
        let limits = limits(json!({ "connections": connections, "timeout": "2s" }));
        let report = run(&sizes, &limits, &|job, _| {
            let parts = [job.at.to_string(), job.n_attempts.to_string()];
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let mut rng = Seed(seed).stream("world", &parts);
            let kind = kinds[rng.random_range(0..kinds.len())];
            (rng.random_range(1..2_000_000), exchange(kind.map_or(Ok(3), Err)))
        });
        let n: usize = sizes.iter().map(|(_, n)| n).sum();
        prop_assert_eq!(report.ended.len(), n);
        prop_assert!(report.most_in_flight <= connections as usize * sizes.len());
        for (at, (failure, n_attempts, _)) in &report.ended {
            let n_sent = report.sent.iter().filter(|(_, sent)| sent == at).count();
            prop_assert_eq!(n_sent, *n_attempts as usize);
            prop_assert!(*n_attempts <= 10);
            prop_assert!(failure.is_some() || *n_attempts > 0);
        }
    }
}

#[test]
fn what_waited_for_a_claim_while_its_lane_was_closed_ends_with_it() {
    let limits = limits(json!({}));
    let key = KeyLimits::default();
    let mut dispatcher = Dispatcher::new(lanes(&[(0, 3)], &limits), &[&key], &Sized, None, Seed(7));
    let sent = |dispatcher: &mut Dispatcher<'_>| match dispatcher.next(Micros(0)) {
        Step::Send(job) => job,
        step => panic!("{step:?}"),
    };
    let (first, waits, claimed) =
        (sent(&mut dispatcher), sent(&mut dispatcher), sent(&mut dispatcher));
    assert!(dispatcher.sends(waits.lane));
    let refused = exchange(Err(Failure::Auth));
    assert!(dispatcher.finished(Micros(1), first, &refused, None).is_some());
    assert!(!dispatcher.sends(waits.lane));
    dispatcher.unsent(Micros(2), waits, Some(Micros(250_000)));
    dispatcher.unsent(Micros(2), claimed, Some(Micros(2)));
    let closed: Vec<_> = dispatcher.closed().iter().map(|it| (it.at, it.failure)).collect();
    assert_eq!(closed, [(1, Failure::Auth), (2, Failure::Auth)]);
    assert!(matches!(dispatcher.next(Micros(3)), Step::Done));
}
