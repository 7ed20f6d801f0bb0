//! Failures that come in bursts: the two-state channel of Gilbert and Elliott.

use super::is_chance;

/// A channel that is good or bad, and changes between requests.
///
/// Every chance is in [0, 1]. With a chance of failure of 0 in the good state and 1 in the bad one
/// it is the channel of Gilbert, and bursts are stays in the bad state.
/// Source: E. N. Gilbert, Bell System Technical Journal 39 (1960), 1253-1265; E. O. Elliott, ibid.
/// 42 (1963), 1977-1997. Checked by hand and by iterating the chain (test below).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GilbertElliott {
    /// From good to bad, a request.
    pub to_bad: f64,
    /// From bad to good, a request.
    pub to_good: f64,
    /// That a request fails while it is good.
    pub fails_in_good: f64,
    /// That a request fails while it is bad.
    pub fails_in_bad: f64,
}

impl GilbertElliott {
    /// The share of requests that meet the bad state in the long run: `to_bad / (to_bad +
    /// to_good)`. `None` where the state never changes, for then it depends on the beginning.
    pub fn share_bad(&self) -> Option<f64> {
        let both = self.to_bad + self.to_good;
        (self.is_valid() && both > 0.0).then(|| self.to_bad / both)
    }

    /// The share of requests that fail in the long run.
    pub fn loss(&self) -> Option<f64> {
        let bad = self.share_bad()?;
        Some((1.0 - bad) * self.fails_in_good + bad * self.fails_in_bad)
    }

    /// How many requests a stay in the bad state lasts on average: a geometric law. `None` where
    /// it is never left.
    pub fn mean_stay_in_bad(&self) -> Option<f64> {
        (self.is_valid() && self.to_good > 0.0).then(|| 1.0 / self.to_good)
    }

    /// How many requests in a row fail on average, once one has failed after one that had not.
    ///
    /// The long-run share of failures over that of their beginnings. With chances of 0 and 1 it is
    /// [`Self::mean_stay_in_bad`]; independent failures of chance `p` have `1 / (1 - p)`. `None`
    /// where no run ever begins.
    pub fn mean_burst(&self) -> Option<f64> {
        let bad = self.share_bad()?;
        let (good, [pass_good, pass_bad]) =
            (1.0 - bad, [1.0 - self.fails_in_good, 1.0 - self.fails_in_bad]);
        let fails_next_in_good =
            (1.0 - self.to_bad) * self.fails_in_good + self.to_bad * self.fails_in_bad;
        let fails_next_in_bad =
            self.to_good * self.fails_in_good + (1.0 - self.to_good) * self.fails_in_bad;
        let begins = good * pass_good * fails_next_in_good + bad * pass_bad * fails_next_in_bad;
        (begins > 0.0).then(|| (good * self.fails_in_good + bad * self.fails_in_bad) / begins)
    }

    /// The correlation of two states `lag` requests apart: `(1 - to_bad - to_good)^lag`. 0 at every
    /// lag above 0 is independence.
    pub fn correlation(&self, lag: u32) -> Option<f64> {
        self.is_valid().then(|| (1.0 - self.to_bad - self.to_good).powi(lag as i32))
    }

    fn is_valid(&self) -> bool {
        let Self { to_bad, to_good, fails_in_good, fails_in_bad } = *self;
        [to_bad, to_good, fails_in_good, fails_in_bad].into_iter().all(is_chance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn channel([to_bad, to_good, fails_in_good, fails_in_bad]: [f64; 4]) -> GilbertElliott {
        GilbertElliott { to_bad, to_good, fails_in_good, fails_in_bad }
    }

    #[test]
    fn gilberts_channel_by_hand() {
        // One request in 100 turns it bad, and it stays so for four.
        let gilbert = channel([0.01, 0.25, 0.0, 1.0]);
        let close = |got: Option<f64>, wanted: f64| {
            assert!(got.is_some_and(|got| (got - wanted).abs() < 1e-12), "{got:?}, not {wanted}");
        };
        close(gilbert.share_bad(), 1.0 / 26.0);
        close(gilbert.loss(), 1.0 / 26.0);
        close(gilbert.mean_stay_in_bad(), 4.0);
        close(gilbert.mean_burst(), 4.0);
        close(gilbert.correlation(2), 0.74 * 0.74);
        // The same chance in both states: no bursts beyond those of luck.
        close(channel([0.3, 0.4, 0.2, 0.2]).mean_burst(), 1.25);
    }

    #[test]
    fn what_never_changes_or_never_fails_has_no_long_run() {
        let stuck = channel([0.0, 0.0, 0.0, 1.0]);
        assert_eq!([stuck.share_bad(), stuck.loss(), stuck.mean_burst()], [None; 3]);
        assert_eq!(channel([0.5, 0.0, 0.0, 1.0]).mean_stay_in_bad(), None);
        assert_eq!(channel([0.5, 0.5, 0.0, 0.0]).mean_burst(), None);
        assert_eq!(channel([1.5, 0.5, 0.0, 1.0]).loss(), None);
        assert_eq!(channel([0.5, f64::NAN, 0.0, 1.0]).correlation(1), None);
    }

    proptest! {
        #[test]
        fn the_long_run_is_that_of_the_chain(
            rates in prop::array::uniform4(0.05..0.95f64), start in 0.0..=1.0f64,
        ) {
            let channel = channel(rates);
            let mut bad = start;
            for _ in 0..2000 {
                bad = bad * (1.0 - channel.to_good) + (1.0 - bad) * channel.to_bad;
            }
            prop_assert!((bad - channel.share_bad().unwrap()).abs() < 1e-12, "{}", bad);
            // A failing burst is followed step by step, from the states in which it begins.
            let fails = [channel.fails_in_good, channel.fails_in_bad];
            let next = |[good, bad]: [f64; 2]| {
                let turned = good * channel.to_bad - bad * channel.to_good;
                [good - turned, bad + turned]
            };
            let begun = next([(1.0 - bad) * (1.0 - fails[0]), bad * (1.0 - fails[1])]);
            let mut failing = [begun[0] * fails[0], begun[1] * fails[1]];
            let n_begun = failing[0] + failing[1];
            let mut length = 0.0;
            for _ in 0..4000 {
                length += failing[0] + failing[1];
                let after = next(failing);
                failing = [after[0] * fails[0], after[1] * fails[1]];
            }
            let (got, wanted) = (channel.mean_burst().unwrap(), length / n_begun);
            prop_assert!((got - wanted).abs() < 1e-9 * wanted, "{} is not {}", got, wanted);
        }
    }
}
