//! `window`: enough when a whole window of answers is of one mind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::AnswerIdx;
use crate::kernel::Probability;
use crate::vote::bounded::bounded;

bounded! {
    /// How many answers make a window, from 2 to 1000; 5 where it is left out.
    WindowSize: u32 "u32", 2 to 1000, else 5;
}

/// Early-Stopping Self-Consistency: ask in windows, and stop after one whose answers are all the
/// same.
///
/// Windows don't overlap: answers 1 to 5 are one, 6 to 10 the next. A window that holds somebody
/// without an answer is not of one mind. The rule is lossy: the full vote may have another answer.
/// Here all ballots so far are counted when it stops; the authors' program gives the window's
/// answer, which earlier windows may outvote.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// How many answers make a window.
    pub size: WindowSize,
}

impl Window {
    /// Whether those asked so far, in order, end in a full window of one answer.
    ///
    /// Source: Y. Li et al., Escape Sky-high Cost: Early-stopping Self-Consistency, ICLR 2024
    /// (arXiv:2401.10480).
    pub fn stops(self, asked: &[Option<AnswerIdx>]) -> bool {
        let size = self.size.value() as usize;
        // Also `None` is not of one mind with itself.
        let is_full = !asked.is_empty() && asked.len().is_multiple_of(size);
        is_full
            && asked[asked.len() - size..]
                .iter()
                .all(|answer| answer.is_some() && *answer == asked[asked.len() - 1])
    }

    /// How many samples it takes on average, of at most `at_most`, where each sample gives each
    /// answer with its chance, independently.
    ///
    /// With Q the chance that a window is of one mind, w its size, and L the most samples, there
    /// are m = ceil(L / w) - 1 windows after which stopping saves something, and the mean is
    /// w * sum over i < m of (i + 1) Q (1 - Q)^i, plus L (1 - Q)^m. Chances may add up to less than
    /// 1: the rest are samples without an answer. `None` where they add up to more.
    /// Source: Y. Li et al., as above, and their program, for whole windows; here L need not be a
    /// multiple of w. Checked by enumeration of all sequences in exact fractions (test below).
    pub fn expected_samples(self, chances: &[Probability], at_most: u32) -> Option<f64> {
        let mut chances: Vec<f64> = chances.iter().map(|chance| chance.value()).collect();
        chances.sort_by(f64::total_cmp);
        if chances.iter().sum::<f64>() > 1.0 + 1e-9 {
            return None;
        }
        let size = self.size.value();
        let all_same: f64 = chances.iter().map(|chance| chance.powi(size as i32)).sum();
        let go_on = 1.0 - all_same.min(1.0);
        let n_windows = at_most.div_ceil(size).saturating_sub(1);
        let stopped: f64 = (0..n_windows)
            .map(|i| f64::from((i + 1) * size) * all_same * go_on.powi(i as i32))
            .sum();
        Some(stopped + f64::from(at_most) * go_on.powi(n_windows as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(
        size: u32,
        chances: &[f64],
        at_most: u32,
    ) -> Result<Option<f64>, Box<dyn std::error::Error>> {
        let chances: Result<Vec<_>, _> =
            chances.iter().map(|p| Probability::try_from(*p)).collect();
        Ok(Window { size: size.try_into()? }.expected_samples(&chances?, at_most))
    }

    /// Means over all sequences of answers, by Python's fractions.
    #[test]
    fn expected_samples_are_those_of_all_sequences() -> Result<(), Box<dyn std::error::Error>> {
        for (size, chances, at_most, wanted) in [
            (2, &[0.5, 0.5][..], 6, Some(3.5)),
            (2, &[0.7, 0.3], 8, Some(3.340_976)),
            (3, &[0.6, 0.3, 0.1], 9, Some(6.982_608)),
            (2, &[0.6, 0.3, 0.1], 7, Some(3.820_664)),
            (4, &[0.5, 0.25, 0.25], 9, Some(8.583_068_847_656_25)),
            (5, &[1.0], 40, Some(5.0)),
            (5, &[], 40, Some(40.0)),
            (5, &[1.0], 3, Some(3.0)),
            (5, &[1.0], 0, Some(0.0)),
            (5, &[0.6, 0.5], 40, None),
        ] {
            let got = expected(size, chances, at_most)?;
            let equal = match (got, wanted) {
                (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-12,
                (got, wanted) => got == wanted,
            };
            assert!(equal, "windows of {size} on {chances:?}: {got:?} is not {wanted:?}");
        }
        Ok(())
    }
}
