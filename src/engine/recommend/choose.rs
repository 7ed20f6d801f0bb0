//! Which of many is taken, by what they came to on the items that they were tried on.

use std::cmp::Ordering;

use super::search::Found;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Goal {
    /// An item may cost so much, in the pool's unit.
    pub(super) cost_at_most: Option<f64>,
    /// How much less accurate than the baseline it may be. Where it is given, the cheapest is
    /// taken that keeps to it; else the most accurate.
    pub(super) loss: Option<Loss>,
}

/// How much less accurate than the baseline something may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Loss {
    pub(super) at_most: f64,
    /// So many standard errors away from the limit it has to stay, on the items that it is chosen
    /// on.
    pub(super) margin: f64,
}

/// Among whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// Models by themselves.
    Singles,
    /// Everything else.
    Combinations,
    /// Both.
    All,
}

/// The margin that makes it 95 % sure, on one side, that a loss is kept to.
pub(super) const SURE: f64 = 1.644_853_626_951_472_6;

/// A cost may exceed its limit by this share, which is rounding.
const ROUNDING: f64 = 1e-9;

/// The best by `goal` of those that `keeps` lets pass; `None` where there is none.
///
/// The most accurate: of equals the cheapest. The cheapest: of equals the most accurate. Of those
/// that are equal in both, the one that was found first. `keeps` is asked from the best on, because
/// it may be dear to tell.
pub(super) fn choose(
    found: &[Found],
    goal: Goal,
    among: Among,
    keeps: impl Fn(&Found) -> bool,
) -> Option<&Found> {
    let is_cheap =
        |it: &Found| goal.cost_at_most.is_none_or(|most| it.cost <= most * (1.0 + ROUNDING));
    let is_among = |it: &Found| match among {
        Among::Singles => it.shape.is_single(),
        Among::Combinations => !it.shape.is_single(),
        Among::All => true,
    };
    let keeps_loss =
        |it: &Found| goal.loss.is_none_or(|loss| it.gain - loss.margin * it.error >= -loss.at_most);
    let mut known: Vec<&Found> =
        found.iter().filter(|it| is_cheap(it) && is_among(it) && keeps_loss(it)).collect();
    let by_score = |a: &Found, b: &Found| b.score.total_cmp(&a.score);
    let by_cost = |a: &Found, b: &Found| cost_order(a.cost, b.cost);
    let order = |a: &&Found, b: &&Found| match goal.loss {
        None => by_score(a, b).then(by_cost(a, b)),
        Some(_) => by_cost(a, b).then(by_score(a, b)),
    };
    // Mostly the first one keeps, and then the others need not be sorted.
    let first = known.iter().copied().min_by(order)?;
    if keeps(first) {
        return Some(first);
    }
    known.sort_by(order);
    known.into_iter().find(|it| keeps(it))
}

/// By cost in seven digits: sums in other orders differ by less.
fn cost_order(a: f64, b: f64) -> Ordering {
    (a as f32).total_cmp(&(b as f32))
}

/// What no other outdoes in score and cost, the cheapest first.
pub(super) fn frontier(found: &[Found]) -> Vec<&Found> {
    let mut known: Vec<&Found> = found.iter().collect();
    known.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.score.total_cmp(&a.score)));
    let mut best = f64::NEG_INFINITY;
    known.retain(|it| {
        let is_better = it.score > best;
        best = best.max(it.score);
        is_better
    });
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::recommend::shape::Shape;

    fn found(name: &str, score: f64, cost: f64, error: f64) -> Found {
        let shape = match name.len() {
            1 => Shape::Single(name.into()),
            _ => Shape::Vote(vec![name.into()]),
        };
        Found { shape, score, cost, gain: score - 0.8, error }
    }

    #[test]
    fn the_most_accurate_or_the_cheapest_that_surely_loses_little() {
        let all = [
            found("a", 0.80, 9.0, 0.0),
            found("b", 0.79, 1.0, 0.02),
            found("abc", 0.82, 12.0, 0.005),
            found("abd", 0.82, 11.0, 0.005),
            found("bcd", 0.798, 4.0, 0.004),
        ];
        let goal = |cost_at_most, at_most: Option<f64>| Goal {
            cost_at_most,
            loss: at_most.map(|at_most| Loss { at_most, margin: SURE }),
        };
        for (name, goal, among, wanted) in [
            ("the most accurate", goal(None, None), Among::All, Some("vote(abd)")),
            ("alone", goal(None, None), Among::Singles, Some("a")),
            ("for little", goal(Some(5.0), None), Among::All, Some("vote(bcd)")),
            ("for less", goal(Some(0.5), None), Among::All, None),
            ("b may lose 4 points", goal(None, Some(0.03)), Among::All, Some("vote(bcd)")),
            ("b may lose 5 points", goal(None, Some(0.05)), Among::All, Some("b")),
            ("nothing may be lost", goal(None, Some(0.0)), Among::All, Some("a")),
            ("together", goal(None, Some(0.0)), Among::Combinations, Some("vote(abd)")),
        ] {
            let got = choose(&all, goal, among, |_| true).map(|it| it.shape.name());
            assert_eq!(got.as_ref().map(|it| it.as_str()), wanted, "{name}");
        }
        let slow = choose(&all, goal(None, None), Among::All, |it| it.cost < 11.0);
        assert_eq!(slow.map(|it| it.shape.name().as_str().to_owned()).as_deref(), Some("a"));
    }

    #[test]
    fn only_what_nothing_outdoes_is_on_the_frontier() {
        let all = [
            found("a", 0.5, 1.0, 0.0),
            found("b", 0.5, 2.0, 0.0),
            found("c", 0.7, 2.0, 0.0),
            found("d", 0.6, 3.0, 0.0),
        ];
        let names: Vec<String> =
            frontier(&all).iter().map(|it| it.shape.name().to_string()).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
