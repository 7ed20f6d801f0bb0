//! Nothing that is scored has had a hand in its own fit.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::field::Field;
use rand::Rng;

use crate::data::{
    Answer, AnswerIdx, Cell, CellState, Item, ItemIdx, Matrix, ModelIdx, Outcome, Verdict,
};
use crate::kernel::{ModelId, PolicyId, Seed};
use crate::policy::cascade_route::Worth;
use crate::policy::route::{By, Category, Knn, Logistic, MatrixFactorisation, Trade};
use crate::policy::{Accept, Cascade, CascadeRoute, Policy, Route, Vote};
use crate::scenario::Asking;
use crate::task::score::Score;
use crate::vote::{Rule, Ties, Weighted};

static SCORE: LazyLock<Score> = LazyLock::new(Score::default);

const N_ITEMS: u32 = 60;
const MODELS: [(&str, u64); 4] = [("a", 40), ("b", 50), ("c", 60), ("d", 70)];

/// Four models, right about as often per hundred as [`MODELS`] says, among three answers.
/// Where an item is in `flipped`, another of the answers is the right one.
fn matrix(flipped: &[ItemIdx]) -> Matrix {
    let seed = Seed(3);
    let mut cells = Vec::new();
    let mut answers = Vec::new();
    for item in (0..N_ITEMS).map(ItemIdx) {
        let right = if flipped.contains(&item) { 1 } else { 0 };
        let score = |answer: u16| f64::from(u8::from(answer == right));
        let text = |answer: u16| Answer { text: answer.to_string(), score: score(answer) };
        answers.push((0..3).map(text).collect());
        for (model, skill) in MODELS {
            let draw = seed.stream(model, &[&item.0.to_string()]).next_u64();
            let answer = if draw % 100 < skill { 0 } else { 1 + (draw >> 32 & 1) as u16 };
            let answer = AnswerIdx(answer);
            let state = CellState::Answered { answer: Some(answer), score: score(answer.0) };
            cells.push(Cell { state, ..Cell::NOT_RUN });
        }
    }
    let item = |id: u32| Item {
        input: Some(format!("question {} of sort {} in chapter {}", id, id % 5, id % 7)),
        category: Some(format!("sort {}", id % 5)),
        ..Item::new(id.to_string())
    };
    let models = MODELS.map(|(name, _)| ModelId::from(name)).to_vec();
    Matrix::new("t".into(), (0..N_ITEMS).map(item).collect(), models, 1, answers, cells)
}

fn policies() -> BTreeMap<PolicyId, Policy> {
    let vote = |members: &[&str], rule: Rule| {
        Policy::Vote(Vote {
            rule,
            ..Vote::plurality(members.iter().map(|name| PolicyId::from(*name)).collect())
        })
    };
    let weighted = || Rule::Weighted(Weighted::default());
    let singles = MODELS.map(|(name, _)| (name.into(), Policy::Single(name.into())));
    let combined: [(PolicyId, Policy); 4] = [
        ("best-single".into(), Policy::BestSingle),
        ("weighted".into(), vote(&["a", "b", "c", "d"], weighted())),
        ("even".into(), vote(&["a", "b"], Rule::default())),
        ("nested".into(), vote(&["weighted", "even", "best-single"], weighted())),
    ];
    singles.into_iter().chain(combined).chain(routers()).collect()
}

/// Everything that routers learn by, both ways of trading, and cascade routing by each.
fn routers() -> impl Iterator<Item = (PolicyId, Policy)> {
    let half = crate::kernel::Probability::try_from(0.5).map(Trade::Share).expect("a share");
    let kinds = [
        ("category", By::Category(Category {})),
        ("knn", By::Knn(Knn::default())),
        ("logistic", By::Logistic(Logistic::default())),
        ("factors", By::MatrixFactorisation(MatrixFactorisation::default())),
    ];
    kinds.into_iter().flat_map(move |(name, by)| {
        let among = |names: &[&str]| names.iter().map(|name| PolicyId::from(*name)).collect();
        let route = |names: &[&str], trade| {
            Policy::Route(Route { trade, ..Route::new(among(names), by.clone()) })
        };
        let steps = |names: &[&str]| {
            let worth = Worth::Calls(20.0);
            Policy::CascadeRoute(CascadeRoute::new(among(names), by.clone(), worth))
        };
        [
            (name.into(), route(&["a", "b", "c", "d"], Trade::Best)),
            (format!("half {name}").into(), route(&["c", "d"], half)),
            (format!("nested {name}").into(), route(&["nested", "d"], half)),
            (format!("steps {name}").into(), steps(&["a", "b", "c", "d"])),
            (format!("nested steps {name}").into(), steps(&["nested", "c", "d"])),
        ]
    })
}

