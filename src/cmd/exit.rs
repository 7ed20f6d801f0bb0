//! How the program ends, and how an error is shown.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use annotate_snippets::Renderer;

use super::annotations;
use super::collection::StoppedTwice;
use super::color::is_coloured;
use super::selection::NotThere;
use crate::engine::collect::{CollectError, QuestionError};
use crate::engine::evaluate::EvaluateError;
use crate::engine::recommend::{self, RecommendError};
use crate::engine::simulate::SimulateError;
use crate::exchange::export::Refusal;
use crate::report::ReportError;
use crate::scenario::Diagnostic;
use crate::store::StoreError;

/// The exit codes. Where several apply, the one that stands first here wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The scenario, a dataset or a recording is invalid.
    Invalid,
    /// The run is incomplete: too many calls failed, or it was interrupted.
    Incomplete,
    /// A gate failed, or the figures did not say whether it holds.
    Gate,
    /// A flag names what isn't there.
    Usage,
    /// An internal or I/O error.
    Error,
    /// Done.
    Done,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Usage => 2,
            Exit::Invalid => 3,
            Exit::Incomplete => 4,
            Exit::Gate => 100,
        })
    }
}

/// A mistake on the command line that only the files behind it bring to light.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Misused(pub(super) String);

/// Files that are there, and not what the command needs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unfit(pub(super) String);

/// Everything that is wrong with what the user gave.
#[derive(Debug)]
pub(super) struct Invalid(pub(super) Vec<Diagnostic>);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colour = is_coloured(&std::io::stderr());
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        for diagnostic in &self.0 {
            writeln!(f, "{}\n", diagnostic.render(&renderer))?;
        }
        match self.0.len() {
            1 => write!(f, "1 mistake"),
            n => write!(f, "{n} mistakes"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Shows an error with its causes, and says how the program ends.
#[expect(clippy::print_stderr, reason = "stderr is talk")]
pub(super) fn report(error: &anyhow::Error) -> Exit {
    if let Some(invalid) = error.downcast_ref::<Invalid>() {
        eprintln!("{invalid}");
        if annotations::are_shown() {
            eprint!("{}", annotations::of_mistakes(&invalid.0));
        }
        return Exit::Invalid;
    }
    eprintln!("error: failed to {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
    if error.is::<StoppedTwice>() {
        Exit::Incomplete
    } else if is_misused(error) {
        Exit::Usage
    } else if is_invalid(error) {
        Exit::Invalid
    } else {
        Exit::Error
    }
}

/// Whether it is what was typed, and not what the files say.
fn is_misused(error: &anyhow::Error) -> bool {
    let recommend = error.downcast_ref::<RecommendError>();
    error.is::<Misused>()
        || error.is::<NotThere>()
        || error.is::<recommend::NotThere>()
        || error.is::<Refusal>()
        || recommend.is_some_and(|it| {
            matches!(it, RecommendError::NoTask { .. } | RecommendError::WhichTask { .. })
        })
}

/// Whether the user's files can't be what the command needs, which was found later than other
/// mistakes in them.
fn is_invalid(error: &anyhow::Error) -> bool {
    let is_none = |it: &ReportError| match it {
        ReportError::Read { source, .. } | ReportError::Io { source, .. } => {
            matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        }
        ReportError::Json { .. } | ReportError::Schema { .. } => true,
        ReportError::Table { .. } => false,
    };
    error.is::<Unfit>()
        || error.is::<EvaluateError>()
        || error.is::<QuestionError>()
        || error.is::<RecommendError>()
        || error.is::<SimulateError>()
        || matches!(error.downcast_ref(), Some(StoreError::Missing { .. }))
        || matches!(error.downcast_ref(), Some(CollectError::NoPrice { .. }))
        || error.downcast_ref().is_some_and(is_none)
}
