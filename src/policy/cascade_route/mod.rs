//! Whom to ask next, or whether to stop, settled anew after each answer.

mod foresight;

pub use foresight::{Foresight, Looked};

use crate::data::{Outcome, Reason, Verdict};
use crate::kernel::PolicyId;
use crate::policy::conduct::Conduct;
use crate::policy::route::{By, Route};
use crate::policy::spent::Spent;

/// Members of which some are asked, one after another, as long as it is worth it.
///
/// Before each step every set of members that holds those asked so far is weighed: how right its
/// best answer is expected to be once all of it has answered, less its price. Where the best set
/// is that of those asked, the best of their answers is taken; else the cheapest further member of
/// it is asked, and all is weighed again with what that one answered. As long as nobody has
/// answered it goes on, so whoever fails is made up for.
///
/// Source: J. Dekoninck, M. Baader and M. Vechev, A Unified Approach to Routing and Cascading for
/// LLMs, arXiv 2410.10347 (2024), section 5.
#[derive(Debug, Clone, PartialEq)]
pub struct CascadeRoute {
    /// Models or policies, in order of name: in which they are listed changes nothing.
    pub among: Vec<PolicyId>,
    /// What is looked at before anybody has answered.
    pub by: By,
    /// What a right answer is worth.
    pub worth: Worth,
    /// How models are asked.
    pub conduct: Conduct,
}

/// What a right answer is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worth {
    /// So many dollars.
    Dollars(f64),
    /// So many calls, for where there are no prices.
    Calls(f64),
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// This member is asked.
    Ask(usize),
    /// This member's answer is taken, which is expected to be right so often, from 0 to 1; `None`
    /// where nothing was learned.
    Take(usize, Option<f64>),
    /// Everybody was asked, and nobody has answered.
    Nothing,
}

/// What was learned from other items, and how right each member is expected to be on this one.
pub type Known<'a> = Option<(&'a Foresight, &'a [f64])>;

impl CascadeRoute {
    /// More members have more sets than are weighed for every question.
    pub const MOST: usize = 6;

    /// Members in whatever order they are listed, asked as outer policies say.
    pub fn new(mut among: Vec<PolicyId>, by: By, worth: Worth) -> Self {
        among.sort();
        Self { among, by, worth, conduct: Conduct::default() }
    }

    /// The router that says what is expected before anybody has answered.
    pub fn router(&self) -> Route {
        Route::new(self.among.clone(), self.by.clone())
    }

    /// What is done next, where `asked` has what those came to who were asked. Where nothing was
    /// learned, members are asked in turn until one has answered.
    pub fn next(&self, known: Known<'_>, asked: &[Option<&Outcome>]) -> Step {
        if let Some((foresight, expected)) = known {
            return foresight.next(expected, asked);
        }
        let has_answered = |it: &Option<&Outcome>| it.is_some_and(is_answer);
        match (asked.iter().position(has_answered), asked.iter().position(Option::is_none)) {
            (Some(answered), _) => Step::Take(answered, None),
            (None, Some(next)) => Step::Ask(next),
            (None, None) => Step::Nothing,
        }
    }

    /// What the user got, where `outcomes` has one entry for each member; those who are not asked
    /// are not looked at, and cost nothing.
    pub fn decide(&self, known: Known<'_>, outcomes: &[&Outcome]) -> Outcome {
        debug_assert_eq!(outcomes.len(), self.among.len());
        let mut asked: Vec<Option<&Outcome>> = vec![None; outcomes.len()];
        let mut order: Vec<&Outcome> = Vec::new();
        loop {
            match self.next(known, &asked) {
                Step::Ask(member) => {
                    asked[member] = Some(outcomes[member]);
                    order.push(outcomes[member]);
                }
                step => return self.end(step, &asked, &order),
            }
        }
    }

    /// What came of it, where nobody is asked any more; `order` is that in which members were.
    pub(super) fn end(
        &self,
        step: Step,
        asked: &[Option<&Outcome>],
        order: &[&Outcome],
    ) -> Outcome {
        let taken = match step {
            Step::Take(member, sure) => asked[member].map(|outcome| (member, outcome, sure)),
            Step::Ask(_) | Step::Nothing => None,
        };
        let Some(last) = order.last() else { return Outcome::NOT_RUN };
        let Spent { n_calls, n_unsent, cost, latency } = Spent::in_turn(order);
        let spent = |it: &Outcome| Outcome {
            n_calls,
            n_unsent,
            cost,
            latency,
            n_stages: order.len() as u32,
            ..it.clone()
        };
        match taken {
            Some((member, outcome, sure)) => Outcome {
                rung: Some(self.among[member].clone()),
                confidence: sure.or(outcome.confidence),
                reason: Reason::Chosen,
                ..spent(outcome)
            },
            None => Outcome { rung: None, reason: Reason::NoAnswer, ..spent(last) },
        }
    }
}

