//! How strong options are, from which of two was preferred, again and again.

/// One of two was preferred to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preference {
    /// The position of the one that was preferred.
    pub winner: usize,
    /// The position of the other one.
    pub loser: usize,
    /// How much it counts, at least 0: 1 for a comparison. Of a tie each side wins one half.
    pub weight: f64,
}

/// The model of Bradley and Terry: of two options, the first is preferred with chance
/// `p1 / (p1 + p2)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BradleyTerry {
    /// Wins that every option has over every other one before anything is compared. Above 0, who
    /// never lost stays finite, and all strengths are drawn together.
    pub virtual_wins: f64,
    /// How many rounds at most; each makes the data likelier.
    pub rounds: u32,
    /// Rounds end when no strength changes by more than this share of itself.
    pub tolerance: f64,
}

/// Enough for any comparison that hangs together.
impl Default for BradleyTerry {
    fn default() -> Self {
        Self { virtual_wins: 0.0, rounds: 10_000, tolerance: 1e-12 }
    }
}

impl BradleyTerry {
    /// The likeliest strengths of `n_options`, which add up to 1, by minorisation and maximisation
    /// from equal strengths on: `p_i <- W_i / sum_j n_ij / (p_i + p_j)`, scaled.
    ///
    /// `None` where there is no likeliest: without options, and, without virtual wins, unless
    /// everybody can be reached from everybody by going from winners to losers, since who never
    /// lost would be infinitely strong. Also for a position out of range, for an option preferred
    /// to itself, and for weights that are negative or not finite. The order of the preferences
    /// counts only where weights round.
    /// Source: R. A. Bradley and M. E. Terry, Biometrika 39 (1952), 324-345; the rounds by D. R.
    /// Hunter, Ann. Statist. 32 (2004), 384-406. Checked against crowd-kit round by round
    /// (`tests/golden_aggregation.rs`) and by the equations of the maximum (test below).
    pub fn strengths(&self, n_options: usize, preferences: &[Preference]) -> Option<Vec<f64>> {
        let wins = self.wins(n_options, preferences)?;
        let mut strengths = vec![1.0 / n_options as f64; n_options];
        for _ in 0..self.rounds {
            let next = round(&wins, &strengths);
            let is_still = |(new, old): (&f64, &f64)| (new - old).abs() <= self.tolerance * new;
            let are_still = next.iter().zip(&strengths).all(is_still);
            strengths = next;
            if are_still {
                break;
            }
        }
        Some(strengths)
    }

    /// How often each option was preferred to each other one, where that has a likeliest strength.
    fn wins(&self, n_options: usize, preferences: &[Preference]) -> Option<Vec<Vec<f64>>> {
        let is_weight = |weight: f64| weight.is_finite() && weight >= 0.0;
        let is_valid = |it: &Preference| {
            it.winner != it.loser && it.winner.max(it.loser) < n_options && is_weight(it.weight)
        };
        if !is_weight(self.virtual_wins) || !preferences.iter().all(is_valid) {
            return None;
        }
        let mut wins = vec![vec![self.virtual_wins; n_options]; n_options];
        for (option, of_option) in wins.iter_mut().enumerate() {
            of_option[option] = 0.0;
        }
        for it in preferences {
            wins[it.winner][it.loser] += it.weight;
        }
        let beats = |winner: usize, loser: usize| wins[winner][loser] > 0.0;
        let all_reached =
            |goes: &dyn Fn(usize, usize) -> bool| n_reached(n_options, goes) == n_options;
        let is_connected = all_reached(&beats) && all_reached(&|from, to| beats(to, from));
        (n_options > 0 && is_connected).then_some(wins)
    }
}

fn round(wins: &[Vec<f64>], strengths: &[f64]) -> Vec<f64> {
    let n_options = strengths.len();
    // A single option is compared with nobody and has all the strength there is.
    let share = |of: usize| {
        let won: f64 = wins[of].iter().sum();
        let others = (0..n_options).filter(|other| *other != of);
        let compared = others
            .map(|other| (wins[of][other] + wins[other][of]) / (strengths[of] + strengths[other]));
        if n_options == 1 { 1.0 } else { won / compared.sum::<f64>() }
    };
    let shares: Vec<f64> = (0..n_options).map(share).collect();
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum).collect()
}

