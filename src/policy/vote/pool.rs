//! The answers that a vote is over, those of the models and those that its members made up.

use crate::data::{AnswerIdx, Outcome, Verdict};
use crate::policy::Context;
use crate::vote::Ballot;

/// The item's answers, and behind them whatever else a member answered.
pub(super) struct Pool<'a> {
    ctx: &'a Context<'a>,
    composed: Vec<&'a str>,
}

impl<'a> Pool<'a> {
    /// The answers of those asked, and who gave which.
    pub(super) fn of(
        ctx: &'a Context<'a>,
        asked: &[usize],
        outcomes: &[&'a Outcome],
    ) -> (Self, Vec<Ballot>) {
        let mut pool = Self { ctx, composed: Vec::new() };
        let mut ballots = Vec::with_capacity(asked.len());
        for voter in asked {
            let outcome = outcomes[*voter];
            let Verdict::Answered { answer, .. } = outcome.verdict else { continue };
            let answer = match (answer, &outcome.composed) {
                (Some(answer), _) => answer,
                (None, Some(text)) => pool.composed(text),
                (None, None) => {
                    debug_assert!(false, "`votes_need_answers` refuses this recording at load");
                    continue;
                }
            };
            ballots.push(Ballot { voter: *voter, answer });
        }
        (pool, ballots)
    }

    fn composed(&mut self, text: &'a str) -> AnswerIdx {
        let known = self.composed.iter().position(|other| *other == text);
        let position = known.unwrap_or_else(|| {
            self.composed.push(text);
            self.composed.len() - 1
        });
        AnswerIdx((self.ctx.answers.len() + position) as u16)
    }

    /// The words of an answer.
    pub(super) fn text(&self, answer: AnswerIdx) -> &'a str {
        let idx = usize::from(answer.0);
        match self.ctx.answers.get(idx) {
            Some(answer) => &answer.text,
            None => self.composed[idx - self.ctx.answers.len()],
        }
    }

    /// The answer as the rest of the house knows it; `None` where no model gave it.
    pub(super) fn of_models(&self, answer: AnswerIdx) -> Option<AnswerIdx> {
        (usize::from(answer.0) < self.ctx.answers.len()).then_some(answer)
    }
}
