//! One model by itself.

use crate::data::{Cell, CellState, Outcome, Reason, Verdict};
use crate::kernel::PolicyId;

/// What a user got who asked this model alone, under the name of its policy.
pub fn outcome(cell: &Cell, name: &PolicyId) -> Outcome {
    let verdict = match cell.state {
        CellState::Answered { answer, score } => Verdict::Answered { answer, score },
        CellState::Unparsed => Verdict::Unparsed,
        CellState::Refused => Verdict::Refused,
        CellState::Failed(failure) => Verdict::Failed(failure),
        CellState::NotRun => return Outcome::NOT_RUN,
    };
    let answered = matches!(verdict, Verdict::Answered { .. });
    Outcome {
        verdict,
        rung: answered.then(|| name.clone()),
        n_calls: 1,
        cost: cell.cost,
        latency: cell.latency,
        tied: false,
        agreement: answered.then_some(1.0),
        n_stages: 1,
        reason: if answered { Reason::Only } else { Reason::NoAnswer },
    }
}
