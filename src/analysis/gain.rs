//! Where a vote is better or worse than the best single model, item by item.

use crate::data::{Outcome, Verdict};

/// One item as it went for the best single model, for the vote and for the vote's members.
#[derive(Debug, Clone, Copy)]
pub struct Contest<'a> {
    /// What the best single model came to.
    pub best: Verdict,
    /// What the vote came to.
    pub vote: &'a Outcome,
    /// Whether any member of the vote is right.
    pub any_right: bool,
    /// Whether a right answer was among those that shared the top, where several did.
    pub tie_held_right: bool,
}

/// Items by how they went, where both were served. "Right" is a score of 1, as for pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gains {
    /// Both right.
    pub both_right: u64,
    /// Best wrong, vote right.
    pub rescued: u64,
    /// Best right, and the vote took a wrong answer that had more behind it; where the best single
    /// model is no member, the right one may have had nobody.
    pub overruled: u64,
    /// Best right, and a tie with the right answer was broken against it, or the vote abstained.
    pub lost_to_ties: u64,
    /// Best right, and nothing could be read in what the vote came to, or it refused.
    pub no_answer: u64,
    /// Both wrong, though some member is right.
    pub both_wrong_reachable: u64,
    /// Both wrong, and so is every member.
    pub out_of_reach: u64,
}

