//! The digamma function, behind expected logarithms of chances.

/// The derivative of the logarithm of the gamma function at `x`, which is above 0; NaN elsewhere.
///
/// It makes the expected logarithm of a chance with a beta or Dirichlet law.
/// Source: J. M. Bernardo, Algorithm AS 103, Appl. Stat. 25 (1976), 315-317, as statrs has it.
/// Checked against its closed forms at whole and half numbers (M. Abramowitz and I. Stegun,
/// Handbook of Mathematical Functions, 1964, 6.3.2 to 6.3.4) to 1e-13 (test below).
pub fn digamma(x: f64) -> f64 {
    if x > 0.0 { statrs::function::gamma::digamma(x) } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Euler's constant.
    const GAMMA: f64 = 0.577_215_664_901_532_9;

    #[test]
    fn it_has_its_closed_forms() {
        let harmonic = |n: u32| (1..n).map(|k| 1.0 / f64::from(k)).sum::<f64>();
        let odd = |n: u32| (1..=n).map(|k| 2.0 / f64::from(2 * k - 1)).sum::<f64>();
        for n in [0, 1, 2, 3, 5, 10, 12, 13, 40, 1000] {
            let (got, wanted) = (digamma(f64::from(n + 1)), harmonic(n + 1) - GAMMA);
            assert!((got - wanted).abs() < 1e-13, "at {n} + 1: {got} is not {wanted}");
            let (got, wanted) = (digamma(f64::from(n) + 0.5), odd(n) - GAMMA - 2.0 * 2f64.ln());
            assert!((got - wanted).abs() < 1e-13, "at {n} and a half: {got} is not {wanted}");
        }
    }

    #[test]
    fn it_is_known_above_0_only() {
        for x in [0.0, -0.5, -3.0, f64::NAN] {
            assert!(digamma(x).is_nan(), "at {x}");
        }
    }
}
