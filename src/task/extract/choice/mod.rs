//! `choice`: the letter of the choice that a response settles on.

mod letter;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::line::filled_lines;
use super::regex::compile;
use super::stated::{Mark, Marks};
use super::{ExtractError, Pick};
use letter::{Case, Options, Said};

/// The letter of the choice that a response settles on, in upper case.
///
/// Only letters that the item's choices have count; A to Z where it has none. In this order:
/// 1. a statement: `answer is C`, `ANSWER: c`, `C is correct`, `\boxed{C}`, or the text of a
///    choice in the letter's place;
/// 2. a letter alone on its line: `(C)`, `**C**`, `C.`; in lower case when nothing else is said;
/// 3. a letter that labels the first line or the last: `C) text`, unless other lines have others;
/// 4. a leaning: `I think it's C`, `therefore C`, `I choose (C)`;
/// 5. the only letter set off in the last line or else the response: `(C)`, `**C**`, `option C`;
/// 6. the only choice whose text stands in the response as whole words, case aside;
/// 7. the only capital by itself in the response.
///
/// `pick` says which of several in 1, 2 and 4 counts. The article in `A careful reading` and the
/// pronoun in `I think` are no letters, nor is one that is denied (`A is not`). A statement that
/// names two letters (`B, C`, `A or B`) settles on none: the multiple-answer vectors of inspect
/// are not met, for one letter is one answer here.
///
/// lighteval takes neither `Answer: c` nor `Answer: "C"`; both are statements beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// Which of several statements counts.
    pub pick: Pick,
}

#[derive(Debug, Clone)]
pub(in crate::task::extract) struct Reader {
    pick: Pick,
    marks: Marks,
    verdict: regex::Regex,
    leaning: regex::Regex,
    set_off: regex::Regex,
    capital: regex::Regex,
}

impl Choice {
    pub(in crate::task::extract) fn compile(self) -> Result<Reader, ExtractError> {
        Ok(Reader {
            pick: self.pick,
            marks: Marks::compile()?,
            verdict: compile(
                r#"\b([A-Z])[)\]*_"'”’.]{0,4}\s+(?:is|must be|should be|would be|seems)\s+(?:(?:the|clearly|most|definitely|therefore|indeed|only|likely|a)\s+){0,3}(?:correct|right|best|answer|accurate|true)"#,
            )?,
            leaning: compile(
                r"(?i)\b(?:choose|choosing|select|selecting|pick|go(?:ing)? with|opt for|therefore|thus|hence|so|i think|i believe|i'd say|i would say|must be|should be|match(?:es)?|corresponds? to|conclude that)\b,?\s|\b(?:option|choice|closest|it|one|this|that|explanation|statement)(?: [a-z ]{0,60})? is:?\s|\bis:?\s+\(",
            )?,
            set_off: compile(
                r"\(([A-Z])\)|\*\*[(]?([A-Z])[).:]{0,2}\*\*|(?:[Oo]ption|[Cc]hoice)\s+\(?([A-Z])\b",
            )?,
            capital: compile(r"\b([A-Z])\b")?,
        })
    }
}

impl Reader {
    pub(in crate::task::extract) fn extract(
        &self,
        response: &str,
        choices: &[String],
    ) -> Option<String> {
        let options = Options::of(choices);
        let settled = self
            .stated(response, &options)
            .or_else(|| self.alone(response, &options))
            .or_else(|| labelled(response, &options).map(Said::One))
            .or_else(|| self.leant_to(response, &options))
            .or_else(|| self.set_off(response, &options).map(Said::One))
            .or_else(|| options.only_text_in(response).map(Said::One))
            .or_else(|| only_one(&self.capital, response, &options).map(Said::One));
        match settled? {
            Said::One(letter) => Some(letter.to_string()),
            Said::Several => None,
        }
    }

    fn stated(&self, response: &str, options: &Options<'_>) -> Option<Said> {
        let announced = self.marks.find(response).into_iter().filter_map(|stated| {
            let letter = match stated.mark {
                Mark::Hashes => options.letter_in(stated.rest, Case::Any)?,
                Mark::Answer | Mark::Boxed => options.named_in(stated.rest)?,
            };
            Some((stated.at, letter))
        });
        let judged = self.verdict.captures_iter(response).filter_map(|found| {
            let letter = found.get(1)?;
            let is_one = options.letter_in(&response[letter.start()..], Case::Upper)?;
            // "Neither A nor B is correct" and the like are left alone.
            let before = response[..letter.start()].trim_end();
            let denied =
                ["nor", "or", "and", "not", "if"].iter().any(|word| before.ends_with(word));
            (!denied).then_some((letter.start(), is_one))
        });
        self.picked(announced.chain(judged))
    }

    fn alone(&self, response: &str, options: &Options<'_>) -> Option<Said> {
        let n_lines = filled_lines(response).take(2).count();
        let lone = filled_lines(response).enumerate().filter_map(|(nth, line)| {
            let mut bare = line.chars().filter(|c| c.is_alphanumeric());
            let letter = bare.next().filter(|_| bare.next().is_none())?;
            let is_said = letter.is_ascii_uppercase() || n_lines == 1;
            Some((nth, Said::One(options.get(letter).filter(|_| is_said)?)))
        });
        self.picked(lone)
    }

    fn leant_to(&self, response: &str, options: &Options<'_>) -> Option<Said> {
        let leanings = self.leaning.find_iter(response).filter_map(|found| {
            let rest = &response[found.end()..];
            let rest = &rest[..rest.floor_char_boundary(400)];
            Some((found.start(), options.letter_in(rest, Case::Upper)?))
        });
        self.picked(leanings)
    }

    fn set_off(&self, response: &str, options: &Options<'_>) -> Option<char> {
        let only_in = |text: &str| only_one(&self.set_off, text, options);
        filled_lines(response).next_back().and_then(only_in).or_else(|| only_in(response))
    }

    fn picked(&self, found: impl Iterator<Item = (usize, Said)>) -> Option<Said> {
        let picked = match self.pick {
            Pick::First => found.min_by_key(|(at, _)| *at),
            Pick::Last => found.max_by_key(|(at, _)| *at),
        };
        picked.map(|(_, said)| said)
    }
}

/// The label of the first line or the last, where no line has another.
fn labelled(response: &str, options: &Options<'_>) -> Option<char> {
    let mut labels: Vec<char> =
        filled_lines(response).filter_map(|line| options.label(line)).collect();
    labels.dedup();
    let [letter] = labels[..] else { return None };
    let mut lines = filled_lines(response);
    let ends = [lines.next(), lines.next_back()];
    ends.into_iter().flatten().any(|line| options.label(line) == Some(letter)).then_some(letter)
}

/// The only letter that a pattern finds.
fn only_one(pattern: &regex::Regex, text: &str, options: &Options<'_>) -> Option<char> {
    let mut found = pattern
        .captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .filter_map(|letter| options.letter_in(&text[letter.start()..], Case::Upper));
    let Said::One(letter) = found.next()? else { return None };
    found.all(|other| other == Said::One(letter)).then_some(letter)
}

#[cfg(test)]
mod tests;
