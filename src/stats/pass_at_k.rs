//! What a model gets right in k attempts: once at least, or every time.

/// Attempts at one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// How many there are.
    pub n: u64,
    /// How many of them are right; at most `n`.
    pub right: u64,
}

/// The chance that `k` of the attempts, drawn without replacement, hold a right one: pass@k.
///
/// It is unbiased for `1 - (1 - p)^k`, where `1 - (1 - right/n)^k` is not. 0 for a `k` of 0. `None`
/// without as many attempts as `k`, and for more right ones than attempts. Over items, take the
/// mean.
/// Source: M. Chen et al., arXiv 2107.03374 (2021), eq. 1, `1 - C(n - c, k) / C(n, k)` as a
/// product. Checked against exact fractions (test below) and their published code
/// (`tests/golden_calibration.rs`).
pub fn pass_at_k(attempts: Attempts, k: u64) -> Option<f64> {
    let Attempts { n, right } = attempts;
    if right > n || k > n {
        return None;
    }
    // C(n - c, k) / C(n, k) = C(n - k, c) / C(n, c): the fewer factors, the fewer roundings.
    let (fewer, more) = (k.min(right), k.max(right));
    let none_right: f64 =
        (0..fewer).map(|i| n.saturating_sub(more + i) as f64 / (n - i) as f64).product();
    Some(1.0 - none_right)
}

/// The chance that `k` of the attempts, drawn without replacement, are all right: pass^k.
///
/// 1 for a `k` of 0. `None` as for [`pass_at_k`]. Over items, take the mean.
/// Source: S. Yao, N. Shinn, P. Razavi and K. Narasimhan, arXiv 2406.12045 (2024), `C(c, k) /
/// C(n, k)` as a product. Checked as [`pass_at_k`] is.
pub fn pass_hat_k(attempts: Attempts, k: u64) -> Option<f64> {
    let Attempts { n, right } = attempts;
    let inside = right <= n && k <= n;
    inside.then(|| (0..k).map(|i| right.saturating_sub(i) as f64 / (n - i) as f64).product())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check::close;
    use super::*;

    #[test]
    fn small_numbers_give_their_fractions() {
        // n, right, k, pass@k, pass^k.
        let rows = [
            (10, 3, 1, 0.3, 0.3),
            (10, 3, 5, 1.0 - 21.0 / 252.0, 0.0),
            (5, 4, 2, 1.0, 0.6),
            (4, 2, 2, 5.0 / 6.0, 1.0 / 6.0),
            (10, 0, 5, 0.0, 0.0),
            (10, 10, 5, 1.0, 1.0),
            (3, 1, 0, 0.0, 1.0),
            (0, 0, 0, 0.0, 1.0),
        ];
        for (n, right, k, at, hat) in rows {
            let attempts = Attempts { n, right };
            let (got_at, got_hat) = (pass_at_k(attempts, k), pass_hat_k(attempts, k));
            let same_at = got_at.is_some_and(|got| close(got, at, 1e-15));
            let same_hat = got_hat.is_some_and(|got| close(got, hat, 1e-15));
            assert!(same_at && same_hat, "{attempts:?}, {k}: {got_at:?} {got_hat:?}");
        }
    }

    #[test]
    fn more_than_there_are_cannot_be_drawn() {
        for (n, right, k) in [(3, 1, 4), (3, 4, 1), (0, 0, 1)] {
            let attempts = Attempts { n, right };
            let got = (pass_at_k(attempts, k), pass_hat_k(attempts, k));
            assert_eq!(got, (None, None), "{attempts:?}, {k}");
        }
    }

    proptest! {
        #[test]
        fn one_right_is_the_opposite_of_all_wrong(n in 1u64..300, a in 0u64..300, k in 0u64..300) {
            let (right, k) = (a % (n + 1), k % (n + 1));
            let at = pass_at_k(Attempts { n, right }, k).expect("a chance");
            let all_wrong = pass_hat_k(Attempts { n, right: n - right }, k).expect("a chance");
            prop_assert!((at + all_wrong - 1.0).abs() < 1e-12, "{} {}", at, all_wrong);
        }

        #[test]
        fn more_attempts_help_the_one_and_hurt_the_other(n in 2u64..100, a in 0u64..100) {
            let attempts = Attempts { n, right: a % (n + 1) };
            for k in 1..n {
                prop_assert!(pass_at_k(attempts, k) <= pass_at_k(attempts, k + 1));
                prop_assert!(pass_hat_k(attempts, k) >= pass_hat_k(attempts, k + 1));
            }
        }
    }
}
