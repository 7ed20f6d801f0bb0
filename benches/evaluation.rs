//! How long a whole evaluation takes, from rows to the last interval.

use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use quorumbench::data::Recorded;
use quorumbench::engine::evaluate::evaluate;
use quorumbench::kernel::Seed;
use quorumbench::scenario::{self, Loaded};
use rand::Rng;

/// How much there is to judge.
struct Size {
    items: usize,
    models: usize,
    policies: String,
}

/// In a hundred: the worst model's accuracy, and what all the better ones together add.
const ACCURACY: (usize, usize) = (40, 50);

fn evaluation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("evaluation");
    group.sample_size(10);
    for (name, size) in [
        (
            "2000 items, 10 models, 10 policies",
            Size { items: 2000, models: 10, policies: TEN.to_owned() },
        ),
        (
            "12000 items, 28 models, 100 policies",
            Size { items: 12_000, models: 28, policies: a_hundred() },
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let loaded = load(folder.path(), &size);
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        assert_eq!(rows.len(), size.items * size.models);
        group.bench_function(name, |bencher| {
            bencher.iter(|| evaluate(black_box(&loaded.plan), &rows, Vec::new()).expect("answers"));
        });
    }
    group.finish();
}

fn load(folder: &Path, size: &Size) -> Loaded {
    let mut rng = Seed(7).stream("bench", &[]);
    let (mut items, mut answers) = (String::new(), "id,model,answer,cost_usd\n".to_owned());
    for item in 0..size.items {
        writeln!(items, "{{\"id\":{item},\"target\":\"A\",\"category\":\"c{}\"}}", item % 8)
            .expect("a text takes what is written");
        for model in 0..size.models {
            let (worst, all) = ACCURACY;
            let accuracy = worst + all * model / size.models;
            let is_right = rng.next_u32() % 100 < accuracy as u32;
            let wrong = ["B", "C", "D"][(rng.next_u32() % 3) as usize];
            let answer = if is_right { "A" } else { wrong };
            writeln!(answers, "{item},m{model},{answer},0.00{:02}", model + 1)
                .expect("a text takes what is written");
        }
    }
    let text = format!("{HEAD}{}", size.policies);
    for (name, text) in [("items.jsonl", &items), ("answers.csv", &answers), ("s.yaml", &text)] {
        std::fs::write(folder.join(name), text).expect("a write");
    }
    scenario::load(&folder.join("s.yaml"), &[]).expect("a scenario without a mistake")
}

/// Votes of three and of five by two rules, and cascades of them.
fn a_hundred() -> String {
    let mut policies = String::new();
    for at in 0..80 {
        let n_members = if at % 2 == 0 { 3 } else { 5 };
        let members: Vec<String> =
            (0..n_members).map(|member| format!("m{}", (at + 5 * member) % 28)).collect();
        let rule = if at % 4 < 2 { "majority" } else { "weighted" };
        let members = members.join(", ");
        writeln!(policies, "  vote{at}: {{ vote: {{ members: [{members}], rule: {rule} }} }}")
            .expect("a text takes what is written");
    }
    for at in 0..20 {
        let (stage, last) = (at * 4, 8 + at);
        writeln!(
            policies,
            "  saver{at}: {{ cascade: {{ stages: [vote{stage}, m{last}], \
             accept: {{ agreement: 0.9 }} }} }}"
        )
        .expect("a text takes what is written");
    }
    policies
}

const HEAD: &str = "version: 1
name: bench
seed: 7
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.csv } }
policies:
";

const TEN: &str = "  three: { vote: { members: [m7, m8, m9] } }
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
