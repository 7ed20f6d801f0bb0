//! Runs over a real server on the loopback interface: what is asked, kept, asked again and told.

mod collect {
    mod shared;
    mod told;
}
mod support {
    pub(crate) mod command;
    pub(crate) mod loopback;
}

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use quorumbench::kernel::Seed;
use quorumbench::provider::{Chat, Message, Sampling};
use quorumbench::store::{Key, Store};
use rand::Rng;
use serde_json::Value;
use support::command::{ends, quorumbench};
use support::loopback::{Answer, Asked, Loopback, wait};
use tempfile::TempDir;

#[test]
fn each_question_is_asked_once_and_the_same_command_again_asks_nobody() {
    let server = Loopback::start(says_what_it_is_told);
    let folder = scenario(&server.base_url(), 6, "{ one: { provider: p }, two: { provider: p } }");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "first"]), 0);
    let counts = server.counts();
    assert_eq!(counts.len(), 12, "two models, six items");
    assert!(counts.values().all(|n| *n == 1), "{counts:?}");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "again"]), 0);
    assert_eq!(server.n_asked(), 12, "the second run asked somebody");
    let [first, again] = ["first", "again"].map(|run| files(&folder.path().join(run)));
    assert!(first.len() > 8 && first.keys().eq(again.keys()), "{:?}", again.keys());
    for (name, bytes) in &first {
        let is_same = bytes == &again[name];
        assert!(is_same || name == "run.json", "{name} differs from run to run");
    }
    let run: Value = serde_json::from_slice(&again["run.json"]).expect("run.json is JSON");
    assert_eq!((&run["n_asked_now"], &run["n_answers"]), (&0.into(), &12.into()));
}

#[test]
fn a_refused_question_is_no_wrong_answer_and_only_it_is_asked_again() {
    let server = Loopback::start(|asked| match asked.body.contains("w3") {
        true => Answer::fails(400, "no such parameter"),
        false => says_what_it_is_told(asked),
    });
    let folder = scenario(&server.base_url(), 6, "{ one: { provider: p } }");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let model = &summary(&folder.path().join("run"))["models"][0];
    assert_eq!(model["failures"], serde_json::json!({ "invalid-request": 1 }));
    assert_eq!((&model["asked"], &model["answered"]), (&6.into(), &5.into()));
    assert_eq!((&model["accuracy"]["n"], &model["accuracy"]["point"]), (&5.into(), &1.0.into()));
    assert_eq!(model["accuracy_of_all"]["n"], 6);

    server.forget();
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--retry-errors"]), 0);
    let counts = server.counts();
    let asked_again = counts.keys().all(|body| body.contains("w3"));
    assert!(asked_again && server.n_asked() == 1, "{counts:?}");
}

/// Who may not write there can read: `--offline`, and what is kept. Who has to ask is told.
#[cfg(unix)]
#[test]
#[expect(clippy::print_stdout, reason = "who skips says so")]
fn a_store_in_a_place_that_may_only_be_read_is_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let server = Loopback::start(says_what_it_is_told);
    let folder = scenario(&server.base_url(), 6, "{ one: { provider: p } }");
    let place = folder.path().join(".quorumbench");
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("the scenario");
    let wide = text.replace("items.jsonl", "more.jsonl");
    fs::write(folder.path().join("wide.yaml"), wide).expect("a write");
    let items = fs::read_to_string(folder.path().join("items.jsonl")).expect("the items");
    let more = "{\"id\":6,\"input\":\"Say w6\",\"target\":\"w6\"}\n";
    fs::write(folder.path().join("more.jsonl"), items + more).expect("a write");
    let out = tempfile::tempdir().expect("a folder");
    let run = out.path().join("run").display().to_string();
    let may = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    may(out.path(), 0o777);
    for path in [&place.join("answers.sqlite"), &place, &folder.path().to_owned()] {
        may(path, 0o555);
    }
    // Who may do everything has to be somebody else.
    let is_mighty = fs::write(place.join("probe"), "").is_ok();
    let as_anybody = |args: &[&str]| {
        let mut command = quorumbench(folder.path(), args);
        if is_mighty {
            fs::remove_file(place.join("probe")).unwrap_or_default();
            command.uid(65_534).gid(65_534);
        }
        command
    };
    if as_anybody(&["--version"]).output().is_err() {
        println!("skipped: nobody else can start the command here");
        return;
    }
    server.forget();
    ends(&mut as_anybody(&["run", "s.yaml", "-o", &run, "--offline"]), 0);
    assert_eq!(summary(&out.path().join("run"))["models"][0]["answered"], 6);
    let listed = as_anybody(&["store", "list", "s.yaml"]).output().expect("the command starts");
    let told = String::from_utf8_lossy(&listed.stdout);
    assert!(
        told.contains("one ") && told.contains(" 6 "),
        "{told}\n{}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let stderr = ends(&mut as_anybody(&["run", "wide.yaml", "-o", &run]), 1);
    assert!(stderr.contains("it may only be read"), "{stderr}");
    assert_eq!(server.n_asked(), 0);
    for path in [folder.path(), &place] {
        may(path, 0o755);
    }
}

