//! The rules that a scenario may name.

use crate::kernel::{PolicyId, kinds};
use crate::vote::{
    BestOf, Borda, Calibrate, Cluster, Confidence, Copeland, DawidSkene, Glad, Huber, Irv, Mace,
    Majority, Median, Medoid, OneCoin, RankedPairs, Schulze, Stacking, TrimmedMean, Wawa, Weighted,
    WeightedMedian, Weights,
};

kinds! {
    /// How several answers become one: `majority`, or `{ weighted: { weights: log-odds } }`.
    Rule, "a vote rule, such as `majority` or `{ weighted: { weights: log-odds } }`":
    "majority" => Majority: "The answer that most members give; every ballot counts the same.",
    "weighted" => Weighted: "The answer with most weight; who did better elsewhere counts more.",
    "confidence" => Confidence: "The answer with most confidence behind it, as its givers tell it.",
    "median" => Median: "The middle of the numbers.",
    "trimmed-mean" => TrimmedMean: "The mean of the numbers without the outermost at each end.",
    "huber" => Huber: "A mean of the numbers that pulls outliers in.",
    "weighted-median" => WeightedMedian: "The middle of the numbers by weight.",
    "cluster" => Cluster: "The middle of the largest group of numbers that lie close together.",
    "medoid" => Medoid: "The text that is most like all the others.",
    "borda" => Borda: "Rankings: points for every option ranked lower.",
    "copeland" => Copeland: "Rankings: pairs won less pairs lost.",
    "schulze" => Schulze: "Rankings: the strongest path of majorities.",
    "ranked-pairs" => RankedPairs: "Rankings: majorities locked in from the strongest down.",
    "irv" => Irv: "Rankings: instant run-off, the last one dropped until one leads.",
    "one-coin" => OneCoin: "Members weighed by how often they agree with what is believed (EM).",
    "dawid-skene" => DawidSkene: "Each member's confusion of labels, learned from the votes alone.",
    "glad" => Glad: "Abilities of members and difficulties of items, learned from the votes.",
    "mace" => Mace: "Members who know, and members who guess, told apart by the votes.",
    "wawa" => Wawa: "Members weighed by how often they agree with the plurality.",
    "stacking" => Stacking: "Weights learned together on other items, so that twins share theirs.",
    "best-of" => BestOf: "Every sample of every member votes: self-consistency.",
}

impl Default for Rule {
    fn default() -> Self {
        Self::Majority(Majority {})
    }
}

impl Rule {
    /// The members that the scenario gives a weight to.
    pub fn given_names(&self) -> impl Iterator<Item = &PolicyId> {
        let given = match self {
            Self::Weighted(Weighted { weights: Weights::Given(given) })
            | Self::WeightedMedian(WeightedMedian { weights: Weights::Given(given) }) => {
                Some(given)
            }
            _ => None,
        };
        given.into_iter().flat_map(|given| given.keys())
    }

    /// Whether it learns from the right answers to other items.
    pub fn reads_targets(&self) -> bool {
        match self {
            Self::Weighted(Weighted { weights })
            | Self::WeightedMedian(WeightedMedian { weights }) => *weights == Weights::LogOdds,
            Self::Confidence(confidence) => confidence.calibrate != Calibrate::None,
            Self::Stacking(_) => true,
            _ => false,
        }
    }

    /// Whether it learns from everybody's answers to all items, and reads no target.
    pub fn reads_all_answers(&self) -> bool {
        use Rule::{DawidSkene, Glad, Mace, OneCoin, Wawa};
        matches!(self, OneCoin(_) | DawidSkene(_) | Glad(_) | Mace(_) | Wawa(_))
    }

    /// Whether labels have to mean the same on every item.
    pub fn needs_shared_labels(&self) -> bool {
        matches!(self, Self::DawidSkene(_) | Self::Mace(_))
    }

    /// Whether each ballot adds to its answer, so that a vote can be decided before all are cast,
    /// and the winner has a share of the whole.
    pub fn adds_up(&self) -> bool {
        use Rule::{BestOf, Confidence, Majority, Weighted};
        matches!(self, Majority(_) | Weighted(_) | Confidence(_) | BestOf(_))
    }

