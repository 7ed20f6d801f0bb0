//! Whom each router sends each item to; what it learned, it learned from other folds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::run::{Folds, Run, at};
use crate::data::ItemIdx;
use crate::kernel::{Key, PolicyId, Usd};
use crate::policy::Policy;
use crate::policy::route::{By, Categories, Prospects, ReadAtMost, Route, Seen, Trade, length};
use crate::stats::words::{Factored, Factors, Logistic, Near, Sparse, first, logistic};

impl Run<'_> {
    /// The member that each item of `fold` goes to, for a router that has looked at the folds in
    /// `fit`.
    pub(super) fn routed(&self, route: &Route, fit: Folds, fold: usize) -> Vec<usize> {
        let items = &self.field.folds[fold];
        match &route.by {
            By::Length(by) => {
                let above = by.above_which(self.lengths(fit));
                let is_long = |item: &ItemIdx| length(self.field.matrix.item(*item)) > above;
                items.iter().map(|item| usize::from(is_long(item))).collect()
            }
            By::Priority(_) => vec![0; items.len()],
            By::Latency(_) => vec![self.fastest(&route.among, fit); items.len()],
            By::Category(_) | By::Knn(_) | By::Logistic(_) | By::MatrixFactorisation(_) => {
                let cut = self.cut(route, fit);
                let prospects = self.prospects(route, fit, fold);
                prospects.iter().map(|of_item| route.choose(of_item, cut)).collect()
            }
        }
    }

    /// How much each item of `fold` asks for the second of two members rather than the first;
    /// `None` for a router that doesn't weigh one against the other.
    pub(super) fn leanings(&self, route: &Route, fit: Folds, fold: usize) -> Option<Vec<f64>> {
        match &route.by {
            _ if route.among.len() != 2 => None,
            By::Length(_) => {
                let items = self.field.folds[fold].iter();
                Some(items.map(|item| length(self.field.matrix.item(*item)) as f64).collect())
            }
            By::Priority(_) | By::Latency(_) => None,
            _ => Some(self.prospects(route, fit, fold).iter().map(Prospects::gap).collect()),
        }
    }

    /// What is expected of the members on each item of `fold`, by what they came to on the folds in
    /// `fit`.
    pub(super) fn prospects(&self, route: &Route, fit: Folds, fold: usize) -> Vec<Prospects> {
        let is_model = |member| matches!(self.field.policies.get(member), Some(Policy::Single(_)));
        if !route.among.iter().all(is_model) {
            return self.expected(&self.learned(route, fit), route, fit, fold);
        }
        // What models come to is the same in every search, so it need not be learned again.
        let key = (format!("{:?}", route.by), route.among.clone(), fit);
        let known = self.field.words.learned(key, || self.learned(route, fit));
        known.get().map_or_else(Vec::new, |learned| self.expected(learned, route, fit, fold))
    }

    fn learned(&self, route: &Route, fit: Folds) -> Learned {
        let seen = || Overall::new(self.seen(&route.among, fit), route.among.len());
        match &route.by {
            By::Knn(_) => Learned::Neighbours(seen()),
            By::Logistic(by) => {
                let read = self.read(seen(), by.at_most);
                self.regressions(read, route.among.len(), by.l2.value())
            }
            By::MatrixFactorisation(by) => {
                let factors = Factors { rank: by.rank.value() as usize, l2: by.l2.value() };
                self.factors(self.read(seen(), by.at_most), route.among.len(), factors)
            }
            _ => Learned::Categories(self.categories(route, fit)),
        }
    }

    fn expected(
        &self,
        learned: &Learned,
        route: &Route,
        fit: Folds,
        fold: usize,
    ) -> Vec<Prospects> {
        let items = self.field.folds[fold].iter();
        let told = |item: &ItemIdx| &self.field.words.told(self.field.matrix).0[item.0 as usize];
        match (learned, &route.by) {
            (Learned::Neighbours(seen), By::Knn(by)) => {
                self.by_neighbours(seen, by.neighbours.value() as usize, fit, fold)
            }
            (Learned::Regressions { of, cost }, _) => {
                let right = |item| of.iter().map(|member| member.chance(told(item))).collect();
                items.map(|item| Prospects { right: right(item), cost: Arc::clone(cost) }).collect()
            }
            (Learned::Factors { of, cost }, _) => {
                let right = |item| of.chances(told(item));
                items.map(|item| Prospects { right: right(item), cost: Arc::clone(cost) }).collect()
            }
            (Learned::Categories(categories), _) => {
                items.map(|item| categories.on(self.field.matrix.item(*item)).clone()).collect()
            }
            (Learned::Neighbours(_), _) => Vec::new(),
        }
    }

    pub(super) fn categories(&self, route: &Route, fit: Folds) -> Categories {
        let seen = self.seen(&route.among, fit);
        let seen: Vec<Seen<'_>> = seen
            .iter()
            .map(|(item, scores, costs)| Seen {
                item: self.field.matrix.item(*item),
                scores: scores.clone(),
                costs: costs.clone(),
            })
            .collect();
        Categories::of(&seen, route.among.len())
    }

    /// How much more has to be expected of the second member, so that it gets its share of the
    /// items that were looked at; each of these is judged by the others.
    fn cut(&self, route: &Route, fit: Folds) -> f64 {
        let Trade::Share(share) = route.trade else { return 0.0 };
        let gaps = |fold: usize| self.prospects(route, fit & !(1 << fold), fold);
        let mut gaps: Vec<f64> =
            self.folds_of(fit).flat_map(gaps).map(|of_item| of_item.gap()).collect();
        gaps.sort_by(f64::total_cmp);
        let n_first = ((1.0 - share.value()) * gaps.len() as f64).round() as usize;
        match n_first.checked_sub(1) {
            None if gaps.is_empty() => 0.0,
            None => f64::NEG_INFINITY,
            Some(last) => gaps[last],
        }
    }

    fn lengths(&self, fit: Folds) -> Vec<usize> {
        let items = self.folds_of(fit).flat_map(|fold| &self.field.folds[fold]);
        items.map(|item| length(self.field.matrix.item(*item))).collect()
    }

    /// Whoever took least on average; of equals, and where nothing is known, the first listed.
    fn fastest(&self, among: &[PolicyId], fit: Folds) -> usize {
        let mean = |member: &PolicyId| {
            let columns =
                self.folds_of(fit).map(|fold| self.applied(member, fit & !(1 << fold), fold));
            let known: Vec<f64> = columns
                .flat_map(|column| column.iter().filter_map(|it| it.latency).collect::<Vec<_>>())
                .map(|latency| latency.ms())
                .collect();
            if known.is_empty() {
                f64::INFINITY
            } else {
                known.iter().sum::<f64>() / known.len() as f64
            }
        };
        let means: Vec<f64> = among.iter().map(mean).collect();
        (0..means.len()).min_by(|a, b| means[*a].total_cmp(&means[*b])).unwrap_or(0)
    }

    /// Every item of the folds in `fit`, with what each member came to there, fitted on the others
    /// of them.
    fn seen(&self, among: &[PolicyId], fit: Folds) -> Vec<SeenItem> {
        let mut seen = Vec::new();
        for fold in self.folds_of(fit) {
            let columns = self.columns(among, fit & !(1 << fold), fold);
            for (row, item) in self.field.folds[fold].iter().enumerate() {
                let outcomes = at(&columns, row);
                seen.push((
                    *item,
                    outcomes.iter().map(|outcome| outcome.verdict.judged()).collect(),
                    outcomes.iter().map(|outcome| outcome.cost).collect(),
                ));
            }
        }
        // Sums go in the order of the dataset, whichever folds they are of.
        seen.sort_by_key(|(item, ..)| *item);
        seen
    }

    fn by_neighbours(&self, seen: &Overall, k: usize, fit: Folds, fold: usize) -> Vec<Prospects> {
        let near = self.field.words.near(self.field.matrix, self.field.folds, k);
        let near = near.get().map_or(&[][..], Vec::as_slice);
        let of_item = |item: &ItemIdx| {
            let by_fold = &near[item.0 as usize];
            let all: Vec<Near> = self.folds_of(fit).flat_map(|it| by_fold[it].clone()).collect();
            let near = first(all, k);
            let rows: Vec<&SeenItem> =
                near.iter().filter_map(|(_, other)| seen.on(ItemIdx(*other))).collect();
            // A few neighbours say little: each that is missing counts as the items overall.
            let n_missing = (k - near.len()) as f64;
            let right = |(member, overall): (usize, &f64)| {
                let scores: Vec<f64> = rows.iter().filter_map(|row| row.1[member]).collect();
                let n = scores.len() as f64 + n_missing;
                let sum = scores.iter().sum::<f64>() + n_missing * overall;
                if n > 0.0 { sum / n } else { *overall }
            };
            let right = seen.right.iter().enumerate().map(right).collect();
            Prospects { right, cost: Arc::clone(&seen.cost) }
        };
        self.field.folds[fold].iter().map(of_item).collect()
    }

    /// So many of the items at most, drawn, each category with its share of them.
    fn read(&self, mut seen: Overall, at_most: Option<ReadAtMost>) -> Overall {
        let Some(at_most) = at_most.map(|it| it.value() as usize) else { return seen };
        if seen.rows.len() <= at_most {
            return seen;
        }
        let key = Key::new(self.field.seed, "read", &[]);
        let mut by_category: BTreeMap<Option<&str>, Vec<(u64, ItemIdx)>> = BTreeMap::new();
        for (item, ..) in &seen.rows {
            let category = self.field.matrix.item(*item).category.as_deref();
            let drawn = key.with(u64::from(item.0)).bits();
            by_category.entry(category).or_default().push((drawn, *item));
        }
        // How far down its own category each stands, so that all are cut at the same depth.
        let mut order: Vec<(f64, u64, ItemIdx)> = Vec::with_capacity(seen.rows.len());
        for drawn in by_category.values_mut() {
            drawn.sort();
            let n = drawn.len() as f64;
            let depth = |(at, (drawn, item)): (usize, &(u64, ItemIdx))| {
                ((at as f64 + 0.5) / n, *drawn, *item)
            };
            order.extend(drawn.iter().enumerate().map(depth));
        }
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let read: BTreeSet<ItemIdx> = order[..at_most].iter().map(|it| it.2).collect();
        seen.rows.retain(|row| read.contains(&row.0));
        seen
    }

    fn regressions(&self, seen: Overall, n_members: usize, l2: f64) -> Learned {
        let (vectors, n_places) = self.field.words.told(self.field.matrix);
        let of_member = |member: usize| {
            let asked = seen.rows.iter().filter_map(|row| Some((row.0, row.1[member]?)));
            let (given, targets): (Vec<&Sparse>, Vec<f64>) =
                asked.map(|(item, score)| (&vectors[item.0 as usize], score)).unzip();
            logistic(&given, *n_places, &targets, l2)
        };
        Learned::Regressions { of: (0..n_members).map(of_member).collect(), cost: seen.cost }
    }

    fn factors(&self, seen: Overall, n_members: usize, factors: Factors) -> Learned {
        let (vectors, n_places) = self.field.words.told(self.field.matrix);
        let row = |row: &SeenItem| (&vectors[row.0.0 as usize], row.1.clone());
        let rows: Vec<(&Sparse, Vec<Option<f64>>)> = seen.rows.iter().map(row).collect();
        Learned::Factors { of: factors.fit(*n_places, n_members, &rows), cost: seen.cost }
    }
}

