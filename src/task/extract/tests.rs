//! What holds for every extractor: how it is written, that nothing surprises it, and its speed.

use proptest::prelude::*;

use super::*;

fn all() -> Vec<(String, Extractor)> {
    let written = [
        r#""number""#,
        r#"{ "number": { "pick": "first", "accept": "stated" } }"#,
        r#"{ "number": { "accept": "whole" } }"#,
        r#""choice""#,
        r#"{ "json": { "then": "number", "missing": "response" } }"#,
        r#"{ "json": { "pick": "first", "then": "choice" } }"#,
        r#"{ "regex": { "pattern": "(?m)^A: *(.*)$" } }"#,
        r#""text""#,
        r#"{ "text": { "lines": "last" } }"#,
    ];
    let compiled = |text: &str| serde_json::from_str::<Extract>(text).unwrap().compile().unwrap();
    written.iter().map(|text| ((*text).to_owned(), compiled(text))).collect()
}

fn choices() -> Vec<String> {
    ["Paris", "18", "ΑΒΓ", "", "É", "{"].map(str::to_owned).to_vec()
}

#[test]
fn a_kind_may_be_bare_a_table_or_an_empty_table() -> Result<(), serde_json::Error> {
    for (name, _) in Extract::kinds().iter().filter(|(name, _)| *name != "regex") {
        let bare: Extract = serde_json::from_str(&format!("\"{name}\""))?;
        let empty: Extract = serde_json::from_str(&format!("{{\"{name}\": {{}}}}"))?;
        assert_eq!(bare, empty, "{name}");
        assert_eq!(serde_json::from_str::<Extract>(&serde_json::to_string(&bare)?)?, bare);
    }
    assert_eq!(Extract::default(), serde_json::from_str(r#""text""#)?);
    Ok(())
}

#[test]
fn what_is_wrong_is_named() {
    for (written, message) in [
        (r#""numbr""#, "unknown variant `numbr`, expected one of `number`, `choice`"),
        (r#""regex""#, "missing field `pattern`"),
        (r#"{ "number": { "pik": "first" } }"#, "unknown field `pik`, expected `pick` or `accept`"),
        (r#"{ "number": {}, "text": {} }"#, "expected an extractor, such as `number`"),
        ("7", "expected an extractor, such as `number`"),
    ] {
        let error = serde_json::from_str::<Extract>(written).unwrap_err().to_string();
        assert!(error.contains(message), "{written}: {error}");
    }
}

#[test]
fn the_schema_takes_bare_names_too() {
    let schema = schemars::schema_for!(Extract);
    let validates = schema.get("oneOf").and_then(|forms| forms.as_array()).unwrap();
    let bare = validates.iter().find(|form| form["type"] == "string").unwrap();
    assert_eq!(bare["enum"].as_array().unwrap().len(), Extract::kinds().len());
}

proptest! {
    #[test]
    fn no_response_is_too_strange(
        response in r#"([{}"':,\\\[\]#$*(]|answer|"answer":| is |boxed|[A-D]|[0-9.,]|\PC|.|\s){0,40}"#
    ) {
        for (_, extractor) in all() {
            extractor.extract(&response, &choices());
        }
    }
}

#[test]
fn a_long_response_is_read_in_linear_time() {
    let pieces = [
        "a",
        "7",
        "1,",
        "1 ",
        "1.",
        "1/",
        "{",
        "}",
        "[",
        "{\"a\":",
        "{\"a\":[",
        "\"answer\":",
        "\"",
        "\"answer\": \"",
        "answer: ",
        "answer is A, ",
        "####",
        "#### 1 ",
        "\\boxed{",
        "A ",
        "(A) ",
        "\n",
        " ",
        "\u{a0}",
        "三",
        "½",
        "**A**\n",
        "Paris ",
        "so ",
        "I think ",
        "option A is ",
        "=",
        "\\frac{1",
        "\u{2028}",
        "{\"answer\": 1}",
        "{\n",
        "{\"a\":\n",
    ];
    for piece in pieces {
        let response = piece.repeat(100_000 / piece.len());
        for (name, extractor) in all() {
            // What is quadratic would keep this test for minutes.
            let found = extractor.extract(&response, &choices());
            assert!(found.is_none_or(|text| text.len() <= response.len()), "{name} on {piece:?}");
        }
    }
}
