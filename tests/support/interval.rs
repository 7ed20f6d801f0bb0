//! Intervals against expected ones.

use quorumbench::kernel::Interval;
use serde_json::Value;

use crate::golden::assert_within;

/// Both ends, each to the share `relative` of what is wanted.
pub(crate) fn assert_interval(relative: f64, got: Option<Interval>, wanted: &Value, what: &str) {
    let got = got.expect(what);
    assert_within(relative, Some(got.low), &wanted[0], what);
    assert_within(relative, Some(got.high), &wanted[1], what);
}
