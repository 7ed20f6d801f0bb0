//! What is wrong where a scenario could not be read: in words, and where.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Unexpected};

use super::tree::{Node, Value};

/// A mistake and where it is: in the file, and in the tree.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Option<Range<usize>>,
    /// Positions from the outermost node inwards to the entry that is wrong.
    pub(super) path: Vec<usize>,
    /// It follows from an entry that was cut out before.
    pub(super) echo: bool,
    /// It is of another type: no table, say, but a number.
    pub(super) is_type: bool,
    /// What the rest may be read with, though this is wrong.
    pub(super) instead: Option<Box<Instead>>,
}

/// What something wrong may be read as, so that what else is wrong is found as well.
#[derive(Debug)]
pub(super) enum Instead {
    /// One word for another: a slip of the finger.
    Word { wrong: String, meant: String },
    /// A key that is missing.
    Key(&'static str),
}

impl Fault {
    pub(super) fn new(message: impl fmt::Display, help: Option<String>) -> Self {
        let (message, path) = (message.to_string(), Vec::new());
        Self { message, help, span: None, path, echo: false, is_type: false, instead: None }
    }

    /// Something of another type than is expected.
    pub(super) fn of_type(message: impl fmt::Display, help: Option<String>) -> Self {
        Self { is_type: true, ..Self::new(message, help) }
    }

    /// A word that nobody knows here.
    fn unknown(what: &str, wrong: &str, expected: &'static [&'static str]) -> Self {
        let help = super::suggest::help(wrong, expected.iter().copied());
        let meant = super::suggest::nearest(wrong, expected);
        let word = |meant: &str| Instead::Word { wrong: wrong.into(), meant: meant.into() };
        let instead = meant.map(word).map(Box::new);
        Self { instead, ..Self::new(format!("unknown {what} `{wrong}`"), Some(help)) }
    }

    /// The innermost place that reports wins.
    pub(super) fn at(mut self, node: &Node) -> Self {
        if self.span.is_none() {
            self.span = Some(node.span.clone());
            self.echo = node.damaged;
        }
        self
    }

    pub(super) fn inside(mut self, position: usize) -> Self {
        self.path.insert(0, position);
        self
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message, None)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = plain(&expected.to_string());
        Self::of_type(format!("expected {expected}, found {}", found(unexpected)), None)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", found(unexpected)), None)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("kind", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("key", field, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        let help = format!("add `{field}: …` here");
        let fault = Self::new(format!("the key `{field}` is missing"), Some(help));
        Self { instead: Some(Box::new(Instead::Key(field))), ..fault }
    }
}

/// What serde calls by the names of its types, in words.
fn plain(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "i8" | "i16" | "i32" | "i64" => "a whole number, which may be below 0",
        "a nonzero u32" | "a nonzero u64" | "a nonzero usize" => "a whole number above 0",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" => "a text",
        "a map" => "a table",
        "a sequence" => "a list",
        "variant identifier" => "the name of a kind",
        other => other,
    }
    .to_owned()
}

pub(super) fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Integer(value) => Unexpected::Signed(*value),
        Value::Number(value) => Unexpected::Float(*value),
        Value::Text(value) => Unexpected::Str(value),
        Value::List(_) => Unexpected::Seq,
        Value::Table(_) => Unexpected::Map,
    }
}

pub(super) fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Unit | Unexpected::Option => "nothing".into(),
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Str(value) => format!("the text `{value}`"),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        other => other.to_string(),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
