//! A recommendation as gateways see it: who is asked first, whom they fall back to, and what is
//! known of each.

use crate::data::recommendation::{Choice, Recommendation};
use crate::data::summary::{ModelRow, Summary};
use crate::exchange::export::{Deployment, Probing, Routing, Target};
use crate::kernel::{Micros, ModelId, PolicyId};
use crate::policy::Policy;
use crate::scenario::{Candidate, Plan, Source, Wish};

/// So many others are asked where whoever is first fails.
const MOST_FALLBACKS: usize = 2;

/// A name that nobody has.
#[derive(Debug, thiserror::Error)]
#[error("export `{name}`: no model or policy of the scenario is called so; there is {known}")]
pub struct NotThere {
    name: String,
    known: String,
}

/// What a gateway is told: the recommendation, or the model or policy `of` in its place.
///
/// # Errors
/// Where nobody is called `of`.
pub fn deployment(
    plan: &Plan,
    summary: &Summary,
    row: &Recommendation,
    of: Option<&str>,
) -> Result<Deployment, NotThere> {
    let models: Vec<&ModelRow> = summary.models.iter().filter(|it| it.task == row.task).collect();
    let (what, routing) = match of {
        None => (row.earned.what.clone(), recommended(row)),
        Some(name) => (name.to_owned(), named(plan, name)?),
    };
    let first: Vec<PolicyId> = match &routing {
        Routing::Single(model) => vec![model.clone()],
        Routing::Mix(shares) => shares.iter().map(|(model, _)| model.clone()).collect(),
        Routing::Category { of, otherwise } => of.values().chain([otherwise]).cloned().collect(),
        Routing::Other(_) => Vec::new(),
    };
    // Whoever was asked about fewer items than were compared is not known to be as accurate.
    let n_compared = row.earned.accuracy_of_all.as_ref().map_or(0, |it| it.n);
    let asked = models.iter().copied().filter(|it| it.measures.counts.asked >= n_compared);
    let fallbacks = fallbacks(plan, &asked.collect::<Vec<_>>(), &first);
    let target = |name: &PolicyId| {
        let model = ModelId::from(name.as_str());
        let candidate = plan.candidates.iter().find(|it| it.id == model)?;
        let row = models.iter().find(|it| it.model == model);
        Some((name.clone(), target(candidate, row.copied())))
    };
    Ok(Deployment {
        name: slug(&plan.name),
        origin: format!("{}, task {}", plan.name, row.task),
        what,
        targets: first.iter().chain(&fallbacks).filter_map(target).collect(),
        routing,
        fallbacks,
        probe: probing(plan),
        nearest: nearest(row, &models),
    })
}

/// How the breaker that probes most often does, in whole seconds.
fn probing(plan: &Plan) -> Option<Probing> {
    let probes = plan.breakers.iter().filter_map(|(name, guard)| Some((name, guard.probe?)));
    let (name, probe) = probes.min_by_key(|(_, probe)| probe.every)?;
    let seconds = |Micros(micros): Micros| micros.div_ceil(1_000_000);
    let (every_s, timeout_s) = (seconds(probe.every), seconds(probe.timeout));
    Some(Probing { breaker: name.clone(), every_s, timeout_s })
}

fn recommended(row: &Recommendation) -> Routing {
    let what = &row.earned.what;
    match (row.earned.kind.as_str(), &row.otherwise) {
        ("single", _) => Routing::Single(what.as_str().into()),
        // A gateway has somebody behind whoever is first anyway.
        ("failover", _) if row.earned.models.len() == 2 => {
            Routing::Single(row.earned.models[0].clone())
        }
        (_, Some(otherwise)) => {
            Routing::Category { of: row.routes.clone(), otherwise: otherwise.clone() }
        }
        _ => Routing::Other(what.clone()),
    }
}

fn named(plan: &Plan, name: &str) -> Result<Routing, NotThere> {
    let models = || plan.candidates.iter().map(|it| it.id.as_str());
    if models().any(|model| model == name) {
        return Ok(Routing::Single(name.into()));
    }
    let policy = plan.policies.iter().find(|(id, _)| id.as_str() == name);
    let Some((_, policy)) = policy else {
        let policies = plan.policies.iter().map(|(id, _)| id.as_str());
        let known: Vec<&str> = models().chain(policies).collect();
        return Err(NotThere { name: name.to_owned(), known: known.join(", ") });
    };
    let is_model = |member: &PolicyId| models().any(|model| model == member.as_str());
    Ok(match policy {
        Policy::Mix(mix) if mix.members.iter().all(is_model) => {
            let shares = mix.members.iter().cloned().zip(&mix.shares);
            Routing::Mix(shares.map(|(model, share)| (model, share.value())).collect())
        }
        other => Routing::Other(format!("a {}", other.kind())),
    })
}

