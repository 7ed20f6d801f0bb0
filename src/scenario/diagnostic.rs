//! A mistake in a file, with its place and what would be right, drawn for people.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// The longest piece of a line that is shown.
const SHOWN: usize = 240;

/// A mistake that keeps a scenario from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file it is in.
    pub file: PathBuf,
    /// The text around it.
    pub text: Arc<str>,
    /// The line on which `text` begins, from 1.
    pub first_line: usize,
    /// The wrong words, in bytes of `text`.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake in a file of which only one line matters, or none (`line` 0).
    pub fn in_line(file: PathBuf, line: usize, text: &str, message: String) -> Self {
        let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
        let text: Arc<str> = text[..end].into();
        Self { file, first_line: line, span: 0..text.len(), text, message, help: None }
    }

    /// The line of the wrong words, from 1; 0 where the file as a whole is meant.
    pub fn line(&self) -> usize {
        let before = self.text.get(..self.span.start).unwrap_or_default();
        self.first_line + before.matches('\n').count()
    }

    /// Drawn as rustc draws its own, the words underlined.
    pub fn render(&self, renderer: &Renderer) -> String {
        let path = self.file.to_string_lossy();
        let title = Level::ERROR.primary_title(self.message.as_str());
        let mut group = if self.first_line == 0 {
            title.element(annotate_snippets::Origin::path(path.as_ref()))
        } else {
            let mark = AnnotationKind::Primary.span(self.marked());
            let snippet = Snippet::source(self.text.as_ref()).path(path.as_ref());
            title.element(snippet.line_start(self.first_line).annotation(mark))
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// The span within the text's bounds, at least one character and at most one line.
    fn marked(&self) -> Range<usize> {
        let start = self.span.start.min(self.text.len());
        let rest = self.text.get(start..).unwrap_or_default();
        let line = rest.find('\n').unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        start..start + self.span.len().clamp(first, line.max(first))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line(), self.message)
    }
}
