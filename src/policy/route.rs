//! One member for each item, by what is known of the item before anybody is asked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::data::Item;
use crate::kernel::{PolicyId, Probability, Usd, kinds};

/// Members, and by what an item is given to one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Models or policies in the order in which they are listed.
    pub among: Vec<PolicyId>,
    /// What decides.
    pub by: By,
}

kinds! {
    /// What a router looks at: `category`, or `{ length: { share: 0.3 } }`.
    By, "what to route by, such as `category` or `{ length: { share: 0.3 } }`":
    "category" => Category: "The member that did best on other items of the item's category.",
    "length" => Length: "Short questions to the first member, long ones to the second.",
}

/// The member that did best on other items of the item's category.
///
/// Best is the highest (a + 1) / (n + 2), where a is the sum of the scores and n the number of
/// items served, so that one lucky item decides nothing (Laplace's rule of succession); of equals
/// the one that costs least on average, and of these the one whose name sorts first. A category
/// that no other item has, and items without one, go to the member that did best on all other
/// items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {}

/// Short questions to the first member, long ones to the second, by characters of `input`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Length {
    /// Longer than so many characters is long. Left out: what makes `share` of the other items
    /// long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<u32>,
    /// The share of items that are long; 0.5 unless the scenario says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Probability>,
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

/// A router that has looked at other items. It gives positions of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Router {
    /// By category, and whom everything else goes to.
    Categories {
        /// Categories that were seen.
        of: BTreeMap<String, usize>,
        /// Everything else.
        otherwise: usize,
    },
    /// The second member above so many characters, else the first.
    Above(usize),
}

impl Route {
    /// Whether it looks at the right answers to other items.
    pub fn reads_targets(&self) -> bool {
        matches!(self.by, By::Category(_))
    }

    /// Looks at other items; the order in which they come changes nothing.
    pub fn fit(&self, seen: &[Seen<'_>]) -> Router {
        match &self.by {
            By::Category(_) => {
                let mut of: BTreeMap<&str, Vec<&Seen<'_>>> = BTreeMap::new();
                for one in seen {
                    if let Some(category) = &one.item.category {
                        of.entry(category).or_default().push(one);
                    }
                }
                let best = |seen: &[&Seen<'_>]| best(&self.among, seen);
                Router::Categories {
                    of: of.iter().map(|(name, seen)| ((*name).to_owned(), best(seen))).collect(),
                    otherwise: best(&seen.iter().collect::<Vec<_>>()),
                }
            }
            By::Length(Length { above: Some(above), .. }) => Router::Above(*above as usize),
            By::Length(Length { share, .. }) => {
                let share = share.map_or(0.5, |share| share.value());
                let mut lengths: Vec<usize> = seen.iter().map(|one| length(one.item)).collect();
                lengths.sort_unstable();
                let n_short = ((1.0 - share) * lengths.len() as f64).round() as usize;
                Router::Above(n_short.checked_sub(1).map_or(0, |last| lengths[last]))
            }
        }
    }
}

impl Router {
    /// The position of the member that the item is given to.
    pub fn choose(&self, item: &Item) -> usize {
        match self {
            Self::Categories { of, otherwise } => {
                let known = item.category.as_deref().and_then(|category| of.get(category));
                *known.unwrap_or(otherwise)
            }
            Self::Above(characters) => usize::from(length(item) > *characters),
        }
    }
}

fn length(item: &Item) -> usize {
    item.input.as_deref().map_or(0, |input| input.chars().count())
}

fn best(names: &[PolicyId], seen: &[&Seen<'_>]) -> usize {
    let standing = |member: usize| {
        let scores: Vec<f64> = seen.iter().filter_map(|one| one.scores[member]).collect();
        // Scores are summed from the smallest, so that the order of items changes nothing.
        let mut sorted = scores.clone();
        sorted.sort_by(f64::total_cmp);
        let shrunk = (sorted.iter().sum::<f64>() + 1.0) / (scores.len() as f64 + 2.0);
        let served = seen.iter().filter(|one| one.scores[member].is_some());
        let cost: Option<Usd> = served.map(|one| one.costs[member]).sum();
        let mean = |sum: Usd| Usd::from_picos(sum.picos() / scores.len().max(1) as i64);
        (shrunk, cost.map(mean))
    };
    let standings: Vec<(f64, Option<Usd>)> = (0..names.len()).map(standing).collect();
    let order = |a: &usize, b: &usize| {
        let ((of_a, cost_a), (of_b, cost_b)) = (standings[*a], standings[*b]);
        let cheaper =
            (cost_a.is_none(), cost_a, &names[*a]).cmp(&(cost_b.is_none(), cost_b, &names[*b]));
        of_b.total_cmp(&of_a).then(cheaper)
    };
    (0..names.len()).min_by(order).unwrap_or(0)
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

    fn route(by: By) -> Route {
        Route { among: vec!["big".into(), "small".into()], by }
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
        let router = route(By::Category(Category {})).fit(&seen);
        for (category, chosen) in
            [(Some("law"), 0), (Some("maths"), 1), (Some("art"), 0), (None, 0)]
        {
            assert_eq!(router.choose(&item(category, 1)), chosen, "{category:?}");
        }
        seen.reverse();
        assert_eq!(route(By::Category(Category {})).fit(&seen), router);
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
            let router = route(By::Category(Category {})).fit(seen);
            assert_eq!(router.choose(&of), chosen, "{name}");
        }
    }

    #[test]
    fn long_is_what_the_scenario_says_or_the_longest_share_of_other_items() {
        let items: Vec<Item> = (1..=10).map(|n| item(None, n * 10)).collect();
        let seen: Vec<Seen<'_>> =
            items.iter().map(|item| Seen { item, scores: vec![], costs: vec![] }).collect();
        let share = |value| Probability::try_from(value).ok();
        for (by, n_long) in [
            (Length { above: Some(70), share: None }, 3),
            (Length { above: None, share: share(0.2) }, 2),
            (Length::default(), 5),
            (Length { above: None, share: share(0.0) }, 0),
            (Length { above: None, share: share(1.0) }, 10),
        ] {
            let router = route(By::Length(by)).fit(&seen);
            let n = items.iter().filter(|item| router.choose(item) == 1).count();
            assert_eq!(n, n_long, "{by:?}");
        }
    }
}
