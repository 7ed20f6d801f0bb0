//! The rows of a summary task by task, in the order in which reports show them.

use crate::data::Estimate;
use crate::data::summary::{
    BandRow, CalibrationRow, CategoryRow, CeilingRow, ComparisonRow, ContributionRow, DiversityRow,
    ExtractorRow, FrontierRow, GainRow, JudgingRow, Measures, ModelRow, OutageRow, PairRow,
    PolicyRow, RouterRow, SampleRow, SimulatedRow, Summary, TimelineRow,
};
use crate::kernel::TaskId;
use crate::report::text;

/// The policy that others are compared with: the model that is best on other items.
pub(super) const BEST_SINGLE: &str = "best-single";

/// Policies that nobody would run, there to be compared with; the names are reserved.
const BASELINES: [&str; 3] = [BEST_SINGLE, "random-line", "oracle"];

/// All of one task.
pub(super) struct TaskRows<'a> {
    /// The task.
    pub(super) task: &'a TaskId,
    /// Its models, each with the policy that asks it alone.
    pub(super) models: Vec<(&'a ModelRow, Option<&'a PolicyRow>)>,
    /// All other policies, baselines last.
    pub(super) policies: Vec<&'a PolicyRow>,
    /// Policies by category.
    pub(super) categories: Vec<&'a CategoryRow>,
    /// Pairs of models.
    pub(super) pairs: Vec<&'a PairRow>,
    /// Policies against what the same money buys.
    pub(super) comparisons: Vec<&'a ComparisonRow>,
    /// Policies by the figures of published work on routers.
    pub(super) routers: Vec<&'a RouterRow>,
    /// Those that no other outdoes, the cheapest first.
    pub(super) frontier: Vec<&'a FrontierRow>,
    /// What happens over simulated time.
    pub(super) timeline: Vec<&'a TimelineRow>,
    /// When faults were there, in that time; the same for every task.
    pub(super) bands: &'a [BandRow],
    /// Policies under simulated traffic, and while faults were there.
    pub(super) simulated: Vec<&'a SimulatedRow>,
    pub(super) outages: Vec<&'a OutageRow>,
    /// What models get right in several attempts.
    pub(super) samples: Vec<&'a SampleRow>,
    /// How sure models are, against how right.
    pub(super) calibration: Vec<&'a CalibrationRow>,
    pub(super) judging: Vec<&'a JudgingRow>,
    /// Extractors compared on the same responses.
    pub(super) extractors: Vec<&'a ExtractorRow>,
    /// What no choice could exceed.
    pub(super) ceiling: Option<&'a CeilingRow>,
    /// How differently the models fail.
    pub(super) diversity: Option<&'a DiversityRow>,
    /// Where votes are better or worse than the best single model.
    pub(super) gains: Vec<&'a GainRow>,
    /// What members add to votes.
    pub(super) contributions: Vec<&'a ContributionRow>,
}

/// The tasks in the order in which the summary first names them.
pub(super) fn by_task(summary: &Summary) -> Vec<TaskRows<'_>> {
    let named = summary.models.iter().map(|row| &row.task);
    let mut tasks: Vec<&TaskId> = Vec::new();
    let drilled = summary.drilled.iter().map(|row| &row.task);
    for task in named.chain(summary.policies.iter().map(|row| &row.task)).chain(drilled) {
        if !tasks.contains(&task) {
            tasks.push(task);
        }
    }
    tasks.into_iter().map(|task| rows_of(task, summary)).collect()
}

impl<'a> TaskRows<'a> {
    /// The policy that others are compared with.
    pub(super) fn best_single(&self) -> Option<&'a PolicyRow> {
        self.policies.iter().copied().find(|row| row.policy.as_str() == BEST_SINGLE)
    }

    /// The figures of models, then of policies.
    pub(super) fn measures(&self) -> impl Iterator<Item = &'a Measures> + Clone {
        let models = self.models.iter().map(|(row, _)| &row.measures);
        models.chain(self.policies.iter().map(|row| &row.measures))
    }

    /// The figures of the policy or model of that name.
    pub(super) fn measures_of(&self, name: &str) -> Option<&'a Measures> {
        let policies = self.policies.iter().map(|row| (row.policy.as_str(), &row.measures));
        let models = self.models.iter().map(|(row, _)| (row.model.as_str(), &row.measures));
        policies.chain(models).find(|(known, _)| *known == name).map(|(_, measures)| measures)
    }

    /// The differences of models, then of policies.
    pub(super) fn differences(&self) -> impl Iterator<Item = &'a Estimate> + Clone {
        let models = self.models.iter().filter_map(|(_, policy)| *policy);
        models
            .chain(self.policies.iter().copied())
            .filter_map(|row| row.versus.as_ref())
            .map(|versus| &versus.difference)
    }

    /// Whether nothing but a drill of a gateway is known of it.
    pub(super) fn is_bare(&self) -> bool {
        self.models.is_empty() && self.policies.is_empty()
    }

    /// How many items there are, in words.
    pub(super) fn size(&self) -> String {
        text::counted(self.n_items(), "item", "items")
    }

    /// The most items that anything was asked.
    pub(super) fn n_items(&self) -> u64 {
        self.measures().map(|measures| measures.counts.asked).max().unwrap_or_default()
    }
}

