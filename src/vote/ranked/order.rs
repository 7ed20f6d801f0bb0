//! All options from the winners down, in groups of tied ones.

use crate::vote::tally::exceeds;

/// Options in groups, best first. Those of one group are tied, in order of position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeakOrder {
    groups: Vec<Vec<usize>>,
}

impl WeakOrder {
    /// The groups, best first; none without options.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    /// The first group: one option, or several in a tie.
    pub fn winners(&self) -> &[usize] {
        self.groups.first().map_or(&[], Vec::as_slice)
    }

    /// From groups that hold each option once.
    pub(super) fn of(mut groups: Vec<Vec<usize>>) -> Self {
        groups.iter_mut().for_each(|group| group.sort_unstable());
        Self { groups }
    }

    /// By score, the largest first; scores that differ by rounding alone are equal.
    pub(super) fn by_score(scores: &[f64]) -> Self {
        let mut options: Vec<usize> = (0..scores.len()).collect();
        options.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        let groups = options.chunk_by(|a, b| !exceeds(scores[*a], scores[*b]));
        Self::of(groups.map(<[usize]>::to_vec).collect())
    }

    /// By a relation without cycles: first come the options that nothing beats, then those that
    /// nothing left beats, and so on.
    ///
    /// Should the relation have a cycle all the same, those on it and below are one last group.
    pub(super) fn by_layers(n_options: usize, beats: impl Fn(usize, usize) -> bool) -> Self {
        let mut left: Vec<usize> = (0..n_options).collect();
        let mut groups = Vec::new();
        while !left.is_empty() {
            let unbeaten = |option: &usize| !left.iter().any(|other| beats(*other, *option));
            let (layer, rest): (Vec<usize>, Vec<usize>) = left.iter().partition(|o| unbeaten(o));
            let is_stuck = layer.is_empty();
            groups.push(if is_stuck { left } else { layer });
            left = if is_stuck { Vec::new() } else { rest };
        }
        Self::of(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_order_from_the_largest_down_and_equal_ones_tie() {
        for (name, scores, groups) in [
            ("none", &[][..], &[] as &[&[usize]]),
            ("one", &[3.0], &[&[0]]),
            ("apart", &[1.0, 3.0, 2.0], &[&[1], &[2], &[0]]),
            ("a tie below", &[1.0, 3.0, 1.0], &[&[1], &[0, 2]]),
            ("equal but for rounding", &[0.1 + 0.2, 0.3, 0.0], &[&[0, 1], &[2]]),
            ("negative", &[-2.0, -1.0, -2.0], &[&[1], &[0, 2]]),
        ] {
            assert_eq!(WeakOrder::by_score(scores).groups(), groups, "{name}");
        }
    }

    #[test]
    fn layers_follow_a_relation_from_whom_nobody_beats_down() {
        for (name, pairs, groups) in [
            ("nobody beats anybody", &[][..], &[&[0, 1, 2, 3][..]][..]),
            ("a chain", &[(2, 0), (0, 3), (3, 1)], &[&[2], &[0], &[3], &[1]]),
            ("a diamond", &[(0, 1), (0, 2), (1, 3), (2, 3)], &[&[0], &[1, 2], &[3]]),
            ("two apart", &[(0, 1), (2, 3)], &[&[0, 2], &[1, 3]]),
            ("a cycle below", &[(0, 1), (1, 2), (2, 1), (2, 3)], &[&[0], &[1, 2, 3]]),
        ] {
            let order = WeakOrder::by_layers(4, |a, b| pairs.contains(&(a, b)));
            assert_eq!(order.groups(), groups, "{name}");
        }
        assert!(WeakOrder::by_layers(0, |_, _| false).winners().is_empty());
    }
}
