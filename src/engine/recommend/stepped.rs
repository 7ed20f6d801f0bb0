//! Cascade routing: after each answer it is settled anew whether one more model is worth its price.

use super::choose::frontier;
use super::pool::{Pool, Unit};
use super::routers::{able, list, worths};
use super::search::Found;
use super::shape::Shape;
use crate::data::Matrix;
use crate::policy::cascade_route::Worth;
use crate::policy::route::{By, Category, Knn};
use crate::policy::{CascadeRoute, Policy};

/// So many models are stepped among: of more there are too many sets to weigh for every question.
const MOST_STEPPED: usize = 4;

/// What a right answer may be worth in calls, where there are no prices.
const CALLS: [f64; 5] = [5.0, 10.0, 20.0, 40.0, 80.0];

/// Among models that no other outdoes and the most accurate beside them, by category and by the
/// nearest questions, at what a right answer may be worth. Where nothing is known of questions,
/// all are of one category.
pub(super) fn stepped(pool: &Pool, matrix: &Matrix, found: &[Found]) -> Vec<Shape> {
    let singles: Vec<Found> = found.iter().filter(|it| it.shape.is_single()).cloned().collect();
    if singles.len() < 2 {
        return Vec::new();
    }
    let best = frontier(&singles);
    let among = able(&singles, &best, MOST_STEPPED);
    let worths: Vec<(Worth, String)> = match pool.unit {
        Unit::Dollars => {
            worths(&best).into_iter().map(|it| (Worth::Dollars(it), format!("${it}"))).collect()
        }
        Unit::Calls => CALLS.map(|it| (Worth::Calls(it), format!("{it} calls"))).to_vec(),
    };
    let items = matrix.items();
    let n_read = items.iter().filter(|item| item.input.is_some()).count();
    let mut by = vec![("category", By::Category(Category {}))];
    if n_read > 0 && 2 * n_read >= items.len() {
        by.push(("nearest questions", By::Knn(Knn::default())));
    }
    let shape = |(name, by): &(&str, By), (worth, told): &(Worth, String)| {
        let policy = CascadeRoute::new(among.clone(), by.clone(), *worth);
        let name =
            format!("step by step, by {name}({}, a right answer worth {told})", list(&among));
        Shape::Named(name.into(), Policy::CascadeRoute(policy))
    };
    by.iter().flat_map(|by| worths.iter().map(|worth| shape(by, worth))).collect()
}
