//! `medoid`: for free text, the answer that is most like all the others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::words::{f1, words};
use crate::vote::tally::exceeds;

/// The answer whose mean similarity to all other answers is largest.
///
/// Two texts are as similar as their words are shared: the F1 score of the two bags of words, in
/// lower case, without punctuation and articles. No text is written anew: the winner is one that a
/// member gave. Answers of equal similarity tie; two answers alone always do, because each is as
/// like the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Medoid {}

impl Medoid {
    /// The positions of the texts with the largest mean similarity to the other texts: none
    /// without texts, one or, in a tie, several.
    ///
    /// There is one text for each ballot, so that an answer given twice counts twice. The order of
    /// texts doesn't matter.
    /// Source: the rule for open answers of J. Li et al., More Agents Is All You Need, TMLR 2024
    /// (arXiv:2402.05120), section 3, with token F1 (Rajpurkar et al. 2016, arXiv:1606.05250) in
    /// place of BLEU, which is not symmetric and is 0 for most short texts. Checked by hand (test
    /// below).
    pub fn of(self, texts: &[&str]) -> Vec<usize> {
        let bags: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
        let similarity = |one: usize| {
            let others = (0..bags.len()).filter(|other| *other != one);
            let mut all: Vec<f64> = others.map(|other| f1(&bags[one], &bags[other])).collect();
            all.sort_by(f64::total_cmp);
            all.iter().sum::<f64>()
        };
        // The sum over the same number of others orders as the mean does.
        let sums: Vec<f64> = (0..bags.len()).map(similarity).collect();
        let most = sums.iter().copied().fold(0.0, f64::max);
        (0..bags.len()).filter(|one| !exceeds(most, sums[*one])).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_most_like_the_others_wins() {
        for (name, texts, winners) in [
            ("none", &[][..], &[][..]),
            ("one", &["Paris"], &[0]),
            ("two always tie", &["Paris", "in Rome"], &[0, 1]),
            // Similarities: .8 between the first two, 2/3 and .5 to the third, 0 to the last.
            ("the middle of three", &["the red car", "a big red car", "car", "no idea"], &[0]),
            ("what two said", &["Rome", "Paris", "rome."], &[0, 2]),
            ("nothing in common", &["one", "two", "three"], &[0, 1, 2]),
            ("empty texts are alike", &["", "no", " "], &[0, 2]),
        ] {
            assert_eq!(Medoid {}.of(texts), winners, "{name}");
        }
    }

    #[test]
    fn there_are_no_options() {
        assert!(serde_json::from_str::<Medoid>("{}").is_ok());
        assert!(serde_json::from_str::<Medoid>(r#"{"similarity": "bleu"}"#).is_err());
    }

    proptest! {
        #[test]
        fn the_order_of_texts_changes_nothing(
            (one, other) in prop::collection::vec("[ab c]{0,6}", 0..6)
                .prop_flat_map(|texts| (Just(texts.clone()), Just(texts).prop_shuffle())),
        ) {
            let winners = |texts: &[String]| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let won = Medoid {}.of(&texts);
                let mut won: Vec<&str> = won.iter().map(|idx| texts[*idx]).collect();
                won.sort_unstable();
                won.join("|")
            };
            prop_assert_eq!(winners(&one), winners(&other));
        }
    }
}
