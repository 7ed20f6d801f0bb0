//! Which models and items are compared: every model that takes part was asked about every item.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::routers::models_of;
use crate::data::recommendation::LeftOut;
use crate::data::{Recorded, Warning};
use crate::engine::evaluate::{self, BEST_SINGLE};
use crate::kernel::{ItemId, ModelId};
use crate::scenario::{Items, Plan, Task, Wish};

/// A plan's part that all of its models were asked about.
pub(super) struct Shared<'a> {
    /// The plan, without the models that were asked about few items, and of the task the items that
    /// all others were asked about.
    pub(super) plan: Cow<'a, Plan>,
    /// Whom it is without, with the number of items that each was asked about.
    pub(super) left_out: Vec<(ModelId, u64)>,
    /// How many items the task has.
    pub(super) n_items: u64,
}

impl<'a> Shared<'a> {
    /// Of `task`, one of the plan's.
    ///
    /// Where models were asked about different items, say because asking was cut short, those who
    /// were asked about most take part, as many as leave the most answers: a model more is worth
    /// the items that are given up for it as long as there are more answers with it than without.
    /// Whom the wish compares with takes part whatever it leaves.
    pub(super) fn of(plan: &'a Plan, task: &Task, wish: &Wish, rows: &[&Recorded]) -> Self {
        let n_items = task.items.len() as u64;
        let whole = Self { plan: Cow::Borrowed(plan), left_out: Vec::new(), n_items };
        let asked = asked(task, plan, rows);
        let n_most = asked.values().map(BTreeSet::len).max().unwrap_or(0);
        // On `items: common` all are judged on the same items anyway.
        if task.judged_on == Items::Common || asked.values().all(|it| it.len() == task.items.len())
        {
            return whole;
        }
        let policies = evaluate::all_policies(plan);
        let mut needed = Vec::new();
        if wish.versus.as_str() != BEST_SINGLE {
            models_of(&wish.versus, &policies, &mut needed);
        }
        let is_needed = |model: &ModelId| needed.iter().any(|it| it.as_str() == model.as_str());
        let mut order: Vec<&ModelId> = asked.keys().copied().collect();
        // Those are in order of name already.
        order.sort_by_key(|model| (!is_needed(model), n_most - asked[model].len()));
        let Some(first) = order.first() else { return whole };
        let least = order.iter().filter(|model| is_needed(model)).count().max(1);
        let mut items = asked[first].clone();
        let mut best = (0, 0, items.clone());
        for (at, model) in order.iter().enumerate() {
            items.retain(|item| asked[model].contains(item));
            let n_answers = (at + 1) * items.len();
            if at < least || n_answers >= best.0 {
                best = (n_answers, at + 1, items.clone());
            }
        }
        let (_, n_models, items) = best;
        let left: Vec<&ModelId> = order.split_off(n_models);
        let told = |model: &&ModelId| ((*model).clone(), asked[*model].len() as u64);
        let left_out: Vec<(ModelId, u64)> = left.iter().map(told).collect();
        let mut plan = plan.clone();
        plan.keep_models(|model| !left.contains(&model));
        plan.tasks.retain(|it| it.id == task.id);
        plan.tasks[0].keep_items(|item| items.contains(&item.id));
        Self { plan: Cow::Owned(plan), left_out, n_items }
    }

    /// Who is left out, with the reason.
    pub(super) fn left_out(&self) -> impl Iterator<Item = LeftOut> {
        self.left_out.iter().map(|(model, n)| LeftOut {
            model: model.clone(),
            because: format!("it was asked about {n} of {} items", self.n_items),
        })
    }

    /// What a reader has to know, where anybody or any item is left out.
    pub(super) fn doubt(&self, task: &Task) -> Option<Warning> {
        let Cow::Owned(plan) = &self.plan else { return None };
        let told = |(model, n): &(ModelId, u64)| format!("{model} ({n})");
        let names: Vec<String> = self.left_out.iter().map(told).collect();
        let n_shared = plan.tasks[0].items.len() as u64;
        let on = task.id.to_string();
        Some(Warning::UnevenlyAsked(on, n_shared, self.n_items, names.join(", ")))
    }
}