fn is_answer(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Answered { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Micros, Usd};
    use crate::policy::route::Category;
    use crate::policy::testing::{letter, outcome};

    fn trio(worth: f64) -> CascadeRoute {
        let among = ["strong", "cheap-1", "cheap-2"].map(PolicyId::from).to_vec();
        CascadeRoute::new(among, By::Category(Category {}), Worth::Calls(worth))
    }

    /// What each of `cheap-1`, `cheap-2` and `strong` says on some items, on which each of the
    /// cheap ones is right on half, and on four of five where they agree; the strong one on nine of
    /// ten.
    fn foresight(policy: &CascadeRoute, prices: &[f64]) -> Foresight {
        let mut said: Vec<&str> = Vec::new();
        said.extend(["AAA"; 4].iter().chain(&["BBA"]));
        said.extend(["ABA", "BAA", "BCA", "CBA", "BCC"]);
        let outcomes = |says: &str| -> Vec<Outcome> {
            says.chars().zip(&policy.among).map(|(it, name)| outcome(it, name)).collect()
        };
        let rows: Vec<Vec<Outcome>> =
            said.iter().cycle().take(500).map(|it| outcomes(it)).collect();
        let looked: Vec<Looked<'_>> = rows
            .iter()
            .map(|row| Looked { expected: vec![0.5, 0.5, 0.9], outcomes: row.iter().collect() })
            .collect();
        Foresight::fit(&looked, prices.to_vec())
    }

    #[test]
    fn it_stops_where_the_cheap_ones_agree_and_asks_the_strong_one_where_they_do_not() {
        let policy = trio(20.0);
        assert_eq!(policy.among, ["cheap-1", "cheap-2", "strong"].map(PolicyId::from));
        for (name, says, prices, taken, n_calls) in [
            ("they agree", "AAA", [0.01, 0.01, 0.45], ('A', "cheap-1"), 2),
            ("they don't", "BCA", [0.01, 0.01, 0.45], ('A', "strong"), 3),
            ("the strong one is cheap", "AAA", [0.1, 0.1, 0.01], ('A', "strong"), 1),
            ("nothing is worth a second call", "BCA", [0.4, 0.5, 0.9], ('B', "cheap-1"), 1),
            ("whoever fails is made up for", "tBA", [0.4, 0.5, 0.9], ('B', "cheap-2"), 2),
            ("a failure is no disagreement", "tBA", [0.01, 0.01, 0.47], ('B', "cheap-2"), 2),
            ("what cannot be read is one", "?BA", [0.01, 0.01, 0.47], ('A', "strong"), 3),
            ("nobody answers", "t?!", [0.4, 0.5, 0.9], ('!', ""), 3),
            ("a price that nobody knows", "AAA", [0.4, 0.5, f64::INFINITY], ('A', "cheap-1"), 1),
        ] {
            let foresight = foresight(&policy, &prices);
            let outcomes: Vec<Outcome> =
                says.chars().zip(&policy.among).map(|(it, name)| outcome(it, name)).collect();
            let outcomes: Vec<&Outcome> = outcomes.iter().collect();
            let got = policy.decide(Some((&foresight, &[0.5, 0.5, 0.9])), &outcomes);
            let rung = got.rung.as_ref().map_or("", |it| it.as_str());
            assert_eq!(((letter(&got), rung), got.n_calls), (taken, n_calls), "{name}");
            assert_eq!(got.n_stages, n_calls, "{name}");
            assert_eq!(got.cost, Some(Usd::from_picos(10 * i64::from(n_calls))), "{name}");
            assert_eq!(got.latency, Some(Micros(100 * u64::from(n_calls))), "{name}");
        }
    }

    #[test]
    fn of_whom_nothing_is_known_each_is_asked_in_turn() {
        for (says, taken, n_calls) in [("ABC", 'A', 1), ("tBC", 'B', 2), ("t?r", 'r', 3)] {
            let policy = trio(20.0);
            let outcomes: Vec<Outcome> =
                says.chars().zip(&policy.among).map(|(it, name)| outcome(it, name)).collect();
            let got = policy.decide(None, &outcomes.iter().collect::<Vec<_>>());
            assert_eq!((letter(&got), got.n_calls), (taken, n_calls), "{says}");
        }
    }
}
