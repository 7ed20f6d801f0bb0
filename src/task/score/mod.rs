//! How an answer is judged against the accepted targets, and which answers are the same one.

mod choice;
mod classes;
mod exact;
mod f1;
mod includes;
mod numeric;
mod ranking;

pub use choice::Choice;
pub use classes::Classes;
pub use exact::{Exact, Normalize};
pub use f1::F1;
pub use includes::Includes;
pub use numeric::{Numeric, Tolerance};
pub use ranking::{By, Ranking};

use crate::kernel::kinds;

kinds! {
    /// How an answer is judged: `exact`, or `{ numeric: { absolute: 0.5 } }`.
    Score, "a scorer, such as `exact` or `{ numeric: { absolute: 0.5 } }`":
    "exact" => Exact: "Right when it equals a target, apart from case, punctuation and articles.",
    "numeric" => Numeric: "Right when it is the number that a target is, within a tolerance.",
    "choice" => Choice: "Right when it is the letter that a target is.",
    "f1" => F1: "How many words it shares with a target, from 0 to 1.",
    "includes" => Includes: "Right when a target stands in it as whole words.",
    "ranking" => Ranking: "Right when it ranks options as a target does.",
}

impl Default for Score {
    fn default() -> Self {
        Self::Exact(Exact::default())
    }
}

impl Score {
    /// How right an answer is, from 0 to 1: the best over the accepted targets.
    ///
    /// Without targets it is 0: nothing would be right. An empty target accepts only an answer
    /// which is empty too.
    pub fn score(&self, answer: &str, targets: &[String]) -> f64 {
        let scores = targets.iter().map(|target| match self {
            Self::Exact(exact) => exact.score(answer, target),
            Self::Numeric(numeric) => numeric.score(answer, target),
            Self::Choice(choice) => choice.score(answer, target),
            Self::F1(f1) => f1.score(answer, target),
            Self::Includes(includes) => includes.score(answer, target),
            Self::Ranking(ranking) => ranking.score(answer, target),
        });
        scores.fold(0.0, f64::max)
    }

    /// Groups the answers which are one answer under this scorer.
    ///
    /// Neither the texts nor their order depend on the order of the answers.
    pub fn classes(&self, answers: &[&str]) -> Classes {
        match self {
            Self::Exact(exact) => exact.classes(answers),
            Self::Numeric(numeric) => numeric.classes(answers),
            Self::Choice(choice) => choice.classes(answers),
            Self::F1(f1) => f1.classes(answers),
            Self::Includes(includes) => includes.classes(answers),
            Self::Ranking(ranking) => ranking.classes(answers),
        }
    }
}

/// 1 for right and 0 for wrong.
fn right_or_wrong(is_right: bool) -> f64 {
    f64::from(u8::from(is_right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_may_be_bare_a_table_or_an_empty_table() -> Result<(), serde_json::Error> {
        for (name, _) in Score::kinds() {
            let bare: Score = serde_json::from_str(&format!("\"{name}\""))?;
            let empty: Score = serde_json::from_str(&format!("{{\"{name}\": {{}}}}"))?;
            assert_eq!(bare, empty, "{name}");
            assert_eq!(serde_json::from_str::<Score>(&serde_json::to_string(&bare)?)?, bare);
        }
        Ok(())
    }

    #[test]
    fn the_best_target_counts_and_no_target_is_never_right() {
        let targets = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        for (answer, accepted, score) in [
            ("foo", &["foobar", "boofar", "foo"][..], 1.0),
            ("hello", &["", "hello"], 1.0),
            ("", &[""], 1.0),
            ("", &[], 0.0),
            ("foo", &[], 0.0),
        ] {
            let targets: Vec<String> = targets(accepted);
            assert_eq!(Score::default().score(answer, &targets), score, "{answer} {accepted:?}");
        }
    }
}