    /// Whether the winner's share of all totals says how sure the vote is.
    pub fn has_shares(&self) -> bool {
        self.adds_up() || self.reads_all_answers() || matches!(self, Self::Stacking(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;
    use crate::kernel::{PolicyId, Probability};
    use crate::vote::{Ballot, Fitted, Standing, Tally, Voter};

    #[test]
    fn a_rule_reads_bare_with_options_and_with_none_of_them() {
        for (text, reads) in [
            (r#""majority""#, true),
            (r#"{"majority": {}}"#, true),
            (r#""weighted""#, true),
            (r#"{"weighted": {}}"#, true),
            (r#"{"weighted": {"weights": "log-odds"}}"#, true),
            (r#"{"weighted": {"weights": {"given": {"mini": 1.0}}}}"#, true),
            (r#"{"weighted": {"weights": {"given": {"mini": -1.0}}}}"#, false),
            (r#"{"weighted": {"weight": "log-odds"}}"#, false),
            (r#"{"majority": {"weights": "log-odds"}}"#, false),
            (r#"{"majority": {}, "weighted": {}}"#, false),
            (r#"{}"#, false),
            (r#"{"trimmed-mean": {"share": 0.1}}"#, true),
            (r#""dawid-skene""#, true),
            (r#""mayority""#, false),
        ] {
            let rule: Result<Rule, _> = serde_json::from_str(text);
            assert_eq!(rule.is_ok(), reads, "{text}: {rule:?}");
            let Ok(rule) = rule else { continue };
            let again = serde_json::to_string(&rule).and_then(|text| serde_json::from_str(&text));
            assert_eq!(again.ok(), Some(rule), "{text} written and read again");
        }
    }

    #[test]
    fn the_schema_knows_bare_names_too() {
        let schema = schemars::schema_for!(Rule);
        let forms = schema.get("oneOf").and_then(|forms| forms.as_array()).map(Vec::len);
        assert_eq!(forms, Some(Rule::kinds().len() + 1));
    }

    /// The chance that independent members with two answers to choose from vote for the right one.
    ///
    /// Expected values: numpy, `votes_passk_power.json`, by full enumeration.
    #[test]
    fn juries_are_right_as_often_as_condorcet_says() {
        let weighted = || Rule::Weighted(Weighted::default());
        for (accuracies, rule, expected) in [
            (&[0.6, 0.6, 0.6][..], Rule::default(), 0.648),
            (&[0.6; 5], Rule::default(), 0.68256),
            (&[0.6; 11], Rule::default(), 0.753_498_132_48),
            (&[0.9, 0.6, 0.6], Rule::default(), 0.792),
            (&[0.9, 0.6, 0.6], weighted(), 0.9),
            (&[0.9, 0.8, 0.7, 0.6, 0.55], Rule::default(), 0.86072),
            (&[0.9, 0.8, 0.7, 0.6, 0.55], weighted(), 0.912),
        ] {
            let name = PolicyId::from("m");
            let voter = |accuracy: &f64| {
                let accuracy = Probability::try_from(*accuracy).ok();
                let fitted = accuracy.map(|accuracy| Fitted { accuracy, n_items: 1_000_000 });
                Voter { name: &name, standing: Standing { fitted, mean_cost: None } }
            };
            let voters: Vec<Voter<'_>> = accuracies.iter().map(voter).collect();
            let weights = match &rule {
                Rule::Weighted(weighted) => weighted.weights(&voters, 2),
                _ => vec![1.0; voters.len()],
            };
            let right = AnswerIdx(1);
            let chance_of_right: f64 = (0..1_u16 << accuracies.len())
                .map(|case| {
                    let is_right = |voter: usize| case >> voter & 1;
                    let ballot = |voter| Ballot { voter, answer: AnswerIdx(is_right(voter)) };
                    let ballots: Vec<Ballot> = (0..accuracies.len()).map(ballot).collect();
                    let won = Tally::count(&ballots, &weights).leaders() == [right];
                    let chance = |(voter, p): (usize, &f64)| {
                        if is_right(voter) == 1 { *p } else { 1.0 - p }
                    };
                    let of_case: f64 = accuracies.iter().enumerate().map(chance).product();
                    if won { of_case } else { 0.0 }
                })
                .sum();
            assert!(
                (chance_of_right - expected).abs() < 1e-12,
                "{accuracies:?} {rule:?}: {chance_of_right}"
            );
        }
    }
}
