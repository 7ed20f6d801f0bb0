//! Whoever is right, known before anybody is asked: a ceiling that no real policy reaches.

use crate::data::{Outcome, Reason};
use crate::kernel::{PolicyId, Usd};

/// The position of the best of `outcomes`: the highest score; of these whoever answered at all, and
/// then the cheapest, where an unknown cost comes last; of equals the one whose name sorts first.
/// Who was not served comes behind everybody who was. `None` where nobody was asked.
pub fn choose(names: &[PolicyId], outcomes: &[&Outcome]) -> Option<usize> {
    debug_assert_eq!(names.len(), outcomes.len());
    let rank = |idx: &usize| {
        let outcome = outcomes[*idx];
        let cost = outcome.cost.unwrap_or(Usd::ZERO);
        let is_silent = outcome.verdict.score().is_none();
        (is_silent, outcome.cost.is_none(), cost, &names[*idx])
    };
    let score = |idx: &usize| outcomes[*idx].verdict.judged().unwrap_or(-1.0);
    let asked = (0..outcomes.len()).filter(|idx| outcomes[*idx].n_calls > 0);
    asked.min_by(|a, b| score(b).total_cmp(&score(a)).then_with(|| rank(a).cmp(&rank(b))))
}

/// What a user got from the member that was chosen, by whatever chose it.
pub fn chosen(outcome: &Outcome) -> Outcome {
    let reason = match outcome.rung {
        Some(_) => Reason::Chosen,
        None => outcome.reason,
    };
    Outcome { reason, ..outcome.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{letter, outcome};

    #[test]
    fn the_right_one_is_chosen_and_of_several_the_cheapest() {
        for (name, rows, chosen) in [
            ("right", &[('B', 1), ('A', 9)][..], Some('A')),
            ("cheapest of the right", &[('A', 9), ('A', 1), ('B', 0)], Some('A')),
            ("nobody is right", &[('C', 9), ('B', 1)], Some('B')),
            ("a wrong answer is one", &[('?', 1), ('B', 9)], Some('B')),
            ("unparsed is served", &[('t', 1), ('?', 9)], Some('?')),
            ("failed", &[('t', 1), ('-', 9)], Some('t')),
            ("not run", &[('-', 1)], None),
            ("nobody", &[], None),
        ] {
            let name_of = |idx: usize| PolicyId::from(format!("m{idx}"));
            let names: Vec<PolicyId> = (0..rows.len()).map(name_of).collect();
            let cost = |picos| Some(Usd::from_picos(picos));
            let outcomes: Vec<Outcome> = std::iter::zip(rows, &names)
                .map(|((letter, picos), name)| Outcome {
                    cost: cost(*picos),
                    ..outcome(*letter, name)
                })
                .collect();
            let outcomes: Vec<&Outcome> = outcomes.iter().collect();
            let got = choose(&names, &outcomes);
            assert_eq!(got.map(|idx| letter(outcomes[idx])), chosen, "{name}");
            if name == "cheapest of the right" {
                assert_eq!(got, Some(1));
            }
        }
    }
}
