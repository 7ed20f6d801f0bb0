//! Accuracies and paired differences with their intervals, by the method that their scores allow.

use std::collections::BTreeSet;

use super::intervals::Intervals;
use crate::data::Estimate;
use crate::data::summary::{Counts, Versus};
use crate::kernel::{Interval, PolicyId};
use crate::stats::{self, PairedCounts};

/// A score of one item, and the cluster that the item belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// From 0 to 1.
    pub score: f64,
    /// Items of one cluster resemble each other.
    pub cluster: u32,
}

/// The mean score; `None` of nothing.
///
/// Right or wrong by independent items: the interval of a share that `intervals` names. Graded
/// scores: Student's interval. Items in clusters: Student's interval with the cluster-robust
/// standard error. The interval is cut to [0, 1].
pub fn accuracy(scored: &[Scored], intervals: Intervals) -> Option<Estimate> {
    let n = scored.len() as u64;
    let binary = scored.iter().all(|one| is_binary(one.score));
    if binary && !is_clustered(scored) {
        let hits = scored.iter().filter(|one| one.score == 1.0).count() as u64;
        let interval = intervals.of_share(hits, n)?;
        let method = intervals.proportion.name();
        return Some(intervals.estimate(hits as f64 / n as f64, interval, n, method));
    }
    let (values, clusters) = columns(scored, |one| one.score);
    let method = if is_clustered(scored) { "clustered student" } else { "student" };
    match stats::clustered_mean(&values, &clusters, intervals.level.value()) {
        // Clusters that are all of one kind have no spread, which would read as certainty.
        Some(mean) if mean.standard_error == 0.0 && is_binary(mean.point) => {
            let hits = if mean.point == 1.0 { mean.n_clusters } else { 0 };
            let interval = intervals.of_share(hits, mean.n_clusters)?;
            let method = format!("{} over clusters", intervals.proportion.name());
            Some(intervals.estimate(mean.point, interval, n, &method))
        }
        Some(mean) => {
            let Interval { low, high } = mean.interval;
            let interval = Interval { low: low.max(0.0), high: high.min(1.0) };
            Some(intervals.estimate(mean.point, interval, n, method))
        }
        // One cluster says nothing of the spread between clusters.
        None if n > 0 => {
            let point = values.iter().sum::<f64>() / n as f64;
            Some(intervals.estimate(point, Interval { low: 0.0, high: 1.0 }, n, method))
        }
        None => None,
    }
}

/// The share of the items asked for which anything came; `None` where nothing was asked.
pub fn served(counts: &Counts, intervals: Intervals) -> Option<Estimate> {
    let hits = counts.asked - counts.failed;
    let interval = intervals.of_share(hits, counts.asked)?;
    let share = hits as f64 / counts.asked as f64;
    Some(intervals.estimate(share, interval, counts.asked, intervals.proportion.name()))
}

/// The mean of values that are no scores, such as prices, with Student's interval, cluster-robust
/// where there are clusters; `None` where fewer than two clusters say nothing of the spread.
pub fn mean(values: &[f64], clusters: &[u32], intervals: Intervals) -> Option<Estimate> {
    let mean = stats::clustered_mean(values, clusters, intervals.level.value())?;
    let is_clustered = mean.n_clusters < values.len() as u64;
    let method = if is_clustered { "clustered student" } else { "student" };
    Some(intervals.estimate(mean.point, mean.interval, values.len() as u64, method))
}

