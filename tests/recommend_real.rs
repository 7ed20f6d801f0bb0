//! Recommendations made on some of the recorded answers of others hold on the rest of them.
//!
//! `--nocapture` prints the tables.

#[path = "support/command.rs"]
mod command;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use command::{ends, quorumbench};
use quorumbench::data::recommendation::{Advice, Earned, Recommendation};
use quorumbench::data::{Item, Recorded};
use quorumbench::engine::evaluate::carried_over;
use quorumbench::engine::recommend::{Recommended, recommend};
use quorumbench::kernel::{ItemId, ModelId, PolicyId, Seed};
use quorumbench::scenario::{self, Loaded, Plan, Task, Wish};
use rand::Rng;
use serde_json::Value;

/// Random halves of the items.
const N_SPLITS: u32 = 40;

/// The variable that says another number: the page has what came of 200.
const SPLITS: &str = "QUORUMBENCH_SPLITS";

/// So many items are split at most: more take long.
const MOST_SPLIT: usize = 3000;

/// Repetitions of the table of the winner's curse, for each number of items.
const N_REPEATS: u32 = 20;

/// What routers may look at; without it there are none, and all goes faster.
#[derive(Debug, Clone, Copy)]
enum Keeps {
    Nothing,
    Categories,
    Words,
}

/// What is split into halves.
#[derive(Clone, Copy)]
struct Half {
    set: &'static str,
    score: &'static str,
    n_models: usize,
    keeps: Keeps,
}

/// The recorded answers of the most accurate models of a data set.
struct Real {
    loaded: Loaded,
    _folder: tempfile::TempDir,
    /// The rows of each item, by position.
    of_item: BTreeMap<ItemId, Vec<usize>>,
}

impl Real {
    fn load(Half { set, score, n_models, keeps }: Half) -> Option<Self> {
        let data = support::shared(&format!("data/{set}"))?;
        let folder = tempfile::tempdir().expect("a folder");
        let scenario = |models: &str| {
            let in_csv = data.join("answers.csv.gz");
            let answers = if in_csv.exists() { in_csv } else { data.join("answers.jsonl") };
            let questions = data.join("questions.jsonl");
            // There they are a text with all of them.
            let fields = match set {
                "llmrouter_14tasks" => ", fields: { choices: none }",
                _ => "",
            };
            format!(
                "version: 1\nname: real\nseed: 7\ntasks:\n  t: {{ dataset: {questions:?}, \
                 extract: text, score: {score}{fields} }}\nproviders:\n  tape: {{ recorded: {{ answers: \
                 {answers:?}, models: {models} }} }}\n"
            )
        };
        let file = folder.path().join("s.yaml");
        let load = |models: &str| {
            fs::write(&file, scenario(models)).expect("a write");
            scenario::load(&file, &[]).expect("a scenario without a mistake")
        };
        let all = load("all");
        let mut right: BTreeMap<&ModelId, f64> = BTreeMap::new();
        for row in all.recordings.iter().flat_map(|it| &it.rows) {
            let correct = f64::from(u8::from(row.correct == Some(true)));
            *right.entry(&row.model).or_default() += row.score.unwrap_or(correct);
        }
        let mut models: Vec<(&ModelId, f64)> = right.into_iter().collect();
        models.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let names: Vec<String> =
            models.iter().take(n_models).map(|it| format!("{:?}", it.0.as_str())).collect();
        let mut loaded = load(&format!("[{}]", names.join(", ")));
        let kept = |item: &Item| match keeps {
            Keeps::Nothing => Item { category: None, input: None, ..item.clone() },
            Keeps::Categories => Item { input: None, ..item.clone() },
            Keeps::Words => item.clone(),
        };
        let task = &mut loaded.plan.tasks[0];
        task.items = task.items.iter().map(kept).collect();
        let mut of_item: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
        for (at, row) in loaded.recordings[0].rows.iter().enumerate() {
            of_item.entry(row.id.clone()).or_default().push(at);
        }
        Some(Self { loaded, _folder: folder, of_item })
    }

    /// The rows of the plan's items.
    fn rows(&self, plan: &Plan) -> Vec<&Recorded> {
        let of_items = plan.tasks[0].items.iter().flat_map(|it| &self.of_item[&it.id]);
        of_items.map(|at| &self.loaded.recordings[0].rows[*at]).collect()
    }

    /// The plan over these items only.
    fn plan(&self, items: &[&Item]) -> Plan {
        let loaded = &self.loaded.plan;
        let items = items.iter().map(|it| (*it).clone()).collect();
        Plan { tasks: vec![Task { items, ..loaded.tasks[0].clone() }], ..loaded.clone() }
    }

