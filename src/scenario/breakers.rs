//! Breakers as a scenario writes them, and how a policy asks.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use super::probes::RawProbe;
use super::read::Complaint;
use super::suggest;
use crate::kernel::lists::Named;
use crate::kernel::{Lasting, Micros, Probability, Spanned};
use crate::policy::Conduct;
use crate::policy::parts::breaker::{Config, Size};
use crate::policy::parts::budget::Budget;
use crate::policy::parts::cooldown::{self, Alone};
use crate::policy::parts::guard::{GuardConfig, Rules};
use crate::policy::parts::retry::{Jitter, Retry};
use crate::provider::Timeout;

/// When a model is left alone. What is left out is as the preset under `like` has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawBreaker {
    /// Whose rules it goes by.
    pub like: Like,
    /// Opens when this share of calls failed, or more.
    pub failure_rate: Option<Probability>,
    /// Opens when this share of calls was slow, or more.
    pub slow_rate: Option<Probability>,
    /// A call that takes longer is slow.
    pub slow_after: Option<Lasting>,
    /// The calls that rates look at: the last so many (`100`), or those of the last seconds
    /// (`60s`).
    pub window: Option<RawWindow>,
    /// Fewer calls than this decide nothing.
    pub minimum_calls: Option<NonZeroU32>,
    /// How long a model is left alone the first time.
    pub wait: Option<Lasting>,
    /// Each time in a row so many times longer.
    pub growth: Option<NonZeroU32>,
    /// How many calls try whether it is over; 0 takes it to be over when the wait is.
    pub permits: Option<u32>,
    /// A trial that takes longer has failed.
    pub trial: Option<Lasting>,
    /// Failures that are allowed in a minute; for `litellm` and `litellm-pool`.
    pub allowed_fails: Option<u32>,
    /// How each model is asked whether it is well, beside the calls of requests. Left out: not.
    #[serde(deserialize_with = "given")]
    pub probe: Option<RawProbe>,
}

/// A table that stands there with nothing in it has every option at its default: what is left out
/// is none, and so is a `null` that is written.
pub(super) fn given<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_newtype_struct(GIVEN, Given(PhantomData))
}

/// The name under which a deserializer that knows a `null` from nothing recognises [`given`]: it
/// visits none for the one and some for the other.
pub(super) const GIVEN: &str = "$quorumbench::given";

struct Given<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Given<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of options")
    }

    /// From a deserializer that knows no such thing.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        Option::deserialize(from)
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        T::deserialize(from).map(Some)
    }
}

/// Whose rules a breaker goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Like {
    /// resilience4j's circuit breaker.
    #[default]
    Resilience4j,
    /// `LiteLLM`'s cool-down of a deployment that stands alone.
    Litellm,
    /// `LiteLLM`'s cool-down of a deployment in a pool.
    LitellmPool,
    /// Portkey's hosted breaker: no trial, closed again after its wait.
    Portkey,
}

/// The last so many calls, or those of the last seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RawWindow {
    /// Calls.
    Calls(NonZeroU32),
    /// Time.
    Time(Lasting),
}

impl<'de> Deserialize<'de> for RawWindow {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct CallsOrTime;
        impl Visitor<'_> for CallsOrTime {
            type Value = RawWindow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of calls such as 100, or a time such as 60s")
            }

            fn visit_u64<E: Error>(self, calls: u64) -> Result<RawWindow, E> {
                let calls = u32::try_from(calls).ok().filter(|calls| *calls <= 1_000_000);
                let calls = calls.and_then(NonZeroU32::new);
                calls.map(RawWindow::Calls).ok_or_else(|| E::custom("from 1 to 1000000 calls"))
            }

            fn visit_i64<E: Error>(self, calls: i64) -> Result<RawWindow, E> {
                self.visit_u64(u64::try_from(calls).unwrap_or(0))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RawWindow, E> {
                let time: Lasting = text.parse().map_err(E::custom)?;
                if time < Lasting::seconds(1) || time > Lasting::seconds(86_400) {
                    return Err(E::custom("a window is from 1s to 1d"));
                }
                Ok(RawWindow::Time(time))
            }
        }
        from.deserialize_any(CallsOrTime)
    }
}

