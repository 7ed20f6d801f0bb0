//! Every kind of router, from the scenario to what it earns, and the same choices under traffic.

mod support {
    pub(crate) mod command;
}

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use support::command::{ends, quorumbench};

const N_ITEMS: usize = 200;

/// Questions of two kinds, told apart by their words alone: `lawyer` is right on those about the
/// law, `counter` on those about numbers, `dear` on most of both, and `counter` is the fastest.
fn write_files(folder: &Path, policies: &str) {
    let topics = ["the court and the contract of sale", "how many apples are left over"];
    let mut items = String::new();
    let mut answers = "id,model,answer,cost_usd,latency_ms\n".to_owned();
    for at in 0..N_ITEMS {
        let topic = at % 2;
        writeln!(
            items,
            "{{\"id\":{at},\"input\":\"{} number {}\",\"target\":\"A\",\"category\":\"c{topic}\"}}",
            topics[topic],
            at % 9
        )
        .expect("a text takes what is written");
        let said = |is_right: bool| if is_right { "A" } else { "B" };
        for (model, is_right, cost, latency) in [
            ("counter", topic == 1 && at % 10 != 1, 0.001, 100),
            ("dear", at % 5 != 0, 0.02, 300),
            ("lawyer", topic == 0 && at % 10 != 2, 0.001, 200),
        ] {
            writeln!(answers, "{at},{model},{},{cost},{latency}", said(is_right))
                .expect("a text takes what is written");
        }
    }
    let scenario = format!(
        "version: 1\nname: routers\nseed: 7\ntasks:\n  t: {{ dataset: items.jsonl }}\nproviders:\n  \
         p: {{ recorded: {{ answers: answers.csv }} }}\nbreakers:\n  \
         careful: {{ failure_rate: 0.5 }}\npolicies:\n{policies}\
         traffic: {{ poisson: {{ rate: 5/s, for: 1m }} }}\nsimulate: {{ replicates: 2 }}\n"
    );
    for (name, text) in [("items.jsonl", &*items), ("answers.csv", &answers), ("s.yaml", &scenario)]
    {
        fs::write(folder.join(name), text).expect("a write");
    }
}

const POLICIES: &str = "  \
  by-category: { route: { among: [counter, lawyer], by: category } }
  by-neighbours: { route: { among: [counter, lawyer], by: { knn: { neighbours: 9 } } } }
  by-words: { route: { among: [counter, lawyer], by: logistic } }
  by-factors: { route: { among: all, by: { matrix-factorisation: { rank: 2, l2: 1.0 } } } }
  by-worth: { route: { among: all, by: knn, worth_usd: 0.05 } }
  by-less-worth: { route: { among: [lawyer, dear], by: knn, worth_usd: 0.01 } }
  by-share: { route: { among: [lawyer, counter], by: logistic, share: 0.5 } }
  by-speed: { route: { among: all, by: latency, breaker: careful } }
  by-few-words: { route: { among: [counter, lawyer], by: { logistic: { at_most: 100 } } } }
  as-it-goes: { cascade-route: { among: all, by: category, worth_usd: 0.04 } }
  at-any-price: { cascade-route: { among: [dear, lawyer, counter], by: knn, worth_calls: 1000 } }
  by-rank: { route: { among: [dear, lawyer], by: priority, timeout: 20s } }
";

fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("run/summary.json")).expect("a summary");
    serde_json::from_str(&text).expect("it is JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn each_router_sends_an_item_where_its_name_says() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path(), POLICIES);
    ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    let got = summary(folder.path());
    let row = |name: &str| {
        let rows = got["policies"].as_array().expect("policies");
        rows.iter().find(|row| row["policy"] == name).expect(name)
    };
    for (name, accuracy, fitting) in [
        ("by-category", 0.8, "cross-fitted"),
        ("by-neighbours", 0.8, "cross-fitted"),
        ("by-words", 0.8, "cross-fitted"),
        ("by-few-words", 0.8, "cross-fitted"),
        ("by-share", 0.8, "cross-fitted"),
        // Whoever is cheap and mostly right; half a right answer is too much for a second opinion.
        ("as-it-goes", 0.8, "cross-fitted"),
        // A right answer for 5 cents is not worth 2 cents more where the cheap one is mostly right.
        ("by-worth", 0.8, "cross-fitted"),
        // For one cent nothing is worth two cents.
        ("by-less-worth", 0.4, "cross-fitted"),
        ("by-speed", 0.4, "nothing"),
        ("by-rank", 0.8, "nothing"),
    ] {
        let row = row(name);
        assert_eq!(row["fitting"], fitting, "{name}");
        let point = number(&row["accuracy_of_all"]["point"]);
        assert!((point - accuracy).abs() < 1e-9, "{name}: {point} is not {accuracy}");
    }
    let of_factors = number(&row("by-factors")["accuracy_of_all"]["point"]);
    assert!(of_factors >= 0.79, "by factors {of_factors}");
    assert_eq!(row("by-speed")["rungs"]["counter"], N_ITEMS);
    assert_eq!(row("as-it-goes")["rungs"]["counter"], N_ITEMS / 2);
    // Where answers cost next to nothing several are asked, and what they agree on is believed.
    let [one, several] =
        ["as-it-goes", "at-any-price"].map(|name| number(&row(name)["calls_per_item"]));
    assert!(one < 1.1 && several > 1.5, "{one} and {several} calls");
    let of_several = number(&row("at-any-price")["accuracy_of_all"]["point"]);
    assert!(of_several >= 0.8, "{of_several}");
    assert_eq!(row("by-share")["rungs"]["counter"], N_ITEMS / 2);
    let written = fs::read_to_string(folder.path().join("run/scenario.yaml")).expect("the plan");
    for words in [
        "worth_usd: 0.05",
        "share: 0.5",
        "breaker: careful",
        "neighbours: 9",
        "l2: 3",
        "at_most: 100",
        "worth_calls: 1000",
    ] {
        assert!(written.contains(words), "no `{words}` in\n{written}");
    }
}

#[test]
fn under_traffic_the_choices_are_the_same_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(folder.path(), POLICIES);
    ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 0);
    let evaluated = summary(folder.path());
    ends(&mut quorumbench(folder.path(), &["simulate", "s.yaml", "-o", "run"]), 0);
    let simulated = summary(folder.path());
    for row in simulated["simulated"].as_array().expect("rows") {
        let rows = evaluated["policies"].as_array().expect("policies");
        let same = rows.iter().find(|it| it["policy"] == row["policy"]).expect("the policy");
        let healthy = number(&row["healthy"]);
        if row["policy"] == "by-speed" {
            // Everybody is tried once before it is known who is fastest.
            assert!((healthy - 0.4).abs() < 0.02, "{healthy}");
        } else {
            assert_eq!(healthy, number(&same["accuracy"]["point"]), "{}", row["policy"]);
        }
    }
}

#[test]
fn what_no_router_can_do_is_told_at_its_word() {
    let folder = tempfile::tempdir().expect("a folder");
    write_files(
        folder.path(),
        "  \
  three: { route: { among: all, by: knn, share: 0.5 } }
  long: { route: { among: [dear, lawyer], by: length, share: 0.5 } }
  fast: { route: { among: all, by: latency, worth_usd: 1 } }
  both: { route: { among: [dear, lawyer], by: knn, share: 0.5, worth_usd: 1 } }
  free: { route: { among: all, by: logistic, worth_usd: 0 } }
  none: { route: { among: all, by: { knn: { neighbours: 0 } } } }
  wide: { cascade-route: { among: [dear, three, long, fast, both, free, none], worth_usd: 1 } }
  blind: { cascade-route: { among: all, by: length, worth_usd: 1 } }
  vague: { cascade-route: { among: all } }
  twice: { cascade-route: { among: all, worth_usd: 1, worth_calls: 9 } }
  short: { route: { among: all, by: { logistic: { at_most: 5 } } } }
  deep: { route: { among: [three, dear], by: priority } }
",
    );
    let stderr = ends(&mut quorumbench(folder.path(), &["evaluate", "s.yaml", "-o", "run"]), 3);
    for words in [
        "a router by knn among 3 takes no share",
        "a share is that of the second of two members",
        "a router by length among 2 takes no share",
        "`by: { length: { share: 0.3 } }` has its own",
        "a router by latency weighs no prices",
        "a share decides already who is asked",
        "0 is not what a right answer is worth",
        "0 is not from 1 to 1000",
        "how busy `three` is, is not known",
        "7 members have too many sets to weigh",
        "by length nothing is expected of members",
        "nobody says what a right answer is worth",
        "a right answer is worth dollars or calls, not both",
        "5 is not from 100 to 1000000",
    ] {
        assert!(stderr.contains(words), "not `{words}`:\n{stderr}");
    }
}
