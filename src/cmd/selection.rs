//! The part of a scenario that is run: some items, some models, some policies.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;

use crate::data::Item;
use crate::kernel::PolicyId;
use crate::scenario::Plan;

/// Which part of the scenario.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Only these items of each task: the first N, the first share 0.x, or items A to B from 1.
    #[arg(long, value_name = "N|0.X|A-B")]
    limit: Option<Limit>,

    /// Only the item of this id.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    item_id: Vec<String>,

    /// Only this model, and only policies that can do with the models named.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    model: Vec<String>,

    /// Only this policy, and what it is made of.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    policy: Vec<String>,
}

/// Some of the items of a task, in the dataset's order.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    /// The first so many.
    First(usize),
    /// The first share, rounded up.
    Share(f64),
    /// From one to another, both counted from 1 and included.
    Range(usize, usize),
}

/// A selection that names nothing that is there.
#[derive(Debug, thiserror::Error)]
#[error("find {what} `{name}` in the scenario; there is {known}")]
pub(super) struct NotThere {
    what: &'static str,
    name: String,
    known: String,
}

impl Selection {
    /// Leaves in the plan what was asked for.
    pub(super) fn apply(&self, plan: &mut Plan) -> Result<(), NotThere> {
        self.items(plan)?;
        self.models(plan)?;
        self.policies(plan)
    }

    /// The policies that were named, if any were.
    pub(super) fn policies_named(&self) -> &[String] {
        &self.policy
    }

    fn items(&self, plan: &mut Plan) -> Result<(), NotThere> {
        for id in &self.item_id {
            let is_it = |item: &Item| item.id.as_str() == id;
            if !plan.tasks.iter().any(|task| task.items.iter().any(is_it)) {
                let n_items: usize = plan.tasks.iter().map(|task| task.items.len()).sum();
                let known = format!("none of that id among {n_items}");
                return Err(NotThere { what: "item", name: id.clone(), known });
            }
        }
        for task in &mut plan.tasks {
            if let Some(limit) = self.limit {
                task.items = limit.of(&task.items);
            }
            if !self.item_id.is_empty() {
                task.keep_items(|item| self.item_id.iter().any(|id| item.id.as_str() == id));
            }
        }
        plan.tasks.retain(|task| !task.items.is_empty());
        if plan.tasks.is_empty() {
            let known = "no task has that many items".to_owned();
            return Err(NotThere { what: "items", name: "--limit".into(), known });
        }
        Ok(())
    }

    fn models(&self, plan: &mut Plan) -> Result<(), NotThere> {
        let known: Vec<&str> = plan.candidates.iter().map(|one| one.id.as_str()).collect();
        check("model", &self.model, &known)?;
        if self.model.is_empty() {
            return Ok(());
        }
        plan.keep_models(|model| self.model.iter().any(|name| model.as_str() == name));
        Ok(())
    }

    fn policies(&self, plan: &mut Plan) -> Result<(), NotThere> {
        let mut known: Vec<&str> = plan.policies.iter().map(|(id, _)| id.as_str()).collect();
        known.extend(plan.candidates.iter().map(|one| one.id.as_str()));
        check("policy", &self.policy, &known)?;
        if self.policy.is_empty() {
            return Ok(());
        }
        let mut wanted: BTreeSet<PolicyId> =
            self.policy.iter().map(|name| PolicyId::from(name.as_str())).collect();
        for (id, policy) in plan.policies.iter().rev() {
            if wanted.contains(id) {
                wanted.extend(policy.members().iter().cloned());
            }
        }
        plan.policies.retain(|(id, _)| wanted.contains(id));
        Ok(())
    }
}

fn check(what: &'static str, names: &[String], known: &[&str]) -> Result<(), NotThere> {
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(NotThere { what, name: name.clone(), known: known.join(", ") }),
    }
}

impl Limit {
    fn of(self, items: &[Item]) -> Arc<[Item]> {
        let n = items.len();
        let (first, last) = match self {
            Self::First(most) => (1, most),
            Self::Share(share) => (1, (share * n as f64).ceil() as usize),
            Self::Range(first, last) => (first, last),
        };
        let n_taken = last.min(n).saturating_sub(first - 1);
        items.iter().skip(first - 1).take(n_taken).cloned().collect()
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
        let limit = match text.split_once('-') {
            Some((first, last)) => number(first)
                .zip(number(last))
                .filter(|(first, last)| first <= last)
                .map(|(first, last)| Self::Range(first, last)),
            None => number(text).map(Self::First).or_else(|| {
                let share = text.parse::<f64>().ok().filter(|share| (0.0..1.0).contains(share));
                share.filter(|share| *share > 0.0).map(Self::Share)
            }),
        };
        limit.ok_or_else(|| {
            "give a number of items, a share such as 0.1, or a range as 10-20".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_a_share_or_a_range() {
        let items = |n: usize| -> Vec<Item> {
            let item = |id: usize| Item::new(id.to_string());
            (1..=n).map(item).collect()
        };
        for (text, n, expected) in [
            ("3", 10, "1 2 3"),
            ("30", 2, "1 2"),
            ("0.05", 10, "1"),
            ("0.3", 10, "1 2 3"),
            ("9-20", 10, "9 10"),
            ("11-20", 10, ""),
        ] {
            let limit: Limit = text.parse().unwrap();
            let ids: Vec<String> =
                limit.of(&items(n)).iter().map(|item| item.id.to_string()).collect();
            assert_eq!(ids.join(" "), expected, "{text} of {n}");
        }
        for text in ["0", "-1", "1.5", "0.0", "5-2", "x", ""] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }
}
