//! `number`: the number that a response states.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stated::{Mark, Marks, Stated, said};
use super::{ExtractError, Pick};
use crate::task::numeral::{Decimal, numerals, only_numeral, plain};

/// The number that a response states, in canonical writing: `$195,000.0` gives `195000`.
///
/// In this order:
/// 1. an announced number: after `answer is`, `Answer:` or the like (the first number of the
///    sentence; where the sentence is an equation, what its last `=` gives), after `####` (where
///    the line is but a number and its unit), or in `\boxed{}`;
/// 2. with `accept: anywhere`, any number.
///
/// `pick` says which of several announced numbers counts, and else which of all numbers.
///
/// Numbers are read with separators between thousands, decimal points and commas, fractions,
/// exponents and the digits of other scripts. Currency, percent signs and units are dropped:
/// `60%` is 60. An expression is not worked out: `8\sqrt{6}` is no number.
///
/// Decided otherwise than others do, with reason:
/// * inspect, `5abc` and `42abc` against 5 and 42: a unit often touches its number (`18kg`), so
///   these are numbers unless `accept: whole`; so is `1,000.99m²` in lighteval.
/// * HELM, `\boxed{33} and 34`: the box announces the answer, so 33.
/// * inspect's `math`, `\boxed{33.5\%}` against .335: a percent sign is a unit here.
/// * inspect's `math`, the cases with roots, powers, sets and matrices: they need algebra.
/// * lighteval, `Answer $ \n 9 \n $` as no answer: white space has no say here, so 9; and
///   `\frac13`, a malformed fraction, is not read as one.
/// * inspect, `location: begin`, is `pick: first`; `any`, which accepts a target among all the
///   numbers, does not exist: it rewards the listing of guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Number {
    /// Which of several numbers is the answer.
    pub pick: Pick,
    /// Where the answer may stand.
    pub accept: Accept,
}

/// How strictly a number has to be presented as the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// Announced, else anywhere in the response.
    #[default]
    Anywhere,
    /// Announced, or alone in the response.
    Stated,
    /// Alone in the response, apart from currency, percent, emphasis and punctuation.
    Whole,
}

#[derive(Debug, Clone)]
pub(super) struct Reader {
    options: Number,
    marks: Marks,
}

impl Number {
    pub(super) fn compile(self) -> Result<Reader, ExtractError> {
        Ok(Reader { options: self, marks: Marks::compile()? })
    }
}

impl Reader {
    pub(super) fn extract(&self, response: &str) -> Option<String> {
        let number = match self.options.accept {
            Accept::Whole => only_numeral(response),
            Accept::Stated => self.stated(&plain(response)).or_else(|| only_numeral(response)),
            Accept::Anywhere => {
                let text = plain(response);
                self.stated(&text).or_else(|| {
                    let mut values = numerals(&text).map(|numeral| numeral.value);
                    match self.options.pick {
                        Pick::First => values.next(),
                        Pick::Last => values.last(),
                    }
                })
            }
        };
        number.map(|number| number.to_string())
    }

    fn stated(&self, text: &str) -> Option<Decimal> {
        let stated = self.marks.find(text);
        match self.options.pick {
            Pick::First => stated.iter().find_map(announced),
            Pick::Last => stated.iter().rev().find_map(announced),
        }
    }
}

fn announced(stated: &Stated<'_>) -> Option<Decimal> {
    match stated.mark {
        Mark::Boxed => result(stated.rest),
        Mark::Answer => result(sentence(said(stated.rest))),
        Mark::Hashes => after_hashes(said(stated.rest)),
    }
}

/// Up to a full stop, exclamation or question mark that white space follows.
fn sentence(line: &str) -> &str {
    let ends = |(at, mark): (usize, &str)| {
        line[at + mark.len()..].starts_with(char::is_whitespace).then_some(at)
    };
    let end = line.match_indices(['.', '!', '?']).find_map(ends);
    &line[..end.unwrap_or(line.len())]
}

/// What an equation gives, or else the first number.
fn result(text: &str) -> Option<Decimal> {
    let right_side = text.rsplit_once(['=', '≈']).and_then(|(_, right)| numerals(right).next());
    Some(right_side.or_else(|| numerals(text).next())?.value)
}

