//! Recorded responses of real models: what is extracted and scored here agrees with the verdicts
//! that were recorded with them.

#![expect(clippy::print_stdout, reason = "the figures are for whoever looks")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use quorumbench::task::extract::Extract;
use quorumbench::task::score::Score;
use serde_json::Value;

/// One response with the verdict that was recorded.
struct Row {
    id: String,
    response: String,
    is_correct: bool,
}

/// A question by its id: its target and its choices.
type Questions = BTreeMap<String, (String, Vec<String>)>;

#[test]
fn zeroeval_verdicts_are_reproduced() -> Result<()> {
    let Some(folder) = support::shared("data/gsm8k_zeroeval") else { return Ok(()) };
    let rows = rows_beside_verdicts(&folder, "responses.jsonl.gz")?;
    let extract = r#"{ "json": { "pick": "first", "then": { "number": { "pick": "first" } },
        "missing": "response" } }"#;
    let share = agreement("gsm8k_zeroeval", &folder, &rows, extract, r#""numeric""#)?;
    assert!(share >= 0.999, "{share}");
    Ok(())
}

#[test]
fn routellm_verdicts_are_reproduced_but_for_its_own_mistakes() -> Result<()> {
    let Some(folder) = support::shared("data/routellm_gsm8k") else { return Ok(()) };
    let rows = rows_with_verdicts(&folder.join("answers.jsonl"))?;
    let share = agreement("routellm_gsm8k", &folder, &rows, r#""number""#, r#""numeric""#)?;
    // The source's grader and the recorded answers disagree in 53 of 2638 rows.
    assert!(share >= 0.975, "{share}");
    Ok(())
}

#[test]
fn openai_verdicts_are_reproduced() -> Result<()> {
    let Some(folder) = support::shared("data/gsm8k_openai2021") else { return Ok(()) };
    let rows = rows_with_verdicts(&folder.join("answers.jsonl"))?;
    let extract = r#"{ "regex": { "pattern": "(?m)^A:(.*)" } }"#;
    let share = agreement("gsm8k_openai2021", &folder, &rows, extract, r#""numeric""#)?;
    assert!(share >= 0.999, "{share}");
    Ok(())
}

#[test]
fn mmlu_pro_verdicts_are_reproduced() -> Result<()> {
    let Some(folder) = support::shared("data/mmlu_pro") else { return Ok(()) };
    let rows = rows_beside_verdicts(&folder, "responses_subset.jsonl.gz")?;
    // The source takes the first statement, where a model that goes on has made another one since.
    let as_there = r#"{ "choice": { "pick": "first" } }"#;
    for (extract, least) in [(as_there, 0.985), (r#""choice""#, 0.975)] {
        let share = agreement("mmlu_pro", &folder, &rows, extract, r#""choice""#)?;
        assert!(share >= least, "{extract}: {share}");
    }
    Ok(())
}

/// The share of verdicts that are reproduced; a response without a readable answer is wrong.
fn agreement(name: &str, folder: &Path, rows: &[Row], extract: &str, score: &str) -> Result<f64> {
    let questions = questions(&folder.join("questions.jsonl"))?;
    let extractor = serde_json::from_str::<Extract>(extract)?.compile()?;
    let score: Score = serde_json::from_str(score)?;
    let (mut n_agreed, mut n_unparsed, mut n_only_here, mut n_only_there) = (0, 0, 0, 0);
    for row in rows {
        let (target, choices) = questions.get(&row.id).context("a question for each row")?;
        let answer = extractor.extract(&row.response, choices);
        n_unparsed += u32::from(answer.is_none());
        let is_correct = answer
            .as_deref()
            .is_some_and(|answer| score.score(answer, std::slice::from_ref(target)) == 1.0);
        match (is_correct, row.is_correct) {
            (true, false) => n_only_here += 1,
            (false, true) => n_only_there += 1,
            _ => n_agreed += 1,
        }
    }
    let share = f64::from(n_agreed) / rows.len() as f64;
    println!(
        "{name}, {extract}: {n_agreed} of {} verdicts agree ({share:.5}); right only here {n_only_here}, \
         only there {n_only_there}; {n_unparsed} unparsed",
        rows.len()
    );
    Ok(share)
}

fn questions(path: &Path) -> Result<Questions> {
    let question = |line: Value| -> Result<_> {
        let choices = line["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
        let choices = choices.iter().map(text).collect::<Result<_>>()?;
        Ok((text(&line["id"])?, (text(&line["target"])?, choices)))
    };
    json_lines(File::open(path)?)?.into_iter().map(question).collect()
}

/// Responses whose lines hold the verdict.
fn rows_with_verdicts(path: &Path) -> Result<Vec<Row>> {
    let row = |line: Value| -> Result<Row> {
        let is_correct = line["correct"] == 1;
        Ok(Row { id: text(&line["id"])?, response: text(&line["response"])?, is_correct })
    };
    json_lines(File::open(path)?)?.into_iter().map(row).collect()
}

/// Responses whose verdicts stand in `answers.csv.gz`.
fn rows_beside_verdicts(folder: &Path, responses: &str) -> Result<Vec<Row>> {
    let mut verdicts = BTreeMap::new();
    let answers = GzDecoder::new(File::open(folder.join("answers.csv.gz"))?);
    for line in csv::Reader::from_reader(answers).deserialize() {
        let line: BTreeMap<String, String> = line?;
        verdicts.insert((line["id"].clone(), line["model"].clone()), line["correct"] == "1");
    }
    let row = |line: Value| -> Result<Row> {
        let key = (text(&line["id"])?, text(&line["model"])?);
        let is_correct = *verdicts.get(&key).context("a verdict for each response")?;
        Ok(Row { id: key.0, response: text(&line["response"])?, is_correct })
    };
    let responses = GzDecoder::new(File::open(folder.join(responses))?);
    json_lines(responses)?.into_iter().map(row).collect()
}

fn json_lines(from: impl Read) -> Result<Vec<Value>> {
    BufReader::new(from).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a string")?.to_owned())
}
