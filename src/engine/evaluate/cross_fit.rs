//! Runs every policy over the matrix; whatever is fitted is fitted on other items.
//!
//! Policies nest, so fitting does too: the members of a policy that is fitted on some folds are
//! themselves fitted on those folds only. Nothing that is scored has had a hand in its own fit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::data::{ItemIdx, Matrix, ModelIdx, Outcome};
use crate::kernel::{PolicyId, Probability, Seed, Usd};
use crate::policy::{Context, Fitted, Policy, Standing, Vote, best_single, single};

/// A set of folds, a bit each.
type Folds = u8;

/// A policy as fitted on some folds and applied to one.
type Applied = (PolicyId, Folds, usize);

/// What all policies are judged on.
pub(super) struct Field<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) folds: &'a [Vec<ItemIdx>],
    pub(super) seed: Seed,
    /// Every policy by name, each model by itself among them.
    pub(super) policies: &'a BTreeMap<PolicyId, Policy>,
}

/// One policy's run, with what was worked out on the way.
pub(super) struct Run<'a> {
    field: &'a Field<'a>,
    outcomes: RefCell<BTreeMap<Applied, Rc<Vec<Outcome>>>>,
    standings: RefCell<BTreeMap<(PolicyId, Folds), Standing>>,
}

impl Field<'_> {
    /// What `policy` came to on every item, in the matrix's order.
    pub(super) fn outcomes(&self, policy: &PolicyId) -> Vec<Outcome> {
        let run = self.run();
        self.on_every_item(|fit, fold| run.applied(policy, fit, fold))
    }

    /// What the vote of this name would come to if it were each of `variants`, which may differ in
    /// their members alone: whatever is drawn is drawn as for the vote itself.
    pub(super) fn variants<'v>(
        &'v self,
        name: &'v PolicyId,
        variants: &'v [Vote],
    ) -> impl Iterator<Item = Vec<Outcome>> + 'v {
        let run = self.run();
        let outcomes =
            move |vote| self.on_every_item(|fit, fold| Rc::new(run.vote(name, vote, fit, fold)));
        variants.iter().map(outcomes)
    }

    fn run(&self) -> Run<'_> {
        Run { field: self, outcomes: RefCell::default(), standings: RefCell::default() }
    }

    /// The outcomes on each fold, as fitted on all others.
    fn on_every_item(&self, of: impl Fn(Folds, usize) -> Rc<Vec<Outcome>>) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::NOT_RUN; self.matrix.items().len()];
        let all: Folds = (1 << self.folds.len()) - 1;
        for (fold, items) in self.folds.iter().enumerate() {
            let of_fold = of(all & !(1 << fold), fold);
            for (item, outcome) in items.iter().zip(of_fold.iter()) {
                outcomes[item.0 as usize] = outcome.clone();
            }
        }
        outcomes
    }

    fn model(&self, name: &PolicyId) -> Option<ModelIdx> {
        self.matrix.model_idx(&name.as_str().into())
    }

    /// How many answers were possible: the item's choices, else the distinct answers seen on it.
    fn n_classes(&self, item: ItemIdx) -> u32 {
        match self.matrix.item(item).choices.len() {
            0 => self.matrix.answers(item).len().max(2) as u32,
            n_choices => n_choices as u32,
        }
    }
}

