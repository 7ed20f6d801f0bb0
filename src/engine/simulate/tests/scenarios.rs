//! Scenarios that are ready to be simulated, without anything fitted.

use std::collections::BTreeMap;
use std::path::Path;

use crate::data::{Answer, AnswerIdx, Cell, CellState, Extracted, Matrix, Recorded};
use crate::engine::simulate::Town;
use crate::engine::simulate::world::Stage;
use crate::kernel::{Micros, ModelId, PolicyId, Tokens, Usd};
use crate::policy::Policy;
use crate::policy::episode::{Models, Tree};
use crate::policy::knowledge::Knowledge;
use crate::policy::made::{Asked, Next};
use crate::scenario::{self, Answers, Asking, Grounds, Plan};

/// The answers to three choices, of which the first is right.
fn matrix(plan: &Plan, rows: &[&Recorded], latency: Option<fn(usize) -> Micros>) -> Matrix {
    let task = &plan.tasks[0];
    let answer =
        |text: &str| Answer { text: text.to_owned(), score: f64::from(u8::from(text == "A")) };
    let answers = vec![["A", "B", "C"].map(answer).to_vec(); task.items.len()];
    let models: Vec<ModelId> = plan.candidates.iter().map(|one| one.id.clone()).collect();
    let mut cells = Vec::new();
    let n_samples = rows.iter().map(|row| row.sample + 1).max().unwrap_or(1);
    for (place, item) in task.items.iter().enumerate() {
        for candidate in &plan.candidates {
            for sample in 0..n_samples {
                let is_its = |row: &&&Recorded| {
                    row.id == item.id && row.model == candidate.id && row.sample == sample
                };
                let row = rows.iter().find(is_its).unwrap();
                let Extracted::Found(text) = &row.answer else { panic!("{:?}", row.answer) };
                let at = ["A", "B", "C"].iter().position(|it| it == text).unwrap();
                let (answer, score) = (Some(AnswerIdx(at as u16)), f64::from(u8::from(at == 0)));
                cells.push(Cell {
                    state: CellState::Answered { answer, score },
                    cost: Some(Usd::from_picos(1 + at as i64)),
                    prompt_tokens: Some(Tokens(0)),
                    completion_tokens: Some(Tokens(5)),
                    latency: latency.map_or(row.latency, |latency| Some(latency(place))),
                    ..Cell::NOT_RUN
                });
            }
        }
    }
    Matrix::new(task.id.clone(), task.items.clone(), models, n_samples, answers, cells)
}

/// Questions made of models' answers, with replies to two thirds of them: the first of what is
/// shown is the best, or is right, or is the answer.
fn asked(
    plan: &Plan,
    policies: &BTreeMap<PolicyId, Policy>,
    matrix: &Matrix,
    knowledge: &Knowledge,
) -> Asking {
    let (task, n_classes) = (&plan.tasks[0], vec![3; matrix.items().len()]);
    let mut made: Vec<Recorded> = Vec::new();
    // Rows of cells are for their words, and these answers are their own words.
    let n_cells = matrix.items().len() * matrix.models().len() * matrix.n_samples() as usize;
    let words = vec![None; n_cells];
    for _ in 0..3 {
        let made_rows: Vec<&Recorded> = made.iter().collect();
        let (candidates, made_rows) = (&plan.candidates, &made_rows[..]);
        let answers = Answers { task, candidates, matrix, rows: &words, made: made_rows };
        let asking = Asking::new(answers, policies).unwrap();
        let grounds = Grounds { task, matrix, n_classes: &n_classes, knowledge, asking: &asking };
        let subject = grounds.subject(plan.seed);
        let mut new = Vec::new();
        for (name, item) in
            policies.keys().flat_map(|it| matrix.item_idxs().map(move |at| (it, at)))
        {
            let outcome = |(member, sample): (&PolicyId, u32)| {
                let model = matrix.model_idx(&member.as_str().into())?;
                Some(crate::policy::single::outcome(matrix.cell(item, model, sample), member))
            };
            let n_samples = match &policies[name] {
                Policy::Judge(judge) => judge.samples,
                _ => 1,
            };
            let members = policies[name].members().iter();
            let members = members.flat_map(|it| (0..n_samples).map(move |sample| (it, sample)));
            let Some(members) = members.map(outcome).collect::<Option<Vec<_>>>() else { continue };
            let members: Vec<_> = members.iter().collect();
            let ctx = subject.context(name, item);
            let next = match &policies[name] {
                Policy::Judge(judge) => judge.next(&ctx, &members, &[]),
                Policy::Fuse(fuse) => fuse.next(&ctx, &members, &[]),
                Policy::Cascade(it) => {
                    Next::Ask(it.question(&ctx, members[0]).into_iter().collect())
                }
                _ => continue,
            };
            let Next::Ask(asked) = next else { continue };
            for (at, Asked { by, made }) in asked.into_iter().enumerate() {
                let question = &matrix.items()[item.0 as usize];
                let (prompt, _) = asking.messages(&ctx, (item, question), &made).unwrap();
                let says =
                    if made.part.is_answer() { "A" } else { "Best: 1. Grade: 8. Right: yes" };
                let mut row = Recorded { response: Some(says.to_owned()), ..Recorded::default() };
                (row.id, row.model, row.prompt) = (question.id.clone(), by, Some(prompt));
                row.latency = Some(Micros(100_000));
                row.completion_tokens = Some(Tokens(3));
                row.prompt_tokens = Some(Tokens(30));
                new.extend((at % 3 < 2).then_some(row));
            }
        }
        if new.is_empty() || !made.is_empty() {
            return asking;
        }
        made = new;
    }
    unreachable!("the second time there are replies")
}

