//! A recommendation as the part of a request to OpenRouter that says who answers.
//!
//! It is JSON with comments; without the lines that begin with `//` it is a body to which only the
//! messages are missing.

use super::deployment::{Deployment, Refusal, Routing, quoted};

const NAME: &str = "OpenRouter";

/// The name of the file.
pub(super) const FILE: &str = "openrouter.jsonc";

/// The text of the file.
///
/// # Errors
/// What OpenRouter can't express: anything but models in an order.
pub(super) fn render(deployment: &Deployment) -> Result<String, Refusal> {
    let model = match &deployment.routing {
        Routing::Single(model) => model,
        Routing::Mix(_) => {
            return Err(deployment.refuse(NAME, "it has an order of models, and no shares"));
        }
        Routing::Category { .. } => {
            return Err(deployment.refuse(NAME, "it doesn't know the category of a question"));
        }
        Routing::Other(what) => {
            let why = format!("it takes one model's answer as it is, and this is {what}");
            return Err(deployment.refuse(NAME, &why));
        }
    };
    let all: Vec<_> = [model].into_iter().chain(&deployment.fallbacks).collect();
    let targets: Vec<_> = all.iter().map(|model| &deployment.targets[*model]).collect();
    let told = deployment.head().into_iter().chain(deployment.without_probe(NAME));
    let mut lines: Vec<String> = told.map(|it| format!("// {it}")).collect();
    lines.push("{".to_owned());
    lines.push("  // In this order; the next is asked after an error or a refusal.".to_owned());
    lines.push(
        "  // OpenRouter calls models `vendor/model`: these are the names in the scenario."
            .to_owned(),
    );
    lines.push("  \"models\": [".to_owned());
    for (at, target) in targets.iter().enumerate() {
        let comma = if at + 1 < targets.len() { "," } else { "" };
        lines.push(format!("    // {}", target.figures()));
        lines.push(format!("    {}{comma}", quoted(&target.upstream)));
    }
    let prices: Option<Vec<(f64, f64)>> = targets.iter().map(|target| target.price).collect();
    let most = prices.unwrap_or_default().into_iter().reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    lines.push(if most.is_some() { "  ],".to_owned() } else { "  ]".to_owned() });
    if let Some((input, output)) = most {
        lines.push("  \"provider\": {".to_owned());
        lines.push(
            "    // Dollars per million tokens: the dearest of them, so that no other host of"
                .to_owned(),
        );
        lines.push("    // the same model costs more than was reckoned with.".to_owned());
        lines.push(format!(
            "    \"max_price\": {{ \"prompt\": {input}, \"completion\": {output} }}"
        ));
        lines.push("  }".to_owned());
    }
    lines.push("}".to_owned());
    Ok(lines.join("\n") + "\n")
}
