//! What is chosen without a fold has not seen it, and what is searched is what is run.

use std::fmt::Write;
use std::path::Path;

use rand::Rng;

use super::choose::{Among, Goal, Loss, SURE};
use super::nested::{Nest, score};
use super::*;
use crate::data::Recorded;
use crate::data::recommendation::{Advice, Recommendation};
use crate::engine::evaluate::Stand;
use crate::kernel::Seed;
use crate::scenario::{self, Loaded, Wish};

const N_ITEMS: usize = 240;
const ACCURACY: [u32; 5] = [82, 78, 74, 70, 55];

/// Five models, of which the dearer ones are better, on questions of three categories and several
/// lengths. The targets of the items that `turned` names are other ones than the usual.
fn load(folder: &Path, turned: impl Fn(usize) -> bool) -> Loaded {
    let mut rng = Seed(3).stream("made up", &[]);
    let mut sure = Seed(3).stream("sure", &[]);
    let mut answers = "id,model,answer,cost_usd,latency_ms,confidence,status\n".to_owned();
    let mut items = String::new();
    for item in 0..N_ITEMS {
        let target = if turned(item) { "B" } else { "A" };
        writeln!(
            items,
            "{{\"id\":{item},\"input\":\"q{item}{}\",\"target\":\"{target}\",\"category\":\"c{}\"}}",
            "x".repeat(item % 7),
            item % 3
        )
        .expect("a text takes what is written");
        for (model, accuracy) in ACCURACY.iter().enumerate() {
            let is_right = rng.next_u32() % 100 < *accuracy;
            let wrong = ["B", "C", "D"][(rng.next_u32() % 3) as usize];
            let answer = if is_right { "A" } else { wrong };
            let cost = 0.001 * f64::from(1 << (5 - model));
            let percent = (if is_right { 40 } else { 10 }) + sure.next_u32() % 60;
            // The best one is down on one item of forty.
            let status = if model == 0 && item % 40 == 7 { "unavailable" } else { "ok" };
            let latency = 100 * (6 - model);
            writeln!(answers, "{item},m{model},{answer},{cost},{latency},0.{percent:02},{status}")
                .expect("a text takes what is written");
        }
    }
    let scenario = "version: 1\nname: made-up\nseed: 7\ntasks:\n  t: { dataset: items.jsonl }\n\
                    providers:\n  p: { recorded: { answers: answers.csv } }\npolicies:\n  \
                    mine: { vote: { members: [m3, m4], rule: one-coin } }\n";
    for (name, text) in [("items.jsonl", &*items), ("answers.csv", &answers), ("s.yaml", scenario)]
    {
        std::fs::write(folder.join(name), text).expect("a write");
    }
    scenario::load(&folder.join("s.yaml"), &[]).expect("a scenario without a mistake")
}

fn rows(loaded: &Loaded) -> Vec<&Recorded> {
    loaded.recordings.iter().flat_map(|it| &it.rows).collect()
}

fn goals() -> Vec<(Goal, Among)> {
    let goal = |cost_at_most, loss| Goal { cost_at_most, loss };
    let loss = |at_most| Some(Loss { at_most, margin: SURE });
    vec![
        (goal(None, None), Among::All),
        (goal(None, None), Among::Combinations),
        (goal(Some(0.02), None), Among::Combinations),
        (goal(Some(0.02), None), Among::Singles),
        (goal(None, loss(0.1)), Among::All),
    ]
}

#[test]
fn what_is_right_on_a_fold_has_no_say_in_what_is_chosen_and_answered_there() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let usual = load(folders[0].path(), |_| false);
    let wish = Wish::nothing(&usual.plan.tasks);
    let stand = Stand::new(&usual.plan, &usual.plan.tasks[0], &rows(&usual)).expect("answers");
    let picked = Nest::new(&usual.plan, &wish, (&usual.plan.tasks[0], &stand)).picked(&goals());
    for fold in 0..stand.folds.len() {
        let is_of_fold = |item: usize| stand.folds[fold].iter().any(|it| it.0 as usize == item);
        let turned = load(folders[1].path(), is_of_fold);
        let other = Stand::new(&turned.plan, &turned.plan.tasks[0], &rows(&turned));
        let other = other.expect("answers");
        assert_eq!(other.folds, stand.folds, "folds go by the questions");
        let others =
            Nest::new(&turned.plan, &wish, (&turned.plan.tasks[0], &other)).picked(&goals());
        for (at, (one, other)) in picked.iter().zip(&others).enumerate() {
            let (one, other) = (one.as_ref().expect("a choice"), other.as_ref().expect("a choice"));
            assert_eq!(one.by_fold[fold].name(), other.by_fold[fold].name(), "goal {at}");
            for item in &stand.folds[fold] {
                let [one, other] = [one, other].map(|it| &it.outcomes[item.0 as usize]);
                assert_eq!((&one.rung, one.cost), (&other.rung, other.cost), "goal {at}");
            }
        }
    }
}

