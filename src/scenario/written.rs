//! A plan as YAML, every default written out: `scenario.yaml` in a run folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::breakers::RawBudget;
use super::plan::{Candidate, Plan, Source, Task};
use super::probes;
use super::raw::Items;
use super::recommend::Wish;
use super::traffic::{Simulate, Traffic};
use crate::analysis::Intervals;
use crate::analysis::gate::Gate;
use crate::data::PriceList;
use crate::fault::Process;
use crate::kernel::{Micros, ModelId, PolicyId, ProviderId, Seed, TaskId};
use crate::policy::balance::Choice;
use crate::policy::cascade_route::Worth;
use crate::policy::parts::guard::{GuardConfig, Rules};
use crate::policy::route::Trade;
use crate::policy::{Balance, CascadeRoute, Conduct, Failover, Fuse, Judge, Policy};
use crate::provider::{Endpoint, Limits, Sampling, Synthetic};
use crate::task::extract::Extract;
use crate::task::score::Score;

impl Plan {
    /// The plan as YAML, every default written out.
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(&Written::of(self)).unwrap_or_default()
    }

    /// Policies as the part of a scenario that defines them, in YAML.
    pub fn policies_to_yaml(policies: &[(PolicyId, Policy)]) -> String {
        let written = policies.iter().map(|(id, policy)| (id.to_string(), written(policy, &[])));
        let table = serde_json::json!({ "policies": written.collect::<serde_json::Map<_, _>>() });
        serde_saphyr::to_string(&table).unwrap_or_default()
    }
}

/// The shape of `scenario.yaml` in a run folder.
#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    name: &'a str,
    seed: Seed,
    #[serde(serialize_with = "table")]
    tasks: Vec<(&'a TaskId, WrittenTask<'a>)>,
    #[serde(serialize_with = "table")]
    models: Vec<(&'a ModelId, WrittenModel<'a>)>,
    #[serde(serialize_with = "table")]
    policies: Vec<(&'a PolicyId, serde_json::Value)>,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    breakers: Vec<(&'a String, serde_json::Value)>,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    faults: Vec<(&'a String, &'a Process)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<&'a Traffic>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulate: Option<&'a Simulate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downtime_usd_per_hour: Option<f64>,
    intervals: Intervals,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    gates: Vec<(&'a String, serde_json::Value)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommend: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct WrittenTask<'a> {
    dataset: &'a PathBuf,
    n_items: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    prompt: &'a str,
    extract: &'a Extract,
    score: &'a Score,
    items: Items,
    #[serde(serialize_with = "table", skip_serializing_if = "Vec::is_empty")]
    compare_extract: Vec<(&'a String, &'a Extract)>,
}

#[derive(Serialize)]
struct WrittenModel<'a> {
    provider: &'a ProviderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a Endpoint>,
    price: &'a Option<PriceList>,
    sampling: &'a Sampling,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<&'a Limits>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    groups: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    synthetic: Option<&'a Synthetic>,
}

impl<'a> Written<'a> {
    fn of(plan: &'a Plan) -> Self {
        Self {
            version: 1,
            name: &plan.name,
            seed: plan.seed,
            tasks: plan.tasks.iter().map(|task| (&task.id, WrittenTask::of(task))).collect(),
            models: plan.candidates.iter().map(|one| (&one.id, WrittenModel::of(one))).collect(),
            policies: plan
                .policies
                .iter()
                .map(|(id, policy)| (id, written(policy, &plan.breakers)))
                .collect(),
            breakers: plan.breakers.iter().map(|(name, it)| (name, written_breaker(it))).collect(),
            traffic: plan.simulation.as_ref().map(|it| &it.traffic),
            simulate: plan.simulation.as_ref().map(|it| &it.options),
            downtime_usd_per_hour: plan.simulation.as_ref().and_then(|it| it.downtime_usd_per_hour),
            faults: plan.faults.0.iter().map(|fault| (&fault.name, &fault.process)).collect(),
            intervals: plan.intervals,
            gates: plan
                .gates
                .iter()
                .map(|gate| (&gate.name, written_gate(gate)))
                .chain(plan.same_advice.iter().map(|gate| {
                    let run = serde_json::json!({ "run": gate.run });
                    (&gate.name, serde_json::json!({ "recommendation": run }))
                }))
                .collect(),
            recommend: plan.recommend.as_ref().map(Wish::written),
        }
    }
}