#[test]
fn offline_needs_every_answer_and_counts_those_that_are_missing() {
    let server = Loopback::start(says_what_it_is_told);
    let folder = scenario(&server.base_url(), 6, "{ one: { provider: p } }");
    let offline = ["run", "s.yaml", "-o", "run", "--offline"];
    let stderr = ends(&mut quorumbench(folder.path(), &offline), 1);
    assert!(stderr.contains("6 answers are not in the store"), "{stderr}");
    assert_eq!(server.n_asked(), 0);
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    ends(&mut quorumbench(folder.path(), &offline), 0);
    assert_eq!(server.n_asked(), 6);
    write_items(folder.path(), 9);
    let stderr = ends(&mut quorumbench(folder.path(), &offline), 1);
    assert!(stderr.contains("3 answers are not in the store"), "{stderr}");
}

#[test]
fn a_server_that_hangs_times_out_and_the_others_are_kept() {
    let server = Loopback::start(|asked| match asked.body.contains("w1") {
        true => says_what_it_is_told(asked).after(Duration::from_secs(20)),
        false => says_what_it_is_told(asked),
    });
    let models = "{ one: { provider: p, limits: { timeout: 300ms, attempts: 2 } } }";
    let folder = scenario(&server.base_url(), 4, models);
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let model = &summary(&folder.path().join("run"))["models"][0];
    assert_eq!(model["failures"], serde_json::json!({ "timed-out": 1 }));
    assert_eq!(model["answered"], 3);
}

#[test]
fn a_run_of_which_every_call_failed_is_incomplete() {
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        format!("http://{}/v1", listener.local_addr().expect("its address"))
    };
    let models = "{ one: { provider: p, limits: { attempts: 1 } } }";
    let folder = scenario(&nobody, 3, models);
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 4);
    let model = &summary(&folder.path().join("run"))["models"][0];
    assert_eq!(model["failures"], serde_json::json!({ "refused-connection": 3 }));
    assert_eq!(model["accuracy"], Value::Null, "what was not answered has no accuracy");
}

#[test]
fn a_killed_run_goes_on_and_asks_again_only_what_was_in_flight() {
    const ITEMS: usize = 400;
    const KILLS: usize = 10;
    const CONNECTIONS: usize = 4;
    let delay = Duration::from_millis(20);
    let server = Loopback::start(move |asked| says_what_it_is_told(asked).after(delay));
    let models = "{ one: { provider: p, limits: { connections: 4 } } }";
    let folder = scenario(&server.base_url(), ITEMS, models);
    let mut rng = Seed(7).stream("kill", &[]);
    let mut n_lost: BTreeMap<String, usize> = BTreeMap::new();
    let mut before = server.counts();
    for kill in 0..KILLS {
        let mut command = quorumbench(folder.path(), &["run", "s.yaml", "-o", "run", "--quiet"]);
        let mut child = command.stderr(Stdio::null()).spawn().expect("the command starts");
        wait(Duration::from_millis(30 + rng.next_u64() % 220));
        assert_eq!(child.try_wait().expect("a child"), None, "it ended before kill {kill}");
        child.kill().expect("it runs");
        child.wait().expect("it is dead");
        // What the child sent last may still lie in a socket's buffer.
        wait(delay * 5);
        let after = server.counts();
        let asked_now = after.iter().filter(|(body, n)| before.get(*body) != Some(n));
        let lost: Vec<&String> = asked_now
            .map(|(body, _)| body)
            .filter(|body| !is_kept(&server, &folder, body))
            .collect();
        assert!(lost.len() <= CONNECTIONS, "kill {kill} lost {} answers", lost.len());
        lost.into_iter().for_each(|body| *n_lost.entry(body.clone()).or_default() += 1);
        before = after;
    }
    assert!(!before.is_empty() && before.len() < ITEMS, "{} asked before the end", before.len());
    ends(&mut quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]), 0);
    let counts = server.counts();
    assert_eq!(counts.len(), ITEMS);
    for (body, n) in &counts {
        let n_lost = n_lost.get(body).copied().unwrap_or(0);
        assert_eq!(*n, 1 + n_lost, "{body} was in flight at {n_lost} kills");
    }
    assert!(server.n_asked() <= ITEMS + CONNECTIONS * KILLS, "{} were asked", server.n_asked());
    assert!(server.most_at_once() <= CONNECTIONS, "{} at once", server.most_at_once());
    let model = &summary(&folder.path().join("run"))["models"][0];
    assert_eq!((&model["answered"], &model["accuracy"]["point"]), (&ITEMS.into(), &1.0.into()));
}

