//! Everything that a store holds as recorded answers, for others to read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::row;
use crate::data::Recorded;
use crate::store::{Store, StoreError};

/// What a store holds as recorded answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// A row per task, item, model and sample, in the order in which they were first kept.
    pub rows: Vec<Recorded>,
    /// Answers left out because a newer one is about the same task, item, model and sample, say
    /// from before a prompt was changed.
    pub n_older: u64,
    /// Rows whose item nobody noted, which go by a hash of their messages instead.
    pub n_unnamed: u64,
}

/// What of a request is needed to name its row.
#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    request: Option<Messages<'a>>,
    #[serde(default)]
    sample: u32,
}

#[derive(Deserialize)]
struct Messages<'a> {
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
}

impl Store {
    /// Every answer and failure, with task, item and model as they were called by whoever asked
    /// first. An answer is kept under what was asked, not under those names: where two answers
    /// have the same, the one that came last is taken.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn recorded(&self) -> Result<Kept, StoreError> {
        let read = || -> rusqlite::Result<Kept> {
            let sql = format!(
                "SELECT task, item, model, request, {} FROM answers ORDER BY id",
                row::ANSWER
            );
            let mut query = self.connection.prepare(&sql)?;
            let mut rows = query.query([])?;
            let mut kept = Kept::default();
            let mut places = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let (named, is_unnamed) = named(row)?;
                let who = (named.task.clone(), named.id.clone(), named.model.clone(), named.sample);
                match places.get(&who) {
                    None => {
                        places.insert(who, kept.rows.len());
                        kept.n_unnamed += u64::from(is_unnamed);
                        kept.rows.push(named);
                    }
                    Some(place) => {
                        let other: &mut Recorded = &mut kept.rows[*place];
                        kept.n_older += 1;
                        if named.recorded_at >= other.recorded_at {
                            *other = named;
                        }
                    }
                }
            }
            Ok(kept)
        };
        read().map_err(|error| self.error("read", error))
    }
}

/// A row with who and what was asked, and whether its item had to be made up.
fn named(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Recorded, bool)> {
    let (task, item): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
    let (model, request): (String, String) = (row.get(2)?, row.get(3)?);
    let asked = serde_json::from_str::<Asked<'_>>(&request).ok();
    let messages = asked.as_ref().and_then(|asked| asked.request.as_ref()?.messages);
    let is_unnamed = item.is_none();
    let named = Recorded {
        task: task.map(Into::into),
        id: item.unwrap_or_else(|| hash(messages.map_or(&*request, RawValue::get))).into(),
        model: model.into(),
        sample: asked.map_or(0, |asked| asked.sample),
        ..row::recorded(row, 4)?
    };
    Ok((named, is_unnamed))
}

/// The same messages go by the same name, whoever was asked.
fn hash(messages: &str) -> String {
    let digest = Sha256::digest(messages);
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::store;
    use crate::store::{Entry, Key, Timing, request_json};

    #[test]
    fn rows_are_called_as_the_first_asker_called_them_and_the_newest_wins() {
        let (_folder, store) = store();
        let keep = |prompt: &str, sample: u32, id: &str, says: &str, at: &str| {
            let chat = serde_json::json!({ "model": "m-1", "messages": [prompt] });
            let request = request_json("chat", "http://h/v1", &chat, sample);
            let answer = Recorded {
                task: (!id.is_empty()).then(|| "t".into()),
                id: id.into(),
                model: "mini".into(),
                sample,
                response: Some(says.into()),
                attempts: Some(1),
                recorded_at: Some(at.into()),
                ..Recorded::default()
            };
            let entry = Entry {
                key: Key::of(&request),
                request: &request,
                answer: &answer,
                last: Timing::default(),
                status: None,
                detail: None,
                earlier: &[],
            };
            store.keep(&[entry]).unwrap();
            answer
        };
        keep("old prompt", 0, "1", "old", "2026-11-01T10:00:00Z");
        let second = keep("prompt", 1, "1", "second", "2026-11-02T10:00:00Z");
        let first = keep("new prompt", 0, "1", "new", "2026-11-03T10:00:00Z");
        keep("older still", 0, "1", "older", "2026-10-01T10:00:00Z");
        let unnamed = keep("prompt", 0, "", "unnamed", "2026-11-04T10:00:00Z");
        // `printf '["prompt"]' | sha256sum`, its first eight bytes.
        let unnamed = Recorded { id: "d651a3aba26225d5".into(), ..unnamed };
        let kept = store.recorded().unwrap();
        assert_eq!(kept.rows, [first, second, unnamed]);
        assert_eq!((kept.n_older, kept.n_unnamed), (2, 1));
    }
}
