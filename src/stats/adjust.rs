//! P-values of several comparisons, adjusted for their number.

/// A way to adjust p-values: what stays below alpha may be rejected at alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// Times their number. Holds the chance of any false rejection (FWER) under any dependence, as
    /// [`Self::Holm`] does with more power.
    Bonferroni,
    /// FWER for independent comparisons. Source: Z. Šidák, JASA 62 (1967), 626-633.
    Sidak,
    /// FWER under any dependence, step-down: the default. Source: S. Holm, Scand. J. Statist. 6
    /// (1979), 65-70.
    Holm,
    /// FWER for independent comparisons, step-down. Source: B. Holland and M. D. Copenhaver,
    /// Biometrics 43 (1987), 417-423.
    HolmSidak,
    /// FWER for independent or positively dependent comparisons, step-up. Source: Y. Hochberg,
    /// Biometrika 75 (1988), 800-802.
    Hochberg,
    /// As [`Self::Hochberg`], with a little more power. Source: G. Hommel, Biometrika 75 (1988),
    /// 383-386, adjusted as by S. P. Wright, Biometrics 48 (1992), 1005-1013.
    Hommel,
    /// Holds the expected share of false rejections (FDR) for independent or positively dependent
    /// comparisons. Source: Y. Benjamini and Y. Hochberg, J. R. Statist. Soc. B 57 (1995), 289-300.
    BenjaminiHochberg,
    /// FDR under any dependence. Source: Y. Benjamini and D. Yekutieli, Annals of Statistics 29
    /// (2001), 1165-1188.
    BenjaminiYekutieli,
}

