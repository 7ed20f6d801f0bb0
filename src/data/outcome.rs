//! What one request going through one policy ended in.

use std::sync::Arc;

use crate::data::{AnswerIdx, CellState, Failure};
use crate::kernel::{Micros, PolicyId, Usd};

/// The end of one episode, with everything it took: calls of losers and failures included.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What the user got.
    pub verdict: Verdict,
    /// The member or stage that answered, where one did.
    pub rung: Option<PolicyId>,
    /// Calls started, those included that were never sent.
    pub n_calls: u32,
    /// Of those, how many were never sent, because their provider was taken to be down.
    pub n_unsent: u32,
    /// What all of them cost; `None` when any is unknown.
    pub cost: Option<Usd>,
    /// From arrival to answer; `None` when any part is unknown.
    pub latency: Option<Micros>,
    /// Whether a tie had to be broken.
    pub tied: bool,
    /// The share of the members who gave this answer, by number: 1 for a model by itself. Whoever
    /// failed or was not needed counts against, and whoever was never run does not count. `None`
    /// where nothing was answered.
    pub agreement: Option<f64>,
    /// How sure whoever answered is, from 0 to 1: what was recorded of a model, and of a vote the
    /// share of all weight that its answer has. `None` where nobody said, or nothing was answered.
    pub confidence: Option<f64>,
    /// The text of an answer that none of the models gave, such as a median.
    pub composed: Option<Arc<str>>,
    /// Stages that a cascade reached; 1 for whatever is no cascade, and 0 where nothing ran.
    pub n_stages: u32,
    /// Why it was decided so.
    pub reason: Reason,
}

impl Outcome {
    /// Where the recording holds nothing to judge on. It is left out of every count.
    pub const NOT_RUN: Self = Self {
        verdict: Verdict::NotRun,
        rung: None,
        n_calls: 0,
        n_unsent: 0,
        cost: None,
        latency: None,
        tied: false,
        agreement: None,
        confidence: None,
        composed: None,
        n_stages: 0,
        reason: Reason::NoAnswer,
    };

    /// Whether it tells what such a request costs: it was run, and all of its calls were sent. What
    /// was never sent cost nothing, so that a mean with it would make an outage look cheap.
    pub fn tells_price(&self) -> bool {
        self.verdict != Verdict::NotRun && self.n_unsent == 0
    }
}

/// What the user got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// An answer.
    Answered {
        /// Which of the item's distinct answers; `None` where only a verdict was recorded, and
        /// where the answer is one that no model gave.
        answer: Option<AnswerIdx>,
        /// How right it is, from 0 to 1.
        score: f64,
    },
    /// The policy declined to choose.
    Abstained,
    /// A response in which no answer was found.
    Unparsed,
    /// A refusal.
    Refused,
    /// Nothing.
    Failed(Failure),
    /// The recording holds nothing to judge this item on.
    NotRun,
}

/// Why a policy decided as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The only member's answer.
    Only,
    /// Every answer was the same.
    Unanimous,
    /// More weight than any other answer.
    Majority,
    /// As much weight as another answer, and the tie rule chose it.
    TieBroken,
    /// As much weight as another answer, and the tie rule abstains.
    TieAbstained,
    /// Fewer answers than the quorum.
    NoQuorum,
    /// The stage's answer was accepted.
    Accepted,
    /// The last stage, whose answer is always taken.
    LastStage,
    /// An earlier stage's answer, because the last stage brought none.
    EarlierStage,
    /// The best of the models on other items.
    BestElsewhere,
    /// The member that a router, a mix or an oracle chose.
    Chosen,
    /// The first rung or hedged call that served.
    Rung,
    /// A judge said that it is the best.
    Judged,
    /// Made of what others answered.
    Fused,
    /// As was declared for where nothing came of asking about answers.
    Otherwise,
    /// Too small a share or margin, so that the vote declined.
    Unsure,
    /// No member answered.
    NoAnswer,
}

impl Reason {
    /// Its name in `decisions.parquet`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Unanimous => "unanimous",
            Self::Majority => "majority",
            Self::TieBroken => "tie-broken",
            Self::TieAbstained => "tie-abstained",
            Self::NoQuorum => "no-quorum",
            Self::Accepted => "accepted",
            Self::LastStage => "last-stage",
            Self::EarlierStage => "earlier-stage",
            Self::BestElsewhere => "best-elsewhere",
            Self::Chosen => "chosen",
            Self::Rung => "rung",
            Self::Judged => "judged",
            Self::Fused => "fused",
            Self::Otherwise => "otherwise",
            Self::Unsure => "unsure",
            Self::NoAnswer => "no-answer",
        }
    }
}

impl From<CellState> for Verdict {
    fn from(state: CellState) -> Self {
        match state {
            CellState::Answered { answer, score } => Self::Answered { answer, score },
            CellState::Unparsed => Self::Unparsed,
            CellState::Refused => Self::Refused,
            CellState::Failed(failure) => Self::Failed(failure),
            CellState::NotRun => Self::NotRun,
        }
    }
}

impl Verdict {
    /// The score of an answer; `None` for everything that is not one.
    pub fn score(self) -> Option<f64> {
        match self {
            Self::Answered { score, .. } => Some(score),
            _ => None,
        }
    }

    /// How right the user was served, where the user was served at all: a response without a
    /// readable answer, a refusal and an abstention count 0. `None` when nothing came.
    pub fn judged(self) -> Option<f64> {
        match self {
            Self::Answered { score, .. } => Some(score),
            Self::Abstained | Self::Unparsed | Self::Refused => Some(0.0),
            Self::Failed(_) | Self::NotRun => None,
        }
    }

    /// Its name in `decisions.parquet`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::Abstained => "abstained",
            Self::Unparsed => "unparsed",
            Self::Refused => "refused",
            Self::Failed(_) => "failed",
            Self::NotRun => "not-run",
        }
    }
}