    /// All items in an order drawn for the purpose.
    fn shuffled(&self, purpose: &str) -> Vec<&Item> {
        let mut rng = Seed(7).stream("split", &[purpose]);
        let items = &self.loaded.plan.tasks[0].items;
        // Items that ask the same stand together.
        let mut of_question: BTreeMap<&str, u64> = BTreeMap::new();
        let mut keyed: Vec<(u64, &Item)> = Vec::new();
        for item in items.iter() {
            let drawn = rng.next_u64();
            let question = item.input.as_deref();
            keyed
                .push((question.map_or(drawn, |it| *of_question.entry(it).or_insert(drawn)), item));
        }
        keyed.sort_by_key(|it| it.0);
        keyed.into_iter().map(|it| it.1).collect()
    }

    fn recommended(&self, items: &[&Item]) -> Recommended {
        let plan = self.plan(items);
        let wish = Wish::nothing(&plan.tasks);
        recommend(&plan, &wish, &self.rows(&plan)).expect("a recommendation")
    }

    /// How right the best combination and the model are on `new` items, as fitted on those that it
    /// was chosen on.
    fn accuracies(
        &self,
        (items, new): (&[&Item], &[&Item]),
        advice: &Recommended,
        model: &str,
    ) -> (f64, f64) {
        let what = combination(&advice.row);
        let mut plan = self.plan(&[items, new].concat());
        plan.policies.clone_from(&advice.best);
        let is_asked =
            |name: &str| name == model || what.models.iter().any(|it| it.as_str() == name);
        plan.candidates.retain(|it| is_asked(it.id.as_str()));
        let is_new: BTreeSet<&ItemId> = new.iter().map(|it| &it.id).collect();
        let names: [PolicyId; 2] = [what.what.as_str().into(), model.into()];
        let (rows, task) = (self.rows(&plan), &plan.tasks[0]);
        let carried = carried_over((&plan, task), &rows, &names, &|it| is_new.contains(&it.id));
        let carried = carried.expect("answers");
        let [ours, theirs] = names.map(|name| {
            let column = &carried[&name];
            assert_eq!(column.len(), new.len(), "{name}");
            let right: f64 = column.iter().filter_map(|it| it.verdict.score()).sum();
            right / column.len() as f64
        });
        (ours, theirs)
    }
}

/// The best combination that was found, whatever was made of it.
fn combination(row: &Recommendation) -> &Earned {
    match row.verdict {
        Advice::Combination => &row.earned,
        _ => row.contender.as_ref().expect("a combination"),
    }
}

#[test]
fn what_is_claimed_on_half_of_gsm8k_is_found_on_the_other() {
    let half = Half { set: "gsm8k_zeroeval", score: "numeric", n_models: 8, keeps: Keeps::Nothing };
    what_is_claimed_on_one_half_is_found_on_the_other(half, N_SPLITS);
}

#[test]
fn what_is_claimed_on_half_of_mmlu_pro_is_found_on_the_other() {
    let half = Half { set: "mmlu_pro", score: "exact", n_models: 6, keeps: Keeps::Nothing };
    what_is_claimed_on_one_half_is_found_on_the_other(half, N_SPLITS);
}

#[test]
fn what_is_claimed_with_routers_by_category_on_half_of_mmlu_pro_is_found_on_the_other() {
    let half = Half { set: "mmlu_pro", score: "exact", n_models: 6, keeps: Keeps::Categories };
    what_is_claimed_on_one_half_is_found_on_the_other(half, N_SPLITS);
}

#[test]
fn what_is_claimed_of_task_routers_on_half_of_fourteen_tasks_is_found_on_the_other() {
    let half =
        Half { set: "llmrouter_14tasks", score: "exact", n_models: 9, keeps: Keeps::Categories };
    what_is_claimed_on_one_half_is_found_on_the_other(half, N_SPLITS);
}

#[test]
fn what_is_claimed_with_routers_by_words_on_half_of_routellm_is_found_on_the_other() {
    let half = Half { set: "routellm_gsm8k", score: "numeric", n_models: 2, keeps: Keeps::Words };
    // Each fits all routers by words fifteen times.
    what_is_claimed_on_one_half_is_found_on_the_other(half, N_SPLITS / 10);
}

