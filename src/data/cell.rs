//! One cell of the answer matrix: what one draw of one model on one item came to.

use crate::data::{AnswerIdx, Failure};
use crate::kernel::{Micros, Tokens, Usd};

/// A judged answer or what came instead, with what it took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// What it came to.
    pub state: CellState,
    /// Whether it failed without being sent, because its provider was taken to be down. It cost
    /// nothing, and says nothing of what a call costs.
    pub unsent: bool,
    /// What it cost; `None` when the price or the tokens are unknown.
    pub cost: Option<Usd>,
    /// Tokens sent.
    pub prompt_tokens: Option<Tokens>,
    /// Tokens received.
    pub completion_tokens: Option<Tokens>,
    /// How sure the model is of its answer, from 0 to 1, where it said.
    pub confidence: Option<f64>,
    /// To the first token.
    pub ttft: Option<Micros>,
    /// To the last byte.
    pub latency: Option<Micros>,
}

/// The five ways in which asking can end; every cell is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellState {
    /// An answer was found in the response.
    Answered {
        /// Which of the item's distinct answers; `None` where only a verdict was recorded.
        answer: Option<AnswerIdx>,
        /// How right it is, from 0 to 1.
        score: f64,
    },
    /// A response came, and no answer was found in it.
    Unparsed,
    /// The model or a filter declined.
    Refused,
    /// No usable response came.
    Failed(Failure),
    /// Nobody asked.
    NotRun,
}

impl Cell {
    /// A cell that nobody asked for.
    pub const NOT_RUN: Self = Self {
        state: CellState::NotRun,
        unsent: false,
        cost: None,
        prompt_tokens: None,
        completion_tokens: None,
        confidence: None,
        ttft: None,
        latency: None,
    };
}
