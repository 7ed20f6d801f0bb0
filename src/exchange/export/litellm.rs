//! A recommendation as the configuration of LiteLLM's proxy and router.
//!
//! Written by hand and not by a serializer, because every value has its figure beside it.

use super::deployment::{Deployment, Probing, Refusal, Routing, Target, quoted};
use crate::kernel::PolicyId;

const NAME: &str = "LiteLLM";

/// The name of the file.
pub(super) const FILE: &str = "litellm.yaml";

/// The text of `config.yaml`.
///
/// # Errors
/// What LiteLLM can't express: it gives a question to one deployment, and looks at no category.
pub(super) fn render(deployment: &Deployment) -> Result<String, Refusal> {
    let shares: Vec<(&PolicyId, Option<f64>)> = match &deployment.routing {
        Routing::Single(model) => vec![(model, None)],
        Routing::Mix(shares) => shares.iter().map(|(model, it)| (model, Some(*it))).collect(),
        Routing::Category { .. } => {
            let why = "it doesn't know the category of a question";
            return Err(deployment.refuse(NAME, why));
        }
        Routing::Other(what) => {
            let why = format!("it gives a question to one model, and this is {what}");
            return Err(deployment.refuse(NAME, &why));
        }
    };
    let mut lines: Vec<String> = deployment.head().iter().map(|it| format!("# {it}")).collect();
    lines.push("model_list:".to_owned());
    for (model, share) in shares {
        lines.extend(entry(&deployment.name, &deployment.targets[model], share));
    }
    for model in &deployment.fallbacks {
        lines.extend(entry(&group(model), &deployment.targets[model], None));
    }
    lines.push("router_settings:".to_owned());
    lines.push("  routing_strategy: simple-shuffle  # by `weight`, where there is one".to_owned());
    lines.push("  num_retries: 1  # no figure of this run: one more try, then the next".to_owned());
    lines.push(
        "  allowed_fails: 2  # no figure of this run: left out, a lone model never cools down"
            .to_owned(),
    );
    lines.push("  cooldown_time: 60  # seconds; no figure of this run".to_owned());
    if !deployment.fallbacks.is_empty() {
        let groups: Vec<String> = deployment.fallbacks.iter().map(|it| quoted(group(it))).collect();
        lines.push(
            "  # The most accurate of the others, another provider's before the same one's."
                .to_owned(),
        );
        lines.push(format!(
            "  fallbacks: [{{{}: [{}]}}]",
            quoted(&deployment.name),
            groups.join(", ")
        ));
    }
    lines.extend(deployment.probe.iter().flat_map(probing));
    Ok(lines.join("\n") + "\n")
}

/// What has the proxy leave alone whoever a check finds ill. One check in vain is enough for it, so
/// `fall` and `rise` have no counterpart.
fn probing(probe: &Probing) -> Vec<String> {
    let Probing { breaker, every_s, timeout_s } = probe;
    vec![
        format!("# The health probes of breaker {}.", quoted(breaker)),
        "# Not carried over: `fall` and `rise`; one check that fails takes a model out.".to_owned(),
        "general_settings:".to_owned(),
        "  background_health_checks: true".to_owned(),
        "  enable_health_check_routing: true  # else whoever is ill is asked all the same"
            .to_owned(),
        format!("  health_check_interval: {every_s}  # seconds: the scenario's `every`"),
        "litellm_settings:".to_owned(),
        format!("  health_check_timeout: {timeout_s}"),
    ]
}

/// The group of a fallback, apart from that of the recommendation.
fn group(model: &PolicyId) -> String {
    format!("fallback {model}")
}

fn entry(group: &str, target: &Target, share: Option<f64>) -> Vec<String> {
    let mut lines = vec![
        format!("  - model_name: {}  # {}", quoted(group), target.figures()),
        "    litellm_params:".to_owned(),
        format!("      model: {}", quoted(model(target))),
    ];
    let mut add = |line: String| lines.push(format!("      {line}"));
    if target.wire.is_none() {
        add("# Recorded: the scenario has no address for it, so chat completions are assumed."
            .into());
    }
    if let Some(url) = &target.base_url {
        add(format!("api_base: {}", quoted(url)));
    }
    if let Some(name) = &target.api_key_env {
        add(format!("api_key: {}", quoted(format!("os.environ/{name}"))));
    }
    if let Some(share) = share {
        add(format!("weight: {share}  # its share of the questions"));
    }
    if let Some(ms) = target.timeout_ms() {
        add(format!("timeout: {}  # seconds: {}", ms / 1000, target.why_timeout()));
    }
    if let Some(rpm) = target.requests_per_minute {
        add(format!("rpm: {rpm}  # the scenario's limit"));
    }
    if let Some(tpm) = target.tokens_per_minute {
        add(format!("tpm: {tpm}  # the scenario's limit"));
    }
    if let Some((input, output)) = target.price {
        let of = target.price_as_of.as_deref().map(|it| format!(", of {it}")).unwrap_or_default();
        lines.push("    model_info:".to_owned());
        lines.push(format!(
            "      input_cost_per_token: {}  # ${input} per million{of}",
            per_token(input)
        ));
        lines.push(format!(
            "      output_cost_per_token: {}  # ${output} per million{of}",
            per_token(output)
        ));
    }
    lines
}

/// Dollars, without an exponent that YAML would read as a text.
fn per_token(per_million: f64) -> String {
    let text = format!("{:.12}", per_million / 1e6);
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// LiteLLM's prefix says the wire format.
fn model(target: &Target) -> String {
    match target.wire.as_deref() {
        Some("anthropic") => format!("anthropic/{}", target.upstream),
        Some("gemini") => format!("gemini/{}", target.upstream),
        _ => format!("openai/{}", target.upstream),
    }
}
