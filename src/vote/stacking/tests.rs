//! Stacking against other programs, and on made-up voters whose weights are known.

use proptest::prelude::*;
use rand::Rng;

use super::{Categories, Example, Penalty, Stacked, Stacking};
use crate::data::AnswerIdx;
use crate::kernel::Seed;
use crate::vote::Ballot;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What each member said, which answers are right, the category, and how often.
type Row = (&'static str, &'static str, &'static str, usize);

fn examples(rows: &[Row]) -> Vec<Example> {
    let answer = |c: char| c.is_ascii_uppercase().then_some(AnswerIdx(c as u16));
    let example = |(given, right, category, n): &Row| {
        let example = Example {
            given: given.chars().map(answer).collect(),
            right: right.chars().filter_map(answer).collect(),
            category: (!category.is_empty()).then(|| (*category).to_owned()),
        };
        std::iter::repeat_n(example, *n)
    };
    rows.iter().flat_map(example).collect()
}

fn stacking(l2: f64, categories: Categories) -> Result<Stacking> {
    Ok(Stacking { l2: Penalty::try_from(l2)?, categories })
}

fn all_weights(stacked: &Stacked, categories: &[&str]) -> Vec<f64> {
    let shared = stacked.weights(None);
    let own = categories.iter().flat_map(|category| {
        let with = stacked.weights(Some(category));
        std::iter::zip(with, shared.clone()).map(|(with, without)| with - without)
    });
    shared.iter().copied().chain(own).collect()
}

fn assert_close(got: &[f64], expected: &[f64], what: &str) {
    let close = got.len() == expected.len()
        && std::iter::zip(got, expected).all(|(a, b)| (a - b).abs() < 2e-9);
    assert!(close, "{what}: {got:?} is not {expected:?}");
}

/// With two answers to every item it is a logistic regression without intercept on +1 for those
/// who gave the first, -1 for the second and 0 for neither: `LogisticRegression(C=1/l2,
/// fit_intercept=False, solver="newton-cholesky", tol=1e-14)` of scikit-learn 1.9.1.
#[test]
fn with_two_answers_it_is_the_logistic_regression_of_scikit_learn() -> Result<()> {
    let rows = [
        ("AABB", "A", "", 7),
        ("AABB", "B", "", 3),
        ("ABAB", "A", "", 9),
        ("ABAB", "B", "", 2),
        ("ABBB", "A", "", 6),
        ("ABBB", "B", "", 5),
        ("ABBA", "A", "", 8),
        ("ABBA", "B", "", 1),
        ("BAAA", "A", "", 4),
        ("BAAA", "B", "", 6),
        ("A-B-", "A", "", 5),
        ("A-B-", "B", "", 1),
        ("-BAB", "A", "", 3),
        ("-BAB", "B", "", 4),
    ];
    for (l2, expected) in [
        (1.0, [1.349_630_721_4, 0.070_472_731_1, 0.280_591_998_1, 0.494_012_453_6]),
        (0.1, [1.936_389_895_4, 0.222_749_781_3, 0.578_253_582_2, 0.789_127_674_9]),
        (4.0, [0.778_016_462_6, -0.071_789_86, 0.016_763_176_8, 0.203_061_916_9]),
    ] {
        let stacked = stacking(l2, Categories::Ignored)?.fit(4, &examples(&rows));
        assert_close(&stacked.weights(None), &expected, &format!("l2 = {l2}"));
    }
    Ok(())
}

const MANY: [Row; 16] = [
    ("ABC", "A", "law", 6),
    ("ABC", "B", "art", 4),
    ("ABC", "C", "law", 2),
    ("AAB", "A", "art", 9),
    ("AAB", "B", "law", 3),
    ("ABB", "A", "law", 5),
    ("ABB", "B", "art", 7),
    ("ABA", "B", "art", 4),
    ("ABA", "A", "", 5),
    ("A-B", "B", "law", 3),
    ("-AB", "AB", "law", 2),
    ("ABC", "AB", "art", 5),
    ("ABC", "BC", "law", 3),
    ("ABB", "C", "law", 9),
    ("AAA", "A", "art", 9),
    ("BA-", "A", "", 2),
];

/// scipy 1.17.1: `minimize` by BFGS, then `root` on the gradient by complex steps, of the
/// likelihood written down anew.
#[test]
fn several_answers_right_ones_and_categories_are_as_scipy_finds_them() -> Result<()> {
    let (ignored, adjusted) = (Categories::Ignored, Categories::Adjusted);
    for (categories, l2, expected) in [
        (ignored, 1.0, &[0.388_371_945_1, 0.642_673_652_8, 0.115_153_491_3][..]),
        (ignored, 0.1, &[0.527_205_78, 0.788_420_627_7, 0.230_091_765_8]),
        (
            adjusted,
            1.0,
            &[
                0.296_863_148_1,
                0.145_076_706_4,
                0.677_496_727_9,
                -0.412_875_188_9,
                2.305_236_702_5,
                -0.868_596_932_8,
                0.266_502_875_6,
                -1.716_924_534_7,
                0.027_110_353,
            ],
        ),
        (
            adjusted,
            0.1,
            &[
                0.147_031_428_6,
                0.788_254_230_2,
                2.636_334_243_7,
                -0.184_017_757_7,
                3.797_803_239_9,
                -2.372_102_654,
                1.244_595_428,
                -3.923_095_251_4,
                -0.977_420_375_8,
            ],
        ),
    ] {
        let stacked = stacking(l2, categories)?.fit(3, &examples(&MANY));
        let named: &[&str] = if categories == adjusted { &["art", "law"] } else { &[] };
        assert_close(&all_weights(&stacked, named), expected, &format!("{categories:?}, {l2}"));
    }
    Ok(())
}

/// Voters who are right with their own chance, independently, and else give one of the other three
/// answers.
fn independent_voters(chances: &[f64], n_items: usize) -> Vec<Example> {
    let mut rng = Seed(7).stream("stacking", &[]);
    let mut uniform = || f64::from(rng.next_u32()) / 2.0_f64.powi(32);
    let mut vote = |p: &f64| {
        let answer = if uniform() < *p { 0 } else { 1 + (uniform() * 3.0) as u16 };
        Some(AnswerIdx(answer))
    };
    let mut example = || Example {
        given: chances.iter().map(&mut vote).collect(),
        right: vec![AnswerIdx(0)],
        category: None,
    };
    (0..n_items).map(|_| example()).collect()
}

/// For independent voters whose wrong answers are equally likely the likelihood is right with the
/// weights ln(p (K - 1) / (1 - p)): 3.296, 1.946, 1.099 and 0. Standard errors are about 0.02.
#[test]
fn independent_voters_get_their_log_odds_and_a_random_one_nothing() -> Result<()> {
    let examples = independent_voters(&[0.9, 0.7, 0.5, 0.25], 100_000);
    let weights = Stacking::default().fit(4, &examples).weights(None);
    for (weight, expected) in std::iter::zip(weights, [3.295_8, 1.945_9, 1.098_6, 0.0]) {
        assert!((weight - expected).abs() < 0.08, "{weight} is not near {expected}");
    }
    Ok(())
}

#[test]
fn two_copies_of_one_voter_share_its_weight() -> Result<()> {
    let alone = independent_voters(&[0.8, 0.7, 0.6], 2_000);
    let copied: Vec<Example> = alone
        .iter()
        .map(|example| {
            let mut given = example.given.clone();
            given.push(given[0]);
            Example { given, ..example.clone() }
        })
        .collect();
    let rule = stacking(0.001, Categories::Ignored)?;
    let (alone, copied) = (rule.fit(3, &alone).weights(None), rule.fit(4, &copied).weights(None));
    assert!(alone[0] > 1.0, "{alone:?}");
    let shared = [copied[0] + copied[3], copied[1], copied[2]];
    for (one, other) in std::iter::zip(&alone, shared) {
        assert!((one - other).abs() < 1e-4, "{alone:?} became {copied:?}");
    }
    assert!((copied[0] - copied[3]).abs() < 1e-8, "{copied:?}");
    Ok(())
}

#[test]
fn without_anything_to_learn_from_heads_are_counted() {
    let ballots =
        [(0, 1), (1, 2), (2, 2)].map(|(voter, answer)| Ballot { voter, answer: AnswerIdx(answer) });
    for (name, rows) in [
        ("nothing", &[][..]),
        ("nobody right", &[("ABB", "C", "law", 9)]),
        ("all right", &[("AAA", "A", "law", 9), ("A-A", "A", "", 1)]),
    ] {
        let rule = Stacking { categories: Categories::Adjusted, ..Stacking::default() };
        let stacked = rule.fit(3, &examples(rows));
        assert_eq!(stacked.weights(Some("law")), [0.0; 3], "{name}");
        assert_eq!(stacked.leaders(&ballots, Some("law")), [AnswerIdx(2)], "{name}");
        assert!(stacked.leaders(&[], None).is_empty(), "{name}");
    }
}

#[test]
fn the_word_of_one_who_errs_speaks_against_an_answer() {
    // The last is wrong whenever the others disagree.
    let rows =
        [("ABB", "A", "", 30), ("ABA", "B", "", 30), ("ABC", "A", "", 5), ("ABC", "B", "", 5)];
    let stacked = Stacking::default().fit(3, &examples(&rows));
    assert!(stacked.weights(None)[2] < -1.0, "{stacked:?}");
    let ballot = |(voter, answer)| Ballot { voter, answer: AnswerIdx(answer) };
    let alone = [ballot((2, 5))];
    assert_eq!(stacked.leaders(&alone, None), [AnswerIdx(5)], "the only answer, though doubtful");
    let ballots = [(0, 0), (2, 5)].map(ballot);
    assert_eq!(stacked.leaders(&ballots, None), [AnswerIdx(0)]);
    let chances = stacked.chances(&ballots, None);
    let sum: f64 = chances.iter().map(|(_, chance)| chance).sum();
    assert!((sum - 1.0).abs() < 1e-12 && chances[0].1 > 0.9, "{chances:?}");
}

#[test]
fn options_read_with_their_defaults_and_nonsense_is_refused() {
    for (text, expected) in [
        ("{}", Some((1.0, Categories::Ignored))),
        (r#"{"l2": 0.5}"#, Some((0.5, Categories::Ignored))),
        (r#"{"categories": "adjusted"}"#, Some((1.0, Categories::Adjusted))),
        (r#"{"l2": 0}"#, None),
        (r#"{"l2": -1}"#, None),
        (r#"{"categories": true}"#, None),
        (r#"{"penalty": 1}"#, None),
    ] {
        let read: Option<Stacking> = serde_json::from_str(text).ok();
        assert_eq!(read.map(|rule| (rule.l2.value(), rule.categories)), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_examples_changes_nothing(
        shuffled in Just(examples(&MANY)).prop_shuffle(),
    ) {
        let rule = Stacking { categories: Categories::Adjusted, ..Stacking::default() };
        prop_assert_eq!(rule.fit(3, &shuffled), rule.fit(3, &examples(&MANY)));
    }

    #[test]
    fn the_order_of_members_changes_only_whose_weight_is_where(
        order in Just([0_usize, 1, 2]).prop_shuffle(),
    ) {
        let listed = |example: Example| Example {
            given: order.iter().map(|member| example.given[*member]).collect(),
            ..example
        };
        let moved: Vec<Example> = examples(&MANY).into_iter().map(listed).collect();
        let [one, other] =
            [examples(&MANY), moved].map(|all| Stacking::default().fit(3, &all).weights(None));
        let expected: Vec<f64> = order.iter().map(|member| one[*member]).collect();
        prop_assert_eq!(other, expected);
    }

    #[test]
    fn what_answers_are_called_changes_nothing(
        names in Just([0_u16, 1, 2]).prop_shuffle(),
    ) {
        let name = |answer: AnswerIdx| AnswerIdx(names[usize::from(answer.0 - 65)]);
        let renamed: Vec<Example> = examples(&MANY)
            .into_iter()
            .map(|example| Example {
                given: example.given.iter().map(|answer| answer.map(name)).collect(),
                right: example.right.iter().map(|answer| name(*answer)).collect(),
                category: example.category,
            })
            .collect();
        let [one, other] = [examples(&MANY), renamed].map(|all| Stacking::default().fit(3, &all));
        prop_assert_eq!(one, other);
    }
}
