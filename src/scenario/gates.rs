//! Gates as they are typed, and what is made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::plan::Task;
use super::read::Complaint;
use super::recommend::Wish;
use super::suggest;
use crate::analysis::SameAdvice;
use crate::analysis::gate::{Baseline, Bound, Gate, Limit, Metric, Side};
use crate::data::PastRun;
use crate::kernel::lists::Named;
use crate::kernel::{PolicyId, Spanned, TaskId};
use crate::report::read_past;

/// A condition on a figure, which decides how a run ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawGate {
    /// A figure of one policy.
    Threshold(RawThreshold),
    /// The paired difference of two policies.
    Difference(RawDifference),
    /// The difference to an earlier run.
    Baseline(RawBaseline),
    /// What is recommended is what an earlier run recommended.
    Recommendation(RawSameAdvice),
}

/// A figure of one policy keeps to a limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawThreshold {
    /// A policy, a model or `best-single`.
    pub of: Spanned<PolicyId>,
    /// What is measured.
    pub metric: Spanned<Metric>,
    /// It is this or more.
    #[serde(default)]
    pub at_least: Option<Spanned<f64>>,
    /// It is this or less.
    #[serde(default)]
    pub at_most: Option<Spanned<f64>>,
    /// What of it is held against the limit. Left out: the end of its interval that is farther on
    /// the wrong side, `lower` under `at_least` and `upper` under `at_most`.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// The task. May be left out where there is one.
    #[serde(default)]
    pub task: Option<Spanned<TaskId>>,
}

/// How much two policies differ, item by item, keeps to a limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDifference {
    /// A policy, a model or `best-single`.
    pub of: Spanned<PolicyId>,
    /// What is taken away from it: likewise.
    pub versus: Spanned<PolicyId>,
    /// What is measured.
    #[serde(default = "accuracy")]
    pub metric: Spanned<Metric>,
    /// The difference is this or more; below 0, it may be worse by so much.
    #[serde(default)]
    pub at_least: Option<Spanned<f64>>,
    /// The difference is this or less.
    #[serde(default)]
    pub at_most: Option<Spanned<f64>>,
    /// As for a threshold.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// As for a threshold.
    #[serde(default)]
    pub task: Option<Spanned<TaskId>>,
}

/// How much a policy differs from itself in an earlier run keeps to a limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBaseline {
    /// The earlier run: its folder, or its `summary.json`, which has figures but no items.
    pub run: Spanned<PathBuf>,
    /// A policy, a model or `best-single`.
    pub of: Spanned<PolicyId>,
    /// What is measured.
    #[serde(default = "accuracy")]
    pub metric: Spanned<Metric>,
    /// What it is now less what it was then is this or more; below 0, it may be worse by so much.
    #[serde(default)]
    pub at_least: Option<Spanned<f64>>,
    /// The difference is this or less.
    #[serde(default)]
    pub at_most: Option<Spanned<f64>>,
    /// As for a threshold.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// As for a threshold.
    #[serde(default)]
    pub task: Option<Spanned<TaskId>>,
}

/// What is recommended is what an earlier run recommended.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSameAdvice {
    /// The earlier run, which recommended something: its folder, or its `summary.json`.
    pub run: Spanned<PathBuf>,
}

fn accuracy() -> Spanned<Metric> {
    Spanned { value: Metric::Accuracy, span: 0..0 }
}

/// Each kind of gate with one sentence.
pub const GATES: [(&str, &str); 4] = [
    (
        "threshold",
        "A figure of one policy keeps to a limit: accuracy, availability, price, latency.",
    ),
    ("difference", "How much two policies differ, item by item, keeps to a limit."),
    ("baseline", "How much a policy differs from itself in an earlier run keeps to a limit."),
    ("recommendation", "What is recommended is what an earlier run recommended."),
];