/// The most accurate of the others: first one of another provider, for one that is down takes all
/// of its models with it.
fn fallbacks(plan: &Plan, models: &[&ModelRow], first: &[PolicyId]) -> Vec<PolicyId> {
    let never = plan.recommend.as_ref().map(|it: &Wish| it.never.as_slice()).unwrap_or_default();
    let provider = |model: &str| {
        plan.candidates.iter().find(|it| it.id.as_str() == model).map(|it| &it.provider)
    };
    let firsts: Vec<_> = first.iter().filter_map(|it| provider(it.as_str())).collect();
    let accuracy = |row: &ModelRow| row.measures.accuracy_of_all.as_ref().map(|it| it.point);
    let mut others: Vec<(bool, f64, &str)> = models
        .iter()
        .filter_map(|row| {
            let name = row.model.as_str();
            let provider = provider(name)?;
            let is_apart = !firsts.contains(&provider);
            let is_free = !never.contains(provider) && first.iter().all(|it| it.as_str() != name);
            is_free.then_some((is_apart, accuracy(row)?, name))
        })
        .collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.2.cmp(b.2)));
    let apart = others.iter().position(|it| it.0).unwrap_or(0);
    if apart < others.len() {
        others[..=apart].rotate_right(1);
    }
    others.into_iter().take(MOST_FALLBACKS).map(|it| it.2.into()).collect()
}

fn target(candidate: &Candidate, row: Option<&ModelRow>) -> Target {
    let (wire, access, upstream) = match &candidate.source {
        Source::Live { endpoint, name } => {
            (Some(endpoint.kind().to_owned()), Some(endpoint.access()), name.clone())
        }
        Source::Recorded => {
            let name = candidate.name.clone().unwrap_or_else(|| candidate.id.to_string());
            (None, None, name)
        }
    };
    let measures = row.map(|it| &it.measures);
    let served = measures.and_then(|it| {
        let n = it.counts.asked as f64;
        (n > 0.0).then(|| 1.0 - it.counts.failed as f64 / n)
    });
    Target {
        upstream,
        wire,
        base_url: access.map(|it| it.base_url.clone()),
        api_key_env: access.and_then(|it| it.api_key_env.clone()),
        price: candidate.price.as_ref().map(|it| (it.input.into(), it.output.into())),
        price_as_of: candidate.price.as_ref().and_then(|it| it.as_of.clone()),
        requests_per_minute: candidate.limits.requests_per_minute.map(|it| it.get()),
        tokens_per_minute: candidate.limits.tokens_per_minute.map(|it| it.get()),
        accuracy: measures.and_then(|it| it.accuracy_of_all.as_ref()).map(|it| it.point),
        served,
        p99_ms: measures.and_then(|it| it.latency_ms).map(|it| it.p99),
    }
}

/// The best single model among the choices.
fn nearest(row: &Recommendation, models: &[&ModelRow]) -> String {
    let accuracy = |it: &Choice| it.earned.accuracy_of_all.as_ref().map_or(0.0, |it| it.point);
    let alone = row.choices.iter().filter(|it| it.earned.kind == "single");
    let best = alone.max_by(|a, b| accuracy(a).total_cmp(&accuracy(b)));
    let told = |name: &str, right: f64, cost: Option<f64>| {
        let cost = cost.map(|it| format!(" at ${it:.3} per thousand")).unwrap_or_default();
        format!("{name} alone, {:.1} % right{cost} (`--of {name}`)", 100.0 * right)
    };
    if let Some(best) = best {
        return told(&best.earned.what, accuracy(best), best.earned.cost_per_1k);
    }
    let of = |row: &&ModelRow| {
        let right = row.measures.accuracy_of_all.as_ref()?.point;
        Some((row.model.to_string(), right, row.measures.cost_usd.and_then(|it| it.per_1k)))
    };
    let best = models.iter().filter_map(of).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or_else(|| "nobody".to_owned(), |(name, right, cost)| told(&name, right, cost))
}

/// Letters, digits, dots and dashes.
fn slug(name: &str) -> String {
    let part = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' };
    name.chars().map(part).collect()
}
