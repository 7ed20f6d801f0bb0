//! One policy's run over the folds; whatever is fitted is fitted on other items.
//!
//! Policies nest, so fitting does too: the members of a policy that is fitted on some folds are
//! themselves fitted on those folds only. Nothing that is scored has had a hand in its own fit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::field::Field;
use super::learn::Believed;
use super::made;
use crate::data::{ItemIdx, Outcome, Verdict};
use crate::kernel::{Key, Micros, PolicyId, Probability, Usd};
use crate::policy::hedge::{After, Hedge};
use crate::policy::{
    Cascade, Fitted, Fuse, Judge, Policy, Standing, Vote, best_single, oracle, single,
};
use crate::stats;
use crate::vote::{Rule, Voter};

/// A set of folds, a bit each.
pub(in crate::engine) type Folds = u8;

/// A policy as fitted on some folds and applied to one.
type Applied = (PolicyId, Folds, usize);

/// A rule with its options, the members, and the folds that these were fitted on.
pub(super) type Believer = (String, Vec<PolicyId>, Folds);

/// What each of several came to on the items of one fold.
pub(super) type Columns = Vec<Arc<Vec<Outcome>>>;

/// One policy's run, with what was worked out on the way.
pub(super) struct Run<'a> {
    pub(super) field: &'a Field<'a>,
    outcomes: RefCell<BTreeMap<Applied, Arc<Vec<Outcome>>>>,
    standings: RefCell<BTreeMap<(PolicyId, Folds), Standing>>,
    pub(super) beliefs: RefCell<BTreeMap<Believer, Arc<Believed>>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(field: &'a Field<'a>) -> Self {
        Self {
            field,
            outcomes: RefCell::default(),
            standings: RefCell::default(),
            beliefs: RefCell::default(),
        }
    }

    /// The outcomes on the items of `fold`, of `policy` as fitted on the folds in `fit`.
    pub(super) fn applied(&self, policy: &PolicyId, fit: Folds, fold: usize) -> Arc<Vec<Outcome>> {
        if let Some(single) = self.field.singles.get(policy) {
            return Arc::clone(&single[fold]);
        }
        let fit = if self.is_fitted(policy) { fit } else { 0 };
        let key = (policy.clone(), fit, fold);
        if let Some(known) = self.outcomes.borrow().get(&key) {
            return Arc::clone(known);
        }
        let outcomes = Arc::new(self.decide(policy, fit, fold));
        self.outcomes.borrow_mut().insert(key, Arc::clone(&outcomes));
        outcomes
    }

    fn decide(&self, name: &PolicyId, fit: Folds, fold: usize) -> Vec<Outcome> {
        let items = &self.field.folds[fold];
        let nothing = || vec![Outcome::NOT_RUN; items.len()];
        let matrix = self.field.matrix;
        match self.field.policies.get(name) {
            // A model is on the field already, unless nobody asked it.
            None | Some(Policy::Single(_)) => nothing(),
            Some(Policy::BestSingle) => {
                let Some(model) = self.best_single(fit) else { return nothing() };
                let Some(idx) = self.field.model(&model) else { return nothing() };
                let outcome =
                    |item: &ItemIdx| best_single::outcome(matrix.cell(*item, idx, 0), &model);
                items.iter().map(outcome).collect()
            }
            Some(Policy::Judge(judge)) => {
                let columns = self.candidates(judge, fit, fold);
                where_all_heard(&columns, self.about_answers(name, &columns, fold).collect())
            }
            Some(Policy::Fuse(Fuse { members, .. })) => {
                let columns = self.columns(members, fit, fold);
                where_all_heard(&columns, self.about_answers(name, &columns, fold).collect())
            }
            Some(Policy::Cascade(Cascade { stages, .. })) => {
                let columns = self.columns(stages, fit, fold);
                let outcomes = self.about_answers(name, &columns, fold).collect();
                where_all_ran(&columns, where_all_heard(&columns, outcomes).into_iter())
            }
            Some(Policy::CascadeRoute(policy)) => self.step_by_step(policy, fit, fold),
            Some(Policy::Failover(ladder)) => {
                let columns = self.columns(&ladder.members, fit, fold);
                let decided = (0..items.len()).map(|row| ladder.decide(&at(&columns, row)));
                where_all_ran(&columns, decided)
            }
            Some(Policy::Hedge(hedge)) => {
                let columns = self.columns(&hedge.members, fit, fold);
                let after = hedge_after(hedge, &columns);
                (0..items.len()).map(|row| hedge.decide(&at(&columns, row), after)).collect()
            }
            Some(Policy::Balance(balance)) => {
                let columns = self.columns(&balance.among, fit, fold);
                let key = Key::new(self.field.seed, "balance", &[name.as_str()]);
                let decide = |(row, item): (usize, &ItemIdx)| {
                    balance.decide(&at(&columns, row), key.with(u64::from(item.0)))
                };
                items.iter().enumerate().map(decide).collect()
            }
            Some(Policy::Vote(vote)) => self.vote(name, vote, fit, fold),
            Some(Policy::Route(route)) => {
                let columns = self.columns(&route.among, fit, fold);
                let routed = self.routed(route, fit, fold).into_iter().enumerate();
                routed.map(|(row, member)| oracle::chosen(&columns[member][row])).collect()
            }
            Some(Policy::Mix(mix)) => {
                let columns = self.columns(&mix.members, fit, fold);
                let choose = |(row, item): (usize, &ItemIdx)| {
                    oracle::chosen(&columns[mix.choose(&self.field.context(name, *item))][row])
                };
                items.iter().enumerate().map(choose).collect()
            }
            Some(Policy::Oracle(among)) => {
                let columns = self.columns(among, fit, fold);
                (0..items.len()).map(|row| oracle_of(among, &at(&columns, row))).collect()
            }
        }
    }

    pub(super) fn vote(
        &self,
        name: &PolicyId,
        vote: &Vote,
        fit: Folds,
        fold: usize,
    ) -> Vec<Outcome> {
        let (names, columns) = self.ballots(vote, fit, fold);
        let voter = |name| Voter { name, standing: self.standing(name, fit) };
        let voters: Vec<Voter<'_>> = names.into_iter().map(voter).collect();
        let lesson = self.learn(vote, fit, fold, &columns);
        let decide = |(row, item): (usize, &ItemIdx)| {
            let ctx = self.field.context(name, *item);
            vote.decide_in_time(&ctx, lesson.on(row), &voters, &at(&columns, row))
        };
        self.field.folds[fold].iter().enumerate().map(decide).collect()
    }

    /// Who votes, and with what: every member once, or once for each of its samples.
    pub(super) fn ballots<'v>(
        &self,
        vote: &'v Vote,
        fit: Folds,
        fold: usize,
    ) -> (Vec<&'v PolicyId>, Columns) {
        if !matches!(vote.rule, Rule::BestOf(_)) {
            return (vote.members.iter().collect(), self.columns(&vote.members, fit, fold));
        }
        let n_samples = self.field.n_samples(&vote.rule);
        let times = |member| if self.field.model(member).is_some() { n_samples } else { 1 };
        let ballots = vote.members.iter().flat_map(|it| (0..times(it)).map(move |k| (it, k)));
        ballots.map(|(member, k)| (member, self.sample(member, k, (fit, fold)))).unzip()
    }

    /// What the candidates of a judge came to: every member, or each of its samples.
    pub(super) fn candidates(&self, judge: &Judge, fit: Folds, fold: usize) -> Columns {
        let n_samples = judge.samples.min(self.field.matrix.n_samples());
        let samples = |it| (0..n_samples).map(move |k| self.sample(it, k, (fit, fold)));
        judge.members.iter().flat_map(samples).collect()
    }

    /// What a policy comes to that may ask about what these came to.
    fn about_answers(
        &self,
        name: &PolicyId,
        columns: &Columns,
        fold: usize,
    ) -> impl Iterator<Item = Outcome> {
        let items = self.field.folds[fold].iter().enumerate();
        items.map(move |(row, item)| made::outcome(self.field, name, *item, &at(columns, row)))
    }

    /// Looks for what a judge or a fusion would ask if members were missing.
    pub(super) fn look_without(&self, name: &PolicyId, fit: Folds, fold: usize) {
        let (columns, without) = match self.field.policies.get(name) {
            Some(Policy::Judge(judge)) => (self.candidates(judge, fit, fold), judge.without),
            Some(Policy::Fuse(fuse)) => (self.columns(&fuse.members, fit, fold), fuse.without),
            Some(Policy::Cascade(cascade)) if cascade.asks_about_every_answer() => {
                for item in &self.field.folds[fold] {
                    made::look_at_every_answer(self.field, name, *item, cascade);
                }
                return;
            }
            _ => return,
        };
        for (row, item) in self.field.folds[fold].iter().enumerate() {
            let members = at(&columns, row);
            made::look_without(self.field, name, *item, (&members, without as usize));
        }
    }

    fn sample(
        &self,
        member: &PolicyId,
        sample: u32,
        (fit, fold): (Folds, usize),
    ) -> Arc<Vec<Outcome>> {
        match self.field.model(member) {
            Some(model) if sample > 0 => {
                let matrix = self.field.matrix;
                let items = self.field.folds[fold].iter();
                let outcome =
                    |item: &ItemIdx| single::outcome(matrix.cell(*item, model, sample), member);
                Arc::new(items.map(outcome).collect())
            }
            // A policy answers once.
            _ => self.applied(member, fit, fold),
        }
    }

    /// What each of these came to on the items of `fold`.
    pub(super) fn columns(&self, names: &[PolicyId], fit: Folds, fold: usize) -> Columns {
        names.iter().map(|member| self.applied(member, fit, fold)).collect()
    }

    /// All folds but one.
    pub(super) fn all_but(&self, fold: usize) -> Folds {
        ((1 << self.field.folds.len()) - 1) & !(1 << fold)
    }

    pub(super) fn folds_of(&self, fit: Folds) -> impl Iterator<Item = usize> + use<> {
        (0..self.field.folds.len()).filter(move |fold| fit & 1 << fold != 0)
    }

    pub(super) fn best_single(&self, fit: Folds) -> Option<PolicyId> {
        let models = self.field.matrix.models().iter();
        let standings: Vec<(PolicyId, Standing)> = models
            .map(|model| PolicyId::from(model.as_str()))
            .map(|model| (model.clone(), self.standing(&model, fit)))
            .collect();
        best_single::choose(&standings).cloned()
    }

    /// How a member did on the folds in `fit`, each scored with what the others of them fitted.
    pub(super) fn standing(&self, member: &PolicyId, fit: Folds) -> Standing {
        let key = (member.clone(), fit);
        if let Some(known) = self.standings.borrow().get(&key) {
            return *known;
        }
        let mut scores = Vec::new();
        let (mut cost, mut n_priced) = (Some(Usd::ZERO), 0);
        for fold in self.folds_of(fit) {
            for outcome in self.applied(member, fit & !(1 << fold), fold).iter() {
                if let Some(score) = outcome.verdict.judged() {
                    scores.push(score);
                    if outcome.tells_price() {
                        cost = cost.zip(outcome.cost).map(|(sum, one)| sum + one);
                        n_priced += 1;
                    }
                }
            }
        }
        let n_items = scores.len() as u64;
        let accuracy = Probability::try_from(scores.iter().sum::<f64>() / n_items as f64).ok();
        let mean = |sum: Usd| Usd::from_picos(sum.picos() / n_priced);
        let standing = Standing {
            fitted: accuracy.map(|accuracy| Fitted { accuracy, n_items }),
            mean_cost: cost.filter(|_| n_priced > 0).map(mean),
        };
        self.standings.borrow_mut().insert(key, standing);
        standing
    }

    /// Whether what a policy answers may depend on the folds that it is fitted on.
    fn is_fitted(&self, name: &PolicyId) -> bool {
        match self.field.policies.get(name) {
            None | Some(Policy::Single(_)) => false,
            Some(
                Policy::BestSingle | Policy::Vote(_) | Policy::Route(_) | Policy::CascadeRoute(_),
            ) => true,
            Some(policy) => policy.members().iter().any(|member| self.is_fitted(member)),
        }
    }
}

