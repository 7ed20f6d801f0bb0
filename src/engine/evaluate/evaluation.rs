//! Everything that an evaluation has to say: its figures, and the rows that they are of.

use super::rows::TaskRows;
use super::{gates, warning_row};
use crate::data::Warning;
use crate::data::summary::{OutageRow, Recommendation, ScenarioRef, SimulatedRow, Summary};
use crate::kernel::PolicyId;
use crate::report::{AnswerRow, DecisionRow, ItemRow};
use crate::scenario::Plan;

/// Everything that a run has to say.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// Its figures.
    pub summary: Summary,
    pub(super) tasks: Vec<TaskRows<'a>>,
}

impl Evaluation<'_> {
    /// Its figures, without the rows.
    pub fn into_summary(self) -> Summary {
        self.summary
    }

    /// Leaves out every figure, for who looks at something else than these policies; gates are
    /// judged all the same.
    pub fn forget(&mut self, doubts: &[Warning]) {
        let ScenarioRef { name, sha256 } = self.summary.scenario.clone();
        let gates = std::mem::take(&mut self.summary.gates);
        self.summary = Summary::empty(ScenarioRef { name, sha256 }, self.summary.seed);
        self.summary.gates = gates;
        self.summary.warnings = doubts.iter().map(warning_row).collect();
        self.summary.warnings.sort();
        self.tasks.iter_mut().for_each(|task| task.retain(|_| false));
    }

    /// A row per item that was asked.
    pub fn items(&self) -> impl Iterator<Item = ItemRow<'_>> {
        self.tasks.iter().flat_map(TaskRows::items)
    }

    /// A row per cell that was asked, and per reply to a question made of answers.
    pub fn answers(&self) -> impl Iterator<Item = AnswerRow<'_>> + Clone {
        self.tasks.iter().flat_map(TaskRows::answers)
    }

    /// A row per policy and item.
    pub fn decisions(&self) -> impl Iterator<Item = DecisionRow<'_>> + Clone {
        self.tasks.iter().flat_map(TaskRows::decisions)
    }

    /// Leaves out what nobody is to look at by itself, such as the first stage of a cascade that
    /// was searched for on these very items.
    pub fn leave_out(&mut self, policies: &[PolicyId]) {
        let keeps = |policy: &PolicyId| !policies.contains(policy);
        let summary = &mut self.summary;
        summary.policies.retain(|row| keeps(&row.policy));
        summary.categories.retain(|row| keeps(&row.policy));
        summary.comparisons.retain(|row| keeps(&row.policy));
        summary.availability.retain(|row| keeps(&row.policy));
        summary.frontier.retain(|row| keeps(&row.policy));
        summary.routers.retain(|row| keeps(&row.policy));
        summary.gains.retain(|row| keeps(&row.policy));
        summary.contributions.retain(|row| keeps(&row.policy));
        self.tasks.iter_mut().for_each(|task| task.retain(keeps));
    }

    /// Adds what is recommended.
    pub fn add_recommendation(&mut self, plan: &Plan, row: Recommendation) {
        for gate in &plan.same_advice {
            if let Some(judged) = self.summary.gates.iter_mut().find(|it| it.name == gate.name) {
                *judged = gate.judge(Some(&row));
            }
        }
        self.summary.recommendation = Some(row);
    }

    /// Adds what simulated traffic came to.
    pub fn add_simulated(
        &mut self,
        plan: &Plan,
        rows: Vec<SimulatedRow>,
        outages: Vec<OutageRow>,
        doubts: Vec<Warning>,
    ) {
        gates::simulated(&plan.gates, &rows, &mut self.summary.gates);
        self.summary.simulated = rows;
        self.summary.outages = outages;
        self.summary.warnings.extend(doubts.iter().map(warning_row));
        self.summary.warnings.sort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn gates_are_judged_whatever_is_forgotten() {
        let scenario = ScenarioRef { name: "s".to_owned(), sha256: String::new() };
        let mut summary = Summary::empty(scenario, Seed(1));
        let gate = serde_json::json!({
            "name": "g", "outcome": "failed", "required": 0.5, "condition": "at least 0.5",
            "bound": "at_least", "task": "t", "of": "p", "metric": "accuracy",
        });
        summary.gates.push(serde_json::from_value(gate).expect("a gate"));
        let mut evaluation = Evaluation { summary, tasks: Vec::new() };
        evaluation.forget(&[]);
        assert_eq!(evaluation.into_summary().gates.len(), 1);
    }
}