fn field<'a>(
    matrix: &'a Matrix,
    folds: &'a [Vec<ItemIdx>],
    policies: &'a BTreeMap<PolicyId, Policy>,
) -> Field<'a> {
    static NOTHING: LazyLock<Asking> = LazyLock::new(Asking::default);
    Field::new(matrix, &SCORE, folds, Seed(7), policies, &NOTHING)
}

#[test]
fn a_variant_of_a_vote_is_the_vote_that_was_declared_so() {
    let matrix = matrix(&[]);
    let folds = crate::engine::evaluate::folds::folds(matrix.items(), Seed(7));
    let declared = policies();
    let mut n_changed = 0;
    for (name, policy) in &declared {
        let Policy::Vote(vote) = policy else { continue };
        for ties in [Ties::Accuracy, Ties::Random] {
            let without = |left: usize| {
                let mut vote = Vote { ties, ..vote.clone() };
                vote.members.remove(left);
                vote
            };
            let variants: Vec<Vote> = (0..vote.members.len()).map(without).collect();
            let before = field(&matrix, &folds, &declared).outcomes(name);
            let of_variants =
                field(&matrix, &folds, &declared).variants(name, &variants).collect::<Vec<_>>();
            for (variant, got) in variants.into_iter().zip(of_variants) {
                let mut changed = declared.clone();
                changed.insert(name.clone(), Policy::Vote(variant));
                assert_eq!(got, field(&matrix, &folds, &changed).outcomes(name), "{name}");
                n_changed += usize::from(got != before);
            }
        }
    }
    assert!(n_changed > 0, "leaving out changes something");
}

#[test]
fn what_is_right_on_a_fold_has_no_say_in_what_is_answered_there() {
    let folds = crate::engine::evaluate::folds::folds(matrix(&[]).items(), Seed(7));
    let policies = policies();
    let answers = |matrix: &Matrix, policy: &PolicyId| -> Vec<Option<AnswerIdx>> {
        let field = field(matrix, &folds, &policies);
        let answer = |outcome: Outcome| match outcome.verdict {
            Verdict::Answered { answer, .. } => answer,
            _ => None,
        };
        field.outcomes(policy).into_iter().map(answer).collect()
    };
    let mut has_changed_elsewhere = false;
    for fold in &folds {
        let (before, after) = (matrix(&[]), matrix(fold));
        for policy in policies.keys() {
            let [before, after] = [&before, &after].map(|matrix| answers(matrix, policy));
            for item in 0..N_ITEMS {
                let is_same = before[item as usize] == after[item as usize];
                has_changed_elsewhere |= !is_same;
                assert!(is_same || !fold.contains(&ItemIdx(item)), "{policy} on {item}");
            }
        }
    }
    assert!(has_changed_elsewhere, "what is right elsewhere has a say, or nothing is fitted");
}

/// Two hundred questions with two answers. In each five of them `good` is wrong on the first, every
/// `copy` on the fourth and fifth, `never` on all of them, and `absent` was not asked.
fn crowd() -> Matrix {
    const NAMES: [&str; 8] =
        ["absent", "copy1", "copy2", "copy3", "copy4", "copy5", "good", "never"];
    let is_right = |name: &str, item: u32| match name {
        "good" => !item.is_multiple_of(5),
        "never" => false,
        _ => item % 5 < 3,
    };
    let cell = |item: u32, name: &str| {
        if name == "absent" {
            return Cell::NOT_RUN;
        }
        let answer = if is_right(name, item) { 0 } else { 1 };
        let state =
            CellState::Answered { answer: Some(AnswerIdx(answer)), score: 1.0 - answer as f64 };
        Cell { state, ..Cell::NOT_RUN }
    };
    let item = |id: u32| Item::new(id.to_string());
    let answers = || vec![("0", 1.0), ("1", 0.0)];
    let answer = |(text, score): (&str, f64)| Answer { text: text.to_owned(), score };
    Matrix::new(
        "t".into(),
        (0..200).map(item).collect(),
        NAMES.map(ModelId::from).to_vec(),
        1,
        (0..200).map(|_| answers().into_iter().map(answer).collect()).collect(),
        (0..200).flat_map(|item| NAMES.map(|name| cell(item, name))).collect(),
    )
}

