//! Whether a recording says what was answered, and not only whether it was right.

use crate::data::{Cell, CellState};
use crate::kernel::{ModelId, PolicyId};

/// Why a policy can't vote with a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{policy}` votes, but the recording of `{model}` has only verdicts (`correct` or `score`) \
     and no answers (`response` or `answer`) for {n_cells} of its cells"
)]
pub struct OnlyVerdicts {
    /// The vote.
    pub policy: PolicyId,
    /// Its member.
    pub model: ModelId,
    /// Cells with a verdict and no answer.
    pub n_cells: u64,
}

/// Checks all cells of one model that `policy` votes with, before any vote.
pub fn votes_need_answers<'a>(
    policy: &PolicyId,
    model: &ModelId,
    cells: impl IntoIterator<Item = &'a Cell>,
) -> Result<(), OnlyVerdicts> {
    let only_verdict =
        |cell: &&Cell| matches!(cell.state, CellState::Answered { answer: None, .. });
    match cells.into_iter().filter(only_verdict).count() as u64 {
        0 => Ok(()),
        n_cells => Err(OnlyVerdicts { policy: policy.clone(), model: model.clone(), n_cells }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::AnswerIdx;

    #[test]
    fn a_verdict_alone_is_not_enough_to_vote_with() {
        let answered =
            |answer| Cell { state: CellState::Answered { answer, score: 1.0 }, ..Cell::NOT_RUN };
        let check = |cells: &[Cell]| {
            votes_need_answers(&PolicyId::from("trio"), &ModelId::from("m"), cells)
        };
        assert_eq!(check(&[Cell::NOT_RUN, answered(Some(AnswerIdx(0)))]), Ok(()));
        let complaint = check(&[answered(None), answered(Some(AnswerIdx(0))), answered(None)]);
        assert_eq!(complaint.map_err(|error| error.n_cells), Err(2));
    }
}