impl Serialize for RawWindow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Calls(calls) => serializer.serialize_u32(calls.get()),
            Self::Time(time) => serializer.serialize_str(&time.to_string()),
        }
    }
}

impl JsonSchema for RawWindow {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Window".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["integer", "string"], "minimum": 1 })
    }
}

impl RawBreaker {
    fn config(&self) -> GuardConfig {
        GuardConfig { rules: self.rules(), probe: self.probe.as_ref().map(RawProbe::config) }
    }

    fn rules(&self) -> Rules {
        let wait = |usual: Micros| self.wait.map_or(usual, |Lasting(wait)| wait);
        let alone = match self.like {
            Like::Resilience4j => return Rules::Breaker(self.over(Config::DEFAULT)),
            Like::Portkey => {
                let hosted = Config { window: Size::Seconds(60), permits: 0, ..Config::DEFAULT };
                return Rules::Breaker(self.over(hosted));
            }
            Like::Litellm => Alone::Yes,
            Like::LitellmPool => Alone::No,
        };
        let (allowed_fails, wait) = (self.allowed_fails, wait(Micros(5_000_000)));
        Rules::Cooldown(cooldown::Config { allowed_fails, alone, wait })
    }

    fn over(&self, usual: Config) -> Config {
        let micros = |time: Option<Lasting>, usual: Micros| time.map_or(usual, |Lasting(it)| it);
        let rate = |rate: Option<Probability>, usual: f64| rate.map_or(usual, Probability::value);
        let window = match self.window {
            None => usual.window,
            Some(RawWindow::Calls(calls)) => Size::Calls(calls.get() as usize),
            Some(RawWindow::Time(Lasting(Micros(time)))) => {
                Size::Seconds((time / 1_000_000) as u32)
            }
        };
        Config {
            failure_rate: rate(self.failure_rate, usual.failure_rate),
            slow_rate: rate(self.slow_rate, usual.slow_rate),
            slow_after: micros(self.slow_after, usual.slow_after),
            window,
            minimum_calls: self.minimum_calls.map_or(usual.minimum_calls, |it| it.get() as usize),
            wait: micros(self.wait, usual.wait),
            growth: self.growth.map_or(usual.growth, NonZeroU32::get),
            permits: self.permits.map_or(usual.permits, |it| it as usize),
            trial: self.trial.map_or(usual.trial, |Lasting(it)| Some(it)),
        }
    }

    /// What is wrong with it, where each option by itself is right.
    fn complaint(&self) -> Option<&'static str> {
        let is_cooldown = matches!(self.like, Like::Litellm | Like::LitellmPool);
        let others = self.failure_rate.is_some()
            || self.slow_rate.is_some()
            || self.slow_after.is_some()
            || self.growth.is_some()
            || self.trial.is_some()
            || self.window.is_some()
            || self.minimum_calls.is_some()
            || self.permits.is_some();
        match (is_cooldown, others, self.allowed_fails) {
            (true, true, _) => Some("a cool-down takes `allowed_fails`, `wait` and `probe` alone"),
            (false, _, Some(_)) => Some("`allowed_fails` goes with `like: litellm`"),
            _ if self.failure_rate == Some(Probability::NEVER) => {
                Some("at a `failure_rate` of 0 it opens at once, whatever happens")
            }
            _ => None,
        }
    }
}

/// How often a call is tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRetry {
    /// Calls at most, the first included.
    pub attempts: NonZeroU32,
    /// The longest wait behind the first failure; it doubles with each one more.
    pub base: Lasting,
    /// No wait of our own choice is longer.
    pub cap: Lasting,
    /// How waits are drawn.
    pub jitter: Jitter,
    /// A provider that asks for a longer wait than this is not tried again.
    pub longest_asked: Lasting,
    /// What all retries of calls to one model may come to. Left out: no limit.
    #[serde(deserialize_with = "given")]
    pub budget: Option<RawBudget>,
}