#[test]
fn copies_a_model_that_is_always_wrong_and_one_that_is_absent_do_what_theory_says() {
    let matrix = crowd();
    let folds = crate::engine::evaluate::folds::folds(matrix.items(), Seed(7));
    let stacking = || Rule::Stacking(crate::vote::Stacking::default());
    let weighted = || Rule::Weighted(Weighted::default());
    for (name, rule, members, accuracy) in [
        ("a tie goes to the better", Rule::default(), &["good", "copy1"][..], 0.8),
        ("two copies outvote it", Rule::default(), &["good", "copy1", "copy2"], 0.6),
        // ln 4 = 1.39 against twice and five times ln 1.5 = 0.41.
        ("two copies weigh less", weighted(), &["good", "copy1", "copy2"], 0.8),
        (
            "five weigh more",
            weighted(),
            &["good", "copy1", "copy2", "copy3", "copy4", "copy5"],
            0.6,
        ),
        (
            "copies share a weight",
            stacking(),
            &["good", "copy1", "copy2", "copy3", "copy4", "copy5"],
            0.8,
        ),
        (
            "the wrong one always sides with the wrong",
            Rule::default(),
            &["good", "copy1", "never"],
            0.4,
        ),
        ("and has no weight", weighted(), &["good", "copy1", "never"], 0.8),
        ("the absent changes nothing", Rule::default(), &["good", "copy1", "absent"], 0.8),
        ("nor by weight", weighted(), &["good", "copy1", "copy2", "absent"], 0.8),
    ] {
        let members = members.iter().map(|name| PolicyId::from(*name)).collect();
        let vote = Policy::Vote(Vote { rule, ..Vote::plurality(members) });
        let singles = matrix.models().iter();
        let singles =
            singles.map(|model| (PolicyId::from(model.as_str()), Policy::Single(model.clone())));
        let policies = singles.chain([("vote".into(), vote)]).collect();
        let outcomes = field(&matrix, &folds, &policies).outcomes(&"vote".into());
        let scores = outcomes.iter().filter_map(|outcome| outcome.verdict.score());
        assert_eq!(scores.sum::<f64>() / 200.0, accuracy, "{name}");
    }
}

#[test]
fn whether_an_item_is_judged_does_not_depend_on_how_it_went() {
    // Of every other item `d`, who would be asked last, was not asked.
    let whole = matrix(&[]);
    let cells = whole.item_idxs().flat_map(|item| {
        let cell = |model| *whole.cell(item, model, 0);
        let last = if item.0 % 2 == 0 { cell(ModelIdx(3)) } else { Cell::NOT_RUN };
        [cell(ModelIdx(0)), cell(ModelIdx(1)), cell(ModelIdx(2)), last]
    });
    let answers = whole.item_idxs().map(|item| whole.answers(item).to_vec()).collect();
    let (items, models) = (whole.items().to_vec(), whole.models().to_vec());
    let part = Matrix::new("t".into(), items.into(), models, 1, answers, cells.collect());
    let share = crate::kernel::Probability::try_from(1.0).expect("a share");
    let names = |names: &[&str]| names.iter().map(|name| PolicyId::from(*name)).collect();
    let cascade =
        Cascade { stages: names(&["pair", "d"]), accept: Accept::Agreement(share), prompt: None };
    let pair = Policy::Vote(Vote::plurality(names(&["a", "b"])));
    let singles = MODELS.map(|(name, _)| (name.into(), Policy::Single(name.into())));
    let policies: BTreeMap<PolicyId, Policy> = singles
        .into_iter()
        .chain([("pair".into(), pair), ("chain".into(), Policy::Cascade(cascade))])
        .collect();
    let folds: Vec<Vec<ItemIdx>> = (0..5)
        .map(|fold| (0..N_ITEMS).filter(|item| item % 5 == fold).map(ItemIdx).collect())
        .collect();
    let asking = Asking::default();
    let field = Field::new(&part, &SCORE, &folds, Seed(7), &policies, &asking);
    let outcomes = field.outcomes(&"chain".into());
    for (item, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.verdict == Verdict::NotRun, item % 2 == 1, "item {item}");
    }
    assert!(outcomes.iter().any(|outcome| outcome.n_stages == 1), "some agree at once");
}
