//! A YAML document as a tree in which every node knows its place.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned as Placed;
use serde_saphyr::options::DuplicateKeyPolicy;

/// A value and the bytes that it stands in.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
    /// Something was cut out of it, so what it lacks is no news.
    pub(super) damaged: bool,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

/// The key of an entry.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) span: Range<usize>,
    pub(super) name: String,
    /// It was written otherwise, and this is what may have been meant.
    pub(super) guessed: bool,
}

/// Reads the document as far as YAML goes.
///
/// # Errors
/// When it is not YAML: what is wrong, and where.
pub(super) fn parse(source: &str) -> Result<Node, (String, Range<usize>)> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
    };
    match serde_saphyr::from_str_with_options::<Placed<Value>>(source, options) {
        Ok(placed) => Ok(node(placed)),
        Err(error) => {
            let error = error.without_snippet();
            let span = error.location().map_or(0..0, |location| place(source, location));
            let text = error.to_string();
            // The place is shown by underlining, so it need not be said too.
            let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
            Err((text, span))
        }
    }
}

impl Node {
    /// The entries of a table; none for anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a key.
    pub(super) fn entry(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    fn at(&mut self, path: &[usize]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, next| match &mut node.value {
            Value::List(nodes) => nodes.get_mut(*next),
            Value::Table(entries) => entries.get_mut(*next).map(|(_, node)| node),
            _ => None,
        })
    }

    /// Puts one word for another at `path`: in place of the key or of the value; false where there
    /// is no such word, or the other is a key there already.
    pub(super) fn rename(&mut self, path: &[usize], wrong: &str, meant: String) -> bool {
        let Some((last, rest)) = path.split_last() else { return false };
        let Some(table) = self.at(rest) else { return false };
        if let Value::Table(entries) = &mut table.value
            && entries.get(*last).is_some_and(|(key, _)| key.name == wrong)
        {
            let is_new = entries.iter().all(|(key, _)| key.name != meant);
            if is_new {
                let key = &mut entries[*last].0;
                (key.name, key.guessed) = (meant, true);
            }
            return is_new;
        }
        match self.at(path).map(|node| &mut node.value) {
            Some(Value::Text(text)) if text == wrong => {
                *text = meant;
                true
            }
            _ => false,
        }
    }

    /// Whether what stands at `path` is the value of a key that was guessed.
    pub(super) fn is_guessed(&mut self, path: &[usize]) -> bool {
        let Some((last, rest)) = path.split_last() else { return false };
        let entries = self.at(rest).map(|table| table.entries()).unwrap_or_default();
        entries.get(*last).is_some_and(|(key, _)| key.guessed)
    }

    /// Adds an entry to the table at `path`; false where there is none.
    pub(super) fn add(&mut self, path: &[usize], name: &str, value: Value) -> bool {
        let Some(Self { span, value: Value::Table(entries), .. }) = self.at(path) else {
            return false;
        };
        let key = Key { span: span.clone(), name: name.to_owned(), guessed: false };
        entries.push((key, Self { span: span.clone(), value, damaged: true }));
        true
    }

    /// Removes what stands at `path`, position by position, and marks what held it.
    pub(super) fn cut(&mut self, path: &[usize]) {
        match (path, &mut self.value) {
            ([last], Value::List(nodes)) if *last < nodes.len() => {
                nodes.remove(*last);
                self.damaged = true;
            }
            ([last], Value::Table(entries)) if *last < entries.len() => {
                entries.remove(*last);
                self.damaged = true;
            }
            ([next, rest @ ..], Value::List(nodes)) if *next < nodes.len() => {
                nodes[*next].cut(rest)
            }
            ([next, rest @ ..], Value::Table(entries)) if *next < entries.len() => {
                entries[*next].1.cut(rest);
            }
            _ => {}
        }
    }
}

fn node(placed: Placed<Value>) -> Node {
    Node { span: range(placed.referenced), value: placed.value, damaged: false }
}

fn range(location: serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    start..start + span.byte_len().unwrap_or(0) as usize
}

/// Where an error is. Errors of syntax know their line and column only, both from 1.
fn place(source: &str, location: serde_saphyr::Location) -> Range<usize> {
    if location.span().byte_offset().is_some() {
        return range(location);
    }
    let mut lines = source.split_inclusive('\n');
    let n_before = (location.line() as usize).saturating_sub(1);
    let before: usize = lines.by_ref().take(n_before).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let column = (location.column() as usize).saturating_sub(1);
    let inside = line.char_indices().nth(column).map_or(line.trim_end().len(), |(at, _)| at);
    let start = before + inside;
    start..start + 1
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(placed) = seq.next_element::<Placed<Value>>()? {
            nodes.push(node(placed));
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Placed<String>>()? {
            let key = Key { span: range(key.referenced), name: key.value, guessed: false };
            entries.push((key, node(map.next_value::<Placed<Value>>()?)));
        }
        Ok(Value::Table(entries))
    }
}
