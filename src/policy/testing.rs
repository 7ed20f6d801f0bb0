//! Outcomes in one letter each, for the tests of this floor.

use crate::data::{Answer, AnswerIdx, Cell, CellState, Failure, Item, Outcome};
use crate::kernel::{Micros, PolicyId, Probability, Seed, Usd};
use crate::policy::{Context, Fitted, Standing, single};
use crate::task::score::Score;

/// Ten possible answers, of which `A` is right.
pub(crate) fn answers() -> Vec<Answer> {
    let answer = |letter: char| Answer {
        text: letter.to_string(),
        score: if letter == 'A' { 1.0 } else { 0.0 },
    };
    ('A'..='J').map(answer).collect()
}

/// What a model came to that costs 10 and takes 100: `A` to `J` answered, `?` unparsed, `!`
/// refused, `t` timed out, `r` reset, and `-` was not run.
pub(crate) fn outcome(letter: char, name: &PolicyId) -> Outcome {
    let state = match letter {
        '?' => CellState::Unparsed,
        '!' => CellState::Refused,
        't' => CellState::Failed(Failure::TimedOut),
        'r' => CellState::Failed(Failure::Reset),
        '-' => CellState::NotRun,
        letter => {
            let idx = (letter as u32 - 'A' as u32) as u16;
            CellState::Answered { answer: Some(AnswerIdx(idx)), score: f64::from(letter == 'A') }
        }
    };
    let (cost, latency) = (Some(Usd::from_picos(10)), Some(Micros(100)));
    single::outcome(&Cell { state, cost, latency, ..Cell::NOT_RUN }, name)
}

/// The verdict back as a letter; `~` where the policy abstained.
pub(crate) fn letter(outcome: &Outcome) -> char {
    use crate::data::Verdict;
    match outcome.verdict {
        Verdict::Answered { answer: Some(AnswerIdx(idx)), .. } => char::from(b'A' + idx as u8),
        Verdict::Answered { answer: None, .. } => '.',
        Verdict::Abstained => '~',
        Verdict::Unparsed => '?',
        Verdict::Refused => '!',
        Verdict::Failed(Failure::TimedOut) => 't',
        Verdict::Failed(_) => 'r',
        Verdict::NotRun => '-',
    }
}

/// Right on that share of a hundred other items.
pub(crate) fn standing(accuracy: f64) -> Standing {
    let accuracy = Probability::try_from(accuracy).ok();
    let fitted = accuracy.map(|accuracy| Fitted { accuracy, n_items: 100 });
    Standing { fitted, mean_cost: None }
}

/// Runs `test` on one item with ten possible answers.
pub(crate) fn on_an_item<T>(test: impl FnOnce(&Context<'_>) -> T) -> T {
    let item = Item { targets: vec!["A".to_owned()], ..Item::new("i".to_owned()) };
    let (policy, answers, score) = (PolicyId::from("trio"), answers(), Score::default());
    test(&Context {
        policy: &policy,
        item: &item,
        seed: Seed(7),
        n_classes: 10,
        answers: &answers,
        made: &[],
        score: &score,
    })
}
