//! Where a condition that changes once does so, by halving.

/// Close to 0 there are too many numbers to halve through all of them.
const FINE: f64 = 1e-20;

/// The point in [`low`, `high`] up to which `holds` is false and beyond which it is true.
///
/// It halves until no number lies between, or nothing that matters to a share, so that the answer
/// is as exact as `holds` is. Where `holds` is true throughout the answer is close to `low`, where
/// nowhere, to `high`. Works for conditions on functions that are infinite at the ends.
pub(super) fn crossing(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut below, mut above) = (low, high);
    loop {
        let middle = below + (above - below) / 2.0;
        if middle <= below || middle >= above || above - below < FINE {
            return middle;
        }
        if holds(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crossing_is_found_to_the_last_bit() {
        let rows: [(f64, f64, f64); 5] = [
            (0.0, 2.0, 2.0),
            (-1.0, 5.0, 0.3),
            (0.0, 1e9, 12_345.0),
            (1.0, 1.0, 4.0),
            (0.0, 1.0, 9.0),
        ];
        for (low, high, square) in rows {
            let got = crossing(low, high, |x| x > 0.0 && x * x >= square);
            let wanted = square.sqrt().clamp(low, high);
            assert!((got - wanted).abs() <= 1e-15 * wanted, "{low}..{high}: {got} is not {wanted}");
        }
    }
}
