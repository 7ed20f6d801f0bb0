//! How long resampling takes: the bootstrap of a paired difference, graded and right or wrong, and
//! many policies against one baseline.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::kernel::Seed;
use quorumbench::stats::bootstrap::{Draws, Units, bootstrap_means};
use quorumbench::stats::max_t;
use rand::Rng;
use rayon::ThreadPoolBuilder;

const ITEMS: u32 = 10_000;
const RESAMPLES: usize = 10_000;

fn bootstrap(criterion: &mut Criterion) {
    let apart: Vec<u32> = (0..ITEMS).collect();
    let one_thread = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let draws = Draws { seed: Seed(7), purpose: "bench", n_resamples: RESAMPLES };
    let mut group = criterion.benchmark_group("bootstrap of 10000 items on one thread");
    group.sample_size(10).throughput(Throughput::Elements(RESAMPLES as u64));
    for (name, difference) in [("graded", graded as fn(u64) -> f64), ("right or wrong", discordant)]
    {
        let differences = differences("bootstrap", ITEMS, difference);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let units = Units::new(&[black_box(&differences)], &apart).expect("units");
                let means = one_thread.install(|| bootstrap_means(&units, draws));
                let replicates = means.replicates(|means| means[0]).expect("replicates");
                replicates.bca(0.95).expect("an interval")
            });
        });
    }
    group.finish();
}

fn many_policies(criterion: &mut Criterion) {
    const POLICIES: usize = 100;
    const ITEMS: u32 = 12_000;
    const RESAMPLES: usize = 2000;
    let apart: Vec<u32> = (0..ITEMS).collect();
    let draws = Draws { seed: Seed(7), purpose: "bench", n_resamples: RESAMPLES };
    let mut group = criterion.benchmark_group("100 policies against one on 12000 items");
    group.sample_size(10).throughput(Throughput::Elements(RESAMPLES as u64));
    for (name, difference) in [("graded", graded as fn(u64) -> f64), ("right or wrong", discordant)]
    {
        let columns: Vec<Vec<f64>> = (0..POLICIES)
            .map(|policy| differences(&policy.to_string(), ITEMS, difference))
            .collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let units = Units::new(black_box(&columns), &apart).expect("units");
                max_t(&units, 0.95, draws).expect("contrasts")
            });
        });
    }
    group.finish();
}

/// A difference for each item.
fn differences(of: &str, n_items: u32, difference: fn(u64) -> f64) -> Vec<f64> {
    let mut rng = Seed(7).stream("bench", &[of]);
    (0..n_items).map(|_| difference(rng.next_u64())).collect()
}

/// Any number in [-1, 1].
fn graded(word: u64) -> f64 {
    2.0 * (word as f64 / u64::MAX as f64) - 1.0
}

/// One of them alone right on 15 and on 12 of 100 items.
fn discordant(word: u64) -> f64 {
    match word % 100 {
        0..15 => 1.0,
        15..27 => -1.0,
        _ => 0.0,
    }
}

criterion_group!(benches, bootstrap, many_policies);
criterion_main!(benches);
