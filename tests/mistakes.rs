//! What is wrong with a user's files is told with its place, all of it at once, as exit code 3.

mod support {
    pub(crate) mod command;
}

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use support::command::{ends, quorumbench};
use tempfile::TempDir;

/// A scenario without a mistake, over [`ITEMS`] and [`ANSWERS`].
const GOOD: &str = "version: 1
name: good
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
";
const ITEMS: &str = "{\"id\":1,\"input\":\"?\",\"target\":\"x\"}\n{\"id\":2,\"target\":\"y\"}\n";
const ANSWERS: &str = "{\"id\":1,\"model\":\"a\",\"answer\":\"x\"}\n\
                       {\"id\":1,\"model\":\"b\",\"answer\":\"y\"}\n";

/// Files in place of the good ones, where the first complaint is, and what it says.
struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static [u8])],
    place: &'static str,
    words: &'static str,
}

#[test]
fn a_scenario_without_a_mistake_is_evaluated() {
    let folder = folder(&[]);
    ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    assert!(folder.path().join("run/summary.json").exists());
}

#[test]
fn a_flag_that_names_what_is_not_there_is_wrong_usage() {
    let folder = folder(&[]);
    for (flag, name) in [("--policy", "trio"), ("--model", "c"), ("--item-id", "9")] {
        ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", flag, name]), 2);
    }
}

#[test]
fn six_mistakes_are_told_at_once_each_underlined() {
    const SIX: &str = "version: 1
name: six
sead: 7
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
models:
  m: { provider: q }
policies:
  kind: { vote: { members: [a, b], rule: majoritty } }
  member: { vote: { members: [a, nobody] } }
  itself: { cascade: { stages: [a, itself], accept: { agreement: 0.5 } } }
  range: { cascade: { stages: [a, b], accept: { agreement: 1.5 } } }
";
    let stderr = complaints(&[("s.yaml", SIX.as_bytes())]);
    for (line, word, words) in [
        (3, "sead", "unknown key `sead`"),
        (9, "q", "unknown provider `q`"),
        (11, "majoritty", "unknown kind `majoritty`"),
        (12, "nobody", "unknown model or policy `nobody`"),
        (13, "itself", "`itself` is made of itself by way of `itself`"),
        (14, "1.5", "1.5 is not between 0 and 1"),
    ] {
        let text = SIX.lines().nth(line - 1).expect("a line");
        let column = text.rfind(word).expect("the word") + 1;
        let place = format!("--> s.yaml:{line}:{column}\n");
        let told = stderr.split("\n\n").find(|told| told.contains(&place));
        let told = told.unwrap_or_else(|| panic!("nothing at {place} in\n{stderr}"));
        assert!(told.contains(words), "{told}");
        let marks: Vec<usize> =
            told.lines().map(|line| line.matches('^').count()).filter(|n| *n > 0).collect();
        assert_eq!(marks, [word.len()], "{told}");
        let help = told.lines().any(|line| line.contains("help:"));
        assert!(help || word == "1.5", "what would be right? {told}");
    }
    assert!(stderr.trim_end().ends_with("6 mistakes"), "{stderr}");
}

