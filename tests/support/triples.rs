//! Which items every triple of the most accurate models on MMLU-Pro has right, in bits.

use crate::answers::Answers;
use crate::mmlu_pro::MODELS;

/// How many of the most accurate models are put into triples.
const N_BEST: usize = 12;

/// The mean of draws, and its standard error.
pub(crate) fn mean(draws: &[f64]) -> (f64, f64) {
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let squares: f64 = draws.iter().map(|one| (one - mean).powi(2)).sum();
    (mean, (squares / (n * (n - 1.0))).sqrt())
}

/// These items, a bit each.
pub(crate) fn bits<'a>(items: impl Iterator<Item = &'a usize>, n_items: usize) -> Vec<u64> {
    let mut bits = vec![0_u64; n_items.div_ceil(64)];
    items.for_each(|item| bits[item / 64] |= 1 << (item % 64));
    bits
}

/// The first of the triples that have most of these items right.
pub(crate) fn best_on(triples: &[Vec<u64>], among: &[u64]) -> usize {
    let right = |at: &usize| share(&triples[*at], among, 1);
    (0..triples.len()).rev().max_by(|a, b| right(a).total_cmp(&right(b))).expect("a triple")
}

/// Which items each triple has right, a bit each: two who agree, else the most accurate of those
/// who answered.
pub(crate) fn triples(answers: &Answers) -> Vec<Vec<u64>> {
    let of_model = |model: &&str| -> Vec<&str> {
        answers.items.iter().map(|(id, _)| answers.answer(model, id)).collect()
    };
    let given: Vec<Vec<&str>> = MODELS[..N_BEST].iter().map(of_model).collect();
    let mut triples = Vec::new();
    for a in 0..N_BEST {
        for b in a + 1..N_BEST {
            for c in b + 1..N_BEST {
                let mut right = vec![0_u64; answers.items.len().div_ceil(64)];
                for (item, (_, target)) in answers.items.iter().enumerate() {
                    let [a, b, c] = [a, b, c].map(|model| given[model][item]);
                    let first = [a, b, c].into_iter().find(|it| !it.is_empty()).unwrap_or_default();
                    let chosen = if !b.is_empty() && b == c { b } else { first };
                    right[item / 64] |= u64::from(chosen == target) << (item % 64);
                }
                triples.push(right);
            }
        }
    }
    triples
}

pub(crate) fn share(right: &[u64], among: &[u64], n: usize) -> f64 {
    let n_right: u32 = right.iter().zip(among).map(|(a, b)| (a & b).count_ones()).sum();
    f64::from(n_right) / n as f64
}
