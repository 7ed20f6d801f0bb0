//! The datasets hold what their pages promise.

#[path = "../examples/arithmetic_units/main.rs"]
#[expect(dead_code, reason = "its `main` writes to stdout, this test reads the text itself")]
mod arithmetic_units;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use arithmetic_units::draws::Draws;
use serde_json::Value;

const DATASETS: [&str; 3] = ["arithmetic-units", "short-reading", "support-triage"];

#[test]
fn the_generator_makes_the_committed_items() {
    assert_eq!(
        text("arithmetic-units"),
        arithmetic_units::jsonl(),
        "make it again: datasets/arithmetic-units/SOURCE.md says how"
    );
}

#[test]
fn the_generator_of_chance_is_split_mix_64() {
    // Rosetta Code, "Pseudo-random numbers/Splitmix64".
    let mut draws = Draws::from_seed(1_234_567);
    for expected in [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ] {
        assert_eq!(draws.bits(), expected);
    }
}

#[test]
fn every_dataset_has_two_hundred_items_that_differ() {
    for dataset in DATASETS {
        let items = items(dataset);
        let ids: BTreeSet<_> = items.iter().map(|item| string(item, "id")).collect();
        let questions: BTreeSet<_> =
            items.iter().map(|item| (string(item, "input"), item["passage"].as_str())).collect();
        assert!(items.len() >= 200, "{dataset} has {} items", items.len());
        assert_eq!(ids.len(), items.len(), "{dataset} has an id twice");
        assert_eq!(questions.len(), items.len(), "{dataset} has a question twice");
    }
}

#[test]
fn every_item_belongs_to_a_category_of_some_size() {
    for dataset in DATASETS {
        let items = items(dataset);
        for (category, n_items) in counts(items.iter().map(|item| string(item, "category"))) {
            assert!(n_items >= 18, "{dataset}: {category} has {n_items} items");
        }
    }
}

#[test]
fn a_triage_target_is_the_letter_of_a_choice_and_each_is_used() {
    let items = items("support-triage");
    for item in &items {
        let n_choices = item["choices"].as_array().expect("choices are a list").len();
        let letters = (b'A'..).take(n_choices).map(char::from);
        let target = string(item, "target");
        assert!(letters.map(String::from).any(|letter| letter == target), "{item}");
    }
    let classes = counts(items.iter().map(|item| string(item, "target")));
    assert!(classes.len() >= 5, "{classes:?}");
}

#[test]
fn an_arithmetic_target_is_a_plain_decimal_and_its_question_is_short() {
    for item in items("arithmetic-units") {
        let target = string(&item, "target");
        let digits = target.strip_prefix('-').unwrap_or(target);
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "1"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        assert!(is_number(whole) && is_number(places) && !places.ends_with('0'), "{item}");
        assert!(whole == "0" || !whole.starts_with('0'), "{item}");
        assert!(string(&item, "input").split_whitespace().count() <= 40, "{item}");
    }
}

#[test]
fn a_reading_target_lists_answers_and_one_of_them_can_be_read_in_the_passage() {
    for item in items("short-reading") {
        let answers = item["target"].as_array().expect("targets are lists");
        assert!(!answers.is_empty(), "{item}");
        assert!(answers.iter().all(|answer| answer.as_str().is_some_and(|a| !a.is_empty())));
        let passage = string(&item, "passage").to_lowercase();
        let stands =
            |answer: &Value| passage.contains(&answer.as_str().unwrap_or("").to_lowercase());
        if ["span", "distractor"].contains(&string(&item, "category")) {
            assert!(answers.iter().any(stands), "{item}");
        }
    }
}

#[test]
fn the_counts_in_a_source_page_are_those_of_its_items() {
    for dataset in ["short-reading", "support-triage"] {
        let page = read(&format!("datasets/{dataset}/SOURCE.md"));
        let items = items(dataset);
        for (category, n_items) in counts(items.iter().map(|item| string(item, "category"))) {
            let row = format!("| `{category}` | {n_items} |");
            assert!(page.contains(&row), "{dataset}/SOURCE.md lacks the row {row}");
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(dataset: &str) -> String {
    read(&format!("datasets/{dataset}/items.jsonl"))
}

fn items(dataset: &str) -> Vec<Value> {
    text(dataset)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn string<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap_or_else(|| panic!("`{field}` is no text in {item}"))
}

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
