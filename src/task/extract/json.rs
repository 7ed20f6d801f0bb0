//! `json`: a field of a JSON object in the response.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Extract, ExtractError, Extractor, Pick};

/// A field of a JSON object that stands anywhere in the response, in a code fence or not.
///
/// Whole objects that have the field come first, an outer one before those in it. Where there
/// is none, broken JSON is read as far as it goes: the field's name, a colon and a value, with
/// line ends and lone quotes inside strings, numbers with separators, single quotes, and without
/// what should follow. A value that the response breaks off in is none, for half a number is a
/// wrong number. A string gives its text, anything else its JSON as written; `null` is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Json {
    /// The name of the field.
    pub field: String,
    /// Which object counts, where several have the field.
    pub pick: Pick,
    /// What reads the field's value further, such as `number`.
    pub then: Box<Extract>,
    /// What happens where no object has the field.
    pub missing: Missing,
}

/// What becomes of a response without the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It has no answer: the format was asked for.
    #[default]
    Unparsed,
    /// `then` reads the whole response.
    Response,
}

impl Default for Json {
    fn default() -> Self {
        Self {
            field: "answer".to_owned(),
            pick: Pick::default(),
            then: Box::default(),
            missing: Missing::default(),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Reader {
    field: String,
    pick: Pick,
    then: Extractor,
    missing: Missing,
}

impl Json {
    pub(super) fn compile(&self) -> Result<Reader, ExtractError> {
        let then = self.then.compile()?;
        Ok(Reader { field: self.field.clone(), pick: self.pick, then, missing: self.missing })
    }
}

/// A field found: `None` inside where it is null or broken off.
type Found = Option<String>;

impl Reader {
    pub(super) fn extract(&self, response: &str, choices: &[String]) -> Option<String> {
        match (self.in_objects(response).or_else(|| self.in_pieces(response)), self.missing) {
            (Some(value), _) => self.then.extract(&value?, choices),
            (None, Missing::Unparsed) => None,
            (None, Missing::Response) => self.then.extract(response, choices),
        }
    }

    /// The field in whole objects.
    fn in_objects(&self, response: &str) -> Option<Found> {
        // Braces that open no object are tried in vain; this bounds the time they take.
        let mut left_bytes = 16_000_000_usize;
        let mut found = None;
        let mut at = 0;
        while let Some(brace) = response[at..].find('{') {
            at += brace;
            let rest = &response[at..];
            let mut objects =
                serde_json::Deserializer::from_str(rest).into_iter::<BTreeMap<String, &RawValue>>();
            match objects.next() {
                Some(Ok(object)) if object.contains_key(&self.field) => {
                    found = object.get(&self.field).map(|value| whole_value(value.get()));
                    if self.pick == Pick::First {
                        return found;
                    }
                    at += objects.byte_offset();
                }
                Some(Err(error)) => {
                    let n_bytes = if error.line() == 1 { error.column() } else { rest.len() };
                    left_bytes = left_bytes.checked_sub(n_bytes)?;
                    at += 1;
                }
                _ => {
                    left_bytes = left_bytes.checked_sub(objects.byte_offset())?;
                    at += 1;
                }
            }
        }
        found
    }

    /// The field where there is no whole object.
    fn in_pieces(&self, response: &str) -> Option<Found> {
        ['"', '\''].into_iter().find_map(|quote| {
            let name = format!("{quote}{}{quote}", self.field);
            let value_at = |(at, name): (usize, &str)| {
                let after = response[at + name.len()..].trim_start().strip_prefix(':')?;
                (!response[..at].ends_with('\\')).then_some(after.trim_start())
            };
            let value = match self.pick {
                Pick::First => response.match_indices(&name).find_map(value_at),
                Pick::Last => response.rmatch_indices(&name).find_map(value_at),
            };
            value.map(broken_value)
        })
    }
}

fn whole_value(json: &str) -> Found {
    match json {
        "null" => None,
        _ => Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())),
    }
}

fn broken_value(json: &str) -> Found {
    match json.chars().next()? {
        quote @ ('"' | '\'') => string(&json[1..], quote),
        '{' | '[' => nested(json),
        _ => bare(json),
    }
}

/// What may follow a string, comments included.
const FOLLOW: [&str; 6] = [",", "}", "]", "`", "//", "#"];

/// Up to a quote that something follows which may follow a string.
fn string(json: &str, quote: char) -> Found {
    let mut text = String::new();
    let mut rest = json.chars();
    while let Some(c) = rest.next() {
        if c == quote {
            let after = rest.as_str().trim_start();
            if after.is_empty() || FOLLOW.iter().any(|follow| after.starts_with(follow)) {
                return Some(text);
            }
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next()? {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            escaped @ ('"' | '\'' | '\\' | '/') => text.push(escaped),
            'u' => text.push(unicode(&mut rest)?),
            // What JSON does not know is LaTeX, such as `\frac`.
            other => text.extend(['\\', other]),
        }
    }
    None
}

fn unicode(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let code = u32::from_str_radix(rest.as_str().get(..4)?, 16).ok()?;
    rest.nth(3)?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Up to the bracket that closes the first one.
fn nested(json: &str) -> Found {
    let mut depth = 0_usize;
    for (at, c) in json.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(json[..=at].to_owned());
        }
    }
    None
}

/// Up to a bracket, a line end, or a comma that is not between digits.
fn bare(json: &str) -> Found {
    let ends = |(at, mark): (usize, &str)| {
        let in_number = mark == "," && json[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        (!in_number).then_some(at)
    };
    let end = json.match_indices([',', '}', ']', '\n', '\r']).find_map(ends)?;
    let value = json[..end].trim().trim_end_matches(['"', '\'']);
    (!value.is_empty() && value != "null").then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::extract::Number;

    fn extract(json: Json, response: &str) -> Option<String> {
        json.compile().unwrap().extract(response, &[])
    }

    #[test]
    fn a_field_is_found_in_whole_and_in_broken_json() {
        for (response, value) in [
            (r#"{"reasoning": "9 * 2", "answer": "18"}"#, Some("18")),
            ("Sure:\n```json\n{\"answer\": 18.50}\n```\nDone {x}.", Some("18.50")),
            (r#"{"answer": "a\n\"b\" é\u00e9 🦆"}"#, Some("a\n\"b\" éé 🦆")),
            (r#"{"answer": 12345678901234567890123}"#, Some("12345678901234567890123")),
            (r#"{"answer": ""}"#, Some("")),
            (r#"{"answer": null}"#, None),
            (r#"{"answer": ["a", 1]}"#, Some(r#"["a", 1]"#)),
            (r#"{"steps": [{"answer": 3}], "answer": 5}"#, Some("5")),
            (r#"{"result": {"answer": 5}}"#, Some("5")),
            (r#"{"answer": 1} {"answer": 2} {"other": 3}"#, Some("2")),
            ("{\"reasoning\": \"two\nlines\", \"answer\": \"18\"}", Some("18")),
            ("{\"reasoning\": \"no end, \"answer\": \"18\"", Some("18")),
            (r#"{"reasoning": "a "b" c", "answer": "the "big" one"}"#, Some(r#"the "big" one"#)),
            ("{\"answer\": 195,000}", Some("195,000")),
            ("{\"answer\": $18,\n \"x\": 1", Some("$18")),
            ("{'answer': '18'}", Some("18")),
            (r#"{"x": "\q", "answer": "\frac{1}{2}"}"#, Some(r"\frac{1}{2}")),
            (r#"{"x": "say \"answer\": 1", "#, None),
            (r#"{"answer": "1", "answer": "195,"#, None),
            (r#"{"answer": "195,"#, None),
            (r#"{"answer": 195"#, None),
            ("{\n\"answer\": \"189\"  // (63/8) * 24\n}", Some("189")),
            ("answer: 18", None),
            ("", None),
        ] {
            assert_eq!(extract(Json::default(), response).as_deref(), value, "{response:?}");
        }
    }

    #[test]
    fn another_extractor_reads_on() {
        let number = |pick, missing| Json {
            pick,
            missing,
            then: Box::new(Extract::Number(Number::default())),
            ..Json::default()
        };
        for (pick, missing, response, answer) in [
            (Pick::Last, Missing::Unparsed, r#"{"answer": "$195,000"}"#, Some("195000")),
            (Pick::First, Missing::Unparsed, r#"{"answer": 1} {"answer": 2}"#, Some("1")),
            (Pick::Last, Missing::Unparsed, "It is 18", None),
            (Pick::Last, Missing::Response, "It is 18", Some("18")),
            (Pick::Last, Missing::Response, r#"7 {"answer": "unknown"}"#, None),
        ] {
            let found = extract(number(pick, missing), response);
            assert_eq!(found.as_deref(), answer, "{pick:?} {missing:?} {response:?}");
        }
    }
}
