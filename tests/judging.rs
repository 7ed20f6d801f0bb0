//! Questions made of answers, over a real server on the loopback interface: asked in rounds, once
//! each, kept, read again, and paid for.

mod support {
    pub(crate) mod command;
    pub(crate) mod loopback;
    pub(crate) mod serve;
}

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use support::command::{ends, quorumbench};
use support::loopback::{Answer, Asked, Loopback, wait};
use support::serve::Served;
use tempfile::TempDir;

const N_ITEMS: usize = 12;

const POLICIES: &str = "
policies:
  trio: { vote: { members: [a, b, c], ties: alphabetical } }
  judged: { judge: { members: [a, b, c], by: j } }
  pairs: { judge: { members: [a, b, c], by: j, how: pairwise } }
  graded: { judge: { members: [a, b], by: j, how: grade } }
  fused: { fuse: { members: [a, b, c], by: j } }
  layers: { fuse: { members: [a, b], by: j, rounds: 2 } }
  debate: { fuse: { members: [a, b, c] } }
  checked: { cascade: { stages: [b, a], accept: { judge: { by: j } } } }
  over: { judge: { members: [fused, b], by: j } }
";

/// Who is always right is `a`, and `b` never is; `c` is on every other item. The judge `j` prefers
/// what is right, and answers with something of its own on every third item.
fn says(asked: &Asked) -> Answer {
    let body: Value = serde_json::from_str(&asked.body).expect("the body is JSON");
    let content = body["messages"][0]["content"].as_str().expect("a message");
    let model = body["model"].as_str().expect("a model");
    let n: usize = content
        .split_once("Say w")
        .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .expect("an item");
    let right = format!("w{n}");
    let of_first = |text: &str| text.lines().next().is_some_and(|line| line == right);
    let shown: Vec<&str> = content.split("Response").skip(1).collect();
    let starts = |text: &&str| text.split_once(":\n").is_some_and(|(_, rest)| of_first(rest));
    let text = if content.contains("Which response") {
        let best = shown.iter().position(starts).map_or(1, |at| at + 1);
        format!("I compared them.\n\n**Best: {best}**")
    } else if content.contains("How good is") {
        let good = content.contains(&format!("Response:\n{right}\n"));
        format!("Grade: {}", if good { 9 } else { 2 })
    } else if content.contains("Is the response right") {
        let good = content.contains(&format!("Response:\n{right}\n"));
        format!("Right: {}", if good { "yes" } else { "no" })
    } else if content.contains("Others were asked") && n.is_multiple_of(3) {
        format!("z{n}")
    } else {
        match model {
            "b" => format!("x{n}"),
            "c" if n.is_multiple_of(2) => format!("x{n}"),
            _ => right,
        }
    };
    Answer::says(&text)
}

