//! A recommendation as a config of Portkey's gateway, in JSON.
//!
//! JSON has no comments, so the figures stand under `comments`, a key that the gateway passes over.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::deployment::{Deployment, Refusal, Routing, Target};
use crate::kernel::PolicyId;

const NAME: &str = "Portkey";

/// The name of the file.
pub(super) const FILE: &str = "portkey.json";

/// What another model is asked after: whatever passes, and what a provider says when it is full.
const FALLS_BACK: [u16; 7] = [408, 429, 500, 502, 503, 504, 529];

/// What the same model is asked again after.
const RETRIES: [u16; 5] = [429, 500, 502, 503, 504];

/// The text of the config.
///
/// A category is the caller's to name, in the metadata of the request.
///
/// # Errors
/// What Portkey can't express: several answers made one.
pub(super) fn render(deployment: &Deployment) -> Result<String, Refusal> {
    let mut why = BTreeMap::new();
    let head = deployment.head().join(" ");
    why.insert("recommendation".to_owned(), head);
    why.extend(deployment.without_probe(NAME).map(|told| ("probe".to_owned(), told)));
    let first = match &deployment.routing {
        Routing::Single(model) => target(deployment, model, &mut why),
        Routing::Mix(shares) => {
            let weighed = |(model, share): &(PolicyId, f64)| {
                let mut target = target(deployment, model, &mut why);
                target["weight"] = json!(share);
                why.insert(format!("weight of {model}"), "its share of the questions".into());
                target
            };
            let targets: Vec<Value> = shares.iter().map(weighed).collect();
            json!({ "strategy": { "mode": "loadbalance" }, "targets": targets })
        }
        Routing::Category { of, otherwise } => categories(deployment, of, otherwise, &mut why),
        Routing::Other(what) => {
            let reason = format!("it takes one model's answer as it is, and this is {what}");
            return Err(deployment.refuse(NAME, &reason));
        }
    };
    why.insert("retry".into(), "no figure of this run: one more try, then the next model".into());
    let others = deployment.fallbacks.iter().map(|it| target(deployment, it, &mut why));
    let targets: Vec<Value> = others.collect();
    let targets = [vec![first], targets].concat();
    let config = json!({
        "comments": why,
        "strategy": { "mode": "fallback", "on_status_codes": FALLS_BACK },
        "retry": { "attempts": 1, "on_status_codes": RETRIES },
        "targets": targets,
    });
    Ok(format!("{config:#}\n"))
}

fn categories(
    deployment: &Deployment,
    of: &BTreeMap<String, PolicyId>,
    otherwise: &PolicyId,
    why: &mut BTreeMap<String, String>,
) -> Value {
    let condition = |(category, model): (&String, &PolicyId)| {
        let query = json!({ "metadata.category": { "$eq": category } });
        json!({ "query": query, "then": model.as_str() })
    };
    let conditions: Vec<Value> = of.iter().map(condition).collect();
    let named = |model: &PolicyId| {
        let mut target = target(deployment, model, why);
        target["name"] = json!(model.as_str());
        target
    };
    let targets: Vec<Value> = deployment.first().into_iter().map(named).collect();
    why.insert(
        "metadata.category".into(),
        "the caller names the category: x-portkey-metadata: {\"category\": ..}".into(),
    );
    json!({
        "strategy": {
            "mode": "conditional",
            "conditions": conditions,
            "default": otherwise.as_str(),
        },
        "targets": targets,
    })
}

fn target(deployment: &Deployment, model: &PolicyId, why: &mut BTreeMap<String, String>) -> Value {
    let target: &Target = &deployment.targets[model];
    let mut config = Map::new();
    config.insert("provider".into(), json!(provider(target)));
    if let Some(url) = &target.base_url {
        config.insert("custom_host".into(), json!(url));
    }
    if let Some(name) = &target.api_key_env {
        config.insert("api_key".into(), json!(format!("${{{name}}}")));
        let told = "put the key of this variable here, or a virtual key instead";
        why.insert(format!("api_key of {model}"), told.into());
    }
    if let Some(ms) = target.timeout_ms() {
        config.insert("request_timeout".into(), json!(ms));
        why.insert(format!("request_timeout of {model}"), target.why_timeout());
    }
    config.insert("override_params".into(), json!({ "model": target.upstream }));
    why.insert(model.to_string(), target.figures());
    Value::Object(config)
}

fn provider(target: &Target) -> &'static str {
    match target.wire.as_deref() {
        Some("anthropic") => "anthropic",
        Some("gemini") => "google",
        _ => "openai",
    }
}
