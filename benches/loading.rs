//! How long a large recording takes to read.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::exchange::import;

const MODELS: u64 = 10;
const ROWS: u64 = 100_000;

fn loading(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.csv");
    std::fs::write(&path, rows()).expect("a write");
    let paths = [path];
    let mut group = criterion.benchmark_group("loading");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    group.bench_function("recorded rows, csv", |bencher| {
        bencher.iter(|| {
            let recording = import::read(black_box(&paths)).expect("good rows");
            assert_eq!(recording.rows.len() as u64, ROWS);
            recording
        });
    });
    group.finish();
}

/// Every column that a run writes and a reader needs, ten models an item.
fn rows() -> String {
    let mut text = "id,model,answer,correct,status,prompt_tokens,completion_tokens,cost_usd,\
                    latency_ms\n"
        .to_owned();
    for row in 0..ROWS {
        let (item, model) = (row / MODELS, row % MODELS);
        let answer = ["A", "B", "C", "D"][((item * 7 + model * 3) % 4) as usize];
        writeln!(text, "{item},model-{model},{answer},{},ok,120,4,0.000021,431.5", row % 2)
            .expect("a text takes what is written");
    }
    text
}

criterion_group!(benches, loading);
criterion_main!(benches);
