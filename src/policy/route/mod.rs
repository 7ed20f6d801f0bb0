//! One member for each item, by what is known of the item before anybody is asked.

mod kinds;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use kinds::{
    Category, Knn, Latency, Length, Logistic, MatrixFactorisation, Priority, ReadAtMost,
};

use crate::data::Item;
use crate::kernel::{PolicyId, Probability, Usd, kinds};
use crate::policy::conduct::Conduct;

/// Members, and by what an item is given to one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Models or policies in the order in which they are listed.
    pub among: Vec<PolicyId>,
    /// What decides.
    pub by: By,
    /// What is made of what is expected of them.
    pub trade: Trade,
    /// How models are asked.
    pub conduct: Conduct,
}

kinds! {
    /// What a router looks at: `category`, or `{ length: { share: 0.3 } }`.
    By, "what to route by, such as `category` or `{ length: { share: 0.3 } }`":
    "category" => Category: "The member that did best on other items of the item's category.",
    "length" => Length: "Short questions to the first member, long ones to the second.",
    "knn" => Knn: "The member that did best on the questions that are most like this one.",
    "logistic" => Logistic: "The member that is most likely right, by the words of the question.",
    "matrix-factorisation" => MatrixFactorisation:
        "The member that is most likely right, by what words and members have in common.",
    "latency" => Latency: "Whoever was fastest of late.",
    "priority" => Priority: "The first listed whose breaker is closed.",
}

/// What is made of what is expected of members.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Trade {
    /// The highest expectation; of equals whoever costs least, and of these the name that sorts
    /// first.
    #[default]
    Best,
    /// The highest expectation less the price, where a right answer is worth so many dollars. Whose
    /// price is unknown is chosen only where that is so of all.
    Worth(f64),
    /// The second of two members on this share of the items: those on which most more is expected
    /// of it than of the first.
    Share(Probability),
}

/// What is expected of members on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospects {
    /// How right each will be, from 0 to 1.
    pub right: Vec<f64>,
    /// What each costs, in dollars; `None` where that is unknown.
    pub cost: Arc<Vec<Option<f64>>>,
}

/// How the members did on an item that was looked at.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The item.
    pub item: &'a Item,
    /// Each member's score; `None` where it was not served.
    pub scores: Vec<Option<f64>>,
    /// What each member cost; `None` where that is unknown.
    pub costs: Vec<Option<Usd>>,
}

/// What is expected by category, and of everything else.
#[derive(Debug, Clone, PartialEq)]
pub struct Categories {
    /// Categories that were seen.
    pub of: BTreeMap<String, Prospects>,
    /// Everything else.
    pub otherwise: Prospects,
}

impl Route {
    /// By that alone: whoever is expected to do best, asked as outer policies say.
    pub fn new(among: Vec<PolicyId>, by: By) -> Self {
        Self { among, by, trade: Trade::Best, conduct: Conduct::default() }
    }

    /// Whether it looks at the right answers to other items.
    pub fn reads_targets(&self) -> bool {
        match self.by {
            By::Category(_) | By::Knn(_) | By::Logistic(_) | By::MatrixFactorisation(_) => true,
            By::Length(_) | By::Latency(_) | By::Priority(_) => false,
        }
    }

    /// The position of the member of which `prospects` are best. `cut` is how much more has to be
    /// expected of the second, where shares decide.
    pub fn choose(&self, prospects: &Prospects, cut: f64) -> usize {
        let Prospects { right, cost } = prospects;
        let value = match self.trade {
            Trade::Share(_) => return usize::from(prospects.gap() > cut),
            Trade::Best => right.clone(),
            Trade::Worth(worth) if cost.iter().any(Option::is_some) => {
                let less = |(right, cost): (&f64, &Option<f64>)| {
                    cost.map_or(f64::NEG_INFINITY, |cost| right - cost / worth)
                };
                right.iter().zip(cost.iter()).map(less).collect()
            }
            Trade::Worth(_) => right.clone(),
        };
        let order = |a: &usize, b: &usize| {
            let price = |at: usize| cost[at].unwrap_or(f64::INFINITY);
            let by_price = price(*a).total_cmp(&price(*b));
            value[*b].total_cmp(&value[*a]).then(by_price).then(self.among[*a].cmp(&self.among[*b]))
        };
        (0..value.len()).min_by(order).unwrap_or(0)
    }
}

