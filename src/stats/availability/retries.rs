//! Trying again, and asking several at once: how often, how long, with what success.

use super::is_chance;

/// Attempts that fail independently, up to a number of them.
///
/// Outages are no such thing: an attempt that follows a failure fails more often than others do.
/// See [`super::GilbertElliott`] for that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retries {
    /// The chance that an attempt fails.
    pub p_fail: f64,
    /// How often is tried at most, the first time among them.
    pub attempts: u32,
}

impl Retries {
    /// The chance that some attempt succeeds: `1 - p^n`. `None` without attempts.
    /// Source: the truncated geometric law. Checked by its sum (test below).
    pub fn success(&self) -> Option<f64> {
        self.is_valid().then(|| 1.0 - self.p_fail.powi(self.attempts as i32))
    }

    /// How many attempts are made on average: `(1 - p^n) / (1 - p)`; by so much retries multiply
    /// what is offered to a provider that fails. `None` without attempts.
    /// Source: as [`Self::success`]. Checked as that is.
    pub fn mean_attempts(&self) -> Option<f64> {
        self.is_valid().then(|| self.reached().sum())
    }

    /// How long is waited on average between attempts, whether or not one succeeds in the end.
    ///
    /// The wait before attempt k + 1 is uniform in [0, min(`most`, `first` 2^(k-1))], exponential
    /// backoff with full jitter, and its mean half of that.
    ///
    /// In the unit of the two times. `None` without attempts, and for times that are negative or
    /// not finite.
    /// Source: M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog (2015). Checked by
    /// hand (test below).
    pub fn mean_wait(&self, first: f64, most: f64) -> Option<f64> {
        let are_times = [first, most].into_iter().all(|time| time.is_finite() && time >= 0.0);
        let wait =
            |(at, reached): (usize, f64)| reached * (first * 2f64.powi(at as i32)).min(most) / 2.0;
        // The second attempt comes after one wait.
        (are_times && self.is_valid()).then(|| self.reached().skip(1).enumerate().map(wait).sum())
    }

    /// The chance that each attempt is made, from the first on.
    fn reached(&self) -> impl Iterator<Item = f64> + use<> {
        let p_fail = self.p_fail;
        (0..self.attempts).map(move |before| p_fail.powi(before as i32))
    }

    fn is_valid(&self) -> bool {
        self.attempts > 0 && is_chance(self.p_fail)
    }
}

/// How long the `k`-th of `n` independent answers takes on average, each exponential with mean 1:
/// `1/n + 1/(n-1) + ... + 1/(n-k+1)`. The last of them is what waiting for all costs, the first
/// what asking all at once saves.
///
/// `None` unless `1 <= k <= n`.
/// Source: A. Renyi, Acta Math. Acad. Sci. Hung. 4 (1953), 191-231. Checked against independent
/// code (`tests/golden_availability.rs`).
pub fn expected_order_statistic(n: u32, k: u32) -> Option<f64> {
    (1..=n).contains(&k).then(|| (n - k + 1..=n).rev().map(|left| 1.0 / f64::from(left)).sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_attempts_by_hand() {
        let retries = Retries { p_fail: 0.5, attempts: 3 };
        assert_eq!(retries.success(), Some(0.875));
        assert_eq!(retries.mean_attempts(), Some(1.75));
        // Half a second on average half of the time, then a whole one a quarter of it.
        assert_eq!(retries.mean_wait(1.0, 60.0), Some(0.5));
        // The second wait is no longer than the first.
        assert_eq!(retries.mean_wait(1.0, 1.0), Some(0.375));
        let once = Retries { attempts: 1, ..retries };
        assert_eq!([once.success(), once.mean_wait(1.0, 60.0)], [Some(0.5), Some(0.0)]);
        let never = Retries { p_fail: 1.0, attempts: 4 };
        assert_eq!([never.success(), never.mean_attempts()], [Some(0.0), Some(4.0)]);
    }

    #[test]
    fn what_is_not_tried_or_no_chance_has_no_outcome() {
        for (p_fail, attempts) in [(0.5, 0), (1.5, 2), (f64::NAN, 2)] {
            let retries = Retries { p_fail, attempts };
            let got = [retries.success(), retries.mean_attempts(), retries.mean_wait(1.0, 2.0)];
            assert_eq!(got, [None; 3], "{retries:?}");
        }
        assert_eq!(Retries { p_fail: 0.5, attempts: 2 }.mean_wait(-1.0, 2.0), None);
        for (n, k) in [(3, 0), (3, 4), (0, 0)] {
            assert_eq!(expected_order_statistic(n, k), None, "{k} of {n}");
        }
    }

    proptest! {
        #[test]
        fn outcomes_add_up(p_fail in 0.0..=1.0f64, attempts in 1u32..20) {
            let retries = Retries { p_fail, attempts };
            let at = |before: u32| p_fail.powi(before as i32) * (1.0 - p_fail);
            let success: f64 = (0..attempts).map(at).sum();
            prop_assert!((retries.success().unwrap() - success).abs() < 1e-12);
            let all_failed = p_fail.powi(attempts as i32);
            let tried: f64 = (0..attempts).map(|before| at(before) * f64::from(before + 1)).sum();
            let mean = tried + all_failed * f64::from(attempts);
            prop_assert!((retries.mean_attempts().unwrap() - mean).abs() < 1e-9);
        }
    }
}