impl Run<'_> {
    /// The outcomes on the items of `fold`, of `policy` as fitted on the folds in `fit`.
    fn applied(&self, policy: &PolicyId, fit: Folds, fold: usize) -> Rc<Vec<Outcome>> {
        let fit = if self.reads_targets(policy) { fit } else { 0 };
        let key = (policy.clone(), fit, fold);
        if let Some(known) = self.outcomes.borrow().get(&key) {
            return Rc::clone(known);
        }
        let outcomes = Rc::new(self.decide(policy, fit, fold));
        self.outcomes.borrow_mut().insert(key, Rc::clone(&outcomes));
        outcomes
    }

    fn decide(&self, name: &PolicyId, fit: Folds, fold: usize) -> Vec<Outcome> {
        let items = &self.field.folds[fold];
        let nothing = || vec![Outcome::NOT_RUN; items.len()];
        let matrix = self.field.matrix;
        match self.field.policies.get(name) {
            None => nothing(),
            Some(Policy::Single(_)) => {
                let Some(model) = self.field.model(name) else { return nothing() };
                let outcome = |item: &ItemIdx| single::outcome(matrix.cell(*item, model, 0), name);
                items.iter().map(outcome).collect()
            }
            Some(Policy::BestSingle) => {
                let Some(model) = self.best_single(fit) else { return nothing() };
                let Some(idx) = self.field.model(&model) else { return nothing() };
                let outcome =
                    |item: &ItemIdx| best_single::outcome(matrix.cell(*item, idx, 0), &model);
                items.iter().map(outcome).collect()
            }
            Some(Policy::Cascade(cascade)) => {
                let columns = self.columns(&cascade.stages, fit, fold);
                (0..items.len()).map(|row| cascade.decide(&at(&columns, row))).collect()
            }
            Some(Policy::Vote(vote)) => self.vote(name, vote, fit, fold),
        }
    }

    fn vote(&self, name: &PolicyId, vote: &Vote, fit: Folds, fold: usize) -> Vec<Outcome> {
        let matrix = self.field.matrix;
        let columns = self.columns(&vote.members, fit, fold);
        let standings: Vec<Standing> =
            vote.members.iter().map(|member| self.standing(member, fit)).collect();
        let decide = |(row, item): (usize, &ItemIdx)| {
            let ctx = Context {
                policy: name,
                item: &matrix.item(*item).id,
                seed: self.field.seed,
                n_classes: self.field.n_classes(*item),
                answers: matrix.answers(*item),
            };
            vote.decide(&ctx, &standings, &at(&columns, row))
        };
        self.field.folds[fold].iter().enumerate().map(decide).collect()
    }

    /// What each of these came to on the items of `fold`.
    fn columns(&self, names: &[PolicyId], fit: Folds, fold: usize) -> Vec<Rc<Vec<Outcome>>> {
        names.iter().map(|member| self.applied(member, fit, fold)).collect()
    }

    fn best_single(&self, fit: Folds) -> Option<PolicyId> {
        let models = self.field.matrix.models().iter();
        let standings: Vec<(PolicyId, Standing)> = models
            .map(|model| PolicyId::from(model.as_str()))
            .map(|model| (model.clone(), self.standing(&model, fit)))
            .collect();
        best_single::choose(&standings).cloned()
    }

    /// How a member did on the folds in `fit`, each scored with what the others of them fitted.
    fn standing(&self, member: &PolicyId, fit: Folds) -> Standing {
        let key = (member.clone(), fit);
        if let Some(known) = self.standings.borrow().get(&key) {
            return *known;
        }
        let mut scores = Vec::new();
        let mut cost = Some(Usd::ZERO);
        for fold in (0..self.field.folds.len()).filter(|fold| fit & 1 << fold != 0) {
            for outcome in self.applied(member, fit & !(1 << fold), fold).iter() {
                if let Some(score) = outcome.verdict.judged() {
                    scores.push(score);
                    cost = cost.zip(outcome.cost).map(|(sum, one)| sum + one);
                }
            }
        }
        let n_items = scores.len() as u64;
        let accuracy = Probability::try_from(scores.iter().sum::<f64>() / n_items as f64).ok();
        let mean = |sum: Usd| Usd::from_picos(sum.picos() / n_items as i64);
        let standing = Standing {
            fitted: accuracy.map(|accuracy| Fitted { accuracy, n_items }),
            mean_cost: cost.filter(|_| n_items > 0).map(mean),
        };
        self.standings.borrow_mut().insert(key, standing);
        standing
    }

    /// Whether what a policy answers depends on the right answers to other items.
    fn reads_targets(&self, name: &PolicyId) -> bool {
        match self.field.policies.get(name) {
            None | Some(Policy::Single(_)) => false,
            Some(Policy::Cascade(cascade)) => {
                cascade.stages.iter().any(|stage| self.reads_targets(stage))
            }
            Some(Policy::BestSingle | Policy::Vote(_)) => true,
        }
    }
}

