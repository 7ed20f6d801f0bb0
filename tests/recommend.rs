//! `recommend` as its users meet it: in a scenario, from a run folder, and with mistakes.

mod support {
    pub(crate) mod command;
}

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::command::{ends, quorumbench};

/// Three models of which two are right on every item, and no two are wrong together.
fn folder(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut items, mut rows) = (String::new(), String::new());
    for id in 0..120 {
        items += &format!("{{\"id\":{id},\"input\":\"q{id}\",\"target\":\"right\"}}\n");
        for model in 0..3 {
            let answer =
                if id % 3 == model { format!("wrong {model}") } else { "right".to_owned() };
            rows += &format!(
                "{{\"id\":{id},\"model\":\"m{model}\",\"answer\":\"{answer}\",\"cost_usd\":0.00{}}}\n",
                model + 1
            );
        }
    }
    let scenario = format!(
        "version: 1\nname: rescued\ntasks:\n  t: {{ dataset: items.jsonl }}\nproviders:\n  \
         tape: {{ recorded: {{ answers: answers.jsonl }} }}\n{more}"
    );
    for (name, text) in [("items.jsonl", items), ("answers.jsonl", rows), ("s.yaml", scenario)] {
        fs::write(folder.path().join(name), text).expect("a write");
    }
    folder
}

fn summary(folder: &Path, run: &str) -> Value {
    let text = fs::read_to_string(folder.join(run).join("summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn run_recommends_where_the_scenario_wishes_for_it_and_says_why() {
    let folder = folder("recommend: { versus: best-single }\n");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let made = summary(folder.path(), "run");
    let row = &made["recommendation"];
    assert_eq!((&row["task"], &row["policy"]), (&"t".into(), &"recommended".into()));
    assert_eq!(row["earned"]["what"], "cascade(m0, m1 agree 100 %, else m2)");
    assert_eq!(row["earned"]["accuracy_of_all"]["point"], 1.0);
    let because = row["because"].as_str().expect("a text");
    for words in [
        "Use cascade(m0, m1 agree 100 %, else m2), which was chosen on 3 of 5 folds: choosing so is, \
         on items not looked at, 100.0 %",
        "above best-single (n = 120, all choices looked at together)",
        "It asks m2 on 66.7 % of the questions, and saves 33.3 % of the calls to it.",
    ] {
        assert!(because.contains(words), "{words}\n{because}");
    }
    // Its first stage by itself would be flattered by the choice, and is not shown.
    let shown = made["policies"].as_array().expect("policies");
    assert!(shown.iter().all(|it| it["policy"] != "recommended-first"), "{shown:?}");
    let report = fs::read_to_string(folder.path().join("run/report.md")).expect("a report");
    assert!(
        report.contains("## Recommended for `t`: `cascade(m0, m1 agree 100 %, else m2)`"),
        "{report}"
    );
    assert!(report.contains("| `cascade(m0, m1 agree 100 %, else m2)` | 3 of 5 |"), "{report}");
    // What it recommends is a scenario's policy as it stands.
    let yaml = row["scenario"].as_str().expect("a text");
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    fs::write(folder.path().join("with.yaml"), text + yaml).expect("a write");
    ends(&mut quorumbench(folder.path(), &["evaluate", "with.yaml", "-o", "with"]), 0);
    let rows = summary(folder.path(), "with")["policies"].clone();
    let rows = rows.as_array().expect("policies");
    let own = rows.iter().find(|it| it["policy"] == "recommended").expect("the policy");
    assert_eq!(own["accuracy_of_all"]["point"], 1.0);
}

#[test]
fn a_run_folder_gives_what_its_scenario_gives_and_the_same_bytes_again() {
    let folder = folder("");
    ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "one"]), 0);
    ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "two"]), 0);
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    assert!(summary(folder.path(), "run")["recommendation"].is_null());
    ends(&mut quorumbench(folder.path(), &["recommend", "run", "-o", "three"]), 0);
    let file = |run: &str, name: &str| fs::read(folder.path().join(run).join(name)).expect(name);
    for name in ["summary.json", "report.md", "decisions.parquet"] {
        assert_eq!(file("one", name), file("two", name), "{name}");
    }
    let [one, three] = ["one", "three"].map(|run| summary(folder.path(), run));
    assert_eq!(one["recommendation"], three["recommendation"]);
    // The provider is still the one that the scenario names.
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    let text = text + "recommend: { providers: { never: [tape] } }\n";
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    let stderr = ends(&mut quorumbench(folder.path(), &["recommend", "run", "-o", "four"]), 3);
    assert!(stderr.contains("its provider is never to be used"), "{stderr}");
}