/// The paired difference of `policy` less `baseline`, item by item; `None` of nothing.
///
/// Right or wrong by independent items: the interval that `intervals` names, McNemar's mid-p. Else
/// Student's interval and test of the differences, cluster-robust where there are clusters.
pub fn difference(
    baseline: &PolicyId,
    pairs: &[(Scored, Scored)],
    intervals: Intervals,
) -> Option<Versus> {
    let n = pairs.len() as u64;
    let name = intervals.pairs.name();
    let first: Vec<Scored> = pairs.iter().map(|(ours, _)| *ours).collect();
    let binary = pairs.iter().all(|(a, b)| is_binary(a.score) && is_binary(b.score));
    let wins = pairs.iter().filter(|(ours, theirs)| ours.score > theirs.score).count() as u64;
    let losses = pairs.iter().filter(|(ours, theirs)| ours.score < theirs.score).count() as u64;
    let (difference, p) = if binary && !is_clustered(&first) {
        let both = pairs.iter().filter(|(a, b)| a.score == 1.0 && b.score == 1.0).count() as u64;
        let neither = n - wins - losses - both;
        let counts = PairedCounts { both, only_a: wins, only_b: losses, neither };
        let interval = intervals.of_pairs(counts)?;
        let method = format!("paired {name}{MCNEMAR}");
        let point = counts.difference()?;
        (intervals.estimate(point, interval, n, &method), stats::mcnemar_mid_p(counts))
    } else {
        let differences: Vec<Scored> = pairs
            .iter()
            .map(|(ours, theirs)| Scored { score: ours.score - theirs.score, ..*ours })
            .collect();
        let (values, clusters) = columns(&differences, |one| one.score);
        let mean = stats::clustered_mean(&values, &clusters, intervals.level.value())?;
        let method =
            if is_clustered(&first) { "paired clustered student" } else { "paired student" };
        if mean.standard_error > 0.0 {
            let p = stats::p_of_zero_mean(&mean);
            (intervals.estimate(mean.point, mean.interval, n, method), p)
        } else {
            // The same: so each cluster counts once, as won, lost or neither.
            let of_all = |sign: f64| if mean.point * sign > 0.0 { mean.n_clusters } else { 0 };
            let (only_a, only_b) = (of_all(1.0), of_all(-1.0));
            let neither = mean.n_clusters - only_a - only_b;
            let counts = PairedCounts { only_a, only_b, neither, ..PairedCounts::default() };
            let Interval { low, high } = intervals.of_pairs(counts)?;
            let interval = Interval { low: low.min(mean.point), high: high.max(mean.point) };
            let method = format!("paired {name} over clusters{MCNEMAR}");
            (intervals.estimate(mean.point, interval, n, &method), stats::mcnemar_mid_p(counts))
        }
    };
    let metric = "accuracy".to_owned();
    Some(Versus {
        policy: baseline.clone(),
        metric,
        difference,
        p,
        wins,
        losses,
        p_holm: None,
        simultaneous: None,
        detectable: None,
    })
}

/// Whether a paired difference is one of right or wrong by independent items, of which more can be
/// said than of others.
pub fn is_of_counts(difference: &Estimate) -> bool {
    let plain = difference.method.strip_suffix(MCNEMAR);
    plain.is_some_and(|plain| !plain.ends_with("over clusters"))
}

/// How methods end whose p-value is McNemar's.
const MCNEMAR: &str = ", mcnemar mid-p";

impl Intervals {
    fn estimate(
        &self,
        point: f64,
        Interval { low, high }: Interval,
        n: u64,
        method: &str,
    ) -> Estimate {
        Estimate { point, low, high, level: self.level.value(), n, method: method.to_owned() }
    }
}

fn columns(scored: &[Scored], value: impl Fn(&Scored) -> f64) -> (Vec<f64>, Vec<u32>) {
    scored.iter().map(|one| (value(one), one.cluster)).unzip()
}

fn is_binary(score: f64) -> bool {
    score == 0.0 || score == 1.0
}

