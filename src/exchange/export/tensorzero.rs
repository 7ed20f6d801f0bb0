//! A recommendation as the configuration of TensorZero's gateway, in TOML.

use super::deployment::{Deployment, Refusal, Routing, Target, quoted};
use crate::kernel::PolicyId;

const NAME: &str = "TensorZero";

/// The name of the file.
pub(super) const FILE: &str = "tensorzero.toml";

/// The text of `tensorzero.toml`.
///
/// # Errors
/// What TensorZero can't express: votes without a judge, and what looks at the question.
pub(super) fn render(deployment: &Deployment) -> Result<String, Refusal> {
    let shares: Vec<(&PolicyId, Option<f64>)> = match &deployment.routing {
        Routing::Single(model) => vec![(model, None)],
        Routing::Mix(shares) => shares.iter().map(|(model, it)| (model, Some(*it))).collect(),
        Routing::Category { .. } => {
            let why = "a function takes its variants by chance and not by category";
            return Err(deployment.refuse(NAME, why));
        }
        Routing::Other(what) => {
            let why = format!("its own best-of-n asks one more model to judge, and this is {what}");
            return Err(deployment.refuse(NAME, &why));
        }
    };
    let told = deployment.head().into_iter().chain(deployment.without_probe(NAME));
    let mut lines: Vec<String> = told.map(|it| format!("# {it}")).collect();
    for (model, _) in &shares {
        lines.extend(of_model(model, &deployment.targets[*model]));
    }
    for model in &deployment.fallbacks {
        lines.extend(of_model(model, &deployment.targets[model]));
    }
    let function = format!("functions.{}", quoted(&deployment.name));
    lines.extend(["".to_owned(), format!("[{function}]"), "type = \"chat\"".to_owned()]);
    lines.extend(["".to_owned(), format!("[{function}.experimentation]")]);
    lines.push("type = \"static\"".to_owned());
    let weight = |(model, share): &(&PolicyId, Option<f64>)| {
        format!("{} = {}", quoted(model), share.unwrap_or(1.0))
    };
    let weights: Vec<String> = shares.iter().map(weight).collect();
    if shares.len() > 1 {
        lines.push("# Each one's share of the questions.".to_owned());
    }
    lines.push(format!("candidate_variants = {{ {} }}", weights.join(", ")));
    if !deployment.fallbacks.is_empty() {
        let names: Vec<String> = deployment.fallbacks.iter().map(quoted).collect();
        lines.push(
            "# The most accurate of the others, another provider's before the same one's."
                .to_owned(),
        );
        lines.push(format!("fallback_variants = [{}]", names.join(", ")));
    }
    for model in shares.iter().map(|it| it.0).chain(&deployment.fallbacks) {
        let variant = format!("[{function}.variants.{}]", quoted(model));
        lines.extend(["".to_owned(), variant, "type = \"chat_completion\"".to_owned()]);
        lines.push(format!("model = {}", quoted(model)));
        lines.push("# No figure of this run: one more try, then the next variant.".to_owned());
        lines.push("retries = { num_retries = 1, max_delay_s = 2 }".to_owned());
    }
    Ok(lines.join("\n") + "\n")
}

fn of_model(model: &PolicyId, target: &Target) -> Vec<String> {
    let model = quoted(model);
    let mut lines = vec![
        String::new(),
        format!("[models.{model}]  # {}", target.figures()),
        "routing = [\"only\"]".to_owned(),
        String::new(),
        format!("[models.{model}.providers.only]"),
    ];
    let kind = match target.wire.as_deref() {
        Some("anthropic") => "anthropic",
        Some("gemini") => "google_ai_studio_gemini",
        _ => "openai",
    };
    if target.wire.is_none() {
        let told =
            "# Recorded: the scenario has no address for it, so chat completions are assumed.";
        lines.push(told.to_owned());
    }
    lines.push(format!("type = {}", quoted(kind)));
    lines.push(format!("model_name = {}", quoted(&target.upstream)));
    // Only this kind takes an address of its own.
    if let Some(url) = target.base_url.as_deref().filter(|_| kind == "openai") {
        lines.push(format!("api_base = {}", quoted(format!("{}/", url.trim_end_matches('/')))));
    }
    let key = target.api_key_env.as_deref().map(|name| format!("env::{name}"));
    let key = key.or_else(|| target.base_url.as_ref().map(|_| "none".to_owned()));
    if let Some(key) = key {
        lines.push(format!("api_key_location = {}", quoted(key)));
    }
    if let Some(ms) = target.timeout_ms() {
        lines.push(format!("# {}.", target.why_timeout()));
        // Each kind of reply has a time of its own, and none without one.
        lines.push(format!(
            "timeouts = {{ non_streaming.total_ms = {ms}, streaming.ttft_ms = {ms} }}"
        ));
    }
    if let Some((input, output)) = target.price {
        let of = target.price_as_of.as_deref().map(|it| format!(", of {it}")).unwrap_or_default();
        let (sent, received) = pointers(kind);
        lines.push(format!("# Dollars per million tokens, from the scenario{of}."));
        lines.push(format!(
            "cost = [{{ pointer = \"{sent}\", cost_per_million = {input}, required = true }}, \
             {{ pointer = \"{received}\", cost_per_million = {output}, required = true }}]"
        ));
    }
    lines
}

/// Where a reply says how many tokens were sent and received.
fn pointers(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "anthropic" => ("/usage/input_tokens", "/usage/output_tokens"),
        "google_ai_studio_gemini" => {
            ("/usageMetadata/promptTokenCount", "/usageMetadata/candidatesTokenCount")
        }
        _ => ("/usage/prompt_tokens", "/usage/completion_tokens"),
    }
}