impl Prospects {
    /// How much more is expected of the second member than of the first; 0 where there is none.
    pub fn gap(&self) -> f64 {
        match self.right[..] {
            [first, second, ..] => second - first,
            _ => 0.0,
        }
    }

    /// By what was seen, each member by itself.
    fn of(seen: &[&Seen<'_>], n_members: usize) -> Self {
        let of_member = |member: usize| {
            let served = || seen.iter().filter(move |one| one.scores[member].is_some());
            let mut scores: Vec<f64> = served().filter_map(|one| one.scores[member]).collect();
            // Scores are summed from the smallest, so that the order of items changes nothing.
            scores.sort_by(f64::total_cmp);
            let shrunk = (scores.iter().sum::<f64>() + 1.0) / (scores.len() as f64 + 2.0);
            let cost: Option<Usd> = served().map(|one| one.costs[member]).sum();
            let mean = |sum: Usd| sum.dollars() / scores.len() as f64;
            (shrunk, cost.filter(|_| !scores.is_empty()).map(mean))
        };
        let (right, cost): (Vec<f64>, Vec<Option<f64>>) = (0..n_members).map(of_member).unzip();
        Self { right, cost: Arc::new(cost) }
    }
}

impl Categories {
    /// Looks at other items; the order in which they come changes nothing.
    pub fn of(seen: &[Seen<'_>], n_members: usize) -> Self {
        let mut by_category: BTreeMap<&str, Vec<&Seen<'_>>> = BTreeMap::new();
        for one in seen {
            if let Some(category) = &one.item.category {
                by_category.entry(category).or_default().push(one);
            }
        }
        let of = |seen: &[&Seen<'_>]| Prospects::of(seen, n_members);
        Self {
            of: by_category.iter().map(|(name, seen)| ((*name).to_owned(), of(seen))).collect(),
            otherwise: of(&seen.iter().collect::<Vec<_>>()),
        }
    }

    /// What is expected on an item.
    pub fn on(&self, item: &Item) -> &Prospects {
        let known = item.category.as_deref().and_then(|category| self.of.get(category));
        known.unwrap_or(&self.otherwise)
    }
}

impl Length {
    /// Longer than so many characters is long, where other items are as long as `lengths`.
    pub fn above_which(&self, mut lengths: Vec<usize>) -> usize {
        if let Some(above) = self.above {
            return above as usize;
        }
        let share = self.share.map_or(0.5, |share| share.value());
        lengths.sort_unstable();
        let n_short = ((1.0 - share) * lengths.len() as f64).round() as usize;
        n_short.checked_sub(1).map_or(0, |last| lengths[last])
    }
}

/// How many characters a question has; 0 without one.
pub fn length(item: &Item) -> usize {
    item.input.as_deref().map_or(0, |input| input.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(category: Option<&str>, n_characters: usize) -> Item {
        Item {
            input: Some("ä".repeat(n_characters)),
            category: category.map(str::to_owned),
            ..Item::new("i")
        }
    }

    fn route(trade: Trade) -> Route {
        let by = By::Category(Category {});
        Route { trade, ..Route::new(vec!["big".into(), "small".into()], by) }
    }

    #[test]
    fn each_category_goes_to_whom_it_suits_and_the_unknown_to_the_best_overall() {
        let rows = [("law", 1.0, 0.0), ("law", 1.0, 0.0), ("maths", 0.0, 1.0), ("maths", 1.0, 1.0)];
        let items: Vec<Item> = rows.iter().map(|row| item(Some(row.0), 1)).collect();
        let seen = |(row, item): (&(&str, f64, f64), _)| Seen {
            item,
            scores: vec![Some(row.1), Some(row.2)],
            costs: vec![Some(Usd::from_picos(9)), Some(Usd::from_picos(1))],
        };
        let mut seen: Vec<Seen<'_>> = rows.iter().zip(&items).map(seen).collect();
        let categories = Categories::of(&seen, 2);
        for (category, chosen) in
            [(Some("law"), 0), (Some("maths"), 1), (Some("art"), 0), (None, 0)]
        {
            let prospects = categories.on(&item(category, 1));
            assert_eq!(route(Trade::Best).choose(prospects, 0.0), chosen, "{category:?}");
        }
        seen.reverse();
        assert_eq!(Categories::of(&seen, 2), categories);
    }

    #[test]
    fn of_equals_the_cheapest_and_a_lucky_item_is_not_enough() {
        let of = item(None, 1);
        let seen = |scores: [Option<f64>; 2], costs: [i64; 2]| Seen {
            item: &of,
            scores: scores.to_vec(),
            costs: costs.iter().map(|picos| Some(Usd::from_picos(*picos))).collect(),
        };
        let one_lucky = [seen([Some(1.0), Some(1.0)], [9, 1]), seen([Some(1.0), None], [9, 1])];
        for (name, seen, chosen) in [
            ("cheaper", &[seen([Some(1.0), Some(1.0)], [9, 1])][..], 1),
            ("name", &[seen([Some(1.0), Some(1.0)], [1, 1])], 0),
            ("2 of 2 outdo 1 of 1", &one_lucky, 0),
            ("nothing was seen", &[], 0),
        ] {
            let categories = Categories::of(seen, 2);
            assert_eq!(route(Trade::Best).choose(categories.on(&of), 0.0), chosen, "{name}");
        }
    }

    #[test]
    fn long_is_what_the_scenario_says_or_the_longest_share_of_other_items() {
        let share = |value| Probability::try_from(value).ok();
        for (by, n_long) in [
            (Length { above: Some(70), share: None }, 3),
            (Length { above: None, share: share(0.2) }, 2),
            (Length::default(), 5),
            (Length { above: None, share: share(0.0) }, 0),
            (Length { above: None, share: share(1.0) }, 10),
        ] {
            let lengths: Vec<usize> = (1..=10).map(|n| length(&item(None, n * 10))).collect();
            let above = by.above_which(lengths.clone());
            assert_eq!(lengths.iter().filter(|it| **it > above).count(), n_long, "{by:?}");
        }
    }

    #[test]
    fn a_better_answer_is_worth_its_price_or_not() {
        let share = Probability::try_from(0.5).map(Trade::Share).expect("a share");
        let prospects = |right: [f64; 2], cost: [Option<f64>; 2]| Prospects {
            right: right.to_vec(),
            cost: Arc::new(cost.to_vec()),
        };
        let known = prospects([0.9, 0.8], [Some(0.02), Some(0.001)]);
        let unknown = prospects([0.9, 0.8], [None, None]);
        let half_known = prospects([0.9, 0.1], [None, Some(0.001)]);
        for (name, trade, prospects, cut, chosen) in [
            ("the best", Trade::Best, &known, 0.0, 0),
            ("ten points for 1.9 cents", Trade::Worth(0.2), &known, 0.0, 0),
            ("and not for ten cents", Trade::Worth(0.1), &known, 0.0, 1),
            ("no price is known", Trade::Worth(0.1), &unknown, 0.0, 0),
            ("one price is known", Trade::Worth(0.1), &half_known, 0.0, 1),
            ("more is expected than the cut", share, &known, -0.2, 1),
            ("less is expected than the cut", share, &known, 0.0, 0),
        ] {
            assert_eq!(route(trade).choose(prospects, cut), chosen, "{name}");
        }
    }
}
