//! What holds for every vote and cascade, whoever the members are and whatever they say.

use proptest::prelude::*;

use crate::data::{AnswerIdx, Outcome, Verdict};
use crate::kernel::{Key, Micros, ModelId, PolicyId, Probability, Seed, Usd};
use crate::policy::made::{Asked, Next};
use crate::policy::testing::{letter, on_an_item, outcome, standing};
use crate::policy::{
    Accept, CallOff, Cascade, Context, Fuse, How, Judge, Learned, Otherwise, Standing, Vote,
};
use crate::task::prompt::Prompt;
use crate::vote::{Rule, StopRule, Ties, Voter, Weighted};

/// A member: its name, what it came to, and how it did elsewhere.
type Member = (PolicyId, char, Standing);

fn named(members: &[(char, f64)]) -> Vec<Member> {
    let member = |(idx, (letter, accuracy)): (usize, &(char, f64))| {
        (PolicyId::from(format!("m{idx:02}")), *letter, standing(*accuracy))
    };
    members.iter().enumerate().map(member).collect()
}

fn vote_of(members: &[Member], rule: &Rule, ties: Ties, stop: StopRule, quorum: u32) -> Outcome {
    on_an_item(|ctx| decide(ctx, members, rule, ties, stop, quorum))
}

fn decide(
    ctx: &Context<'_>,
    members: &[Member],
    rule: &Rule,
    ties: Ties,
    stop: StopRule,
    quorum: u32,
) -> Outcome {
    let names = members.iter().map(|(name, ..)| name.clone()).collect();
    let standings: Vec<Standing> = members.iter().map(|(.., standing)| *standing).collect();
    let outcomes: Vec<Outcome> =
        members.iter().map(|(name, letter, _)| outcome(*letter, name)).collect();
    let outcomes: Vec<&Outcome> = outcomes.iter().collect();
    let vote = Vote { rule: rule.clone(), ties, quorum, stop, ..Vote::plurality(names) };
    let voters: Vec<Voter<'_>> = std::iter::zip(&vote.members, standings)
        .map(|(name, standing)| Voter { name, standing })
        .collect();
    vote.decide(ctx, Learned::Nothing, &voters, &outcomes)
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    let letter = prop::sample::select("AAABBBCCDJ?!tr-".chars().collect::<Vec<char>>());
    // Few accuracies, so that equal ones are common.
    let accuracy = prop::sample::select(vec![0.05, 0.1, 0.3, 0.5, 0.5, 0.7, 0.9, 1.0]);
    prop::collection::vec((letter, accuracy), 1..8).prop_map(|members| named(&members))
}

fn rules() -> impl Strategy<Value = Rule> {
    prop::sample::select(vec![Rule::default(), Rule::Weighted(Weighted::default())])
}

fn unordered_ties() -> impl Strategy<Value = Ties> {
    use Ties::{Abstain, Accuracy, Cheapest, Random, Weight};
    prop::sample::select(vec![Cheapest, Accuracy, Weight, Random, Abstain])
}

/// What a judge, or a fusion in two rounds, comes to, where whoever is asked says what the letters
/// say, each question its own, however often and in whatever order it is asked.
fn about(members: &[Member], says: &[char], how: Option<How>) -> (Outcome, u32) {
    let names: Vec<PolicyId> = members.iter().map(|(name, ..)| name.clone()).collect();
    let outcomes: Vec<Outcome> =
        members.iter().map(|(name, letter, _)| outcome(*letter, name)).collect();
    let outcomes: Vec<&Outcome> = outcomes.iter().collect();
    let prompt = Prompt::compile("").expect("it is a template");
    let (by, otherwise) = ("j".into(), Otherwise::Plurality);
    on_an_item(|ctx| {
        let mut heard: Vec<Outcome> = Vec::new();
        loop {
            let (members, prompt, again) = (names.clone(), prompt.clone(), prompt.clone());
            let next = match how {
                Some(how) => Judge {
                    members,
                    samples: 1,
                    without: 0,
                    by: ModelId::clone(&by),
                    how,
                    otherwise,
                    prompt,
                }
                .next(ctx, &outcomes, &heard),
                None => Fuse {
                    members,
                    by: Some(by.clone()),
                    rounds: 2,
                    without: 0,
                    otherwise,
                    prompt,
                    again,
                }
                .next(ctx, &outcomes, &heard),
            };
            let asked = match next {
                Next::Done(outcome) => return (outcome, heard.len() as u32),
                Next::Ask(asked) => asked,
            };
            for Asked { by, made } in asked {
                let mut key = Key::new(Seed(1), "said", &[by.as_str()]);
                made.shown.iter().for_each(|it| key = key.with(u64::from(it.0)));
                let said = says[key.below(says.len() as u64) as usize];
                let said = match made.shown.get(key.with(1).below(4) as usize) {
                    Some(shown) => char::from(b'A' + shown.0 as u8),
                    None => said,
                };
                let sure = Some(key.with(2).uniform());
                let name = PolicyId::from(by.as_str());
                heard.push(Outcome { confidence: sure, ..outcome(said, &name) });
            }
        }
    })
}

