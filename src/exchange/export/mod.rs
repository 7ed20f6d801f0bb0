//! What is written for others to read.

mod deployment;
mod litellm;
mod openrouter;
mod portkey;
mod recorded;
mod tensorzero;
#[cfg(test)]
mod tests;

pub use deployment::{Deployment, Probing, Refusal, Routing, Target};
pub use recorded::write;

/// A gateway that a recommendation can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// Its proxy's `config.yaml`.
    Litellm,
    /// A config.
    Portkey,
    /// `tensorzero.toml`.
    Tensorzero,
    /// The body of a request.
    Openrouter,
}

/// Each gateway with its name and one sentence.
const KINDS: [(Gateway, &str, &str); 4] = [
    (Gateway::Litellm, "litellm", "LiteLLM's config.yaml: order, weights, fallbacks, timeouts."),
    (Gateway::Portkey, "portkey", "A config of Portkey's gateway: also by category."),
    (Gateway::Tensorzero, "tensorzero", "TensorZero's tensorzero.toml: weights and fallbacks."),
    (Gateway::Openrouter, "openrouter", "The models and price of a request to OpenRouter."),
];

impl Gateway {
    /// Every gateway with its name and a sentence about it.
    pub fn kinds() -> impl Iterator<Item = (Self, &'static str, &'static str)> {
        KINDS.into_iter()
    }

    /// The gateway of that name; `None` for an unknown word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::kinds().find(|(_, known, _)| *known == name).map(|(kind, ..)| kind)
    }

    /// What its file is called.
    pub fn file(self) -> &'static str {
        match self {
            Self::Litellm => litellm::FILE,
            Self::Portkey => portkey::FILE,
            Self::Tensorzero => tensorzero::FILE,
            Self::Openrouter => openrouter::FILE,
        }
    }

    /// The text of its file.
    ///
    /// # Errors
    /// What the gateway can't express, with what comes nearest.
    pub fn render(self, deployment: &Deployment) -> Result<String, Refusal> {
        match self {
            Self::Litellm => litellm::render(deployment),
            Self::Portkey => portkey::render(deployment),
            Self::Tensorzero => tensorzero::render(deployment),
            Self::Openrouter => openrouter::render(deployment),
        }
    }
}
