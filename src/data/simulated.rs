//! What simulated traffic came to: the rows of `summary.json` about it.
//!
//! Estimates are means over replicates with Student's interval; n is the number of replicates. How
//! long something took after a fault is a mean over the times that the fault was there and it
//! happened, of all replicates, and n is their number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Estimate;
use crate::kernel::{PolicyId, TaskId};

/// One policy under the whole of the traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulatedRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// Requests of all replicates together.
    pub requests: u64,
    /// The share of requests that got anything but a failure.
    pub served: Estimate,
    /// Mean score of the requests that were served; what has no readable answer counts 0.
    pub accuracy: Option<Estimate>,
    /// That of the same policy on the same items where nothing goes wrong.
    pub healthy: Option<f64>,
    /// The share of requests that were served, and not with a right answer (a score below 1).
    pub wrong: Estimate,
    /// From arrival to answer, in milliseconds, of requests that were served.
    pub latency_ms: Option<LatencyRow>,
    /// The longest that a request can take by the policy's timeouts, retries and deadlines, in
    /// milliseconds.
    pub worst_case_ms: f64,
    /// Calls started for each request.
    pub calls_per_request: Estimate,
    /// Dollars for a thousand requests, every call and probe counted.
    pub cost_per_1k: Option<Estimate>,
    /// Of these, dollars for calls that failed or were called off.
    pub lost_per_1k: Option<Estimate>,
    /// Probes sent while traffic lasted, of all models together; they are no calls of requests.
    /// `None`, as what follows, where the policy probes nobody.
    pub probes: Option<Estimate>,
    /// Tokens sent and received by them.
    pub probe_tokens: Option<Estimate>,
    /// Dollars for them.
    pub probe_usd: Option<Estimate>,
    /// Calls for each request that a fault made fail.
    pub failed_calls_per_request: Estimate,
    /// How often breakers opened.
    pub trips: Estimate,
    /// Minutes' worth of requests that were not served.
    pub minutes_down: Estimate,
    /// What share of the allowance for that was used up; 1 is all of it.
    pub budget_used: Option<Estimate>,
    /// Dollars lost with them, where the scenario says what an hour costs.
    pub downtime_usd: Option<Estimate>,
    /// Who answered, with how much of it and how rightly.
    pub rungs: BTreeMap<PolicyId, RungRow>,
}

/// Latencies in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatencyRow {
    /// The median.
    pub p50: Estimate,
    /// Nineteen of twenty are at most this.
    pub p95: Estimate,
    /// Ninety-nine of a hundred are at most this.
    pub p99: Estimate,
    /// The longest of all.
    pub max: f64,
}

/// What one rung answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungRow {
    /// The share of all requests.
    pub share: f64,
    /// Mean score of what it answered; `None` for an apology.
    pub accuracy: Option<f64>,
}

/// One policy while one fault was there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutageRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// The fault.
    pub fault: String,
    /// How often it was there, on average over replicates.
    pub times: f64,
    /// How long together, in minutes, on average over replicates.
    pub minutes: f64,
    /// The share of requests that came then, or came before and met it, that got anything but a
    /// failure.
    pub served: Option<Estimate>,
    /// Mean score of those.
    pub accuracy: Option<Estimate>,
    /// Calls that this fault made fail, for each of those requests.
    pub failed_calls_per_request: Option<Estimate>,
    /// The share of its times in which a breaker of whoever it hit opened.
    pub detected: Option<f64>,
    /// From its beginning to the first breaker that opened, in seconds.
    pub detected_s: Option<Estimate>,
    /// How often breakers of whoever it hit opened again while it was there, having closed in
    /// between; over the times in which one opened at all.
    #[serde(default)]
    pub flaps: Option<Estimate>,
    /// From its beginning to the end of the first request that met it and that somebody else
    /// served, in seconds.
    pub failed_over_s: Option<Estimate>,
    /// From its end to the end of the first request behind it that whoever it hit served again, in
    /// seconds; unknown where no call met it, and where it came again before.
    pub failed_back_s: Option<Estimate>,
}

/// One policy in one stretch of time of the first replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The task.
    pub task: TaskId,
    /// The policy.
    pub policy: PolicyId,
    /// When it begins, in seconds since the start.
    pub start_s: f64,
    /// Requests that ended then.
    pub requests: u64,
    /// The share of them that were served.
    pub served: Option<f64>,
    /// Mean score of those.
    pub accuracy: Option<f64>,
    /// Nineteen of twenty of those took at most this, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The most breakers that were open at once.
    pub open_breakers: u64,
}

/// When a fault was there in the first replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BandRow {
    /// The fault.
    pub fault: String,
    /// When it began, in seconds since the start.
    pub start_s: f64,
    /// When it ended.
    pub end_s: f64,
}

/// One policy of ours, or a gateway, in real time over real sockets.
///
/// Estimates are means over repetitions with Student's interval; unknown where there was one only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrilledRow {
    /// The task.
    pub task: TaskId,
    /// The policy, or what was asked of the gateway.
    pub policy: PolicyId,
    /// Requests of all repetitions together.
    pub requests: u64,
    /// How often it was drilled.
    pub repetitions: u64,
    /// The share of requests that got anything but a failure.
    pub served: Option<Estimate>,
    /// Mean score of the requests that were served.
    pub accuracy: Option<Estimate>,
    /// The share of requests that were served, and not with a right answer.
    pub wrong: Option<Estimate>,
    /// The share of requests that got a success without an answer in it, which a program that looks
    /// at the status alone takes for one. They are not served.
    pub hollow: Option<Estimate>,
    /// The median latency of requests that were served, in milliseconds.
    pub p50_ms: Option<Estimate>,
    /// Nineteen of twenty of them took at most this, in milliseconds.
    pub p95_ms: Option<Estimate>,
    /// The median time to the first text of a gateway's stream, in milliseconds.
    pub ttft_p50_ms: Option<Estimate>,
    /// Nineteen of twenty had it within this, in milliseconds.
    pub ttft_p95_ms: Option<Estimate>,
    /// The longest that a request took, served or not, in milliseconds.
    pub longest_ms: Option<f64>,
    /// Calls that reached the providers, for each request.
    pub calls_per_request: Option<Estimate>,
    /// Of these, calls that failed.
    pub failed_calls_per_request: Option<Estimate>,
    /// How often breakers of ours opened; of a gateway unknown.
    pub trips: Option<Estimate>,
    /// Dollars for a thousand requests, as far as calls and probes came back.
    pub cost_per_1k: Option<Estimate>,
    /// Probes sent while requests came; they are no calls of requests. `None`, as what follows,
    /// where the policy probes nobody.
    pub probes: Option<Estimate>,
    /// Tokens sent and received by them.
    pub probe_tokens: Option<Estimate>,
    /// Dollars for them.
    pub probe_usd: Option<Estimate>,
    /// Who answered: a rung, or the model that a gateway names.
    pub rungs: BTreeMap<PolicyId, RungRow>,
}
