//! Questions that are made of answers to another question: what they show, and whom they are put
//! to. What a reply means is `read.rs`.

mod prompts;
mod read;

use std::sync::Arc;

use crate::data::{Answer, AnswerIdx, Outcome, Verdict};
use crate::kernel::{Key, ModelId, PolicyId};
use crate::policy::Context;

pub use prompts::{ACCEPT, AGAIN, CHOOSE, COMPARE, FUSE, GRADE, Shows, id, messages};
pub use read::{Reader, Said};

/// One question made of answers to an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// The policy that makes it.
    pub policy: PolicyId,
    /// What is asked.
    pub part: Part,
    /// The answers that it shows, in that order; the same one may stand there several times.
    pub shown: Vec<AnswerIdx>,
    /// Where these were replies to such a question themselves: to which.
    pub after: Option<Arc<Made>>,
}

/// What is asked about the answers that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Which of them is best.
    Choose,
    /// Which of two is better.
    Compare,
    /// How good one is, from 1 to 10.
    Grade,
    /// Whether one is right.
    Accept,
    /// The question itself again, by whoever answers in the end.
    Fuse,
    /// The question itself again, by those who answered before, in the round of this number.
    Again(u32),
}

impl Part {
    /// What its prompts are called by.
    pub fn name(self) -> String {
        match self {
            Self::Choose => "choose".to_owned(),
            Self::Compare => "compare".to_owned(),
            Self::Grade => "grade".to_owned(),
            Self::Accept => "accept".to_owned(),
            Self::Fuse => Self::ANSWER.to_owned(),
            Self::Again(round) => format!("{}{round}", Self::ANSWER),
        }
    }

    /// What the names of those begin with that are replied to with an answer to the item.
    pub const ANSWER: &'static str = "answer";

    /// Whether the reply is an answer to the item, and no opinion about answers.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Fuse | Self::Again(_))
    }
}

/// A question and whom it is put to.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The model.
    pub by: ModelId,
    /// The question.
    pub made: Made,
}

/// What a policy that asks about answers does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// It asks these, all at once.
    Ask(Vec<Asked>),
    /// It is done.
    Done(Outcome),
}

/// The distinct answers that were given, each with how many gave it, in the order in which they
/// are shown: one drawn for policy, item and answer, so that a place says nothing of who stands in
/// it, and so that whoever is missing changes no other's.
pub(super) fn given(ctx: &Context<'_>, outcomes: &[&Outcome]) -> Vec<(AnswerIdx, usize)> {
    let mut given: Vec<(AnswerIdx, usize)> = Vec::new();
    for answer in outcomes.iter().filter_map(|outcome| ctx.shown(outcome)) {
        match given.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, n)) => *n += 1,
            None => given.push((answer, 1)),
        }
    }
    let drawn = |answer: AnswerIdx| {
        let text = ctx.at(answer).map_or("", |answer| answer.text.as_str());
        let parts = [ctx.policy.as_str(), ctx.item.id.as_str(), text];
        Key::new(ctx.seed, "shown", &parts).bits()
    };
    given.sort_by_cached_key(|(answer, _)| (drawn(*answer), *answer));
    given
}

impl Context<'_> {
    /// One of the answers to the item; behind those that models gave stand those that were made of
    /// them.
    pub fn at(&self, answer: AnswerIdx) -> Option<&Answer> {
        let at = usize::from(answer.0);
        self.answers.get(at).or_else(|| self.made.get(at - self.answers.len()))
    }

    /// Which answer a policy came to, as far as it can be shown; a number between two others that
    /// nobody gave can't.
    pub fn shown(&self, outcome: &Outcome) -> Option<AnswerIdx> {
        let Verdict::Answered { answer, .. } = outcome.verdict else { return None };
        let made = || {
            let text = outcome.composed.as_deref()?;
            let at = self.made.iter().position(|made| made.text == text)?;
            Some(AnswerIdx((self.answers.len() + at) as u16))
        };
        answer.or_else(made)
    }

    /// The outcome as the rest of the house knows it: an answer that no model gave is a text.
    pub(super) fn outside(&self, outcome: Outcome) -> Outcome {
        match outcome.verdict {
            Verdict::Answered { answer: Some(answer), score }
                if usize::from(answer.0) >= self.answers.len() =>
            {
                let composed = self.at(answer).map(|answer| answer.text.as_str().into());
                let verdict = Verdict::Answered { answer: None, score };
                Outcome { verdict, composed, ..outcome }
            }
            _ => outcome,
        }
    }
}
