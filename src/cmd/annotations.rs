//! What a workflow on GitHub shows beside the lines of a file: its commands, written to stderr.

use std::fmt::Write;
use std::path::Path;

use crate::data::summary::{GateOutcome, GateRow};
use crate::scenario::{Diagnostic, Plan};

/// Whether this runs in such a workflow.
pub(super) fn are_shown() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|it| it == "true")
}

/// A line for each gate that did not pass: an error where it ends the run, else a warning.
pub(super) fn of_gates(
    plan: &Plan,
    rows: &[GateRow],
    told: impl Fn(&GateRow) -> String,
    keeps: impl Fn(&GateRow) -> bool,
) -> String {
    let mut lines = String::new();
    for row in rows.iter().filter(|row| row.outcome != GateOutcome::Passed) {
        let command = if keeps(row) { "warning" } else { "error" };
        let lines_of = plan.gates.iter().map(|gate| (&gate.name, gate.line));
        let mut lines_of =
            lines_of.chain(plan.same_advice.iter().map(|gate| (&gate.name, gate.line)));
        let line = lines_of.find(|(name, _)| **name == row.name).map_or(0, |(_, line)| line);
        let title = format!("Gate {} {}", row.name, row.outcome.name());
        lines += &annotation(command, (&plan.file, line), &title, &told(row));
    }
    lines
}

/// A line for each mistake.
pub(super) fn of_mistakes(mistakes: &[Diagnostic]) -> String {
    let line = |it: &Diagnostic| {
        let help = it.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        annotation("error", (&it.file, it.line()), "Mistake", &format!("{}{help}", it.message))
    };
    mistakes.iter().map(line).collect()
}

/// `line` 0 is the file as a whole. Texts are escaped as `command.ts` of `actions/toolkit` has it.
fn annotation(command: &str, (file, line): (&Path, usize), title: &str, message: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut written = format!("::{command} file={}", property(&file.display().to_string()));
    if line > 0 {
        // Writing into a text can't fail.
        let _ = write!(written, ",line={line}");
    }
    written + &format!(",title={}::{}\n", property(title), data(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command() {
        let file = Path::new("a,b.yaml");
        assert_eq!(
            annotation("error", (file, 7), "Gate 5 %: x", "a\nb, c: 50 %"),
            "::error file=a%2Cb.yaml,line=7,title=Gate 5 %25%3A x::a%0Ab, c: 50 %25\n"
        );
        assert_eq!(
            annotation("error", (file, 0), "t", "m"),
            "::error file=a%2Cb.yaml,title=t::m\n"
        );
    }
}
