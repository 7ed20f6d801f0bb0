//! Expected values, computed with reference packages, and how near to them ours must come.

use serde_json::Value;

use crate::support::shared;

/// What the golden files ask of p-values, and enough for everything else.
pub(crate) const RELATIVE: f64 = 1e-9;

/// The file of this name; `None`, with a word about it, where the material is not at hand.
pub(crate) fn golden(name: &str) -> Option<Value> {
    let path = shared("golden")?.join(name);
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    Some(serde_json::from_str(&text).expect("the golden file is JSON"))
}

/// The elements of a list that has some.
pub(crate) fn list(value: &Value) -> &[Value] {
    let list = value.as_array().expect("a list");
    assert!(!list.is_empty(), "a golden list without elements");
    list
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

pub(crate) fn whole(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

pub(crate) fn assert_close(got: Option<f64>, wanted: &Value, what: &str) {
    assert_within(RELATIVE, got, wanted, what);
}

/// To the share `relative` of what is wanted, so that nothing but 0 is close to 0.
pub(crate) fn assert_within(relative: f64, got: Option<f64>, wanted: &Value, what: &str) {
    let (got, wanted) = (got.expect(what), number(wanted));
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{what}: {got:e} is not {wanted:e}");
}