#[test]
fn a_broken_scenario_is_told_with_its_line() {
    check(&[
        Case {
            name: "a bracket that stays open",
            files: &[("s.yaml", b"version: 1\nname: x\ntasks: [t: {\n")],
            place: "s.yaml:3:",
            words: "unclosed bracket",
        },
        Case {
            name: "an indentation that means nothing",
            files: &[("s.yaml", b"version: 1\nname: x\n  tasks: 3\n")],
            place: "s.yaml:3:",
            words: "mapping values are not allowed",
        },
        Case {
            name: "a key twice",
            files: &[("s.yaml", b"version: 1\nname: x\nname: y\ntasks: {}\nproviders: {}\n")],
            place: "s.yaml:3:1",
            words: "the key `name` stands twice here",
        },
        Case {
            name: "bytes that are no text",
            files: &[("s.yaml", b"version: 1\nname: caf\xe9\n")],
            place: "s.yaml:2:1",
            words: "is not UTF-8",
        },
        Case {
            name: "a missing dataset",
            files: &[(
                "s.yaml",
                b"version: 1
name: x
tasks:
  t: { dataset: nowhere.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
",
            )],
            place: "s.yaml:4:17",
            words: "nowhere.jsonl: there is no such file or folder",
        },
        Case {
            name: "a dataset with a slip in its name",
            files: &[(
                "s.yaml",
                b"version: 1
name: x
tasks:
  t: { dataset: itmes.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
",
            )],
            place: "s.yaml:4:17",
            words: "help: did you mean `items.jsonl`? in . there are: answers.jsonl, items.jsonl, \
                    s.yaml",
        },
    ]);
}

#[test]
fn a_word_where_a_table_belongs_is_told_with_the_keys_that_are_known() {
    for (text, place, words, help) in [
        (
            "tasks: { t: items.jsonl }\nproviders: {}\n",
            "3:13",
            "expected a table of options, found the text `items.jsonl`",
            "help: write { dataset: … }; known here: dataset, fields, ",
        ),
        (
            "tasks: {}\nproviders: {}\npolicies: { p: { vote: [a, b] } }\n",
            "5:24",
            "expected a table of options, found a list",
            "help: write { members: … }; known here: members, rule, ",
        ),
        (
            "tasks: {}\nproviders: {}\npolicies: { p: { vote: { members: all, quorum: two } } }\n",
            "5:48",
            "expected a whole number, found the text `two`",
            "",
        ),
    ] {
        let scenario = format!("version: 1\nname: x\n{text}");
        let stderr = complaints(&[("s.yaml", scenario.as_bytes())]);
        let place = format!("--> s.yaml:{place}\n");
        let told = stderr.split("\n\n").find(|told| told.contains(&place));
        let told = told.unwrap_or_else(|| panic!("nothing at {place} in\n{stderr}"));
        assert!(told.contains(words) && told.contains(help), "{told}");
    }
}

#[test]
fn what_cannot_be_judged_is_told_before_anybody_is_asked() {
    const LIVE: &[u8] = b"version: 1
name: x
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { openai: { base_url: \"http://127.0.0.1:9/v1\" } }
models:
  m: { provider: p }
";
    const UNTOLD: &[u8] =
        b"{\"id\":1,\"input\":\"?\",\"target\":\"x\"}\n{\"id\":2,\"input\":\"?\"}\n";
    const OF_UNTOLD: &[u8] = b"{\"id\":2,\"model\":\"a\",\"answer\":\"x\"}\n";
    let files = [("s.yaml", LIVE), ("items.jsonl", UNTOLD), ("answers.jsonl", OF_UNTOLD)];
    for (command, files, model) in [
        ("check", &files[..], "m"),
        ("run", &files[..], "m"),
        // Recorded: nobody would be asked, and there is no verdict either.
        ("check", &files[1..], "a"),
        ("evaluate", &files[1..], "a"),
    ] {
        let folder = folder(files);
        let stderr = ends(&mut quorumbench(folder.path(), &[command, "s.yaml"]), 3);
        let words = format!("item 2 of task t: it has no target, and {model} no recorded verdict");
        assert!(stderr.contains(&words), "{command}:\n{stderr}");
    }
}

#[test]
fn a_folder_that_is_used_again_holds_no_table_of_the_run_before() {
    const SECOND: &str = "{\"id\":2,\"model\":\"a\",\"answer\":\"y\"}\n\
                          {\"id\":2,\"model\":\"b\",\"answer\":\"y\"}\n";
    let folder = folder(&[("answers.jsonl", format!("{ANSWERS}{SECOND}").as_bytes())]);
    let vote: &str = "policies:\n  v: { vote: { members: [a, b] } }\n";
    let run = |scenario: &str| {
        write(&folder.path().join("s.yaml"), scenario.as_bytes());
        ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    };
    run(&format!("{GOOD}{vote}"));
    write(&folder.path().join("run/notes.csv"), b"mine");
    let is_here = |name: &str| folder.path().join("run").join(name).exists();
    let of_votes = ["gains.csv", "gains.parquet", "contributions.csv", "contributions.parquet"];
    assert!(of_votes.iter().all(|name| is_here(name)));
    run(GOOD);
    assert!(!of_votes.iter().any(|name| is_here(name)), "tables of a vote that is not there");
    assert!(is_here("notes.csv") && is_here("models.csv"), "what is not ours stays");
}

#[test]
fn a_name_that_cannot_be_is_told_with_its_line() {
    check(&[
        Case {
            name: "a model with a reserved name",
            files: &[(
                "s.yaml",
                b"version: 1
name: x
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
models:
  oracle: { provider: p }
",
            )],
            place: "s.yaml:8:3",
            words: "`oracle` is a reserved name",
        },
        Case {
            name: "a policy with a reserved name",
            files: &[(
                "s.yaml",
                b"version: 1
name: x
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
policies:
  \"@cache\": { vote: { members: all } }
",
            )],
            place: "s.yaml:8:3",
            words: "`@cache` is a reserved name",
        },
        Case {
            name: "a reserved name in a recording",
            files: &[("answers.jsonl", b"{\"id\":1,\"model\":\"best-single\",\"answer\":\"x\"}\n")],
            place: "s.yaml:6:29",
            words: "`best-single` is a reserved name",
        },
        Case {
            name: "a policy with the name of a recorded model",
            files: &[(
                "s.yaml",
                b"version: 1
name: x
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
policies:
  a: { vote: { members: all } }
",
            )],
            place: "s.yaml:8:3",
            words: "`a` is a model already",
        },
    ]);
}

#[test]
fn a_broken_dataset_is_told_with_its_line() {
    check(&[
        Case {
            name: "a line that is no JSON",
            files: &[("items.jsonl", b"{\"id\":1}\n\n{\"id\":\n{\"id\":4}\n")],
            place: "items.jsonl:3:1",
            words: "is not JSON: EOF while parsing a value at column 6",
        },
        Case {
            name: "an id twice",
            files: &[("items.jsonl", b"{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n")],
            place: "items.jsonl:3:1",
            words: "repeats the id `1` of line 1",
        },
        Case {
            name: "nothing in it",
            files: &[("items.jsonl", b"\n\n")],
            place: "s.yaml:4:17",
            words: "items.jsonl: is empty",
        },
        Case {
            name: "bytes that are no text",
            files: &[("items.jsonl", b"{\"id\":1}\n{\"id\":\"caf\xe9\"}\n")],
            place: "items.jsonl:2",
            words: "is not UTF-8",
        },
    ]);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_told_and_not_kept() {
    let folder = folder(&[]);
    let mut file = File::create(folder.path().join("items.jsonl")).expect("a file");
    file.write_all(b"{\"id\":1,\"target\":\"x\"}\n").expect("a write");
    // A hole reads as zeros, and takes neither time nor space.
    file.seek(SeekFrom::Current(100 << 20)).expect("a seek");
    file.write_all(b"\n{\"id\":1,\"target\":\"x\"}\n").expect("a write");
    let stderr = ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 3);
    for words in ["items.jsonl:2", "is longer than 16 MiB", "items.jsonl:3", "repeats the id `1`"] {
        assert!(stderr.contains(words), "{words}:\n{stderr}");
    }
}

#[test]
fn a_vote_over_verdicts_without_answers_is_refused() {
    const VOTE: &[u8] = b"version: 1
name: x
tasks:
  t: { dataset: items.jsonl }
providers:
  p: { recorded: { answers: answers.jsonl } }
policies:
  both: { vote: { members: all } }
";
    const VERDICTS: &[u8] = b"{\"id\":1,\"model\":\"a\",\"correct\":1}\n\
                              {\"id\":1,\"model\":\"b\",\"correct\":0}\n";
    check(&[Case {
        name: "only `correct`",
        files: &[("s.yaml", VOTE), ("answers.jsonl", VERDICTS)],
        place: "",
        words: "`both` votes, but the recording of `a` has only verdicts",
    }]);
}

fn check(cases: &[Case]) {
    for Case { name, files, place, words } in cases {
        let stderr = complaints(files);
        assert!(stderr.contains(place), "{name}: not at {place}:\n{stderr}");
        assert!(stderr.contains(words), "{name}: not `{words}`:\n{stderr}");
        assert!(!stderr.contains("panicked"), "{name}:\n{stderr}");
    }
}

/// What `evaluate` says of these files. It ends with 3 and writes no report.
fn complaints(files: &[(&str, &[u8])]) -> String {
    let folder = folder(files);
    let stderr = ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 3);
    assert!(!folder.path().join("run").exists(), "a run folder was made");
    stderr
}

/// A folder with the good files, and `files` in place of some of them.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let good = [("s.yaml", GOOD), ("items.jsonl", ITEMS), ("answers.jsonl", ANSWERS)];
    for (name, text) in good {
        write(&folder.path().join(name), text.as_bytes());
    }
    for (name, bytes) in files {
        write(&folder.path().join(name), bytes);
    }
    folder
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("a write");
}
