//! What a judge's word comes to, item by item.

use super::*;
use crate::kernel::{Micros, Usd};
use crate::policy::made::CHOOSE;
use crate::policy::testing::{letter, on_an_item, outcome};

/// A judge by the name `j` over members `m0`, `m1` and so on.
fn judge(n: usize, how: How, otherwise: Otherwise) -> Judge {
    let members = (0..n).map(|at| PolicyId::from(format!("m{at}"))).collect();
    let prompt = Prompt::compile(CHOOSE).unwrap();
    Judge { members, samples: 1, without: 0, by: "j".into(), how, otherwise, prompt }
}

/// What comes of it where the judge, shown these answers, says so: `Ok` with the place of the best
/// and a grade, or a letter of `policy::testing` for what came instead.
type Says<'a> = &'a dyn Fn(&[char]) -> Result<(usize, f64), char>;

fn ended(letters: &str, judge: &Judge, says: Says<'_>) -> (Outcome, Vec<Vec<char>>) {
    let outcomes: Vec<Outcome> =
        letters.chars().zip(&judge.members).map(|(it, name)| outcome(it, name)).collect();
    let members: Vec<&Outcome> = outcomes.iter().collect();
    let name = PolicyId::from("j");
    on_an_item(|ctx| {
        let (mut heard, mut asked_of) = (Vec::new(), Vec::new());
        loop {
            match judge.next(ctx, &members, &heard) {
                Next::Done(outcome) => return (outcome, asked_of),
                Next::Ask(asked) => {
                    assert!(heard.is_empty(), "all are asked at once");
                    assert!(asked.len() <= judge.most_asked(), "{asked:?}");
                    for Asked { by, made } in asked {
                        assert_eq!(by.as_str(), "j");
                        let shown: Vec<char> =
                            made.shown.iter().map(|it| char::from(b'A' + it.0 as u8)).collect();
                        heard.push(match says(&shown) {
                            Ok((place, grade)) => {
                                Outcome { confidence: Some(grade), ..outcome(shown[place], &name) }
                            }
                            Err(letter) => outcome(letter, &name),
                        });
                        asked_of.push(shown);
                    }
                }
            }
        }
    })
}

#[test]
fn the_answer_is_the_one_that_the_judge_prefers() {
    let prefers = |wanted: char| {
        move |shown: &[char]| match shown.iter().position(|it| *it == wanted) {
            Some(place) => Ok((place, 0.9)),
            None => Ok((0, 0.2)),
        }
    };
    for how in [How::Choose, How::Grade, How::Pairwise] {
        for (letters, wanted, verdict, rung, n_judged) in [
            ("AB", 'A', 'A', "m0", [1, 2, 2]),
            ("AB", 'B', 'B', "m1", [1, 2, 2]),
            ("ABB", 'A', 'A', "m0", [1, 2, 2]),
            ("ABC", 'C', 'C', "m2", [1, 3, 6]),
            ("tAB?", 'B', 'B', "m2", [1, 2, 2]),
            ("-AB", 'A', 'A', "m1", [1, 2, 2]),
        ] {
            let judge = judge(letters.len(), how, Otherwise::Plurality);
            let (outcome, asked) = ended(letters, &judge, &prefers(wanted));
            let by = outcome.rung.as_ref().map(PolicyId::as_str);
            let n_judged = n_judged[how as usize];
            assert_eq!((letter(&outcome), by), (verdict, Some(rung)), "{letters} {how:?}");
            assert_eq!((asked.len(), outcome.reason), (n_judged, Reason::Judged), "{letters}");
            let n_members = letters.chars().filter(|it| *it != '-').count();
            assert_eq!(outcome.n_calls as usize, n_members + n_judged, "{letters} {how:?}");
            assert_eq!(outcome.cost, Some(Usd::from_picos(10 * i64::from(outcome.n_calls))));
            assert_eq!(outcome.latency, Some(Micros(200)), "members at once, then the judge");
        }
    }
}

#[test]
fn nobody_is_asked_where_there_is_nothing_to_choose() {
    for (letters, verdict, reason) in [
        ("AAA", 'A', Reason::Unanimous),
        ("Att", 'A', Reason::Unanimous),
        ("t?", 't', Reason::NoAnswer),
        ("--", '-', Reason::NoAnswer),
    ] {
        let judge = judge(letters.len(), How::Choose, Otherwise::Fail);
        let (outcome, asked) = ended(letters, &judge, &|_| panic!("asked about {letters}"));
        assert_eq!((letter(&outcome), outcome.reason), (verdict, reason), "{letters}");
        assert!(asked.is_empty());
    }
}

#[test]
fn a_judge_who_can_t_be_read_leaves_it_to_what_was_declared() {
    use Otherwise::{Fail, First, Plurality};
    for (letters, said, otherwise, verdict, reason) in [
        ("ABB", '?', Plurality, 'B', Reason::Otherwise),
        ("ABB", 't', Plurality, 'B', Reason::Otherwise),
        ("ABB", '!', First, 'A', Reason::Otherwise),
        ("tBA", 'r', First, 'B', Reason::Otherwise),
        ("ABB", 't', Fail, 't', Reason::NoAnswer),
        ("ABB", '?', Fail, '?', Reason::NoAnswer),
        // A reply that nobody recorded: the item can't be judged.
        ("ABB", '-', Plurality, '-', Reason::NoAnswer),
        // Whoever names what was not shown has named nothing.
        ("ABB", 'J', Plurality, 'B', Reason::Otherwise),
    ] {
        for how in [How::Choose, How::Grade, How::Pairwise] {
            let judge = judge(letters.len(), how, otherwise);
            let (outcome, asked) = ended(letters, &judge, &|_| Err(said));
            assert_eq!(
                (letter(&outcome), outcome.reason),
                (verdict, reason),
                "{letters} {said} {how:?} {otherwise:?}"
            );
            if said != '-' {
                assert_eq!(outcome.n_calls as usize, letters.len() + asked.len(), "all are paid");
            }
        }
    }
}

#[test]
fn a_judge_who_always_takes_the_first_has_no_say_when_pairs_are_turned() {
    // Every comparison is won once from each place, so heads decide.
    let judge = judge(4, How::Pairwise, Otherwise::Plurality);
    let (outcome, asked) = ended("ABBC", &judge, &|_| Ok((0, 1.0)));
    assert_eq!((letter(&outcome), asked.len()), ('B', 6));
    assert_eq!(outcome.confidence, Some(0.5), "half of its comparisons");
    for pair in &asked {
        let turned: Vec<char> = pair.iter().rev().copied().collect();
        assert!(asked.contains(&turned), "{pair:?} is shown in both orders");
    }
}

#[test]
fn who_is_missing_changes_nobody_else_s_place() {
    let all = judge(5, How::Choose, Otherwise::Plurality);
    let (_, shown) = ended("ABCDE", &all, &|_| Ok((0, 1.0)));
    let (_, fewer) = ended("AtCDt", &all, &|_| Ok((0, 1.0)));
    let left: Vec<char> = shown[0].iter().copied().filter(|it| "ACD".contains(*it)).collect();
    assert_eq!(fewer[0], left);
    let (_, turned) = ended("EDCBA", &all, &|_| Ok((0, 1.0)));
    assert_eq!(turned, shown, "the order of members says nothing");
}
