//! What a vote comes to, item by item.

use super::*;
use crate::kernel::{Micros, Usd};
use crate::policy::testing::{letter, on_an_item, outcome, standing};

fn vote(letters: &str, ties: Ties, quorum: u32, stop: StopRule) -> Outcome {
    let name = |listed: usize| PolicyId::from(format!("m{listed}"));
    let members: Vec<PolicyId> = (0..letters.len()).map(name).collect();
    let outcomes: Vec<Outcome> =
        std::iter::zip(letters.chars(), &members).map(|(one, name)| outcome(one, name)).collect();
    let vote = Vote { ties, quorum, stop, ..Vote::plurality(members) };
    let outcomes: Vec<&Outcome> = outcomes.iter().collect();
    on_an_item(|ctx| vote.decide(ctx, Learned::Nothing, &voters(&vote), &outcomes))
}

fn voters(vote: &Vote) -> Vec<Voter<'_>> {
    vote.members.iter().map(|name| Voter { name, standing: standing(0.5) }).collect()
}

#[test]
fn the_answer_is_that_of_most_members_who_answered() {
    for (letters, quorum, verdict, n_calls, agreement, reason) in [
        ("AAA", 1, 'A', 3, Some(1.0), Reason::Unanimous),
        ("ABB", 1, 'B', 3, Some(2.0 / 3.0), Reason::Majority),
        ("AB", 1, 'A', 2, Some(0.5), Reason::TieBroken),
        ("A?t", 1, 'A', 3, Some(1.0 / 3.0), Reason::Unanimous),
        ("A-", 1, 'A', 1, Some(1.0), Reason::Unanimous),
        ("CBC-", 1, 'C', 3, Some(2.0 / 3.0), Reason::Majority),
        // Too few answers: what kept the others from answering.
        ("A?t", 2, 't', 3, None, Reason::NoQuorum),
        ("A??", 2, '?', 3, None, Reason::NoQuorum),
        ("???", 1, '?', 3, None, Reason::NoAnswer),
        ("!!", 1, '!', 2, None, Reason::NoAnswer),
        ("!?", 1, '?', 2, None, Reason::NoAnswer),
        ("rt", 1, 't', 2, None, Reason::NoAnswer),
        ("rtr", 1, 'r', 3, None, Reason::NoAnswer),
        ("!t-", 1, 't', 2, None, Reason::NoAnswer),
        // Nothing to judge on.
        ("--", 1, '-', 0, None, Reason::NoAnswer),
        ("A-", 2, '-', 0, None, Reason::NoAnswer),
        ("", 1, '-', 0, None, Reason::NoAnswer),
        ("??", 0, '?', 2, None, Reason::NoAnswer),
    ] {
        let outcome = vote(letters, Ties::Accuracy, quorum, StopRule::Never);
        let got = (letter(&outcome), outcome.n_calls, outcome.agreement, outcome.reason);
        assert_eq!(got, (verdict, n_calls, agreement, reason), "{letters}, quorum {quorum}");
        assert_eq!(outcome.tied, letters == "AB", "{letters}");
        let answered = outcome.verdict.score().is_some();
        assert_eq!(outcome.rung.is_some(), answered, "{letters}: the vote itself answers");
    }
}

#[test]
fn a_tie_may_end_in_an_abstention() {
    let outcome = vote("AB", Ties::Abstain, 1, StopRule::Never);
    assert_eq!((letter(&outcome), outcome.reason), ('~', Reason::TieAbstained));
    assert_eq!((outcome.tied, outcome.n_calls, outcome.agreement), (true, 2, None));
}

#[test]
fn all_at_once_the_slowest_decides_and_in_turn_all_add_up() {
    for (letters, quorum, stop, n_calls, latency) in [
        ("AAAAA", 1, StopRule::Never, 5, 100),
        ("AAAAA", 1, StopRule::Lossless, 3, 300),
        ("AAAAA", 4, StopRule::Lossless, 4, 400),
        ("AABBA", 1, StopRule::Lossless, 5, 500),
        ("-AA-A", 1, StopRule::Lossless, 2, 200),
        ("tAA", 1, StopRule::Lossless, 3, 300),
        ("ttt", 1, StopRule::Lossless, 3, 300),
    ] {
        let outcome = vote(letters, Ties::Accuracy, quorum, stop);
        let spent = (outcome.n_calls, outcome.cost, outcome.latency);
        let cost = Usd::from_picos(10 * i64::from(n_calls));
        assert_eq!(spent, (n_calls, Some(cost), Some(Micros(latency))), "{letters} {stop:?}");
    }
}

#[test]
fn what_one_call_took_being_unknown_makes_the_sum_unknown() {
    let members = vec![PolicyId::from("a"), PolicyId::from("b")];
    let known = outcome('A', &members[0]);
    let unknown = Outcome { cost: None, latency: None, ..known.clone() };
    let vote = Vote::plurality(members);
    let outcomes = [&known, &unknown];
    let outcome = on_an_item(|ctx| vote.decide(ctx, Learned::Nothing, &voters(&vote), &outcomes));
    assert_eq!((outcome.n_calls, outcome.cost, outcome.latency), (2, None, None));
}
