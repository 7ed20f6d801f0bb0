//! A second call when the first takes long; whoever answers first is taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{Outcome, Reason, Verdict};
use crate::kernel::{Lasting, Micros, PolicyId, kinds};
use crate::policy::conduct::Conduct;
use crate::policy::failover::is_served;

/// Members of whom the next is asked as well when no answer has come for a while, or at once when
/// the one before has failed.
///
/// The first that serves is taken, and the others are called off; what they cost is paid all the
/// same. (J. Dean and L. A. Barroso, "The Tail at Scale", Communications of the ACM 56 (2013).)
#[derive(Debug, Clone, PartialEq)]
pub struct Hedge {
    /// In the order in which they are asked.
    pub members: Vec<PolicyId>,
    /// How long each has before the next is asked.
    pub after: After,
    /// How models are asked.
    pub conduct: Conduct,
}

kinds! {
    /// How long a member has before the next is asked.
    After, "how long to wait, such as `{ fixed: { wait: 2s } }` or `{ quantile: { share: 0.95 } }`":
    "fixed" => Fixed: "As long every time.",
    "quantile" => Quantile: "As long as that share of the last requests took.",
}

/// As long every time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// How long.
    pub wait: Lasting,
}

/// As long as that share of the last hundred requests of the first member took: 5 % of them are
/// hedged at 0.95. Nothing is hedged before twenty have come back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Quantile {
    /// From 0 to 1.
    pub share: crate::kernel::Probability,
}

impl Default for Quantile {
    fn default() -> Self {
        Self { share: crate::kernel::Probability::NINETEEN_OF_TWENTY }
    }
}

impl Hedge {
    /// What the user got, where `outcomes` has one entry per member, each as if it were asked
    /// alone, and the next is asked `after` so long. Where a latency that matters is unknown, the
    /// first that serves is taken, and the latency is unknown.
    ///
    /// A member that was never run is passed over.
    pub fn decide(&self, outcomes: &[&Outcome], after: Micros) -> Outcome {
        let run: Vec<usize> =
            (0..outcomes.len()).filter(|at| outcomes[*at].verdict != Verdict::NotRun).collect();
        let (mut begin, mut n_asked) = (Some(Micros(0)), 0);
        let mut best: Option<(Option<Micros>, usize)> = None;
        let mut all_failed_by = Some(Micros(0));
        for at in &run {
            // Whoever has answered before this one's turn is taken without it.
            if best.is_some_and(|(end, _)| end.is_none() || begin.is_none() || end <= begin) {
                break;
            }
            n_asked += 1;
            let end = begin.zip(outcomes[*at].latency).map(|(begin, took)| begin + took);
            if is_served(outcomes[*at]) {
                if best.is_none_or(|(known, _)| end.is_some() && end < known) {
                    best = Some((end, *at));
                }
                begin = begin.map(|begin| begin + after);
            } else {
                all_failed_by = all_failed_by.zip(end).map(|(one, other)| one.max(other));
                begin = begin.zip(end).map(|(begin, end)| end.min(begin + after));
            }
        }
        let asked: Vec<&Outcome> = run[..n_asked].iter().map(|at| outcomes[*at]).collect();
        let spent = crate::policy::spent::Spent::in_turn(&asked);
        let (taken, latency, reason) = match best {
            Some((end, at)) => (at, end, Reason::Rung),
            None => match run.last() {
                Some(last) => (*last, all_failed_by, Reason::NoAnswer),
                None => return Outcome::NOT_RUN,
            },
        };
        Outcome {
            rung: best.map(|_| self.members[taken].clone()),
            n_calls: spent.n_calls,
            n_unsent: spent.n_unsent,
            cost: spent.cost,
            latency,
            reason,
            ..outcomes[taken].clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{letter, outcome};

    #[test]
    fn whoever_answers_first_is_taken() {
        let members = ["a", "b"].map(PolicyId::from).to_vec();
        // Each member's letter and latency; when the second is asked; what comes of it.
        for (members_of, after, wanted) in [
            ([('A', 100), ('B', 100)], 200, ('A', 1, Some(100))),
            ([('A', 100), ('B', 100)], 50, ('A', 2, Some(100))),
            ([('A', 500), ('B', 100)], 50, ('B', 2, Some(150))),
            ([('r', 10), ('B', 100)], 50, ('B', 2, Some(110))),
            ([('r', 90), ('B', 100)], 50, ('B', 2, Some(150))),
            ([('A', 500), ('r', 100)], 50, ('A', 2, Some(500))),
            ([('r', 10), ('t', 100)], 50, ('t', 2, Some(110))),
            ([('-', 10), ('B', 100)], 50, ('B', 1, Some(100))),
        ] {
            let outcomes: Vec<Outcome> = members_of
                .iter()
                .zip(&members)
                .map(|((letter, took), name)| Outcome {
                    latency: Some(Micros(*took)),
                    ..outcome(*letter, name)
                })
                .collect();
            let after_kind = After::Fixed(Fixed { wait: Lasting(Micros(after)) });
            let conduct = Conduct::default();
            let hedge = Hedge { members: members.clone(), after: after_kind, conduct };
            let outcomes: Vec<&Outcome> = outcomes.iter().collect();
            let ended = hedge.decide(&outcomes, Micros(after));
            let got = (letter(&ended), ended.n_calls, ended.latency.map(|it| it.0));
            assert_eq!(got, wanted, "{members_of:?} after {after}");
        }
    }
}
