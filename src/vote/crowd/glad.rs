//! The vote that learns how able each voter and how hard each item is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vote::crowd::ability::Abilities;
use crate::vote::crowd::fitting::Ascent;
use crate::vote::crowd::{Beliefs, Iterations, Tolerance, Votes};

/// A voter of ability alpha is right on an item of ease beta with chance
/// 1 / (1 + exp(-alpha beta)), and gives each wrong label as often as another.
///
/// Abilities below 0 are of voters who are wrong more often than guessing between two. All labels
/// of an item are equally likely beforehand. Abilities and the logarithms of ease have a normal
/// prior of mean 1 and variance 1. An item with one label says that its voters were right.
///
/// Source: J. Whitehill, P. Ruvolo, T. Wu, J. Bergsma and J. Movellan, Adv. Neural Inf. Process.
/// Syst. 22 (2009), 2035-2043, with the priors of crowd-kit. Checked against crowd-kit 1.4.2: the
/// first beliefs to 1e-12, the fit after as many rounds to 1e-2 (`tests/golden_aggregation.rs`), as
/// its own search for the best abilities ends at slopes of 1e-2; the peak of the posterior against
/// scipy (test below). Abilities and ease are bettered in turn by the bound of T. Jaakkola and
/// M. Jordan, Stat. Comput. 10 (2000), 25-37, which never makes the fit worse.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Glad {
    /// Rounds of learning, at most.
    pub iterations: Iterations,
    /// The gain below which learning ends.
    pub tolerance: Tolerance,
}

/// What [`Glad`] learned.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedGlad {
    /// The belief in each label of each item, in the last round.
    pub beliefs: Beliefs,
    /// The ability of each voter; `None` for who never voted.
    pub alphas: Vec<Option<f64>>,
    /// The logarithm of the ease of each item; `None` where nobody voted.
    pub log_betas: Vec<Option<f64>>,
    /// The logarithm of the likelihood of all votes times the prior, but for a constant, before
    /// each round. It never falls.
    pub log_posteriors: Vec<f64>,
}

impl Glad {
    /// The belief in each label of each item.
    pub fn beliefs(&self, votes: &Votes) -> Beliefs {
        self.fit(votes).beliefs
    }

    /// The beliefs, and what they rest on.
    pub fn fit(&self, votes: &Votes) -> FittedGlad {
        let abilities = Abilities::new(votes);
        let mut ascent = Ascent::new(self.tolerance, votes.n_votes());
        let mut model = abilities.start();
        let mut n_left = self.iterations.value();
        loop {
            let (rights, log_posterior) = abilities.rights(&model);
            let next = abilities.learn(&model, &rights);
            n_left -= 1;
            if ascent.has_settled(log_posterior) || n_left == 0 {
                let log_beta = |row: Option<usize>| row.map(|row| next.log_betas[row]);
                let alpha = |(alpha, n)| (n > 0).then_some(alpha);
                return FittedGlad {
                    beliefs: abilities.beliefs(votes, &model),
                    log_betas: abilities.row_of_items().map(log_beta).collect(),
                    alphas: std::iter::zip(next.alphas, votes.n_by_voter()).map(alpha).collect(),
                    log_posteriors: ascent.log_likelihoods,
                };
            }
            model = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::crowd::Classes;

    /// Expected values: scipy 1.13, the posterior maximised as a whole by BFGS.
    #[test]
    fn the_fit_is_the_peak_of_the_posterior() -> Result<(), Box<dyn std::error::Error>> {
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
        let rule =
            Glad { iterations: Iterations::try_from(1000)?, tolerance: Tolerance::try_from(0.0)? };
        let fitted = rule.fit(&votes);
        let near = |got: f64, wanted: f64| (got - wanted).abs() < 1e-5;
        let all_near = |got: &[Option<f64>], wanted: &[f64]| {
            std::iter::zip(got, wanted).all(|(got, wanted)| got.is_some_and(|it| near(it, *wanted)))
        };
        let alphas = [0.739_006_89, 0.683_823_56, -0.009_011_81];
        let log_betas = [
            1.337_577_46,
            0.443_554_54,
            1.338_055_18,
            0.344_341_06,
            1.322_390_13,
            1.089_041_46,
            0.387_471_62,
            1.337_577_47,
        ];
        assert!(all_near(&fitted.alphas, &alphas), "{fitted:?}");
        assert!(all_near(&fitted.log_betas, &log_betas), "{fitted:?}");
        assert_eq!((fitted.alphas[3], fitted.log_betas[8]), (None, None), "unknown");
        for (item, wanted) in [
            (0, &[0.996_767_12, 0.002_130_45, 0.001_102_43][..]),
            (1, &[0.524_986_97, 0.475_013_03]),
            (2, &[1.0]),
            (3, &[0.049_147_06, 0.418_305_56, 0.386_969_23, 0.145_578_15]),
            (8, &[0.5, 0.5]),
        ] {
            for (got, wanted) in std::iter::zip(fitted.beliefs.of(item), wanted) {
                assert!(near(*got, *wanted), "item {item}: {fitted:?}");
            }
        }
        let first = fitted.log_posteriors.first().copied().unwrap_or(f64::NAN);
        assert!(near(first, -28.239_950_95), "before learning: {first}");
        let last = fitted.log_posteriors.last().copied().unwrap_or(f64::NAN);
        assert!(near(last, -21.181_989_53), "after it: {last}");
        Ok(())
    }
}
