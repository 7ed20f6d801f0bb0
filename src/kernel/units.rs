//! Money, tokens, time and chance as types, with only the arithmetic that makes sense.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Money in whole pico-dollars, so that sums don't depend on their order.
///
/// It reaches to 9.2 million dollars. Written and read as dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Usd(i64);

const PICOS: f64 = 1e12;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The nearest whole number of pico-dollars; `None` when it is not finite or out of reach.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let picos = (dollars * PICOS).round();
        (picos.abs() < i64::MAX as f64).then_some(Self(picos as i64))
    }

    /// From the number that is stored.
    pub const fn from_picos(picos: i64) -> Self {
        Self(picos)
    }

    /// The number that is stored.
    pub const fn picos(self) -> i64 {
        self.0
    }

    /// In dollars.
    pub fn dollars(self) -> f64 {
        self.0 as f64 / PICOS
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

/// A number of tokens, as the provider counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tokens(pub u64);

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

/// A price in dollars per million tokens, kept as whole pico-dollars per token.
///
/// A scenario writes `0.0375`, which is 37 500 pico-dollars per token, exactly.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0))]
pub struct Price(i64);

/// Why a number is no price.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a price: it is in dollars per million tokens, from 0 to 1000000")]
pub struct NotAPrice(f64);

impl TryFrom<f64> for Price {
    type Error = NotAPrice;

    fn try_from(per_million: f64) -> Result<Self, NotAPrice> {
        // Written positively so that NaN is refused.
        if (0.0..=1e6).contains(&per_million) {
            Ok(Self((per_million * 1e6).round() as i64))
        } else {
            Err(NotAPrice(per_million))
        }
    }
}

impl From<Price> for f64 {
    fn from(price: Price) -> Self {
        price.0 as Self / 1e6
    }
}

/// The only way to make a cost out of a price.
impl Mul<Tokens> for Price {
    type Output = Usd;

    fn mul(self, tokens: Tokens) -> Usd {
        Usd(self.0.saturating_mul(i64::try_from(tokens.0).unwrap_or(i64::MAX)))
    }
}

/// A length of time in whole microseconds. Written and read as milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Micros(pub u64);

impl Micros {
    /// The nearest whole number of microseconds; `None` when negative or not finite.
    pub fn from_ms(ms: f64) -> Option<Self> {
        (ms >= 0.0 && ms.is_finite()).then(|| Self((ms * 1e3).round() as u64))
    }

    /// In milliseconds.
    pub fn ms(self) -> f64 {
        self.0 as f64 / 1e3
    }
}

impl Micros {
    /// So much later than `earlier`; nothing where it is not later.
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Micros {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A chance in the closed interval [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64", extend("minimum" = 0, "maximum" = 1))]
pub struct Probability(f64);

/// Why a number is no probability.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not between 0 and 1")]
pub struct OutOfUnit(f64);

impl Probability {
    /// 0.
    pub const NEVER: Self = Self(0.0);
    /// 1.
    pub const ALWAYS: Self = Self(1.0);
    /// 0.95.
    pub const NINETEEN_OF_TWENTY: Self = Self(0.95);

    /// 0.8.
    pub const FOUR_FIFTHS: Self = Self(0.8);
    /// 0.2.
    pub const FIFTH: Self = Self(0.2);
    /// 0.999.
    pub const OF_A_THOUSAND_ALL_BUT_ONE: Self = Self(0.999);
    /// 0.5.
    pub const HALF: Self = Self(0.5);
    /// 0.75.
    pub const THREE_QUARTERS: Self = Self(0.75);

    /// As a plain number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Probability {
    type Error = OutOfUnit;

    fn try_from(value: f64) -> Result<Self, OutOfUnit> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(OutOfUnit(value)) }
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${:.4}", self.dollars())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_exact_in_picodollars() -> Result<(), NotAPrice> {
        for (per_million, tokens, picos) in [
            (0.0375, 1, 37_500),
            (0.15, 1_000_000, 150_000_000_000),
            (75.0, 3, 225_000_000),
            (0.0, 12, 0),
        ] {
            let cost = Price::try_from(per_million)? * Tokens(tokens);
            assert_eq!(cost.picos(), picos, "{per_million} $/M x {tokens}");
        }
        Ok(())
    }

    #[test]
    fn nonsense_is_no_price_and_no_probability() {
        for value in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(Price::try_from(value).is_err(), "{value}");
            assert!(Probability::try_from(value).is_err(), "{value}");
            assert!(Micros::from_ms(value).is_none(), "{value}");
        }
        assert!(Probability::try_from(1.0 + 1e-9).is_err());
        assert!(Usd::from_dollars(1e8).is_none());
    }
}
