//! `ranking`: the answer ranks options as a target does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Classes, right_or_wrong};
use crate::kernel::Ranking as Order;

/// Equality of rankings: `B > A > C`, `B, A, C` and the three on lines of their own are one answer.
///
/// What is no ranking, say because it names an option twice, is never right, and is the same
/// answer as nothing but its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ranking {
    /// What is compared.
    pub by: By,
}

/// What of two rankings is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The first place: right or wrong. A target may be a single option.
    #[default]
    First,
    /// The share of the target's pairs of options that stand in the same order, from 0 to 1. A
    /// pair that one of the two ties, or that the answer lacks an option of, counts one half; a
    /// pair that both tie counts in full. Between two orders without ties it is Kendall's tau-a,
    /// put on (tau + 1) / 2. Source: M. G. Kendall, Biometrika 30 (1938), 81-93.
    Order,
}

impl Ranking {
    pub(super) fn score(self, answer: &str, target: &str) -> f64 {
        let (Ok(answer), Ok(target)) = (answer.parse::<Order>(), target.parse::<Order>()) else {
            return 0.0;
        };
        match self.by {
            By::First => right_or_wrong(answer.places().next() == target.places().next()),
            By::Order => shared_order(&answer, &target),
        }
    }

    /// Rankings that put the same options in the same places are one answer.
    pub(super) fn classes(self, answers: &[&str]) -> Classes {
        let written = |text: &&str| match text.parse::<Order>() {
            Ok(order) => order.to_string(),
            Err(_) => text.trim().to_owned(),
        };
        let texts = answers.iter().map(written);
        Classes::by_key(texts.map(|text| (text.clone(), text)).collect())
    }
}

fn shared_order(answer: &Order, target: &Order) -> f64 {
    let place = |order: &Order, option: &str| {
        order.places().position(|tied| tied.iter().any(|other| other == option))
    };
    let options: Vec<&str> = target.options().collect();
    let mut shares = Vec::new();
    for (at, one) in options.iter().enumerate() {
        for other in &options[at + 1..] {
            let wanted = place(target, one).cmp(&place(target, other));
            let got = place(answer, one).zip(place(answer, other)).map(|(a, b)| a.cmp(&b));
            shares.push(match got {
                Some(got) if got == wanted => 1.0,
                Some(got) if got.is_ne() && wanted.is_ne() => 0.0,
                _ => 0.5,
            });
        }
    }
    match shares.len() {
        // A single option has no order: either it is named or it isn't.
        0 => right_or_wrong(options.iter().all(|option| place(answer, option).is_some())),
        n => shares.iter().sum::<f64>() / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_are_compared_by_their_first_place_or_by_their_order() {
        for (answer, target, first, order) in [
            ("B > A > C", "B > A > C", 1.0, 1.0),
            ("B, A, C", "B > A > C", 1.0, 1.0),
            ("B > C > A", "B > A > C", 1.0, 2.0 / 3.0),
            ("C > A > B", "B > A > C", 0.0, 0.0),
            ("A > C", "B > A > C", 0.0, 2.0 / 3.0),
            ("A = B > C", "B > A > C", 0.0, 2.5 / 3.0),
            ("A = B", "B = A", 1.0, 1.0),
            ("B > A", "B", 1.0, 1.0),
            ("A > C", "B", 0.0, 0.0),
            ("A > A", "A", 0.0, 0.0),
            ("", "A", 0.0, 0.0),
        ] {
            let score = |by| Ranking { by }.score(answer, target);
            assert_eq!(score(By::First), first, "{answer} for {target}");
            assert!((score(By::Order) - order).abs() < 1e-12, "{answer} for {target}");
        }
    }

    #[test]
    fn the_same_places_are_the_same_answer() {
        let classes = Ranking::default().classes(&["B > A", "B\nA", "A, B", "B > B", "A = B"]);
        assert_eq!(classes.texts, ["A = B", "A > B", "B > A", "B > B"]);
        assert_eq!(classes.of, [2, 2, 1, 3, 0]);
    }
}
