//! Health probes as a scenario writes them.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::Complaint;
use crate::kernel::{Lasting, Micros, Spanned};
use crate::policy::parts::probe::Config;

/// Asks each model behind the breaker at intervals, whatever traffic there is, and leaves it alone
/// while it doesn't answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProbe {
    /// From one probe to the next. Left out: 30s.
    pub every: Option<Spanned<Lasting>>,
    /// How long one may take, at most `every`. Left out: 10s, or `every` where that is shorter.
    pub timeout: Option<Spanned<Lasting>>,
    /// So many in a row that fail, and the model is down. Left out: 3.
    pub fall: Option<NonZeroU32>,
    /// So many in a row that are answered, and it is up again. Left out: 2.
    pub rise: Option<NonZeroU32>,
}

const EVERY: Lasting = Lasting::seconds(30);
const TIMEOUT: Lasting = Lasting::seconds(10);
const FALL: u32 = 3;
const RISE: u32 = 2;

impl RawProbe {
    /// With every default.
    pub(super) fn config(&self) -> Config {
        let Lasting(every) = self.every();
        let timeout = self.timeout.as_ref().map_or(TIMEOUT.0.min(every), |it| it.value.0);
        let (fall, rise) = (self.fall.map_or(FALL, Into::into), self.rise.map_or(RISE, Into::into));
        Config { every, timeout, fall, rise }
    }

    fn every(&self) -> Lasting {
        self.every.as_ref().map_or(EVERY, |it| it.value)
    }

    /// What is wrong with it.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        let complaint = |at: &Spanned<Lasting>, message: String, help: &str| Complaint {
            message,
            help: Some(help.to_owned()),
            span: at.span.clone(),
        };
        let is_short = |it: &&Spanned<Lasting>| it.value.0 < SHORTEST;
        let mut complaints = Vec::new();
        if let Some(every) = self.every.as_ref().filter(is_short) {
            let message = format!("a probe every {} is too often", every.value);
            complaints.push(complaint(every, message, "at least 1ms; 30s is usual"));
        }
        if let Some(timeout) = &self.timeout {
            if is_short(&timeout) {
                let message = format!("nobody answers a probe within {}", timeout.value);
                complaints.push(complaint(timeout, message, "at least 1ms; 10s is usual"));
            } else if timeout.value > self.every() {
                let (timeout_is, every) = (timeout.value, self.every());
                let message = format!("a probe that may take {timeout_is} is sent every {every}");
                let help = "a `timeout` is at most `every`, so that one probe is out at a time";
                complaints.push(complaint(timeout, message, help));
            }
        }
        complaints
    }
}

/// More often than this is an attack.
const SHORTEST: Micros = Micros(1000);

/// As it is written.
pub(super) fn written(probe: &Config) -> serde_json::Value {
    let lasting = |time| Lasting(time).to_string();
    let Config { every, timeout, fall, rise } = *probe;
    serde_json::json!({
        "every": lasting(every),
        "timeout": lasting(timeout),
        "fall": fall,
        "rise": rise,
    })
}

#[cfg(test)]
mod tests {
    use crate::scenario::read::read;

    #[test]
    fn a_probe_or_retry_with_nothing_in_it_has_every_default_and_one_left_out_is_none() {
        for (breaker, policy, is_there) in [
            ("{ probe: }", "retry: ", true),
            ("{ probe: {} }", "retry: {}", true),
            ("{ probe: { fall: 3 } }", "retry: { attempts: 2 }", true),
            ("{ probe: # nothing\n }", "retry", true),
            ("{ probe: null }", "retry: null", false),
            ("{ probe: ~ }", "retry: ~", false),
            ("{ probe: Null }", "retry: NULL", false),
            ("{ \"probe\":null}", "\"retry\":null", false),
            ("{}", "", false),
        ] {
            let text = format!(
                "{{version: 1, name: x, tasks: {{}}, providers: {{}}, breakers: {{b: {breaker}}}, \
                 policies: {{p: {{failover: {{rungs: [a, b], {policy}}}}}}}}}"
            );
            let reading = read(&text);
            assert!(reading.complaints.is_empty(), "{text}: {:?}", reading.complaints);
            let raw = reading.raw.unwrap();
            let (_, breaker) = &raw.breakers.0[0];
            let wanted = is_there.then(Default::default);
            assert_eq!(
                breaker.probe.as_ref().map(|it| it.config()),
                wanted.as_ref().map(super::RawProbe::config)
            );
            let crate::scenario::raw::RawPolicy::Failover(ladder) = &raw.policies.0[0].1 else {
                panic!("{text}")
            };
            assert_eq!(ladder.retry, is_there.then(Default::default), "{text}");
        }
    }

    #[test]
    fn nothing_in_a_line_is_told_from_a_null_behind_it_and_from_one_that_is_referred_to() {
        for (breakers, is_there) in [
            ("  b:\n    probe:\n    wait: 1s\n", true),
            ("  b:\n    wait: 1s\n    probe:\n", true),
            ("  b:\n    probe: # a word\n", true),
            ("  b:\n    probe:\n      null\n", false),
            ("  b:\n    probe: null # a word\n", false),
            ("  b:\n    probe: ~", false),
            ("  b:\n    wait: &it null\n    probe: *it\n", false),
        ] {
            let text =
                format!("version: 1\nname: x\ntasks: {{}}\nproviders: {{}}\nbreakers:\n{breakers}");
            let reading = read(&text);
            assert!(reading.complaints.is_empty(), "{text}: {:?}", reading.complaints);
            let raw = reading.raw.unwrap();
            assert_eq!(raw.breakers.0[0].1.probe.is_some(), is_there, "{text}");
        }
    }

    #[test]
    fn a_retry_budget_that_is_null_is_none_and_with_nothing_behind_it_the_default() {
        for (budget, is_there) in [("budget:", true), ("budget: null", false), ("", false)] {
            let text = format!(
                "{{version: 1, name: x, tasks: {{}}, providers: {{}}, \
                 policies: {{p: {{failover: {{rungs: [a, b], retry: {{ {budget} }} }}}}}}}}"
            );
            let raw = read(&text).raw.unwrap();
            let crate::scenario::raw::RawPolicy::Failover(ladder) = &raw.policies.0[0].1 else {
                panic!("{text}")
            };
            assert_eq!(ladder.retry.unwrap().budget.is_some(), is_there, "{text}");
        }
    }

    #[test]
    fn a_breaker_that_is_written_anew_is_read_as_it_was() {
        let breaker = crate::scenario::breakers::RawBreaker::default();
        let written = serde_json::to_string(&breaker).unwrap();
        assert!(written.contains("\"probe\":null"), "{written}");
        assert_eq!(
            serde_json::from_str::<super::super::breakers::RawBreaker>(&written).unwrap(),
            breaker
        );
    }
}
