//! Votes of crowds with known answers, learned from as well as crowd-kit does.

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use quorumbench::vote::{
    Beliefs, Classes, DawidSkene, Glad, Mace, MaceMethod, OneCoin, Votes, shares,
};
use serde_json::Value;

/// One point.
const POINT: f64 = 0.01;

/// Where crowd-kit's own accuracy is not what its method gives: set, rule, and what does.
///
/// MACE on bluebirds is 0.75 in the reference. crowd-kit 1.4.2 counts a worker's habits by label in
/// sorted order and looks them up by label in order of appearance. On the same votes with rows
/// sorted by label, where both orders are one, it gives 0.8889 by EM and 0.8611 by variational
/// Bayes; unsorted, 0.7130 and 0.7222.
const CORRECTED: [(&str, &str, f64); 1] = [("bluebirds", "MACE", 0.8889)];

#[test]
fn crowds_are_understood_as_well_as_by_crowd_kit() {
    let Some(folder) = support::shared("data/crowd") else { return };
    let reference = std::fs::read_to_string(folder.join("reference.json"));
    let reference: Value =
        serde_json::from_str(&reference.expect("the reference can be read")).expect("it is JSON");
    let sets = reference.as_array().expect("sets");
    assert_eq!(sets.len(), 3);
    for set in sets {
        let name = set["set"].as_str().expect("a name");
        let crowd = Crowd::read(&folder.join(name));
        for (key, got) in [
            ("tasks", crowd.votes.n_items()),
            ("workers", crowd.votes.n_voters()),
            ("labels", crowd.votes.n_votes()),
            ("classes", usize::from(crowd.votes.n_classes(0))),
            ("tied_tasks", crowd.n_tied()),
        ] {
            assert_eq!(Some(got as u64), set[key].as_u64(), "{name}: {key}");
        }
        let by_chance = crowd.accuracy_with_ties_drawn();
        let wanted = set["mv_random_tie_expected"].as_f64().expect("an accuracy");
        assert!((by_chance - wanted).abs() < 1e-4, "{name}: {by_chance} with ties drawn");
        for (rule, beliefs) in crowd.beliefs() {
            let corrected = CORRECTED.iter().find(|(set, of, _)| (*set, *of) == (name, rule));
            let wanted = corrected.map_or_else(|| set[rule].as_f64(), |(.., it)| Some(*it));
            let wanted = wanted.expect("an accuracy");
            let got = crowd.accuracy(&beliefs);
            let within = if rule == "MajorityVote" { 1e-4 } else { POINT };
            assert!((got - wanted).abs() <= within, "{name}, {rule}: {got} is not {wanted}");
        }
    }
}

/// Both ways of learning do well where the reference is in error.
#[test]
fn mace_beats_the_plurality_of_bluebirds_either_way() {
    let Some(folder) = support::shared("data/crowd/bluebirds") else { return };
    let crowd = Crowd::read(&folder);
    for (method, wanted) in [(MaceMethod::Em, 0.8889), (MaceMethod::Vb, 0.8611)] {
        let rule = Mace { method, ..Mace::default() };
        let got = crowd.accuracy(&rule.beliefs(&crowd.votes).expect("shared labels"));
        assert!((got - wanted).abs() < 1e-4, "{method:?}: {got} is not {wanted}");
    }
}

/// Votes, and the right label of each item.
struct Crowd {
    votes: Votes,
    targets: Vec<u16>,
}

impl Crowd {
    fn read(folder: &Path) -> Self {
        let questions = std::fs::read_to_string(folder.join("questions.jsonl"));
        let targets: BTreeMap<String, String> = questions
            .expect("the questions can be read")
            .lines()
            .map(|line| {
                let question: Value = serde_json::from_str(line).expect("a line is JSON");
                let field = |key: &str| question[key].as_str().expect("a string").to_owned();
                (field("id"), field("target"))
            })
            .collect();
        let mut answers = csv::Reader::from_path(folder.join("answers.csv")).expect("answers");
        let answers: Vec<[String; 3]> = answers
            .records()
            .map(|record| {
                let record = record.expect("a row");
                [0, 1, 2].map(|column| record[column].to_owned())
            })
            .collect();
        let column = |column: usize| answers.iter().map(move |answer| &answer[column]);
        let items = positions(targets.keys());
        let voters = positions(column(1));
        let labels = positions(column(2).chain(targets.values()));
        let mut of_items = vec![Vec::new(); items.len()];
        for [item, voter, label] in &answers {
            of_items[usize::from(items[item])].push((voters[voter], labels[label]));
        }
        let classes = Classes::Shared(labels.len() as u16);
        Self {
            votes: Votes::new(voters.len(), classes, &of_items),
            targets: targets.values().map(|target| labels[target]).collect(),
        }
    }

    /// By the names that the reference has for the rules.
    fn beliefs(&self) -> [(&'static str, Beliefs); 5] {
        let votes = &self.votes;
        [
            ("MajorityVote", shares(votes)),
            ("DawidSkene100", DawidSkene::default().beliefs(votes).expect("shared labels")),
            ("OneCoinDS100", OneCoin::default().beliefs(votes)),
            ("GLAD", Glad::default().beliefs(votes)),
            ("MACE", Mace::default().beliefs(votes).expect("shared labels")),
        ]
    }

    /// With ties for the label that sorts first, as in the reference.
    fn accuracy(&self, beliefs: &Beliefs) -> f64 {
        let is_right = |(item, target): &(usize, &u16)| beliefs.leaders(*item)[0] == **target;
        let n_right = self.targets.iter().enumerate().filter(is_right).count();
        n_right as f64 / self.targets.len() as f64
    }

    fn accuracy_with_ties_drawn(&self) -> f64 {
        let drawn = shares(&self.votes).on_leaders();
        let right = |(item, target): (usize, &u16)| drawn.of(item)[usize::from(*target)];
        self.targets.iter().enumerate().map(right).sum::<f64>() / self.targets.len() as f64
    }

    fn n_tied(&self) -> usize {
        let plurality = shares(&self.votes);
        (0..self.targets.len()).filter(|item| plurality.leaders(*item).len() > 1).count()
    }
}

/// Names by their place in order.
fn positions<'a>(names: impl Iterator<Item = &'a String>) -> BTreeMap<String, u16> {
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    names.into_iter().zip(0..).collect()
}
