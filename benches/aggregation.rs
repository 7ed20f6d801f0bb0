//! How long it takes to learn from votes: ten voters with four labels, on up to a million items.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::kernel::Seed;
use quorumbench::vote::{Classes, DawidSkene, Iterations, Tolerance, Votes, plurality};
use rand::Rng;

const VOTERS: usize = 10;
const CLASSES: u16 = 4;

fn majority(criterion: &mut Criterion) {
    let labels = labels(1_000_000);
    let mut group = criterion.benchmark_group("aggregation");
    group.sample_size(10).throughput(Throughput::Elements(1_000_000));
    group.bench_function("plurality", |bencher| {
        bencher.iter(|| plurality(black_box(&labels), VOTERS));
    });
    group.finish();
}

fn dawid_skene(criterion: &mut Criterion) {
    let n_items = 100_000;
    let votes = votes(&labels(n_items));
    let rule = DawidSkene {
        iterations: Iterations::try_from(100).expect("a number of rounds"),
        tolerance: Tolerance::try_from(0.0).expect("a tolerance"),
    };
    let mut group = criterion.benchmark_group("aggregation");
    group.sample_size(10).throughput(Throughput::Elements(n_items as u64));
    group.bench_function("dawid-skene, 100 rounds", |bencher| {
        bencher.iter(|| rule.beliefs(black_box(&votes)));
    });
    group.finish();
}

/// Labels of voters who are right with chances from 0.4 to 0.85, and else say any other label.
///
/// Of a hundred thousand items about 56 000 are voted on in ways of their own.
fn labels(n_items: usize) -> Vec<u8> {
    let mut rng = Seed(7).stream("bench", &[]);
    let classes = u32::from(CLASSES);
    let mut labels = Vec::with_capacity(n_items * VOTERS);
    for _ in 0..n_items {
        let right = rng.next_u32() % classes;
        for voter in 0..VOTERS as u32 {
            let is_right = rng.next_u32() % 100 < 40 + 5 * voter;
            let off = if is_right { 0 } else { 1 + rng.next_u32() % (classes - 1) };
            labels.push(((right + off) % classes) as u8);
        }
    }
    labels
}

fn votes(labels: &[u8]) -> Votes {
    let of_item = |of_item: &[u8]| (0..).zip(of_item.iter().copied().map(u16::from)).collect();
    let of_items: Vec<Vec<(u16, u16)>> = labels.chunks_exact(VOTERS).map(of_item).collect();
    Votes::new(VOTERS, Classes::Shared(CLASSES), &of_items)
}

criterion_group!(benches, majority, dawid_skene);
criterion_main!(benches);