/// What is claimed on one half is what the other half shows, as often as the intervals say.
#[expect(clippy::print_stdout, reason = "the coverage is what it is for")]
fn what_is_claimed_on_one_half_is_found_on_the_other(half: Half, n_splits: u32) {
    let Half { set, keeps, .. } = half;
    let Some(real) = Real::load(half) else { return };
    let n_splits = std::env::var(SPLITS).map_or(n_splits, |n| n.parse().expect("a number"));
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let (mut covered, mut too_good) = (0, 0);
    let (mut claims, mut seeming, mut found, mut squares) = (0.0, 0.0, 0.0, 0.0);
    for split in 0..n_splits {
        let mut items = real.shuffled(&format!("{set} {split}"));
        items.truncate(MOST_SPLIT);
        let mut middle = items.len() / 2;
        // The same question never stands in both halves.
        while items[middle].input.is_some() && items[middle].input == items[middle - 1].input {
            middle += 1;
        }
        let other = items.split_off(middle);
        let advice = real.recommended(&items);
        let row = &advice.row;
        let best = combination(row);
        *kinds.entry(best.kind.clone()).or_default() += 1;
        let model = row.baseline.chosen.iter().max_by_key(|it| it.1).expect("a model").0;
        let (ours, theirs) = real.accuracies((&items, &other), &advice, model);
        let difference = ours - theirs;
        let claim = best.versus.as_ref().expect("a difference");
        let interval = best.on_new_items.expect("an interval");
        covered += u32::from(interval.contains(difference));
        too_good += u32::from(difference < interval.low);
        claims += claim.difference.point;
        let baseline = row.baseline.accuracy_of_all.as_ref().expect("answers").point;
        seeming += best.in_sample - baseline;
        found += difference;
        squares += (claim.difference.point - difference).powi(2);
    }
    let mean = |sum: f64| 100.0 * sum / f64::from(n_splits);
    println!(
        "{set}, {keeps:?} kept, {kinds:?}: {covered} of {n_splits} intervals for new items ({:.1} %) hold the difference on \
         the other half, {too_good} lie above it; claimed {:+.2} points, found {:+.2}, seeming \
         {:+.2}",
        mean(f64::from(covered)),
        mean(claims),
        mean(found),
        mean(seeming)
    );
    // 95 % are expected, and claims no higher than what is found, give or take four standard errors
    // of independent splits.
    let n = f64::from(n_splits);
    let least = 0.95 * n - 4.0 * (n * 0.95 * 0.05).sqrt();
    assert!(f64::from(covered) >= least, "{set}: {covered} of {n_splits}");
    let spread = 100.0 * (squares / n - ((claims - found) / n).powi(2)).max(0.0).sqrt();
    let most = mean(found) + (4.0 * spread / n.sqrt()).max(0.2);
    assert!(mean(claims) <= most, "{set}: claims are too good");
}

/// The best of many on few items seems much better than it is; what is claimed does not.
#[test]
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn the_winners_curse_is_in_what_seems_and_not_in_what_is_claimed() {
    let half = Half { set: "mmlu_pro", score: "exact", n_models: 12, keeps: Keeps::Nothing };
    let Some(real) = Real::load(half) else { return };
    let mut all = real.shuffled("all");
    all.truncate(4000);
    for (n_items, least_seeming) in [(50, 0.05), (100, 0.03), (300, 0.01)] {
        let (mut seeming, mut claimed) = (0.0, 0.0);
        for repeat in 0..N_REPEATS {
            let mut items = real.shuffled(&format!("curse {n_items} {repeat}"));
            items.truncate(n_items);
            let advice = real.recommended(&items);
            let best = combination(&advice.row);
            let mut others = all.clone();
            others.retain(|it| items.iter().all(|of| of.id != it.id));
            let model = "gemini-1.5-pro-002";
            let truth = real.accuracies((&items, &others), &advice, model).0;
            seeming += best.in_sample - truth;
            claimed += best.accuracy_of_all.as_ref().expect("answers").point - truth;
        }
        let (seeming, claimed) = (seeming / f64::from(N_REPEATS), claimed / f64::from(N_REPEATS));
        println!(
            "{n_items} items: seems {:+.2} points too good, is claimed {:+.2} too good",
            100.0 * seeming,
            100.0 * claimed
        );
        assert!(seeming > least_seeming, "{n_items}: seems {seeming} too good");
        // A mean of 20 shares of so many items varies by so much.
        let error = (0.21 / (n_items as f64 * f64::from(N_REPEATS))).sqrt();
        assert!(
            claimed < 3.0 * error,
            "{n_items}: claimed {claimed} too good, give or take {error}"
        );
    }
}