/// Whether the policy is only there to be compared with.
pub(super) fn is_baseline(policy: &PolicyRow) -> bool {
    BASELINES.contains(&policy.policy.as_str())
}

/// Whether the policy is what others are compared with, and so has no difference of its own.
pub(super) fn is_reference(policy: &PolicyRow) -> bool {
    policy.policy.as_str() == BEST_SINGLE
}

fn rows_of<'a>(task: &'a TaskId, summary: &'a Summary) -> TaskRows<'a> {
    let models: Vec<_> = summary.models.iter().filter(|row| row.task == *task).collect();
    let policies = summary.policies.iter().filter(|row| row.task == *task);
    let (singles, mut others): (Vec<_>, Vec<_>) = policies.partition(|policy| {
        policy.kind == "single"
            && models.iter().any(|row| row.model.as_str() == policy.policy.as_str())
    });
    // Stable: otherwise as in the summary.
    others.sort_by_key(|row| is_baseline(row));
    let single = |row: &ModelRow| {
        singles.iter().copied().find(|policy| policy.policy.as_str() == row.model.as_str())
    };
    TaskRows {
        task,
        models: models.into_iter().map(|row| (row, single(row))).collect(),
        policies: others,
        categories: summary.categories.iter().filter(|row| row.task == *task).collect(),
        comparisons: summary.comparisons.iter().filter(|row| row.task == *task).collect(),
        routers: summary.routers.iter().filter(|row| row.task == *task).collect(),
        frontier: summary.frontier.iter().filter(|row| row.task == *task).collect(),
        timeline: summary.timeline.iter().filter(|row| row.task == *task).collect(),
        bands: &summary.bands,
        simulated: summary.simulated.iter().filter(|row| row.task == *task).collect(),
        outages: summary.outages.iter().filter(|row| row.task == *task).collect(),
        samples: summary.samples.iter().filter(|row| row.task == *task).collect(),
        calibration: summary.calibration.iter().filter(|row| row.task == *task).collect(),
        judging: summary.judging.iter().filter(|row| row.task == *task).collect(),
        extractors: summary.extractors.iter().filter(|row| row.task == *task).collect(),
        pairs: summary.pairs.iter().filter(|row| row.task == *task).collect(),
        ceiling: summary.ceiling.iter().find(|row| row.task == *task),
        diversity: summary.diversity.iter().find(|row| row.task == *task),
        gains: summary.gains.iter().filter(|row| row.task == *task).collect(),
        contributions: summary.contributions.iter().filter(|row| row.task == *task).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_model_stands_once_and_baselines_stand_last() {
        let summary = sample::triage();
        let [task] = by_task(&summary).try_into().ok().unwrap();
        let models: Vec<_> = task.models.iter().map(|(row, _)| row.model.as_str()).collect();
        assert_eq!(models, ["flash", "haiku", "mini", "opus"]);
        assert!(task.models.iter().all(|(_, policy)| policy.is_some()));
        let policies: Vec<_> = task.policies.iter().map(|row| row.policy.as_str()).collect();
        assert_eq!(policies, ["saver", "trio", "best-single"]);
        assert_eq!(task.n_items(), 224);
    }

    #[test]
    fn only_what_others_are_compared_with_is_the_baseline() {
        let mut row = sample::triage().policies.remove(0);
        // As where no item was served by both.
        row.versus = None;
        for (name, expected) in [(BEST_SINGLE, true), ("oracle", false), ("random-line", false)] {
            row.policy = name.into();
            assert_eq!(is_reference(&row), expected, "{name}");
        }
    }

    #[test]
    fn tasks_are_kept_apart() {
        let summary = sample::hostile();
        let tasks = by_task(&summary);
        assert_eq!(tasks.len(), 2);
        assert_eq!(tasks.iter().map(|task| task.models.len()).sum::<usize>(), summary.models.len());
        assert!(by_task(&sample::empty()).is_empty());
    }
}
