//! What answers say about who is right, and what further answers would say.

use super::{Step, is_answer};
use crate::data::{Outcome, Verdict};
use crate::stats::{Moments, Projection, expected_greatest};

/// How strongly what an answer says is held to 0, in rows.
const L2: f64 = 3.0;

/// Sets are compared in so many parts: sums in other orders differ by less.
const PARTS: f64 = 1e8;

/// What was learned from other items: by the set of those who were asked, how right everybody is.
///
/// Signs are, of each who was asked, whether it answered and how sure it was (0 where it did not
/// say), and of each two of them whether they gave the same answer. What is expected of a member
/// is what was expected before, and what least squares on these signs add to it; with nobody asked
/// it is what was expected before, but for its mean error. A call that failed is no wrong answer:
/// its item is left out for that member, and it is no sign either, as if it was not asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Foresight {
    /// What each costs, in right answers; infinite where that is unknown, and others are known.
    prices: Vec<f64>,
    /// By set, a bit for each member.
    by_set: Vec<Projection>,
}

/// An item that was looked at.
#[derive(Debug, Clone)]
pub struct Looked<'a> {
    /// How right each member was expected to be, by what others than this item said.
    pub expected: Vec<f64>,
    /// What each came to.
    pub outcomes: Vec<&'a Outcome>,
}

impl Foresight {
    /// Looks at other items, in their order. `prices` has what each member costs, as a share of
    /// what a right answer is worth.
    pub fn fit(looked: &[Looked<'_>], prices: Vec<f64>) -> Self {
        let n = prices.len();
        let mut moments = Moments::new(n_signs(n), n);
        for Looked { expected, outcomes } in looked {
            let asked: Vec<Option<&Outcome>> = outcomes.iter().map(|it| Some(*it)).collect();
            let right = outcomes.iter().map(|it| it.verdict.judged());
            let targets: Vec<Option<f64>> =
                right.zip(expected).map(|(right, expected)| Some(right? - expected)).collect();
            moments.add(&signs(&asked), &targets);
        }
        let by_set = (0..1 << n).map(|set| moments.on(&of_set(set, n), L2)).collect();
        Self { prices, by_set }
    }

    /// What is done next, where `expected` has what was expected of each before anybody answered.
    pub(super) fn next(&self, expected: &[f64], asked: &[Option<&Outcome>]) -> Step {
        let members = 0..self.prices.len();
        let has_answered = |member: &usize| asked[*member].is_some_and(is_answer);
        let is_left = |member: &usize| asked[*member].is_none();
        let has_failed =
            |member: &usize| asked[*member].is_some_and(|it| it.verdict.judged().is_none());
        let so_far = members.clone().filter(|it| !is_left(it)).fold(0, |set, it| set | 1 << it);
        let came_back = !members.clone().filter(has_failed).fold(0, |set, it| set | 1 << it);
        let signs = signs(asked);
        let now: Vec<f64> = members
            .clone()
            .map(|member| {
                expected[member] + self.by_set[so_far & came_back].expected(member, &signs)
            })
            .collect();
        let order = |a: &usize, b: &usize| now[*b].total_cmp(&now[*a]).then(a.cmp(b));
        let best = members.clone().filter(has_answered).min_by(order);
        let mut weighed: Option<(f64, f64, usize)> =
            best.map(|best| (parts(now[best]), 0.0, so_far));
        for set in (so_far + 1..self.by_set.len()).filter(|set| set & so_far == so_far) {
            let further = set & !so_far;
            let price: f64 =
                members.clone().filter(|it| further >> it & 1 == 1).map(|it| self.prices[it]).sum();
            if price.is_infinite() {
                continue;
            }
            let may_answer = |it: &usize| set >> it & 1 == 1 && (is_left(it) || has_answered(it));
            let sets = (so_far & came_back, set & came_back);
            let of = Normals::new(self, members.clone().filter(may_answer), &now, sets);
            let is_hopeless = |(value, ..): (f64, f64, usize)| parts(of.at_most() - price) < value;
            if weighed.is_some_and(is_hopeless) {
                continue;
            }
            let value = parts(of.greatest() - price);
            let is_better = |(most, least, _): (f64, f64, usize)| {
                value > most || (value == most && price < least)
            };
            if weighed.is_none_or(is_better) {
                weighed = Some((value, price, set));
            }
        }
        let wanted = weighed.map_or(0, |(.., set)| set & !so_far);
        let by_price = |a: &usize, b: &usize| self.prices[*a].total_cmp(&self.prices[*b]);
        let cheapest = |among: &dyn Fn(&usize) -> bool| {
            members.clone().filter(is_left).filter(|it| among(it)).min_by(by_price)
        };
        match (cheapest(&|it| wanted >> it & 1 == 1), best) {
            (Some(next), _) => Step::Ask(next),
            (None, Some(best)) => Step::Take(best, Some(now[best].clamp(0.0, 1.0))),
            // Nobody's price is known who is left.
            (None, None) => cheapest(&|_| true).map_or(Step::Nothing, Step::Ask),
        }
    }
}

/// How right members are expected to be once all of a set were asked, as normal numbers, those
/// that are likely best first.
struct Normals {
    means: Vec<f64>,
    /// Row by row.
    covariance: Vec<f64>,
}

impl Normals {
    /// Those of `members`, where what is expected of each is known by `now` from those asked so
    /// far, and varies by what all of the second set will say beyond that.
    ///
    /// There the source takes what would be known if everybody was asked; of fewer less will be
    /// known, which is what is taken here. Both are the same for the set of all.
    fn new(
        foresight: &Foresight,
        members: impl Iterator<Item = usize>,
        now: &[f64],
        (so_far, set): (usize, usize),
    ) -> Self {
        let n = foresight.prices.len();
        let [before, after] = [so_far, set].map(|it| &foresight.by_set[it].explained);
        let mut of: Vec<usize> = members.collect();
        of.sort_by(|a, b| now[*b].total_cmp(&now[*a]).then(a.cmp(b)));
        let means: Vec<f64> = of.iter().map(|member| now[*member]).collect();
        let mut covariance = Vec::with_capacity(of.len() * of.len());
        for a in &of {
            covariance.extend(of.iter().map(|b| after[a * n + b] - before[a * n + b]));
        }
        Self { means, covariance }
    }

