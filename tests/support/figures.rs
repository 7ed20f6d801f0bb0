//! Figures of a summary beside those of the golden files.

use std::fs;

use serde_json::Value;

use crate::support;

/// A golden file. There is one wherever there is data.
pub(crate) fn golden(name: &str) -> Value {
    let path = support::shared("golden").expect("it lies beside the data").join(name);
    let text = fs::read_to_string(path).expect("the golden file can be read");
    serde_json::from_str(&text).expect("the golden file is JSON")
}

/// The row of a policy, or of a model by itself.
pub(crate) fn policy_row<'a>(summary: &'a Value, policy: &str) -> &'a Value {
    let rows = summary["policies"].as_array().expect("policies");
    rows.iter().find(|row| row["policy"] == policy).expect(policy)
}

/// Its accuracy of all items: what is no answer counts 0.
pub(crate) fn accuracy(row: &Value) -> f64 {
    number(&row["accuracy_of_all"]["point"])
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(crate) fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// Shares that are equal within so many points.
pub(crate) fn assert_points(got: f64, wanted: f64, points: f64, what: &str) {
    let is_close = 100.0 * (got - wanted).abs() <= points;
    assert!(is_close, "{what}: {got} is not {wanted}, give or take {points} points");
}
