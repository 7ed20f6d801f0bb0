//! What is wrong with the words of those who ask about answers: variables that nobody brings.

use std::collections::BTreeSet;
use std::ops::Range;

use super::plan::Task;
use super::raw::{RawPolicy, RawScenario};
use super::read::Complaint;
use super::suggest;
use crate::policy::Accept;
use crate::task::prompt::Prompt;

/// What is there beside the columns of an item.
const BESIDE: [&str; 2] = ["question", "candidates"];

/// Variables that no item of some task brings, each at its word in `text`.
///
/// A template that can't be read at all is complained of elsewhere.
pub(super) fn resolve(raw: &RawScenario, text: &str, tasks: &[Task]) -> Vec<Complaint> {
    // Of a dataset that can't be read nobody knows the columns.
    if tasks.len() < raw.tasks.0.len() {
        return Vec::new();
    }
    let policies = raw.policies.0.iter();
    let words = policies.flat_map(|(_, policy)| words(policy));
    words.flat_map(|(source, at)| complaints(source, &at, text, tasks)).collect()
}

/// A policy's own words, each with where it stands.
fn words(policy: &RawPolicy) -> Vec<(&str, Range<usize>)> {
    let own = match policy {
        RawPolicy::Judge(judge) => vec![&judge.prompt],
        RawPolicy::Fuse(fuse) => vec![&fuse.prompt, &fuse.again],
        RawPolicy::Cascade(cascade) => {
            let Accept::Judge(judge) = &cascade.accept.value else { return Vec::new() };
            let at = cascade.accept.span.clone();
            return judge.prompt.as_deref().map(|source| (source, at)).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    own.into_iter().flatten().map(|it| (it.value.as_str(), it.span.clone())).collect()
}

fn complaints(source: &str, at: &Range<usize>, text: &str, tasks: &[Task]) -> Vec<Complaint> {
    let Ok(prompt) = Prompt::compile(source) else { return Vec::new() };
    let mut unknown = prompt.variables();
    unknown.retain(|name| !BESIDE.contains(&name.as_str()));
    let complaint = |name: String| {
        let lacks = |task: &&Task| !task.items.iter().any(|it| Prompt::brings(it).contains(&name));
        let task = tasks.iter().find(lacks)?;
        let columns: BTreeSet<String> = task.items.first().map(Prompt::brings).unwrap_or_default();
        let known = columns.iter().map(String::as_str).chain(BESIDE);
        let of = if tasks.len() > 1 { format!(" in task `{}`", task.id) } else { String::new() };
        Some(Complaint {
            message: format!("unknown variable `{name}`{of}"),
            help: Some(suggest::help(&name, known)),
            span: place(&name, at, text),
        })
    };
    unknown.into_iter().filter_map(complaint).collect()
}

/// Where the name first stands between braces from there on, or else there: what a table spans is
/// not known.
fn place(name: &str, at: &Range<usize>, text: &str) -> Range<usize> {
    let within = text.get(at.start..).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_word = |start: &usize| {
        let (before, behind) = (&within[..*start], &within[start + name.len()..]);
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let closed = before.rfind("}}").max(before.rfind("%}"));
        opened.is_some()
            && opened > closed
            && !before.ends_with(|c| is_part(c) || c == '.')
            && !behind.starts_with(is_part)
    };
    let starts = within.match_indices(name).map(|(start, _)| start);
    match starts.into_iter().find(is_word) {
        Some(start) => at.start + start..at.start + start + name.len(),
        None => at.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::load;

    #[test]
    fn a_variable_that_nobody_brings_is_told_at_its_word() {
        let folder = tempfile::tempdir().unwrap();
        let (file, items) = (folder.path().join("s.yaml"), folder.path().join("items.jsonl"));
        std::fs::write(&items, "{\"id\": 1, \"input\": \"?\", \"passage\": \"p\"}\n").unwrap();
        std::fs::write(folder.path().join("other.jsonl"), "{\"id\": 1, \"input\": \"?\"}\n")
            .unwrap();
        let told = |tasks: &str, policy: &str| -> Vec<(String, String, String)> {
            let text = format!(
                "version: 1\nname: x\ntasks: {{ t: {{ dataset: items.jsonl }}{tasks} }}\n\
                 providers: {{ p: {{ synthetic: {{}} }} }}\n\
                 models: {{ a: {{ provider: p }}, b: {{ provider: p }} }}\npolicies:\n  j: {policy}\n"
            );
            std::fs::write(&file, &text).unwrap();
            let wrong = load(&file, &[]).err().unwrap_or_default();
            let told = |it: crate::scenario::Diagnostic| {
                let help = it.help.unwrap_or_default();
                (
                    it.message,
                    text[it.span].to_owned(),
                    help[..help.find('?').unwrap_or(0)].to_owned(),
                )
            };
            wrong.into_iter().map(told).collect()
        };
        let judge =
            |words: &str| format!("{{ judge: {{ members: [a, b], by: a, prompt: {words} }} }}");
        let row = |message: &str, word: &str, help: &str| {
            vec![(message.to_owned(), word.to_owned(), help.to_owned())]
        };
        let right = "\"{{ question }}{% for c in candidates %}{{ c }}{{ passage }}{% endfor %}\"";
        assert_eq!(told("", &judge(right)), []);
        let guarded =
            "\"{{ nobody | default('') }}{% if other is defined %}{{ other }}{% endif %}\"";
        assert_eq!(told("", &judge(guarded)), []);
        assert_eq!(
            told("", &judge("\"candidats: {{ candidats }}\"")),
            row("unknown variable `candidats`", "candidats", "did you mean `candidates`")
        );
        assert_eq!(
            told("", "{ fuse: { members: [a, b], rounds: 2, again: \"{{ pasage }}\" } }"),
            row("unknown variable `pasage`", "pasage", "did you mean `passage`")
        );
        let accept = "accept: { judge: { by: a, prompt: \"{{ questoin }}\" } }";
        assert_eq!(
            told("", &format!("{{ cascade: {{ stages: [a, b], {accept} }} }}")),
            row("unknown variable `questoin`", "questoin", "did you mean `question`")
        );
        assert_eq!(
            told(", u: { dataset: other.jsonl }", &judge(right)),
            row("unknown variable `passage` in task `u`", "passage", "")
        );
    }
}