/// What is asked about answers; `None` is a fusion.
fn hows() -> impl Strategy<Value = Option<How>> {
    let all = vec![Some(How::Choose), Some(How::Grade), Some(How::Pairwise), None];
    prop::sample::select(all)
}

proptest! {
    #[test]
    fn the_order_of_members_changes_nothing_that_is_asked_about_answers(
        (members, shuffled) in
            members().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle())),
        says in prop::collection::vec(prop::sample::select(vec!['A', 'B', '?', 't']), 1..4),
        how in hows(),
    ) {
        let [one, other] = [&members, &shuffled].map(|members| about(members, &says, how));
        prop_assert_eq!((one.0.verdict, one.1), (other.0.verdict, other.1));
        prop_assert_eq!((one.0.n_calls, one.0.cost), (other.0.n_calls, other.0.cost));
    }

    #[test]
    fn what_is_asked_about_answers_is_paid_and_who_was_never_run_is_not_there(
        members in members(),
        at in 0_usize..8,
        says in prop::collection::vec(prop::sample::select(vec!['A', 'B', '?', 't']), 1..4),
        how in hows(),
    ) {
        let (outcome, n_asked) = about(&members, &says, how);
        let n_run = members.iter().filter(|(_, letter, _)| *letter != '-').count() as u32;
        if outcome.verdict != Verdict::NotRun {
            prop_assert_eq!(outcome.n_calls, n_run + n_asked);
            let cost = Usd::from_picos(10 * i64::from(outcome.n_calls));
            prop_assert_eq!(outcome.cost, Some(cost));
        }
        let letters = || members.iter().map(|(_, letter, _)| *letter);
        let answers = || letters().filter(char::is_ascii_uppercase);
        prop_assert_eq!(outcome.verdict.score().is_some(), answers().next().is_some());
        let given = letter(&outcome);
        let is_new = how.is_none() || outcome.verdict.score().is_none();
        prop_assert!(is_new || answers().any(|it| it == given), "nobody said so");
        let mut more = members.clone();
        more.insert(at.min(members.len()), (PolicyId::from("absent"), '-', standing(0.9)));
        let (with, n_with) = about(&more, &says, how);
        if how.is_some() {
            prop_assert_eq!((with.verdict, with.agreement), (outcome.verdict, outcome.agreement));
            prop_assert_eq!(n_with, n_asked);
        }
    }

    #[test]
    fn the_order_of_members_changes_nothing(
        (members, shuffled) in
            members().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle())),
        rule in rules(),
        ties in unordered_ties(),
    ) {
        let [one, other] =
            [members, shuffled].map(|m| vote_of(&m, &rule, ties, StopRule::Never, 1));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn what_answers_are_called_changes_nothing(
        members in members(),
        names in Just(('A'..='J').collect::<Vec<char>>()).prop_shuffle(),
        rule in rules(),
        ties in unordered_ties(),
    ) {
        let rename = |letter: char| match letter {
            'A'..='J' => names[letter as usize - 'A' as usize],
            other => other,
        };
        let renamed: Vec<Member> =
            members.iter().map(|(name, answer, of)| (name.clone(), rename(*answer), *of)).collect();
        let plain = vote_of(&members, &rule, ties, StopRule::Never, 1);
        let other = vote_of(&renamed, &rule, ties, StopRule::Never, 1);
        prop_assert_eq!(rename(letter(&plain)), letter(&other));
        prop_assert_eq!((plain.tied, plain.agreement), (other.tied, other.agreement));
    }

    #[test]
    fn stopping_early_never_changes_the_answer(
        members in members(), rule in rules(), ties in unordered_ties(), quorum in 0_u32..4,
    ) {
        let full = vote_of(&members, &rule, ties, StopRule::Never, quorum);
        let early = vote_of(&members, &rule, ties, StopRule::Lossless, quorum);
        prop_assert_eq!(early.verdict, full.verdict);
        prop_assert_eq!((early.tied, &early.rung), (full.tied, &full.rung));
        prop_assert!(early.n_calls <= full.n_calls && early.cost <= full.cost);
        prop_assert!(early.agreement <= full.agreement, "{:?} {:?}", early, full);
    }

    #[test]
    fn calling_off_who_can_t_change_it_never_changes_the_answer(
        members in members(),
        took in prop::collection::vec(0_u64..500, 8),
        ties in unordered_ties(),
        quorum in 0_u32..4,
    ) {
        let names: Vec<PolicyId> = members.iter().map(|(name, ..)| name.clone()).collect();
        let outcomes: Vec<Outcome> = std::iter::zip(&members, took)
            .map(|((name, letter, _), took)| Outcome {
                latency: Some(Micros(took)),
                ..outcome(*letter, name)
            })
            .collect();
        let outcomes: Vec<&Outcome> = outcomes.iter().collect();
        let full = Vote { ties, quorum, ..Vote::plurality(names) };
        let call_off: CallOff = serde_json::from_str("\"settled\"")?;
        let spared = Vote { call_off: Some(call_off), ..full.clone() };
        let voter = |(name, _, standing): &Member| (name.clone(), *standing);
        let voters: Vec<(PolicyId, Standing)> = members.iter().map(voter).collect();
        let voters: Vec<Voter<'_>> =
            voters.iter().map(|(name, standing)| Voter { name, standing: *standing }).collect();
        let [full, spared] = [full, spared].map(|vote| {
            on_an_item(|ctx| vote.decide_in_time(ctx, Learned::Nothing, &voters, &outcomes))
        });
        prop_assert_eq!((spared.verdict, spared.tied), (full.verdict, full.tied));
        prop_assert_eq!((spared.n_calls, spared.cost), (full.n_calls, full.cost));
        prop_assert!(spared.latency <= full.latency, "{:?} {:?}", spared, full);
        // Whoever is behind two of the same in three is not waited for.
        let all_say = |letter| members.iter().all(|(_, it, _)| *it == letter);
        let is_late = full.latency > spared.latency;
        let took_differ = outcomes.windows(2).all(|pair| pair[0].latency != pair[1].latency);
        prop_assert!(is_late || members.len() < 3 || quorum > 1 || !all_say('B') || !took_differ);
    }

    #[test]
    fn what_all_who_answer_say_is_the_answer(
        answered in prop::collection::vec(prop::sample::select(vec!['B', '?', 't', '-']), 0..6),
        rule in rules(),
        ties in unordered_ties(),
    ) {
        let members: Vec<(char, f64)> =
            std::iter::once('B').chain(answered).map(|letter| (letter, 0.4)).collect();
        let outcome = vote_of(&named(&members), &rule, ties, StopRule::Never, 1);
        prop_assert_eq!((letter(&outcome), outcome.tied), ('B', false));
    }

    #[test]
    fn a_member_that_was_never_run_changes_nothing(
        members in members(), rule in rules(), ties in unordered_ties(), at in 0_usize..8,
    ) {
        let mut more = members.clone();
        more.insert(at.min(members.len()), (PolicyId::from("absent"), '-', standing(0.9)));
        for stop in [StopRule::Never, StopRule::Lossless] {
            let [one, other] = [&members, &more].map(|m| vote_of(m, &rule, ties, stop, 1));
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn weights_that_are_equal_make_a_majority(
        members in members(), ties in unordered_ties(), accuracy in 0.0..=1.0_f64,
    ) {
        let level: Vec<Member> = members
            .into_iter()
            .map(|(name, answer, _)| (name, answer, standing(accuracy)))
            .collect();
        let [one, other] = [Rule::default(), Rule::Weighted(Weighted::default())]
            .map(|rule| vote_of(&level, &rule, ties, StopRule::Never, 1))
            // Shares of all weight may differ by rounding.
            .map(|outcome| Outcome {
                confidence: outcome.confidence.map(|share| (share * 1e9).round()),
                ..outcome
            });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_member_who_is_always_wrong_has_no_say_in_a_weighted_vote(
        members in members(), says in prop::sample::select(('B'..='J').collect::<Vec<char>>()),
    ) {
        let weighted = Rule::Weighted(Weighted::default());
        // With somebody better than chance to listen to, else heads are counted.
        let anchor = (PolicyId::from("anchor"), 'A', standing(0.6));
        let without: Vec<Member> = members.into_iter().chain([anchor]).collect();
        let mut with = without.clone();
        with.push((PolicyId::from("wrong"), says, standing(0.0)));
        let [one, other] = [without, with].map(|members| {
            vote_of(&members, &weighted, Ties::Accuracy, StopRule::Never, 1).verdict
        });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_cascade_costs_at_most_the_sum_of_its_stages(
        stages in prop::collection::vec(members(), 1..5), least in 0.0..=1.0_f64,
    ) {
        let run = |members: &Vec<Member>| {
            vote_of(members, &Rule::default(), Ties::Accuracy, StopRule::Never, 1)
        };
        let outcomes: Vec<Outcome> = stages.iter().map(run).collect();
        let asked: Vec<&Outcome> = outcomes.iter().collect();
        let all = || outcomes.iter().filter(|outcome| outcome.verdict != Verdict::NotRun);
        let names = (0..stages.len()).map(|idx| PolicyId::from(format!("s{idx}"))).collect();
        let accept = Accept::Agreement(Probability::try_from(least)?);
        let outcome = Cascade { stages: names, accept, prompt: None }.decide(&asked);
        prop_assert!(outcome.n_calls <= all().map(|stage| stage.n_calls).sum());
        prop_assert!(outcome.cost <= all().map(|stage| stage.cost).sum());
        prop_assert!(outcome.n_stages as usize <= stages.len());
        prop_assert!(outcome.verdict.score().is_none_or(|score| (0.0..=1.0).contains(&score)));
    }
}

#[test]
fn two_copies_of_one_model_outvote_a_better_one() {
    let members = named(&[('B', 0.6), ('B', 0.6), ('A', 0.7)]);
    for rule in [Rule::default(), Rule::Weighted(Weighted::default())] {
        let outcome = vote_of(&members, &rule, Ties::Accuracy, StopRule::Never, 1);
        assert_eq!(letter(&outcome), 'B', "{rule:?}: votes take members as independent");
    }
}

#[test]
fn priority_alone_looks_at_the_order_of_members() {
    let [first, second] = [('A', 0.5), ('B', 0.5)];
    for (members, expected) in [([first, second], 'A'), ([second, first], 'B')] {
        let members = named(&members);
        let outcome = vote_of(&members, &Rule::default(), Ties::Priority, StopRule::Never, 1);
        assert_eq!(letter(&outcome), expected);
    }
}

#[test]
fn the_score_is_that_of_the_answer_taken() {
    let names = ["a", "b", "c"].map(PolicyId::from);
    let graded = [('B', 0.5), ('B', 0.5), ('A', 0.25)].map(|(letter, score)| {
        let mut graded = outcome(letter, &names[0]);
        if let Verdict::Answered { score: of_letter, .. } = &mut graded.verdict {
            *of_letter = score;
        }
        graded
    });
    let voters = names.each_ref().map(|name| Voter { name, standing: standing(0.5) });
    let vote = Vote::plurality(names.to_vec());
    let outcome = on_an_item(|ctx| vote.decide(ctx, Learned::Nothing, &voters, &graded.each_ref()));
    assert_eq!(outcome.verdict, Verdict::Answered { answer: Some(AnswerIdx(1)), score: 0.5 });
}