/// How long the first member has before the next is asked; where that is a share of its own
/// latencies, of those on the items at hand. It never comes where none is known.
fn hedge_after(hedge: &Hedge, columns: &Columns) -> Micros {
    match &hedge.after {
        After::Fixed(fixed) => fixed.wait.0,
        After::Quantile(quantile) => {
            let known = columns.first().into_iter().flat_map(|column| column.iter());
            let mut known: Vec<f64> = known.filter_map(|it| Some(it.latency?.0 as f64)).collect();
            known.sort_by(f64::total_cmp);
            let after = stats::quantile(&known, quantile.share.value());
            after.map_or(Micros(u64::MAX), |after| Micros(after.round() as u64))
        }
    }
}

/// What each column has in one row.
pub(super) fn at(columns: &[Arc<Vec<Outcome>>], row: usize) -> Vec<&Outcome> {
    columns.iter().map(|column| &column[row]).collect()
}

fn oracle_of(among: &[PolicyId], row: &[&Outcome]) -> Outcome {
    match oracle::choose(among, row) {
        Some(member) => oracle::chosen(row[member]),
        None => Outcome::NOT_RUN,
    }
}

/// Nothing of a fold in which a question about answers has no reply: the items that need none are
/// the easy ones, and to judge those alone would flatter.
fn where_all_heard(columns: &Columns, outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let did_run = |outcome: &Outcome| outcome.verdict != Verdict::NotRun;
    let is_unheard = |(row, outcome): (usize, &Outcome)| {
        !did_run(outcome) && columns.iter().all(|column| did_run(&column[row]))
    };
    match outcomes.iter().enumerate().any(is_unheard) {
        true => vec![Outcome::NOT_RUN; outcomes.len()],
        false => outcomes,
    }
}

