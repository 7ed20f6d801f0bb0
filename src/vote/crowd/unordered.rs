//! What holds for every rule that learns from the votes, whoever the voters are and however their
//! votes are listed.

use proptest::prelude::*;
use rand::Rng;

use crate::kernel::Seed;
use crate::vote::crowd::{
    Beliefs, Classes, DawidSkene, Glad, Iterations, Mace, MaceMethod, OneCoin, Votes, Wawa, shares,
};

/// For each item, for each voter, the label or none.
type Answers = Vec<Vec<Option<u16>>>;

/// A rule, which may refuse labels that items don't share.
type Rule = (&'static str, fn(&Votes) -> Option<Beliefs>);

const RULES: [Rule; 7] = [
    ("shares", |votes| Some(shares(votes))),
    ("wawa", |votes| Some(Wawa {}.beliefs(votes))),
    ("one-coin", |votes| Some(OneCoin::default().beliefs(votes))),
    ("glad", |votes| Some(Glad::default().beliefs(votes))),
    ("dawid-skene", |votes| DawidSkene::default().beliefs(votes).ok()),
    ("mace, em", |votes| Mace::default().beliefs(votes).ok()),
    ("mace, vb", |votes| Mace { method: MaceMethod::Vb, ..Mace::default() }.beliefs(votes).ok()),
];

fn votes(answers: &Answers, n_voters: usize, classes: Classes) -> Votes {
    let of_item = |of_item: &Vec<Option<u16>>| {
        (0..).zip(of_item).filter_map(|(voter, label)| label.map(|label| (voter, label))).collect()
    };
    let of_items: Vec<Vec<(u16, u16)>> = answers.iter().map(of_item).collect();
    Votes::new(n_voters, classes, &of_items)
}

/// A number of labels, the answers, and an order of items, of voters and of labels.
#[derive(Debug, Clone)]
struct Case {
    n_labels: u16,
    answers: Answers,
    items: Vec<usize>,
    voters: Vec<usize>,
    labels: Vec<u16>,
}

impl Case {
    fn n_voters(&self) -> usize {
        self.voters.len()
    }

    fn reordered(&self, rename: impl Fn(usize, u16) -> u16) -> Answers {
        let of_item = |item: &usize| {
            let label = |voter: &usize| self.answers[*item][*voter].map(|it| rename(*item, it));
            self.voters.iter().map(label).collect()
        };
        self.items.iter().map(of_item).collect()
    }
}

prop_compose! {
    fn sizes()(n_items in 1_usize..12, n_voters in 1_usize..6, n_labels in 1_u16..5)
        -> (usize, usize, u16) {
        (n_items, n_voters, n_labels)
    }
}

prop_compose! {
    fn cases()(sizes in sizes())(
        answers in prop::collection::vec(
            prop::collection::vec(prop::option::weighted(0.8, 0..sizes.2), sizes.1), sizes.0,
        ),
        items in Just((0..sizes.0).collect::<Vec<usize>>()).prop_shuffle(),
        voters in Just((0..sizes.1).collect::<Vec<usize>>()).prop_shuffle(),
        labels in Just((0..sizes.2).collect::<Vec<u16>>()).prop_shuffle(),
        n_labels in Just(sizes.2),
    ) -> Case {
        Case { n_labels, answers, items, voters, labels }
    }
}

proptest! {
    /// To the last bit, so that not even votes that are torn between two fits fall another way.
    #[test]
    fn no_order_of_voters_items_or_shared_labels_shows(case in cases()) {
        let classes = || Classes::Shared(case.n_labels);
        let given = votes(&case.answers, case.n_voters(), classes());
        let answers = case.reordered(|_, label| case.labels[usize::from(label)]);
        let reordered = votes(&answers, case.n_voters(), classes());
        for (name, rule) in RULES {
            let (one, other) = (rule(&given), rule(&reordered));
            let (one, other) = (one.expect("shared labels"), other.expect("shared labels"));
            for (position, item) in case.items.iter().enumerate() {
                for (label, renamed) in case.labels.iter().enumerate() {
                    let one = one.of(*item)[label];
                    let other = other.of(position)[usize::from(*renamed)];
                    prop_assert_eq!(one, other, "{}, item {}, label {}", name, item, label);
                }
            }
        }
    }

    #[test]
    fn no_order_of_an_items_own_labels_shows(case in cases()) {
        // Of each item as many labels as it needs, and up to two more, turned round by its number.
        let n_of = |item: usize| {
            let highest = case.answers[item].iter().flatten().max();
            highest.map_or(0, |label| label + 1) + item as u16 % 3
        };
        let rename = |item: usize, label: u16| (label + item as u16) % n_of(item);
        let classes = Classes::PerItem((0..case.items.len()).map(n_of).collect());
        let given = votes(&case.answers, case.n_voters(), classes);
        let classes = Classes::PerItem(case.items.iter().copied().map(n_of).collect());
        let reordered = votes(&case.reordered(rename), case.n_voters(), classes);
        for (name, rule) in RULES {
            let (Some(one), Some(other)) = (rule(&given), rule(&reordered)) else { continue };
            for (position, item) in case.items.iter().enumerate() {
                for label in 0..n_of(*item) {
                    let renamed = usize::from(rename(*item, label));
                    let one = one.of(*item)[usize::from(label)];
                    let other = other.of(position)[renamed];
                    prop_assert_eq!(one, other, "{}, item {}, label {}", name, item, label);
                }
            }
        }
    }

    #[test]
    fn beliefs_sum_to_1_and_are_equal_where_nobody_voted(case in cases()) {
        let given = votes(&case.answers, case.n_voters(), Classes::Shared(case.n_labels));
        for (name, rule) in RULES {
            let beliefs = rule(&given).expect("shared labels");
            for (item, answers) in case.answers.iter().enumerate() {
                let of_item = beliefs.of(item);
                let sum: f64 = of_item.iter().sum();
                prop_assert!((sum - 1.0).abs() < 1e-12, "{}, item {}: {}", name, item, sum);
                let is_belief = |belief: &f64| (0.0..=1.0).contains(belief);
                prop_assert!(of_item.iter().all(is_belief), "{}: {:?}", name, of_item);
                if answers.iter().all(Option::is_none) {
                    let equal = vec![1.0 / f64::from(case.n_labels); of_item.len()];
                    prop_assert_eq!(of_item, equal, "{}, item {}", name, item);
                }
            }
        }
    }

    #[test]
    fn no_round_explains_the_votes_worse(case in cases()) {
        let given = votes(&case.answers, case.n_voters(), Classes::Shared(case.n_labels));
        let dawid_skene = DawidSkene::default().fit(&given).expect("shared labels");
        let one_coin = OneCoin::default().fit(&given).log_likelihoods;
        let glad = Glad::default().fit(&given).log_posteriors;
        for (name, values) in [
            ("dawid-skene", dawid_skene.log_likelihoods), ("one-coin", one_coin), ("glad", glad),
        ] {
            for pair in values.windows(2) {
                prop_assert!(pair[1] >= pair[0] - 1e-7, "{}: {:?}", name, values);
            }
        }
        let added = 0.01 / f64::from(case.n_labels);
        let mut before = f64::NEG_INFINITY;
        for iterations in 1..12 {
            let rule = Mace { iterations: Iterations(iterations), ..Mace::default() };
            let fitted = rule.fit(&given).expect("shared labels");
            let mut value = *fitted.log_likelihoods.last().expect("the last one");
            for annotator in fitted.annotators.iter().flatten() {
                let of_knowing = [&annotator.knowing, &annotator.spamming];
                let chances = annotator.strategy.iter().chain(of_knowing);
                value += added * chances.map(|chance| chance.ln()).sum::<f64>();
            }
            prop_assert!(value >= before - 1e-9, "mace: {} after {}", value, before);
            before = value;
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut rng = Seed(3).stream("test", &[]);
    let mut label = || {
        let draw = rng.next_u32();
        (!draw.is_multiple_of(7)).then_some((draw >> 8) as u16 % 3)
    };
    // So many ways of voting that they are more than one chunk.
    let answers: Answers = (0..4000).map(|_| (0..9).map(|_| label()).collect()).collect();
    let votes = votes(&answers, 9, Classes::Shared(3));
    for (name, rule) in RULES {
        let on = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
            pool.expect("a pool").install(|| rule(&votes))
        };
        assert_eq!(on(1), on(3), "{name}");
    }
}