/// What a router made of the folds that it has looked at.
pub(super) enum Learned {
    /// What each member came to on every item, for whose neighbours it counts.
    Neighbours(Overall),
    /// How right each member will be, by the words.
    Regressions {
        /// Member after member.
        of: Vec<Logistic>,
        /// What each costs.
        cost: Arc<Vec<Option<f64>>>,
    },
    /// How right all members will be, by what they share.
    Factors {
        /// All of them.
        of: Factored,
        /// What each costs.
        cost: Arc<Vec<Option<f64>>>,
    },
    /// How right each member is by category.
    Categories(Categories),
}

/// An item, how right each member was there, and what each cost.
type SeenItem = (ItemIdx, Vec<Option<f64>>, Vec<Option<Usd>>);

/// What was seen, in order of items, and what it comes to for each member.
pub(super) struct Overall {
    rows: Vec<SeenItem>,
    right: Vec<f64>,
    cost: Arc<Vec<Option<f64>>>,
}

impl Overall {
    fn new(rows: Vec<SeenItem>, n_members: usize) -> Self {
        let right = |member: usize| {
            let scores: Vec<f64> = rows.iter().filter_map(|row| row.1[member]).collect();
            (scores.iter().sum::<f64>() + 1.0) / (scores.len() as f64 + 2.0)
        };
        let cost = |member: usize| {
            let served = rows.iter().filter(|row| row.1[member].is_some());
            let costs: Option<Vec<Usd>> = served.map(|row| row.2[member]).collect();
            let costs = costs.filter(|costs| !costs.is_empty())?;
            let n = costs.len() as f64;
            Some(costs.into_iter().sum::<Usd>().dollars() / n)
        };
        Self {
            right: (0..n_members).map(right).collect(),
            cost: Arc::new((0..n_members).map(cost).collect()),
            rows,
        }
    }

    fn on(&self, item: ItemIdx) -> Option<&SeenItem> {
        let at = self.rows.binary_search_by_key(&item, |row| row.0).ok()?;
        Some(&self.rows[at])
    }
}
