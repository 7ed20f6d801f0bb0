//! What tokens cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Price, Tokens, Usd};

/// Prices in dollars per million tokens.
///
/// The two cache prices also go by the names that Inspect's price files have for them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    /// Of tokens sent.
    pub input: Price,
    /// Of tokens received.
    pub output: Price,
    /// Of tokens sent that the provider had cached. Left out: as other tokens sent.
    #[serde(default, alias = "input_cache_read", skip_serializing_if = "Option::is_none")]
    pub cached_input: Option<Price>,
    /// Of tokens sent that the provider wrote to its cache. Left out: as other tokens sent.
    #[serde(default, alias = "input_cache_write", skip_serializing_if = "Option::is_none")]
    pub cached_write: Option<Price>,
    /// The longest prompt, in tokens, that these prices are for. Left out: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u64>,
    /// The day on which they held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Where they are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Nobody's list price but an assumption, and why it is a fair one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
}

/// The tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Sent, those from and to the cache included.
    pub sent: Tokens,
    /// Of those, read from the provider's cache.
    pub cached: Tokens,
    /// Of those, written to the provider's cache.
    pub written: Tokens,
    /// Received, those that the model thought in included.
    pub received: Tokens,
}

impl PriceList {
    /// Whether it asks for nothing, however many tokens there are.
    pub fn is_free(&self) -> bool {
        let kinds = [Some(self.input), Some(self.output), self.cached_input, self.cached_write];
        kinds.into_iter().flatten().all(|price| price * Tokens(1) == Usd::ZERO)
    }

    /// What a call cost, exactly. `None` where the prompt is longer than these prices are for.
    ///
    /// No token is paid for twice: where the parts of a usage exceed what was sent, say because a
    /// provider counts otherwise, reading from the cache goes before writing to it.
    pub fn cost(&self, usage: Usage) -> Option<Usd> {
        if self.up_to.is_some_and(|most| usage.sent.0 > most) {
            return None;
        }
        let cached = usage.cached.0.min(usage.sent.0);
        let written = usage.written.0.min(usage.sent.0 - cached);
        let fresh = usage.sent.0 - cached - written;
        let parts = [
            self.input * Tokens(fresh),
            self.cached_input.unwrap_or(self.input) * Tokens(cached),
            self.cached_write.unwrap_or(self.input) * Tokens(written),
            self.output * usage.received,
        ];
        Some(parts.into_iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(input: f64, output: f64, cached: Option<f64>, write: Option<f64>) -> PriceList {
        let price = |per_million: f64| Price::try_from(per_million).unwrap();
        PriceList {
            input: price(input),
            output: price(output),
            cached_input: cached.map(price),
            cached_write: write.map(price),
            up_to: None,
            as_of: None,
            source: None,
            assumed: None,
        }
    }

    fn usage(sent: u64, cached: u64, written: u64, received: u64) -> Usage {
        let [sent, cached, written, received] = [sent, cached, written, received].map(Tokens);
        Usage { sent, cached, written, received }
    }

    /// Each worked out by hand: a price of $p a million tokens is p times 10^6 pico-dollars each.
    #[test]
    fn a_call_costs_what_its_tokens_do_to_the_pico_dollar() {
        let mini = prices(0.15, 0.6, Some(0.075), None);
        let sonnet = prices(3.0, 15.0, Some(0.3), Some(3.75));
        let plain = prices(0.0375, 0.15, None, None);
        for (name, list, usage, picos) in [
            // 2006 x 150000 + 300 x 600000.
            ("nothing cached", &mini, usage(2006, 0, 0, 300), 480_900_000),
            // 86 x 150000 + 1920 x 75000 + 300 x 600000.
            ("most of it cached", &mini, usage(2006, 1920, 0, 300), 336_900_000),
            // 21 x 3000000 + 188086 x 300000 + 393 x 15000000.
            ("read from the cache", &sonnet, usage(188_107, 188_086, 0, 393), 62_383_800_000),
            // 21 x 3000000 + 188086 x 3750000 + 393 x 15000000.
            ("written to the cache", &sonnet, usage(188_107, 0, 188_086, 393), 711_280_500_000),
            // 50 x 3000000 + 100000 x 300000 + 248 x 3750000 + 503 x 15000000.
            ("both", &sonnet, usage(100_298, 100_000, 248, 503), 38_625_000_000),
            // Without prices of their own, cached tokens cost what others do.
            ("no cache prices", &plain, usage(1000, 400, 300, 10), 39_000_000),
            // No more was cached than sent, whatever the provider says.
            ("too much cached", &mini, usage(100, 500, 500, 0), 7_500_000),
            ("nothing at all", &mini, usage(0, 0, 0, 0), 0),
        ] {
            assert_eq!(list.cost(usage).map(Usd::picos), Some(picos), "{name}");
        }
    }

    /// One provider counts cached tokens as sent, the other beside them; what is sent here is the
    /// sum of both, so that the same call costs the same.
    #[test]
    fn both_ways_of_counting_cached_tokens_come_to_the_same_cost() {
        let list = prices(3.0, 15.0, Some(0.3), Some(3.75));
        let within = usage(1_000, 600, 300, 50);
        let (beside_input, read, written) = (100, 600, 300);
        let beside = usage(beside_input + read + written, read, written, 50);
        assert_eq!(list.cost(within), list.cost(beside));
        // 100 x 3000000 + 600 x 300000 + 300 x 3750000 + 50 x 15000000.
        assert_eq!(list.cost(beside).map(Usd::picos), Some(2_355_000_000));
    }

    #[test]
    fn a_longer_prompt_than_the_prices_are_for_has_no_known_cost() {
        let list = PriceList { up_to: Some(1000), ..prices(1.0, 1.0, None, None) };
        assert_eq!(list.cost(usage(1000, 0, 0, 0)), Some(Usd::from_picos(1_000_000_000)));
        assert_eq!(list.cost(usage(1001, 0, 0, 0)), None);
    }

    #[test]
    fn both_names_of_the_cache_prices_are_read_and_others_refused() {
        let ours = r#"{"input":3,"output":15,"cached_input":0.3,"cached_write":3.75}"#;
        let inspect = r#"{"input":3,"output":15,"input_cache_read":0.3,"input_cache_write":3.75}"#;
        let [ours, inspect] =
            [ours, inspect].map(|text| serde_json::from_str::<PriceList>(text).unwrap());
        assert_eq!(ours, inspect);
        assert_eq!(ours, prices(3.0, 15.0, Some(0.3), Some(3.75)));
        for wrong in [r#"{"input":3}"#, r#"{"input":3,"output":1,"cache":1}"#] {
            assert!(serde_json::from_str::<PriceList>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_asks_for_nothing_at_all_is_free() {
        assert!(prices(0.0, 0.0, Some(0.0), None).is_free());
        for paid in [(0.1, 0.0, None), (0.0, 0.1, None), (0.0, 0.0, Some(0.1))] {
            assert!(!prices(paid.0, paid.1, paid.2, None).is_free(), "{paid:?}");
        }
    }
}