/// A run that was cut short: the one that came to ten easy items is no match for those that came to
/// a hundred.
#[test]
fn models_that_were_asked_about_few_items_are_not_compared_with_the_rest() {
    let folder = folder("policies:\n  mine: { vote: { members: all } }\n");
    let rows = fs::read_to_string(folder.path().join("answers.jsonl")).expect("the answers");
    let is_asked = |line: &&str| {
        let row: Value = serde_json::from_str(line).expect("a row");
        let id = row["id"].as_u64().expect("a number");
        match row["model"].as_str().expect("a name") {
            "m0" => true,
            "m1" => id < 100,
            _ => id < 20 && row["answer"] == "right",
        }
    };
    let left: Vec<&str> = rows.lines().filter(is_asked).collect();
    fs::write(folder.path().join("answers.jsonl"), left.join("\n")).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    for given in ["run", "s.yaml"] {
        ends(&mut quorumbench(folder.path(), &["recommend", given, "-o", "made"]), 0);
        let made = summary(folder.path(), "made");
        let row = &made["recommendation"];
        let all = serde_json::json!(100);
        assert_eq!(row["baseline"]["accuracy_of_all"]["n"], all, "{row}");
        assert_eq!(row["baseline"]["chosen"]["m2"], Value::Null, "{row}");
        assert_eq!(row["earned"]["accuracy_of_all"]["n"], all, "{row}");
        let [left, why] = ["model", "because"].map(|key| row["left_out"][0][key].clone());
        assert_eq!((left, why), ("m2".into(), "it was asked about 14 of 120 items".into()));
        for it in row["alone"].as_array().expect("models") {
            assert_ne!(it["model"], "m2", "{it}");
            assert_eq!(it["accuracy_of_all"]["n"], all, "{it}");
        }
        let warnings = made["warnings"].as_array().expect("warnings");
        let told = warnings.iter().find(|it| it["kind"] == "unevenly_asked").expect("a warning");
        let told = told["text"].as_str().expect("a text");
        assert!(told.contains("the 100 of 120 that all in it were asked about"), "{told}");
        assert!(told.contains("left out, asked about too few: m2 (14)"), "{told}");
        // The tables are of all that was asked.
        let models = made["models"].as_array().expect("models");
        assert_eq!(models.iter().map(|it| it["asked"].as_u64()).max(), Some(Some(120)));
    }
}

/// 800 items, and what models answer to each: the model, its answer, dollars, milliseconds.
fn write_answers(folder: &Path, of: impl Fn(usize) -> Vec<(&'static str, &'static str, f64, u32)>) {
    let (mut items, mut rows) = (String::new(), String::new());
    for id in 0..800 {
        items += &format!("{{\"id\":{id},\"target\":\"right\"}}\n");
        for (model, answer, cost, ms) in of(id) {
            rows += &format!(
                "{{\"id\":{id},\"model\":\"{model}\",\"answer\":\"{answer}\",\"cost_usd\":{cost},\
                 \"latency_ms\":{ms}}}\n"
            );
        }
    }
    for (name, text) in [("items.jsonl", items), ("answers.jsonl", rows)] {
        fs::write(folder.join(name), text).expect("a write");
    }
}

/// A model that takes five seconds is of use where it is asked three times in a hundred.
#[test]
fn a_slow_model_may_stand_behind_fast_ones_that_ask_it_rarely() {
    let folder = folder("recommend: { p95_ms_at_most: 1000 }\n");
    write_answers(folder.path(), |id| {
        vec![
            ("a", if id % 67 == 1 { "a" } else { "right" }, 0.001, 100),
            ("b", if id % 67 == 2 { "b" } else { "right" }, 0.001, 110),
            ("sage", "right", 0.02, 5000),
        ]
    });
    ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "run"]), 0);
    let row = &summary(folder.path(), "run")["recommendation"];
    assert_eq!(row["earned"]["what"], "cascade(a, b agree 100 %, else sage)", "{}", row["because"]);
    assert_eq!(row["earned"]["p95_ms"], 110.0);
    assert_eq!(row["slow"], serde_json::json!(["sage"]));
    // What it is compared with keeps to the limit too.
    assert_eq!(row["earned"]["versus"]["policy"], "best-single within the time");
    assert!(row["baseline"]["chosen"]["sage"].is_null(), "{}", row["baseline"]);
    let report = fs::read_to_string(folder.path().join("run/report.md")).expect("a report");
    assert!(report.contains("Too slow alone, and asked only behind others: sage."), "{report}");
}

