//! When enough has been asked, where members or samples are asked one after another.

mod beta;
mod read;
mod window;

pub use beta::{Beta, LeadChance};
pub use window::{Window, WindowSize};

use crate::data::AnswerIdx;
use crate::vote::{Tally, is_decided};

/// Whether to go on asking.
///
/// In a scenario it is `false`, `true` for the rule without loss, or the name of a rule that may
/// change the answer: bare (`beta`) or with its options (`window: { size: 5 }`).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum StopRule {
    /// Everybody is asked.
    #[default]
    Never,
    /// Until nobody left could change the answer or draw level with it. Always the answer of the
    /// full vote.
    Lossless,
    /// Until it is likely enough that the leading answer would stay ahead.
    Beta(Beta),
    /// Until a window of answers in a row is of one mind.
    Window(Window),
}

/// What has come back so far, and what could still come.
#[derive(Debug, Clone, Copy)]
pub struct SoFar<'a> {
    /// What everybody asked came to, in the order in which they were asked; `None` without an
    /// answer.
    pub asked: &'a [Option<AnswerIdx>],
    /// The ballots of those who answered.
    pub tally: &'a Tally,
    /// The weights of those who have not been asked.
    pub outstanding: &'a [f64],
}

impl StopRule {
    /// Whether those who have not been asked need not be.
    ///
    /// Whoever stops takes the leading answer of all ballots so far. Where nobody has answered, no
    /// rule stops.
    pub fn stops(self, so_far: SoFar<'_>) -> bool {
        match self {
            Self::Never => false,
            Self::Lossless => is_decided(so_far.tally, so_far.outstanding),
            Self::Beta(beta) => beta.stops(so_far.tally),
            Self::Window(window) => window.stops(so_far.asked),
        }
    }

    /// Whether stopping leaves the answer of the full vote as it is.
    pub fn is_lossless(self) -> bool {
        matches!(self, Self::Never | Self::Lossless)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::Ballot;

    /// After how many of those in `letters`, each of weight 1, it stops.
    fn first_stop(rule: StopRule, letters: &str) -> Option<usize> {
        let answer = |c: char| c.is_ascii_uppercase().then_some(AnswerIdx(c as u16));
        let all: Vec<Option<AnswerIdx>> = letters.chars().map(answer).collect();
        let weights = vec![1.0; all.len()];
        (0..all.len()).find(|n_asked| {
            let (asked, rest) = all.split_at(*n_asked);
            let ballot = |(voter, answer): (usize, &Option<AnswerIdx>)| {
                answer.map(|answer| Ballot { voter, answer })
            };
            let ballots: Vec<Ballot> = asked.iter().enumerate().filter_map(ballot).collect();
            let tally = Tally::count(&ballots, &weights);
            rule.stops(SoFar { asked, tally: &tally, outstanding: &weights[..rest.len()] })
        })
    }

    #[test]
    fn each_rule_stops_where_its_name_says() {
        let beta = StopRule::Beta(Beta::default());
        let window = StopRule::Window(Window::default());
        for (rule, letters, expected) in [
            (StopRule::Never, "AAAAAAAAAA", None),
            (StopRule::Lossless, "AAAAAAAAAA", Some(6)),
            (StopRule::Lossless, "ABAAAAAAAA", Some(7)),
            (StopRule::Lossless, "ABABABABAB", None),
            // First stops by the published rule: 4 to 0, 6 to 1, 8 to 2.
            (beta, "AAAAAAAAAA", Some(4)),
            (beta, "ABAAAAAAAA", Some(7)),
            (beta, "ABBAAAAAAAAA", Some(10)),
            // Only the two most frequent answers count.
            (beta, "ABCAAAAAAA", Some(8)),
            (beta, "A?A?A?A?A?", Some(7)),
            (beta, "???????", None),
            // Windows are the answers 1 to 5, 6 to 10 and so on.
            (window, "AAAAAAAAAA", Some(5)),
            (window, "ABBBBBBBBBB", Some(10)),
            (window, "AAAABAAAAAAAAAA", Some(10)),
            (window, "AAAA?AAAAAAAAAA", Some(10)),
            (window, "??????????", None),
        ] {
            assert_eq!(first_stop(rule, letters), expected, "{rule:?} on {letters}");
        }
    }

    #[test]
    fn only_rules_that_keep_the_answer_are_lossless() {
        for (rule, expected) in [
            (StopRule::Never, true),
            (StopRule::Lossless, true),
            (StopRule::Beta(Beta::default()), false),
            (StopRule::Window(Window::default()), false),
        ] {
            assert_eq!(rule.is_lossless(), expected, "{rule:?}");
        }
    }
}
