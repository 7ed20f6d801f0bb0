//! What is wrong with the words of tasks, and of those who ask about answers: variables that nobody
//! brings.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value};

use super::plan::Task;
use super::raw::{RawPolicy, RawScenario};
use super::read::Complaint;
use super::suggest;
use crate::data::Item;
use crate::kernel::Spanned;
use crate::policy::{Accept, How};
use crate::task::prompt::Prompt;

/// What is there beside the columns of an item.
const BESIDE: [&str; 2] = ["question", "candidates"];

/// So many items of a task the words are rendered for at most, to see whether they can be.
const TRIED: usize = 1000;

/// A policy's own words, where they stand, and how many answers they show.
struct Words<'a> {
    source: &'a str,
    at: Range<usize>,
    shown: usize,
}

/// Variables that no item of some task brings and without which words can't be rendered for one,
/// each at its word in `text`.
///
/// A template that can't be read at all is complained of elsewhere.
pub(super) fn resolve(raw: &RawScenario, text: &str, tasks: &[Task]) -> Vec<Complaint> {
    // Of a dataset that can't be read nobody knows the columns.
    if tasks.len() < raw.tasks.0.len() {
        return Vec::new();
    }
    let words = raw.policies.0.iter().flat_map(|(_, policy)| words(policy));
    words.flat_map(|words| complaints(&words, text, tasks)).collect()
}

fn words(policy: &RawPolicy) -> Vec<Words<'_>> {
    let (own, shown) = match policy {
        RawPolicy::Judge(judge) if judge.how == How::Grade => (vec![&judge.prompt], 1),
        RawPolicy::Judge(judge) => (vec![&judge.prompt], 2),
        RawPolicy::Fuse(fuse) => (vec![&fuse.prompt, &fuse.again], 2),
        RawPolicy::Cascade(cascade) => {
            let Accept::Judge(judge) = &cascade.accept.value else { return Vec::new() };
            let at = cascade.accept.span.clone();
            let words = judge.prompt.as_deref().map(|source| Words { source, at, shown: 1 });
            return words.into_iter().collect();
        }
        _ => return Vec::new(),
    };
    let own = own.into_iter().flatten();
    own.map(|it| Words { source: &it.value, at: it.span.clone(), shown }).collect()
}

/// The same for a task's own words, of what its items bring.
pub(super) fn of_task(source: &Spanned<String>, text: &str, items: &[Item]) -> Vec<Complaint> {
    let Ok(prompt) = Prompt::compile(&source.value) else { return Vec::new() };
    let missed = missed(&prompt, items, &|_| Map::new());
    let at = &source.span;
    missed.iter().map(|name| complaint(name, "", (at, text), items, &[])).collect()
}

fn complaints(words: &Words<'_>, text: &str, tasks: &[Task]) -> Vec<Complaint> {
    let Ok(prompt) = Prompt::compile(words.source) else { return Vec::new() };
    let (mut told, mut complaints) = (BTreeSet::new(), Vec::new());
    for task in tasks {
        let beside = |item: &Item| {
            let question = task.prompt.prompt.render(item).unwrap_or_default();
            let candidates = vec!["an answer"; words.shown];
            let [one, other] = BESIDE.map(str::to_owned);
            Map::from_iter([(one, question.into()), (other, candidates.into())])
        };
        for name in missed(&prompt, &task.items, &beside) {
            if !told.insert(name.clone()) {
                continue;
            }
            let of =
                if tasks.len() > 1 { format!(" in task `{}`", task.id) } else { String::new() };
            complaints.push(complaint(&name, &of, (&words.at, text), &task.items, &BESIDE));
        }
    }
    complaints
}

fn complaint(
    name: &str,
    of: &str,
    (at, text): (&Range<usize>, &str),
    items: &[Item],
    beside: &[&str],
) -> Complaint {
    let columns = items.first().map(Prompt::brings).unwrap_or_default();
    let known = columns.iter().map(String::as_str).chain(beside.iter().copied());
    Complaint {
        message: format!("unknown variable `{name}`{of}"),
        help: Some(suggest::help(name, known)),
        span: place(name, at, text),
    }
}

