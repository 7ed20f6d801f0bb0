//! Routers among chains: whether a model, a vote or a cascade is asked is settled by the question.

use super::choose::frontier;
use super::pool::{Pool, Unit};
use super::routers::worths;
use super::search::Found;
use super::shape::Shape;
use crate::data::Matrix;
use crate::policy::route::{By, Category, Knn, Trade};

/// So many models, votes and cascades are routed among at most.
const MOST_CHAINS: usize = 4;

/// Routers by category and by the nearest questions among those that no other outdoes, each as it
/// is and at what a right answer may be worth; none where these are models alone, which other
/// routers are for.
///
/// What is asked is settled before anybody has answered; `stepped.rs` settles it anew after each.
pub(super) fn chained(pool: &Pool, matrix: &Matrix, found: &[Found]) -> Vec<Shape> {
    let mut best: Vec<(f64, &Found)> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for it in frontier(found) {
        best.push((it.score - last, it));
        last = it.score;
    }
    // Those that gain most over what is cheaper, the cheapest of all among them.
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    best.truncate(MOST_CHAINS);
    let mut best: Vec<&Found> = best.into_iter().map(|it| it.1).collect();
    best.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    if best.len() < 2 || best.iter().all(|it| it.shape.is_single()) {
        return Vec::new();
    }
    let worths = match pool.unit {
        Unit::Dollars => worths(&best),
        Unit::Calls => Vec::new(),
    };
    let items = matrix.items();
    let n_read = items.iter().filter(|item| item.input.is_some()).count();
    let mut by: Vec<By> = Vec::new();
    if items.iter().any(|item| item.category.is_some()) {
        by.push(By::Category(Category {}));
    }
    if n_read > 0 && 2 * n_read >= items.len() {
        by.push(By::Knn(Knn::default()));
    }
    let among: Vec<Shape> = best.iter().map(|it| it.shape.clone()).collect();
    let trades = || std::iter::once(Trade::Best).chain(worths.iter().copied().map(Trade::Worth));
    by.iter()
        .flat_map(|by| trades().map(|trade| (by.clone(), trade)))
        .map(|(by, trade)| Shape::Routed { among: among.clone(), by, trade })
        .collect()
}
