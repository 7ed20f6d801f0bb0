//! Turns a [`Node`] into typed values, and says of the first mistake where it is and what is right.
//!
//! Kinds with options read in three ways: bare (`majority`), as an empty table (`majority: {}`) and
//! as a table of options.

use std::fmt;
use std::ops::Range;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::{Key, Node, Value};
use crate::kernel::SPANNED;

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
}

/// Reads one node of a document.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    pub(super) node: &'a Node,
    pub(super) source: &'a str,
}

const EMPTY: Value = Value::Table(Vec::new());

impl Fault {
    fn new(message: impl fmt::Display, help: Option<String>) -> Self {
        Self { message: message.to_string(), help, span: None, path: Vec::new(), echo: false }
    }

    /// The innermost place that reports wins.
    fn at(mut self, node: &Node) -> Self {
        if self.span.is_none() {
            self.span = Some(node.span.clone());
            self.echo = node.damaged;
        }
        self
    }

    fn inside(mut self, position: usize) -> Self {
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
        Self::new(format!("expected {expected}, found {}", found(unexpected)), None)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", found(unexpected)), None)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = super::suggest::help(variant, expected.iter().copied());
        Self::new(format!("unknown kind `{variant}`"), Some(help))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = super::suggest::help(field, expected.iter().copied());
        Self::new(format!("unknown key `{field}`"), Some(help))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is missing"), Some(format!("add `{field}: …` here")))
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
        other => other,
    }
    .to_owned()
}

fn unexpected(value: &Value) -> Unexpected<'_> {
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

fn found(unexpected: Unexpected<'_>) -> String {
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

impl<'a> Decoder<'a> {
    fn of(self, node: &'a Node) -> Self {
        Self { node, ..self }
    }

    /// A scalar as it is written, so that a name may look like a number.
    fn text(self) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            Value::Bool(_) | Value::Integer(_) | Value::Number(_) => {
                self.source.get(self.node.span.clone()).filter(|it| !it.is_empty())
            }
            _ => None,
        }
    }

    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Number(value) => visitor.visit_f64(*value),
            Value::Text(value) => visitor.visit_str(value),
            Value::List(nodes) => visitor.visit_seq(Items { decoder: self, nodes, next: 0 }),
            Value::Table(entries) => visitor.visit_map(Entries { decoder: self, entries, next: 0 }),
        }
    }
}

impl<'de> Deserializer<'de> for Decoder<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor).map_err(|fault| fault.at(self.node))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match self.text() {
            Some(text) => visitor.visit_str(text),
            None => self.any(visitor),
        };
        result.map_err(|fault| fault.at(self.node))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == SPANNED {
            visitor.visit_seq(Place { decoder: self, next: 0 })
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.node.value {
            // A section that is there but empty has every option at its default.
            Value::Null => {
                let empty = Node { value: EMPTY, ..self.node.clone() };
                self.of(&empty).any(visitor).map_err(|fault| fault.at(self.node))
            }
            Value::Table(_) => self.deserialize_any(visitor),
            other => {
                let found = found(unexpected(other));
                let message = format!("expected a table of options, found {found}");
                let help = match keys {
                    [] => "write {} for none".to_owned(),
                    keys => format!("write {{ {}: … }}; known here: {}", keys[0], keys.join(", ")),
                };
                Err(Fault::new(message, Some(help)).at(self.node))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            Value::Table(entries) if let [(key, node)] = entries.as_slice() => {
                visitor.visit_enum(Kind { decoder: self, key: Some(key), node: Some(node) })
            }
            Value::Table(_) => Err(Fault::new("expected one kind with its options", None)),
            _ => visitor.visit_enum(Kind { decoder: self, key: None, node: None }),
        };
        result.map_err(|fault| fault.at(self.node))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The elements of a list.
struct Items<'a> {
    decoder: Decoder<'a>,
    nodes: &'a [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.nodes.get(self.next) else { return Ok(None) };
        self.next += 1;
        let element = seed.deserialize(self.decoder.of(node));
        element.map(Some).map_err(|fault| fault.at(node).inside(self.next - 1))
    }
}

/// The entries of a table.
struct Entries<'a> {
    decoder: Decoder<'a>,
    entries: &'a [(Key, Node)],
    next: usize,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, _)) = self.entries.get(self.next) else { return Ok(None) };
        self.next += 1;
        let node =
            Node { span: key.span.clone(), value: Value::Text(key.name.clone()), damaged: false };
        let name = seed.deserialize(self.decoder.of(&node));
        name.map(Some).map_err(|fault| fault.at(&node).inside(self.next - 1))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = &self.entries[self.next - 1].1;
        let value = seed.deserialize(self.decoder.of(node));
        value.map_err(|fault| fault.at(node).inside(self.next - 1))
    }
}

/// What [`crate::kernel::Spanned`] asks for: start, end, value.
struct Place<'a> {
    decoder: Decoder<'a>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Place<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        self.next += 1;
        let span = &self.decoder.node.span;
        match self.next {
            1 => seed.deserialize(span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(span.end.into_deserializer()).map(Some),
            _ => seed.deserialize(self.decoder).map(Some),
        }
    }
}

/// A kind: bare, or the one key of a table with its options.
struct Kind<'a> {
    decoder: Decoder<'a>,
    key: Option<&'a Key>,
    node: Option<&'a Node>,
}

impl Kind<'_> {
    /// Reads the options; none are an empty table.
    fn options<T>(self, read: impl FnOnce(Decoder<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let empty = Node { value: EMPTY, ..self.decoder.node.clone() };
        match self.node {
            Some(node) => read(self.decoder.of(node)).map_err(|fault| fault.at(node).inside(0)),
            None => read(self.decoder.of(&empty)),
        }
    }
}

impl<'de> EnumAccess<'de> for Kind<'_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let Some(key) = self.key else {
            return Ok((seed.deserialize(self.decoder)?, self));
        };
        let node =
            Node { span: key.span.clone(), value: Value::Text(key.name.clone()), damaged: false };
        let kind = seed.deserialize(self.decoder.of(&node));
        Ok((kind.map_err(|fault| fault.at(&node).inside(0))?, self))
    }
}

impl<'de> VariantAccess<'de> for Kind<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.options(|decoder| match &decoder.node.value {
            Value::Null => Ok(()),
            Value::Table(entries) if entries.is_empty() => Ok(()),
            _ => Err(Fault::new("this kind has no options", None).at(decoder.node)),
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        self.options(|decoder| seed.deserialize(decoder))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.options(|decoder| decoder.deserialize_any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        name: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.options(|decoder| decoder.deserialize_struct("", name, visitor))
    }
}
