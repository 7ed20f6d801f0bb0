//! What simulations and drills stand on: a task, the answers to it, and what was learned of them.

use std::collections::BTreeSet;

use crate::data::{Answer, CellState, ItemIdx, Matrix, ModelIdx, Warning};
use crate::kernel::{Micros, Seed};
use crate::policy::episode::Probes;
use crate::policy::knowledge::{Knowledge, Subject};
use crate::policy::parts::probe::Config;
use crate::scenario::{Asking, Task};

/// What is known of a task: its answers, and what policies learned of them.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its answers.
    pub matrix: &'a Matrix,
    /// How many answers to each item were possible.
    pub n_classes: &'a [u32],
    /// What was fitted.
    pub knowledge: &'a Knowledge,
    /// What questions about the answers are made of.
    pub asking: &'a Asking,
}

impl<'a> Grounds<'a> {
    /// What requests are about. Behind the answers to each item stands one that nobody gave and
    /// that is wrong, for answers that a fault turned wrong.
    pub fn subject(&self, seed: Seed) -> Subject<'a> {
        let answers = |item| {
            let wrong = Answer { text: "(turned wrong by a fault)".to_owned(), score: 0.0 };
            self.matrix.answers(item).iter().cloned().chain([wrong]).collect()
        };
        Subject {
            items: self.matrix.items(),
            answers: self.matrix.item_idxs().map(answers).collect(),
            made: self.asking.made.clone(),
            n_classes: self.n_classes.to_vec(),
            score: &self.task.score,
            seed,
            knowledge: self.knowledge,
        }
    }

    /// What each model is asked by a probe: of the items that it answered the one that took fewest
    /// tokens, sent and received; where those are unknown, the one with the shortest input. The
    /// first item for a model that never answered.
    pub fn small_questions(&self) -> Vec<ItemIdx> {
        let matrix = self.matrix;
        let small = |model: ModelIdx| {
            let size = |item: &ItemIdx| {
                let cell = matrix.cell(*item, model, 0);
                let tokens = cell.prompt_tokens.zip(cell.completion_tokens);
                let tokens = tokens.map_or(u64::MAX, |(sent, received)| sent.0 + received.0);
                (tokens, matrix.item(*item).input.as_ref().map_or(0, String::len))
            };
            let is_answered = |item: &ItemIdx| {
                matches!(matrix.cell(*item, model, 0).state, CellState::Answered { .. })
            };
            let answered = matrix.item_idxs().filter(is_answered);
            answered.min_by_key(size).unwrap_or(ItemIdx(0))
        };
        matrix.model_idxs().map(small).collect()
    }

    /// Models that take longer over their small question where nothing is wrong, as `took` says,
    /// than a probe may.
    pub fn slow_probes(
        &self,
        probes: &Probes,
        took: impl Fn(ModelIdx) -> Micros,
    ) -> BTreeSet<Warning> {
        let slow = |(model, config): (ModelIdx, Config)| {
            let (Micros(took), Micros(may)) = (took(model), config.timeout);
            let name = || self.matrix.models()[usize::from(model.0)].to_string();
            (took >= may).then(|| Warning::SlowProbe(name(), took / 1000, may / 1000))
        };
        probes.targets().filter_map(slow).collect()
    }
}