#[test]
fn a_key_is_sent_and_stands_nowhere_else() {
    const KEY: &str = "sk-loopback-0123456789-abcdef";
    let server = Loopback::start(|asked| match asked.body.contains("w2") {
        true => Answer::fails(401, &format!("bad key {:?}", asked.authorization)),
        false => says_what_it_is_told(asked),
    });
    let models = "{ one: { provider: p }, two: { provider: free } }";
    let folder = scenario(&server.base_url(), 4, models);
    let path = folder.path().join("s.yaml");
    let text = fs::read_to_string(&path).expect("the scenario");
    let free = format!("  free: {{ openai: {{ base_url: \"{}\" }} }}\nmodels:", server.base_url());
    let text = text.replace("/v1\"", "/v1\", api_key_env: LOOPBACK_KEY").replace("models:", &free);
    fs::write(&path, text).expect("a write");
    let command = || {
        let mut command = quorumbench(folder.path(), &["run", "s.yaml", "-o", "run"]);
        command.env_remove("LOOPBACK_KEY");
        command
    };
    let stderr = ends(&mut command(), 1);
    assert!(stderr.contains("environment variable LOOPBACK_KEY is not set"), "{stderr}");
    assert_eq!(server.n_asked(), 0, "a missing key is told before anybody is asked");

    let output = command().env("LOOPBACK_KEY", KEY).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(0));
    for Asked { authorization, body } in server.asked() {
        let bearer = body.contains("\"one\"").then(|| format!("Bearer {KEY}"));
        assert_eq!(authorization, bearer, "{body}");
    }
    assert_eq!(server.n_asked(), 8);
    let mut written = files(folder.path());
    assert!(written.contains_key(".quorumbench/answers.sqlite"), "{:?}", written.keys());
    written.insert("stdout".into(), output.stdout);
    written.insert("stderr".into(), output.stderr);
    for (name, bytes) in &written {
        let holds_key = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!holds_key, "the key stands in {name}");
    }
}

/// Says the last word of the question.
#[test]
fn the_scenarios_of_a_suite_share_their_store_and_their_money() {
    let server = Loopback::start(says_what_it_is_told);
    let model = "{ one: { provider: p, price: { input: 1000, output: 1000 }, \
                 sampling: { max_tokens: 1 } } }";
    let folder = scenario(&server.base_url(), 4, model);
    let first = fs::read_to_string(folder.path().join("s.yaml")).expect("a scenario");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a write");
    let other = |text: &str| text.replace("name: live", "name: other");
    write("same.yaml", &other(&first));
    write("suite.yaml", "version: 1\nname: both\nsuite: [s.yaml, same.yaml]\n");
    ends(&mut quorumbench(folder.path(), &["run", "suite.yaml", "-o", "run"]), 0);
    assert_eq!(server.n_asked(), 4, "the second scenario asks what the first has asked");
    let rows = summary(&folder.path().join("run"))["models"].clone();
    let tasks: Vec<&str> =
        rows.as_array().expect("rows").iter().filter_map(|row| row["task"].as_str()).collect();
    assert_eq!(tasks, ["live/words", "other/words"]);

    // Other questions, each of which comes to 0.8 cents; there is money for five of eight.
    server.forget();
    for (name, more) in [("s.yaml", "Now say"), ("same.yaml", "Please say")] {
        let task = format!("{{ dataset: items.jsonl, prompt: \"{more} {{{{ target }}}}\" }}");
        let text = first.replace("{ dataset: items.jsonl }", &task);
        write(name, &if name == "s.yaml" { text } else { other(&text) });
    }
    let bounded = ["run", "suite.yaml", "-o", "run", "--max-cost", "0.04", "-j", "1"];
    let told = ends(&mut quorumbench(folder.path(), &bounded), 4);
    assert!(told.contains("`--max-cost` ends asking: $0.0400 are spent"), "{told}");
    assert_eq!(server.n_asked(), 5);
    ends(&mut quorumbench(folder.path(), &["run", "suite.yaml", "-o", "run"]), 0);
    assert_eq!(server.n_asked(), 8, "the same command goes on");
}

