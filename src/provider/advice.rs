//! What a response says about asking again: `retry-after` and its kin, and limits that are used up.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use crate::provider::classify::error_of;

/// What a provider says about asking again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Advice {
    /// Whether to ask the same again, where it says so.
    pub again: Option<bool>,
    /// Not before so long.
    pub after: Option<Duration>,
    /// A limit is used up for so long, for whatever is asked.
    pub hold: Option<Duration>,
}

/// Headers that say what is left of a limit, and when there is all of it again.
const LIMITS: [(&str, &str); 6] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
];

/// Longer waits than this are not believed: no reset of a minute's limit takes an hour.
const LONGEST: Duration = Duration::from_secs(3600);

type Date = DateTime<FixedOffset>;

impl Advice {
    /// Reads headers, by their name in lower case, and the body of a response that is no success.
    ///
    /// A date is compared with the response's own `date`, so that no two clocks are.
    pub(super) fn of<'h>(header: impl Fn(&str) -> Option<&'h str>, body: Option<&[u8]>) -> Self {
        let date = || header("date").and_then(http_date);
        let milliseconds = header("retry-after-ms").and_then(|text| text.trim().parse().ok());
        let after = milliseconds
            .and_then(|ms: f64| seconds(ms / 1e3))
            .or_else(|| header("retry-after").and_then(|text| until(text, date)))
            .or_else(|| body.and_then(retry_info));
        let again = header("x-should-retry").and_then(|text| text.trim().parse().ok());
        let is_used_up = |name: &str| header(name).is_some_and(|left| left.trim() == "0");
        let resets = LIMITS.iter().filter(|(remaining, _)| is_used_up(remaining));
        let holds = resets.filter_map(|(_, reset)| until(header(reset)?, date));
        let hold = holds.max();
        Self { again, after, hold }
    }
}

fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number).ok().map(|it| it.min(LONGEST))
}

/// A number of seconds, a length such as `6m0s` or `20ms`, or a date.
fn until(text: &str, date: impl Fn() -> Option<Date>) -> Option<Duration> {
    let text = text.trim();
    let number = || text.parse().ok().and_then(seconds);
    let from_date = || {
        let then = http_date(text)?;
        let wait = then.signed_duration_since(date().unwrap_or_else(|| chrono::Utc::now().into()));
        Some(wait.to_std().unwrap_or_default().min(LONGEST))
    };
    number().or_else(|| length(text)).or_else(from_date)
}

fn http_date(text: &str) -> Option<Date> {
    DateTime::parse_from_rfc2822(text).or_else(|_| DateTime::parse_from_rfc3339(text)).ok()
}

/// A length of time as Go prints it: `1h2m3.5s`, `20ms`.
fn length(text: &str) -> Option<Duration> {
    let (mut rest, mut sum) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    if text.is_empty() { None } else { seconds(sum) }
}

/// `google.rpc.RetryInfo` among the details of an error.
fn retry_info(body: &[u8]) -> Option<Duration> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let details = error_of(&body)?.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay"))?;
    length(delay.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(headers: &[(&str, &str)], body: &str) -> Advice {
        let find = |name: &str| headers.iter().find(|(it, _)| *it == name).map(|(_, value)| *value);
        Advice::of(find, Some(body.as_bytes()))
    }

    #[test]
    fn every_way_to_say_when_is_understood() {
        let ms = Duration::from_millis;
        let now = ("date", "Wed, 25 Nov 2026 02:00:00 GMT");
        for (headers, body, after) in [
            (vec![("retry-after", "7")], "", Some(ms(7_000))),
            (vec![("retry-after", "0.5")], "", Some(ms(500))),
            (vec![("retry-after", "Wed, 25 Nov 2026 02:00:09 GMT"), now], "", Some(ms(9_000))),
            (vec![("retry-after", "Wed, 25 Nov 2026 01:00:00 GMT"), now], "", Some(ms(0))),
            (vec![("retry-after-ms", "250"), ("retry-after", "7")], "", Some(ms(250))),
            (vec![("retry-after", "86400")], "", Some(LONGEST)),
            (vec![("retry-after", "soon")], "", None),
            (vec![("retry-after", "-3")], "", None),
            (
                vec![],
                r#"{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.Help"},
                    {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}"#,
                Some(ms(3_500)),
            ),
            (vec![], "<html>", None),
        ] {
            assert_eq!(advice(&headers, body).after, after, "{headers:?} {body}");
        }
        assert_eq!(advice(&[("x-should-retry", "false")], "").again, Some(false));
        assert_eq!(advice(&[("x-should-retry", "true")], "").again, Some(true));
    }

    #[test]
    fn a_limit_that_is_used_up_holds_until_it_is_reset() {
        let s = Duration::from_secs;
        let now = ("date", "Wed, 25 Nov 2026 02:00:00 GMT");
        let [left, used] = ["3", "0"].map(|left| ("x-ratelimit-remaining-requests", left));
        let reset = ("x-ratelimit-reset-requests", "1m30s");
        let theirs = [
            ("anthropic-ratelimit-tokens-remaining", "0"),
            ("anthropic-ratelimit-tokens-reset", "2026-11-25T02:00:04Z"),
            now,
        ];
        assert_eq!(advice(&[left, reset], "").hold, None);
        assert_eq!(advice(&[used, reset], "").hold, Some(s(90)));
        assert_eq!(advice(&theirs, "").hold, Some(s(4)));
    }
}