impl<'a> WrittenTask<'a> {
    fn of(task: &'a Task) -> Self {
        Self {
            dataset: &task.dataset,
            n_items: task.items.len(),
            system: task.system.as_ref().map(|template| template.source.as_str()),
            prompt: &task.prompt.source,
            extract: &task.extract.extract,
            score: &task.score,
            items: task.judged_on,
            compare_extract: task
                .compare_extract
                .iter()
                .map(|(name, finder)| (name, &finder.extract))
                .collect(),
        }
    }
}

impl<'a> WrittenModel<'a> {
    fn of(candidate: &'a Candidate) -> Self {
        let (name, endpoint, limits) = match &candidate.source {
            Source::Live { endpoint, name } => {
                (Some(name.as_str()), Some(endpoint), Some(&candidate.limits))
            }
            Source::Recorded => (candidate.name.as_deref(), None, None),
        };
        let Candidate { provider, price, sampling, groups, .. } = candidate;
        let (stream, synthetic) = (candidate.stream, candidate.synthetic.as_ref());
        Self { provider, name, endpoint, price, sampling, limits, stream, groups, synthetic }
    }
}

fn written(policy: &Policy, breakers: &[(String, GuardConfig)]) -> serde_json::Value {
    match policy {
        Policy::Single(_) | Policy::BestSingle => policy.kind().into(),
        Policy::Vote(vote) => serde_json::json!({ "vote": {
            "members": vote.members,
            "rule": vote.rule,
            "ties": vote.ties,
            "quorum": vote.quorum,
            "stop_early": vote.stop,
            "abstain": vote.abstain,
            "call_off": vote.call_off,
        }}),
        Policy::Cascade(cascade) => serde_json::json!({ "cascade": {
            "stages": cascade.stages,
            "accept": cascade.accept,
        }}),
        Policy::Failover(ladder) => written_ladder(ladder, breakers),
        Policy::Hedge(hedge) => {
            let mut options = written_conduct(&hedge.conduct, breakers);
            options["members"] = serde_json::json!(hedge.members);
            options["after"] = serde_json::json!(hedge.after);
            serde_json::json!({ "hedge": options })
        }
        Policy::Balance(balance) => {
            let mut options = written_conduct(&balance.conduct, breakers);
            options["among"] = serde_json::json!(balance.among);
            options["tries"] = balance.tries.into();
            options["by"] = written_choice(balance);
            serde_json::json!({ "balance": options })
        }
        Policy::Route(route) => {
            let mut options = written_conduct(&route.conduct, breakers);
            options["among"] = serde_json::json!(route.among);
            options["by"] = serde_json::json!(route.by);
            match route.trade {
                Trade::Best => {}
                Trade::Worth(worth) => options["worth_usd"] = worth.into(),
                Trade::Share(share) => options["share"] = serde_json::json!(share),
            }
            serde_json::json!({ "route": options })
        }
        Policy::CascadeRoute(policy) => written_steps(policy, breakers),
        Policy::Mix(mix) => {
            let shares: BTreeMap<_, _> = mix.members.iter().zip(&mix.shares).collect();
            serde_json::json!({ "mix": { "shares": shares } })
        }
        Policy::Judge(judge) => written_judge(judge),
        Policy::Fuse(fuse) => written_fuse(fuse),
        Policy::Oracle(members) => serde_json::json!({ "oracle": { "among": members } }),
    }
}

fn written_judge(judge: &Judge) -> serde_json::Value {
    serde_json::json!({ "judge": {
        "members": judge.members,
        "samples": judge.samples,
        "without": judge.without,
        "by": judge.by,
        "how": judge.how,
        "otherwise": judge.otherwise,
        "prompt": judge.prompt.source(),
    }})
}

fn written_fuse(fuse: &Fuse) -> serde_json::Value {
    serde_json::json!({ "fuse": {
        "members": fuse.members,
        "by": fuse.by,
        "rounds": fuse.rounds,
        "without": fuse.without,
        "otherwise": fuse.otherwise,
        "prompt": fuse.prompt.source(),
        "again": fuse.again.source(),
    }})
}

fn written_steps(policy: &CascadeRoute, breakers: &[(String, GuardConfig)]) -> serde_json::Value {
    let mut options = written_conduct(&policy.conduct, breakers);
    options["among"] = serde_json::json!(policy.among);
    options["by"] = serde_json::json!(policy.by);
    match policy.worth {
        Worth::Dollars(worth) => options["worth_usd"] = worth.into(),
        Worth::Calls(worth) => options["worth_calls"] = worth.into(),
    }
    serde_json::json!({ "cascade-route": options })
}

