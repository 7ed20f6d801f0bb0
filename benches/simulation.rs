//! How fast virtual time passes: a month of requests beside a bare heap of as many events, and a
//! gateway with three providers, on one thread.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::data::Recorded;
use quorumbench::engine::evaluate::{Ground, all_policies, grounds};
use quorumbench::engine::simulate::simulate;
use quorumbench::kernel::{Key, PolicyId, Seed};
use quorumbench::policy::Policy;
use quorumbench::scenario::{self, Grounds, Loaded};

/// Two providers with outages, a breaker and retries, at one request a second for thirty days.
const MONTH: &str = "
models:
  a: { provider: x, limits: { timeout: 5s } }
  b: { provider: y, limits: { timeout: 5s } }
breakers:
  careful: { failure_rate: 0.5, window: 20, minimum_calls: 5, wait: 30s }
policies:
  net: { failover: { rungs: [a, b], retry: { attempts: 2 }, breaker: careful } }
faults:
  first: { renewal: { of: { model: a }, good_for: { exponential: { mean: 5d } },
    bad_for: { log-normal: { median: 1h, sigma: 1.2 } } } }
  second: { renewal: { of: { model: b }, good_for: { exponential: { mean: 5d } },
    bad_for: { log-normal: { median: 1h, sigma: 1.2 } } } }
  noise: { outage: { error_rate: 0.01 } }
traffic: { poisson: { rate: 1/s, for: 30d } }
simulate: { replicates: 2 }
";
const A_MONTH: u64 = 30 * 86_400;

/// Three providers of 256 places, 1 % errors, two outages each of the first two, a breaker that
/// opens at five failures in a row: a million requests at 200 a second.
const GATEWAY: &str = "
models:
  a: { provider: x, limits: { timeout: 2s } }
  b: { provider: y, limits: { timeout: 2s } }
  c: { provider: z, limits: { timeout: 2s } }
breakers:
  five: { failure_rate: 1.0, window: 5, minimum_calls: 5, wait: 30s, permits: 1 }
policies:
  net: { failover: { rungs: [a, b, c], breaker: five } }
faults:
  a1: { outage: { of: { model: a }, at: 500s, for: 300s } }
  a2: { outage: { of: { model: a }, at: 2500s, for: 100s } }
  b1: { outage: { of: { model: b }, at: 700s, for: 50s } }
  b2: { outage: { of: { model: b }, at: 3000s, for: 400s } }
  noise: { outage: { error_rate: 0.01 } }
traffic: { poisson: { rate: 200/s, for: 5000s } }
simulate: { replicates: 2, capacity: { a: 256, b: 256, c: 256 } }
";
const A_MILLION: u64 = 1_000_000;

fn simulation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulation");
    group.sample_size(10);
    for (name, rest, n) in
        [("a month", MONTH, A_MONTH), ("a million requests through a gateway", GATEWAY, A_MILLION)]
    {
        let town = Town::new(rest);
        // Two replicates on one thread: twice as many requests.
        group.throughput(Throughput::Elements(2 * n));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        group.bench_function(format!("{name}, twice"), |bencher| {
            bencher.iter(|| pool.install(|| town.simulate()));
        });
        // An arrival, the beginning of a call and its end.
        for (with, all_at_once) in [("what is under way", false), ("every arrival", true)] {
            let heap = || heap(black_box(n), all_at_once);
            group.bench_function(
                format!("a bare heap with {with}, as many events as {name}, twice"),
                |bencher| bencher.iter(|| (heap(), heap())),
            );
        }
    }
    group.finish();
}

/// Takes three events of each request off a heap, each with a time that is drawn. Arrivals are in
/// it from the beginning, as in a plain simulation, or come one by one, as they do in ours.
fn heap(n_requests: u64, all_at_once: bool) -> u64 {
    let key = Key::new(Seed(7), "bench", &[]);
    let mut heap = BinaryHeap::new();
    let (mut sum, mut arrival) = (0, 0.0);
    for n in 0..n_requests {
        arrival -= key.with(n).open_uniform().ln() * 1e6;
        heap.push(Reverse((arrival as u64, n, 0_u8)));
        if !all_at_once {
            sum += pass(&mut heap, key, arrival as u64);
        }
    }
    sum + pass(&mut heap, key, u64::MAX)
}

/// Takes off what happens until then.
fn pass(heap: &mut BinaryHeap<Reverse<(u64, u64, u8)>>, key: Key, until: u64) -> u64 {
    let mut sum = 0;
    while let Some(Reverse((at, which, step))) = heap.peek().copied() {
        if at > until {
            break;
        }
        heap.pop();
        sum += at;
        if step < 2 {
            let wait = key.with(which).with(u64::from(step)).below(1_000_000);
            heap.push(Reverse((at + wait, which, step + 1)));
        }
    }
    sum
}

struct Town {
    loaded: Loaded,
    grounds: Vec<Ground>,
    policies: BTreeMap<PolicyId, Policy>,
}

impl Town {
    fn new(rest: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut items = String::new();
        for item in 0..2000 {
            writeln!(items, "{{\"id\":{item},\"target\":\"A\"}}").expect("a text takes it");
        }
        std::fs::write(folder.path().join("items.jsonl"), items).expect("a file");
        // Medians of 0.3, 0.45 and 0.6 s, log-normal with a sigma of 0.5.
        let provider = |name: &str, p50: f64| {
            let p95 = p50 * (1.644_853_6_f64 * 0.5).exp();
            format!(
                "  {name}: {{ synthetic: {{ latency: {{ p50: {p50:.0}ms, p95: {p95:.0}ms }} }} }}\n"
            )
        };
        let text = format!(
            "version: 1\nname: bench\nseed: 7\ntasks: {{ t: {{ dataset: items.jsonl }} }}\n\
             providers:\n{}{}{}{rest}",
            provider("x", 300.0),
            provider("y", 450.0),
            provider("z", 600.0)
        );
        let file = folder.path().join("scenario.yaml");
        std::fs::write(&file, text).expect("a file");
        let loaded = scenario::load(&file, &[]).expect("a scenario without mistakes");
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        let grounds = grounds(&loaded.plan, &rows).expect("answers");
        let policies = all_policies(&loaded.plan);
        Self { grounds, policies, loaded }
    }

    fn simulate(&self) -> f64 {
        let ground = &self.grounds[0];
        let grounds = Grounds {
            task: &self.loaded.plan.tasks[0],
            matrix: &ground.matrix,
            n_classes: &ground.n_classes,
            knowledge: &ground.knowledge,
            asking: &ground.asking,
        };
        let wanted = |name: &PolicyId| name.as_str() == "net";
        let simulated = simulate(&self.loaded.plan, &self.policies, &wanted, &[grounds]);
        simulated.expect("traffic").rows[0].served.point
    }
}

criterion_group!(benches, simulation);
criterion_main!(benches);