impl Gains {
    /// Counts the items on which both were served; the others are left out, as in every paired
    /// difference.
    pub fn of<'a>(contests: impl IntoIterator<Item = Contest<'a>>) -> Self {
        let mut gains = Self::default();
        for Contest { best, vote, any_right, tie_held_right } in contests {
            let (Some(of_best), Some(of_vote)) = (best.judged(), vote.verdict.judged()) else {
                continue;
            };
            let count = match (of_best == 1.0, of_vote == 1.0) {
                (true, true) => &mut gains.both_right,
                (false, true) => &mut gains.rescued,
                (true, false) => match vote.verdict {
                    Verdict::Abstained => &mut gains.lost_to_ties,
                    Verdict::Answered { .. } if vote.tied && tie_held_right => {
                        &mut gains.lost_to_ties
                    }
                    Verdict::Answered { .. } => &mut gains.overruled,
                    _ => &mut gains.no_answer,
                },
                (false, false) if any_right => &mut gains.both_wrong_reachable,
                (false, false) => &mut gains.out_of_reach,
            };
            *count += 1;
        }
        gains
    }

    /// All items counted.
    pub fn n(self) -> u64 {
        let lost = self.overruled + self.lost_to_ties + self.no_answer;
        self.both_right + self.rescued + lost + self.both_wrong_reachable + self.out_of_reach
    }

    /// The share that the vote has right less the share that the best single model has, in
    /// [-1, 1]; `None` without items. It is that of McNemar's test, its losses told apart.
    pub fn difference(self) -> Option<f64> {
        let lost = self.overruled + self.lost_to_ties + self.no_answer;
        (self.n() > 0).then(|| (self.rescued as f64 - lost as f64) / self.n() as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::{AnswerIdx, Failure, Reason};

    /// What a vote came to: `A` right, `B` wrong, `a` and `b` the same by a tie that was broken,
    /// `=` a tie that it would not break, `~` abstained, `h` half right, `?` unparsed, `!` refused,
    /// `t` timed out, `-` not run.
    fn vote(letter: char) -> Outcome {
        let answered = |score| Verdict::Answered { answer: Some(AnswerIdx(0)), score };
        let (verdict, tied) = match letter {
            'A' => (answered(1.0), false),
            'B' => (answered(0.0), false),
            'h' => (answered(0.5), false),
            'a' => (answered(1.0), true),
            'b' => (answered(0.0), true),
            '=' => (Verdict::Abstained, true),
            '~' => (Verdict::Abstained, false),
            '?' => (Verdict::Unparsed, false),
            '!' => (Verdict::Refused, false),
            't' => (Verdict::Failed(Failure::TimedOut), false),
            _ => (Verdict::NotRun, false),
        };
        Outcome { verdict, tied, reason: Reason::Majority, ..Outcome::NOT_RUN }
    }

    /// Items of two letters, best and vote; the third is `-` where no member is right, `+` where
    /// one is, and `=` where its answer is among those that share the top.
    fn gains(items: &[&str]) -> Gains {
        let outcomes: Vec<[Outcome; 2]> =
            items.iter().map(|item| [0, 1].map(|at| vote(item.chars().nth(at).unwrap()))).collect();
        Gains::of(outcomes.iter().zip(items).map(|([best, vote], item)| Contest {
            best: best.verdict,
            vote,
            any_right: !item.ends_with('-'),
            tie_held_right: item.ends_with('='),
        }))
    }

    #[test]
    fn every_item_has_one_explanation() {
        let none = Gains::default();
        for (item, wanted) in [
            ("AA+", Gains { both_right: 1, ..none }),
            ("Aa+", Gains { both_right: 1, ..none }),
            ("BA+", Gains { rescued: 1, ..none }),
            ("?a+", Gains { rescued: 1, ..none }),
            ("AB+", Gains { overruled: 1, ..none }),
            ("Ah+", Gains { overruled: 1, ..none }),
            ("Ab=", Gains { lost_to_ties: 1, ..none }),
            ("Ab+", Gains { overruled: 1, ..none }),
            ("Ab-", Gains { overruled: 1, ..none }),
            ("A=+", Gains { lost_to_ties: 1, ..none }),
            ("A~+", Gains { lost_to_ties: 1, ..none }),
            ("A?-", Gains { no_answer: 1, ..none }),
            ("A!-", Gains { no_answer: 1, ..none }),
            ("BB+", Gains { both_wrong_reachable: 1, ..none }),
            ("h=+", Gains { both_wrong_reachable: 1, ..none }),
            ("BB-", Gains { out_of_reach: 1, ..none }),
            ("??-", Gains { out_of_reach: 1, ..none }),
            // Not served is not wrong.
            ("At+", none),
            ("tA+", none),
            ("A-+", none),
            ("--+", none),
        ] {
            assert_eq!(gains(&[item]), wanted, "{item}");
        }
        assert_eq!((none.n(), none.difference()), (0, None));
    }

    #[test]
    fn the_trio_of_the_golden_file_gains_its_difference() {
        // Golden `real_ensembles.json`: 530 wins and 311 losses on 12,032 items are 1.82 points.
        // How the losses and the rest divide is made up.
        let trio = Gains {
            both_right: 8119,
            rescued: 530,
            overruled: 200,
            lost_to_ties: 100,
            no_answer: 11,
            both_wrong_reachable: 975,
            out_of_reach: 2097,
        };
        assert_eq!(trio.n(), 12_032);
        assert!(trio.difference().is_some_and(|it| (it - 0.0182).abs() < 5e-5));
    }

    proptest! {
        #[test]
        fn rescues_less_losses_are_the_difference_exactly(
            items in prop::collection::vec(("[ABh?!t-]", "[ABhab=~?!t-]", "[+=-]"), 0..60),
        ) {
            let texts: Vec<String> = items.iter().map(|(a, b, c)| format!("{a}{b}{c}")).collect();
            let gains = gains(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let judged = |text: &str, at| {
                Some(vote(text.chars().nth(at).unwrap()).verdict.judged()? == 1.0)
            };
            let both: Vec<(bool, bool)> =
                texts.iter().filter_map(|it| judged(it, 0).zip(judged(it, 1))).collect();
            let n_right = |pick: fn(&(bool, bool)) -> bool| {
                both.iter().filter(|pair| pick(pair)).count() as f64
            };
            let n = both.len() as f64;
            prop_assert_eq!(gains.n(), both.len() as u64);
            let wanted = (n_right(|pair| pair.1) - n_right(|pair| pair.0)) / n;
            prop_assert_eq!(gains.difference(), (n > 0.0).then_some(wanted));
        }
    }
}
