//! Mixes of models by chance: what accuracy a price buys without any cleverness.
//!
//! Asking one model for a share of the items and another for the rest, by the flip of a coin,
//! reaches every point on the line between the two. Whatever is cleverer has to lie above the
//! upper hull of these lines (the "zero router" of Hu et al., `RouterBench`, arXiv 2403.12031).

/// What one model costs an item and how right it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priced {
    /// Dollars an item.
    pub cost: f64,
    /// From 0 to 1.
    pub accuracy: f64,
}

/// Two models and the share of the items that the second one answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// The position of the cheaper model.
    pub cheap: usize,
    /// The position of the dearer one; the same where no mix is needed.
    pub dear: usize,
    /// From 0 to 1.
    pub share_of_dear: f64,
}

/// The models on the upper hull, from the cheapest to the most accurate, each with more accuracy
/// than the one before it and with ever less accuracy a dollar.
///
/// Of models that cost the same only the most accurate can be on it, and of equals the first.
pub fn hull(models: &[Priced]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..models.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&models[*a], &models[*b]);
        a.cost.total_cmp(&b.cost).then(b.accuracy.total_cmp(&a.accuracy))
    });
    let mut hull: Vec<usize> = Vec::new();
    for idx in order {
        let is_better = |last: &usize| models[idx].accuracy > models[*last].accuracy;
        if !hull.last().is_none_or(is_better) {
            continue;
        }
        while let [.., before, last] = hull[..] {
            if is_above(&models[before], &models[last], &models[idx]) {
                break;
            }
            hull.pop();
        }
        hull.push(idx);
    }
    hull
}

/// The mix of neighbours on `hull` that costs `cost` an item: the last model where that is more
/// than any costs, and `None` where it is less.
pub fn at_cost(models: &[Priced], hull: &[usize], cost: f64) -> Option<Blend> {
    let above = hull.iter().position(|idx| models[*idx].cost > cost);
    let alone = |idx: usize| Blend { cheap: idx, dear: idx, share_of_dear: 0.0 };
    match above {
        None => hull.last().map(|last| alone(*last)),
        Some(0) => None,
        Some(at) => {
            let (cheap, dear) = (hull[at - 1], hull[at]);
            let (from, to) = (models[cheap].cost, models[dear].cost);
            let share_of_dear = (cost - from) / (to - from);
            Some(Blend { cheap, dear, share_of_dear })
        }
    }
}

/// Whether `mid` lies above the line from `low` to `high`.
fn is_above(low: &Priced, mid: &Priced, high: &Priced) -> bool {
    let rise = |to: &Priced| (to.accuracy - low.accuracy, to.cost - low.cost);
    let ((mid_gain, mid_cost), (high_gain, high_cost)) = (rise(mid), rise(high));
    mid_gain * high_cost > high_gain * mid_cost
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn models(rows: &[(f64, f64)]) -> Vec<Priced> {
        rows.iter().map(|(cost, accuracy)| Priced { cost: *cost, accuracy: *accuracy }).collect()
    }

    #[test]
    fn only_what_no_mix_of_others_reaches_is_on_the_hull() {
        for (rows, expected) in [
            (&[(1.0, 0.5)][..], &[0][..]),
            (&[(1.0, 0.5), (2.0, 0.4)], &[0]),
            (&[(2.0, 0.9), (1.0, 0.5)], &[1, 0]),
            // 0.6 at 2 lies below the line from 0.5 at 1 to 0.9 at 3.
            (&[(1.0, 0.5), (2.0, 0.6), (3.0, 0.9)], &[0, 2]),
            (&[(1.0, 0.5), (2.0, 0.8), (3.0, 0.9)], &[0, 1, 2]),
            // On the line is not above it.
            (&[(1.0, 0.5), (2.0, 0.7), (3.0, 0.9)], &[0, 2]),
            (&[(1.0, 0.5), (1.0, 0.6), (1.0, 0.6)], &[1]),
            (&[], &[]),
        ] {
            assert_eq!(hull(&models(rows)), expected, "{rows:?}");
        }
    }

    #[test]
    fn a_price_buys_a_mix_of_neighbours() {
        let models = models(&[(1.0, 0.5), (3.0, 0.9)]);
        let hull = hull(&models);
        for (cost, expected) in [
            (0.5, None),
            (1.0, Some((0, 1, 0.0))),
            (1.5, Some((0, 1, 0.25))),
            (3.0, Some((1, 1, 0.0))),
            (9.0, Some((1, 1, 0.0))),
        ] {
            let got = at_cost(&models, &hull, cost);
            let got = got.map(|blend| (blend.cheap, blend.dear, blend.share_of_dear));
            assert_eq!(got, expected, "{cost}");
        }
    }

    proptest! {
        #[test]
        fn no_model_lies_above_the_hull(
            rows in proptest::collection::vec((0.01..10.0_f64, 0.0..1.0_f64), 1..12)
        ) {
            let models = models(&rows);
            let hull = hull(&models);
            for model in &models {
                let Some(blend) = at_cost(&models, &hull, model.cost) else { continue };
                let part = |idx: usize, share: f64| models[idx].accuracy * share;
                let reached = part(blend.cheap, 1.0 - blend.share_of_dear)
                    + part(blend.dear, blend.share_of_dear);
                prop_assert!(model.accuracy <= reached + 1e-9, "{:?} above {}", model, reached);
            }
        }
    }
}
