//! A provider allows so many requests and tokens a minute. The one fault with a state.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::window::Window;
use super::{Call, Fate, Of, OnWire, Status, Trouble};
use crate::kernel::{Lasting, Micros};

const MICROS_A_MINUTE: u128 = 60_000_000;

/// So many requests and tokens a minute; whoever wants more is told when to come again.
///
/// A token bucket that holds a minute's worth and is full at the start. Everybody whom it is for
/// draws from the same. A call that is refused takes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimit {
    /// Whose calls. Left out: everybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Of>,
    /// When it begins. Left out: it is there from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Lasting>,
    /// How long it lasts. Left out: to the end.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasting>,
    /// Requests allowed a minute. Left out: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<std::num::NonZeroU32>,
    /// Tokens allowed a minute, sent and received. Left out: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<std::num::NonZeroU32>,
}

/// What is left in the buckets of one rate limit; nothing was taken yet at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Buckets {
    requests: Bucket,
    tokens: Bucket,
}

/// What is missing in a bucket, in requests or tokens times [`MICROS_A_MINUTE`], so that what flows
/// back in a microsecond is a whole number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bucket {
    missing: u128,
    at: Micros,
}

impl RateLimit {
    pub(super) fn fate(
        &self,
        now: Micros,
        call: &Call<'_>,
        buckets: &mut Buckets,
    ) -> Fate<'static> {
        if !self.window().contains(now) {
            return Fate::Pass;
        }
        let requests = buckets.requests.taken(now, self.requests_per_minute, 1);
        let tokens = buckets.tokens.taken(now, self.tokens_per_minute, call.tokens.0);
        match (requests, tokens) {
            (Ok(requests), Ok(tokens)) => {
                *buckets = Buckets { requests, tokens };
                Fate::Pass
            }
            (requests, tokens) => {
                let wait = requests.err().max(tokens.err()).unwrap_or_default();
                Fate::Meets(Cow::Owned(OnWire::Status(Status {
                    code: None,
                    body: Some(Trouble::RateLimit),
                    retry_after: Some(Lasting(wait)),
                })))
            }
        }
    }

    /// What is wrong with its options.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        let is_empty = self.requests_per_minute.is_none() && self.tokens_per_minute.is_none();
        is_empty.then_some("give `requests_per_minute`, `tokens_per_minute` or both")
    }

    pub(super) const fn window(&self) -> Window {
        Window { at: self.at, lasts: self.lasts }
    }
}

impl Bucket {
    /// The bucket when `n` more are taken, or how long it takes until they are there.
    ///
    /// A call that needs more than the bucket holds takes all that it holds.
    fn taken(
        self,
        now: Micros,
        a_minute: Option<std::num::NonZeroU32>,
        n: u64,
    ) -> Result<Self, Micros> {
        let Some(a_minute) = a_minute.map(|n| u128::from(n.get())) else { return Ok(self) };
        // Calls may be told out of order by a hair; time doesn't go back.
        let now = now.max(self.at);
        let flown_back = a_minute * u128::from(now.0 - self.at.0);
        let holds = a_minute * MICROS_A_MINUTE;
        let missing = self.missing.saturating_sub(flown_back);
        let wanted = (u128::from(n) * MICROS_A_MINUTE).min(holds);
        let after = missing + wanted;
        match after.checked_sub(holds) {
            None | Some(0) => Ok(Self { missing: after, at: now }),
            Some(lacking) => Err(Micros(lacking.div_ceil(a_minute) as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Key, ModelId, Seed, Tokens};

    /// When each of some calls comes, how many tokens it takes, and when it is told to come again.
    fn waits(limit: &RateLimit, calls: &[(u64, u64)]) -> Vec<Option<u64>> {
        let model = ModelId::from("m");
        let mut buckets = Buckets::default();
        let wait = |(ms, tokens): &(u64, u64)| {
            let tokens = Tokens(*tokens);
            let [model_key, question] = [Key::new(Seed(1), "test", &[]); 2];
            let call = Call { model: &model, model_key, question, attempt: 0, tokens };
            match limit.fate(Micros(ms * 1000), &call, &mut buckets) {
                Fate::Meets(reply) => match reply.as_ref() {
                    OnWire::Status(status) => status.retry_after.map(|Lasting(wait)| wait.0 / 1000),
                    _ => None,
                },
                _ => None,
            }
        };
        calls.iter().map(wait).collect()
    }

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_as_fast_as_it_flows_back() {
        let number = std::num::NonZeroU32::new;
        let limit = RateLimit { requests_per_minute: number(60), ..RateLimit::default() };
        let mut calls = vec![(0, 1); 61];
        calls.extend([(500, 1), (1000, 1), (1000, 1), (10_000, 1)]);
        let told = waits(&limit, &calls);
        assert_eq!(told.iter().filter(|wait| wait.is_none()).count(), 62);
        assert_eq!(told[60..], [Some(1000), Some(500), None, Some(1000), None]);
        // The figures of a bucket of 60 with the clock ten seconds on: ten more.
        let mut calls = vec![(0, 1); 60];
        calls.extend(vec![(10_000, 1); 11]);
        let told = waits(&limit, &calls);
        assert_eq!(told.iter().filter(|wait| wait.is_some()).count(), 1);
        assert_eq!(told[70], Some(1000));
    }

    #[test]
    fn tokens_have_a_bucket_of_their_own_and_one_huge_call_is_let_through() {
        let number = std::num::NonZeroU32::new;
        let limit = RateLimit { tokens_per_minute: number(600), ..RateLimit::default() };
        let calls = [(0, 500), (0, 200), (10_000, 200), (70_000, 9_999), (70_000, 1)];
        assert_eq!(waits(&limit, &calls), [None, Some(10_000), None, None, Some(100)]);
    }
}
