//! How long claiming and keeping answers takes, and finding them again, on a file that holds many.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::data::Recorded;
use quorumbench::kernel::{Micros, Tokens, Usd};
use quorumbench::store::{Claim, Entry, Key, Store, Timing, Which, request_json};

const BATCH: u64 = 20;
/// Answers that are in the file before anything is timed.
const KEPT: u64 = 100_000;

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("answers.sqlite")).expect("a store");
    let mut next = 0;
    while next < KEPT {
        claim_and_keep(&store, &questions(&mut next));
    }
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function("claim and keep", |bencher| {
        bencher.iter_batched(
            || questions(&mut next),
            |questions| claim_and_keep(&store, black_box(&questions)),
            criterion::BatchSize::SmallInput,
        );
    });
    let mut old = 0;
    group.bench_function("claim what is kept", |bencher| {
        bencher.iter_batched(
            || {
                old %= KEPT;
                questions(&mut old).into_iter().map(|(_, key)| key).collect::<Vec<_>>()
            },
            |keys| {
                let claims = store.claim(black_box(&keys), Which::All).expect("claims");
                assert!(claims.iter().all(|claim| matches!(claim, Claim::Kept(_))));
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// The next questions, with requests of about 600 bytes.
fn questions(next: &mut u64) -> Vec<(String, Key)> {
    let from = *next;
    *next += BATCH;
    let question = |at| {
        let prompt = format!("{at}: {}", "Which of these is right? ".repeat(20));
        let json = request_json("chat", "http://h/v1", ["mini", &prompt], 0);
        let key = Key::of(&json);
        (json, key)
    };
    (from..*next).map(question).collect()
}

fn claim_and_keep(store: &Store, questions: &[(String, Key)]) {
    let keys: Vec<Key> = questions.iter().map(|(_, key)| *key).collect();
    let claims = store.claim(&keys, Which::All).expect("claims");
    assert!(claims.iter().all(|claim| *claim == Claim::Ours));
    let answer = Recorded {
        task: Some("task".into()),
        id: "item".into(),
        model: "mini".into(),
        response: Some("B. Because it says so.".into()),
        prompt_tokens: Some(Tokens(120)),
        completion_tokens: Some(Tokens(8)),
        cost: Some(Usd::from_picos(22_800_000)),
        ttft: Some(Micros(212_000)),
        latency: Some(Micros(431_500)),
        attempts: Some(1),
        finish_reason: Some("stop".into()),
        recorded_at: Some("2026-11-23T10:00:00Z".into()),
        ..Recorded::default()
    };
    let entries: Vec<Entry<'_>> = questions
        .iter()
        .map(|(request, key)| Entry {
            key: *key,
            request,
            answer: &answer,
            last: Timing::default(),
            status: Some(200),
            detail: None,
            earlier: &[],
        })
        .collect();
    store.keep(&entries).expect("kept");
}

criterion_group!(benches, store);
criterion_main!(benches);
