//! How the program ends, and how an error is shown.

use std::fmt;
use std::process::ExitCode;

use annotate_snippets::Renderer;

use super::annotations;
use super::collection::StoppedTwice;
use super::color::is_coloured;
use super::selection::NotThere;
use crate::engine::collect::QuestionError;
use crate::engine::evaluate::EvaluateError;
use crate::scenario::Diagnostic;

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
    // What can't be asked or judged is a mistake in the user's files, found later than the others.
    if error.is::<EvaluateError>() || error.is::<QuestionError>() {
        Exit::Invalid
    } else if error.is::<StoppedTwice>() {
        Exit::Incomplete
    } else if error.is::<NotThere>() {
        Exit::Usage
    } else {
        Exit::Error
    }
}
