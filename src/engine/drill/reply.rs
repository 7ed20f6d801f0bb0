//! From what came over the wire to what a policy is told.

use crate::data::{AnswerIdx, CellState, Failure, ItemIdx};
use crate::kernel::{PolicyId, Usd};
use crate::policy::episode::Reply;
use crate::policy::made::Made;
use crate::provider::{ChatReply, Exchange};
use crate::scenario::Candidate;

use super::Ring;

/// What an exchange came to, judged.
pub(super) fn judged(
    ring: &Ring<'_>,
    item: ItemIdx,
    (candidate, made): (Option<&Candidate>, Option<&Made>),
    exchange: &Exchange,
) -> Reply {
    let retry_after =
        exchange.advice.after.map(|wait| crate::kernel::Micros(wait.as_micros() as u64));
    match &exchange.result {
        Err(failure) => {
            let state = match failure {
                Failure::ContentFilter => CellState::Refused,
                failure => CellState::Failed(*failure),
            };
            // A call that failed brought no tokens to pay for.
            let (cost, status) = (Some(Usd::ZERO), exchange.status);
            Reply { state, confidence: None, cost, retry_after, status }
        }
        Ok(reply) => {
            let sure = reply.confidence.map(crate::kernel::Probability::value);
            let (state, confidence) = match made {
                None => (state(ring, item, &reply.text), sure),
                Some(made) => about(ring, item, made, &reply.text, sure),
            };
            let cost = candidate.and_then(|one| cost(one, reply));
            Reply { state, confidence, cost, retry_after, status: None }
        }
    }
}

/// What a reply to a question made of answers says.
fn about(
    ring: &Ring<'_>,
    at: ItemIdx,
    made: &Made,
    text: &str,
    sure: Option<f64>,
) -> (CellState, Option<f64>) {
    let item = &ring.subject.items[at.0 as usize];
    let context = ring.subject.context(&made.policy, at);
    match ring.grounds.asking.state(&context, item, made, text) {
        // An answer that nobody gave before is as right as the scorer says.
        (CellState::Unparsed, _) if made.part.is_answer() => (state(ring, at, text), sure),
        (found, _) if made.part.is_answer() => (found, sure),
        found => found,
    }
}

/// What a text says: one of the answers that were recorded, or another that is as right as the
/// scorer says.
pub(super) fn state(ring: &Ring<'_>, item: ItemIdx, text: &str) -> CellState {
    let task = ring.grounds.task;
    let choices = &ring.subject.items[item.0 as usize].choices;
    let Some(answer) = task.extract.extractor.extract(text, choices) else {
        return CellState::Unparsed;
    };
    let nobody = PolicyId::default();
    let context = ring.subject.context(&nobody, item);
    let wrong = AnswerIdx(context.answers.len() as u16 - 1);
    match context.judge(&answer) {
        Some((Some(answer), score)) => CellState::Answered { answer: Some(answer), score },
        Some((None, score)) => CellState::Answered { answer: Some(wrong), score },
        None => CellState::Unparsed,
    }
}

fn cost(candidate: &Candidate, reply: &ChatReply) -> Option<Usd> {
    candidate.price.as_ref()?.cost(reply.counts.usage()?)
}
