//! The vote that learns how often each voter is right.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vote::crowd::distinct::{Distinct, Row, Scratch};
use crate::vote::crowd::exact::{Grid, LogChances, NEVER};
use crate::vote::crowd::fitting::Ascent;
use crate::vote::crowd::{Beliefs, Classes, Iterations, Tolerance, Votes};

/// Every voter is right with one chance, learned from how voters agree, and gives each wrong label
/// as often as another.
///
/// On labels that all items share, how often each is right is learned too, and one that nobody
/// ever gives is never believed in. Where each item has labels of its own they are equally likely,
/// and wrong votes scatter over the item's other labels: the more there are, the more two equal
/// votes weigh. An item with one label says that its voters were right.
///
/// Source: the model of Dawid and Skene with one number a voter: Y. Zhang, X. Chen, D. Zhou and
/// M. I. Jordan, J. Mach. Learn. Res. 17 (2016), no. 102; expectation maximisation from the shares
/// of votes. Chances are kept 10^-10 away from 0 and 1, as crowd-kit does. Checked against
/// crowd-kit 1.4.2, round by round, to 1e-8 (`tests/golden_aggregation.rs`), but for its rule when
/// to stop, which may end learning while the likelihood rises; on labels by item, against numpy
/// (test below).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OneCoin {
    /// Rounds of learning, at most.
    pub iterations: Iterations,
    /// The gain below which learning ends.
    pub tolerance: Tolerance,
}

/// What [`OneCoin`] learned.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedOneCoin {
    /// The belief in each label of each item, in the last round.
    pub beliefs: Beliefs,
    /// How often each voter is right; `None` for who never voted.
    pub accuracies: Vec<Option<f64>>,
    /// How often each label is right, where items share labels that anybody voted on.
    pub priors: Option<Vec<f64>>,
    /// The logarithm of the likelihood of all votes before each round, which never falls.
    pub log_likelihoods: Vec<f64>,
}

impl OneCoin {
    /// The belief in each label of each item.
    pub fn beliefs(&self, votes: &Votes) -> Beliefs {
        self.fit(votes).beliefs
    }

    /// The beliefs, and what they rest on.
    pub fn fit(&self, votes: &Votes) -> FittedOneCoin {
        let coins = Coins::new(votes);
        let mut ascent = Ascent::new(self.tolerance, votes.n_votes());
        let mut model = coins.learn(&coins.counts_of_shares());
        let mut n_left = self.iterations.value();
        loop {
            let (counts, log_likelihood) = coins.counts(&model);
            let next = coins.learn(&counts);
            n_left -= 1;
            if ascent.has_settled(log_likelihood) || n_left == 0 {
                let beliefs = coins.distinct.beliefs(votes, |row, scratch, of_labels| {
                    coins.believe(row, &model, scratch);
                    of_labels.copy_from_slice(&scratch.beliefs[..row.n_classes]);
                });
                return FittedOneCoin {
                    beliefs,
                    accuracies: next.accuracies,
                    priors: (!next.priors.is_empty()).then_some(next.priors),
                    log_likelihoods: ascent.log_likelihoods,
                };
            }
            model = next;
        }
    }
}

/// The votes, prepared for rounds.
struct Coins {
    distinct: Distinct,
    n_by_voter: Vec<usize>,
    n_voted_on: f64,
    /// Whether anybody ever gave the label, where items share labels; else empty.
    is_given: Vec<bool>,
    /// The logarithm of the number of wrong labels, by the number of labels.
    ln_n_wrong: Vec<i64>,
    logs: LogChances,
    counts: Grid,
    likelihood: Grid,
}

/// What a round goes by.
struct Model {
    accuracies: Vec<Option<f64>>,
    /// By voter, the logarithms on a grid of being right and of being wrong.
    ln_right_wrong: Vec<[i64; 2]>,
    priors: Vec<f64>,
    ln_priors: Vec<i64>,
}

const LEAST: f64 = 1e-10;

/// What the logarithms that one vote adds to a label come to at most.
const LARGEST_LOG: f64 = 128.0;

