//! Chance as named streams: what is drawn depends on what it is drawn for, never on call order.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The scenario's seed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream for one purpose and one thing, say `("fold", &[item])`.
    ///
    /// The generator is `ChaCha8`, whose output is the same on every platform and version; its key
    /// is the SHA-256 of seed, purpose and parts, each preceded by its length so that
    /// `["ab", "c"]` and `["a", "bc"]` differ.
    pub fn stream(self, purpose: &str, parts: &[&str]) -> ChaCha8Rng {
        let mut hasher = Sha256::new_with_prefix(self.0.to_le_bytes());
        for part in std::iter::once(&purpose).chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        ChaCha8Rng::from_seed(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn a_stream_depends_on_seed_purpose_and_parts_only() {
        let draw = |seed, purpose, parts: &[&str]| Seed(seed).stream(purpose, parts).next_u64();
        let pinned = draw(7, "fold", &["item-1"]);
        assert_eq!(pinned, draw(7, "fold", &["item-1"]));
        let others = [
            draw(8, "fold", &["item-1"]),
            draw(7, "tie", &["item-1"]),
            draw(7, "fold", &["item-2"]),
            draw(7, "fold", &["item", "-1"]),
        ];
        assert!(others.iter().all(|other| *other != pinned));
    }
}