/// A scenario that is ready to be simulated.
pub(super) struct Ready {
    pub(super) plan: Plan,
    pub(super) policies: std::collections::BTreeMap<PolicyId, Policy>,
    pub(super) matrix: Matrix,
    n_classes: Vec<u32>,
    pub(super) knowledge: Knowledge,
    asking: Asking,
}

impl Ready {
    /// Reads that text. Nothing is fitted: votes have voters of whom nothing is known, and
    /// routers choose their first member.
    ///
    /// There are `n_items` items, and `latency` gives a model's latency on each where that is not
    /// as the scenario says.
    pub(super) fn new(
        folder: &Path,
        text: &str,
        n_items: usize,
        latency: Option<fn(usize) -> Micros>,
    ) -> Self {
        std::fs::write(folder.join("items.jsonl"), scenario::random::items(n_items)).unwrap();
        let file = folder.join("scenario.yaml");
        std::fs::write(&file, text).unwrap();
        let loaded = scenario::load(&file, &[]).unwrap_or_else(|wrong| {
            let told: Vec<&str> = wrong.iter().map(|one| one.message.as_str()).collect();
            panic!("{told:?} in\n{text}")
        });
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        let matrix = matrix(&loaded.plan, &rows, latency);
        let singles = loaded
            .plan
            .candidates
            .iter()
            .map(|one| (PolicyId::from(one.id.as_str()), Policy::Single(one.id.clone())));
        let policies: std::collections::BTreeMap<PolicyId, Policy> =
            singles.chain(loaded.plan.policies.iter().cloned()).collect();
        let mut knowledge = Knowledge { fold_of: vec![0; n_items], ..Knowledge::default() };
        // Every item is like the one before it.
        let before = |at: usize| vec![(0.9, (at + n_items - 1) as u32 % n_items as u32)];
        knowledge.similar = (0..n_items).map(before).collect();
        for (name, policy) in &policies {
            if let Policy::Vote(vote) = policy {
                let voter =
                    |member: &PolicyId| (member.clone(), crate::policy::Standing::default());
                let voters = vec![vote.members.iter().map(voter).collect()];
                let lessons = Vec::new();
                let known = crate::policy::knowledge::VoteKnowledge { voters, lessons };
                knowledge.votes.insert(name.clone(), known);
            }
        }
        let asking = asked(&loaded.plan, &policies, &matrix, &knowledge);
        let n_classes = vec![3; n_items];
        Self { plan: loaded.plan, policies, matrix, n_classes, knowledge, asking }
    }

    /// Puts a policy on its stage; `None` where nobody can run it.
    pub(super) fn on_stage<T>(
        &self,
        name: &PolicyId,
        play: impl FnOnce(&Town<'_>, &Stage<'_>) -> T,
    ) -> Option<T> {
        let grounds = Grounds {
            task: &self.plan.tasks[0],
            matrix: &self.matrix,
            n_classes: &self.n_classes,
            knowledge: &self.knowledge,
            asking: &self.asking,
        };
        let simulation = self.plan.simulation.as_ref().unwrap();
        let town = Town::new(&self.plan, &self.policies, simulation, &grounds).unwrap();
        let subject = grounds.subject(self.plan.seed);
        let (names, n_samples) = (self.matrix.models(), self.matrix.n_samples());
        let models = Models { names, timeouts: &town.timeouts, n_samples };
        let tree = Tree::new(name, &self.policies, models, &self.knowledge).ok()?;
        Some(play(&town, &town.stage(&tree, &subject, &self.plan.faults)))
    }
}