#[test]
fn what_stands_in_for_a_first_find_keeps_to_time_and_loss() {
    let wish = "recommend: { p95_ms_at_most: 1000, accuracy_loss_at_most: 0.0175 }\n";
    let folder = folder(wish);
    write_answers(folder.path(), |id| {
        // The cheap two are wrong together now and then, so that they may lose too much.
        let both = id % 100 == 7;
        let cheap = |own, at| match (both, id % 67 == at) {
            (true, _) => "both",
            (_, true) => own,
            _ => "right",
        };
        vec![
            ("a", cheap("a", 1), 0.001, 100),
            ("b", cheap("b", 2), 0.001, 110),
            ("c", if id % 67 == 3 { "c" } else { "right" }, 0.002, 120),
            ("d", if id % 67 == 4 { "d" } else { "right" }, 0.002, 130),
            ("sage", "right", 0.02, 5000),
        ]
    });
    ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "run"]), 0);
    let row = &summary(folder.path(), "run")["recommendation"];
    assert_eq!(row["verdict"], "combination", "{}", row["because"]);
    let choices = row["choices"].as_array().expect("choices");
    let listed = choices.iter().find(|it| it["earned"]["what"] == row["earned"]["what"]);
    let listed = listed.unwrap_or_else(|| panic!("not a choice: {}", row["because"]));
    assert_eq!(row["earned"]["versus"], listed["to_baseline"]);
    let low = row["earned"]["versus"]["simultaneous"]["low"].as_f64().expect("an end");
    let p95 = row["earned"]["p95_ms"].as_f64().expect("a time");
    assert!(low >= -0.0175 && p95 <= 1000.0, "{}", row["because"]);
}

#[test]
fn who_is_down_in_an_outage_gets_somebody_behind_it() {
    // The best model's provider is down half of the time; the other one is always there.
    let folder = tempfile::tempdir().expect("a folder");
    let (mut items, mut rows) = (String::new(), [String::new(), String::new()]);
    for id in 0..100 {
        items += &format!("{{\"id\":{id},\"target\":\"right\"}}\n");
        for (model, wrong) in [("best", 20), ("fair", 5)] {
            let answer = if id % wrong == 0 { "wrong" } else { "right" };
            rows[usize::from(model == "fair")] += &format!(
                "{{\"id\":{id},\"model\":\"{model}\",\"answer\":\"{answer}\",\"cost_usd\":0.001,\
                 \"latency_ms\":100}}\n"
            );
        }
    }
    let scenario = |recommend: &str| {
        format!(
            "version: 1\nname: down\ntasks:\n  t: {{ dataset: items.jsonl }}\nproviders:\n  \
             one: {{ recorded: {{ answers: one.jsonl }} }}\n  two: {{ recorded: {{ answers: \
             two.jsonl }} }}\nfaults:\n  down: {{ outage: {{ of: {{ model: best }}, at: 0s, \
             for: 30m }} }}\ntraffic: {{ poisson: {{ rate: 1/s, for: 1h }} }}\n\
             recommend: {{ {recommend} }}\n"
        )
    };
    let [one, two] = rows;
    for (name, text) in [("items.jsonl", &items), ("one.jsonl", &one), ("two.jsonl", &two)] {
        fs::write(folder.path().join(name), text).expect("a write");
    }
    let recommended = |recommend: &str| {
        fs::write(folder.path().join("s.yaml"), scenario(recommend)).expect("a write");
        ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "run"]), 0);
        summary(folder.path(), "run")["recommendation"].clone()
    };
    assert_eq!(recommended("versus: best-single")["policy"], "best");
    let row = recommended("availability_at_least: 0.99");
    let because = row["because"].as_str().expect("a text");
    assert_eq!(row["earned"]["what"], "failover(best, where it fails fair)", "{because}");
    assert_eq!(row["earned"]["served_in_outages"], 1.0);
    let alone = row["contender"]["served_in_outages"].as_f64().expect("a share");
    assert!((alone - 0.5).abs() < 0.05, "{alone}");
    assert!(
        because.contains("100.0 % of the requests in the scenario's outages, where best alone"),
        "{because}"
    );
    assert!(because.contains("and 99.0 % are asked for"), "{because}");
    // What nobody reaches is not claimed to be reached.
    let row = recommended("availability_at_least: 0.4");
    assert_eq!((&row["policy"], &row["contender"]["kind"]), (&"best".into(), &"failover".into()));
}

