//! The list of kinds from which an enum of them, its names and its reader are made.

/// Makes the enum, `kinds()`, and a reader that takes a kind bare (`number`), as a table of
/// options, or as an empty table. The first line of a kind's documentation is its sentence in
/// `quorumbench list`.
///
/// The reader is by hand because a derived one takes no bare name for a kind with options, and
/// an untagged one could not say which word is wrong.
macro_rules! kinds {
    (
        $(#[doc = $about:literal])+
        $name:ident, $what:literal:
        $($text:literal => $kind:ident: $sentence:literal,)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
        #[schemars(transform = $name::also_bare)]
        pub enum $name {
            $(
                #[doc = $sentence]
                #[serde(rename = $text)]
                $kind($kind),
            )+
        }

        impl $name {
            const KINDS: &'static [(&'static str, &'static str)] = &[$(($text, $sentence)),+];

            /// Every kind's name with one sentence about it.
            pub fn kinds() -> &'static [(&'static str, &'static str)] {
                Self::KINDS
            }

            /// Its name, as a scenario writes it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $text,)+
                }
            }

            /// Adds the bare names to the schema, which knows only the tables.
            fn also_bare(schema: &mut schemars::Schema) {
                let names: Vec<&str> = Self::KINDS.iter().map(|(name, _)| *name).collect();
                let forms = schema.get_mut("oneOf").and_then(|forms| forms.as_array_mut());
                if let Some(forms) = forms {
                    forms.push(serde_json::json!({ "type": "string", "enum": names }));
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                use serde::Deserialize as _;
                use serde::de::value::{MapDeserializer, StrDeserializer};
                use serde::de::{Error, IgnoredAny, MapAccess, Visitor};

                #[derive(serde::Deserialize)]
                enum Kind {
                    $(#[serde(rename = $text)] $kind,)+
                }

                struct BareOrTable;

                impl<'de> Visitor<'de> for BareOrTable {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E: Error>(self, name: &str) -> Result<$name, E> {
                        let none = MapDeserializer::new(std::iter::empty::<(&str, &str)>());
                        Ok(match Kind::deserialize(StrDeserializer::new(name))? {
                            $(Kind::$kind => $name::$kind($kind::deserialize(none)?),)+
                        })
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<$name, A::Error> {
                        let Some(kind) = table.next_key()? else {
                            return Err(Error::invalid_length(0, &self));
                        };
                        let found = match kind {
                            $(Kind::$kind => $name::$kind(table.next_value()?),)+
                        };
                        match table.next_key::<IgnoredAny>()? {
                            None => Ok(found),
                            Some(_) => Err(Error::invalid_length(2, &self)),
                        }
                    }
                }

                from.deserialize_any(BareOrTable)
            }
        }
    };
}

pub(crate) use kinds;
