//! The places where a response announces its answer.

use super::ExtractError;
use super::line::is_line_end;
use super::regex::compile;

/// How far an announcement is followed, in bytes, so that many of them stay cheap.
const REACH: usize = 400;

/// What announces an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `answer is`, `Answer:`, and the same in a few other languages.
    Answer,
    /// `####`, as in the solutions of GSM8K.
    Hashes,
    /// `\boxed{`, as in those of MATH.
    Boxed,
}

/// An announcement, and the text that it announces or that begins with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated<'a> {
    pub(super) mark: Mark,
    /// Where the announcement begins, in bytes.
    pub(super) at: usize,
    /// What comes after, or what is in the box.
    pub(super) rest: &'a str,
}

/// Finds announcements.
#[derive(Debug, Clone)]
pub(super) struct Marks(regex::Regex);

impl Marks {
    pub(super) fn compile() -> Result<Self, ExtractError> {
        // A word for "answer", then on the same sentence "is" or a colon; or a heading.
        let words = "answer|réponse|respuesta|resposta|risposta|antwort|ответ";
        let links = r"is|are|would be|est|es|é|è|ist";
        let pattern = format!(
            r"(?i)(?P<answer>\b(?:{words})\b[^.!?\n\r:=]{{0,60}}?(?:\b(?:{links})\b|[:=：])|\bfinal answer\b[*_#\s]*[\n\r]|(?:答案|答え|정답|الإجابة)[^.!?。\n\r]{{0,20}}?(?:是|为|は|：|:))|(?P<hashes>####)|(?P<boxed>\\f?boxe?d?\s?\{{)"
        );
        Ok(Self(compile(&pattern)?))
    }

    /// The announcements in a text, in order.
    pub(super) fn find<'a>(&self, text: &'a str) -> Vec<Stated<'a>> {
        let stated = self.0.captures_iter(text).filter_map(|found| {
            let whole = found.get(0)?;
            let end = text.floor_char_boundary(whole.end().saturating_add(REACH));
            let rest = &text[whole.end()..end];
            let (mark, rest) = match (found.name("answer"), found.name("boxed")) {
                (Some(_), _) => (Mark::Answer, rest),
                (_, Some(_)) => (Mark::Boxed, boxed(rest)?),
                _ => (Mark::Hashes, rest),
            };
            Some(Stated { mark, at: whole.start(), rest })
        });
        stated.collect()
    }
}

/// The rest of the line, or the next line that says something where this one doesn't.
pub(super) fn said(rest: &str) -> &str {
    let from = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
    let begin = rest[..from].rfind(is_line_end).unwrap_or(0);
    let end = rest[from..].find(is_line_end).map_or(rest.len(), |length| from + length);
    rest[begin..end].trim()
}

/// What comes before the brace that closes the box.
fn boxed(rest: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(&rest[..at]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_announced_in_many_ways() {
        let marks = Marks::compile().unwrap();
        for (text, announced) in [
            ("The answer is 5.", &[(Mark::Answer, "5.")][..]),
            ("**Answer:** 5", &[(Mark::Answer, "** 5")]),
            ("answer to that: 5", &[(Mark::Answer, "5")]),
            ("### Final Answer\n\n5", &[(Mark::Answer, "5")]),
            ("ANSWER:\n\n5\n6", &[(Mark::Answer, "5")]),
            ("答案：5", &[(Mark::Answer, "5")]),
            ("The answer. It is 5", &[]),
            (r"so \boxed{\frac{1}{2}} and \boxed{", &[(Mark::Boxed, r"\frac{1}{2}")]),
            ("#### 5\n\n", &[(Mark::Hashes, "5")]),
            ("answering is hard", &[]),
            ("all the answers:\nA. One", &[]),
        ] {
            let found: Vec<(Mark, &str)> =
                marks.find(text).iter().map(|stated| (stated.mark, said(stated.rest))).collect();
            assert_eq!(found, announced, "{text:?}");
        }
    }
}