impl Coins {
    fn new(votes: &Votes) -> Self {
        let distinct = Distinct::of(votes);
        let n_classes = distinct.most_classes();
        let n_voted_on = distinct.row_of_items().flatten().count() as f64;
        let n_shared = if let Classes::Shared(_) = votes.classes() { n_classes } else { 0 };
        let mut is_given = vec![false; n_shared];
        for cast in distinct.casts().iter().filter(|_| n_shared > 0) {
            is_given[usize::from(cast.label)] = true;
        }
        let logs = LogChances::new((distinct.most_votes() + 1) as f64 * LARGEST_LOG, n_classes);
        // One label leaves no wrong one; a vote for it is right, and is as likely as that.
        let n_wrong = |n_classes: usize| n_classes.saturating_sub(1).max(1) as f64;
        Self {
            n_by_voter: votes.n_by_voter(),
            n_voted_on,
            is_given,
            ln_n_wrong: (0..=n_classes).map(|n| logs.grid.place(n_wrong(n).ln())).collect(),
            logs,
            counts: Grid::for_sums_to(n_voted_on),
            likelihood: Grid::for_sums_to((votes.n_votes() as f64 + n_voted_on) * LARGEST_LOG),
            distinct,
        }
    }

    /// The expected counts where each label is as likely as its share of the item's votes.
    fn counts_of_shares(&self) -> Vec<i64> {
        self.distinct.total(self.n_totals(), |row, scratch, totals| {
            let beliefs = &mut scratch.beliefs[..row.n_classes];
            beliefs.fill(0.0);
            for cast in row.casts {
                beliefs[usize::from(cast.label)] += 1.0;
            }
            for belief in &mut *beliefs {
                *belief /= row.casts.len() as f64;
            }
            self.count(row, beliefs, totals);
        })
    }

    /// The expected counts under `model`, and the logarithm of its likelihood.
    fn counts(&self, model: &Model) -> (Vec<i64>, f64) {
        let counts = self.distinct.total(self.n_totals(), |row, scratch, totals| {
            let log_likelihood = self.believe(row, model, scratch);
            self.count(row, &scratch.beliefs, totals);
            if let Some(total) = totals.last_mut() {
                *total += row.weight * self.likelihood.place(log_likelihood);
            }
        });
        let log_likelihood = counts.last().map_or(0.0, |total| self.likelihood.value(*total));
        (counts, log_likelihood)
    }

    /// The model under which the votes are likeliest, given expected counts.
    fn learn(&self, counts: &[i64]) -> Model {
        let ln = |chance: f64| self.logs.grid.place(chance.clamp(LEAST, 1.0 - LEAST).ln());
        let (of_voters, of_labels) = counts.split_at(self.n_by_voter.len());
        let accuracies: Vec<Option<f64>> = std::iter::zip(of_voters, &self.n_by_voter)
            .map(|(count, n)| (*n > 0).then(|| self.counts.value(*count) / *n as f64))
            .collect();
        let ln_right_wrong = |accuracy: &Option<f64>| {
            accuracy.map_or([0; 2], |accuracy| [ln(accuracy), ln(1.0 - accuracy)])
        };
        let prior = |count: &i64| self.counts.value(*count) / self.n_voted_on;
        let priors: Vec<f64> = of_labels[..self.is_given.len()].iter().map(prior).collect();
        let ln_prior = |(prior, is_given)| if is_given { ln(prior) } else { NEVER };
        let with_given = std::iter::zip(priors.iter().copied(), self.is_given.iter().copied());
        Model {
            ln_right_wrong: accuracies.iter().map(ln_right_wrong).collect(),
            accuracies,
            ln_priors: with_given.map(ln_prior).collect(),
            priors,
        }
    }

    /// Writes the beliefs of a row, and returns the logarithm of the likelihood of its votes.
    fn believe(&self, row: Row<'_>, model: &Model, scratch: &mut Scratch) -> f64 {
        let logs = &mut scratch.logs[..row.n_classes];
        if !self.is_given.is_empty() {
            logs.copy_from_slice(&model.ln_priors);
        } else {
            logs.fill(self.logs.grid.place(-(row.n_classes as f64).ln()));
        }
        let ln_n_wrong = self.ln_n_wrong[row.n_classes];
        let mut if_all_wrong = 0;
        for cast in row.casts {
            let [right, wrong] = model.ln_right_wrong[usize::from(cast.voter)];
            if_all_wrong += wrong - ln_n_wrong;
            logs[usize::from(cast.label)] += right - wrong + ln_n_wrong;
        }
        let beliefs = &mut scratch.beliefs[..row.n_classes];
        self.logs.normalise(logs, beliefs) + self.logs.grid.value(if_all_wrong)
    }

    /// Adds the row's items to the expected counts of right votes, and of right labels.
    fn count(&self, row: Row<'_>, beliefs: &[f64], totals: &mut [i64]) {
        let (of_voters, of_labels) = totals.split_at_mut(self.n_by_voter.len());
        for cast in row.casts {
            let belief = self.counts.place(beliefs[usize::from(cast.label)]);
            of_voters[usize::from(cast.voter)] += row.weight * belief;
        }
        for (total, belief) in std::iter::zip(&mut of_labels[..self.is_given.len()], beliefs) {
            *total += row.weight * self.counts.place(*belief);
        }
    }

