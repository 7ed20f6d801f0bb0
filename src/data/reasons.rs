//! The rows of a summary that say why a vote helps or does not.

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::kernel::{ModelId, PolicyId, TaskId};

/// How differently the models of a task fail, over the items on which all of them were served.
/// "Right" is a score of 1.
///
/// What would be if models were independent is worked out from their accuracies on these items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiversityRow {
    /// The task.
    pub task: TaskId,
    /// Items on which every model was served.
    pub n: u64,
    /// The mean over pairs of the correlation of being wrong.
    pub mean_phi: Option<f64>,
    /// The mean over pairs of the share of the same answer where both are wrong.
    pub same_wrong_answer: Option<f64>,
    /// The mean over pairs of that share if wrong answers were drawn at random.
    pub same_wrong_by_chance: Option<f64>,
    /// Share of the items that no model has right.
    pub all_wrong: Option<f64>,
    /// What that share would be if models were independent.
    pub all_wrong_if_independent: Option<f64>,
    /// Share of the items that more than half of the models have right.
    pub majority_right: Option<f64>,
    /// What that share would be if models were independent.
    pub majority_if_independent: Option<f64>,
    /// How often a plurality vote of all models would be right if they were independent and their
    /// wrong answers scattered evenly; unknown where an item has no list of possible answers.
    pub plurality_if_independent: Option<f64>,
    /// The entropy measure E: 0 where all fail together, 1 where items split the models evenly.
    pub entropy: Option<f64>,
    /// The Kohavi-Wolpert variance.
    pub kohavi_wolpert: Option<f64>,
    /// Generalised diversity: 1 less the chance that a second model fails where a first one does.
    pub generalised_diversity: Option<f64>,
    /// Items on which every model gave an answer: what Fleiss' kappa is of.
    pub n_answered: u64,
    /// Fleiss' kappa of the answers given, right or wrong.
    pub fleiss_kappa: Option<f64>,
    /// Krippendorff's alpha (nominal) of all answers given, whoever gave none.
    pub krippendorff_alpha: Option<f64>,
}

/// Where a vote is better or worse than the best single model, in numbers of items, over those on
/// which both were served. "Right" is a score of 1.
///
/// `difference` is (`rescued` - `overruled` - `lost_to_ties` - `no_answer`) / `n`; with graded
/// scores it is that of being wholly right, and not of accuracy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GainRow {
    /// The task.
    pub task: TaskId,
    /// The vote.
    pub policy: PolicyId,
    /// What it is compared with.
    pub baseline: PolicyId,
    /// Items on which both were served: the sum of the following.
    pub n: u64,
    /// Both right.
    pub both_right: u64,
    /// The baseline is wrong and the vote right.
    pub rescued: u64,
    /// The baseline is right, and the vote took a wrong answer that had more behind it; where the
    /// baseline's model is no member, the right answer may have had nobody.
    pub overruled: u64,
    /// The baseline is right, and a tie with the right answer was broken against it, or the vote
    /// abstained.
    pub lost_to_ties: u64,
    /// The baseline is right, and no answer could be read in what the vote came to.
    pub no_answer: u64,
    /// Both wrong, though some member is right.
    pub both_wrong_reachable: u64,
    /// Both wrong, and so is every member.
    pub out_of_reach: u64,
    /// The share that the vote has right less the share that the baseline has.
    pub difference: f64,
}

/// What one member adds to a vote: the paired difference of the vote less the same vote without
/// that member, fitted on the same folds, over the items on which both were served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContributionRow {
    /// The task.
    pub task: TaskId,
    /// The vote.
    pub policy: PolicyId,
    /// Its member.
    pub member: PolicyId,
    /// Above 0 where the member helps.
    pub difference: Estimate,
    /// The two-sided p-value of no difference.
    pub p: f64,
    /// Items that the vote has more right with this member.
    pub wins: u64,
    /// Items that it has more right without.
    pub losses: u64,
    /// The member's share of what the vote has right, by Shapley's rule: what the member adds to
    /// those who came before, on average over all orders. The shares add up to the share of the
    /// items that the members have right by plain plurality with ties drawn by lot, whatever the
    /// vote's own tie rule and quorum are; with `ties: abstain` a tie is worth nothing. Known of
    /// majority votes that never abstain otherwise, of up to twelve members whose scores are 0 or
    /// 1.
    pub shapley: Option<f64>,
}

/// How two models agree, over the items on which both were served. "Right" is a score of 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairRow {
    /// The task.
    pub task: TaskId,
    /// One model.
    pub a: ModelId,
    /// The other.
    pub b: ModelId,
    /// Items on which both were served.
    pub n: u64,
    /// Both right.
    pub both_right: u64,
    /// Only `a` right.
    pub only_a: u64,
    /// Only `b` right.
    pub only_b: u64,
    /// Neither right.
    pub neither: u64,
    /// The correlation of being wrong.
    pub phi: Option<f64>,
    /// Yule's Q of being wrong.
    pub q: Option<f64>,
    /// Of the items that both answered wrong, the share on which they gave the same answer.
    pub same_wrong_answer: Option<f64>,
    /// What that share would be if each took any wrong answer equally often: the mean over these
    /// items of 1 / (K - 1), of K possible answers. Unknown where an item does not list them.
    #[serde(default)]
    pub same_wrong_by_chance: Option<f64>,
    /// Share of the items that exactly one has right.
    #[serde(default)]
    pub disagreement: Option<f64>,
    /// Share of the items that both have wrong.
    #[serde(default)]
    pub double_fault: Option<f64>,
    /// Cohen's kappa of being right.
    #[serde(default)]
    pub kappa: Option<f64>,
}
