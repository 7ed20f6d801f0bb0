//! When a vote is too close, or too few stand behind its winner, to be worth an answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Probability;
use crate::vote::Tally;
use crate::vote::tally::exceeds;

/// What the leading answer has to reach, or else the vote abstains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Abstain {
    /// The least share of the weight that the leading answer has to have; one half where it is left
    /// out. Exactly this share is enough.
    pub share: Probability,
    /// Of whose weight that is a share.
    pub of: Of,
    /// The least lead over the next answer, as a share of the same weight; 0 where it is left out.
    pub margin: Probability,
}

/// Of whose weight the leading answer must have a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// Of all members: whoever gave no answer counts against, so that an outage makes the vote
    /// careful.
    #[default]
    Configured,
    /// Of those who answered: the fewer they are, the easier it is to reach.
    Answered,
}

impl Default for Abstain {
    fn default() -> Self {
        let [share, margin] = [0.5, 0.0].map(|share| {
            Probability::try_from(share).expect("one half and nothing are from 0 to 1")
        });
        Self { share, of: Of::default(), margin }
    }
}

impl Abstain {
    /// Whether the leading answer of the tally is good enough to give.
    ///
    /// `configured` holds the weights of all members who were to vote, those who answered among
    /// them. Where no ballot has any weight, every ballot and every member counts 1, as in the
    /// tally. Never without ballots. What is missed by rounding alone is reached. In a tie the lead
    /// is 0, so that any margin above 0 turns ties into abstentions.
    pub fn accepts(self, tally: &Tally, configured: &[f64]) -> bool {
        let mut weights: Vec<f64> = match self.of {
            Of::Configured if tally.is_weightless() => vec![1.0; configured.len()],
            Of::Configured => configured.to_vec(),
            Of::Answered => tally.totals().iter().map(|total| total.weight).collect(),
        };
        weights.sort_by(f64::total_cmp);
        let all: f64 = weights.iter().sum();
        let [first, second] = tally.top_two();
        let reaches = |got: f64, share: Probability| !exceeds(share.value() * all, got);
        first > 0.0 && reaches(first, self.share) && reaches(first - second, self.margin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;
    use crate::vote::Ballot;

    /// Whether a vote is accepted in which each member has a weight and an answer or none.
    fn accepts(abstain: Abstain, members: &[(Option<u16>, f64)]) -> bool {
        let ballot = |(voter, (answer, _)): (usize, &(Option<u16>, f64))| {
            answer.map(|answer| Ballot { voter, answer: AnswerIdx(answer) })
        };
        let ballots: Vec<Ballot> = members.iter().enumerate().filter_map(ballot).collect();
        let weights: Vec<f64> = members.iter().map(|(_, weight)| *weight).collect();
        abstain.accepts(&Tally::count(&ballots, &weights), &weights)
    }

    #[test]
    fn shares_are_of_all_members_or_of_all_answers() -> Result<(), Box<dyn std::error::Error>> {
        let [a, b, no] = [Some(0), Some(1), None];
        for (name, share, margin, members, of_configured, of_answered) in [
            ("all agree", 1.0, 1.0, &[(a, 1.0), (a, 1.0)][..], true, true),
            ("two of three", 0.66, 0.0, &[(a, 1.0), (a, 1.0), (b, 1.0)], true, true),
            ("two of three", 0.67, 0.0, &[(a, 1.0), (a, 1.0), (b, 1.0)], false, false),
            ("exactly half", 0.5, 0.0, &[(a, 1.0), (b, 1.0)], true, true),
            ("a tie has no lead", 0.5, 0.01, &[(a, 1.0), (b, 1.0)], false, false),
            ("one answer of three", 0.5, 0.0, &[(a, 1.0), (no, 1.0), (no, 1.0)], false, true),
            (
                "two answers of four",
                0.5,
                0.5,
                &[(a, 1.0), (a, 1.0), (no, 1.0), (no, 1.0)],
                true,
                true,
            ),
            (
                "a lead of one in four",
                0.5,
                0.3,
                &[(a, 1.0), (a, 1.0), (b, 1.0), (no, 1.0)],
                false,
                true,
            ),
            ("who is missing is heavy", 0.5, 0.0, &[(a, 1.0), (no, 3.0)], false, true),
            ("who is missing is light", 0.5, 0.0, &[(a, 3.0), (no, 1.0)], true, true),
            (
                "nine tenths but for rounding",
                0.9,
                0.8,
                &[(a, 0.3), (a, 0.3), (a, 0.3), (b, 0.1)],
                true,
                true,
            ),
            ("no weight, heads count", 0.6, 0.0, &[(a, 0.0), (a, 0.0), (no, 9.0)], true, true),
            ("no weight, heads count", 0.7, 0.0, &[(a, 0.0), (a, 0.0), (no, 9.0)], false, true),
            ("nobody answers", 0.0, 0.0, &[(no, 1.0)], false, false),
            ("nobody", 0.0, 0.0, &[], false, false),
        ] {
            let (share, margin) = (share.try_into()?, margin.try_into()?);
            for (of, expected) in [(Of::Configured, of_configured), (Of::Answered, of_answered)] {
                let got = accepts(Abstain { share, of, margin }, members);
                assert_eq!(got, expected, "{name}, {share:?} of {of:?}, margin {margin:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn options_read_with_their_defaults_and_nonsense_is_refused() {
        for (text, expected) in [
            ("{}", Some((0.5, Of::Configured, 0.0))),
            (r#"{"share": 0.8, "of": "answered"}"#, Some((0.8, Of::Answered, 0.0))),
            (r#"{"margin": 0.1}"#, Some((0.5, Of::Configured, 0.1))),
            (r#"{"share": 1.1}"#, None),
            (r#"{"of": "members"}"#, None),
            (r#"{"quorum": 2}"#, None),
        ] {
            let read: Option<Abstain> = serde_json::from_str(text).ok();
            let got = read.map(|it| (it.share.value(), it.of, it.margin.value()));
            assert_eq!(got, expected, "{text}");
        }
    }
}