    /// The mean of the greatest is at most that of the first and of what each other one gains
    /// where it is above the first: less than 0.4 standard deviations of their difference.
    fn at_most(&self) -> f64 {
        let n = self.means.len();
        let spread = |at: usize| {
            let [first, own, both] = [0, at * n + at, at].map(|place| self.covariance[place]);
            (first + own - 2.0 * both).max(0.0).sqrt()
        };
        let gains: f64 = (1..n).map(|at| 0.4 * spread(at)).sum();
        self.means.first().map_or(0.0, |first| (first + gains).min(1.0))
    }

    /// Nothing is more right than 1.
    fn greatest(&self) -> f64 {
        expected_greatest(&self.means, &self.covariance).unwrap_or(0.0).min(1.0)
    }
}

fn parts(value: f64) -> f64 {
    (value * PARTS).round() / PARTS
}

/// Of each member whether it answered and how sure it was, and of each two whether they agree.
fn n_signs(n: usize) -> usize {
    2 * n + n * n.saturating_sub(1) / 2
}

fn signs(asked: &[Option<&Outcome>]) -> Vec<f64> {
    let known: Vec<Option<&Outcome>> =
        asked.iter().map(|it| it.filter(|it| is_answer(it))).collect();
    let mut signs: Vec<f64> = known.iter().map(|it| f64::from(u8::from(it.is_some()))).collect();
    signs.extend(known.iter().map(|it| it.and_then(|it| it.confidence).unwrap_or(0.0)));
    for (at, one) in known.iter().enumerate() {
        for other in &known[at + 1..] {
            let agrees = one.zip(*other).is_some_and(|(a, b)| agree(a, b));
            signs.push(f64::from(u8::from(agrees)));
        }
    }
    signs
}

/// The signs that there are of the members of a set.
fn of_set(set: usize, n: usize) -> Vec<usize> {
    let is_in = |member: usize| set >> member & 1 == 1;
    let members = (0..n).filter(|it| is_in(*it));
    let mut signs: Vec<usize> = members.flat_map(|it| [it, n + it]).collect();
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    signs.extend(
        pairs.enumerate().filter(|(_, (a, b))| is_in(*a) && is_in(*b)).map(|it| 2 * n + it.0),
    );
    signs
}

/// Whether two answers are the same; of two of which only verdicts were recorded nobody knows.
fn agree(a: &Outcome, b: &Outcome) -> bool {
    match (a.verdict, b.verdict) {
        (Verdict::Answered { answer: Some(a), .. }, Verdict::Answered { answer: Some(b), .. }) => {
            a == b
        }
        _ => a.composed.is_some() && a.composed == b.composed,
    }
}
