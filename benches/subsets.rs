//! How long it takes to try every subset of some models.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::engine::recommend::{ABSENT, OneItem, Slices, subsets::subsets};
use quorumbench::kernel::Seed;
use rand::Rng;

/// As many as the MMLU test set, which has four options.
const N_ITEMS: usize = 14_000;
const N_WRONG: u32 = 3;

fn every_subset(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("subsets");
    group.sample_size(20);
    for n_voters in [12_usize, 16] {
        let said = said(n_voters);
        let n_subsets = (1_u64 << n_voters) - 1;
        group.throughput(Throughput::Elements(n_subsets * N_ITEMS as u64));
        let name = format!("{n_subsets} of {n_voters} models, {N_ITEMS} items");
        group.bench_function(name, |bencher| {
            // Packing the answers into bits is part of the work.
            bencher.iter(|| subsets(&slices(black_box(&said), n_voters)));
        });
    }
    group.finish();
}

fn slices(said: &[u8], n_voters: usize) -> Slices {
    let items = said.chunks_exact(n_voters);
    Slices::new(n_voters, items.map(|said| OneItem { said, right: &[0], baseline: false }))
}

/// Models that are right on 60 to 86 % of the items; a wrong one takes one of three answers, and
/// one call in fifty fails.
fn said(n_voters: usize) -> Vec<u8> {
    let mut rng = Seed(7).stream("bench", &[]);
    let mut said = Vec::with_capacity(N_ITEMS * n_voters);
    for at in 0..N_ITEMS * n_voters {
        let accuracy = 60 + 26 * (at % n_voters) as u32 / n_voters as u32;
        let (fails, draw, wrong) = (rng.next_u32() % 50, rng.next_u32() % 100, rng.next_u32());
        said.push(match (fails, draw < accuracy) {
            (0, _) => ABSENT,
            (_, true) => 0,
            (_, false) => 1 + (wrong % N_WRONG) as u8,
        });
    }
    said
}

criterion_group!(benches, every_subset);
criterion_main!(benches);
