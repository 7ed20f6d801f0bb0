//! Items as a page holds them: pages of compressed JSON, and one letter for each item and policy.
//!
//! A browser opens the page without reading any of it, reads the letters when items are filtered,
//! and a page of items when it is shown.

use std::borrow::Cow;
use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::{Compression, GzBuilder};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::report::by_task::TaskRows;
use crate::report::cells::{Cells, Question};

/// Items of one page of compressed JSON.
const PAGE: usize = 200;
/// Letters of a question, an answer or a note that are kept; the files have all of them.
const MOST_LETTERS: usize = 1500;
const MOST_LETTERS_OF_ANSWER: usize = 240;

/// The items of one task; each text in it is compressed JSON in base64.
#[derive(Debug, Serialize)]
pub(super) struct Items {
    task: String,
    n: usize,
    /// Policies, baselines last, then models.
    columns: Vec<String>,
    /// How many of the columns are models: the last ones.
    n_models: usize,
    /// `{"endings": [a text a column, a letter an item], "categories": [..], "category": [..]}`
    index: String,
    per_page: usize,
    /// Lists of items, see `Shown`.
    pages: Vec<String>,
}

/// An item as a page has it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    id: &'a str,
    /// The question.
    q: Option<Cow<'a, str>>,
    /// Targets.
    t: Vec<Cow<'a, str>>,
    /// Options.
    c: Vec<Cow<'a, str>>,
    /// Distinct answers.
    a: Vec<Cow<'a, str>>,
    /// The answer of each column by its place among those; -1 without one.
    g: Vec<i64>,
    /// Notes by column.
    n: Map<String, Value>,
}

/// Packs the items of a task.
pub(super) fn pack(task: &TaskRows<'_>, cells: &Cells) -> Items {
    let is_known = |name: &&str| cells.columns.contains_key(*name);
    let policies = task.policies.iter().map(|row| row.policy.as_str()).filter(is_known);
    let models = task.models.iter().map(|(row, _)| row.model.as_str()).filter(is_known);
    let n_models = models.clone().count();
    let columns: Vec<&str> = policies.chain(models).collect();
    let places: Vec<usize> = (0..cells.items.len()).collect();
    let page = |places: &[usize]| {
        let items = places.iter().map(|place| item(cells, &columns, *place));
        compressed(&items.collect::<Vec<_>>())
    };
    Items {
        task: cells.task.clone(),
        n: cells.items.len(),
        n_models,
        index: compressed(&index(cells, &columns)),
        per_page: PAGE,
        pages: places.par_chunks(PAGE).map(page).collect(),
        columns: columns.into_iter().map(str::to_owned).collect(),
    }
}

fn index(cells: &Cells, columns: &[&str]) -> Value {
    let letters = |name: &&str| -> String {
        cells.columns[*name].iter().map(|cell| cell.ending.letter()).collect()
    };
    let mut categories: Vec<&str> = Vec::new();
    let mut of_item = Vec::new();
    for item in &cells.items {
        let place = item.category.as_deref().map(|category| {
            categories.iter().position(|known| *known == category).unwrap_or_else(|| {
                categories.push(category);
                categories.len() - 1
            })
        });
        of_item.push(place);
    }
    let endings: Vec<String> = columns.iter().map(letters).collect();
    json!({ "endings": endings, "categories": categories, "category": of_item })
}

fn item<'a>(cells: &'a Cells, columns: &[&str], place: usize) -> Shown<'a> {
    let Question { id, input, targets, choices, answers, notes, .. } = &cells.items[place];
    let short =
        |texts: &'a [String]| texts.iter().map(|text| cut(text, MOST_LETTERS_OF_ANSWER)).collect();
    let given = columns.iter().map(|name| cells.columns[*name][place].answer);
    let notes = columns
        .iter()
        .enumerate()
        .filter_map(|(idx, name)| {
            Some((idx.to_string(), cut(notes.get(*name)?, MOST_LETTERS_OF_ANSWER).into()))
        })
        .collect();
    Shown {
        id,
        q: input.as_deref().map(|input| cut(input, MOST_LETTERS)),
        t: short(targets),
        c: short(choices),
        a: short(answers),
        g: given.map(|answer| answer.map_or(-1, i64::from)).collect(),
        n: notes,
    }
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

/// The same value gives the same text: no time, no name of a system.
fn compressed(value: &impl Serialize) -> String {
    let mut gzip = GzBuilder::new().operating_system(255).write(Vec::new(), Compression::best());
    let bytes = serde_json::to_vec(value)
        .map_err(io::Error::from)
        .and_then(|json| gzip.write_all(&json))
        .and_then(|()| gzip.finish())
        .expect("texts and numbers are JSON, and a list of bytes takes whatever is written to it");
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::report::by_task::by_task;
    use crate::report::cells::{Cell, Ending};
    use crate::report::sample;

    fn unpacked(text: &str) -> Value {
        let bytes = BASE64_STANDARD.decode(text).unwrap();
        let mut json = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn items_are_in_pages_and_endings_are_letters() {
        let cell = |ending, answer| Cell { ending, answer, ..Cell::NOT_RUN };
        let question = |id: usize| Question {
            id: id.to_string(),
            input: Some("x".repeat(MOST_LETTERS + 5)),
            answers: vec!["A".to_owned()],
            category: (id > 0).then(|| "billing".to_owned()),
            notes: BTreeMap::from([("opus".to_owned(), "timed-out".to_owned())]),
            ..Question::default()
        };
        let n = PAGE + 1;
        let cells = Cells {
            task: "triage".to_owned(),
            items: (0..n).map(question).collect(),
            rungs: Vec::new(),
            columns: BTreeMap::from([
                ("trio".to_owned(), vec![cell(Ending::Right, Some(0)); n]),
                ("opus".to_owned(), vec![cell(Ending::Failed, None); n]),
            ]),
        };
        let summary = sample::triage();
        let items = pack(&by_task(&summary)[0], &cells);
        assert_eq!((items.n, items.n_models, items.pages.len()), (n, 1, 2));
        assert_eq!(items.columns, ["trio", "opus"]);
        let index = unpacked(&items.index);
        assert_eq!(index["endings"], json!(["r".repeat(n), "f".repeat(n)]));
        assert_eq!(index["category"][0], Value::Null);
        assert_eq!(
            (&index["category"][1], &index["categories"][0]),
            (&json!(0), &json!("billing"))
        );
        let last = &unpacked(&items.pages[1])[0];
        assert_eq!((&last["id"], &last["g"]), (&json!("200"), &json!([0, -1])));
        assert_eq!(last["n"], json!({ "1": "timed-out" }));
        assert_eq!(last["q"].as_str().unwrap().chars().count(), MOST_LETTERS + 1);
    }
}