/// How many options are reached from the first one, itself among them.
fn n_reached(n_options: usize, goes: &dyn Fn(usize, usize) -> bool) -> usize {
    let mut is_reached = vec![false; n_options];
    let mut open: Vec<usize> = (0..n_options.min(1)).collect();
    while let Some(from) = open.pop() {
        if !std::mem::replace(&mut is_reached[from], true) {
            open.extend((0..n_options).filter(|to| !is_reached[*to] && goes(from, *to)));
        }
    }
    is_reached.into_iter().filter(|is_reached| *is_reached).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn preferences(rows: &[(usize, usize, f64)]) -> Vec<Preference> {
        let of = |(winner, loser, weight): &(usize, usize, f64)| Preference {
            winner: *winner,
            loser: *loser,
            weight: *weight,
        };
        rows.iter().map(of).collect()
    }

    #[test]
    fn two_options_are_as_strong_as_they_are_preferred() {
        for (rows, wanted) in [
            (&[(0, 1, 3.0), (1, 0, 1.0)][..], [0.75, 0.25]),
            // A tie counts as half a win each.
            (&[(0, 1, 1.0), (0, 1, 0.5), (1, 0, 0.5)], [0.75, 0.25]),
        ] {
            let got = BradleyTerry::default().strengths(2, &preferences(rows)).unwrap();
            let is_close = got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-12);
            assert!(is_close, "{rows:?}: {got:?}");
        }
        assert_eq!(BradleyTerry::default().strengths(1, &[]), Some(vec![1.0]));
    }

    #[test]
    fn who_never_lost_has_no_likeliest_strength_but_with_virtual_wins() {
        let cup = preferences(&[(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (2, 1, 1.0)]);
        assert_eq!(BradleyTerry::default().strengths(3, &cup), None);
        let drawn = BradleyTerry { virtual_wins: 0.5, ..BradleyTerry::default() };
        let got = drawn.strengths(3, &cup).unwrap();
        assert!(got[0] > got[1] && (got[1] - got[2]).abs() < 1e-9, "{got:?}");
        // Two groups that never met.
        let apart = preferences(&[(0, 1, 1.0), (1, 0, 1.0), (2, 3, 1.0), (3, 2, 1.0)]);
        assert_eq!(BradleyTerry::default().strengths(4, &apart), None);
    }

    #[test]
    fn what_is_no_comparison_has_no_strengths() {
        for (n, rows) in [
            (0, &[][..]),
            (2, &[(0, 0, 1.0)]),
            (2, &[(0, 2, 1.0)]),
            (2, &[(0, 1, -1.0), (1, 0, 1.0)]),
            (2, &[(0, 1, f64::NAN), (1, 0, 1.0)]),
        ] {
            let got = BradleyTerry::default().strengths(n, &preferences(rows));
            assert_eq!(got, None, "{n} options, {rows:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn everybody_wins_as_often_as_the_strengths_say(
            won in prop::collection::vec(1u8..20, 12),
        ) {
            let pairs = (0..4).flat_map(|a| (0..4).filter(move |b| a != *b).map(move |b| (a, b)));
            let rows: Vec<(usize, usize, f64)> =
                pairs.zip(&won).map(|((a, b), won)| (a, b, f64::from(*won))).collect();
            let p = BradleyTerry::default().strengths(4, &preferences(&rows)).unwrap();
            prop_assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for option in 0..4 {
                let of = |it: &&(usize, usize, f64)| it.0 == option || it.1 == option;
                let n_won: f64 = rows.iter().filter(|it| it.0 == option).map(|it| it.2).sum();
                let expected: f64 = rows
                    .iter()
                    .filter(of)
                    .map(|(a, b, n)| n * p[option] / (p[*a] + p[*b]))
                    .sum();
                prop_assert!((n_won - expected).abs() < 1e-8, "{} is not {}", n_won, expected);
            }
        }
    }
}
