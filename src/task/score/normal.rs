//! Texts without what doesn't matter to their meaning.

/// Lower case, no punctuation, no articles, single spaces.
///
/// What SQuAD's evaluation does, with Unicode's case instead of ASCII's. Punctuation is what ASCII
/// calls so, and typographic quotes, dashes and dots.
/// Source: P. Rajpurkar et al., EMNLP 2016, `evaluate-v1.1.py`.
pub(super) fn squad(text: &str) -> String {
    let bare: String = text.to_lowercase().chars().filter(|c| !is_punctuation(*c)).collect();
    let words = bare.split_whitespace().filter(|word| !matches!(*word, "a" | "an" | "the"));
    words.collect::<Vec<_>>().join(" ")
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_matter_stay() {
        for (text, normal) in [
            ("The  Cat\n", "cat"),
            ("don't", "dont"),
            ("don’t", "dont"),
            ("U.S.", "us"),
            ("$1,000.", "1000"),
            ("an apple a day that the", "apple day that"),
            ("who's there?", "whos there"),
            ("Theatre A", "theatre"),
            ("the", ""),
            ("ÉCOLE", "école"),
        ] {
            assert_eq!(squad(text), normal, "{text:?}");
        }
    }
}