/// What is known when gates are resolved.
pub(super) struct Known<'a> {
    /// The scenario.
    pub(super) text: &'a str,
    /// What paths are relative to.
    pub(super) folder: &'a Path,
    pub(super) tasks: &'a [Task],
    /// Every policy and model that can be judged.
    pub(super) policies: BTreeSet<&'a str>,
    /// Names of every entry, broken or not: a reference to a broken one is no mistake of its own.
    pub(super) declared: &'a BTreeSet<String>,
}

/// The gates, and what is wrong with them.
pub(super) struct Gates {
    pub(super) gates: Vec<Gate>,
    pub(super) same_advice: Vec<SameAdvice>,
    pub(super) complaints: Vec<Complaint>,
}

/// Resolves gates, where this is wished of a recommendation.
pub(super) fn resolve(raw: &Named<RawGate>, known: &Known<'_>, wish: Option<&Wish>) -> Gates {
    let mut resolver = Resolver { known, complaints: Vec::new(), runs: BTreeMap::new() };
    let (mut gates, mut same_advice) = (Vec::new(), Vec::new());
    for (name, gate) in &raw.0 {
        match gate {
            RawGate::Recommendation(it) => {
                same_advice.extend(resolver.same_advice(name, &it.run, wish));
            }
            gate => gates.extend(resolver.gate(name, gate)),
        }
    }
    Gates { gates, same_advice, complaints: resolver.complaints }
}

struct Resolver<'a> {
    known: &'a Known<'a>,
    complaints: Vec<Complaint>,
    /// Earlier runs that were read; `None` where that failed, which is told once.
    runs: BTreeMap<PathBuf, Option<Arc<PastRun>>>,
}