    /// A total for each voter, one for each label that items share, and one for the likelihood.
    fn n_totals(&self) -> usize {
        self.n_by_voter.len() + self.is_given.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What numpy 1.26 makes of the formulas, with products of chances in place of logarithms.
    struct Expected {
        iterations: u32,
        accuracies: [f64; 3],
        /// The beliefs on the fourth and on the seventh item.
        fourth: [f64; 4],
        seventh: [f64; 4],
        log_likelihood: f64,
    }

    const EXPECTED: [Expected; 2] = [
        Expected {
            iterations: 3,
            accuracies: [0.757_193_302_028_163_1, 0.725_851_403_232_531_6, 0.400_277_534_298_920_5],
            fourth: [
                0.050_752_847_007_042_2,
                0.421_716_574_168_879_3,
                0.411_741_039_656_953_5,
                0.115_789_539_167_124_95,
            ],
            seventh: [
                0.451_051_469_755_736,
                0.054_283_250_028_601_134,
                0.054_283_250_028_601_134,
                0.440_382_030_187_061_73,
            ],
            log_likelihood: -21.504_079_048_706_647,
        },
        Expected {
            iterations: 30,
            accuracies: [0.992_931_076_272_694_5, 0.574_025_464_081_702, 0.333_571_120_493_339_4],
            fourth: [
                0.002_684_100_994_447_997,
                0.982_416_235_425_661_9,
                0.010_868_516_041_969_03,
                0.004_031_147_537_921_249,
            ],
            seventh: [
                0.983_741_380_852_410_6,
                0.002_687_721_480_377_958_5,
                0.002_687_721_480_377_958_5,
                0.010_883_176_186_833_451,
            ],
            log_likelihood: -21.150_287_747_215_515,
        },
    ];

    #[test]
    fn labels_of_their_own_scatter_wrong_votes() -> Result<(), Box<dyn std::error::Error>> {
        let of_items = [
            vec![(0, 0), (1, 0), (2, 1)],
            vec![(0, 0), (1, 1), (2, 1)],
            vec![(0, 0), (1, 0)],
            vec![(0, 1), (1, 2), (2, 3)],
            vec![(0, 2), (1, 2), (2, 2)],
            vec![(0, 1), (2, 1)],
            vec![(0, 0), (1, 3)],
            vec![(0, 0), (1, 0), (2, 1)],
            vec![],
        ];
        let classes = Classes::PerItem(vec![3, 2, 1, 4, 3, 3, 4, 3, 2]);
        let votes = Votes::new(4, classes, &of_items);
        for expected in EXPECTED {
            let Expected { iterations, accuracies, fourth, seventh, log_likelihood } = expected;
            let rule = OneCoin {
                iterations: Iterations::try_from(iterations)?,
                tolerance: Tolerance::try_from(0.0)?,
            };
            let fitted = rule.fit(&votes);
            let near = |got: f64, wanted: f64| (got - wanted).abs() < 1e-10;
            for (got, wanted) in std::iter::zip(&fitted.accuracies, accuracies) {
                assert!(got.is_some_and(|got| near(got, wanted)), "{iterations}: {fitted:?}");
            }
            for (item, wanted) in [(3, fourth), (6, seventh)] {
                for (got, wanted) in std::iter::zip(fitted.beliefs.of(item), wanted) {
                    assert!(near(*got, wanted), "{iterations}, item {item}: {fitted:?}");
                }
            }
            assert!(fitted.log_likelihoods.last().is_some_and(|got| near(*got, log_likelihood)));
            assert_eq!(fitted.log_likelihoods.len(), iterations as usize);
            assert_eq!((fitted.accuracies[3], fitted.priors), (None, None), "unknown");
            assert_eq!((fitted.beliefs.of(2), fitted.beliefs.of(8)), (&[1.0][..], &[0.5; 2][..]));
        }
        Ok(())
    }

    #[test]
    fn what_nobody_ever_says_is_not_believed_in() {
        let of_items = [vec![(0, 0), (1, 2)], vec![(0, 2), (1, 2)], vec![]];
        let votes = Votes::new(2, Classes::Shared(4), &of_items);
        let fitted = OneCoin::default().fit(&votes);
        for item in 0..2 {
            let [_, never, _, nor_ever] = fitted.beliefs.of(item) else { panic!("four labels") };
            assert_eq!((*never, *nor_ever), (0.0, 0.0), "item {item}");
        }
        assert_eq!(fitted.beliefs.of(2), [0.25; 4], "nobody voted");
    }
}