/// A study over data that is fetched, run on what lies beside the repository.
fn study(name: &str, set: &str) -> Option<Value> {
    let data = support::shared(&format!("data/{set}"))?;
    let folder = tempfile::tempdir().expect("a folder");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/studies/{name}.yaml"));
    let text = fs::read_to_string(file).expect("the study");
    let named = format!("data/{set}");
    assert!(text.contains(&named), "{name} names {named}");
    let text = text.replace(&named, &data.display().to_string());
    fs::write(folder.path().join("s.yaml"), text).expect("a write");
    ends(&mut quorumbench(folder.path(), &["recommend", "s.yaml", "-o", "run"]), 0);
    let text = fs::read_to_string(folder.path().join("run/summary.json")).expect("a summary");
    Some(serde_json::from_str(&text).expect("it is JSON"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn four_models_of_bfcl_are_outdone_by_no_other_and_routing_by_category_is_not_shown_to_pay() {
    let Some(summary) = study("function-calling-prices", "bfcl_2024_08") else { return };
    let row = &summary["recommendation"];
    let alone = row["alone"].as_array().expect("models").iter();
    let singles: Vec<(&str, f64, f64)> = alone
        .map(|it| {
            let accuracy = number(&it["accuracy_of_all"]["point"]);
            (it["model"].as_str().expect("a name"), number(&it["cost_per_1k"]), accuracy)
        })
        .collect();
    let wanted = [
        ("gemini-1.5-flash-preview-0514", 0.073, 0.8035),
        ("gpt-4o-mini-2024-07-18-FC", 0.075, 0.827),
        ("gpt-4o-mini-2024-07-18", 0.084, 0.874),
        ("claude-3-5-sonnet-20240620", 2.205, 0.905),
    ];
    assert_eq!(singles.len(), wanted.len(), "{singles:?}");
    for (got, wanted) in singles.iter().zip(wanted) {
        assert_eq!(got.0, wanted.0);
        assert!((got.1 - wanted.1).abs() < 6e-4 && (got.2 - wanted.2).abs() < 6e-4, "{got:?}");
    }
    assert_eq!(row["policy"], "claude-3-5-sonnet-20240620");
    assert_eq!(row["verdict"], "too-few-items", "{}", row["because"]);
    // Among all 71 models, those without a price too, routing gains nothing that shows.
    let policies = summary["policies"].as_array().expect("policies");
    let by_category = policies.iter().find(|it| it["policy"] == "by-category").expect("the router");
    let accuracy = number(&by_category["accuracy_of_all"]["point"]);
    assert!((accuracy - 0.9088).abs() < 0.006, "{accuracy}");
    assert!(number(&by_category["versus"]["low"]) < 0.0, "{}", by_category["versus"]);
    // The answer says so, and that to weigh prices as well saves most of the money.
    let [point, low] = ["point", "low"].map(|key| number(&row["by_category"][key]));
    assert!((0.9053 + point - 0.9088).abs() < 0.006 && low < 0.0, "{}", row["by_category"]);
    let because = row["because"].as_str().expect("a text");
    assert!(because.contains("whatever they cost, is not shown to pay: it is 0."), "{because}");
    assert!(because.contains("For less money, "), "{because}");
    let for_less =
        row["choices"].as_array().expect("choices").iter().find(|it| {
            it["takes_combination"] == true && number(&it["earned"]["cost_per_1k"]) > 0.3
        });
    let for_less = for_less.expect("a combination between the two best models");
    let [ours, cost] = [
        number(&for_less["earned"]["accuracy_of_all"]["point"]),
        number(&for_less["earned"]["cost_per_1k"]),
    ];
    assert!(ours > 0.905 && cost < 1.0, "{ours} for {cost}");
}

#[test]
fn the_task_router_of_fourteen_tasks_pays() {
    let Some(summary) = study("task-router", "llmrouter_14tasks") else { return };
    let row = &summary["recommendation"];
    assert_eq!(row["verdict"], "combination", "{}", row["because"]);
    let earned = number(&row["earned"]["accuracy_of_all"]["point"]);
    let single = number(&row["baseline"]["accuracy_of_all"]["point"]);
    // In-sample it is .6668; what it earned is a little less.
    assert!((earned - 0.665).abs() < 2e-3 && (single - 0.6197).abs() < 1e-4, "{earned} {single}");
    for (task, model) in [
        ("agentverse-logicgrid", "gemma-2-9b-it"),
        ("trivia_qa", "llama3-chatqa-1.5-70b"),
        ("human_eval", "qwen2.5-7b-instruct"),
        ("math", "llama-3.3-nemotron-super-49b-v1"),
    ] {
        assert_eq!(row["routes"][task], model, "{task}");
    }
}
