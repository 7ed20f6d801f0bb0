//! Reads a scenario's text, and goes on after a mistake so that all of them are told at once.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::decode::Decoder;
use super::misread::{Fault, Instead};
use super::raw::RawScenario;
use super::tree::{self, Node};

/// More than this, and the rest is not worth reading.
const MAX_COMPLAINTS: usize = 100;

/// A mistake in the text: what, what would be right, and where.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Range<usize>,
}

/// What could be read.
#[derive(Debug)]
pub(super) struct Reading {
    /// What is left when everything broken is cut out or read as what it may have been; `None` when
    /// nothing is.
    pub(super) raw: Option<RawScenario>,
    pub(super) complaints: Vec<Complaint>,
    /// Every name that is declared, broken or not: a reference to a broken entry is no mistake.
    pub(super) declared: BTreeSet<String>,
}

/// Reads the text of a scenario.
pub(super) fn read(source: &str) -> Reading {
    let mut root = match parse(source) {
        Ok(root) => root,
        Err(complaint) => {
            return Reading { raw: None, complaints: vec![complaint], declared: BTreeSet::new() };
        }
    };
    let mut names = declared(&root);
    let (raw, complaints) = settle(&mut root, source);
    // A section may have been read whose name is misspelt.
    names.extend(declared(&root));
    Reading { raw, complaints, declared: names }
}

/// Reads the text of another file, likewise.
pub(super) fn read_as<T: DeserializeOwned>(source: &str) -> (Option<T>, Vec<Complaint>) {
    match parse(source) {
        Ok(mut root) => settle(&mut root, source),
        Err(complaint) => (None, vec![complaint]),
    }
}

/// Where the text has this key at its top, if it has.
pub(super) fn place_of(source: &str, key: &str) -> Option<Range<usize>> {
    let root = parse(source).ok()?;
    root.entries().iter().find(|(it, _)| it.name == key).map(|(it, _)| it.span.clone())
}

fn parse(source: &str) -> Result<Node, Complaint> {
    let complaint = |(message, span)| Complaint { message, help: None, span };
    tree::parse(source).map_err(complaint)
}

/// Reads what is broken as what it may have been, or else cuts it out, until the rest can be read.
fn settle<T: DeserializeOwned>(root: &mut Node, source: &str) -> (Option<T>, Vec<Complaint>) {
    let mut complaints = Vec::new();
    cut_repeated(root, &mut complaints);
    while complaints.len() < MAX_COMPLAINTS {
        match T::deserialize(Decoder { node: root, source }) {
            Ok(raw) => return (Some(raw), complaints),
            Err(mut fault) => {
                let (path, instead) = (fault.path.clone(), fault.instead.take());
                // What may have been meant by a key says nothing of what is behind it.
                let is_guess = fault.is_type && root.is_guessed(&path);
                if !fault.echo && !is_guess {
                    complaints.push(complaint(fault));
                }
                if instead.is_some_and(|instead| goes_on(root, &path, *instead)) {
                    continue;
                }
                if path.is_empty() {
                    break;
                }
                root.cut(&path);
            }
        }
    }
    (None, complaints)
}

/// Reads on as if what is wrong at `path` were right; false where it can't be.
fn goes_on(root: &mut Node, path: &[usize], instead: Instead) -> bool {
    match instead {
        Instead::Word { wrong, meant } => root.rename(path, &wrong, meant),
        Instead::Key(name) => stand_in(name).is_some_and(|text| match tree::parse(text) {
            Ok(node) => root.add(path, name, node.value),
            Err(_) => false,
        }),
    }
}

/// What stands in for a key that is missing, or was cut out for its value: with it the names are
/// looked at that its table has. Nobody sees it, for there is a mistake.
fn stand_in(key: &str) -> Option<&'static str> {
    Some(match key {
        "version" => "1",
        "name" => "nameless",
        "accept" => "{ agreement: 1 }",
        "after" => "{ fixed: { wait: 1s } }",
        "good_for" | "bad_for" => "{ exponential: { mean: 1h } }",
        // Longer than whatever has to fit in.
        "every" => "3650d",
        // One of which no limit is too high or too low.
        "metric" => "mean_ms",
        _ => return None,
    })
}

fn complaint(fault: Fault) -> Complaint {
    Complaint { message: fault.message, help: fault.help, span: fault.span.unwrap_or(0..0) }
}

fn declared(root: &Node) -> BTreeSet<String> {
    ["tasks", "providers", "models", "policies"]
        .iter()
        .filter_map(|section| root.entry(section))
        .flat_map(|section| section.entries().iter().map(|(key, _)| key.name.clone()))
        .collect()
}

