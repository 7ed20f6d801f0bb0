//! From figures to places on an axis, and the round figures that are written along it.

use crate::report::svg::canvas::{Anchor, Canvas, at};

/// An axis: which figures it spans, and between which places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    kind: Kind,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Linear,
    Log,
}

/// The ends of an axis in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Scale {
    /// Equal steps; a span of nothing is widened.
    pub(super) fn linear(values: impl Iterator<Item = f64>, ends: Ends) -> Option<Self> {
        let (low, high) = span(values)?;
        let pad = if high > low { (high - low) * 0.04 } else { high.abs().max(1.0) * 0.05 };
        Some(Self {
            kind: Kind::Linear,
            low: low - pad,
            high: high + pad,
            from: ends.from,
            to: ends.to,
        })
    }

    /// Equal factors; what is not above 0 has no place on it.
    pub(super) fn log(values: impl Iterator<Item = f64>, ends: Ends) -> Option<Self> {
        let (low, high) = span(values.filter(|value| *value > 0.0).map(f64::log10))?;
        let pad = ((high - low) * 0.04).max(0.04);
        Some(Self {
            kind: Kind::Log,
            low: low - pad,
            high: high + pad,
            from: ends.from,
            to: ends.to,
        })
    }

    /// The same axis from exactly `low` to `high`, in figures.
    pub(super) fn exactly(low: f64, high: f64, ends: Ends) -> Self {
        Self { kind: Kind::Linear, low, high, from: ends.from, to: ends.to }
    }

    /// Where a figure stands; beyond the axis is at its end.
    pub(super) fn place(&self, value: f64) -> f64 {
        let value = match self.kind {
            Kind::Linear => value,
            Kind::Log if value > 0.0 => value.log10(),
            Kind::Log => f64::NEG_INFINITY,
        };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// About `n` round figures within the axis, in rising order.
    pub(super) fn ticks(&self, n: usize) -> Vec<f64> {
        match self.kind {
            Kind::Linear => self.even_ticks(n),
            Kind::Log => self.log_ticks(n),
        }
    }

    fn even_ticks(&self, n: usize) -> Vec<f64> {
        let raw = (self.high - self.low) / n.max(1) as f64;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= raw);
        let step = step.unwrap_or(raw);
        let (first, last) = ((self.low / step).ceil() as i64, (self.high / step).floor() as i64);
        (first..=last).map(|k| k as f64 * step).collect()
    }

    fn log_ticks(&self, n: usize) -> Vec<f64> {
        let decades = self.low.floor() as i32..=self.high.ceil() as i32;
        let all = |digits: &[f64]| -> Vec<f64> {
            let of = |decade: i32| digits.iter().map(move |digit| digit * 10f64.powi(decade));
            let is_within = |value: &f64| (self.low..=self.high).contains(&value.log10());
            decades.clone().flat_map(of).filter(is_within).collect()
        };
        let densest: [&[f64]; 3] =
            [&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0]];
        let fitting = densest.into_iter().map(all).find(|ticks| ticks.len() <= n);
        let mut ticks = fitting.unwrap_or_else(|| all(&[1.0]));
        while ticks.len() > n {
            ticks = ticks.into_iter().step_by(2).collect();
        }
        ticks
    }

    /// Draws the axis along the bottom at `y`, with a grid up to `top`.
    pub(super) fn draw_bottom(
        &self,
        canvas: &mut Canvas,
        (top, y): (f64, f64),
        label: &str,
        name: impl Fn(f64) -> String,
    ) {
        for tick in self.ticks(8) {
            let x = self.place(tick);
            canvas.line(at(x, top), at(x, y), "q-grid");
            canvas.text(at(x, y + 16.0), Anchor::Middle, "q-soft", &name(tick));
        }
        canvas.line(at(self.from, y), at(self.to, y), "q-axis");
        canvas.text(at((self.from + self.to) / 2.0, y + 34.0), Anchor::Middle, "", label);
    }
}

/// A figure on an axis, with no more digits than it needs.
pub(super) fn plain_number(value: f64) -> String {
    let rounded = (value * 1e9).round() / 1e9;
    if rounded == 0.0 { "0".to_owned() } else { format!("{rounded}") }
}

fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |span, value| match span {
        None => Some((value, value)),
        Some((low, high)) => Some((f64::min(low, value), f64::max(high, value))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: Ends = Ends { from: 0.0, to: 100.0 };

    #[test]
    fn figures_stand_where_they_should_and_ticks_are_round() {
        let linear = Scale::exactly(0.0, 10.0, ENDS);
        for (value, place) in [(0.0, 0.0), (5.0, 50.0), (10.0, 100.0), (11.0, 100.0)] {
            assert_eq!(linear.place(value), place, "{value}");
        }
        assert_eq!(linear.ticks(5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        let log = Scale::log([0.01, 100.0].into_iter(), ENDS).unwrap();
        assert!((log.place(1.0) - 50.0).abs() < 1e-9);
        assert_eq!(log.place(0.0), 0.0);
        assert_eq!(
            log.ticks(6).iter().map(|it| plain_number(*it)).collect::<Vec<_>>().join(" "),
            "0.01 0.1 1 10 100"
        );
        assert_eq!(plain_number(0.1 + 0.2), "0.3");
    }

    #[test]
    fn nothing_has_no_axis_and_one_figure_has() {
        assert!(Scale::linear(std::iter::empty(), ENDS).is_none());
        assert!(Scale::linear([f64::NAN].into_iter(), ENDS).is_none());
        assert!(Scale::log([0.0, -1.0].into_iter(), ENDS).is_none());
        let one = Scale::linear([3.0].into_iter(), ENDS).unwrap();
        assert!((one.place(3.0) - 50.0).abs() < 1e-9 && !one.ticks(5).is_empty());
        assert!(!Scale::log([3.0].into_iter(), ENDS).unwrap().ticks(8).is_empty());
    }
}
