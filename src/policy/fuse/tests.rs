//! What fusions and debates come to, item by item.

use super::*;
use crate::data::Answer;
use crate::kernel::{Micros, Usd};
use crate::policy::made::{AGAIN, FUSE};
use crate::policy::testing::{letter, on_an_item, outcome};

/// A fusion of members `m0`, `m1` and so on, by `f` where anybody is named.
fn fuse(n: usize, by: Option<&str>, rounds: u32, otherwise: Otherwise) -> Fuse {
    let members = (0..n).map(|at| PolicyId::from(format!("m{at}"))).collect();
    let [prompt, again] = [FUSE, AGAIN].map(|text| Prompt::compile(text).unwrap());
    Fuse { members, by: by.map(ModelId::from), rounds, without: 0, otherwise, prompt, again }
}

/// What comes of it where whoever is asked in a round says that letter, and the letters that were
/// shown, question by question; `Z` is an answer that no model gave.
fn ended(letters: &str, fuse: &Fuse, says: &[&str]) -> (Outcome, Vec<String>) {
    let outcomes: Vec<Outcome> =
        letters.chars().zip(&fuse.members).map(|(it, name)| outcome(it, name)).collect();
    let members: Vec<&Outcome> = outcomes.iter().collect();
    let made = [Answer { text: "Z".to_owned(), score: 0.5 }];
    on_an_item(|ctx| {
        let ctx = &Context { made: &made, ..*ctx };
        let (mut heard, mut log) = (Vec::new(), Vec::new());
        for round in says.iter().map(|it| it.chars()).chain(["".chars()]) {
            match fuse.next(ctx, &members, &heard) {
                Next::Done(outcome) => return (outcome, log),
                Next::Ask(asked) => {
                    for (Asked { by, made }, said) in asked.iter().zip(round) {
                        let name = |at: &AnswerIdx| match usize::from(at.0) {
                            at if at < ctx.answers.len() => char::from(b'A' + at as u8),
                            _ => 'Z',
                        };
                        let mut shown: Vec<char> = made.shown.iter().map(name).collect();
                        shown.sort_unstable();
                        log.push(format!("{by} {}", shown.iter().collect::<String>()));
                        assert_eq!(made.after.is_some(), heard.len() >= fuse.members.len());
                        let name = PolicyId::from(by.as_str());
                        heard.push(match said {
                            'Z' => {
                                let answer = Some(AnswerIdx(ctx.answers.len() as u16));
                                let verdict = Verdict::Answered { answer, score: 0.5 };
                                Outcome { verdict, ..outcome('A', &name) }
                            }
                            said => outcome(said, &name),
                        });
                    }
                }
            }
        }
        panic!("it asks on and on: {log:?}")
    })
}

#[test]
fn whoever_answers_in_the_end_sees_what_everybody_said() {
    for (letters, says, verdict, log, reason) in [
        ("ABB", &["B"][..], 'B', &["f ABB"][..], Reason::Fused),
        ("ABB", &["C"], 'C', &["f ABB"], Reason::Fused),
        ("AAA", &["A"], 'A', &["f AAA"], Reason::Fused),
        ("tB?", &["A"], 'A', &["f B"], Reason::Fused),
        ("-BC", &["A"], 'A', &["f BC"], Reason::Fused),
        // Nothing comes of it.
        ("ABB", &["?"], 'B', &["f ABB"], Reason::Otherwise),
        ("ABB", &["t"], 'B', &["f ABB"], Reason::Otherwise),
        ("ABB", &["-"], '-', &["f ABB"], Reason::NoAnswer),
        ("t?r", &[], 't', &[], Reason::NoAnswer),
    ] {
        let fuse = fuse(letters.len(), Some("f"), 1, Otherwise::Plurality);
        let (outcome, asked) = ended(letters, &fuse, says);
        assert_eq!((letter(&outcome), &asked[..]), (verdict, &to_text(log)[..]), "{letters}");
        assert_eq!(outcome.reason, reason, "{letters}");
        if verdict != '-' {
            let n_members = letters.chars().filter(|it| *it != '-').count();
            assert_eq!(outcome.n_calls as usize, n_members + asked.len(), "{letters}");
        }
    }
}

fn to_text(log: &[&str]) -> Vec<String> {
    log.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn rounds_show_what_was_said_in_the_round_before() {
    let layered = fuse(2, Some("f"), 2, Otherwise::Plurality);
    let (outcome, asked) = ended("AB", &layered, &["CC", "D"]);
    assert_eq!((letter(&outcome), asked), ('D', to_text(&["m0 AB", "m1 AB", "f CC"])));
    let spent = (outcome.n_calls, outcome.cost, outcome.latency);
    assert_eq!(spent, (5, Some(Usd::from_picos(50)), Some(Micros(300))));
    let debate = fuse(3, None, 2, Otherwise::Plurality);
    let (outcome, asked) = ended("ABC", &debate, &["BBC", "CCB"]);
    let wanted = ["m0 ABC", "m1 ABC", "m2 ABC", "m0 BBC", "m1 BBC", "m2 BBC"];
    assert_eq!((letter(&outcome), asked), ('C', to_text(&wanted)));
    assert_eq!(outcome.n_calls, 9);
    // Whoever brings nothing keeps what it said before.
    let (outcome, asked) = ended("ABB", &debate, &["tAA", "A?t"]);
    assert_eq!((letter(&outcome), &asked[3]), ('A', &"m0 AAA".to_owned()));
    let (outcome, _) = ended("ABB", &debate, &["ttt", "ttt"]);
    assert_eq!(letter(&outcome), 'B', "nothing was said but in the beginning");
}

#[test]
fn an_answer_that_nobody_gave_before_is_a_text() {
    let (outcome, _) = ended("AB", &fuse(2, Some("f"), 1, Otherwise::Plurality), &["Z"]);
    assert_eq!((outcome.composed.as_deref(), outcome.verdict.score()), (Some("Z"), Some(0.5)));
    assert_eq!(letter(&outcome), '.');
    let (outcome, asked) = ended("AB", &fuse(2, None, 2, Otherwise::Plurality), &["ZZ", "ZA"]);
    assert_eq!(asked[2], "m0 ZZ");
    assert!(outcome.tied, "one says so, and one says A");
    let (outcome, _) = ended("AB", &fuse(2, None, 1, Otherwise::Plurality), &["ZZ"]);
    assert_eq!(outcome.composed.as_deref(), Some("Z"));
}

#[test]
fn what_was_declared_holds_where_nothing_comes_of_it() {
    for (otherwise, verdict) in
        [(Otherwise::Plurality, 'B'), (Otherwise::First, 'A'), (Otherwise::Fail, 't')]
    {
        let (outcome, _) = ended("ABB", &fuse(3, Some("f"), 1, otherwise), &["t"]);
        assert_eq!(letter(&outcome), verdict, "{otherwise:?}");
    }
}
