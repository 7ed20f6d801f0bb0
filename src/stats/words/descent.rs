//! The bottom of a smooth valley of many dimensions, by limited-memory BFGS.

/// Steps that are remembered.
const MEMORY: usize = 10;
/// Halvings of a step at most.
const MOST_HALVINGS: usize = 30;
/// The share of what the slope promises that a step has to keep (L. Armijo, 1966).
const ENOUGH: f64 = 1e-4;
/// Where the steepest slope is this share of what it was at the start, the bottom is reached.
const FLAT: f64 = 1e-5;

/// Where a function is least, from `start` on, in `most_steps` at most.
///
/// `value_and_slope` fills in the slope at a point and returns the value there.
/// Source: J. Nocedal, Mathematics of Computation 35 (1980), 773-782. Checked on functions whose
/// bottom is known (test below), and by what stands on it.
pub(super) fn bottom(
    start: Vec<f64>,
    most_steps: usize,
    mut value_and_slope: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut at = start;
    let mut slope = vec![0.0; at.len()];
    let mut value = value_and_slope(&at, &mut slope);
    let flat = FLAT * steepest(&slope);
    let mut steps: Vec<Step> = Vec::new();
    for _ in 0..most_steps {
        if steepest(&slope) <= flat {
            break;
        }
        let mut way = direction(&steps, &slope);
        let mut promise = dot(&way, &slope);
        if promise >= 0.0 {
            // Not downwards: what is remembered misleads.
            steps.clear();
            way = slope.iter().map(|part| -part).collect();
            promise = dot(&way, &slope);
        }
        // Nothing is known of how far to go at first.
        let mut length =
            if steps.is_empty() { 1.0 / dot(&slope, &slope).sqrt().max(1.0) } else { 1.0 };
        let mut next = at.clone();
        let mut next_slope = vec![0.0; at.len()];
        let mut found = None;
        for _ in 0..MOST_HALVINGS {
            for ((next, at), way) in next.iter_mut().zip(&at).zip(&way) {
                *next = at + length * way;
            }
            let lower = value_and_slope(&next, &mut next_slope);
            if lower <= value + ENOUGH * length * promise {
                found = Some(lower);
                break;
            }
            length /= 2.0;
        }
        let Some(lower) = found else { break };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(next, at)| next - at).collect();
        let bent: Vec<f64> = next_slope.iter().zip(&slope).map(|(next, was)| next - was).collect();
        let curvature = dot(&moved, &bent);
        if curvature > f64::EPSILON * dot(&bent, &bent) {
            if steps.len() == MEMORY {
                steps.remove(0);
            }
            steps.push(Step { moved, bent, curvature });
        }
        (at, slope, value) = (next, next_slope, lower);
    }
    at
}

/// One step, and how the slope changed by it.
struct Step {
    moved: Vec<f64>,
    bent: Vec<f64>,
    curvature: f64,
}

/// Downhill, as the last steps have it.
fn direction(steps: &[Step], slope: &[f64]) -> Vec<f64> {
    let mut way: Vec<f64> = slope.iter().map(|part| -part).collect();
    let mut shares = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let share = dot(&step.moved, &way) / step.curvature;
        add(&mut way, -share, &step.bent);
        shares.push(share);
    }
    if let Some(last) = steps.last() {
        let scale = last.curvature / dot(&last.bent, &last.bent);
        way.iter_mut().for_each(|part| *part *= scale);
    }
    for (step, share) in steps.iter().zip(shares.into_iter().rev()) {
        let back = dot(&step.bent, &way) / step.curvature;
        add(&mut way, share - back, &step.moved);
    }
    way
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

fn steepest(slope: &[f64]) -> f64 {
    slope.iter().fold(0.0, |most: f64, part| most.max(part.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_known_valleys_is_found() {
        // H. H. Rosenbrock's banana, whose bottom is at (1, 1), from where he started.
        let banana = |at: &[f64], slope: &mut [f64]| {
            let (x, y) = (at[0], at[1]);
            slope[0] = -2.0 * (1.0 - x) - 400.0 * x * (y - x * x);
            slope[1] = 200.0 * (y - x * x);
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
        };
        let got = bottom(vec![-1.2, 1.0], 200, banana);
        // The floor bends by 0.4, so that a slope of 0.002, flat beside the 216 of the start, is
        // 0.0054 away.
        assert!(got.iter().all(|it| (it - 1.0).abs() < 0.0054), "{got:?}");
        // A bowl that is a thousand times as steep one way as the other.
        let bowl = |at: &[f64], slope: &mut [f64]| {
            let steep = |k: usize| 10f64.powf(k as f64 / 10.0);
            for (k, it) in at.iter().enumerate() {
                slope[k] = steep(k) * (it - k as f64);
            }
            at.iter().enumerate().map(|(k, it)| steep(k) * (it - k as f64).powi(2) / 2.0).sum()
        };
        let got = bottom(vec![0.0; 30], 200, bowl);
        for (k, it) in got.iter().enumerate() {
            assert!(10f64.powf(k as f64 / 10.0) * (it - k as f64).abs() < 0.3, "{k}: {it}");
        }
    }
}
