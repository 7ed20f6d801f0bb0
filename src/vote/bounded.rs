//! Numbers with bounds, so that an option which makes no sense is refused when it is read.

/// Why a number is no such option.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{value} is not from {low} to {high}")]
pub struct OutOfBounds {
    /// What was written.
    pub value: f64,
    /// The least that makes sense.
    pub low: f64,
    /// The most that makes sense.
    pub high: f64,
}

/// Makes a type for numbers from the first bound to the last, both included, with its default.
///
/// The text is the type's name once more, a bare token because `schemars` takes nothing else.
macro_rules! bounded {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $type:ident $text:tt, $low:literal to $high:literal, else $default:literal;
    )*) => {$(
        $(#[doc = $doc])+
        #[derive(
            Debug, Clone, Copy, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema,
        )]
        #[serde(try_from = $text, into = $text)]
        #[schemars(with = $text, extend("minimum" = $low, "maximum" = $high))]
        pub struct $name($type);

        impl $name {
            /// As a plain number.
            pub const fn value(self) -> $type {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<$type> for $name {
            type Error = $crate::vote::OutOfBounds;

            fn try_from(value: $type) -> Result<Self, Self::Error> {
                // Written positively so that NaN is refused.
                if ($low..=$high).contains(&value) {
                    Ok(Self(value))
                } else {
                    let [value, low, high] = [value, $low, $high].map(f64::from);
                    Err($crate::vote::OutOfBounds { value, low, high })
                }
            }
        }

        impl From<$name> for $type {
            fn from(bounded: $name) -> Self {
                bounded.0
            }
        }
    )*};
}

pub(crate) use bounded;

#[cfg(test)]
mod tests {
    bounded! {
        /// A share below one half.
        Share: f64 "f64", 0.0 to 0.5, else 0.2;
        /// A number of things.
        Size: u32 "u32", 2 to 9, else 5;
    }

    #[test]
    fn only_what_lies_within_the_bounds_is_read() {
        for (text, reads) in
            [("0", true), ("0.5", true), ("0.51", false), ("-0.1", false), ("\"x\"", false)]
        {
            assert_eq!(serde_json::from_str::<Share>(text).is_ok(), reads, "{text}");
        }
        for (text, reads) in [("2", true), ("9", true), ("1", false), ("10", false), ("2.5", false)]
        {
            assert_eq!(serde_json::from_str::<Size>(text).is_ok(), reads, "{text}");
        }
        assert!(Share::try_from(f64::NAN).is_err());
        let refused = Size::try_from(1).map_err(|error| error.to_string());
        assert_eq!(refused, Err("1 is not from 2 to 9".to_owned()));
        assert_eq!((Share::default().value(), Size::default().value()), (0.2, 5));
    }
}