/// What each column has in one row.
fn at(columns: &[Rc<Vec<Outcome>>], row: usize) -> Vec<&Outcome> {
    columns.iter().map(|column| &column[row]).collect()
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::data::{Answer, AnswerIdx, Cell, CellState, Item};
    use crate::kernel::ModelId;
    use crate::policy::{Asking, Vote};
    use crate::vote::{Rule, Ties, Weighted};

    const N_ITEMS: u32 = 60;
    const MODELS: [(&str, u64); 4] = [("a", 40), ("b", 50), ("c", 60), ("d", 70)];

    /// Four models, right about as often per hundred as [`MODELS`] says, among three answers.
    /// Where an item is in `flipped`, another of the answers is the right one.
    fn matrix(flipped: &[ItemIdx]) -> Matrix {
        let seed = Seed(3);
        let mut cells = Vec::new();
        let mut answers = Vec::new();
        for item in (0..N_ITEMS).map(ItemIdx) {
            let right = if flipped.contains(&item) { 1 } else { 0 };
            let score = |answer: u16| f64::from(u8::from(answer == right));
            let text = |answer: u16| Answer { text: answer.to_string(), score: score(answer) };
            answers.push((0..3).map(text).collect());
            for (model, skill) in MODELS {
                let draw = seed.stream(model, &[&item.0.to_string()]).next_u64();
                let answer = if draw % 100 < skill { 0 } else { 1 + (draw >> 32 & 1) as u16 };
                let answer = AnswerIdx(answer);
                let state = CellState::Answered { answer: Some(answer), score: score(answer.0) };
                cells.push(Cell { state, ..Cell::NOT_RUN });
            }
        }
        let item = |id: u32| Item {
            id: id.to_string().as_str().into(),
            input: None,
            targets: Vec::new(),
            choices: Vec::new(),
            category: None,
            cluster: None,
            row: serde_json::Map::new(),
        };
        let models = MODELS.map(|(name, _)| ModelId::from(name)).to_vec();
        Matrix::new("t".into(), (0..N_ITEMS).map(item).collect(), models, 1, answers, cells)
    }

    fn policies() -> BTreeMap<PolicyId, Policy> {
        let vote = |members: &[&str], rule: Rule| {
            Policy::Vote(Vote {
                members: members.iter().map(|name| PolicyId::from(*name)).collect(),
                rule,
                ties: Ties::Accuracy,
                quorum: 1,
                asking: Asking::Together,
            })
        };
        let weighted = || Rule::Weighted(Weighted::default());
        let singles = MODELS.map(|(name, _)| (name.into(), Policy::Single(name.into())));
        let combined: [(PolicyId, Policy); 4] = [
            ("best-single".into(), Policy::BestSingle),
            ("weighted".into(), vote(&["a", "b", "c", "d"], weighted())),
            ("even".into(), vote(&["a", "b"], Rule::default())),
            ("nested".into(), vote(&["weighted", "even", "best-single"], weighted())),
        ];
        singles.into_iter().chain(combined).collect()
    }

    fn field<'a>(
        matrix: &'a Matrix,
        folds: &'a [Vec<ItemIdx>],
        policies: &'a BTreeMap<PolicyId, Policy>,
    ) -> Field<'a> {
        Field { matrix, folds, seed: Seed(7), policies }
    }

    #[test]
    fn a_variant_of_a_vote_is_the_vote_that_was_declared_so() {
        let matrix = matrix(&[]);
        let folds = crate::engine::evaluate::folds::folds(matrix.items(), Seed(7));
        let declared = policies();
        let mut n_changed = 0;
        for (name, policy) in &declared {
            let Policy::Vote(vote) = policy else { continue };
            for ties in [Ties::Accuracy, Ties::Random] {
                let without = |left: usize| {
                    let mut vote = Vote { ties, ..vote.clone() };
                    vote.members.remove(left);
                    vote
                };
                let variants: Vec<Vote> = (0..vote.members.len()).map(without).collect();
                let before = field(&matrix, &folds, &declared).outcomes(name);
                let of_variants =
                    field(&matrix, &folds, &declared).variants(name, &variants).collect::<Vec<_>>();
                for (variant, got) in variants.into_iter().zip(of_variants) {
                    let mut changed = declared.clone();
                    changed.insert(name.clone(), Policy::Vote(variant));
                    assert_eq!(got, field(&matrix, &folds, &changed).outcomes(name), "{name}");
                    n_changed += usize::from(got != before);
                }
            }
        }
        assert!(n_changed > 0, "leaving out changes something");
    }

    #[test]
    fn what_is_right_on_a_fold_has_no_say_in_what_is_answered_there() {
        let folds = crate::engine::evaluate::folds::folds(matrix(&[]).items(), Seed(7));
        let policies = policies();
        let answers = |matrix: &Matrix, policy: &PolicyId| -> Vec<Option<AnswerIdx>> {
            let field = Field { matrix, folds: &folds, seed: Seed(7), policies: &policies };
            let answer = |outcome: Outcome| match outcome.verdict {
                crate::data::Verdict::Answered { answer, .. } => answer,
                _ => None,
            };
            field.outcomes(policy).into_iter().map(answer).collect()
        };
        let mut has_changed_elsewhere = false;
        for fold in &folds {
            let (before, after) = (matrix(&[]), matrix(fold));
            for policy in policies.keys() {
                let [before, after] = [&before, &after].map(|matrix| answers(matrix, policy));
                for item in 0..N_ITEMS {
                    let is_same = before[item as usize] == after[item as usize];
                    has_changed_elsewhere |= !is_same;
                    assert!(is_same || !fold.contains(&ItemIdx(item)), "{policy} on {item}");
                }
            }
        }
        assert!(has_changed_elsewhere, "what is right elsewhere has a say, or nothing is fitted");
    }
}
