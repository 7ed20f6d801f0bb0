//! What became of questions that policies made of answers, and whether places had a say.

use std::collections::BTreeMap;

use super::field::Field;
use super::tables::Method;
use crate::analysis;
use crate::data::summary::JudgingRow;
use crate::data::{AnswerIdx, Estimate, ItemIdx, Outcome, Verdict, Warning};
use crate::kernel::{ModelId, PolicyId, Usd};
use crate::policy::made::Made;

/// What one policy asked one model, and what came of it.
type Heard = BTreeMap<(ItemIdx, Made), Outcome>;

/// A row for each policy, model and kind of question, and which policies lack replies.
pub(super) fn rows(field: &Field<'_>, method: &Method) -> (Vec<JudgingRow>, Vec<Warning>) {
    let asks = field.policies.iter().filter(|(_, policy)| !policy.asks_about_answers().is_empty());
    let (mut rows, mut doubts) = (Vec::new(), Vec::new());
    for (name, _) in asks {
        let heard = of_policy(field, name);
        let own = heard.iter().map(|((by, asked), heard)| JudgingRow {
            by: by.clone(),
            asked: asked.clone(),
            ..row(field, name, heard, method)
        });
        let own: Vec<JudgingRow> = own.collect();
        let not_run: u64 = own.iter().map(|row| row.not_run).sum();
        let questions = own.iter().map(|row| row.questions).sum();
        let doubt = || Warning::Unheard(name.to_string(), not_run, questions);
        doubts.extend((not_run > 0).then(doubt));
        let unread = own.iter().filter(|row| row.unparsed * 20 > row.questions);
        doubts.extend(unread.map(|row| {
            let on = format!("{} to what {name} asks it ({})", row.by, row.asked);
            Warning::Unparsed(on, row.unparsed, row.questions - row.not_run)
        }));
        rows.extend(own);
    }
    (rows, doubts)
}

/// What a policy asks where every item comes once, by whom and what it is.
fn of_policy(field: &Field<'_>, name: &PolicyId) -> BTreeMap<(ModelId, String), Heard> {
    let Field { matrix, score, folds, seed, policies, asking, .. } = *field;
    let alone = Field::new(matrix, score, folds, seed, policies, asking);
    alone.outcomes(name);
    let mut of: BTreeMap<(ModelId, String), Heard> = BTreeMap::new();
    for (item, by, made, outcome) in alone.heard.into_inner().unwrap_or_default() {
        if made.policy == *name {
            of.entry((by, made.part.name())).or_default().insert((item, made), outcome);
        }
    }
    of
}

fn row(field: &Field<'_>, name: &PolicyId, heard: &Heard, method: &Method) -> JudgingRow {
    let n = |is: &dyn Fn(&Verdict) -> bool| {
        heard.values().filter(|outcome| is(&outcome.verdict)).count() as u64
    };
    let not_run = n(&|it| *it == Verdict::NotRun);
    let asked = heard.values().filter(|outcome| outcome.verdict != Verdict::NotRun);
    let cost: Option<Usd> = asked.map(|outcome| outcome.cost).sum();
    // Who preferred one of several, and how many there were.
    let preferred = || {
        heard.iter().filter_map(|((item, made), outcome)| {
            let answer = named(outcome).filter(|_| made.shown.len() > 1 && !made.part.is_answer());
            Some((*item, made, answer?))
        })
    };
    let share = |values: &[(ItemIdx, f64)]| -> Option<Estimate> {
        let clusters: Vec<u32> = values.iter().map(|(item, _)| item.0).collect();
        let values: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        let mean = analysis::mean(&values, &clusters, method.intervals)?;
        let (low, high) = (mean.low.max(0.0), mean.high.min(1.0));
        Some(Estimate { low, high, ..mean })
    };
    let one = |is: bool| f64::from(u8::from(is));
    let first: Vec<(ItemIdx, f64)> = preferred()
        .map(|(item, made, answer)| (item, one(made.shown.first() == Some(&answer))))
        .collect();
    let by_chance: Vec<f64> =
        preferred().map(|(_, made, _)| 1.0 / made.shown.len() as f64).collect();
    let mean = by_chance.iter().sum::<f64>() / by_chance.len() as f64;
    JudgingRow {
        task: field.matrix.task().clone(),
        policy: name.clone(),
        by: ModelId::default(),
        asked: String::new(),
        questions: heard.len() as u64,
        not_run,
        failed: n(&|it| matches!(it, Verdict::Failed(_) | Verdict::Refused)),
        unparsed: n(&|it| *it == Verdict::Unparsed),
        cost_usd: cost.map(Usd::dollars),
        first: share(&first),
        first_by_chance: (!by_chance.is_empty()).then_some(mean),
        consistent: share(&consistent(heard)),
    }
}

/// For each pair that was shown in both orders and named something both times: whether it was the
/// same.
fn consistent(heard: &Heard) -> Vec<(ItemIdx, f64)> {
    let pair = |((item, made), outcome): (&(ItemIdx, Made), &Outcome)| {
        let [one, other] = made.shown[..] else { return None };
        let turned = Made { shown: vec![other, one], ..made.clone() };
        let again = heard.get(&(*item, turned)).filter(|_| one < other)?;
        let same = named(outcome)? == named(again)?;
        Some((*item, f64::from(u8::from(same))))
    };
    heard.iter().filter_map(pair).collect()
}

fn named(outcome: &Outcome) -> Option<AnswerIdx> {
    match outcome.verdict {
        Verdict::Answered { answer, .. } => answer,
        _ => None,
    }
}