#[test]
fn every_mistake_of_a_wish_is_told_at_its_word() {
    let folder = folder(
        "recommend:\n  versus: nobody\n  accuracy_loss_at_most: 1.5\n  cost_per_1k_at_most: -1\n  \
         providers: { never: [tap] }\n  task: u\n  p95: 3\n",
    );
    let stderr = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
    for words in [
        "unknown policy or model `nobody`",
        "1.5 is not between 0 and 1",
        "-1 is not a price: dollars per thousand items",
        "unknown provider `tap`",
        "did you mean `tape`?",
        "unknown task `u`",
        "unknown key `p95`",
        "6 mistakes",
    ] {
        assert!(stderr.contains(words), "{words}\n{stderr}");
    }
}

#[test]
fn what_nobody_keeps_to_is_an_error_of_recommend_and_a_warning_of_run() {
    let folder = folder("recommend: { cost_per_1k_at_most: 0.1 }\n");
    let stderr = ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "one"]), 3);
    assert!(
        stderr.contains("no model keeps to the limits; the cheapest is m0 at $1.0000"),
        "{stderr}"
    );
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let made = summary(folder.path(), "run");
    assert!(made["recommendation"].is_null());
    let warnings = made["warnings"].as_array().expect("warnings");
    assert!(warnings.iter().any(|it| it["kind"] == "no_recommendation"), "{warnings:?}");
}

#[test]
fn what_was_typed_wrong_ends_as_wrong_usage_and_what_files_lack_as_invalid() {
    let folder = folder("");
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    let two = text.replace("tasks:\n", "tasks:\n  u: { dataset: items.jsonl }\n");
    fs::write(folder.path().join("two.yaml"), two).expect("a write");
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    for (args, code, words) in [
        (&["recommend", "s.yaml", "--task", "u"][..], 2, "there is none of that name; there is t"),
        (&["recommend", "two.yaml"], 2, "say which by `--task`"),
        (&["recommend", "gone"], 3, "gone"),
        (&["recommend", "empty"], 3, "run.json"),
        (&["recommend", "s.yaml", "--export", "litellm", "--of", "x"], 2, "is called so"),
        (&["simulate", "s.yaml"], 3, "traffic: { poisson:"),
        (&["drill", "s.yaml"], 3, "traffic: { poisson:"),
        (&["report", "gone"], 3, "summary.json"),
        (&["report", "empty"], 3, "summary.json"),
        (&["compare", "empty", "gone"], 3, "summary.json"),
        (&["store", "list", "s.yaml"], 3, "there is none"),
    ] {
        let stderr = ends(&mut quorumbench(folder.path(), args), code);
        assert!(stderr.contains(words), "{args:?}: {stderr}");
    }
    fs::write(folder.path().join("empty/summary.json"), "{}").expect("a write");
    ends(&mut quorumbench(folder.path(), &["report", "empty"]), 3);
}

#[test]
fn a_run_folder_finds_its_scenario_from_anywhere_or_says_what_to_do() {
    let folder = folder("");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "reports/run"]), 0);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("reports/run").display().to_string();
    ends(&mut quorumbench(elsewhere.path(), &["recommend", &run, "-o", "made"]), 0);
    assert_eq!(summary(elsewhere.path(), "made")["recommendation"]["policy"], "recommended");
    ends(&mut quorumbench(&folder.path().join("reports"), &["recommend", "run", "-o", "made"]), 0);
    fs::rename(folder.path().join("s.yaml"), folder.path().join("other.yaml")).expect("a move");
    // Another scenario of that name is not the one.
    fs::copy(folder.path().join("other.yaml"), folder.path().join("s.yaml")).expect("a copy");
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    fs::write(folder.path().join("s.yaml"), text + "# changed\n").expect("a write");
    let stderr = ends(&mut quorumbench(elsewhere.path(), &["recommend", &run]), 3);
    assert!(stderr.contains("s.yaml is neither here nor, as it was then, beside"), "{stderr}");
    assert!(stderr.contains("or give the scenario itself"), "{stderr}");
}
