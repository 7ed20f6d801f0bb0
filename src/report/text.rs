//! How figures read: each kind of number in one way, and `-` for what is unknown.

use crate::data::Estimate;
use crate::data::summary::{Cost, Counts, Measures, Quantiles};

/// What stands for a figure that is unknown.
pub(crate) const UNKNOWN: &str = "-";

/// The figure as text, or [`UNKNOWN`].
pub(crate) fn or_unknown<T>(figure: Option<T>, text: impl FnOnce(T) -> String) -> String {
    figure.map_or_else(|| UNKNOWN.to_owned(), text)
}

/// A share in percent without its sign, `71.0`.
pub(crate) fn percent(share: f64) -> String {
    fixed(share * 100.0, 1)
}

/// A share in percent with its interval, `71.0 % [64.0, 77.1]`.
pub(crate) fn share(estimate: &Estimate) -> String {
    let Estimate { point, low, high, .. } = estimate;
    format!("{} % [{}, {}]", percent(*point), percent(*low), percent(*high))
}

/// The same under a header that says percent, `71.0 [64.0, 77.1]`.
pub(crate) fn bare_share(estimate: &Estimate) -> String {
    let Estimate { point, low, high, .. } = estimate;
    format!("{} [{}, {}]", percent(*point), percent(*low), percent(*high))
}

/// A difference of shares in points, `+1.8`.
pub(crate) fn points(difference: f64) -> String {
    let text = percent(difference);
    if text.starts_with('-') || text == "0.0" { text } else { format!("+{text}") }
}

/// A difference of shares with its interval, `+1.8 [-0.4, 4.0]`.
pub(crate) fn difference(estimate: &Estimate) -> String {
    let Estimate { point, low, high, .. } = estimate;
    format!("{} [{}, {}]", points(*point), percent(*low), percent(*high))
}

/// A p-value, `0.03`; three decimals below 0.01, and `<0.001` below that.
pub(crate) fn p(value: f64) -> String {
    if value < 0.001 {
        "<0.001".to_owned()
    } else if value < 0.01 {
        fixed(value, 3)
    } else {
        fixed(value, 2)
    }
}

/// A p-value in a sentence, `p = 0.03` or `p < 0.001`.
pub(crate) fn p_equals(value: f64) -> String {
    match p(value).strip_prefix('<') {
        Some(bound) => format!("p < {bound}"),
        None => format!("p = {}", p(value)),
    }
}

/// Dollars to three significant digits and at least whole ones, `0.0615`, `12.3`, `1234`.
pub(crate) fn dollars(amount: f64) -> String {
    significant(amount, 3)
}

/// Dollars per thousand items.
pub(crate) fn per_1k(cost: Option<&Cost>) -> String {
    or_unknown(cost, |cost| dollars(cost.per_1k))
}

/// How many times as much, `1.8`, `0.45`, `12`.
pub(crate) fn ratio(times: f64) -> String {
    significant(times, 2)
}

/// Milliseconds without decimals.
pub(crate) fn ms(duration: f64) -> String {
    fixed(duration, 0)
}

/// The median and the 95th percentile in milliseconds, `412/1204`.
pub(crate) fn p50_p95(latency: Option<&Quantiles>) -> String {
    or_unknown(latency, |latency| format!("{}/{}", ms(latency.p50), ms(latency.p95)))
}

/// The share of the items asked for which anything came, in percent.
pub(crate) fn served(counts: &Counts) -> String {
    let came = counts.asked.saturating_sub(counts.failed);
    or_unknown((counts.asked > 0).then_some(()), |()| percent(came as f64 / counts.asked as f64))
}

/// A level in percent, `95 %`.
pub(crate) fn level(level: f64) -> String {
    let text = percent(level);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}

/// The level of the first interval of accuracy, for the header of its column.
pub(crate) fn level_of<'a>(mut rows: impl Iterator<Item = &'a Measures>) -> Option<f64> {
    rows.find_map(|measures| measures.accuracy.as_ref()).map(|accuracy| accuracy.level)
}

/// On one line and without what a terminal would obey: control characters become spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

/// Control characters, line separators, and marks that turn the direction of writing.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// Rounded to that many significant digits, but never to tens.
fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return fixed(value, 0);
    }
    // The exponent of the rounded number: 9.996 has one digit more than 9.994.
    let text = format!("{value:.*e}", usize::try_from(digits - 1).unwrap_or(0));
    let exponent = text.split_once('e').and_then(|(_, e)| e.parse::<i32>().ok()).unwrap_or(0);
    fixed(value, usize::try_from(digits - 1 - exponent).unwrap_or(0))
}

/// That many decimals, and no minus before zero.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(positive) if positive.bytes().all(|b| b == b'0' || b == b'.') => positive.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn an_estimate_reads_with_its_interval() {
        let estimate = Estimate { low: 0.64, high: 0.7709, ..sample::estimate(0.71, 195) };
        assert_eq!(share(&estimate), "71.0 % [64.0, 77.1]");
        assert_eq!(bare_share(&estimate), "71.0 [64.0, 77.1]");
        let estimate = Estimate { point: 0.018, low: -0.0044, high: 0.04, ..estimate };
        assert_eq!(difference(&estimate), "+1.8 [-0.4, 4.0]");
    }

    #[test]
    fn numbers_are_rounded_and_signed() {
        type Case = (fn(f64) -> String, f64, &'static str);
        let cases: [Case; 24] = [
            (points, 0.0, "0.0"),
            (points, -0.0004, "0.0"),
            (points, -0.0005001, "-0.1"),
            (points, 0.02, "+2.0"),
            (p, 0.034, "0.03"),
            (p, 0.0042, "0.004"),
            (p, 0.001, "0.001"),
            (p, 0.00099, "<0.001"),
            (p, 1.0, "1.00"),
            (p_equals, 0.0, "p < 0.001"),
            (p_equals, 0.25, "p = 0.25"),
            (dollars, 0.0, "0"),
            (dollars, 0.061_53, "0.0615"),
            (dollars, 0.000_012_34, "0.0000123"),
            (dollars, 9.996, "10.0"),
            (dollars, 12.34, "12.3"),
            (dollars, 1234.4, "1234"),
            (ratio, 1.83, "1.8"),
            (ratio, 0.451, "0.45"),
            (ratio, 12.3, "12"),
            (ms, 1203.5, "1204"),
            (ms, 0.4, "0"),
            (level, 0.95, "95 %"),
            (level, 0.995, "99.5 %"),
        ];
        for (text, value, expected) in cases {
            assert_eq!(text(value), expected, "{value}");
        }
    }

    #[test]
    fn unknown_is_not_zero() {
        let nobody = Counts::default();
        assert_eq!(
            (per_1k(None), p50_p95(None), served(&nobody)),
            (UNKNOWN.to_owned(), UNKNOWN.to_owned(), UNKNOWN.to_owned())
        );
        assert_eq!(served(&Counts { asked: 8, failed: 1, ..nobody }), "87.5");
    }

    #[test]
    fn names_stay_on_their_line() {
        assert_eq!(one_line("a\n\u{1b}[31m\tb\u{202e}c"), "a  [31m b c");
    }
}
