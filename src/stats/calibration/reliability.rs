//! Confidence against accuracy, bin by bin, and the expected calibration error.

use super::{Forecast, ascending};
use crate::kernel::Interval;

/// How confidences are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binning {
    /// Of equal width, each without its lower end and with its upper; 0 belongs to the first.
    EqualWidth,
    /// Of as equal a number of items as can be. Equal confidences stay together, in the bin in
    /// which the first of them falls.
    EqualMass,
}

/// Items of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// What was binned: the ends of the bin, or for bins of equal mass the least and the largest
    /// confidence in it.
    pub range: Interval,
    /// How many items; at least one.
    pub n: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that was right.
    pub accuracy: f64,
}

impl Bin {
    /// Accuracy less confidence: below 0 where they were too sure.
    pub fn gap(&self) -> f64 {
        self.accuracy - self.confidence
    }
}

/// Confidence against accuracy.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// The bins that hold items, by ascending confidence.
    pub bins: Vec<Bin>,
    /// The expected calibration error: the mean over items of the size of their bin's gap.
    pub expected_error: f64,
    /// The size of the largest gap.
    pub largest_error: f64,
}

/// Confidence against accuracy in up to `n_bins` bins.
///
/// The expected calibration error is biased upwards where bins hold few items, so look at their
/// numbers. `None` without forecasts or bins, and where a confidence is not in [0, 1].
/// Source: M. Pakdaman Naeini, G. Cooper and M. Hauskrecht, AAAI 2015; C. Guo, G. Pleiss, Y. Sun
/// and K. Q. Weinberger, ICML 2017, for (low, high]. Checked against independent code written from
/// the papers (`tests/golden_calibration.rs`).
pub fn reliability(forecasts: &[Forecast], binning: Binning, n_bins: usize) -> Option<Reliability> {
    let sorted = ascending(forecasts).filter(|_| n_bins > 0)?;
    let bins: Vec<Bin> = match binning {
        Binning::EqualWidth => {
            let number = |it: &Forecast| bin_of(it.confidence, n_bins);
            let chunks = sorted.chunk_by(|one, other| number(one) == number(other));
            chunks.map(|items| bin(items, ends(number(&items[0]), n_bins))).collect()
        }
        Binning::EqualMass => {
            let chunks = equal_mass(&sorted, n_bins).into_iter();
            chunks
                .map(|items| {
                    let (low, high) = (items[0].confidence, items[items.len() - 1].confidence);
                    bin(items, Interval { low, high })
                })
                .collect()
        }
    };
    let n = sorted.len() as f64;
    let expected_error = bins.iter().map(|bin| bin.gap().abs() * bin.n as f64).sum::<f64>() / n;
    let largest_error = bins.iter().map(|bin| bin.gap().abs()).fold(0.0, f64::max);
    Some(Reliability { bins, expected_error, largest_error })
}

fn bin(items: &[Forecast], range: Interval) -> Bin {
    let n = items.len() as f64;
    let confidence = items.iter().map(|it| it.confidence).sum::<f64>() / n;
    let accuracy = items.iter().map(|it| it.outcome()).sum::<f64>() / n;
    Bin { range, n: items.len() as u64, confidence, accuracy }
}

fn ends(bin: usize, n_bins: usize) -> Interval {
    Interval { low: bin as f64 / n_bins as f64, high: (bin + 1) as f64 / n_bins as f64 }
}

/// Which bin of equal width holds a confidence. A product may land on the wrong side of an end, so
/// the ends decide.
fn bin_of(confidence: f64, n_bins: usize) -> usize {
    let mut bin = ((confidence * n_bins as f64) as usize).min(n_bins - 1);
    while bin > 0 && confidence <= ends(bin, n_bins).low {
        bin -= 1;
    }
    while bin + 1 < n_bins && confidence > ends(bin, n_bins).high {
        bin += 1;
    }
    bin
}

