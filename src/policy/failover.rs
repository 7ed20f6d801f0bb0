//! A ladder: whoever comes next answers when whoever came before could not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::{Outcome, Reason, Verdict};
use crate::kernel::{Micros, PolicyId, Probability};
use crate::policy::conduct::Conduct;
use crate::policy::spent::Spent;

/// Rungs from the one that is wanted down to the last resort.
///
/// A rung that failed is left for the next; a refusal, an abstention and a response without a
/// readable answer are answers to whoever asked, and end it. A model whose breaker is open is not
/// asked, and its rung has failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failover {
    /// In the order in which they are tried.
    pub rungs: Vec<Rung>,
    /// The models and policies among them, in the same order.
    pub members: Vec<PolicyId>,
    /// How models are asked.
    pub conduct: Conduct,
    /// What is done when nobody could even be asked.
    pub when_open: WhenOpen,
    /// How old a kept answer may be.
    pub cache_for: Micros,
    /// How much a question has to be like another, from 0 to 1, to get its kept answer.
    pub similarity: Probability,
}

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// The member at this position.
    Member(usize),
    /// The answer that was last given to the same question.
    Cache,
    /// The answer that was last given to the same question, or else to the one that is most like
    /// it. It may be wrong here where it was right there.
    Similar,
    /// A friendly word in place of an answer. The request was not served.
    Apology,
}

/// What is done when the breakers of all rungs are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenOpen {
    /// On to whatever asks no model: `@cache`, `@apology`.
    #[default]
    Degrade,
    /// The first rung is asked as if its breaker were closed.
    Bypass,
    /// It fails at once.
    FailFast,
}

impl Rung {
    /// What a scenario calls the rung that answers from what is kept.
    pub const CACHE: &'static str = "@cache";
    /// What a scenario calls the rung that answers from what is kept of similar questions.
    pub const SIMILAR: &'static str = "@similar";
    /// What a scenario calls the rung that apologises.
    pub const APOLOGY: &'static str = "@apology";

    /// Its name.
    pub fn name(self, members: &[PolicyId]) -> PolicyId {
        match self {
            Self::Member(at) => members[at].clone(),
            Self::Cache => Self::CACHE.into(),
            Self::Similar => Self::SIMILAR.into(),
            Self::Apology => Self::APOLOGY.into(),
        }
    }
}

/// How old a kept answer may be where nobody says.
pub const CACHE_FOR: Micros = Micros(3_600_000_000);

/// How much a question has to be like another where nobody says.
pub const SIMILARITY: Probability = Probability::FOUR_FIFTHS;

impl Failover {
    /// Members one after another, and nothing behind them.
    pub fn in_turn(members: Vec<PolicyId>) -> Self {
        Self {
            rungs: (0..members.len()).map(Rung::Member).collect(),
            members,
            conduct: Conduct::default(),
            when_open: WhenOpen::default(),
            cache_for: CACHE_FOR,
            similarity: SIMILARITY,
        }
    }

    /// Whether answers are kept for it.
    pub fn keeps(&self) -> bool {
        self.rungs.iter().any(|rung| matches!(rung, Rung::Cache | Rung::Similar))
    }

    /// What the user got when nothing is kept and no breaker is open, where `outcomes` has one
    /// entry per member. A member that was never run is passed over.
    pub fn decide(&self, outcomes: &[&Outcome]) -> Outcome {
        let mut asked: Vec<&Outcome> = Vec::new();
        for rung in &self.rungs {
            let Rung::Member(at) = *rung else { continue };
            let outcome = outcomes[at];
            if outcome.verdict == Verdict::NotRun {
                continue;
            }
            asked.push(outcome);
            if is_served(outcome) {
                return self.ended(outcome, rung.name(&self.members), &asked);
            }
        }
        match asked.last() {
            Some(last) => {
                let rung = self.rungs.contains(&Rung::Apology).then(|| Rung::APOLOGY.into());
                Outcome { rung, ..self.ended(last, Rung::APOLOGY.into(), &asked) }
            }
            None => Outcome::NOT_RUN,
        }
    }

    fn ended(&self, outcome: &Outcome, rung: PolicyId, asked: &[&Outcome]) -> Outcome {
        let Spent { n_calls, n_unsent, cost, latency } = Spent::in_turn(asked);
        let reason = if is_served(outcome) { Reason::Rung } else { Reason::NoAnswer };
        Outcome { rung: Some(rung), n_calls, n_unsent, cost, latency, reason, ..outcome.clone() }
    }
}

/// Whether anything came that a user could be given.
pub(crate) fn is_served(outcome: &Outcome) -> bool {
    !matches!(outcome.verdict, Verdict::Failed(_) | Verdict::NotRun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{letter, outcome};

    #[test]
    fn the_first_rung_that_serves_is_taken_and_every_call_is_paid_for() {
        let members = ["a", "b"].map(PolicyId::from).to_vec();
        for (letters, verdict, rung, n_calls) in [
            ("AB", 'A', Some("a"), 1),
            ("rB", 'B', Some("b"), 2),
            ("!B", '!', Some("a"), 1),
            ("rt", 't', Some("@apology"), 2),
            ("-B", 'B', Some("b"), 1),
            ("--", '-', None, 0),
        ] {
            let outcomes: Vec<Outcome> =
                letters.chars().zip(&members).map(|(it, name)| outcome(it, name)).collect();
            let ladder = Failover {
                rungs: vec![Rung::Member(0), Rung::Cache, Rung::Member(1), Rung::Apology],
                members: members.clone(),
                conduct: Conduct::default(),
                when_open: WhenOpen::Degrade,
                cache_for: Micros(1),
                similarity: Probability::HALF,
            };
            let outcomes: Vec<&Outcome> = outcomes.iter().collect();
            let ended = ladder.decide(&outcomes);
            let by = ended.rung.as_ref().map(PolicyId::as_str);
            assert_eq!((letter(&ended), by, ended.n_calls), (verdict, rung, n_calls), "{letters}");
        }
    }
}
