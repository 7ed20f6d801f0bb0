//! `confidence`: answers count by how sure of them their givers are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Probability;

/// The answer with the most confidence behind it wins.
///
/// A confidence is the chance, as its giver sees it or as calibration corrects it, that the answer
/// is right. Here it becomes the weight of the ballot; what is fitted to correct it is fitted on
/// other items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Confidence {
    /// What is added up.
    pub combine: Combine,
    /// How confidences are corrected before that.
    pub calibrate: Calibrate,
}

/// What is added up for each answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// The confidences themselves. Hard to upset: nobody counts more than 1.
    #[default]
    Sum,
    /// Their log-odds, as independent witnesses would be combined: one who is quite sure outweighs
    /// many who are not, so they had better be calibrated.
    LogOdds,
}

/// How confidences are corrected, each member's by its own answers to other items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Calibrate {
    /// Not at all: they are taken as they are given, and no target is read.
    #[default]
    None,
    /// Their log-odds are divided by one number.
    Temperature,
    /// A logistic curve, with a slope and a shift.
    Platt,
    /// A curve that only ever rises, in steps.
    Isotonic,
}

/// Confidences nearer to 0 or 1 than this count as this, so that nobody is beyond all doubt.
const DOUBT: f64 = 1e-6;

impl Confidence {
    /// The weight of each ballot, from how sure of it its giver is, on an item with that many
    /// possible answers; at least 2 are assumed.
    ///
    /// The confidences are calibrated already. By `sum` they are the weights. By `log-odds` a
    /// confidence c weighs ln(c (K - 1) / (1 - c)), where wrong answers are equally likely, and 0
    /// where it is no better than chance, for the reasons that [`crate::vote::log_odds`] gives; c
    /// is kept within [10^-6, 1 - 10^-6].
    /// Source: as [`crate::vote::log_odds`], with what is claimed for this item in place of what
    /// was measured on others. Checked by hand (test below).
    pub fn weights(self, confidences: &[Probability], n_classes: u32) -> Vec<f64> {
        let n_others = f64::from(n_classes.max(2) - 1);
        let weight = |confidence: &Probability| match self.combine {
            Combine::Sum => confidence.value(),
            Combine::LogOdds => {
                let c = confidence.value().clamp(DOUBT, 1.0 - DOUBT);
                (c * n_others / (1.0 - c)).ln().max(0.0)
            }
        };
        confidences.iter().map(weight).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;
    use crate::vote::{Ballot, Tally};

    fn confidence(combine: Combine) -> Confidence {
        Confidence { combine, ..Confidence::default() }
    }

    fn weights(
        combine: Combine,
        confidences: &[f64],
        n_classes: u32,
    ) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
        let read = confidences.iter().map(|c| Probability::try_from(*c));
        Ok(confidence(combine).weights(&read.collect::<Result<Vec<_>, _>>()?, n_classes))
    }

    #[test]
    fn a_ballot_weighs_what_its_confidence_comes_to() -> Result<(), Box<dyn std::error::Error>> {
        for (combine, confidence, n_classes, expected) in [
            (Combine::Sum, 0.0, 4, 0.0),
            (Combine::Sum, 0.7, 4, 0.7),
            (Combine::Sum, 1.0, 4, 1.0),
            // ln 9, ln 27 and ln(.2 * 9 / .8).
            (Combine::LogOdds, 0.9, 2, 2.197_224_577_336_219),
            (Combine::LogOdds, 0.9, 4, 3.295_836_866_004_329),
            (Combine::LogOdds, 0.2, 10, 0.810_930_216_216_328_8),
            // No better than chance.
            (Combine::LogOdds, 0.25, 4, 0.0),
            (Combine::LogOdds, 0.0, 4, 0.0),
            // ln(999999), however sure, and no fewer classes than two.
            (Combine::LogOdds, 1.0, 2, 13.815_509_557_963_773),
            (Combine::LogOdds, 1.0, 0, 13.815_509_557_963_773),
        ] {
            let got = weights(combine, &[confidence], n_classes)?;
            let close = matches!(got[..], [one] if (one - expected).abs() < 1e-9);
            assert!(close, "{combine:?} of {confidence}, K = {n_classes}: {got:?}");
        }
        Ok(())
    }

    #[test]
    fn one_who_is_sure_outweighs_two_who_are_not_by_log_odds_only()
    -> Result<(), Box<dyn std::error::Error>> {
        let ballot = |(voter, answer)| Ballot { voter, answer: AnswerIdx(answer) };
        let ballots = [(0, 0), (1, 1), (2, 1)].map(ballot);
        for (combine, winner) in [(Combine::Sum, 1), (Combine::LogOdds, 0)] {
            let weights = weights(combine, &[0.99, 0.6, 0.6], 2)?;
            let leaders = Tally::count(&ballots, &weights).leaders();
            assert_eq!(leaders, [AnswerIdx(winner)], "{combine:?}");
        }
        Ok(())
    }

    #[test]
    fn options_read_with_their_defaults_and_nonsense_is_refused() {
        let read = |text| serde_json::from_str::<Confidence>(text).ok();
        for (text, expected) in [
            ("{}", Some((Combine::Sum, Calibrate::None))),
            (r#"{"combine": "log-odds"}"#, Some((Combine::LogOdds, Calibrate::None))),
            (r#"{"calibrate": "isotonic"}"#, Some((Combine::Sum, Calibrate::Isotonic))),
            (
                r#"{"combine": "sum", "calibrate": "temperature"}"#,
                Some((Combine::Sum, Calibrate::Temperature)),
            ),
            (r#"{"calibrate": "plat"}"#, None),
            (r#"{"calibrated": "platt"}"#, None),
        ] {
            let got = read(text).map(|rule| (rule.combine, rule.calibrate));
            assert_eq!(got, expected, "{text}");
        }
    }
}