fn scenario(base_url: &str, more: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let item = |at| format!("{{\"id\":{at},\"input\":\"Say w{at}\",\"target\":\"w{at}\"}}\n");
    let items: String = (0..N_ITEMS).map(item).collect();
    fs::write(folder.path().join("items.jsonl"), items).expect("a write");
    let model = |name: &str| {
        format!(
            "  {name}: {{ provider: p, price: {{ input: 1, output: 1 }}, limits: {{ connections: 2 }} }}\n"
        )
    };
    let models: String = ["a", "b", "c", "j"].map(model).concat();
    let text = format!(
        "version: 1\nname: judging\ntasks:\n  words: {{ dataset: items.jsonl }}\n\
         providers:\n  p: {{ openai: {{ base_url: \"{base_url}\" }} }}\nmodels:\n{models}{POLICIES}{more}"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}

fn summary(run: &Path) -> Value {
    let text = fs::read_to_string(run.join("summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("the summary is JSON")
}

/// What the summary has of a policy.
fn policy<'a>(summary: &'a Value, name: &str) -> &'a Value {
    let rows = summary["policies"].as_array().expect("policies");
    rows.iter().find(|row| row["policy"] == name).expect("the policy")
}

#[test]
fn answers_are_asked_about_once_and_what_was_said_is_read_again() {
    let server = Loopback::start(says);
    let folder = scenario(&server.base_url(), "");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let counts = server.counts();
    let twice: Vec<_> = counts.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "asked twice: {twice:?}");
    let first = summary(&folder.path().join("run"));
    let accuracy = |name: &str| policy(&first, name)["accuracy"]["point"].as_f64().expect(name);
    for (name, wanted) in [
        ("judged", 1.0),
        ("pairs", 1.0),
        ("graded", 1.0),
        // On every third item it is something that nobody gave.
        ("fused", 8.0 / 12.0),
        ("layers", 8.0 / 12.0),
        ("debate", 0.5),
        ("checked", 1.0),
        ("over", 8.0 / 12.0),
    ] {
        assert!((accuracy(name) - wanted).abs() < 1e-9, "{name}: {}", accuracy(name));
    }
    // Three members and one question; on odd items `a` and `c` agree, and two answers are shown
    // all the same.
    let calls = |name: &str| policy(&first, name)["calls_per_item"].as_f64().expect(name);
    let of = ["judged", "pairs", "graded", "fused", "layers", "debate", "checked", "over"];
    assert_eq!(of.map(calls), [4.0, 5.0, 4.0, 4.0, 5.0, 6.0, 3.0, 6.0]);
    let judging = first["judging"].as_array().expect("judging");
    let pairs = judging.iter().find(|row| row["policy"] == "pairs").expect("pairs");
    assert_eq!((&pairs["questions"], &pairs["unparsed"]), (&24.into(), &0.into()));
    let places = (&pairs["first"]["point"], &pairs["consistent"]["point"]);
    assert_eq!(places, (&0.5.into(), &1.0.into()), "the same answer from both places");

    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--offline"]), 0);
    assert_eq!(server.n_asked(), counts.len(), "the second run asked somebody");
    let evaluate = ["evaluate", "s.yaml", "--answers", "run/answers.parquet", "-o", "again"];
    ends(&mut quorumbench(folder.path(), &evaluate), 0);
    let again = summary(&folder.path().join("again"));
    for name in of {
        let [first, again] = [&first, &again].map(|summary| policy(summary, name).clone());
        for field in ["accuracy", "calls_per_item", "cost_usd"] {
            assert_eq!(first[field], again[field], "{field} of {name}");
        }
    }
    assert_eq!(server.n_asked(), counts.len(), "evaluating asked somebody");
}