fn written_ladder(ladder: &Failover, breakers: &[(String, GuardConfig)]) -> serde_json::Value {
    let mut options = written_conduct(&ladder.conduct, breakers);
    options["rungs"] =
        ladder.rungs.iter().map(|rung| rung.name(&ladder.members).to_string()).collect();
    options["when_open"] = serde_json::json!(ladder.when_open);
    options["cache_for"] = lasting(ladder.cache_for);
    options["similarity"] = serde_json::json!(ladder.similarity);
    serde_json::json!({ "failover": options })
}

fn lasting(time: Micros) -> serde_json::Value {
    crate::kernel::Lasting(time).to_string().into()
}

fn written_choice(balance: &Balance) -> serde_json::Value {
    match &balance.by {
        Choice::Weighted(weights) => {
            let shares: BTreeMap<_, _> = balance.among.iter().zip(weights).collect();
            serde_json::json!({ "weighted": { "shares": shares } })
        }
        Choice::LeastBusy => "least-busy".into(),
        Choice::Latency => "latency".into(),
        Choice::Ewma => "ewma".into(),
        Choice::PeakEwma => "peak-ewma".into(),
        Choice::TwoChoices => "two-choices".into(),
        Choice::Usage => "usage".into(),
    }
}

/// What a policy says of how it asks; what it leaves open is left out.
fn written_conduct(conduct: &Conduct, breakers: &[(String, GuardConfig)]) -> serde_json::Value {
    let mut options = serde_json::json!({});
    if let Some(timeout) = conduct.timeout {
        options["timeout"] = lasting(timeout);
    }
    if let Some(deadline) = conduct.deadline {
        options["deadline"] = lasting(deadline);
    }
    if let Some(retry) = conduct.retry {
        options["retry"] = serde_json::json!({
            "attempts": retry.attempts,
            "base": lasting(retry.base),
            "cap": lasting(retry.cap),
            "jitter": retry.jitter,
            "longest_asked": lasting(retry.longest_asked),
        });
        if let Some(budget) = retry.budget {
            options["retry"]["budget"] = serde_json::json!(RawBudget::from(budget));
        }
    }
    if let Some((name, _)) = conduct.breaker.and_then(|at| breakers.get(at)) {
        options["breaker"] = name.as_str().into();
    }
    options
}

fn written_breaker(config: &GuardConfig) -> serde_json::Value {
    use crate::policy::parts::breaker::Size;
    use crate::policy::parts::cooldown::Alone;
    let mut options = match &config.rules {
        Rules::Breaker(config) => {
            let mut options = serde_json::json!({
                "failure_rate": config.failure_rate,
                "slow_after": lasting(config.slow_after),
                "window": match config.window {
                    Size::Calls(calls) => calls.into(),
                    Size::Seconds(seconds) => lasting(Micros(u64::from(seconds) * 1_000_000)),
                },
                "minimum_calls": config.minimum_calls,
                "wait": lasting(config.wait),
                "growth": config.growth,
                "permits": config.permits,
            });
            if config.slow_rate <= 1.0 {
                options["slow_rate"] = config.slow_rate.into();
            }
            if let Some(trial) = config.trial {
                options["trial"] = lasting(trial);
            }
            options
        }
        Rules::Cooldown(config) => {
            let like = match config.alone {
                Alone::Yes => "litellm",
                Alone::No => "litellm-pool",
            };
            let mut options = serde_json::json!({ "like": like, "wait": lasting(config.wait) });
            if let Some(allowed) = config.allowed_fails {
                options["allowed_fails"] = allowed.into();
            }
            options
        }
    };
    if let Some(probe) = &config.probe {
        options["probe"] = probes::written(probe);
    }
    options
}

fn written_gate(gate: &Gate) -> serde_json::Value {
    let mut written = serde_json::json!({
        "of": gate.of,
        "metric": gate.metric,
        gate.limit.side.name(): gate.limit.value,
        "bound": gate.limit.bound,
        "task": gate.task,
    });
    match (&gate.versus, &gate.baseline) {
        (Some(versus), _) => {
            written["versus"] = serde_json::json!(versus);
            serde_json::json!({ "difference": written })
        }
        (None, Some(baseline)) => {
            written["run"] = serde_json::json!(baseline.run);
            serde_json::json!({ "baseline": written })
        }
        (None, None) => serde_json::json!({ "threshold": written }),
    }
}

fn table<K: Serialize, V: Serialize, S: Serializer>(
    entries: &[(K, V)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(key, value)| (key, value)))
}
