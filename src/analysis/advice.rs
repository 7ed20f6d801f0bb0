//! Whether what is recommended is what an earlier run recommended.

use crate::data::recommendation::Advice;
use crate::data::summary::{GateOutcome, GateRow, Recommendation};
use crate::kernel::{PolicyId, TaskId};

/// A gate on the recommendation of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameAdvice {
    /// Its name in the scenario.
    pub name: String,
    /// The line of the scenario on which it stands, from 1.
    pub line: usize,
    /// The task that something is recommended for.
    pub task: TaskId,
    /// The earlier run, as the scenario names it.
    pub run: String,
    /// What that recommended, in its own words: a model, or a combination with all of its parts.
    pub earlier: String,
}

impl SameAdvice {
    /// The row of this gate, where this is recommended now.
    ///
    /// It passes where the same is recommended. It fails where something else is, and the search
    /// chose the earlier advice on no fold either. Where it did on some fold, or where there are
    /// too few items to recommend anything else than the best single model, or where nothing is
    /// recommended at all, it is inconclusive: which of several equals is chosen is luck.
    ///
    /// What is observed is the share of folds on which the earlier advice was chosen; 1 is required
    /// in words only, because the choice on all items decides.
    pub fn judge(&self, now: Option<&Recommendation>) -> GateRow {
        let now = now.filter(|now| now.task == self.task);
        let is_same = now.is_some_and(|now| now.earned.what == self.earlier);
        let share = now.map(|now| {
            let chosen = &now.earned.chosen;
            let n = chosen.values().sum::<u64>().max(1);
            chosen.get(&self.earlier).copied().unwrap_or(0) as f64 / n as f64
        });
        let is_decided = now.is_some_and(|now| now.verdict != Advice::TooFewItems);
        let outcome = match share {
            Some(_) if is_same => GateOutcome::Passed,
            Some(0.0) if is_decided => GateOutcome::Failed,
            _ => GateOutcome::Inconclusive,
        };
        GateRow {
            name: self.name.clone(),
            outcome,
            passed: outcome.passed(),
            observed: share,
            required: 1.0,
            condition: "unchanged".to_owned(),
            bound: "point".to_owned(),
            task: self.task.clone(),
            of: PolicyId::from(self.earlier.as_str()),
            versus: now.map(|now| PolicyId::from(now.earned.what.as_str())),
            baseline: Some(self.run.clone()),
            metric: "recommendation".to_owned(),
            estimate: None,
            needed_n: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A recommendation of `what`, which was chosen on so many folds as `chosen` says.
    fn recommends(what: &str, verdict: &str, chosen: &[(&str, u64)]) -> Recommendation {
        let chosen: serde_json::Map<_, _> =
            chosen.iter().map(|(what, n)| ((*what).to_owned(), json!(n))).collect();
        let earned = json!({
            "what": what, "kind": "vote", "models": [], "chosen": chosen, "in_sample": 1.0,
        });
        let row = json!({
            "task": "t", "policy": what, "because": "", "verdict": verdict, "earned": earned,
            "baseline": earned, "space": [], "scenario": "", "limits": {},
        });
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn another_advice_fails_only_where_the_search_never_chose_the_earlier_one() {
        use GateOutcome::{Failed, Inconclusive, Passed};
        let gate = SameAdvice {
            name: "same".into(),
            line: 1,
            task: "t".into(),
            run: "main".into(),
            earlier: "old".into(),
        };
        let (all, some, none) = ([("old", 5)], [("new", 3), ("old", 2)], [("new", 5)]);
        for (what, verdict, chosen, outcome, share) in [
            ("old", "combination", &all[..], Passed, 1.0),
            ("old", "too-few-items", &all, Passed, 1.0),
            ("old", "combination", &some, Passed, 0.4),
            ("new", "combination", &none, Failed, 0.0),
            ("new", "best-single", &none, Failed, 0.0),
            ("new", "combination", &some, Inconclusive, 0.4),
            ("new", "too-few-items", &none, Inconclusive, 0.0),
        ] {
            let row = gate.judge(Some(&recommends(what, verdict, chosen)));
            assert_eq!((row.outcome, row.observed), (outcome, Some(share)), "{what} {verdict}");
            assert_eq!(row.versus, Some(what.into()));
        }
        let elsewhere = SameAdvice { task: "u".into(), ..gate.clone() };
        for row in
            [gate.judge(None), elsewhere.judge(Some(&recommends("old", "combination", &all)))]
        {
            assert_eq!((row.outcome, row.observed, row.versus), (Inconclusive, None, None));
        }
    }
}
