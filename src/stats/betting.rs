//! Bounds on a mean that hold at every moment, so that one may look after every item and stop when
//! one likes.

use crate::kernel::Interval;

/// The most of what one has that is put on one item, in units of what can be lost of it.
const MOST: f64 = 0.5;

/// How far a bound is narrowed down.
const HALVINGS: u32 = 32;

/// The bounds that hold now and at all times, of the mean of values from 0 to 1, in the order in
/// which they came; with a chance of at least `level` the mean never leaves them, however often
/// one looks. `None` without values, and where one is not from 0 to 1.
///
/// Against each mean m two gamblers bet, one on more and one on less: after each value x one has
/// `1 + l (x - m)` times, the other `1 - l (x - m)` times what it had. The stake l is settled
/// before the value is seen: `sqrt(2 ln(2 / a) / (v t ln(t + 1)))` with a = 1 - `level`, the mean
/// and the variance v of what came before, at most one half of what would ruin it. If m is the
/// mean, neither has ever 2 / a times what it began with but with a chance of a / 2 (Ville); so
/// every m against which one of them has as much is left out.
/// The values have to come in an order that has nothing to do with them, such as a random one.
/// Source: I. Waudby-Smith and A. Ramdas, Estimating means of bounded random variables by betting,
/// J. R. Stat. Soc. B 86 (2024), 1-27, the hedged capital process with its plug-in stakes. Checked
/// against independent code written from the paper, by grid, and by how often it errs when it is
/// looked at after every value (tests below).
pub fn always_valid(values: &[f64], level: f64) -> Option<Interval> {
    let is_share = |value: &f64| (0.0..=1.0).contains(value);
    if values.is_empty() || !values.iter().all(is_share) {
        return None;
    }
    let alpha = 1.0 - level;
    let bets = stakes(values, alpha);
    let needed = (2.0 / alpha).ln();
    // Each is the more convinced the farther m is from the values, so that halving finds the end.
    let low = end(|m| won(&bets, m) >= needed);
    let mirrored: Vec<(f64, f64)> = bets.iter().map(|(x, stake)| (1.0 - x, *stake)).collect();
    let high = 1.0 - end(|m| won(&mirrored, m) >= needed);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Some(Interval { low: low.min(mean), high: high.max(mean) })
}

/// Each value with the stake that is put on it.
fn stakes(values: &[f64], alpha: f64) -> Vec<(f64, f64)> {
    let (mut sum, mut squares) = (0.5, 0.25);
    let mut bets = Vec::with_capacity(values.len());
    for (t, x) in (1..).map(f64::from).zip(values) {
        let variance = squares / t;
        bets.push((*x, (2.0 * (2.0 / alpha).ln() / (variance * t * (t + 1.0).ln())).sqrt()));
        sum += x;
        squares += (x - sum / (t + 1.0)).powi(2);
    }
    bets
}

/// The logarithm of what the gambler on more than `m` has.
fn won(bets: &[(f64, f64)], m: f64) -> f64 {
    bets.iter().map(|(x, stake)| (stake.min(MOST / m) * (x - m)).ln_1p()).sum()
}

/// Up to where `is_left_out` holds, from 0 on.
fn end(is_left_out: impl Fn(f64) -> bool) -> f64 {
    let (mut out, mut within) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(out, within);
        if is_left_out(middle) { out = middle } else { within = middle }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn bounds_are_those_of_independent_code() {
        let ones = |n: usize, every: usize| -> Vec<f64> {
            (0..n).map(|at| f64::from(u8::from(at % every != 0))).collect()
        };
        let graded: Vec<f64> = (0..80_u32).map(|at| f64::from(7 * at % 11) / 10.0).collect();
        for (values, level, low, high) in [
            (ones(40, 4), 0.95, 0.5272, 0.90205),
            (ones(200, 10), 0.95, 0.82485, 0.94555),
            (vec![1.0; 60], 0.95, 0.8875, 1.0),
            (graded, 0.9, 0.4005, 0.58945),
            (vec![1.0, 0.0, 1.0], 0.95, 0.0, 1.0),
            (vec![0.0; 100], 0.99, 0.0, 0.0981),
        ] {
            let got = always_valid(&values, level).unwrap();
            // The grid has steps of 0.00005.
            let is_near = |a: f64, b: f64| (a - b).abs() < 1e-4;
            assert!(is_near(got.low, low) && is_near(got.high, high), "{got:?}: {low}, {high}");
        }
        for no_values in [&[][..], &[1.1], &[f64::NAN, 0.5]] {
            assert_eq!(always_valid(no_values, 0.95), None);
        }
    }

    #[test]
    fn looking_after_every_value_errs_no_more_often_than_said() {
        let n_runs = 2000;
        for (name, mean, draw) in [
            ("fair", 0.5, &(|u: f64| f64::from(u8::from(u < 0.5))) as &dyn Fn(f64) -> f64),
            ("mostly right", 0.9, &|u| f64::from(u8::from(u < 0.9))),
            // A paired difference that is seldom other than 0, put on 0 to 1.
            ("seldom apart", 0.5, &|u| {
                if u < 0.05 {
                    0.0
                } else if u < 0.1 {
                    1.0
                } else {
                    0.5
                }
            }),
            ("graded", 1.0 / 3.0, &|u| u * u),
        ] {
            let (alpha, mut n_wrong) = (0.1, 0);
            for run in 0..n_runs {
                let mut chance = Seed(7).stream("betting", &[name, &format!("{run}")]);
                let values: Vec<f64> = (0..400).map(|_| draw(chance.random())).collect();
                let bets = stakes(&values, alpha);
                let mirrored: Vec<_> = bets.iter().map(|(x, stake)| (1.0 - x, *stake)).collect();
                let ever = |bets: &[(f64, f64)], m: f64| {
                    let mut has = 0.0;
                    bets.iter().any(|bet| {
                        has += won(std::slice::from_ref(bet), m);
                        has >= f64::ln(2.0 / alpha)
                    })
                };
                n_wrong += u32::from(ever(&bets, mean) || ever(&mirrored, 1.0 - mean));
            }
            let rate = f64::from(n_wrong) / f64::from(n_runs);
            // Some must err: bounds that never do are wider than they need be.
            assert!(0.02 < rate && rate <= alpha, "{name}: {rate}");
        }
    }

    proptest! {
        #[test]
        fn bounds_hold_their_mean_and_mirror(
            values in prop::collection::vec(0.0..=1.0_f64, 1..200),
        ) {
            let it = always_valid(&values, 0.95).unwrap();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            prop_assert!(0.0 <= it.low && it.low <= mean && mean <= it.high && it.high <= 1.0);
            let mirrored: Vec<f64> = values.iter().map(|x| 1.0 - x).collect();
            let other = always_valid(&mirrored, 0.95).unwrap();
            prop_assert!(close(other.low, 1.0 - it.high, 1e-9), "{it:?} {other:?}");
        }
    }
}