/// What all retries of calls to one model may come to, within ten seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawBudget {
    /// This share of the calls that were answered.
    pub share: Probability,
    /// And so many a second in any case.
    pub per_second: u32,
}

impl Default for RawBudget {
    /// As tower has it.
    fn default() -> Self {
        Self { share: Probability::FIFTH, per_second: 10 }
    }
}

impl From<RawBudget> for Budget {
    fn from(raw: RawBudget) -> Self {
        Self { deposit: (raw.share.value() * 1e6).round() as u32, per_second: raw.per_second }
    }
}

impl From<Budget> for RawBudget {
    fn from(Budget { deposit, per_second }: Budget) -> Self {
        let share = Probability::try_from(f64::from(deposit) / 1e6).unwrap_or(Probability::NEVER);
        Self { share, per_second }
    }
}

impl Default for RawRetry {
    fn default() -> Self {
        Self {
            attempts: NonZeroU32::MIN.saturating_add(1),
            base: Lasting(Retry::NEVER.base),
            cap: Lasting(Retry::NEVER.cap),
            jitter: Jitter::default(),
            longest_asked: Lasting(Retry::NEVER.longest_asked),
            budget: None,
        }
    }
}

impl From<RawRetry> for Retry {
    fn from(raw: RawRetry) -> Self {
        Self {
            attempts: raw.attempts.get().min(100),
            base: raw.base.0,
            cap: raw.cap.0,
            jitter: raw.jitter,
            longest_asked: raw.longest_asked.0,
            budget: raw.budget.map(Budget::from),
        }
    }
}

/// How a policy asks, as it is written.
pub(super) struct Asking<'a> {
    pub(super) breaker: Option<&'a Spanned<String>>,
    pub(super) timeout: Option<Timeout>,
    pub(super) retry: Option<RawRetry>,
    pub(super) deadline: Option<Timeout>,
}

impl Asking<'_> {
    /// With the breaker's name resolved.
    pub(super) fn conduct(&self, breakers: &Named<RawBreaker>) -> (Conduct, Option<Complaint>) {
        let micros = |Timeout(time): Timeout| Micros(time.as_micros() as u64);
        let mut names = breakers.0.iter().map(|(name, _)| name.value.as_str());
        let at = self.breaker.and_then(|name| names.clone().position(|it| it == name.value));
        let complaint = self.breaker.filter(|_| at.is_none()).map(|name| Complaint {
            message: format!("unknown breaker `{}`", name.value),
            help: Some(match breakers.0.len() {
                0 => "add it under `breakers`".to_owned(),
                _ => suggest::help(&name.value, &mut names),
            }),
            span: name.span.clone(),
        });
        let conduct = Conduct {
            timeout: self.timeout.map(micros),
            retry: self.retry.map(Retry::from),
            breaker: at,
            deadline: self.deadline.map(micros),
        };
        (conduct, complaint)
    }
}

/// The breakers as they are used, and what is wrong with them.
pub(super) fn resolve(raw: &Named<RawBreaker>) -> (Vec<GuardConfig>, Vec<Complaint>) {
    let complaint = |(name, breaker): &(Spanned<String>, RawBreaker)| {
        let help = breaker.complaint()?;
        Some(Complaint {
            message: format!("`{}` is a breaker that can't be", name.value),
            help: Some(help.to_owned()),
            span: name.span.clone(),
        })
    };
    let probes = raw.0.iter().filter_map(|(_, breaker)| breaker.probe.as_ref());
    let complaints =
        raw.0.iter().filter_map(complaint).chain(probes.flat_map(RawProbe::complaints));
    let complaints = complaints.collect();
    (raw.0.iter().map(|(_, breaker)| breaker.config()).collect(), complaints)
}
