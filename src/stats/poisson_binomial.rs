//! How many of several independent events happen, each with a chance of its own.

/// The chance of each number of events, from none to all: the Poisson binomial law.
///
/// `None` unless all are chances. The order of the events does not count. By convolution: every
/// term is positive, so no digits are lost.
pub(super) fn chances_of_counts(chances: &[f64]) -> Option<Vec<f64>> {
    if !chances.iter().all(|p| (0.0..=1.0).contains(p)) {
        return None;
    }
    let mut sorted = chances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut of_counts = vec![1.0];
    for p in sorted {
        of_counts.push(0.0);
        for n in (0..of_counts.len()).rev() {
            let one_less = n.checked_sub(1).map_or(0.0, |less| of_counts[less]);
            of_counts[n] = of_counts[n] * (1.0 - p) + one_less * p;
        }
    }
    Some(of_counts)
}