/// What was decided on the items that everybody was asked about. On others it depends on how it
/// went whether those who come later are needed, so that to judge what can be judged would leave
/// out the items that went badly.
pub(super) fn where_all_ran(
    columns: &Columns,
    decided: impl Iterator<Item = Outcome>,
) -> Vec<Outcome> {
    let is_run = |row: usize| columns.iter().all(|it| it[row].verdict != Verdict::NotRun);
    let judged = |(row, outcome)| if is_run(row) { outcome } else { Outcome::NOT_RUN };
    decided.enumerate().map(judged).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_with_a_question_that_has_no_reply_is_not_judged_on_its_easy_items() {
        let ran = Outcome { verdict: Verdict::Abstained, ..Outcome::NOT_RUN };
        let columns = vec![Arc::new(vec![ran.clone(); 3]), Arc::new(vec![ran.clone(); 3])];
        let whole = vec![ran.clone(); 3];
        assert_eq!(where_all_heard(&columns, whole.clone()), whole);
        let unheard = vec![ran.clone(), Outcome::NOT_RUN, ran.clone()];
        assert_eq!(where_all_heard(&columns, unheard.clone()), [const { Outcome::NOT_RUN }; 3]);
        // Where a member was not asked, no question could be put.
        let unasked = vec![ran.clone(), Outcome::NOT_RUN, ran];
        let columns = vec![Arc::new(unasked.clone()), Arc::new(whole)];
        assert_eq!(where_all_heard(&columns, unheard), unasked);
    }
}
