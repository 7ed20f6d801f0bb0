//! Matrices in one letter a cell, for the tests of this floor.

use crate::data::{Answer, AnswerIdx, Cell, CellState, Failure, Item, Matrix};
use crate::kernel::ModelId;

/// A matrix of one row of letters an item, a letter a model: `A` to `J` answered, of which `A` is
/// right, `?` unparsed, `t` timed out, `-` not run. `n_choices` says how many answers each item
/// lists. Models are named `a`, `b` and so on.
pub(super) fn matrix(n_choices: &[usize], letters: &[&str]) -> Matrix {
    assert_eq!(n_choices.len(), letters.len());
    let n_models = letters.first().map_or(0, |row| row.len());
    let answer = |letter: char| Answer { text: letter.into(), score: score(letter) };
    let cell = |letter| Cell { state: state(letter), ..Cell::NOT_RUN };
    Matrix::new(
        "t".into(),
        n_choices.iter().enumerate().map(|(at, n)| item(at, *n)).collect(),
        ('a'..).take(n_models).map(|name| ModelId::from(name.to_string())).collect(),
        1,
        letters.iter().map(|_| ('A'..='J').map(answer).collect()).collect(),
        letters.iter().flat_map(|row| row.chars()).map(cell).collect(),
    )
}

fn item(at: usize, n_choices: usize) -> Item {
    Item {
        choices: (0..n_choices).map(|choice| choice.to_string()).collect(),
        ..Item::new(at.to_string())
    }
}

fn state(letter: char) -> CellState {
    match letter {
        '?' => CellState::Unparsed,
        't' => CellState::Failed(Failure::TimedOut),
        '-' => CellState::NotRun,
        letter => {
            let answer = AnswerIdx((letter as u32 - 'A' as u32) as u16);
            CellState::Answered { answer: Some(answer), score: score(letter) }
        }
    }
}

fn score(letter: char) -> f64 {
    if letter == 'A' { 1.0 } else { 0.0 }
}
