//! The bootstrap of any statistic, on given resamples or on drawn ones.

use super::draws::{Draws, positions};
use super::replicates::{LeftOut, Replicates};

/// Takes `statistic` on all of `n_units` units, on each of the `resamples`, and with each unit left
/// out; the statistic is given the positions of the units, each from 0 on and below `n_units`.
///
/// `None` where a position is out of range, where the statistic is unknown or not finite on any of
/// them, without resamples and for fewer than two units.
/// Source: B. Efron, Annals of Statistics 7 (1979), 1-26. Checked against scipy `bootstrap` for a
/// mean, a median and a paired difference (`tests/golden_resampling.rs`).
pub fn resample_at(
    n_units: u32,
    resamples: &[Vec<u32>],
    statistic: impl Fn(&[u32]) -> Option<f64>,
) -> Option<Replicates> {
    if resamples.iter().flatten().any(|at| *at >= n_units) {
        return None;
    }
    let resampled = resamples.iter().map(|drawn| statistic(drawn)).collect::<Option<_>>()?;
    with_jackknife(n_units, resampled, statistic)
}

/// As [`resample_at`], on resamples that are drawn, each of as many units as there are.
///
/// It is for what [`super::bootstrap_means`] cannot do. It takes the time of the statistic for
/// every resample and every unit.
pub fn resample(
    n_units: u32,
    draws: Draws<'_>,
    statistic: impl Fn(&[u32]) -> Option<f64> + Sync,
) -> Option<Replicates> {
    let n = n_units as usize;
    let resampled = draws.in_blocks(|rng, n_drawn| {
        let mut drawn = Vec::with_capacity(n);
        let mut once = || {
            drawn.clear();
            positions(rng, n, n, |at| drawn.push(at as u32));
            statistic(&drawn)
        };
        (0..n_drawn).map(|_| once()).collect()
    });
    with_jackknife(n_units, resampled.into_iter().collect::<Option<_>>()?, statistic)
}

fn with_jackknife(
    n_units: u32,
    resampled: Vec<f64>,
    statistic: impl Fn(&[u32]) -> Option<f64>,
) -> Option<Replicates> {
    if n_units < 2 {
        return None;
    }
    let all: Vec<u32> = (0..n_units).collect();
    let without = |at: u32| -> Option<LeftOut> {
        let rest: Vec<u32> = all.iter().copied().filter(|unit| *unit != at).collect();
        Some(LeftOut { value: statistic(&rest)?, n_units: 1 })
    };
    let left_out = all.iter().map(|at| without(*at)).collect::<Option<_>>()?;
    Replicates::new(statistic(&all)?, resampled, left_out)
}

#[cfg(test)]
mod tests {
    use super::super::{Units, bootstrap_means};
    use super::*;
    use crate::kernel::Seed;

    const VALUES: [f64; 7] = [0.0, 1.0, 2.5, 4.0, 5.5, 8.0, 13.0];

    fn mean(drawn: &[u32]) -> Option<f64> {
        let sum: f64 = drawn.iter().map(|at| VALUES[*at as usize]).sum();
        Some(sum / drawn.len() as f64)
    }

    #[test]
    fn given_resamples_are_used_as_they_are() {
        let got = resample_at(3, &[vec![0, 0, 2], vec![1, 1, 1]], mean).expect("replicates");
        assert_eq!(got.resampled(), [2.5 / 3.0, 1.0]);
        let left_out: Vec<f64> = got.left_out.iter().map(|it| it.value).collect();
        assert_eq!((got.estimate, left_out), (3.5 / 3.0, vec![1.75, 1.25, 0.5]));
    }

    #[test]
    fn what_is_unknown_anywhere_has_no_replicates() {
        assert_eq!(resample_at(3, &[vec![0, 3, 1]], mean), None, "out of range");
        assert_eq!(resample_at(3, &[], mean), None, "no resamples");
        assert_eq!(resample_at(1, &[vec![0]], mean), None, "one unit");
        assert_eq!(resample_at(2, &[vec![0, 1]], |_| None), None, "unknown");
        let unlucky = |drawn: &[u32]| drawn.contains(&0).then_some(1.0);
        assert_eq!(resample_at(2, &[vec![0, 1]], unlucky), None, "unknown without the first");
        let draws = Draws { seed: Seed(7), purpose: "test", n_resamples: 50 };
        assert_eq!(resample(2, draws, unlucky), None, "unknown in a resample");
    }

    #[test]
    fn any_statistic_draws_the_resamples_of_the_means() {
        let draws = Draws { seed: Seed(7), purpose: "test", n_resamples: 100 };
        let got = resample(7, draws, mean).expect("replicates");
        let units = Units::new(&[&VALUES], &[0, 1, 2, 3, 4, 5, 6]).expect("units");
        let wanted = bootstrap_means(&units, draws).replicates(|means| means[0]);
        let wanted = wanted.expect("replicates");
        let same = got.resampled().iter().zip(wanted.resampled());
        assert!(same.into_iter().all(|(got, wanted)| (got - wanted).abs() < 1e-12));
        assert!((got.estimate - wanted.estimate).abs() < 1e-12);
    }
}
