//! How right an answer is, and which answers are the same.

mod choice;
mod exact;
mod f1;
mod includes;
mod normal;
mod numeric;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

pub use choice::Choice;
pub use exact::{Exact, Normalize};
pub use f1::F1;
pub use includes::Includes;
pub use numeric::Numeric;

/// What makes an answer right: `exact`, or `{ numeric: { tolerance: 0.01 } }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = bare_kinds)]
pub enum Score {
    /// The same words.
    Exact(Exact),
    /// The same number.
    Numeric(Numeric),
    /// The same letter.
    Choice(Choice),
    /// The share of words in common.
    F1(F1),
    /// The target stands in the answer.
    Includes(Includes),
}

/// Answers sorted into classes of equal ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classes {
    /// What each class says, sorted; one text a class.
    pub texts: Vec<String>,
    /// The class of each answer, in the order of the answers.
    pub of: Vec<usize>,
}

/// Each kind with one sentence.
const KINDS: [(&str, &str); 5] = [
    ("exact", "1 for the same words; case, punctuation and articles don't count."),
    ("numeric", "1 for the same number, within a tolerance."),
    ("choice", "1 for the same letter."),
    ("f1", "The share of words that answer and target have in common."),
    ("includes", "1 where the target stands in the answer."),
];

impl Score {
    /// Every kind's name with a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// How right `answer` is, from 0 to 1: the best over `targets`, and 0 where there are none.
    pub fn score(&self, answer: &str, targets: &[String]) -> f64 {
        let against = |target: &String| match self {
            Self::Exact(exact) => f64::from(exact.holds(answer, target)),
            Self::Numeric(numeric) => f64::from(numeric.holds(answer, target)),
            Self::Choice(choice) => f64::from(choice.holds(answer, target)),
            Self::F1(f1) => f1.overlap(answer, target),
            Self::Includes(includes) => f64::from(includes.holds(answer, target)),
        };
        targets.iter().map(against).fold(0.0, f64::max)
    }

    /// Which of `answers` are the same answer in a vote. It doesn't depend on their order.
    pub fn classes(&self, answers: &[&str]) -> Classes {
        match self {
            Self::Exact(exact) => by_text(answers, |answer| exact.canonical(answer)),
            Self::Numeric(numeric) => numeric.classes(answers),
            Self::Choice(choice) => by_text(answers, |answer| choice.canonical(answer)),
            Self::F1(_) | Self::Includes(_) => by_text(answers, normal::squad),
        }
    }
}

impl Default for Score {
    fn default() -> Self {
        Self::Exact(Exact::default())
    }
}

/// Answers are the same where their canonical text is.
fn by_text(answers: &[&str], canonical: impl Fn(&str) -> String) -> Classes {
    let own: Vec<String> = answers.iter().map(|answer| canonical(answer)).collect();
    let mut class_of: BTreeMap<&str, usize> = own.iter().map(|text| (text.as_str(), 0)).collect();
    for (class, place) in class_of.values_mut().enumerate() {
        *place = class;
    }
    let of = own.iter().map(|text| class_of[text.as_str()]).collect();
    Classes { texts: class_of.into_keys().map(str::to_owned).collect(), of }
}

fn bare_kinds(schema: &mut Schema) {
    crate::task::also_bare(schema, Score::kinds().map(|(name, _)| name));
}