/// What an item fails for, of what no item brings and what is not there beside it.
fn missed(
    prompt: &Prompt,
    items: &[Item],
    beside: &dyn Fn(&Item) -> Map<String, Value>,
) -> Vec<String> {
    let mut unknown = prompt.variables();
    let mut missed = Vec::new();
    let Some(first) = items.first() else { return missed };
    let there = beside(first);
    let brings = |name: &String| items.iter().any(|it| Prompt::brings(it).contains(name));
    unknown.retain(|name| !there.contains_key(name) && !brings(name));
    if unknown.is_empty() {
        return missed;
    }
    for item in items.iter().take(TRIED) {
        let mut more = beside(item);
        // With something in its place, what is behind it is tried as well.
        while let Some(name) = prompt.misses(item, more.clone())
            && unknown.remove(&name)
        {
            more.insert(name.clone(), Value::Array(Vec::new()));
            missed.push(name);
        }
        if !missed.is_empty() {
            break;
        }
    }
    missed
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

    const ITEM: &str = "{\"id\": 1, \"input\": \"?\", \"category\": \"rag\", \"passage\": \"p\"}\n";
    const OTHER: &str = "{\"id\": 1, \"input\": \"?\", \"category\": \"a\"}\n";

    #[test]
    fn a_variable_that_nobody_brings_is_told_at_its_word() {
        let folder = tempfile::tempdir().unwrap();
        let (file, items) = (folder.path().join("s.yaml"), folder.path().join("items.jsonl"));
        std::fs::write(&items, ITEM).unwrap();
        std::fs::write(folder.path().join("other.jsonl"), OTHER).unwrap();
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
        for renders in [
            "{{ (nobody)|default('') }}",
            "{{ [nobody,'b']|first|default('z') }}",
            "{% if nobody is none %}{% endif %}",
            "{% if category == 'zz' %}{{ nobody }}{% endif %}",
            "{% if candidates|length == 1 %}{{ nobody }}{% endif %}",
        ] {
            assert_eq!(told("", &judge(&format!("\"{renders}\""))), [], "{renders}");
        }
        assert_eq!(
            told("", &judge("\"{{ candidats }}{{ passage }}{{ pasage }}{{ pasage }}\"")),
            [
                row("unknown variable `candidats`", "candidats", "did you mean `candidates`"),
                row("unknown variable `pasage`", "pasage", "did you mean `passage`"),
            ]
            .concat()
        );
        let branch = "\"{% if category == 'rag' %}{{ passage }}{% endif %}\"";
        assert_eq!(told(", u: { dataset: other.jsonl }", &judge(branch)), []);
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

    #[test]
    fn what_is_wrong_with_the_words_of_tasks_is_told_with_all_other_mistakes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("items.jsonl"), ITEM).unwrap();
        let text = "version: 1
name: x
tasks:
  t:
    dataset: items.jsonl
    system: \"pasage: {{ pasage }}\"
    prompt: |
      {{ passage }}{{ other | default('') }}
      {{ inputs }}
      {{ pasage }}
    extract: { regex: { pattern: \"(\" } }
  u: { dataset: items.jsonl, system: \"{{ id\", prompt: \"{{ categroy }}\" }
  w: { dataset: items.jsonl, prompt: \"{{ input }}{{ category }}\" }
providers: { p: { synthetic: {} } }
models: { a: { provider: p }, b: { provider: p } }
policies: { v: { vote: { members: [a, c] } } }
";
        let file = folder.path().join("s.yaml");
        std::fs::write(&file, text).unwrap();
        let wrong = load(&file, &[]).expect_err("mistakes");
        let told: Vec<(usize, &str, &str)> = wrong
            .iter()
            .map(|it| (it.line(), &text[it.span.clone()], it.help.as_deref().unwrap_or_default()))
            .filter(|(_, word, _)| !word.contains(['(', '{']))
            .map(|(line, word, help)| (line, word, &help[..help.find('?').unwrap_or(0)]))
            .collect();
        assert_eq!(
            told,
            [
                (6, "pasage", "did you mean `passage`"),
                (9, "inputs", "did you mean `input`"),
                (10, "pasage", "did you mean `passage`"),
                (12, "categroy", "did you mean `category`"),
                (16, "c", ""),
            ]
        );
        assert_eq!(wrong.len(), 7, "the pattern and the brace too: {wrong:?}");
        let help = wrong[0].help.as_deref().unwrap();
        assert!(help.contains("known here: category, choices, id, input, passage"), "{help}");
    }
}
