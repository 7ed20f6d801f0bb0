//! One model by itself.

use crate::data::{Cell, CellState, Outcome, Reason, Verdict};
use crate::kernel::PolicyId;

/// What a user got who asked this model alone, under the name of its policy.
pub fn outcome(cell: &Cell, name: &PolicyId) -> Outcome {
    if cell.state == CellState::NotRun {
        return Outcome::NOT_RUN;
    }
    let verdict = Verdict::from(cell.state);
    let answered = matches!(verdict, Verdict::Answered { .. });
    Outcome {
        verdict,
        rung: answered.then(|| name.clone()),
        n_calls: 1,
        n_unsent: cell.unsent.into(),
        cost: cell.cost,
        latency: cell.latency,
        tied: false,
        agreement: answered.then_some(1.0),
        confidence: cell.confidence.filter(|_| answered),
        composed: None,
        n_stages: 1,
        reason: if answered { Reason::Only } else { Reason::NoAnswer },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{AnswerIdx, Failure};
    use crate::kernel::{Micros, Usd};

    #[test]
    fn a_call_is_paid_for_whatever_it_came_to() {
        let name = PolicyId::from("mini");
        let right = CellState::Answered { answer: Some(AnswerIdx(2)), score: 1.0 };
        let graded = CellState::Answered { answer: None, score: 0.5 };
        for (state, verdict, answered) in [
            (right, Verdict::Answered { answer: Some(AnswerIdx(2)), score: 1.0 }, true),
            (graded, Verdict::Answered { answer: None, score: 0.5 }, true),
            (CellState::Unparsed, Verdict::Unparsed, false),
            (CellState::Refused, Verdict::Refused, false),
            (CellState::Failed(Failure::Reset), Verdict::Failed(Failure::Reset), false),
        ] {
            let (cost, latency) = (Some(Usd::from_picos(5)), Some(Micros(7)));
            let outcome = outcome(&Cell { state, cost, latency, ..Cell::NOT_RUN }, &name);
            assert_eq!(outcome.verdict, verdict);
            assert_eq!((outcome.n_calls, outcome.cost, outcome.latency), (1, cost, latency));
            assert_eq!(outcome.rung.is_some(), answered, "{verdict:?}");
            assert_eq!(outcome.agreement, answered.then_some(1.0), "{verdict:?}");
        }
        assert_eq!(outcome(&Cell::NOT_RUN, &name), Outcome::NOT_RUN);
    }
}
