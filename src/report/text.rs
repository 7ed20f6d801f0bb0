//! How figures read in reports: one place, so that a figure looks the same in each of them.

use crate::data::Estimate;
use crate::data::summary::Counts;

/// What stands for a figure that nobody knows.
pub(super) const UNKNOWN: &str = "-";

/// A share in percent: `71.0`.
pub(super) fn percent(share: f64) -> String {
    fixed(share * 100.0, 1)
}

/// A difference of shares in points, signed: `+2.1`.
pub(super) fn points(difference: f64) -> String {
    let text = percent(difference);
    if difference.is_finite() && !text.starts_with('-') && text != "0.0" {
        format!("+{text}")
    } else {
        text
    }
}

/// A share with its interval: `71.0 % [64.0, 77.1]`.
pub(super) fn share(estimate: &Estimate) -> String {
    format!("{} % {}", percent(estimate.point), ends(estimate))
}

/// An interval of shares in percent, or of differences in points: `[64.0, 77.1]`.
pub(super) fn ends(estimate: &Estimate) -> String {
    format!("[{}, {}]", percent(estimate.low), percent(estimate.high))
}

/// A column of estimates, in percent, with points and ends under one another; `None` stays `-`.
pub(super) fn column(estimates: &[Option<&Estimate>], point: fn(f64) -> String) -> Vec<String> {
    let parts: Vec<_> = estimates
        .iter()
        .map(|estimate| {
            estimate.map(|estimate| {
                [point(estimate.point), percent(estimate.low), percent(estimate.high)]
            })
        })
        .collect();
    let width = |part: usize| {
        parts.iter().flatten().map(|parts| parts[part].len()).max().unwrap_or_default()
    };
    let [wide, wide_low, wide_high] = [0, 1, 2].map(width);
    let cell = |parts: &Option<[String; 3]>| match parts {
        Some([point, low, high]) => {
            format!("{point:>wide$} [{low:>wide_low$}, {high:>wide_high$}]")
        }
        None => format!("{UNKNOWN:>wide$}"),
    };
    parts.iter().map(cell).collect()
}

/// A p-value: `0.03`, `0.004`, `<0.001`.
pub(super) fn p(value: f64) -> String {
    match value {
        0.0..0.001 => "<0.001".to_owned(),
        // Three digits where two would round to 0.01 what is less.
        0.001..0.01 => fixed(value, 3),
        _ => fixed(value, 2),
    }
}

/// A p-value in a sentence: `p = 0.03`, `p < 0.001`.
pub(super) fn p_clause(value: f64) -> String {
    match p(value).strip_prefix('<') {
        Some(bound) => format!("p < {bound}"),
        None => format!("p = {}", p(value)),
    }
}

/// Dollars, without the sign: cents from one dollar on, three significant digits below.
pub(super) fn dollars(value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rounded first, so that 0.9996 is 1.00 and not 1.000.
    let rounded = format!("{:.2e}", value.abs());
    let exponent = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
    match exponent.unwrap_or(0) {
        ..-7 => "<0.0000001".to_owned(),
        exponent @ -7..0 => format!("{value:.*}", (2 - exponent) as usize),
        0.. => format!("{value:.2}"),
    }
}

/// How many times as much, to two significant digits: `1.8`, `12`, `0.31`.
pub(super) fn times(ratio: f64) -> String {
    match ratio {
        0.0..0.995 => fixed(ratio, 2),
        0.995..9.95 => fixed(ratio, 1),
        _ => fixed(ratio, 0),
    }
}

/// Milliseconds: `812`; what is more than nothing is never 0.
pub(super) fn ms(value: f64) -> String {
    if value > 0.0 && value < 0.5 { "<1".to_owned() } else { fixed(value, 0) }
}

/// A coefficient between -1 and 1: `0.40`.
pub(super) fn coefficient(value: f64) -> String {
    fixed(value, 2)
}

/// `1 item`, `2 items`.
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The text of a figure that may be unknown.
pub(super) fn or_unknown(figure: Option<String>) -> String {
    figure.unwrap_or_else(|| UNKNOWN.to_owned())
}