/// `####` also makes headings, such as `#### 2. The second step`.
fn after_hashes(line: &str) -> Option<Decimal> {
    let numeral = numerals(line).next()?;
    let (before, after) = (&line[..numeral.start], &line[numeral.end..]);
    let is_heading = before.contains(char::is_alphanumeric)
        || after.split_whitespace().count() > 4
        || (after.starts_with(['.', ')', ':']) && after.contains(char::is_alphanumeric));
    (!is_heading).then_some(numeral.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extract(options: Number, response: &str) -> Option<String> {
        options.compile().unwrap().extract(response)
    }

    #[test]
    fn the_stated_number_is_the_answer() {
        for (response, answer) in [
            // From inspect_ai, tests/scorer/test_match.py.
            ("28 + 32 = 60\nThis solves the problem.", Some("60")),
            ("**ANSWER: 28 + 32 = 60**\nThis solves the problem.", Some("60")),
            ("28 + 32 = 60%", Some("60")),
            ("The answer is 25", Some("25")),
            ("the value is 110", Some("110")),
            ("the result is -5 exactly", Some("-5")),
            ("pi is approximately 33.14", Some("33.14")),
            ("answer: −5", Some("-5")),
            ("the answer is -½ extra", Some("-0.5")),
            ("answer 2½", Some("2.5")),
            ("result: 三", Some("3")),
            ("the answer is １２３", Some("123")),
            ("The answer is [42]!", Some("42")),
            ("first (7) then 25! then done", Some("25")),
            ("The answer is 42abc", Some("42")), // Decided otherwise than there.
            // From inspect_ai, tests/scorer/math_cases.json.
            (r"\boxed{\frac{1}{2}}", Some("0.5")),
            (r"The answer is $$42$$", Some("42")),
            (r"\boxed{33.5\%}", Some("33.5")), // Decided otherwise than there.
            (r"\boxed{1.5 \times 10^3}", Some("1500")),
            (r"\boxed{10\text{ cm}}", Some("10")),
            (r"\boxed{\$15,\!000}", Some("15000")),
            (r"\boxed{\;\angle APC = 74^\circ\;}", Some("74")),
            (r"\boxed{74°}", Some("74")),
            // From HELM, test_evaluate_reference_metrics.py.
            ("33 eggs.", Some("33")),
            (r"\boxed{33} and 34", Some("33")), // Decided otherwise than there.
            // From lighteval, tests/unit/metrics/test_extractive_match.py.
            ("so $x+y = 1000$ therefore answer is $1$", Some("1")),
            ("how many $? just about 1$", Some("1")),
            ("réponse est (35 + 70 = 105).", Some("105")),
            ("Réponse: Janeth aura encore 220 $ à payer d'ici 12 mois.", Some("220")),
            ("因此，总共有3 + 10 = 13只鸟和鹳鸟。", Some("13")),
            ("the number is not 10 which is 1,000.99€", Some("1000.99")),
            (r"Answer \[ 9 \]", Some("9")),
            (r"$k = \dfrac{1}{4}$", Some("0.25")),
            ("AZYUK2A", None),
            // From lm-eval: its flexible filter makes "11." of this.
            ("The answer is 11.", Some("11")),
            // Ours.
            ("16-7=9\n#### 18\n", Some("18")),
            ("#### 3. Last step\nThe total is 18 eggs", Some("18")),
            ("It is 20, no. The answer is 18 because 9*2 makes it.", Some("18")),
            ("The final answer is:\n\n**$1,234.50**", Some("1234.5")),
            ("{\"reasoning\": \"9 × $2 = $18 daily.\", \"answer\": \"$195,000\"}", Some("195000")),
            ("I don't know", None),
            ("", None),
        ] {
            assert_eq!(extract(Number::default(), response).as_deref(), answer, "{response:?}");
        }
    }

    #[test]
    fn pick_and_accept_say_which_number_counts() {
        use Accept::{Anywhere, Stated, Whole};
        for (pick, accept, response, answer) in [
            (Pick::First, Anywhere, "5 or 6", Some("5")),
            (Pick::First, Anywhere, "50 is the answer", Some("50")),
            (Pick::First, Anywhere, "3 answer: 4. answer: 5", Some("4")),
            (Pick::Last, Anywhere, "3 answer: 4. answer: 5", Some("5")),
            (Pick::Last, Stated, "there are 5", None),
            (Pick::Last, Stated, "#### 5", Some("5")),
            (Pick::Last, Stated, " 5.\n", Some("5")),
            (Pick::Last, Whole, "#### 5", None),
            (Pick::Last, Whole, "$5,000", Some("5000")),
            (Pick::Last, Whole, "5abc", None),
        ] {
            let found = extract(Number { pick, accept }, response);
            assert_eq!(found.as_deref(), answer, "{pick:?} {accept:?} {response:?}");
        }
    }
}
