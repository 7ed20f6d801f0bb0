//! `cluster`: near values are one answer, and the answer of most members wins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ascending, middle};
use crate::vote::bounded::bounded;

bounded! {
    /// A difference in the unit of the values, from 0 to 10^15; 0 where it is left out.
    AbsoluteGap: f64 "f64", 0.0 to 1e15, else 0.0;
    /// A difference as a share of the larger of two values, from 0 to 1; 0.01 where it is left
    /// out.
    RelativeGap: f64 "f64", 0.0 to 1.0, else 0.01;
}

/// Values are chained where neighbours are near, and the longest chain wins with its median.
///
/// Two values are near when they differ by no more than `absolute + relative * max(|a|, |b|)`.
/// Nearness is no equality: 1 may be near 2 and 2 near 3, but 1 not near 3. Values in ascending
/// order are therefore chained from neighbour to neighbour (single linkage), so the ends of a long
/// chain may be further apart than the options say. That depends on no order of members.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// The difference that does not count, in the unit of the values.
    pub absolute: AbsoluteGap,
    /// The difference that does not count, as a share of the larger value.
    pub relative: RelativeGap,
}

/// Values that are one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Positions among the values, from the least value on; equal values by position.
    pub members: Vec<usize>,
    /// The median of the values, which is what the chain answers.
    pub median: f64,
}

impl Cluster {
    /// All chains, from the least values to the largest; none without values, or where one is not
    /// finite.
    pub fn chains(self, values: &[f64]) -> Vec<Chain> {
        if ascending(values).is_none() {
            return Vec::new();
        }
        let mut places: Vec<usize> = (0..values.len()).collect();
        // A stable sort, so that equal values stay in order of position.
        places.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let chains = places.chunk_by(|a, b| self.are_near(values[*a], values[*b]));
        let chain = |members: &[usize]| {
            let of_chain: Vec<f64> = members.iter().map(|place| values[*place]).collect();
            Chain { members: members.to_vec(), median: middle(&of_chain) }
        };
        chains.map(chain).collect()
    }

    /// The chains with the most members: several in a tie, which the tie rule has to break.
    pub fn longest(self, values: &[f64]) -> Vec<Chain> {
        let mut chains = self.chains(values);
        let most = chains.iter().map(|chain| chain.members.len()).max();
        chains.retain(|chain| Some(chain.members.len()) == most);
        chains
    }

    fn are_near(self, a: f64, b: f64) -> bool {
        let allowed = self.absolute.value() + self.relative.value() * a.abs().max(b.abs());
        // Also where both are huge and their difference is out of reach.
        a == b || (a - b).abs() <= allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(absolute: f64, relative: f64) -> Result<Cluster, Box<dyn std::error::Error>> {
        let (absolute, relative) = (absolute.try_into()?, relative.try_into()?);
        Ok(Cluster { absolute, relative })
    }

    /// Members and median.
    type Wanted<'a> = &'a [(&'a [usize], f64)];

    #[test]
    fn neighbours_are_chained_and_the_longest_chain_wins() -> Result<(), Box<dyn std::error::Error>>
    {
        for (absolute, relative, values, all, longest) in [
            (0.0, 0.0, &[][..], &[] as Wanted<'_>, &[][..]),
            (0.0, 0.0, &[5.0], &[(&[0], 5.0)], &[0]),
            (0.0, 0.0, &[2.0, 1.0, 2.0], &[(&[1], 1.0), (&[0, 2], 2.0)], &[1]),
            // A tie: both are told.
            (0.0, 0.0, &[2.0, 1.0], &[(&[1], 1.0), (&[0], 2.0)], &[0, 1]),
            // 1 and 3 are not near, but 2 is near to both.
            (1.0, 0.0, &[3.0, 1.0, 2.0, 7.0], &[(&[1, 2, 0], 2.0), (&[3], 7.0)], &[0]),
            (0.0, 0.01, &[100.0, 101.0, 102.5], &[(&[0, 1], 100.5), (&[2], 102.5)], &[0]),
            // Both tolerances add up: 0.5 + 1 % of 102 is 1.52.
            (0.5, 0.01, &[100.5, 102.0, 104.0], &[(&[0, 1], 101.25), (&[2], 104.0)], &[0]),
            (0.0, 0.01, &[-101.0, -100.0, 100.0], &[(&[0, 1], -100.5), (&[2], 100.0)], &[0]),
            (0.0, 1.0, &[f64::MAX, -f64::MAX], &[(&[1], -f64::MAX), (&[0], f64::MAX)], &[0, 1]),
            (1.0, 0.0, &[1.0, f64::NAN], &[], &[]),
            (1.0, 0.0, &[1.0, f64::INFINITY], &[], &[]),
        ] {
            let cluster = cluster(absolute, relative)?;
            let chains = cluster.chains(values);
            let got: Vec<(&[usize], f64)> =
                chains.iter().map(|chain| (&chain.members[..], chain.median)).collect();
            assert_eq!(got, all, "{values:?} by {absolute} and {relative}");
            let expected: Vec<Chain> = longest.iter().map(|idx| chains[*idx].clone()).collect();
            assert_eq!(cluster.longest(values), expected, "longest of {values:?}");
        }
        Ok(())
    }

    #[test]
    fn options_read_with_their_defaults_and_nonsense_is_refused() {
        for (text, expected) in [
            ("{}", Some((0.0, 0.01))),
            (r#"{"absolute": 0.5}"#, Some((0.5, 0.01))),
            (r#"{"relative": 0}"#, Some((0.0, 0.0))),
            (r#"{"relative": 1.5}"#, None),
            (r#"{"absolute": -1}"#, None),
            (r#"{"tolerance": 1}"#, None),
        ] {
            let read: Result<Cluster, _> = serde_json::from_str(text);
            let got = read.ok().map(|rule| (rule.absolute.value(), rule.relative.value()));
            assert_eq!(got, expected, "{text}");
        }
    }
}