impl Resolver<'_> {
    fn gate(&mut self, name: &Spanned<String>, raw: &RawGate) -> Option<Gate> {
        let (of, metric, at_least, at_most, bound, task) = match raw {
            RawGate::Threshold(it) => {
                (&it.of, &it.metric, &it.at_least, &it.at_most, it.bound, &it.task)
            }
            RawGate::Difference(it) => {
                (&it.of, &it.metric, &it.at_least, &it.at_most, it.bound, &it.task)
            }
            RawGate::Baseline(it) => {
                (&it.of, &it.metric, &it.at_least, &it.at_most, it.bound, &it.task)
            }
            RawGate::Recommendation(_) => return None,
        };
        let (versus, run) = match raw {
            RawGate::Difference(it) => (Some(&it.versus), None),
            RawGate::Baseline(it) => (None, Some(&it.run)),
            _ => (None, None),
        };
        self.policy(of);
        if let Some(versus) = versus {
            self.policy(versus);
            if metric.value.percentile().is_some() {
                let message = format!("{} has no difference item by item", metric.value.name());
                self.complain(metric, message, "`mean_ms` has");
            }
        }
        let task = self.task(name, task.as_ref());
        let limit = self.limit(name, at_least.as_ref(), at_most.as_ref());
        let baseline = match (run, &task) {
            (Some(run), Some(task)) => Some(self.baseline(run, task, of)?),
            _ => None,
        };
        let (side, value) = limit?;
        let least = if versus.is_some() || run.is_some() { -1.0 } else { 0.0 };
        if metric.value.is_share() && !(least..=1.0).contains(&value.value) {
            let message = format!("{} is not between {least} and 1", value.value);
            self.complain(value, message, "a share: 0.95 is 95 %");
        }
        let bound = bound.unwrap_or(match side {
            Side::AtLeast => Bound::Lower,
            Side::AtMost => Bound::Upper,
        });
        Some(Gate {
            name: name.value.clone(),
            line: self.line(name),
            task: task?,
            of: of.value.clone(),
            versus: versus.map(|it| it.value.clone()),
            baseline,
            metric: metric.value,
            limit: Limit { side, value: value.value, bound },
        })
    }

    /// A gate on the recommendation, which the scenario has to wish for.
    fn same_advice(
        &mut self,
        name: &Spanned<String>,
        run: &Spanned<PathBuf>,
        wish: Option<&Wish>,
    ) -> Option<SameAdvice> {
        let Some(wish) = wish else {
            let message = format!("the gate `{}` needs a recommendation", name.value);
            self.complain(name, message, "add `recommend`, which `recommend: {}` is enough for");
            return None;
        };
        let task = wish.task.clone()?;
        let past = self.run(run)?;
        let earlier = past.summary.recommendation.as_ref().filter(|it| it.task == task);
        let Some(earlier) = earlier else {
            let message = format!("that run recommends nothing for task {task}");
            self.complain(run, message, "take one that does, or make one: `recommend`");
            return None;
        };
        Some(SameAdvice {
            name: name.value.clone(),
            line: self.line(name),
            task,
            run: run.value.display().to_string(),
            earlier: earlier.earned.what.clone(),
        })
    }

    fn line<T>(&self, at: &Spanned<T>) -> usize {
        let before = self.known.text.get(..at.span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    /// An earlier run, read once.
    fn run(&mut self, run: &Spanned<PathBuf>) -> Option<Arc<PastRun>> {
        let path = self.known.folder.join(&run.value);
        if !self.runs.contains_key(&path) {
            let read = read_past(&path);
            if let Err(error) = &read {
                let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
                self.complain(run, format!("failed to {error}{why}"), "name a run's folder");
            }
            self.runs.insert(path.clone(), read.ok().map(Arc::new));
        }
        self.runs.get(&path)?.clone()
    }

    fn baseline(
        &mut self,
        run: &Spanned<PathBuf>,
        task: &TaskId,
        of: &Spanned<PolicyId>,
    ) -> Option<Baseline> {
        let whole = self.run(run)?;
        let Some(past) = whole.of(task, &of.value) else {
            let message = format!("that run has no policy `{}` on task {task}", of.value);
            self.complain(run, message, "take a run of the same policy, or make one");
            return None;
        };
        let run = run.value.display().to_string();
        Some(Baseline { run, past: Arc::new(past), whole })
    }

    fn limit<'r>(
        &mut self,
        name: &Spanned<String>,
        at_least: Option<&'r Spanned<f64>>,
        at_most: Option<&'r Spanned<f64>>,
    ) -> Option<(Side, &'r Spanned<f64>)> {
        match (at_least, at_most) {
            (Some(value), None) => Some((Side::AtLeast, value)),
            (None, Some(value)) => Some((Side::AtMost, value)),
            (None, None) => {
                let message = format!("the gate `{}` has no limit", name.value);
                self.complain(name, message, "say `at_least` or `at_most`");
                None
            }
            (Some(_), Some(at_most)) => {
                let message = format!("the gate `{}` has two limits", name.value);
                self.complain(at_most, message, "make two gates of it, one with each");
                None
            }
        }
    }

    fn task(&mut self, name: &Spanned<String>, task: Option<&Spanned<TaskId>>) -> Option<TaskId> {
        let tasks = self.known.tasks;
        let Some(task) = task else {
            if let [only] = tasks {
                return Some(only.id.clone());
            }
            let names: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
            if !names.is_empty() {
                let message = format!("the gate `{}` does not say of which task", name.value);
                self.complain(name, message, &format!("say `task`: {}", names.join(", ")));
            }
            return None;
        };
        let word = task.value.as_str();
        if !tasks.iter().any(|one| one.id == task.value) && !self.known.declared.contains(word) {
            let help = suggest::help(word, tasks.iter().map(|one| one.id.as_str()));
            self.complain(task, format!("unknown task `{word}`"), &help);
        }
        Some(task.value.clone())
    }

    fn policy(&mut self, name: &Spanned<PolicyId>) {
        let word = name.value.as_str();
        if !self.known.policies.contains(word) && !self.known.declared.contains(word) {
            let help = suggest::help(word, self.known.policies.iter().copied());
            self.complain(name, format!("unknown policy `{word}`"), &help);
        }
    }

    fn complain<T>(&mut self, at: &Spanned<T>, message: String, help: &str) {
        let (help, span) = (Some(help.to_owned()), at.span.clone());
        self.complaints.push(Complaint { message, help, span });
    }
}