#[test]
fn what_the_search_counts_is_what_the_policies_come_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = load(folder.path(), |item| item % 11 == 0);
    let wish = Wish::nothing(&loaded.plan.tasks);
    let stand = Stand::new(&loaded.plan, &loaded.plan.tasks[0], &rows(&loaded)).expect("answers");
    let nest = Nest::new(&loaded.plan, &wish, (&loaded.plan.tasks[0], &stand));
    let found = &nest.fits[0].trials.found;
    // 5 models, 26 votes, 8 weighted ones, the user's own, routers by all that they may look at,
    // cascades that no bound excludes by agreement and by confidence, and ladders.
    for kind in ["single", "vote", "cascade", "route", "failover", "cascade-route"] {
        assert!(found.iter().any(|it| it.shape.kind() == kind), "no {kind}");
    }
    for part in [
        "by words(",
        "by nearest questions and price(",
        "by shared factors(",
        "% sure)",
        "by knn among [",
    ] {
        let has = |it: &super::search::Found| it.shape.name().as_str().contains(part);
        assert!(found.iter().any(has), "no {part}");
    }
    let mut policies = nest.policies.clone();
    for it in found {
        policies.extend(it.shape.policies(&it.shape.name()));
    }
    let all = stand.all();
    let tried: Vec<_> = found.iter().map(|it| (it.shape.name(), all, all)).collect();
    for (it, outcomes) in found.iter().zip(stand.outcomes(&policies, &tried)) {
        let name = it.shape.name();
        let mean = |of: &dyn Fn(&crate::data::Outcome) -> f64| {
            outcomes.iter().map(of).sum::<f64>() / N_ITEMS as f64
        };
        let right = mean(&score);
        assert!((it.score - right).abs() < 1e-12, "{name}: {} is not {right}", it.score);
        let cost = mean(&|it| it.cost.map_or(f64::NAN, |cost| cost.dollars()));
        assert!((it.cost - cost).abs() < 1e-9, "{name}: {} is not {cost}", it.cost);
    }
}

#[test]
fn every_limit_is_kept_to_and_the_answer_follows_from_what_was_earned() {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = load(folder.path(), |_| false);
    let wish = |edit: &dyn Fn(&mut Wish)| {
        let mut wish = Wish::nothing(&loaded.plan.tasks);
        edit(&mut wish);
        recommend(&loaded.plan, &wish, &rows(&loaded)).map(|it| it.row)
    };
    let free = wish(&|_| {}).expect("an answer");
    assert_eq!(free.verdict, Advice::Combination, "{:?}", free.earned);
    let versus = free.earned.versus.as_ref().expect("a difference");
    assert!(versus.difference.low > 0.0 && versus.simultaneous.is_some(), "{versus:?}");
    assert_eq!(free.scenario.lines().next(), Some("policies:"));
    let cheap = wish(&|it| it.cost_per_1k_at_most = Some(9.0)).expect("an answer");
    assert!(cheap.earned.cost_per_1k.is_some_and(|it| it <= 9.0), "{:?}", cheap.earned);
    assert!(cheap.choices.iter().all(|it| it.within <= 9.0), "{:?}", cheap.choices);
    let fast = wish(&|it| it.p95_ms_at_most = Some(350.0)).expect("an answer");
    assert!(fast.earned.p95_ms.is_some_and(|it| it <= 350.0), "{:?}", fast.earned);
    let slow: Vec<&str> = fast.slow.iter().map(|it| it.as_str()).collect();
    assert_eq!(slow, ["m0", "m1", "m2"]);
    assert!(fast.left_out.is_empty(), "{:?}", fast.left_out);
    assert!(fast.baseline.p95_ms.is_some_and(|it| it <= 350.0), "{:?}", fast.baseline);
    let versus = fast.choices[0].to_baseline.as_ref().expect("a difference");
    assert_eq!(versus.policy, "best-single within the time".into());
    let kept = wish(&|it| {
        it.p95_ms_at_most = Some(350.0);
        it.accuracy_loss_at_most = Some(0.2);
    });
    let told = words::too_slow(&kept.expect("an answer")).expect("m0 takes 600 ms");
    assert!(told.contains("up to 600 ms, and 350 are allowed"), "{told}");
    let none = wish(&|it| {
        (it.p95_ms_at_most, it.accuracy_loss_at_most) = (Some(250.0), Some(0.01));
    });
    told_where_nothing_keeps(&none.expect("an answer"));
    let none = wish(&|it| it.p95_ms_at_most = Some(50.0)).expect_err("all take longer");
    assert!(none.to_string().contains("m4: it is too slow"), "{none}");
    // Who may lose little saves much, for the cheaper models are not much worse.
    let saves = wish(&|it| it.accuracy_loss_at_most = Some(0.05)).expect("an answer");
    assert!(saves.earned.cost_per_1k < free.earned.cost_per_1k, "{:?}", saves.earned);
    // The limit moves what is compared with, and every choice is compared with that.
    for it in &cheap.choices {
        let versus = it.to_baseline.as_ref().expect("a difference");
        assert_eq!(versus.policy, "best-single within the price".into(), "{it:?}");
    }
    let nothing = wish(&|it| it.cost_per_1k_at_most = Some(0.5));
    let told = nothing.expect_err("nobody is so cheap").to_string();
    assert!(told.contains("the cheapest is m4 at $2.0000 per thousand"), "{told}");
    // The best model alone is served on 39 of 40 items; somebody behind it on all.
    let always = wish(&|it| it.availability_at_least = Some(1.0)).expect("an answer");
    assert_eq!(always.earned.served, Some(1.0), "{:?}", always.earned);
    assert_ne!(always.baseline.served, Some(1.0), "{:?}", always.baseline);
    let kinds: Vec<&str> = free.space.iter().map(|it| it.kind.as_str()).collect();
    let all =
        ["models", "votes", "weighted votes", "cascades", "cascades by confidence", "routers"];
    assert_eq!(kinds[..6], all);
    let rest =
        ["routers among chains", "cascade routers", "failover ladders", "policies of the scenario"];
    assert_eq!(kinds[6..], rest);
    let never = wish(&|it| it.never = vec!["p".into()]);
    let told = never.expect_err("nobody is left").to_string();
    assert!(told.contains("its provider is never to be used"), "{told}");
    told_where_folds_differ(free.clone());
    told_of_what_is_cheaper(free);
    let told = words::by_category(&fast).expect("questions have categories");
    assert!(told.contains("among the 2 models that were asked and that the wish admits"), "{told}");
}

