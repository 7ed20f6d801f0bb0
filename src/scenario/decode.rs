//! Turns a [`Node`] into typed values, and says of the first mistake where it is and what is right.
//!
//! Kinds with options read in three ways: bare (`majority`), as an empty table (`majority: {}`) and
//! as a table of options.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::breakers::GIVEN;
use super::misread::{Fault, found, unexpected};
use super::tree::{Key, Node, Value};
use crate::kernel::SPANNED;

/// Reads one node of a document.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'a> {
    pub(super) node: &'a Node,
    pub(super) source: &'a str,
}

const EMPTY: Value = Value::Table(Vec::new());

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

    /// Whether a `null` or `~` stands there, or what refers to one, and not nothing at all.
    fn is_written_null(self) -> bool {
        let word = self.source.get(self.node.span.clone()).unwrap_or_default();
        matches!(self.node.value, Value::Null) && !word.trim().is_empty()
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
        match name {
            SPANNED => visitor.visit_seq(Place { decoder: self, next: 0 }),
            GIVEN if self.is_written_null() => visitor.visit_none(),
            GIVEN => visitor.visit_some(self),
            _ => visitor.visit_newtype_struct(self),
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
                Err(Fault::of_type(message, Some(help)).at(self.node))
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
            Value::Table(_) => Err(Fault::of_type("expected one kind with its options", None)),
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
            _ => Err(Fault::of_type("this kind has no options", None).at(decoder.node)),
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
