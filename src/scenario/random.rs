//! Scenarios made of draws, for tests: policies nested, faults mixed, some kinds switched off.

use std::fmt::Write;

use crate::fault::OnWire;
use crate::kernel::{Key, Seed};
use crate::policy::CascadeRoute;

/// The next draws, one after the other.
struct Draws(Key, u64);

impl Draws {
    fn new(seed: u64) -> Self {
        Self(Key::new(Seed(seed), "swarm", &[]), 0)
    }

    fn below(&mut self, n: usize) -> usize {
        self.1 += 1;
        self.0.with(self.1).below(n as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn judging(&mut self) -> (&'static str, &'static str) {
        let how = ["choose", "grade", "pairwise"][self.below(3)];
        (how, ["plurality", "first", "fail"][self.below(3)])
    }

    fn some(&mut self, of: &[String], least: usize) -> String {
        let n = least + self.below(of.len() + 1 - least);
        let first = self.below(of.len());
        let names: Vec<&str> = (0..n).map(|at| of[(first + at) % of.len()].as_str()).collect();
        names.join(", ")
    }
}

/// A scenario of that seed, as text, beside which a dataset `items.jsonl` has to stand. It takes
/// fifteen seconds and has five requests in each, or goes so many times as fast.
pub(crate) fn text(seed: u64, speed: u64) -> String {
    let mut draws = Draws::new(seed);
    let t = |ms: u64| format!("{}us", ms * 1000 / speed);
    let n_models = 2 + draws.below(3);
    let mut text = format!(
        "version: 1\nname: swarm\nseed: {seed}\n\
         tasks: {{ t: {{ dataset: items.jsonl }} }}\nproviders:\n"
    );
    let mut models = Vec::new();
    let samples = if has_samples(seed) { "samples: 2, " } else { "" };
    for at in 0..n_models {
        let (accuracy, p50) = (draws.below(10), 50 + draws.below(300) as u64);
        let _ = writeln!(
            text,
            "  p{at}: {{ synthetic: {{ {samples}accuracy: 0.{accuracy}, latency: {{ p50: {}, p95: \
             {} }}, output_tokens: 5, groups: [g{}] }} }}",
            t(p50),
            t(p50 * 4),
            at % 2
        );
        models.push(format!("m{at}"));
    }
    text.push_str("models:\n");
    for at in 0..n_models {
        let limits = draws.one(&["", ", requests_per_minute: 120"]);
        // The first two share the places of one provider, and still no group that they don't say.
        let provider = if at == 1 && shares_places(seed, speed) {
            "p0, groups: [g1]"
        } else {
            &format!("p{at}")
        };
        let _ = writeln!(
            text,
            "  m{at}: {{ provider: {provider}, price: {{ input: 1, output: 2 }}, limits: {{ timeout: \
             {}{limits} }} }}",
            t(1000)
        );
    }
    let [half, one, two, three] = [500, 1000, 2000, 3000].map(t);
    // Settled without a draw, so that whatever else is drawn stays what it was.
    let probed = |breaker: u64| match (seed + breaker) % 3 {
        0 => format!(", probe: {{ every: {half}, timeout: {}, fall: 2, rise: 1 }}", t(400)),
        1 if seed.is_multiple_of(2) => format!(", probe: {{ every: {one} }}"),
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "breakers:\n  \
         quick: {{ failure_rate: 0.3, window: 10, minimum_calls: 3, wait: {two}, permits: 2{} }}\n  \
         timed: {{ failure_rate: 0.5, window: 5s, minimum_calls: 2, wait: {one}, growth: 2, trial: \
         {three}, slow_rate: 0.5, slow_after: {half}{} }}\n  \
         cool: {{ like: litellm-pool, wait: {three}{} }}\n  \
         hosted: {{ like: portkey, minimum_calls: 2, wait: {two} }}",
        probed(0),
        probed(1),
        probed(2),
    );
    policies(&mut text, &mut draws, models, (seed, speed));
    faults(&mut text, &mut draws, n_models, speed);
    traffic(&mut text, &mut draws, (seed, speed));
    text
}

/// Who asks when, and how many are answered at once.
fn traffic(text: &mut String, draws: &mut Draws, (seed, speed): (u64, u64)) {
    let [two, every, lasts] = [2000, 5000, 15_000].map(|ms| format!("{}us", ms * 1000 / speed));
    let rate = 5 * speed;
    let traffic = [
        format!("poisson: {{ rate: {rate}/s, for: {lasts}, repeats: 0.3 }}"),
        format!(
            "bursts: {{ rate: {}/s, burst_rate: {}/s, burst_for: {two}, every: {every}, for: \
             {lasts} }}",
            2 * speed,
            6 * rate
        ),
        format!("diurnal: {{ rate: {rate}/s, for: {lasts}, peak: {every} }}"),
    ];
    let traffic = &traffic[draws.below(3)];
    let own = draws.one(&["", ", capacity: { m0: 2 }", ", capacity: { m0: 1, m1: 3 }"]);
    let shared = format!(", shared_capacity: {{ p0: {} }}", 1 + seed % 3);
    let capacity = if shares_places(seed, speed) { &*shared } else { own };
    let _ = writeln!(text, "traffic: {{ {traffic} }}\nsimulate: {{ replicates: 2{capacity} }}");
}

/// Four policies, each of models and of policies before it.
fn policies(
    text: &mut String,
    draws: &mut Draws,
    mut known: Vec<String>,
    (seed, speed): (u64, u64),
) {
    text.push_str("policies:\n");
    let t = |ms: u64| format!("{}us", ms * 1000 / speed);
    let models = known.clone();
    for at in 0..4 {
        let asks = asking(draws, speed);
        let kind = match draws.below(11) {
            0 => {
                let late = format!(", call_off: {{ late: {{ by: {} }} }}", t(100));
                let off = draws.one(&["", ", call_off: settled", &late]).to_owned();
                format!("vote: {{ members: [{}]{off} }}", draws.some(&known, 2))
            }
            1 => format!("vote: {{ members: [{}], stop_early: true }}", draws.some(&known, 2)),
            2 => format!(
                "cascade: {{ stages: [{}], accept: {{ agreement: 0.9 }} }}",
                draws.some(&known, 2)
            ),
            3 | 4 => {
                let last = draws.one(&[
                    "",
                    ", \"@cache\"",
                    ", \"@cache\", \"@apology\"",
                    ", \"@similar\"",
                ]);
                let open = draws.one(&["degrade", "bypass", "fail-fast"]);
                let rungs = draws.some(&known, 1);
                format!("failover: {{ rungs: [{rungs}{last}], when_open: {open}{asks} }}")
            }
            5 => {
                let wait = 150_000 / speed;
                let fixed = format!("fixed: {{ wait: {wait}us }}");
                let after = draws.one(&[&fixed, "quantile: { share: 0.8 }"]).to_owned();
                let members = draws.some(&known, 2);
                format!("hedge: {{ members: [{members}], after: {{ {after} }}{asks} }}")
            }
            6 => balance(draws, &models, seed, &asks),
            7 => {
                let members = draws.some(&known, 2);
                // Settled without a draw, so that whatever else is drawn stays what it was.
                let known = ["category", "knn", "logistic", "matrix-factorisation"];
                match (at + members.len()) % 7 {
                    6 if members.split(',').count() <= CascadeRoute::MOST => {
                        let worth = "worth_usd: 0.0001";
                        format!("cascade-route: {{ among: [{members}], {worth}{asks} }}")
                    }
                    6 => format!("route: {{ among: [{members}], by: category }}"),
                    by @ (4 | 5) => {
                        let (pair, by) = (models[..2].join(", "), ["latency", "priority"][by - 4]);
                        format!("route: {{ among: [{pair}], by: {by}{asks} }}")
                    }
                    by => format!("route: {{ among: [{members}], by: {} }}", known[by]),
                }
            }
            nth => about_answers(draws, (nth, seed), &models, &known),
        };
        let _ = writeln!(text, "  c{at}:\n    {kind}");
        known.push(format!("c{at}"));
    }
}

fn balance(draws: &mut Draws, models: &[String], seed: u64, asks: &str) -> String {
    let by =
        ["least-busy", "latency", "peak-ewma", "two-choices", "usage", "weighted"][draws.below(6)];
    let among = draws.some(models, 2);
    // Settled without a draw, as above.
    let by = if seed % 3 == 2 && by == "latency" { "ewma" } else { by };
    format!("balance: {{ among: [{among}], by: {by}, tries: 2{asks} }}")
}

/// Whether the first two models are of one provider, and its places are all that they have: not in
/// what goes faster, which is drilled, where nobody waits for places. Settled without a draw, so
/// that whatever else is drawn stays what it was.
fn shares_places(seed: u64, speed: u64) -> bool {
    speed == 1 && seed % 4 == 1
}

/// Whether models answer twice. Settled without a draw, as above.
fn has_samples(seed: u64) -> bool {
    seed % 8 == 4
}

/// A policy that asks models about what its members answered.
fn about_answers(
    draws: &mut Draws,
    (nth, seed): (usize, u64),
    models: &[String],
    known: &[String],
) -> String {
    let by = draws.below(models.len());
    match nth {
        8 => {
            let (how, otherwise) = draws.judging();
            let members = draws.some(known, 2);
            let members = match has_samples(seed) {
                true => format!("[{}], samples: 2", models[..1 + by % 2].join(", ")),
                false => format!("[{members}]"),
            };
            format!(
                "judge: {{ members: {members}, by: m{by}, how: {how}, otherwise: {otherwise} }}"
            )
        }
        9 => {
            let by = format!("by: m{by}, ");
            let (by, rounds) = (draws.one(&["", &by]).to_owned(), 1 + draws.below(2));
            let members = draws.some(models, 2);
            format!("fuse: {{ members: [{members}], {by}rounds: {rounds} }}")
        }
        _ => {
            let stages = draws.some(known, 2);
            format!("cascade: {{ stages: [{stages}], accept: {{ judge: {{ by: m{by} }} }} }}")
        }
    }
}

fn asking(draws: &mut Draws, speed: u64) -> String {
    let t = |ms: u64| format!("{}us", ms * 1000 / speed);
    let breaker = draws.one(&["", "quick", "timed", "cool", "hosted"]);
    let breaker = if breaker.is_empty() { String::new() } else { format!(", breaker: {breaker}") };
    let waits = format!("attempts: 3, base: {}, cap: {}", t(100), t(300));
    let retry = format!(", retry: {{ {waits} }}");
    let within = format!(", retry: {{ {waits}, budget: {{ share: 0.1, per_second: 0 }} }}");
    let retry = draws.one(&["", &retry, &within]).to_owned();
    let (deadline, timeout) = (format!(", deadline: {}", t(900)), format!(", timeout: {}", t(300)));
    let deadline = draws.one(&["", &deadline, &timeout]).to_owned();
    format!("{breaker}{retry}{deadline}")
}

fn faults(text: &mut String, draws: &mut Draws, n_models: usize, speed: u64) {
    let [tenth, two, three, four, five, six] =
        [100, 2000, 3000, 4000, 5000, 6000].map(|ms| format!("{}us", ms * 1000 / speed));
    text.push_str("faults:\n  none: { slow-down: { at: 1d, factor: 2 } }\n");
    let wire: Vec<&str> = OnWire::kinds().iter().map(|(name, _)| *name).collect();
    for at in 0..draws.below(4) {
        let of = match draws.below(3) {
            0 => String::new(),
            1 => format!("of: {{ model: m{} }}, ", draws.below(n_models)),
            _ => format!("of: {{ group: g{} }}, ", draws.below(2)),
        };
        let reply = draws.one(&wire);
        let share = draws.one(&["0.3", "1.0"]);
        let times = format!(
            "good_for: {{ exponential: {{ mean: {four} }} }}, bad_for: {{ log-normal: {{ median: \
             {two}, sigma: 1 }} }}"
        );
        let fault = match draws.below(9) {
            0 => format!(
                "outage: {{ {of}at: {three}, for: {six}, error_rate: {share}, reply: {reply} }}"
            ),
            1 => format!("renewal: {{ {of}{times}, error_rate: {share}, reply: {reply} }}"),
            2 => format!(
                "gilbert-elliott: {{ {of}good_for: {five}, bad_for: {three}, step: {tenth}, reply: {reply} }}"
            ),
            3 => format!(
                "diurnal: {{ {of}every: {four}, weights: [1, 2], bad_for: {{ weibull: {{ scale: {two}, \
                 shape: 0.8 }} }}, reply: {reply} }}"
            ),
            4 => format!(
                "common-shock: {{ {of}every: {four}, hits: 0.7, bad_for: {{ exponential: {{ mean: {two} \
                 }} }}, reply: {reply} }}"
            ),
            5 => format!("slow-down: {{ {of}share: {share}, factor: 3, added: {tenth} }}"),
            6 => format!("rate-limit: {{ {of}requests_per_minute: {} }}", 20 * speed),
            7 => format!("degraded: {{ {of}share: {share} }}"),
            _ => format!("wrong-model: {{ {of}share: {share}, serves: m0 }}"),
        };
        let _ = writeln!(text, "  f{at}: {{ {fault} }}");
    }
}

/// The lines of `items.jsonl`: so many items of three choices, of which the first is right.
pub(crate) fn items(n: usize) -> String {
    let item = |at: usize| {
        format!(
            "{{\"id\": \"i{at}\", \"input\": \"q{at}\", \"target\": \"A\", \"choices\": \
             [\"A\", \"B\", \"C\"], \"category\": \"c{}\"}}\n",
            at % 3
        )
    };
    (0..n).map(item).collect()
}