/// The share of items asked to which something came back: an answer, a response without one, a
/// refusal, an abstention. `None` when nothing was asked.
pub(super) fn served(counts: &Counts) -> Option<f64> {
    let served = counts.asked.saturating_sub(counts.failed);
    (counts.asked > 0).then(|| served as f64 / counts.asked as f64)
}

/// What estimates were made from and how: `n = 195 to 200, wilson`; `None` without estimates.
pub(super) fn provenance<'a>(
    estimates: impl Iterator<Item = &'a Estimate> + Clone,
) -> Option<String> {
    let least = estimates.clone().map(|estimate| estimate.n).min()?;
    let most = estimates.clone().map(|estimate| estimate.n).max()?;
    let mut methods: Vec<_> = estimates.map(|estimate| estimate.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    let n = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Some(format!("n = {n}, {}", methods.join(" or ")))
}

/// The level that all the intervals share: `95 %`; `None` when they differ or there are none.
pub(super) fn level<'a>(mut estimates: impl Iterator<Item = &'a Estimate>) -> Option<String> {
    let level = estimates.next()?.level;
    estimates.all(|estimate| estimate.level == level).then(|| {
        let text = percent(level);
        format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
    })
}

/// Fixed decimals, and no negative zero.
fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|digit| matches!(digit, '0' | '.')) => zero.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A format, and values with how they read.
    type Cases = (fn(f64) -> String, &'static [(f64, &'static str)]);

    fn estimate(point: f64, low: f64, high: f64) -> Estimate {
        Estimate { point, low, high, level: 0.95, n: 200, method: "wilson".to_owned() }
    }

    #[test]
    fn figures_read_as_declared() {
        assert_eq!(counted(1, "reply", "replies"), "1 reply");
        assert_eq!(counted(0, "reply", "replies"), "0 replies");
        let table: [Cases; 7] = [
            (percent, &[(0.71, "71.0"), (1.0, "100.0"), (-0.0001, "0.0"), (f64::NAN, "-")]),
            (points, &[(0.021, "+2.1"), (-0.004, "-0.4"), (0.0, "0.0"), (-0.0004, "0.0")]),
            (p, &[(0.03, "0.03"), (0.0004, "<0.001"), (0.0, "<0.001"), (0.0042, "0.004")]),
            (p, &[(1.0, "1.00"), (0.01, "0.01"), (f64::NAN, "-")]),
            (dollars, &[(0.0123, "0.0123"), (0.062, "0.0620"), (12.345, "12.35"), (0.0, "0")]),
            (dollars, &[(0.9996, "1.00"), (0.00012, "0.000120"), (1e-9, "<0.0000001")]),
            (ms, &[(812.4, "812"), (0.2, "<1"), (0.0, "0"), (12345.6, "12346")]),
        ];
        for (format, cases) in table {
            for (value, expected) in cases {
                assert_eq!(format(*value), *expected, "{value}");
            }
        }
        for (ratio, expected) in [(1.84, "1.8"), (12.3, "12"), (0.314, "0.31"), (0.999, "1.0")] {
            assert_eq!(times(ratio), expected, "{ratio}");
        }
        assert_eq!(p_clause(0.03), "p = 0.03");
        assert_eq!(p_clause(0.0), "p < 0.001");
    }

    #[test]
    fn an_estimate_shows_its_interval_n_and_method() {
        let one = estimate(0.71, 0.64, 0.771);
        let all = Estimate { n: 195, ..estimate(1.0, 0.981, 1.0) };
        assert_eq!(share(&one), "71.0 % [64.0, 77.1]");
        assert_eq!(
            column(&[Some(&one), None, Some(&all)], percent),
            [" 71.0 [64.0,  77.1]", "    -", "100.0 [98.1, 100.0]"]
        );
        assert_eq!(provenance([&one, &all].into_iter()).unwrap(), "n = 195 to 200, wilson");
        assert_eq!(level([&one, &all].into_iter()).unwrap(), "95 %");
        assert_eq!(provenance(std::iter::empty()), None);
    }

    #[test]
    fn a_failed_call_is_not_served_and_a_refusal_is() {
        let counts =
            Counts { asked: 200, failed: 5, refused: 3, answered: 192, ..Counts::default() };
        assert_eq!(served(&counts), Some(0.975));
        assert_eq!(served(&Counts::default()), None);
    }
}
