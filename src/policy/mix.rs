//! A member drawn at random for each item: what routing without looking would give.

use rand::Rng;

use crate::kernel::{PolicyId, Probability};
use crate::policy::Context;

/// Members, each with the share of the items that it is given.
///
/// Who answers an item follows from the seed, the policy and the item alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    /// Models or policies, in order of name.
    pub members: Vec<PolicyId>,
    /// The share of each; they sum to 1.
    pub shares: Vec<Probability>,
}

impl Mix {
    /// How far the sum of the shares may be from 1.
    pub const TOLERANCE: f64 = 1e-6;

    /// The position of the member that answers the item at hand.
    pub fn choose(&self, ctx: &Context<'_>) -> usize {
        let parts = [ctx.policy.as_str(), ctx.item.id.as_str()];
        // The upper 53 bits make a number below 1 that is exact.
        let bits = ctx.seed.stream("mix", &parts).next_u64() >> 11;
        let drawn = bits as f64 / (1_u64 << 53) as f64;
        let mut below = 0.0;
        let reached = self.shares.iter().position(|share| {
            below += share.value();
            drawn < below
        });
        reached.unwrap_or(self.shares.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Item;
    use crate::policy::testing::on_an_item;

    #[test]
    fn each_member_gets_its_share_of_the_items() {
        let share = |value| Probability::try_from(value).unwrap();
        let mix = Mix {
            members: ["a", "b", "c"].map(PolicyId::from).to_vec(),
            shares: [0.2, 0.0, 0.8].map(share).to_vec(),
        };
        let policy = PolicyId::from("mix");
        let mut n_of = [0; 3];
        for item in 0..5000 {
            let item = Item::new(item.to_string());
            let chosen =
                on_an_item(|ctx| mix.choose(&Context { policy: &policy, item: &item, ..*ctx }));
            n_of[chosen] += 1;
        }
        // 1000 of 5000 give or take 28.
        assert!((900..1100).contains(&n_of[0]) && n_of[1] == 0, "{n_of:?}");
    }
}
