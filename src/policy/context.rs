//! What a policy is told about the item at hand.

use crate::data::{Answer, AnswerIdx, Item};
use crate::kernel::{PolicyId, Seed};
use crate::task::score::Score;

/// The item at hand, and who decides on it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The policy that decides.
    pub policy: &'a PolicyId,
    /// The item.
    pub item: &'a Item,
    /// The scenario's seed.
    pub seed: Seed,
    /// Answers that were possible: the item's choices, else the distinct answers seen on it.
    pub n_classes: u32,
    /// The item's distinct answers, with their scores.
    pub answers: &'a [Answer],
    /// Further answers, which only questions made of answers brought, with their scores.
    pub made: &'a [Answer],
    /// What judges an answer that no model gave.
    pub score: &'a Score,
}

impl Context<'_> {
    /// Which of the item's answers a text is, those among them that only questions made of answers
    /// brought.
    pub fn place(&self, text: &str) -> Option<(AnswerIdx, f64)> {
        match self.judge(text)? {
            (Some(answer), score) => Some((answer, score)),
            (None, _) => {
                let (at, score) = Context { answers: self.made, made: &[], ..*self }.judge(text)?;
                let at = usize::from(at?.0) + self.answers.len();
                Some((AnswerIdx(at as u16), score))
            }
        }
    }

    /// Which of the item's answers a text is, if it is one of them, and how right it is; `None`
    /// where nobody gave it and there is no target to judge it by.
    pub fn judge(&self, text: &str) -> Option<(Option<AnswerIdx>, f64)> {
        let mut texts: Vec<&str> = self.answers.iter().map(|answer| answer.text.as_str()).collect();
        texts.push(text);
        let classes = self.score.classes(&texts).of;
        let (of_text, of_answers) = classes.split_last()?;
        match of_answers.iter().position(|class| class == of_text) {
            Some(idx) => Some((Some(AnswerIdx(idx as u16)), self.answers[idx].score)),
            None if self.item.targets.is_empty() => None,
            None => Some((None, self.score.score(text, &self.item.targets))),
        }
    }
}
