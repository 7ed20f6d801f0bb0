//! What CI systems are given: the action, the examples of the page, and annotations.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::command::{ends, quorumbench};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(repository().join(name)).expect(name)
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Every `--flag` behind a subcommand of ours is one that its help lists.
fn flags_exist(text: &str) {
    for line in text.lines().map(str::trim) {
        let call = line.split_once("quorumbench ").or_else(|| line.split_once("\"$QUORUMBENCH\" "));
        let Some((_, call)) = call else { continue };
        let command = call.split(' ').next().expect("a word");
        if !["run", "compare", "report"].contains(&command) {
            continue;
        }
        let help = quorumbench(repository(), &[command, "--help"]).output().expect("it starts");
        let help = String::from_utf8(help.stdout).expect("UTF-8");
        for flag in call.split(' ').filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "{command} has no {flag}");
        }
    }
}

#[test]
fn the_action_uses_what_it_declares_and_what_the_command_has() {
    let text = read("action.yml");
    let action = yaml(&text);
    let inputs = action["inputs"].as_object().expect("inputs");
    let used: Vec<&str> = text
        .split("inputs.")
        .skip(1)
        .map(|rest| rest.split(|it: char| !it.is_ascii_alphanumeric()).next().expect("a name"))
        .collect();
    for name in &used {
        assert!(inputs.contains_key(*name), "{name} is not declared");
    }
    for name in inputs.keys() {
        assert!(used.contains(&name.as_str()), "{name} is not used");
    }
    let steps = action["runs"]["steps"].as_array().expect("steps");
    for step in steps {
        assert!(step["uses"].is_string() != step["run"].is_string(), "{step}");
        assert!(step["run"].is_null() || step["shell"] == "bash", "{step}");
        // What a user may set is never put into a script's text.
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
    }
    flags_exist(&text);
}

#[test]
fn the_examples_of_the_page_hold() {
    let page = read("docs/ci.md");
    let action = yaml(&read("action.yml"));
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let (block, _) = block.split_once("```").expect("an end");
        let example = yaml(block);
        let steps = example["jobs"]["models"]["steps"].as_array();
        let ours = steps.and_then(|steps| steps.iter().find(|step| step["with"].is_object()));
        let given = ours.and_then(|step| step["with"].as_object());
        for name in given.into_iter().flat_map(|given| given.keys()) {
            assert!(action["inputs"][name].is_object(), "{name} is no input");
        }
        flags_exist(block);
    }
}

#[test]
fn gates_and_mistakes_are_annotated_at_their_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let rows = |row: &dyn Fn(u32) -> String| (0..20).map(row).collect::<String>();
    let items = rows(&|id| format!("{{\"id\":{id},\"target\":\"x\"}}\n"));
    let answers = rows(&|id| format!("{{\"id\":{id},\"model\":\"m\",\"answer\":\"x\"}}\n"));
    let scenario = "version: 1\nname: s\ntasks: { t: { dataset: items.jsonl } }\n\
                    providers: { p: { recorded: { answers: answers.jsonl } } }\ngates:\n  \
                    good: { threshold: { of: m, metric: accuracy, at_least: 0.5 } }\n  \
                    open: { threshold: { of: m, metric: accuracy, at_least: 0.95 } }\n\n  \
                    low: { threshold: { of: m, metric: accuracy, at_most: 0.5 } }\n";
    let broken =
        scenario.replace("of: m, metric: accuracy, at_most", "of: n, metric: accuracy, at_most");
    let files = [("items.jsonl", &items), ("answers.jsonl", &answers), ("b.yaml", &broken)];
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("a write");
    }
    fs::write(folder.join("s.yaml"), scenario).expect("a write");
    let annotations = |args: &[&str], code: i32| -> Vec<String> {
        let told = ends(quorumbench(folder, args).env("GITHUB_ACTIONS", "true"), code);
        let lines = told.lines().filter(|line| line.starts_with("::"));
        lines
            .map(|line| line.split_once("::accuracy").map_or(line, |(head, _)| head).to_owned())
            .collect()
    };
    let run = ["run", "s.yaml", "-o", "out"];
    let error = |line: usize, title: &str| format!("::error file=s.yaml,line={line},title={title}");
    assert_eq!(
        annotations(&run, 100),
        [error(7, "Gate open inconclusive"), error(9, "Gate low failed")]
    );
    let lenient: Vec<&str> = run.into_iter().chain(["--inconclusive", "pass"]).collect();
    assert!(annotations(&lenient, 100)[0].starts_with("::warning file=s.yaml,line=7"));
    let mistakes = annotations(&["run", "b.yaml", "-o", "out"], 3);
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(
        mistakes[0].starts_with("::error file=b.yaml,line=9,title=Mistake::unknown policy `n`")
    );
    assert!(!ends(&mut quorumbench(folder, &run), 100).contains("::error"), "only on GitHub");
}
