//! What somebody who mistyped a word may have meant.

/// The baseline that may stand among the members of a policy.
pub(super) const BEST_SINGLE: &str = "best-single";

/// Policies that every run judges, whatever its scenario says.
pub(super) const JUDGED_ALWAYS: [&str; 2] = [BEST_SINGLE, "oracle"];

/// Whether a name means something by itself, so that no model or policy may have it.
pub(super) fn is_reserved(name: &str) -> bool {
    [BEST_SINGLE, "random-line", "oracle", "all"].contains(&name) || name.starts_with('@')
}

/// "did you mean `x`? known here: x, y, z".
pub(super) fn help<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        return "there is none here yet".into();
    }
    let list = known.join(", ");
    match nearest(word, &known) {
        Some(near) => format!("did you mean `{near}`? known here: {list}"),
        None => format!("known here: {list}"),
    }
}

/// The known word that is most like `word`, if any is much like it (Jaro-Winkler 0.8 or more).
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(&word.to_lowercase(), &other.to_lowercase());
    let best = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= 0.8).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        for (word, near) in
            [("quorom", Some("quorum")), ("Members", Some("members")), ("xyz", None)]
        {
            assert_eq!(nearest(word, &["members", "quorum", "rule"]), near, "{word}");
        }
    }
}
