//! The expected greatest of several normal numbers.

use super::normal::share_below;

/// Two normal numbers that differ by less than this, one standard deviation of their difference,
/// are one number: rounding leaves a variance that is not quite 0.
const SAME: f64 = 1e-9;

/// The mean of the greatest of normal numbers with these means and this covariance, row by row;
/// `None` of none.
///
/// Exact for two. Of more, the greatest of the first two stands for them as a normal number with
/// the same mean, variance and covariances, and so on through the others; of three independent
/// ones with equal means the result is right to half a percent of a standard deviation.
///
/// Source: C. E. Clark, The greatest of a finite set of random variables, Operations Research 9
/// (1961), 145-162, equations (2), (3) and (4). Checked against the closed form of two, and the
/// known means of the greatest of three to five independent ones (test below).
pub fn expected_greatest(means: &[f64], covariance: &[f64]) -> Option<f64> {
    let n = means.len();
    debug_assert_eq!(covariance.len(), n * n);
    let mut mean = *means.first()?;
    // How the greatest so far varies, and how it does together with each of the others.
    let mut variance = covariance[0];
    let mut shared: Vec<f64> = covariance[..n].to_vec();
    for next in 1..n {
        let (other, own) = (means[next], covariance[next * n + next]);
        let spread = (variance + own - 2.0 * shared[next]).max(0.0).sqrt();
        let share = match (spread > SAME, mean >= other) {
            (true, _) => share_below((mean - other) / spread),
            (false, true) => 1.0,
            (false, false) => 0.0,
        };
        let at = if spread > SAME { density((mean - other) / spread) } else { 0.0 };
        let greatest = mean * share + other * (1.0 - share) + spread * at;
        let square = (mean * mean + variance) * share
            + (other * other + own) * (1.0 - share)
            + (mean + other) * spread * at;
        for (later, shared) in shared.iter_mut().enumerate().skip(next + 1) {
            *shared = *shared * share + covariance[next * n + later] * (1.0 - share);
        }
        (mean, variance) = (greatest, (square - greatest * greatest).max(0.0));
    }
    Some(mean)
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::check::close;
    use super::*;

    #[test]
    fn of_two_it_is_the_closed_form() {
        let root_of_pi = std::f64::consts::PI.sqrt();
        for (means, covariance, wanted) in [
            // Independent and alike: 1 / sqrt(pi).
            ([0.0, 0.0], [1.0, 0.0, 0.0, 1.0], 1.0 / root_of_pi),
            // A correlation of one half takes the spread of the difference from sqrt(2) to 1.
            ([0.0, 0.0], [1.0, 0.5, 0.5, 1.0], 1.0 / (2.0 * std::f64::consts::PI).sqrt()),
            ([0.0, 0.0], [1.0, 1.0, 1.0, 1.0], 0.0),
            ([0.3, 0.7], [0.0, 0.0, 0.0, 0.0], 0.7),
            // One is known: 0.5 or more, so 0.5 + 0.1 / sqrt(2 pi).
            ([0.5, 0.5], [0.0, 0.0, 0.0, 0.01], 0.5 + 0.1 / (2.0 * std::f64::consts::PI).sqrt()),
        ] {
            let got = expected_greatest(&means, &covariance).expect("there are two");
            assert!(close(got, wanted, 1e-10), "{means:?}, {covariance:?}: {got}, not {wanted}");
        }
    }

    #[test]
    fn of_several_alike_it_is_what_tables_of_order_statistics_say() {
        // H. L. Harter, Biometrika 48 (1961), 151-165: the greatest of n standard normal numbers.
        for (n, wanted) in [(1, 0.0), (3, 0.84628), (4, 1.02938), (5, 1.16296)] {
            let mut covariance = vec![0.0; n * n];
            (0..n).for_each(|at| covariance[at * n + at] = 1.0);
            let got = expected_greatest(&vec![0.0; n], &covariance).expect("there are some");
            assert!((got - wanted).abs() < 0.01, "{n}: {got} is not {wanted}");
        }
        assert_eq!(expected_greatest(&[], &[]), None);
    }
}