#[test]
fn samples_of_one_model_are_judged() {
    let n_asked = std::sync::Mutex::new(std::collections::BTreeMap::<String, usize>::new());
    let server = Loopback::start(move |asked| {
        if asked.body.contains("Which response") || !asked.body.contains("\"d\"") {
            return says(asked);
        }
        // Of three samples the last is right.
        let mut n_asked = n_asked.lock().expect("nobody panicked");
        let n = n_asked.entry(asked.body.clone()).or_default();
        *n += 1;
        let words = asked.body.split("Say w").nth(1).expect("an item");
        let item: String = words.chars().take_while(char::is_ascii_digit).collect();
        Answer::says(&if n.is_multiple_of(3) { format!("w{item}") } else { format!("y{n}") })
    });
    let folder = scenario(&server.base_url(), "");
    let path = folder.path().join("s.yaml");
    let text = fs::read_to_string(&path).expect("the scenario");
    let (models, _) = text.split_once("policies:").expect("policies");
    let text = models.replace("  a: {", "  d: {")
        + "policies:
  best-of: { judge: { members: [d], samples: 3, by: j } }
  votes: { vote: { members: [d], rule: { best-of: { samples: 3 } } } }
  each-of: { judge: { members: [b, d], samples: 3, by: j, how: grade } }
";
    fs::write(&path, text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let all = summary(&folder.path().join("run"));
    let figure = |name: &str, figure: &str| policy(&all, name)[figure].clone();
    // The judge prefers what is right, which is one ballot in three.
    assert_eq!(figure("best-of", "accuracy")["point"], 1.0);
    assert_eq!(figure("each-of", "accuracy")["point"], 1.0);
    assert!(figure("votes", "accuracy")["point"].as_f64().expect("a share") < 0.9);
    // Three samples and a question; six, of which those of `b` are alike, and four grades.
    let calls = ["best-of", "each-of"].map(|name| figure(name, "calls_per_item"));
    assert_eq!(calls, [4.0, 10.0]);
    assert_eq!(figure("best-of", "rungs"), serde_json::json!({ "d": N_ITEMS }));
    let n_asked = server.n_asked();
    assert_eq!(n_asked, N_ITEMS * (3 + 3 + 1 + 1 + 1 + 4), "nobody else needs samples");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--offline"]), 0);
    assert_eq!(server.n_asked(), n_asked, "the second run asked somebody");
    let told = quorumbench(folder.path(), &["check", "s.yaml"]).output().expect("it runs").stdout;
    let told = String::from_utf8(told).expect("stdout is UTF-8");
    assert!(told.contains("#   d: 36 calls") && told.contains("#   c: 12 calls"), "{told}");
    assert!(told.contains("#   each-of: up to 72 questions more to j"), "{told}");
}

#[test]
fn what_is_asked_without_a_member_is_there_for_its_outage() {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = fs::read_to_string(format!("{root}/scenarios/judging.yaml")).expect("the scenario");
    let text = text.replace("../datasets", &format!("{root}/datasets"));
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    let policies = "fused,fused-without,judged,best-of-3,checked";
    let args = ["simulate", "s.yaml", "--policy", policies, "-o", "run"];
    ends(&mut quorumbench(folder.path(), &args), 0);
    let all = summary(&folder.path().join("run"));
    let down = |name: &str| {
        let rows = all["outages"].as_array().expect("rows");
        let is_it = |row: &&Value| row["policy"] == name && row["fault"] == "mini-down";
        let row = rows.iter().find(is_it).expect("the policy and the fault");
        row["accuracy"]["point"].as_f64().expect("a share")
    };
    // The model that fuses is right nine times in ten, whoever is missing.
    assert!(down("fused-without") > 0.8, "{}", down("fused-without"));
    assert!(down("fused") < down("fused-without") - 0.1, "{}", down("fused"));
    let warnings = all["warnings"].as_array().expect("warnings").iter();
    let unheard: Vec<&str> = warnings
        .filter(|it| it["kind"] == "unheard_simulated")
        .filter_map(|it| it["on"].as_str())
        .collect();
    assert_eq!(unheard, ["fused", "judged"]);
}

#[test]
fn a_killed_run_goes_on_with_its_rounds() {
    const KILLS: u64 = 6;
    /// Four models have two connections each.
    const CONNECTIONS: usize = 8;
    let server = Loopback::start(|asked| says(asked).after(Duration::from_millis(15)));
    let folder = scenario(&server.base_url(), "");
    for kill in 0..KILLS {
        let mut command = quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--quiet"]);
        let mut child = command.stderr(Stdio::null()).spawn().expect("the command starts");
        support::serve::wait(Duration::from_millis(100 + 20 * kill));
        child.kill().expect("it runs");
        child.wait().expect("it is dead");
    }
    wait(Duration::from_millis(100));
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let n_more = server.n_asked() - server.counts().len();
    assert!(n_more <= KILLS as usize * CONNECTIONS, "{n_more} were asked again");
    assert!(server.most_at_once() <= CONNECTIONS, "{} at once", server.most_at_once());
    let all = summary(&folder.path().join("run"));
    assert_eq!(policy(&all, "judged")["accuracy"]["point"], 1.0);
    let judging = all["judging"].as_array().expect("judging");
    assert!(judging.iter().all(|row| row["not_run"] == 0), "{judging:?}");
}

#[test]
fn what_may_be_asked_about_answers_is_told_before() {
    let more = "  spare: { judge: { members: [a, b, c], by: j, without: 1 } }
  every: { cascade: { stages: [trio, a], accept: { judge: { by: j, every_answer: true } } } }
";
    let folder = scenario("http://127.0.0.1:1/v1", more);
    let check = quorumbench(folder.path(), &["check", "s.yaml", "--plan"]).output();
    let told = String::from_utf8(check.expect("it runs").stdout).expect("stdout is UTF-8");
    for line in [
        "#   pairs: up to 72 questions more to j, made of answers",
        "#   layers: up to 12 questions more to a, made of answers",
        "#   checked: up to 12 questions more to j, made of answers",
        "#   spare: up to 48 questions more to j, made of answers",
        "#   every: up to 48 questions more to j, made of answers",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    assert!(!told.contains("trio: up to"), "a vote asks nobody about answers");
    // What is written down is what is read.
    assert!(told.contains("how: pairwise") && told.contains("rounds: 2"), "{told}");
}

#[test]
fn mistakes_about_judges_are_told_at_once() {
    let folder = scenario("http://127.0.0.1:1/v1", "");
    let path = folder.path().join("s.yaml");
    let text = fs::read_to_string(&path).expect("the scenario");
    let wrong = "  alone: { judge: { members: [a], by: j } }
  nobody: { judge: { members: [a, b], by: jj } }
  again: { fuse: { members: [trio, b], rounds: 2 } }
  often: { fuse: { members: [a, b], by: j, rounds: 9 } }
  words: { judge: { members: [a, b], by: j, prompt: '{{ candidates' } }
  stage: { cascade: { stages: [a, b], accept: { judge: { by: nobody-here } } } }
  hasty: { vote: { members: [a, b], stop_early: true, call_off: settled } }
  unsure: { vote: { members: [a, b], rule: median, call_off: settled } }
  sampled: { judge: { members: [trio, a], samples: 2, by: j } }
  pairs-of: { judge: { members: [a, b], samples: 7, by: j, how: pairwise } }
  crowd: { judge: { members: [a], samples: 60, by: j } }
  left-out: { judge: { members: [a, b, c], by: j, without: 2 } }
  for-nothing: { judge: { members: [a, b, c], by: j, how: grade, without: 1 } }
  missing: { fuse: { members: [a, b, c, j], by: j, without: 3 } }
";
    fs::write(&path, text + wrong).expect("a write");
    let told = ends(&mut quorumbench(folder.path(), &["check", "s.yaml"]), 3);
    for complaint in [
        "one member has nobody to be compared with",
        "unknown model `jj`",
        "`trio` is a policy, and only models can be asked again",
        "9 rounds can't be",
        "the template's line 1",
        "unknown model `nobody-here`",
        "members who are asked one after another are not called off",
        "this vote can't tell when it is settled",
        "`trio` is a policy, and only models have samples",
        "every pair of 14 answers is too many",
        "60 answers are too many",
        "questions without 2 of the members can't be",
        "questions without 3 of the members can't be",
        "one answer, or two, are asked about whoever is missing",
        "from 0 to 1",
        "from 0 to 2",
    ] {
        assert!(told.contains(complaint), "{complaint} is missing in\n{told}");
    }
}

#[test]
fn money_is_counted_over_all_rounds() {
    /// Every question costs eight dollars in a million.
    const EACH: f64 = 8e-6;
    /// What may come is set aside, which is a thousandth of a dollar.
    const MOST: f64 = 0.0016;
    let server = Loopback::start(says);
    let folder = scenario(&server.base_url(), "");
    let limited = ["run", "s.yaml", "-o", "run", "--max-cost", "0.0016"];
    ends(&mut quorumbench(folder.path(), &limited), 4);
    let asked = server.asked();
    let about = asked.iter().filter(|it| it.body.contains("esponse")).count();
    assert!(about > 0 && asked.iter().all(|it| it.authorization.is_none()), "{about} were asked");
    let n = server.n_asked();
    assert!(n as f64 * EACH <= MOST, "{n} questions were asked");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    assert!(server.n_asked() > n, "nothing was left to be asked");
    assert!(server.counts().values().all(|n| *n == 1), "something was paid twice");
}

#[test]
fn a_judge_who_fails_or_rambles_is_counted_and_what_was_declared_holds() {
    let server = Loopback::start(|asked| {
        let is_opinion = asked.body.contains("Which response");
        match is_opinion {
            true if asked.body.contains("w3") => Answer::fails(400, "no such parameter"),
            true if asked.body.contains("w4") => Answer::says("They are all nice."),
            _ => says(asked),
        }
    });
    let folder = scenario(&server.base_url(), "");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let summary_of = || summary(&folder.path().join("run"));
    let judged = summary_of()["judging"].as_array().expect("judging").clone();
    let row = judged.iter().find(|row| row["policy"] == "judged").expect("a row");
    let told = [&row["questions"], &row["failed"], &row["unparsed"]].map(Value::as_u64);
    assert_eq!(told, [Some(12), Some(1), Some(1)]);
    // Most say what is wrong on item 4, and what is right on item 3.
    let point = policy(&summary_of(), "judged")["accuracy"]["point"].as_f64().expect("a share");
    assert!((point - 11.0 / 12.0).abs() < 1e-9, "{point}");
    server.forget();
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--retry-errors"]), 0);
    assert!(server.n_asked() > 0);
    let all_failed = server.counts().keys().all(|body| body.contains("w3"));
    assert!(all_failed, "what had not failed was asked again");
}

#[test]
fn a_server_of_ours_answers_what_is_made_of_its_answers() {
    let synthetic = |accuracy: f64| {
        format!("synthetic: {{ accuracy: {accuracy}, latency: 5ms, output_tokens: 4 }}")
    };
    let text = |of: &dyn Fn(f64) -> String, live: &str| {
        format!(
            "version: 1\nname: judging\nseed: 3\ntasks:\n  words: {{ dataset: items.jsonl }}\n\
             providers:\n  weak: {{ {} }}\n  strong: {{ {} }}\nmodels:\n  a: {{ provider: weak{live} \
             }}\n  b: {{ provider: weak{live} }}\n  c: {{ provider: weak{live} }}\n  j: {{ provider: \
             strong{live} }}\n{POLICIES}",
            of(0.5),
            of(1.0)
        )
    };
    let served = scenario("http://127.0.0.1:1/v1", "");
    fs::write(served.path().join("s.yaml"), text(&synthetic, "")).expect("a write");
    ends(&mut quorumbench(served.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    let made_up = summary(&served.path().join("run"));
    let server = Served::start(served.path(), &["--latency", "0ms"]);
    let live = scenario("http://127.0.0.1:1/v1", "");
    let address = format!("openai: {{ base_url: \"http://{}/v1\" }}", server.address);
    let price = ", price: { input: 1, output: 1 }";
    fs::write(live.path().join("s.yaml"), text(&|_| address.clone(), price)).expect("a write");
    ends(&mut quorumbench(live.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let asked = summary(&live.path().join("run"));
    let accuracy =
        |summary: &Value, name: &str| policy(summary, name)["accuracy"]["point"].as_f64();
    for name in ["judged", "pairs", "graded", "fused", "layers", "debate", "checked"] {
        let [one, other] = [&made_up, &asked].map(|summary| accuracy(summary, name));
        assert!(one.is_some() && one == other, "{name}: {one:?} and {other:?}");
    }
    let served = server.stop();
    assert!(served.contains('j'), "{served}");
    // A judge who is always right finds what is right wherever it was given.
    let any = asked["ceiling"][0]["any_right"].as_f64().expect("a share");
    assert!(any > accuracy(&asked, "trio").expect("a share"), "there is something to find");
}
