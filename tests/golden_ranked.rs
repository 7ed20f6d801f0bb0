//! The rules over rankings against what pref-voting computed.

mod support;

use quorumbench::kernel::Ranking;
use quorumbench::vote::ranked::{
    Borda, Copeland, Irv, Profile, RankedPairs, Schulze, borda_scores, condorcet_winner, plurality,
};
use serde_json::Value;

#[test]
fn winners_are_those_of_pref_voting() {
    let Some(cases) = cases() else { return };
    for case in &cases {
        let (name, options) = (case["name"].as_str().expect("a name"), texts(&case["candidates"]));
        let profile = profile(case, &options);
        for (rule, order) in [
            ("plurality", plurality(&profile)),
            ("borda", Borda {}.order(&profile)),
            ("copeland", Copeland {}.order(&profile)),
            ("beat_path", Schulze {}.order(&profile)),
            ("ranked_pairs", RankedPairs {}.order(&profile)),
            ("instant_runoff", Irv {}.order(&profile)),
        ] {
            let winners: Vec<&str> = order.winners().iter().map(|idx| options[*idx]).collect();
            assert_eq!(winners, texts(&case["expected"][rule]), "{rule} of {name}");
        }
        let winner = condorcet_winner(&profile).map(|idx| options[idx]);
        assert_eq!(winner, case["expected"]["condorcet_winner"].as_str(), "winner of {name}");
    }
}

#[test]
fn points_are_those_of_pref_voting() {
    let Some(cases) = cases() else { return };
    for case in &cases {
        let options = texts(&case["candidates"]);
        let scores = borda_scores(&profile(case, &options));
        for (option, score) in options.iter().zip(scores) {
            let expected = case["expected"]["borda_scores"][option].as_f64();
            assert_eq!(Some(score), expected, "{option} of {}", case["name"]);
        }
    }
}

fn cases() -> Option<Vec<Value>> {
    let path = support::shared("golden")?.join("ranked_voting.json");
    let text = std::fs::read_to_string(path).expect("the golden file can be read");
    let golden: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    let cases = golden["cases"].as_array().expect("cases");
    assert!(!cases.is_empty(), "a golden file without cases");
    Some(cases.clone())
}

fn profile(case: &Value, options: &[&str]) -> Profile {
    let ballots = case["ballots"].as_array().expect("ballots");
    let read: Vec<(Ranking, f64)> = ballots
        .iter()
        .map(|ballot| {
            let ranking = texts(&ballot["ranking"]).join(" > ");
            let count = ballot["count"].as_f64().expect("a count");
            (ranking.parse().expect("a ranking"), count)
        })
        .collect();
    let ballots: Vec<(&Ranking, f64)> = read.iter().map(|(it, count)| (it, *count)).collect();
    Profile::new(options, &ballots).expect("candidates that are known")
}

fn texts(value: &Value) -> Vec<&str> {
    let texts = value.as_array().expect("texts");
    texts.iter().map(|text| text.as_str().expect("a text")).collect()
}
