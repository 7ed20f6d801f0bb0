//! How long votes take: ten members on a hundred thousand items.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quorumbench::data::{Answer, AnswerIdx, Cell, CellState, Item, Outcome};
use quorumbench::kernel::{PolicyId, Probability, Seed, Usd};
use quorumbench::policy::{Context, Fitted, Learned, Standing, Vote, single};
use quorumbench::task::score::Score;
use quorumbench::vote::{Rule, Voter, Weighted};
use rand::Rng;

const ITEMS: usize = 100_000;
const MEMBERS: usize = 10;
const CLASSES: u16 = 4;

fn votes(criterion: &mut Criterion) {
    let members: Vec<PolicyId> =
        (0..MEMBERS).map(|member| PolicyId::from(format!("model-{member}"))).collect();
    let standings: Vec<Standing> = (0..MEMBERS).map(standing).collect();
    let answered: Vec<Vec<Outcome>> = members.iter().map(answers_of).collect();
    let mut rng = Seed(7).stream("bench", &[]);
    let draws: Vec<u16> =
        (0..ITEMS * MEMBERS).map(|_| (rng.next_u32() % u32::from(CLASSES)) as u16).collect();
    let mut group = criterion.benchmark_group("votes");
    group.sample_size(10).throughput(Throughput::Elements(ITEMS as u64));
    for (name, rule) in
        [("majority", Rule::default()), ("weighted", Rule::Weighted(Weighted::default()))]
    {
        let vote = Vote { rule, ..Vote::plurality(members.clone()) };
        group.bench_function(name, |bencher| {
            bencher.iter(|| decide_all(black_box(&vote), &standings, &answered, &draws));
        });
    }
    group.finish();
}

/// How often the first answer wins.
fn decide_all(
    vote: &Vote,
    standings: &[Standing],
    answered: &[Vec<Outcome>],
    draws: &[u16],
) -> usize {
    let (policy, item) = (PolicyId::from("vote"), Item::new("item".to_owned()));
    let answers: Vec<Answer> = (0..CLASSES).map(answer).collect();
    let n_classes = u32::from(CLASSES);
    let score = Score::default();
    let ctx = Context {
        policy: &policy,
        item: &item,
        seed: Seed(7),
        n_classes,
        answers: &answers,
        made: &[],
        score: &score,
    };
    let voters: Vec<Voter<'_>> = std::iter::zip(&vote.members, standings)
        .map(|(name, standing)| Voter { name, standing: *standing })
        .collect();
    let first_wins = |of_item: &&[u16]| {
        let outcomes: Vec<&Outcome> = std::iter::zip(*of_item, answered)
            .map(|(answer, of_member)| &of_member[usize::from(*answer)])
            .collect();
        vote.decide(&ctx, Learned::Nothing, &voters, &outcomes).verdict == answered[0][0].verdict
    };
    draws.chunks_exact(MEMBERS).filter(first_wins).count()
}

fn standing(member: usize) -> Standing {
    let accuracy = Probability::try_from(0.4 + 0.05 * member as f64).ok();
    let fitted = accuracy.map(|accuracy| Fitted { accuracy, n_items: 1000 });
    Standing { fitted, mean_cost: Some(Usd::from_picos(10)) }
}

fn answer(class: u16) -> Answer {
    Answer { text: class.to_string(), score: score(class) }
}

fn score(class: u16) -> f64 {
    if class == 0 { 1.0 } else { 0.0 }
}

/// What a member came to for each answer that it may give.
fn answers_of(member: &PolicyId) -> Vec<Outcome> {
    let outcome = |class| {
        let answer = Some(AnswerIdx(class));
        let state = CellState::Answered { answer, score: score(class) };
        single::outcome(&Cell { state, ..Cell::NOT_RUN }, member)
    };
    (0..CLASSES).map(outcome).collect()
}

criterion_group!(benches, votes);
criterion_main!(benches);
