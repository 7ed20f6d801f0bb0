//! Writes the dataset arithmetic-units: 12 kinds of sums with units, 18 of each, easy to hard.
//!
//! `cargo run --locked --example arithmetic_units > datasets/arithmetic-units/items.jsonl`
//!
//! All arithmetic is on whole numbers, so that every target is exact, and the generator of chance
//! is written out in `draws.rs`, so that no release of a library can change the dataset.

pub(crate) mod draws;
mod kinds;
mod question;
mod words;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use draws::Draws;
use kinds::KINDS;
use question::{Level, Question};

/// The seed of the committed dataset.
const SEED: u64 = 7;

/// Within a kind the first items are the easy ones.
const LEVELS: [Level; 3] = [Level::Easy, Level::Middling, Level::Hard];
const ITEMS_PER_LEVEL: usize = 6;

fn main() -> io::Result<()> {
    io::stdout().write_all(jsonl().as_bytes())
}

/// The whole dataset, one JSON object a line.
///
/// Each kind draws from a stream of its own, so that a change to one leaves the others alone; a
/// question that was already asked is drawn again.
pub(crate) fn jsonl() -> String {
    let mut lines = String::new();
    let mut asked = BTreeSet::new();
    for (kind_seed, (category, ask)) in (SEED..).zip(KINDS) {
        let mut draws = Draws::from_seed(kind_seed);
        for level in LEVELS {
            for _ in 0..ITEMS_PER_LEVEL {
                let Question { input, target } = loop {
                    let question = ask(&mut draws, level);
                    if asked.insert(question.input.clone()) {
                        break question;
                    }
                };
                let id = asked.len();
                // Neither quotes nor backslashes occur in a question: nothing needs an escape.
                writeln!(
                    lines,
                    r#"{{"id": "a{id:03}", "input": "{input}", "target": "{target}", "category": "{category}"}}"#,
                )
                .expect("a String takes everything");
            }
        }
    }
    lines
}