/// Cuts after every n-th part, and further up where that would part equal confidences.
fn equal_mass(sorted: &[Forecast], n_bins: usize) -> Vec<&[Forecast]> {
    let n = sorted.len();
    let mut chunks = Vec::new();
    let mut start = 0;
    for bin in 1..=n_bins {
        // The first bins hold one item more where they can't all hold the same.
        let cut = bin * (n / n_bins) + bin.min(n % n_bins);
        if cut <= start {
            continue;
        }
        let last = sorted[cut - 1].confidence;
        let end = cut + sorted[cut..].partition_point(|it| it.confidence <= last);
        chunks.push(&sorted[start..end]);
        start = end;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::forecasts;
    use super::*;

    #[test]
    fn ends_belong_to_the_bin_below() {
        let rows = [
            (0.0, 10, 0),
            (0.1, 10, 0),
            (0.1 + 1e-12, 10, 1),
            (0.3, 10, 2),
            (0.7, 10, 6),
            (0.07, 100, 6),
            (0.29, 100, 28),
            (0.57, 100, 56),
            (1.0, 10, 9),
            (0.5, 1, 0),
        ];
        for (confidence, n_bins, wanted) in rows {
            assert_eq!(bin_of(confidence, n_bins), wanted, "{confidence} in {n_bins}");
        }
    }

    #[test]
    fn both_binnings_by_hand() {
        let sample = forecasts(&[(0.9, 1), (0.6, 0), (0.8, 1), (0.2, 0), (0.6, 1)]);
        let got = reliability(&sample, Binning::EqualWidth, 2).expect("bins");
        let of = |it: &Reliability| -> Vec<(f64, f64, u64)> {
            it.bins.iter().map(|bin| (bin.range.low, bin.range.high, bin.n)).collect()
        };
        assert_eq!(of(&got), [(0.0, 0.5, 1), (0.5, 1.0, 4)]);
        // Gaps of -0.2 and 0.75 - 0.725.
        assert!((got.expected_error - (0.2 + 4.0 * 0.025) / 5.0).abs() < 1e-12, "{got:?}");
        assert!((got.largest_error - 0.2).abs() < 1e-12, "{got:?}");
        // Cuts after two, four and five; the second of the 0.6 goes with the first.
        let got = reliability(&sample, Binning::EqualMass, 3).expect("bins");
        assert_eq!(of(&got), [(0.2, 0.6, 3), (0.8, 0.8, 1), (0.9, 0.9, 1)]);
        let got = reliability(&sample, Binning::EqualMass, 9).expect("bins");
        assert_eq!(of(&got), [(0.2, 0.2, 1), (0.6, 0.6, 2), (0.8, 0.8, 1), (0.9, 0.9, 1)]);
    }

    #[test]
    fn nothing_has_no_bins() {
        let sample = forecasts(&[(0.9, 1)]);
        for binning in [Binning::EqualWidth, Binning::EqualMass] {
            assert_eq!(reliability(&[], binning, 10), None, "{binning:?}");
            assert_eq!(reliability(&sample, binning, 0), None, "{binning:?}");
            assert_eq!(reliability(&forecasts(&[(1.5, 1)]), binning, 10), None, "{binning:?}");
        }
    }

    proptest! {
        #[test]
        fn every_item_is_in_one_bin_and_their_order_changes_nothing(
            rows in prop::collection::vec((0u8..=20, 0u8..2), 1..80),
            n_bins in 1usize..30, by in 0usize..80,
        ) {
            let rows: Vec<(f64, u8)> =
                rows.into_iter().map(|(c, right)| (f64::from(c) / 20.0, right)).collect();
            let mut rotated = rows.clone();
            rotated.rotate_left(by % rows.len());
            for binning in [Binning::EqualWidth, Binning::EqualMass] {
                let got = reliability(&forecasts(&rows), binning, n_bins).expect("bins");
                let n: u64 = got.bins.iter().map(|bin| bin.n).sum();
                prop_assert!(n == rows.len() as u64 && got.bins.len() <= n_bins, "{:?}", got);
                for bin in &got.bins {
                    let Interval { low, high } = bin.range;
                    let range = Interval { low: low - 1e-12, high: high + 1e-12 };
                    prop_assert!(bin.n > 0 && range.contains(bin.confidence), "{:?}", bin);
                }
                prop_assert!(got.expected_error <= got.largest_error + 1e-12, "{:?}", got);
                let other = reliability(&forecasts(&rotated), binning, n_bins);
                prop_assert_eq!(other, Some(got));
            }
        }
    }
}
