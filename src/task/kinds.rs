//! The list of kinds from which an enum of them and its names are made.

/// Makes the enum and `kinds()`. The first line of a kind's documentation is its sentence in
/// `quorumbench list`.
macro_rules! kinds {
    (
        $(#[doc = $about:literal])+
        $name:ident, $what:literal:
        $($text:literal => $kind:ident: $sentence:literal,)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[derive(schemars::JsonSchema)]
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

            /// Adds the bare names to the schema, which knows only the tables.
            fn also_bare(schema: &mut schemars::Schema) {
                let names: Vec<&str> = Self::KINDS.iter().map(|(name, _)| *name).collect();
                let forms = schema.get_mut("oneOf").and_then(|forms| forms.as_array_mut());
                if let Some(forms) = forms {
                    forms.push(serde_json::json!({ "type": "string", "enum": names }));
                }
            }
        }
    };
}

pub(crate) use kinds;
