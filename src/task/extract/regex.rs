//! `regex`: what a regular expression finds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ExtractError, Pick};

/// What a regular expression finds in the response.
///
/// The syntax is that of the Rust crate `regex`: no look-around, no back-references, and time
/// linear in the response. `(?i)` ignores case, `(?m)` lets `^` and `$` match at line ends.
/// An empty match is an answer, the empty string; a group that took no part is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regex {
    /// The regular expression.
    pub pattern: String,
    /// Which group is the answer, 0 being the whole match; left out, the first group where the
    /// pattern has one, else the whole match.
    #[serde(default)]
    pub group: Option<usize>,
    /// Which match is the answer.
    #[serde(default)]
    pub pick: Pick,
}

#[derive(Debug, Clone)]
pub(super) struct Reader {
    pattern: regex::Regex,
    group: usize,
    pick: Pick,
}

impl Regex {
    pub(super) fn compile(&self) -> Result<Reader, ExtractError> {
        let pattern = compile(&self.pattern)?;
        let n_groups = pattern.captures_len() - 1;
        let group = self.group.unwrap_or(n_groups.min(1));
        if group > n_groups {
            return Err(ExtractError::NoSuchGroup { group, n_groups });
        }
        Ok(Reader { pattern, group, pick: self.pick })
    }
}

impl Reader {
    pub(super) fn extract(&self, response: &str) -> Option<String> {
        let mut matches = self.pattern.captures_iter(response);
        let found = match self.pick {
            Pick::First => matches.next(),
            Pick::Last => matches.last(),
        };
        Some(found?.get(self.group)?.as_str().to_owned())
    }
}

/// A compiled pattern, its error with the place in the pattern.
pub(super) fn compile(pattern: &str) -> Result<regex::Regex, ExtractError> {
    regex::Regex::new(pattern).map_err(|error| match error {
        regex::Error::CompiledTooBig(limit_bytes) => ExtractError::TooBig { limit_bytes },
        other => located(&other.to_string()),
    })
}

/// The engine tells the place only by a caret under the pattern, both indented by four.
fn located(drawing: &str) -> ExtractError {
    let caret = |line: &str| line.trim_start().starts_with('^').then(|| line.find('^'))?;
    let char_idx = drawing.lines().find_map(caret).and_then(|column| column.checked_sub(4));
    let reason = drawing.lines().last().unwrap_or_default();
    ExtractError::Syntax { reason: reason.trim_start_matches("error: ").to_owned(), char_idx }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex(pattern: &str, group: Option<usize>, pick: Pick) -> Regex {
        Regex { pattern: pattern.to_owned(), group, pick }
    }

    #[test]
    fn a_pattern_finds_its_group_in_the_picked_match() -> Result<(), ExtractError> {
        let text = "a=1 b=22 é=333";
        for (pattern, group, pick, answer) in [
            (r"\w=(\d+)", None, Pick::Last, Some("333")),
            (r"\w=(\d+)", None, Pick::First, Some("1")),
            (r"\w=(\d+)", Some(0), Pick::Last, Some("é=333")),
            (r"\w=\d+", None, Pick::First, Some("a=1")),
            (r"z=(\d*)", None, Pick::Last, None),
            (r"b=22(x*)", None, Pick::Last, Some("")),
            (r"b=22(x)?", None, Pick::Last, None),
        ] {
            let found = regex(pattern, group, pick).compile()?.extract(text);
            assert_eq!(found.as_deref(), answer, "{pattern} {group:?} {pick:?}");
        }
        Ok(())
    }

    #[test]
    fn a_mistake_in_a_pattern_has_its_place() {
        for (pattern, group, message) in [
            ("é(ab", None, "no regular expression: unclosed group, at character 2"),
            ("a{2", None, "no regular expression: unclosed counted repetition, at character 2"),
            ("(a)", Some(2), "no group 2 in the pattern, which has 1"),
        ] {
            let error = regex(pattern, group, Pick::Last).compile().map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), message, "{pattern}");
        }
    }
}
