//! The rules on the same ballots, against another implementation and published orders.

use super::profile::samples::{letters, profile};
use super::{
    Borda, Copeland, Irv, Profile, RankedPairs, Schulze, WeakOrder, condorcet_winner, plurality,
};

/// M. Schulze's example of 45 ballots with five options.
const SCHULZE_45: &str = "5 A>C>B>E>D; 5 A>D>E>C>B; 8 B>E>D>A>C; 3 C>A>B>E>D; 7 C>A>E>B>D; \
                          2 C>B>A>D>E; 7 D>C>E>B>A; 8 E>B>A>D>C";

/// Tennessee: Memphis is A, Nashville B, Chattanooga C, Knoxville D.
const TENNESSEE: &str = "42 A>B>C>D; 26 B>C>D>A; 15 C>D>B>A; 17 D>C>B>A";

fn orders(profile: &Profile) -> [WeakOrder; 5] {
    [
        Borda {}.order(profile),
        Copeland {}.order(profile),
        Schulze {}.order(profile),
        RankedPairs {}.order(profile),
        Irv {}.order(profile),
    ]
}

/// The first groups are those that pref-voting 1.18.2 gives on random ballots with ties: by
/// `borda_for_profile_with_ties`, `copeland`, `beat_path`, `ranked_pairs` and `instant_runoff` with
/// `score_method="split"`. Only ballots on which the rules differ are here, with few enough equal
/// majorities for its ranked pairs, which tries every order of them, to end.
#[test]
fn winners_are_those_of_pref_voting_on_ballots_with_ties() {
    for (n_options, ballots, winners) in [
        (3, "9 A>B>C; 8 C>A>B; 4 A>B>C; 7 C>A=B; 5 B>C>A", ["A", "ABC", "C", "C", "C"]),
        (3, "2 A=C>B; 8 B>A>C; 6 A=C>B", ["A", "A", "AB", "AB", "B"]),
        (3, "9 B>A>C; 4 A>C>B; 1 A=C>B; 5 C>A=B", ["A", "ABC", "B", "B", "C"]),
        (4, "3 C>A=D>B; 8 A>B>C>D; 8 B>C>A>D", ["B", "ABC", "AB", "AB", "A"]),
        (4, "2 B=D>A=C; 2 C>B>A>D; 8 A>B=D>C; 2 B>A>C=D; 9 D>B>A>C", ["BD", "ABD", "D", "D", "A"]),
        (4, "2 C>B=D>A; 6 C>A>B=D; 7 A=D>B=C; 4 D>C>A=B; 4 A>D>B=C", ["AD", "ACD", "A", "A", "C"]),
        (4, "8 D>A>B>C; 1 A>B=C=D; 9 C>A>D>B", ["A", "AC", "AC", "AC", "C"]),
        (4, "5 B>C>D>A; 2 A>B>C>D; 6 C>A>B>D", ["C", "ABC", "C", "C", "B"]),
        (5, "5 A>B>E>C>D; 7 A=D>E>B>C; 3 A>C=E>B>D; 9 B=D=E>A=C", ["A", "AE", "AD", "AD", "D"]),
        (5, "4 A>C=E>B=D; 6 D>A=C=E>B; 9 B>A=D>E>C", ["A", "AD", "B", "B", "B"]),
        (5, "2 B>A=C>E>D; 4 A>D>B=C=E; 8 B=D>E>C>A; 9 C>A>B=D=E", ["C", "AD", "C", "C", "B"]),
        // The same with the last place left out.
        (4, "8 D>A>B>C; 1 A; 9 C>A>D", ["A", "AC", "AC", "AC", "C"]),
        (5, "2 B>A=C>E; 4 A>D; 8 B=D>E>C; 9 C>A", ["C", "AD", "C", "C", "B"]),
    ] {
        let got = orders(&profile(n_options, ballots))
            .map(|order| letters(&order).split(" > ").next().map(|tied| tied.replace(" = ", "")));
        assert_eq!(got.map(Option::unwrap_or_default), winners, "{ballots}");
    }
}

#[test]
fn published_orders_are_reproduced() {
    for (n_options, ballots, rule, expected) in [
        // As Schulze gives it with this example.
        (5, SCHULZE_45, 2, "E > A > C > B > D"),
        (5, SCHULZE_45, 0, "E > A > B > C > D"),
        // Pairs won in Tennessee: B 3, C 2, D 1, A 0. So every Condorcet rule orders them.
        (4, TENNESSEE, 1, "B > C > D > A"),
        (4, TENNESSEE, 2, "B > C > D > A"),
        (4, TENNESSEE, 3, "B > C > D > A"),
        // Points 194, 173, 126, 107.
        (4, TENNESSEE, 0, "B > C > A > D"),
        // Without D, B goes first and C wins; without C too, B wins by 58 to 42.
        (4, TENNESSEE, 4, "D > C > B > A"),
    ] {
        let order = &orders(&profile(n_options, ballots))[rule];
        assert_eq!(letters(order), expected, "rule {rule} on {ballots}");
    }
}

#[test]
fn what_ties_is_left_tied() {
    for (name, ballots, borda, copeland, schulze, ranked_pairs, irv) in [
        ("nobody votes", "", "A = B = C", "A = B = C", "A = B = C", "A = B = C", "A = B = C"),
        (
            "a cycle of equals",
            "1 A>B>C; 1 B>C>A; 1 C>A>B",
            "A = B = C",
            "A = B = C",
            "A = B = C",
            "A = B = C",
            "A = B = C",
        ),
        (
            "two against each other",
            "1 A>B>C; 1 B>A>C",
            "A = B > C",
            "A = B > C",
            "A = B > C",
            "A = B > C",
            "A = B > C",
        ),
        // B beats C by 3 to 1, and A is even with both: points 4, 5 and 3. In the runoff, B and C
        // share the fewest first places, and both go at once.
        (
            "even pairs",
            "2 A>B>C; 1 B>C>A; 1 C>B>A",
            "B > A > C",
            "B > A > C",
            "A = B > C",
            "A = B > C",
            "A > B > C",
        ),
    ] {
        let got = orders(&profile(3, ballots)).map(|order| letters(&order));
        assert_eq!(got, [borda, copeland, schulze, ranked_pairs, irv], "{name}");
    }
}

#[test]
fn whoever_wins_every_pair_is_the_condorcet_winner() {
    for (n_options, ballots, winner) in [
        (4, TENNESSEE, Some(1)),
        (5, SCHULZE_45, None),
        (3, "1 A>B>C; 1 B>C>A; 1 C>A>B", None),
        (2, "1 A>B; 1 B>A", None),
        (2, "", None),
        (1, "", Some(0)),
        (0, "", None),
    ] {
        assert_eq!(condorcet_winner(&profile(n_options, ballots)), winner, "{ballots}");
    }
}

#[test]
fn first_places_alone_make_a_plurality() {
    for (ballots, expected) in [
        (TENNESSEE, "A > B > D > C"),
        ("1 A; 1 B>A; 1 B=C", "B > A > C > D"),
        ("1 A=B", "A = B > C = D"),
    ] {
        assert_eq!(letters(&plurality(&profile(4, ballots))), expected, "{ballots}");
    }
}