/// The one that is fast enough loses far more than a point.
fn told_where_nothing_keeps(row: &Recommendation) {
    let told = words::answer(row);
    assert!(told.starts_with("Nothing that was tried is shown to keep to every limit."), "{told}");
    assert!(
        told.contains("below best-single") && told.contains("1.0 points may be lost"),
        "{told}"
    );
}

/// Where some folds led to another choice, the figures are said to be of choosing so.
fn told_where_folds_differ(mut row: Recommendation) {
    let what = row.earned.what.clone();
    row.earned.chosen = [(what.clone(), 5)].into();
    let told = words::answer(&row);
    assert!(told.starts_with(&format!("Use {what}: on items that it was not chosen on")), "{told}");
    row.earned.chosen = [(what.clone(), 3), ("another".to_owned(), 2)].into();
    for (verdict, words) in [
        (Advice::Combination, ", which was chosen on 3 of 5 folds: choosing so is, on items not"),
        (
            Advice::CheaperModel,
            " (chosen on 3 of 5 folds: the figures are of choosing so, on items",
        ),
        (Advice::BestSingle, " (chosen on 3 of 5 folds: the figures are of choosing so, on items"),
        (Advice::TooFewItems, " (chosen on 3 of 5 folds: the figures are of choosing so, on items"),
    ] {
        row.verdict = verdict;
        let told = words::answer(&row);
        assert!(told.contains(&format!("{what}{words}")), "{told}");
    }
}

/// The cheapest other choice is told of that is as accurate and is served as often as it has to be.
fn told_of_what_is_cheaper(mut row: Recommendation) {
    let told = words::by_category(&row).expect("questions have categories");
    assert!(told.contains("among all models, whatever they cost"), "{told}");
    row.verdict = Advice::BestSingle;
    row.baseline.cost_per_1k = Some(1e3);
    let at = row.choices.iter().position(|it| it.earned.kind == "single").expect("a model");
    let mut choice = row.choices[at].clone();
    let versus = choice.to_baseline.as_mut().expect("a difference");
    assert!(versus.simultaneous.is_some(), "{versus:?}");
    versus.difference.point = 0.01;
    choice.earned.served = Some(0.9);
    row.choices = vec![choice];
    row.limits.availability = Some(0.9);
    let told = words::for_less(&row).expect("a choice for less");
    assert!(told.contains(&row.choices[0].earned.what), "{told}");
    assert!(told.contains("all choices looked at together"), "{told}");
    row.limits.availability = Some(0.91);
    assert_eq!(words::for_less(&row), None, "it is served too rarely");
    row.limits.availability = None;
    row.earned.what.clone_from(&row.choices[0].earned.what);
    assert_eq!(words::for_less(&row), None, "it is what is recommended");
}