/// The items that each model was asked about, of those who were asked about any.
fn asked<'r>(
    task: &'r Task,
    plan: &'r Plan,
    rows: &[&'r Recorded],
) -> BTreeMap<&'r ModelId, BTreeSet<&'r ItemId>> {
    let known: BTreeSet<&ItemId> = task.items.iter().map(|item| &item.id).collect();
    let of_task = |row: &&&Recorded| row.task.as_ref().is_none_or(|name| *name == task.id);
    let is_answer = |row: &&&Recorded| row.sample == 0 && row.prompt.is_none();
    let mut asked: BTreeMap<&ModelId, BTreeSet<&ItemId>> = BTreeMap::new();
    for row in rows.iter().filter(of_task).filter(is_answer) {
        if known.contains(&row.id) {
            asked.entry(&row.model).or_default().insert(&row.id);
        }
    }
    let is_candidate = |model: &ModelId| plan.candidates.iter().any(|it| it.id == *model);
    asked.retain(|model, _| is_candidate(model));
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    /// What is compared of models that were asked about these of 100 items, both ends included.
    fn shared(asked: &[(&str, usize, usize)], versus: &str) -> (Vec<String>, usize, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let items: String =
            (1..=100).map(|id| format!("{{\"id\":{id},\"target\":\"a\"}}\n")).collect();
        let mut rows = "id,model,answer\n".to_owned();
        for (model, first, last) in asked {
            rows.extend((*first..=*last).map(|id| format!("{id},{model},a\n")));
        }
        let scenario = "version: 1\nname: cut\ntasks:\n  t: { dataset: items.jsonl }\n\
                        providers:\n  p: { recorded: { answers: answers.csv } }\n\
                        policies:\n  everybody: { vote: { members: all } }\n";
        for (name, text) in [("items.jsonl", &*items), ("answers.csv", &rows), ("s.yaml", scenario)]
        {
            std::fs::write(folder.path().join(name), text).expect("a write");
        }
        let loaded = scenario::load(&folder.path().join("s.yaml"), &[]).expect("a scenario");
        let rows: Vec<&Recorded> = loaded.recordings.iter().flat_map(|it| &it.rows).collect();
        let task = &loaded.plan.tasks[0];
        let wish = Wish { versus: versus.into(), ..Wish::nothing(&loaded.plan.tasks) };
        let shared = Shared::of(&loaded.plan, task, &wish, &rows);
        let models = shared.plan.candidates.iter().map(|it| it.id.to_string()).collect();
        let doubt = shared.doubt(task).map(|it| it.to_string());
        (models, shared.plan.tasks[0].items.len(), doubt.into_iter().collect())
    }

    #[test]
    fn every_model_of_a_comparison_was_asked_about_every_item_and_the_most_answers_remain() {
        let best = "best-single";
        for (asked, versus, models, n) in [
            (&[("a", 1, 100), ("b", 1, 100)][..], best, "a b", 100),
            (&[("a", 1, 100), ("b", 1, 98), ("c", 1, 2)], best, "a b", 98),
            (&[("a", 1, 100), ("b", 1, 60), ("c", 1, 50)], best, "a b c", 50),
            (&[("a", 1, 60), ("b", 41, 100), ("c", 1, 90)], best, "a c", 60),
            // One that is compared with takes part, whatever it leaves.
            (&[("a", 1, 100), ("b", 1, 98), ("c", 1, 2)], "c", "a b c", 2),
            (&[("a", 1, 100), ("b", 1, 98), ("c", 1, 2)], "everybody", "a b c", 2),
            (&[("a", 1, 50), ("b", 51, 100)], best, "a", 50),
            (&[("a", 1, 7), ("b", 1, 7)], best, "a b", 7),
        ] {
            let (names, n_items, doubt) = shared(asked, versus);
            assert_eq!((names.join(" ").as_str(), n_items), (models, n), "{asked:?} {versus}");
            let said = format!("the {n} of 100 that all in it were asked about");
            assert_eq!(doubt.iter().any(|it| it.contains(&said)), n < 100, "{doubt:?}");
        }
        let (_, _, doubt) = shared(&[("a", 1, 100), ("b", 1, 98), ("c", 1, 2)], best);
        assert!(doubt[0].ends_with("left out, asked about too few: c (2)"), "{doubt:?}");
    }
}