#[test]
fn a_run_stops_when_its_gates_are_decided() {
    let server = Loopback::start(says_what_it_is_told);
    let folder =
        scenario(&server.base_url(), 300, "{ one: { provider: p }, two: { provider: p } }");
    let text = fs::read_to_string(folder.path().join("s.yaml")).expect("a scenario");
    let gate =
        |limit: &str| format!("{text}gates: {{ g: {{ threshold: {{ of: one, {limit} }} }} }}\n");
    let run = |limit: &str, code: i32| {
        server.forget();
        fs::write(folder.path().join("s.yaml"), gate(limit)).expect("a write");
        let _ = fs::remove_dir_all(folder.path().join(".quorumbench"));
        let args = ["run", "s.yaml", "-o", "run", "--quiet", "--stop-when-decided"];
        let told = ends(&mut quorumbench(folder.path(), &args), code);
        let summary = summary(&folder.path().join("run"));
        (server.n_asked(), summary["gates"][0].clone(), summary["warnings"].to_string(), told)
    };
    // Always right: decided after the first round of fifty items, for each of two models.
    let (n, row, warnings, _) = run("metric: accuracy, at_least: 0.6", 0);
    assert_eq!((n, &row["outcome"]), (100, &"passed".into()), "{row}");
    assert_eq!(
        (&row["estimate"]["method"], &row["estimate"]["n"]),
        (&"always-valid".into(), &50.into(),)
    );
    assert!(warnings.contains("after 50 of 300 items"), "{warnings}");
    let (n, row, ..) = run("metric: accuracy, at_most: 0.6", 100);
    assert_eq!((n, &row["outcome"]), (100, &"failed".into()), "{row}");
    // Not decided by as many as there are.
    let (n, row, warnings, _) = run("metric: accuracy, at_least: 0.99", 100);
    assert_eq!((n, &row["outcome"]), (600, &"inconclusive".into()), "{row}");
    assert!(!warnings.contains("asking stopped"), "{warnings}");
    let (n, row, _, told) = run("metric: p95_ms, at_most: 100000", 0);
    assert_eq!((n, &row["outcome"]), (600, &"passed".into()), "{row}");
    assert!(told.contains("`g` can't be decided earlier: prices and latencies"), "{told}");
}

fn says_what_it_is_told(asked: &Asked) -> Answer {
    let body: Value = serde_json::from_str(&asked.body).expect("the body is JSON");
    let content = body["messages"][0]["content"].as_str().expect("a message");
    Answer::says(content.rsplit(' ').next().unwrap_or_default())
}

/// A folder with a scenario `s.yaml` and its items; the prompt of item 3 is "Say w3".
fn scenario(base_url: &str, n_items: usize, models: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_items(folder.path(), n_items);
    let text = format!(
        "version: 1\nname: live\ntasks:\n  words: {{ dataset: items.jsonl }}\n\
         providers:\n  p: {{ openai: {{ base_url: \"{base_url}\" }} }}\nmodels: {models}\n"
    );
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    folder
}

fn write_items(folder: &Path, n_items: usize) {
    let item = |at| format!("{{\"id\":{at},\"input\":\"Say w{at}\",\"target\":\"w{at}\"}}\n");
    let items: String = (0..n_items).map(item).collect();
    fs::write(folder.join("items.jsonl"), items).expect("a write");
}

/// Whether the store has an answer to the question that this body asked.
fn is_kept(server: &Loopback, folder: &TempDir, body: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Body {
        model: String,
        messages: Vec<Message>,
    }
    let Body { model, messages } = serde_json::from_str(body).expect("the body is JSON");
    let sampling = Sampling::default();
    let chat = Chat { model: &model, messages: &messages, sampling: &sampling, stream: false };
    let key = Key::new("openai", &server.base_url(), chat, 0);
    let store = Store::open(&folder.path().join(".quorumbench/answers.sqlite")).expect("a store");
    store.find(key).expect("it can be read").is_some()
}

fn summary(run: &Path) -> Value {
    let text = fs::read_to_string(run.join("summary.json")).expect("summary.json");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Every file below a folder with its bytes, by its path inside it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inside)).expect("a folder") {
            let path = inside.join(entry.expect("an entry").file_name());
            if folder.join(&path).is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(folder.join(&path)).expect("a file");
                files.insert(path.to_string_lossy().into_owned(), bytes);
            }
        }
    }
    files
}