fn is_clustered(scored: &[Scored]) -> bool {
    let clusters: BTreeSet<u32> = scored.iter().map(|one| one.cluster).collect();
    clusters.len() < scored.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::intervals::{Level, Pairs, Proportion};

    const BY_DEFAULT: Intervals = Intervals {
        level: Level::USUAL,
        proportion: Proportion::Wilson,
        pairs: Pairs::BonettPrice,
    };

    fn scored(scores: &[f64], clusters: &[u32]) -> Vec<Scored> {
        let of = |(score, cluster): (&f64, &u32)| Scored { score: *score, cluster: *cluster };
        scores.iter().zip(clusters).map(of).collect()
    }

    #[test]
    fn the_method_follows_from_scores_and_clusters() {
        for (scores, clusters, method) in [
            (&[1.0, 0.0, 1.0], &[0, 1, 2], "wilson"),
            (&[1.0, 0.5, 1.0], &[0, 1, 2], "student"),
            (&[1.0, 0.0, 1.0], &[0, 0, 1], "clustered student"),
            (&[1.0, 0.0, 1.0], &[0, 0, 0], "clustered student"),
            (&[1.0, 1.0, 1.0], &[0, 0, 1], "wilson over clusters"),
            (&[0.0, 0.0, 0.0], &[0, 0, 1], "wilson over clusters"),
        ] {
            let estimate = accuracy(&scored(scores, clusters), BY_DEFAULT).unwrap();
            assert_eq!((estimate.method.as_str(), estimate.n), (method, 3));
            assert!(estimate.low <= estimate.point && estimate.point <= estimate.high);
        }
        assert_eq!(accuracy(&[], BY_DEFAULT), None);
    }

    #[test]
    fn the_method_that_is_named_is_the_one_that_is_used() {
        assert_eq!(BY_DEFAULT, Intervals::default());
        let mut all = scored(&[1.0; 10], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        all[3].score = 0.0;
        let level = Level::try_from(0.9).unwrap();
        // 9 of 10 at 90 %, by statsmodels (golden `proportion_ci.json`).
        for (proportion, low, high) in [
            (Proportion::Wilson, 0.652_281, 0.977_365),
            (Proportion::ClopperPearson, 0.605_837, 0.994_884),
            (Proportion::Jeffreys, 0.669_437, 0.982_108),
            (Proportion::Bayes, 0.635_641, 0.966_681),
        ] {
            let got = accuracy(&all, Intervals { level, proportion, ..BY_DEFAULT }).unwrap();
            assert_eq!((got.method.as_str(), got.level), (proportion.name(), 0.9));
            let is_close = (got.low - low).abs() < 1e-6 && (got.high - high).abs() < 1e-6;
            assert!(is_close, "{proportion:?}: {} to {}", got.low, got.high);
        }
    }

    #[test]
    fn no_difference_in_any_cluster_is_not_certainty() {
        let same: Vec<(Scored, Scored)> =
            scored(&[1.0, 0.0, 1.0, 1.0], &[0, 0, 1, 1]).into_iter().map(|it| (it, it)).collect();
        let versus = difference(&"best-single".into(), &same, BY_DEFAULT).unwrap();
        let Estimate { point, low, high, n, .. } = versus.difference;
        assert_eq!((point, n, versus.p), (0.0, 4, 1.0));
        // Bonett and Price with two clusters that don't differ: 1.96 sqrt(2 / 16).
        assert!((low + 0.693).abs() < 1e-3 && (high - 0.693).abs() < 1e-3, "{low} {high}");
    }

    #[test]
    fn the_mmlu_pro_trio_beats_the_best_single_as_published() {
        // Golden `real_ensembles.json`: +1.82 points [1.35, 2.29], 530 wins, 311 losses.
        let pair = |(ours, theirs): (f64, f64), cluster| {
            (Scored { score: ours, cluster }, Scored { score: theirs, cluster })
        };
        let counts = [(530, (1.0, 0.0)), (311, (0.0, 1.0)), (8000, (1.0, 1.0)), (3191, (0.0, 0.0))];
        let pairs: Vec<(Scored, Scored)> = counts
            .iter()
            .flat_map(|(n, scores)| std::iter::repeat_n(*scores, *n))
            .zip(0..)
            .map(|(scores, cluster)| pair(scores, cluster))
            .collect();
        let versus = difference(&"best-single".into(), &pairs, BY_DEFAULT).unwrap();
        let points = |value: f64| (value * 1e4).round() / 100.0;
        let Estimate { point, low, high, n, .. } = versus.difference;
        assert_eq!((points(point), points(low), points(high), n), (1.82, 1.35, 2.29, 12032));
        assert_eq!((versus.wins, versus.losses), (530, 311));
        assert!(versus.p < 1e-13, "{}", versus.p);
    }
}
