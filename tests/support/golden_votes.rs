//! The votes of a golden case, and what is asked of the beliefs that come of them.

use quorumbench::vote::{Beliefs, Classes, Votes, shares};
use serde_json::Value;

/// What the golden files ask of Dawid-Skene and one coin: crowd-kit lifts beliefs to 10^-10.
pub(crate) const CLOSE: f64 = 1e-8;

/// The votes of a case, with names in order.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) items: Vec<String>,
    pub(crate) voters: Vec<String>,
    pub(crate) labels: Vec<String>,
    /// Positions of item, voter and label.
    rows: Vec<[usize; 3]>,
    pub(crate) votes: Votes,
}

impl Case {
    pub(crate) fn read(case: &Value) -> Self {
        let rows: Vec<Vec<String>> =
            case["rows_task_worker_label"].as_array().expect("rows").iter().map(strings).collect();
        let names = |column: usize| {
            let mut names: Vec<String> = rows.iter().map(|row| row[column].clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        let (items, voters, labels) = (names(0), names(1), names(2));
        let row =
            |row: &Vec<String>| [at(&items, &row[0]), at(&voters, &row[1]), at(&labels, &row[2])];
        let rows: Vec<[usize; 3]> = rows.iter().map(row).collect();
        let mut of_items = vec![Vec::new(); items.len()];
        for [item, voter, label] in &rows {
            of_items[*item].push((*voter as u16, *label as u16));
        }
        let votes = Votes::new(voters.len(), Classes::Shared(labels.len() as u16), &of_items);
        let name = case["name"].as_str().expect("a name").to_owned();
        Self { name, items, voters, labels, rows, votes }
    }

    pub(crate) fn item(&self, name: &str) -> usize {
        at(&self.items, name)
    }

    pub(crate) fn voter(&self, name: &str) -> usize {
        at(&self.voters, name)
    }

    pub(crate) fn label(&self, name: &str) -> usize {
        at(&self.labels, name)
    }

    /// All belief on the first of the leaders, as in the vote of one voter who says so.
    pub(crate) fn on_first_leaders(&self, beliefs: &Beliefs) -> Beliefs {
        let vote = |item| vec![(0, beliefs.leaders(item)[0])];
        let of_items: Vec<Vec<(u16, u16)>> = (0..self.items.len()).map(vote).collect();
        shares(&Votes::new(1, Classes::Shared(self.labels.len() as u16), &of_items))
    }

    /// How many of the voter's votes are for one of several leaders.
    pub(crate) fn tied_votes(&self, beliefs: &Beliefs, voter: usize) -> usize {
        let is_tied = |row: &&[usize; 3]| {
            let leaders = beliefs.leaders(row[0]);
            row[1] == voter && leaders.len() > 1 && leaders.contains(&(row[2] as u16))
        };
        self.rows.iter().filter(is_tied).count()
    }

    pub(crate) fn check_beliefs(&self, beliefs: &Beliefs, expected: &Value, within: f64) {
        let of_items = expected["probas"].as_object().expect("beliefs");
        assert_eq!(of_items.len(), self.items.len(), "{}: items", self.name);
        for (item, of_labels) in of_items {
            let of_labels = of_labels.as_object().expect("beliefs of an item");
            assert_eq!(of_labels.len(), self.labels.len(), "{}: labels", self.name);
            for (label, belief) in of_labels {
                let got = beliefs.of(self.item(item))[self.label(label)];
                near(got, belief, within, &format!("{}: {label} of {item}", self.name));
            }
        }
    }

    pub(crate) fn check_voters(&self, got: &[Option<f64>], expected: &Value, within: f64) {
        for (voter, wanted) in expected.as_object().into_iter().flatten() {
            let got = got[self.voter(voter)].expect("everybody voted");
            near(got, wanted, within, &format!("{}: {voter}", self.name));
        }
    }

    pub(crate) fn check_priors(&self, got: &[f64], expected: &Value) {
        for (label, wanted) in expected.as_object().into_iter().flatten() {
            let got = got[self.label(label)];
            near(got, wanted, CLOSE, &format!("{}: prior of {label}", self.name));
        }
    }

    pub(crate) fn check_labels(&self, beliefs: &Beliefs, expected: &Value, key: &str) {
        for (item, label) in expected["labels"].as_object().into_iter().flatten() {
            let got = &self.labels[usize::from(beliefs.leaders(self.item(item))[0])];
            assert_eq!(got, label.as_str().expect("a label"), "{}, {key}: {item}", self.name);
        }
    }

    pub(crate) fn right_share(&self, beliefs: &Beliefs, gold: &Value) -> f64 {
        let is_right = |(item, name): &(usize, &String)| {
            let label = &self.labels[usize::from(beliefs.leaders(*item)[0])];
            gold[name].as_str() == Some(label)
        };
        let n_right = self.items.iter().enumerate().filter(is_right).count();
        n_right as f64 / self.items.len() as f64
    }

    /// What crowd-kit minds to stop: a bound a vote, in which priors count once for each vote.
    pub(crate) fn crowd_kit_bound(
        &self,
        beliefs: &Beliefs,
        priors: &[f64],
        chance: impl Fn(usize, usize, usize) -> f64,
    ) -> f64 {
        let mut sum = 0.0;
        for [item, voter, given] in &self.rows {
            for (right, belief) in beliefs.of(*item).iter().enumerate() {
                sum += belief * (chance(*voter, *given, right) * priors[right].max(1e-10)).ln();
            }
        }
        for item in 0..self.items.len() {
            let lifted = beliefs.of(item).iter().map(|belief| belief.max(1e-10));
            sum -= lifted.map(|belief| belief * belief.ln()).sum::<f64>();
        }
        sum / self.rows.len() as f64
    }
}

fn at(names: &[String], name: &str) -> usize {
    names.iter().position(|other| other == name).expect(name)
}

pub(crate) fn near(got: f64, wanted: &Value, within: f64, what: &str) {
    let wanted = number(wanted);
    assert!((got - wanted).abs() <= within, "{what}: {got:e} is not {wanted:e}");
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("numbers").iter().map(number).collect()
}

pub(crate) fn whole(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

pub(crate) fn strings(value: &Value) -> Vec<String> {
    let string = |value: &Value| value.as_str().expect("a string").to_owned();
    value.as_array().expect("strings").iter().map(string).collect()
}
