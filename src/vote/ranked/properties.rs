//! What holds for every rule over rankings, whatever the ballots are.

use proptest::prelude::*;

use super::{Borda, Copeland, Irv, Profile, RankedPairs, Schulze, WeakOrder, condorcet_winner};
use crate::kernel::Ranking;

const RULES: [fn(&Profile) -> WeakOrder; 5] = [
    |profile| Borda {}.order(profile),
    |profile| Copeland {}.order(profile),
    |profile| Schulze {}.order(profile),
    |profile| RankedPairs {}.order(profile),
    |profile| Irv {}.order(profile),
];

const OPTIONS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// The place that a ballot gives each of five options, of which 4 is left out.
type Places = [u8; 5];

/// Ballots with weights such as 0.1, whose sums are not exact.
fn ballots() -> impl Strategy<Value = Vec<(Places, f64)>> {
    let weight = prop::sample::select(vec![0.0, 0.1, 0.2, 0.3, 1.0, 1.0, 2.5]);
    prop::collection::vec((prop::array::uniform5(0_u8..5), weight), 0..7)
}

/// As text, and back, which leaves out what is in place 4.
fn ranking(places: &Places) -> Option<Ranking> {
    let in_place = |place: u8| -> Vec<&str> {
        let options = std::iter::zip(OPTIONS, places).filter(|(_, of)| **of == place);
        options.map(|(option, _)| option).collect()
    };
    let groups = (0..4).map(in_place).filter(|group| !group.is_empty());
    groups.map(|group| group.join("=")).collect::<Vec<_>>().join(">").parse().ok()
}

fn profile(options: &[&str], ballots: &[(Places, f64)]) -> Profile {
    let read: Vec<(Ranking, f64)> =
        ballots.iter().filter_map(|(places, weight)| Some((ranking(places)?, *weight))).collect();
    let read: Vec<(&Ranking, f64)> = read.iter().map(|(it, weight)| (it, *weight)).collect();
    Profile::new(options, &read).expect("five options")
}

/// The names in each group, in order of name.
fn names<'a>(options: &[&'a str], order: &WeakOrder) -> Vec<Vec<&'a str>> {
    let group = |group: &Vec<usize>| {
        let mut names: Vec<&str> = group.iter().map(|option| options[*option]).collect();
        names.sort_unstable();
        names
    };
    order.groups().iter().map(group).collect()
}

proptest! {
    #[test]
    fn the_order_of_ballots_changes_nothing(
        (one, other) in ballots().prop_flat_map(|b| (Just(b.clone()), Just(b).prop_shuffle())),
    ) {
        for (idx, rule) in RULES.iter().enumerate() {
            let [one, other] = [&one, &other].map(|ballots| rule(&profile(&OPTIONS, ballots)));
            prop_assert_eq!(one, other, "rule {}", idx);
        }
    }

    #[test]
    fn the_order_of_options_changes_nothing_but_where_they_stand(
        ballots in ballots(), listed in Just(OPTIONS.to_vec()).prop_shuffle(),
    ) {
        for (idx, rule) in RULES.iter().enumerate() {
            let one = rule(&profile(&OPTIONS, &ballots));
            let other = rule(&profile(&listed, &ballots));
            prop_assert_eq!(names(&OPTIONS, &one), names(&listed, &other), "rule {}", idx);
        }
    }

    #[test]
    fn what_options_are_called_changes_nothing(
        ballots in ballots(), called in Just([0_usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let renamed: Vec<(Places, f64)> = ballots
            .iter()
            .map(|(places, weight)| {
                let mut new = *places;
                for (old, name) in called.iter().enumerate() {
                    new[*name] = places[old];
                }
                (new, *weight)
            })
            .collect();
        for (idx, rule) in RULES.iter().enumerate() {
            let order = rule(&profile(&OPTIONS, &ballots));
            let moved: Vec<Vec<usize>> = order
                .groups()
                .iter()
                .map(|group| group.iter().map(|option| called[*option]).collect())
                .collect();
            let other = rule(&profile(&OPTIONS, &renamed));
            prop_assert_eq!(WeakOrder::of(moved), other, "rule {}", idx);
        }
    }

    #[test]
    fn a_ranking_that_all_share_is_the_order(
        places in prop::array::uniform5(0_u8..5),
        weights in prop::collection::vec(0.0..2.0_f64, 1..6),
    ) {
        if ranking(&places).is_some() {
            let ballots: Vec<(Places, f64)> = weights.iter().map(|w| (places, *w)).collect();
            let group = |place: u8| (0..5).filter(|option| places[*option] == place).collect();
            let mut groups: Vec<Vec<usize>> = (0..5).map(group).collect();
            groups.retain(|group| !group.is_empty());
            for (idx, rule) in RULES.iter().enumerate() {
                let order = rule(&profile(&OPTIONS, &ballots));
                prop_assert_eq!(order.groups(), &groups, "rule {}", idx);
            }
        }
    }

    #[test]
    fn whoever_wins_every_pair_wins_by_every_rule_that_looks_at_pairs(ballots in ballots()) {
        let profile = profile(&OPTIONS, &ballots);
        if let Some(winner) = condorcet_winner(&profile) {
            for rule in &RULES[1..4] {
                let order = rule(&profile);
                prop_assert_eq!(order.winners(), &[winner]);
            }
        }
    }

    #[test]
    fn every_option_is_in_the_order_once(ballots in ballots()) {
        for (idx, rule) in RULES.iter().enumerate() {
            let mut all = rule(&profile(&OPTIONS, &ballots)).groups().concat();
            all.sort_unstable();
            prop_assert_eq!(all, [0, 1, 2, 3, 4], "rule {}", idx);
        }
    }
}