/// The adjusted p-values, in the order of `p_values`.
///
/// Equal p-values stay equal. `None` where one is not in [0, 1]; nothing comes from nothing.
/// Checked against statsmodels `multipletests` on the example of Benjamini and Hochberg (1995)
/// (`tests/golden_resampling.rs`) and the examples of `MultipleTesting.jl` (test below).
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Option<Vec<f64>> {
    if !p_values.iter().all(|p| (0.0..=1.0).contains(p)) {
        return None;
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let ascending: Vec<f64> = order.iter().map(|at| p_values[*at]).collect();
    let m = p_values.len();
    let left = |rank: usize| (m - rank) as f64;
    let adjusted = match adjustment {
        Adjustment::Bonferroni => each(&ascending, |_, p| m as f64 * p),
        Adjustment::Sidak => each(&ascending, |_, p| any_of(m as f64, p)),
        Adjustment::Holm => step_down(each(&ascending, |rank, p| left(rank) * p)),
        Adjustment::HolmSidak => step_down(each(&ascending, |rank, p| any_of(left(rank), p))),
        Adjustment::Hochberg => step_up(each(&ascending, |rank, p| left(rank) * p)),
        Adjustment::Hommel => hommel(&ascending),
        Adjustment::BenjaminiHochberg => {
            step_up(each(&ascending, |rank, p| m as f64 / (rank + 1) as f64 * p))
        }
        Adjustment::BenjaminiYekutieli => {
            let harmonic: f64 = (1..=m).map(|rank| 1.0 / rank as f64).sum();
            step_up(each(&ascending, |rank, p| harmonic * m as f64 / (rank + 1) as f64 * p))
        }
    };
    let mut in_place = vec![0.0; m];
    for (at, p) in order.into_iter().zip(adjusted) {
        in_place[at] = p.min(1.0);
    }
    Some(in_place)
}

/// The chance that at least one of `n` independent p-values is as small as `p`.
fn any_of(n: f64, p: f64) -> f64 {
    -(n * (-p).ln_1p()).exp_m1()
}

/// Each p-value with its rank, from 0.
fn each(ascending: &[f64], adjusted: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    ascending.iter().enumerate().map(|(rank, p)| adjusted(rank, *p)).collect()
}

/// None is smaller than one before it.
fn step_down(mut adjusted: Vec<f64>) -> Vec<f64> {
    let mut most: f64 = 0.0;
    for p in &mut adjusted {
        most = most.max(*p);
        *p = most;
    }
    adjusted
}

/// None is larger than one after it.
fn step_up(mut adjusted: Vec<f64>) -> Vec<f64> {
    let mut least: f64 = 1.0;
    for p in adjusted.iter_mut().rev() {
        least = least.min(*p);
        *p = least;
    }
    adjusted
}

/// The largest p-value by Simes that any set has in which a comparison takes part.
///
/// For each size of a set only the one with the largest other p-values matters, which makes it a
/// loop over sizes.
fn hommel(ascending: &[f64]) -> Vec<f64> {
    let m = ascending.len();
    let simes = |set: &[f64], size: usize, first: usize| {
        let terms = set.iter().enumerate().map(|(i, p)| size as f64 * p / (first + i) as f64);
        terms.fold(f64::INFINITY, f64::min)
    };
    let mut adjusted = vec![simes(ascending, m, 1); m];
    for size in (2..m).rev() {
        // The largest `size - 1` go along with any of the others.
        let (others, largest) = ascending.split_at(m + 1 - size);
        let with_largest = simes(largest, size, 2);
        let of_others = others.iter().map(|p| with_largest.min(size as f64 * p));
        let of_largest = with_largest.min(size as f64 * ascending[m - size]);
        let all = of_others.chain(std::iter::repeat_n(of_largest, size - 1));
        for (most, p) in adjusted.iter_mut().zip(all) {
            *most = most.max(p);
        }
    }
    for (most, p) in adjusted.iter_mut().zip(ascending) {
        *most = most.max(*p);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Adjustment::*;
    use super::*;

    const ALL: [Adjustment; 8] = [
        Bonferroni,
        Sidak,
        Holm,
        HolmSidak,
        Hochberg,
        Hommel,
        BenjaminiHochberg,
        BenjaminiYekutieli,
    ];

    #[test]
    fn published_examples_are_reproduced() {
        let four: &[f64] = &[0.001, 0.01, 0.03, 0.5];
        let rows: [(Adjustment, &[f64], &[f64]); 9] = [
            (Holm, four, &[0.004, 0.03, 0.06, 0.5]),
            (Hochberg, four, &[0.004, 0.03, 0.06, 0.5]),
            (Hommel, four, &[0.004, 0.03, 0.06, 0.5]),
            (Hommel, &[0.01, 0.04, 0.10, 0.20], &[0.04, 0.12, 0.20, 0.20]),
            // By hand: in the order given, and equal ones equal.
            (Holm, &[0.04, 0.01, 0.03], &[0.06, 0.03, 0.06]),
            (Hochberg, &[0.04, 0.01, 0.03], &[0.04, 0.03, 0.04]),
            (BenjaminiHochberg, &[0.02, 0.02, 0.9], &[0.03, 0.03, 0.9]),
            (Bonferroni, &[0.4, 0.1, 0.9], &[1.0, 0.3, 1.0]),
            (Sidak, &[0.5, 1.0], &[0.75, 1.0]),
        ];
        for (adjustment, p_values, wanted) in rows {
            let got = adjust(p_values, adjustment).expect("p-values");
            let same = got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-12);
            assert!(same, "{adjustment:?} of {p_values:?}: {got:?} is not {wanted:?}");
        }
    }

    #[test]
    fn only_chances_are_p_values() {
        for adjustment in ALL {
            assert_eq!(adjust(&[], adjustment), Some(Vec::new()), "{adjustment:?}");
            assert_eq!(adjust(&[0.03], adjustment), Some(vec![0.03]), "{adjustment:?}");
            for p in [-0.1, 1.1, f64::NAN] {
                assert_eq!(adjust(&[0.5, p], adjustment), None, "{adjustment:?} with {p}");
            }
        }
    }

    /// Hommel's, by going through every set.
    fn closed_test(p_values: &[f64]) -> Vec<f64> {
        let m = p_values.len();
        let mut most = p_values.to_vec();
        for set in 1..1u32 << m {
            let mut members: Vec<f64> =
                (0..m).filter(|at| set >> at & 1 == 1).map(|at| p_values[at]).collect();
            members.sort_by(f64::total_cmp);
            let size = members.len() as f64;
            let terms = (1..).zip(&members).map(|(rank, p)| size * p / f64::from(rank));
            let simes = terms.fold(f64::INFINITY, f64::min);
            for at in (0..m).filter(|at| set >> at & 1 == 1) {
                most[at] = most[at].max(simes);
            }
        }
        most
    }

    proptest! {
        #[test]
        fn hommel_is_the_closed_test_of_simes(
            p_values in prop::collection::vec(0.0..=1.0f64, 1..9),
        ) {
            let got = adjust(&p_values, Hommel).expect("p-values");
            for (got, wanted) in got.iter().zip(closed_test(&p_values)) {
                prop_assert!((got - wanted).abs() < 1e-12, "{} {}", got, wanted);
            }
        }

        #[test]
        fn stronger_methods_give_smaller_p_values(
            p_values in prop::collection::vec(0.0..=1.0f64, 1..30),
        ) {
            let of = |adjustment| adjust(&p_values, adjustment).expect("p-values");
            let chain = [Bonferroni, Holm, Hochberg, Hommel, BenjaminiHochberg].map(of);
            for pair in chain.windows(2) {
                let mut both = pair[0].iter().zip(&pair[1]);
                prop_assert!(both.all(|(weak, strong)| weak + 1e-12 >= *strong), "{:?}", pair);
            }
            let raw = chain[4].iter().zip(&p_values).all(|(adjusted, p)| adjusted + 1e-12 >= *p);
            prop_assert!(raw, "{:?}", chain);
        }

        #[test]
        fn the_order_of_the_comparisons_changes_nothing(
            p_values in prop::collection::vec(0.0..=1.0f64, 1..30), by in 0usize..30,
        ) {
            let mut rotated = p_values.clone();
            rotated.rotate_left(by % p_values.len());
            for adjustment in ALL {
                let mut wanted = adjust(&p_values, adjustment).expect("p-values");
                wanted.rotate_left(by % p_values.len());
                prop_assert_eq!(adjust(&rotated, adjustment), Some(wanted), "{:?}", adjustment);
            }
        }
    }
}