/// Complains of every key that stands twice in a table, and keeps the first.
fn cut_repeated(node: &mut Node, complaints: &mut Vec<Complaint>) {
    match &mut node.value {
        tree::Value::List(nodes) => {
            nodes.iter_mut().for_each(|node| cut_repeated(node, complaints));
        }
        tree::Value::Table(entries) => {
            let mut seen = BTreeSet::new();
            entries.retain(|(key, _)| {
                let is_new = seen.insert(key.name.clone());
                if !is_new {
                    complaints.push(Complaint {
                        message: format!("the key `{}` stands twice here", key.name),
                        help: Some("keep one of them".into()),
                        span: key.span.clone(),
                    });
                }
                is_new
            });
            entries.iter_mut().for_each(|(_, node)| cut_repeated(node, complaints));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: &str = "version: 1
name: six
sead: 7
tasks:
  t: { dataset: d, extract: numbr, score: exact, promt: x }
providers:
  p: { recorded: { answers: a.jsonl } }
policies:
  trio:
    vote: { members: [a, b], rule: majoritty, quorum: many }
  saver:
    cascade: { stages: [a, trio], accept: { agreement: 1.5 } }
  trio:
    vote: { members: all }
";

    #[test]
    fn every_mistake_is_told_at_once_each_at_its_word() {
        let reading = read(SIX);
        let told: Vec<(&str, &str)> = reading
            .complaints
            .iter()
            .map(|complaint| (complaint.message.as_str(), &SIX[complaint.span.clone()]))
            .collect();
        assert_eq!(
            told,
            [
                ("the key `trio` stands twice here", "trio"),
                ("unknown key `sead`", "sead"),
                ("unknown kind `numbr`", "numbr"),
                ("unknown key `promt`", "promt"),
                ("unknown kind `majoritty`", "majoritty"),
                ("expected a whole number, found the text `many`", "many"),
                ("1.5 is not between 0 and 1", "1.5"),
            ]
        );
        let help = reading.complaints[1].help.as_deref().unwrap();
        assert!(help.starts_with("did you mean `seed`?"), "{help}");
        let raw = reading.raw.unwrap();
        let names: Vec<&str> = raw.policies.0.iter().map(|(it, _)| it.value.as_str()).collect();
        assert_eq!(names, ["trio", "saver"], "both are looked at for names that nobody has");
    }

    #[test]
    fn what_is_misspelt_or_missing_hides_no_other_mistake() {
        let text = "nmae: x
tasks: {}
providers: {}
modles: { a: { provider: p } }
policies:
  v: { vote: { memebrs: [a, b] } }
  h: { hegde: { members: [a, b], after: { fixed: { wait: soon } } } }
faults:
  f: { renewal: { of: { model: b }, good_for: { exponentil: { mean: 5s } }, bad_for: { weibull: 1 } } }
gates: { g: { threshold: { of: b, at_least: 0.5 } } }
";
        let Reading { raw, complaints, declared } = read(text);
        let told: Vec<&str> = complaints.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "unknown key `nmae`",
                "unknown key `modles`",
                "unknown key `memebrs`",
                "unknown kind `hegde`",
                "`soon` is not a length of time; write it as 1d 6h 36m, 90s or 200ms",
                "unknown kind `exponentil`",
                "expected a table of options, found the number `1`",
                "the key `metric` is missing",
                "the key `version` is missing",
            ]
        );
        let raw = raw.unwrap();
        assert!(raw.name.value == "x" && declared.contains("a"), "{declared:?}");
        let counts = (raw.models.0.len(), raw.policies.0.len(), raw.faults.0.len());
        assert_eq!((counts, raw.gates.0.len()), ((1, 2, 1), 1));
    }

    #[test]
    fn what_a_key_may_have_meant_makes_no_mistake_of_what_is_behind_it() {
        let text = "version: 1
name: x
tasks: {}
providers: {}
policies:
  f: { failover: { rungs: [a, b], breakers: { x: 1 } } }
  v: { vote: { members: [a, b], tie: 3 } }
  h: { hegde: 3 }
  g: { failover: { rungs: [a, b], time_out: soon, retry: 3 } }
";
        let told: Vec<String> = read(text).complaints.into_iter().map(|it| it.message).collect();
        assert_eq!(
            told,
            [
                "unknown key `breakers`",
                "unknown key `tie`",
                "unknown kind `hegde`",
                "unknown key `time_out`",
                "`soon` is not a length of time; write it as 1d 6h 36m, 90s or 200ms",
                "expected a table of options, found the number `3`",
            ]
        );
    }

    #[test]
    fn what_stands_in_for_a_missing_key_makes_no_mistake() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("d.jsonl"), "{\"id\": 1, \"input\": \"?\"}\n").unwrap();
        let file = folder.path().join("s.yaml");
        let text = "version: 1
name: x
tasks: { t: { dataset: d.jsonl } }
providers: { p: { synthetic: {} } }
models: { a: { provider: p }, b: { provider: p } }
policies:
  c: { cascade: { stages: [a, b] } }
  h: { hedge: { members: [a, b] } }
faults: { f: { renewal: { of: { model: b } } } }
traffic: { bursts: { rate: 1/s, burst_rate: 2/s, burst_for: 2h, for: 3h } }
gates:
  g: { threshold: { of: c, at_most: 2.0 } }
  m: { threshold: { of: c, at_least: -3 } }
";
        std::fs::write(&file, text).unwrap();
        let wrong = crate::scenario::load(&file, &[]).err().unwrap_or_default();
        let told: Vec<&str> = wrong.iter().map(|it| it.message.as_str()).collect();
        let missing = ["accept", "after", "good_for", "bad_for", "every", "metric", "metric"];
        assert_eq!(told, missing.map(|key| format!("the key `{key}` is missing")));
    }

    #[test]
    fn what_is_missing_is_told_where_it_should_stand() {
        let reading = read("version: 1\nname: x\ntasks:\n  t: {}\n");
        let told: Vec<&str> = reading.complaints.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(told, ["the key `dataset` is missing", "the key `providers` is missing"]);
    }

    #[test]
    fn a_kind_reads_bare_empty_or_with_options() {
        for rule in
            ["majority", "{ majority: {} }", "{ majority: }", "weighted", "{ weighted: {} }"]
        {
            let text = format!(
                "{{version: 1, name: x, tasks: {{}}, providers: {{}}, \
                 policies: {{p: {{vote: {{members: all, rule: {rule}}}}}}}}}"
            );
            let reading = read(&text);
            assert!(reading.complaints.is_empty(), "{rule}: {:?}", reading.complaints);
        }
    }
}
