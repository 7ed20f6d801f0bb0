//! What case, punctuation, articles and white space leave of a text, and what two texts share.

use std::collections::BTreeMap;

/// The words that are compared: in lower case, without punctuation and English articles.
///
/// This is the rule of SQuAD (Rajpurkar et al. 2016), with four additions: a number keeps its
/// sign and its decimal point, so that `-3.5` is neither `3.5` nor `35`; punctuation goes beyond
/// ASCII, so that `don’t` is `dont`; and a text that would lose everything keeps what it
/// has, so that `A` and `the`, `+` and `-` stay different answers. White space is any of Unicode's.
pub fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let bare: Vec<String> =
        lower.split_whitespace().map(bare_word).filter(|word| !word.is_empty()).collect();
    if bare.is_empty() {
        return lower.split_whitespace().map(str::to_owned).collect();
    }
    let is_article = |word: &String| matches!(word.as_str(), "a" | "an" | "the");
    if bare.iter().all(is_article) {
        return bare;
    }
    bare.into_iter().filter(|word| !is_article(word)).collect()
}

/// The words as one text.
pub fn normal(text: &str) -> String {
    words(text).join(" ")
}

/// The F1 score of two bags of words, from 0 to 1: 2 * shared / (words here + words there).
///
/// The order of words does not count, and a word that stands twice here and once there is shared
/// once. Two empty bags score 1, one empty bag 0.
/// Source: Rajpurkar et al., SQuAD, 2016 (arXiv:1606.05250), section 6.1. Checked where the scorer
/// `f1` uses it, against figures of inspect and lighteval.
pub fn f1(one: &[String], other: &[String]) -> f64 {
    let n_words = one.len() + other.len();
    if n_words == 0 {
        return 1.0;
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for word in other {
        *left.entry(word).or_default() += 1;
    }
    let mut n_shared = 0_usize;
    for word in one {
        if let Some(n_left) = left.get_mut(word.as_str()).filter(|n_left| **n_left > 0) {
            *n_left -= 1;
            n_shared += 1;
        }
    }
    2.0 * n_shared as f64 / n_words as f64
}

fn bare_word(word: &str) -> String {
    number(word).unwrap_or_else(|| word.chars().filter(|c| !is_punctuation(*c)).collect())
}

/// A word that is a number apart from punctuation around it and between thousands.
fn number(word: &str) -> Option<String> {
    let inner = word.trim_matches(|c: char| is_punctuation(c) && !matches!(c, '-' | '.'));
    let inner = inner.trim_end_matches(is_punctuation);
    let (sign, size) = match inner.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", inner),
    };
    let size = size.trim_start_matches(['$', '€', '£', '¥']).replace(',', "");
    let (whole, fraction) = size.split_once('.').unwrap_or((&size, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    is_number.then(|| format!("{sign}{size}"))
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
            | '€' | '£' | '¥' | '\u{60c}' | '\u{61b}' | '\u{61f}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
            | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_punctuation_articles_and_white_space_do_not_count() {
        for (text, left) in [
            // From openai/evals and inspect_ai.
            ("", ""),
            ("Hello", "hello"),
            ("hello\nworld", "hello world"),
            ("who's there?", "whos there"),
            ("an apple a day that the", "apple day that"),
            ("3,000", "3000"),
            ("$1,000.", "1000"),
            ("don't", "dont"),
            ("U.S.", "us"),
            ("(3.14)", "3.14"),
            // Ours.
            ("don’t", "dont"),
            ("-3.5.", "-3.5"),
            ("A", "a"),
            ("The", "the"),
            ("A.", "a"),
            ("+", "+"),
            ("Straße\u{2028}\u{a0}1", "straße 1"),
            ("東京。", "東京"),
        ] {
            assert_eq!(normal(text), left, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "[-$.,aA1 ]{0,8}|.{0,12}") {
            let once = normal(&text);
            prop_assert_eq!(normal(&once), once);
        }
    }
}
