//! How long a whole evaluation takes: two thousand items, ten models, ten policies.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use quorumbench::data::Recorded;
use quorumbench::engine::evaluate::evaluate;
use quorumbench::kernel::Seed;
use quorumbench::scenario::{self, Loaded};
use rand::Rng;

const ITEMS: usize = 2000;
const MODELS: usize = 10;
/// In a hundred: the worst model's accuracy, and what each next one adds.
const ACCURACY: (u32, u32) = (40, 5);

fn evaluation(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = load(folder.path());
    let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
    assert_eq!(rows.len(), ITEMS * MODELS);
    assert_eq!(loaded.plan.policies.len(), 10);
    let mut group = criterion.benchmark_group("evaluation");
    group.sample_size(10);
    group.bench_function("2000 items, 10 models, 10 policies", |bencher| {
        bencher.iter(|| evaluate(black_box(&loaded.plan), &rows, Vec::new()).expect("answers"));
    });
    group.finish();
}

fn load(folder: &Path) -> Loaded {
    let mut rng = Seed(7).stream("bench", &[]);
    let (mut items, mut answers) = (String::new(), "id,model,answer,cost_usd\n".to_owned());
    for item in 0..ITEMS {
        writeln!(items, "{{\"id\":{item},\"target\":\"A\",\"category\":\"c{}\"}}", item % 8)
            .expect("a text takes what is written");
        for model in 0..MODELS {
            let (worst, step) = ACCURACY;
            let is_right = rng.next_u32() % 100 < worst + step * model as u32;
            let wrong = ["B", "C", "D"][(rng.next_u32() % 3) as usize];
            let answer = if is_right { "A" } else { wrong };
            writeln!(answers, "{item},m{model},{answer},0.0000{}", model + 1)
                .expect("a text takes what is written");
        }
    }
    for (name, text) in
        [("items.jsonl", items.as_str()), ("answers.csv", answers.as_str()), ("s.yaml", SCENARIO)]
    {
        std::fs::write(folder.join(name), text).expect("a write");
    }
    scenario::load(&folder.join("s.yaml"), &[]).expect("a scenario without a mistake")
}

const SCENARIO: &str = "version: 1
name: bench
seed: 7
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.csv } }
policies:
  three: { vote: { members: [m7, m8, m9] } }
  five: { vote: { members: [m5, m6, m7, m8, m9] } }
  every: { vote: { members: all } }
  all-cheapest: { vote: { members: all, ties: cheapest } }
  all-random: { vote: { members: all, ties: random } }
  all-weighted: { vote: { members: all, rule: weighted } }
  early: { vote: { members: all, rule: weighted, stop_early: true } }
  quorum: { vote: { members: all, quorum: 7 } }
  saver: { cascade: { stages: [three, m9], accept: { agreement: 0.66 } } }
  nested: { vote: { members: [three, saver, m0] } }
";

criterion_group!(benches, evaluation);
criterion_main!(benches);
