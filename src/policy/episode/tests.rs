//! Episodes, event by event.

mod bench;
mod sparing;

use super::*;
use crate::kernel::{Lasting, Probability, Seed};
use crate::policy::balance::Choice;
use crate::policy::hedge::{After, Fixed, Quantile};
use crate::policy::route::{By, Latency, Priority};
use crate::policy::{Balance, Conduct, Hedge, Policy, Route, Vote, WhenOpen};
use bench::{Bench, guarded, ids, ladder, ms, retried};

/// What one request did, where every model says this every time.
fn one(policies: &[(&str, Policy)], says: &[(&str, u64, char)]) -> String {
    let mut bench = Bench::new(policies);
    bench.asks("p", 0, 0, &mut |model, _| said(says, model))
}

fn said(says: &[(&str, u64, char)], model: &str) -> (u64, char) {
    let (_, took, letter) = says.iter().find(|(name, ..)| *name == model).unwrap();
    (*took, *letter)
}

#[test]
fn a_ladder_goes_down_rung_by_rung() {
    let free = Conduct::default();
    let plain = || ladder("a b @apology", free, WhenOpen::Degrade);
    let brief = Conduct { deadline: Some(ms(100)), ..free };
    let hasty = Conduct { timeout: Some(ms(40)), ..free };
    for (policy, says, wanted) in [
        (plain(), [("a", 10, 'A'), ("b", 5, 'B')], "0 a, 10 A a 1"),
        (plain(), [("a", 10, 'r'), ("b", 5, 'B')], "0 a, 10 b, 15 B b 2"),
        (plain(), [("a", 10, '!'), ("b", 5, 'B')], "0 a, 10 ! a 1"),
        (plain(), [("a", 10, 'r'), ("b", 5, 't')], "0 a, 10 b, 15 r @apology 2"),
        (plain(), [("a", 0, '~'), ("b", 5, 'B')], "0 a, 30000 b, 30005 B b 2"),
        (
            ladder("a b", hasty, WhenOpen::Degrade),
            [("a", 40, 'A'), ("b", 39, 'B')],
            "0 a, 40 b, 79 B b 2",
        ),
        // What is left of the deadline is all that the second has.
        (
            ladder("a b", brief, WhenOpen::Degrade),
            [("a", 60, 'r'), ("b", 50, 'B')],
            "0 a, 60 b, 100 r nobody 2",
        ),
        (
            ladder("a b", brief, WhenOpen::Degrade),
            [("a", 0, '~'), ("b", 50, 'B')],
            "0 a, 100 t nobody 1",
        ),
        // A key that is wrong is not tried again, and a rate limit is when it says.
        (
            ladder("a b", retried(3), WhenOpen::Degrade),
            [("a", 10, 'k'), ("b", 5, 'B')],
            "0 a, 10 b, 15 B b 2",
        ),
        (
            ladder("a b", retried(2), WhenOpen::Degrade),
            [("a", 10, 'q'), ("b", 5, 'B')],
            "0 a, 2010 a, 2020 b, 2025 B b 3",
        ),
        (
            ladder("a", retried(3), WhenOpen::Degrade),
            [("a", 10, 'r'), ("b", 5, 'B')],
            "0 a, 510 a, 1520 a, 1530 r nobody 3",
        ),
    ] {
        assert_eq!(one(&[("p", policy)], &says), wanted, "{says:?}");
    }
}

#[test]
fn a_deadline_outlasts_no_wait_and_stands_over_what_is_nested() {
    let conduct = Conduct { deadline: Some(ms(400)), ..retried(3) };
    let policies = [("p", ladder("a b", conduct, WhenOpen::Degrade))];
    // The wait of 500 ms would end behind it, so the next is asked at once.
    let wanted = "0 a, 10 b, 15 B b 2";
    assert_eq!(one(&policies, &[("a", 10, 'r'), ("b", 5, 'B')]), wanted);
    let conduct = Conduct { deadline: Some(ms(100)), ..Conduct::default() };
    let policies = [
        ("p", ladder("duo c", conduct, WhenOpen::Degrade)),
        ("duo", Policy::Vote(Vote { quorum: 2, ..Vote::plurality(ids("a b")) })),
    ];
    let wanted = "0 a, 0 b, 100 r nobody 2";
    let told = one(&policies, &[("a", 10, 'A'), ("b", 0, '~'), ("c", 5, 'C')]);
    assert_eq!(told.replace("t nobody", "r nobody"), wanted);
}

#[test]
fn where_all_are_open_it_goes_as_was_said() {
    for (rungs, when_open, wanted) in [
        ("a b", WhenOpen::Degrade, "0 r nobody 0"),
        ("a b @apology", WhenOpen::Degrade, "0 r @apology 0"),
        ("a b @cache @apology", WhenOpen::Degrade, "0 A @cache 0"),
        ("a b @cache @apology", WhenOpen::FailFast, "0 r nobody 0"),
        ("a b @cache @apology", WhenOpen::Bypass, "0 a, 10 A a 1"),
        ("a b", WhenOpen::Bypass, "0 a, 10 A a 1"),
    ] {
        let mut bench = Bench::new(&[("p", ladder(rungs, guarded(), when_open))]);
        bench.asks("p", 0, 1, &mut |_, _| (10, 'A'));
        let shut = bench.asks("p", 100, 2, &mut |_, _| (10, 'k'));
        assert!(shut.starts_with("0 a, 10 b, 20 r "), "{shut}");
        assert_eq!(
            bench.asks("p", 1000, 1, &mut |_, _| (10, 'A')),
            wanted,
            "{rungs} {when_open:?}"
        );
    }
}

#[test]
fn who_is_passed_by_and_fails_falls_to_the_rungs_that_ask_nobody() {
    let policy = ladder("a b @cache", guarded(), WhenOpen::Bypass);
    let mut bench = Bench::new(&[("p", policy)]);
    bench.asks("p", 0, 1, &mut |_, _| (10, 'A'));
    bench.asks("p", 100, 2, &mut |_, _| (10, 'k'));
    assert_eq!(bench.asks("p", 1000, 1, &mut |_, _| (10, 'r')), "0 a, 10 A @cache 1");
    assert_eq!(bench.asks("p", 2000, 3, &mut |_, _| (10, 'r')), "0 a, 10 r nobody 1");
}

#[test]
fn time_that_is_up_is_no_open_breaker() {
    let brief = Conduct { deadline: Some(ms(50)), ..Conduct::default() };
    let inner = ladder("b @cache", guarded(), WhenOpen::FailFast);
    let policies = [("p", ladder("a inner", brief, WhenOpen::Degrade)), ("inner", inner)];
    let mut bench = Bench::new(&policies);
    let first = bench.asks("p", 0, 1, &mut |model, _| said(&[("a", 1, 'r'), ("b", 1, 'B')], model));
    assert_eq!(first, "0 a, 1 b, 2 B inner 2");
    // The first takes all the time, and nobody may be asked any more; what is kept is still there.
    let second = bench.asks("p", 1000, 1, &mut |_, _| (0, '~'));
    assert_eq!(second, "0 a, 50 B inner 1");
}

#[test]
fn what_is_kept_grows_old_though_it_is_asked_for() {
    let policy = ladder("a @cache", guarded(), WhenOpen::Degrade);
    let mut bench = Bench::new(&[("p", policy)]);
    assert_eq!(bench.asks("p", 0, 1, &mut |_, _| (10, 'A')), "0 a, 10 A a 1");
    for at in [30_000, 60_010] {
        let told = bench.asks("p", at, 1, &mut |_, _| (0, 'r'));
        assert!(told.ends_with(" A @cache 1") || told == "0 A @cache 0", "at {at}: {told}");
    }
    // A minute and a bit behind the answer, half a minute behind it was last served.
    let told = bench.asks("p", 60_011, 1, &mut |_, _| (0, 'r'));
    assert!(told.ends_with("nobody 0"), "{told}");
}

#[test]
fn a_part_is_answered_with_what_it_answered_itself() {
    let kept = || ladder("a @cache", Conduct::default(), WhenOpen::Degrade);
    let trio = Policy::Vote(Vote::plurality(ids("kept b c")));
    let mut bench = Bench::new(&[("p", trio), ("kept", kept())]);
    let says = [("a", 10, 'A'), ("b", 10, 'B'), ("c", 10, 'B')];
    let told = bench.asks("p", 0, 1, &mut |model, _| said(&says, model));
    assert_eq!(told, "0 b, 0 c, 0 a, 10 B p 3");
    // The ladder said A, whatever the vote made of it: with one B beside it the answers are two.
    let says = [("a", 10, 'r'), ("b", 10, 'r'), ("c", 10, 'r')];
    let told = bench.asks("p", 100, 1, &mut |model, _| said(&says, model));
    assert_eq!(told, "0 b, 0 c, 0 a, 10 A p 3");
}

fn hedge(members: &str, after: After, conduct: Conduct) -> Policy {
    Policy::Hedge(Hedge { members: ids(members), after, conduct })
}

fn fixed(wait: u64) -> After {
    After::Fixed(Fixed { wait: Lasting(ms(wait)) })
}

#[test]
fn a_hedge_asks_the_next_in_time_and_calls_the_others_off() {
    let free = Conduct::default();
    let plain = |members| hedge(members, fixed(50), free);
    for (policy, says, wanted) in [
        (plain("a b"), [("a", 49, 'A'), ("b", 5, 'B'), ("c", 1, 'C')], "0 a, 49 A a 1"),
        (
            plain("a b"),
            [("a", 90, 'A'), ("b", 5, 'B'), ("c", 1, 'C')],
            "0 a, 50 b, 55 -a, 55 B b 2",
        ),
        (
            plain("a b"),
            [("a", 60, 'A'), ("b", 50, 'B'), ("c", 1, 'C')],
            "0 a, 50 b, 60 -b, 60 A a 2",
        ),
        (plain("a b"), [("a", 10, 'r'), ("b", 5, 'B'), ("c", 1, 'C')], "0 a, 10 b, 15 B b 2"),
        // The second fails while the first is out: the third is asked at once.
        (
            plain("a b c"),
            [("a", 200, 'A'), ("b", 5, 'r'), ("c", 9, 'C')],
            "0 a, 50 b, 55 c, 64 -a, 64 C c 3",
        ),
        // The first fails while the second is out: the third waits for its time.
        (
            plain("a b c"),
            [("a", 60, 'r'), ("b", 90, 'r'), ("c", 9, 'C')],
            "0 a, 50 b, 100 c, 109 -b, 109 C c 3",
        ),
        (plain("a b"), [("a", 60, 'r'), ("b", 5, 'r'), ("c", 1, 'C')], "0 a, 50 b, 60 r nobody 2"),
        (
            hedge("a b", fixed(50), Conduct { deadline: Some(ms(80)), ..free }),
            [("a", 90, 'A'), ("b", 40, 'B'), ("c", 1, 'C')],
            "0 a, 50 b, 80 t nobody 2",
        ),
        // A retry that waits is called off without a word.
        (
            hedge("a b", fixed(50), retried(2)),
            [("a", 10, 'r'), ("b", 5, 'B'), ("c", 1, 'C')],
            "0 a, 50 b, 55 B b 2",
        ),
    ] {
        let told = one(&[("p", policy)], &says);
        assert_eq!(told, wanted, "{says:?}");
    }
}

#[test]
fn what_comes_back_behind_the_end_changes_nothing() {
    let policies = [("p", hedge("a b", fixed(50), guarded()))];
    let mut bench = Bench::new(&policies);
    bench.late = true;
    let says = [("a", 90, 'k'), ("b", 5, 'B')];
    let told = bench.asks("p", 0, 0, &mut |model, _| said(&says, model));
    assert_eq!(told, "0 a, 50 b, 55 -a, 55 B b 2");
    assert_eq!((bench.fleet.n_opened(), bench.fleet.load(ModelIdx(0)).in_flight), (0, 0));
}

#[test]
fn a_quantile_hedges_the_share_that_it_should() {
    let after = After::Quantile(Quantile { share: Probability::NINETEEN_OF_TWENTY });
    let mut bench = Bench::new(&[("p", hedge("a b", after, Conduct::default()))]);
    let key = Key::new(Seed(3), "took", &[]);
    let (mut n, mut n_hedged) = (0, 0);
    for request in 0..6000 {
        let told = bench.asks("p", request * 100_000, request, &mut |_, _| {
            n += 1;
            // Exponential with a mean of a second.
            ((-1000.0 * key.with(n).open_uniform().ln()) as u64, 'A')
        });
        n_hedged += usize::from(request >= 500 && told.contains(" b, "));
    }
    // One in twenty is late; the 95th of a hundred has 5.9 of 101 above it. Three standard errors
    // of a share of 0.059 of 5500, whose limit wanders, are about 2 points.
    let share = n_hedged as f64 / 5500.0;
    assert!((0.04..0.08).contains(&share), "{share}");
}

#[test]
fn a_balancer_gives_each_of_its_tries_to_somebody_else() {
    let balance = |by: Choice, tries: u32, conduct: Conduct| {
        Policy::Balance(Balance { among: ids("a b c"), by, tries, conduct })
    };
    let first = || Choice::LeastBusy;
    for (policy, says, wanted) in [
        (
            balance(first(), 1, guarded()),
            [("a", 10, 'r'), ("b", 5, 'B'), ("c", 1, 'C')],
            "0 a, 10 r nobody 1",
        ),
        (
            balance(first(), 2, guarded()),
            [("a", 10, 'r'), ("b", 5, 'B'), ("c", 1, 'C')],
            "0 a, 10 b, 15 B b 2",
        ),
        (
            balance(first(), 9, guarded()),
            [("a", 10, 'r'), ("b", 5, 't'), ("c", 1, 'r')],
            "0 a, 10 b, 15 c, 16 r nobody 3",
        ),
        (
            balance(Choice::Weighted(vec![0.0, 1.0, 0.0]), 1, guarded()),
            [("a", 10, 'A'), ("b", 5, 'B'), ("c", 1, 'C')],
            "0 b, 5 B b 1",
        ),
    ] {
        assert_eq!(one(&[("p", policy)], &says), wanted, "{says:?}");
    }
    // Whoever's breaker is open is passed over, without a try.
    let mut bench = Bench::new(&[("p", balance(first(), 1, guarded()))]);
    bench.asks("p", 0, 0, &mut |_, _| (10, 'k'));
    assert_eq!(bench.asks("p", 100, 1, &mut |_, _| (10, 'A')), "0 b, 10 A b 1");
}

#[test]
fn a_router_asks_the_first_or_the_fastest_of_those_that_are_well() {
    let route =
        |by: By| Policy::Route(Route { conduct: guarded(), ..Route::new(ids("a b c"), by) });
    let mut by_rank = Bench::new(&[("p", route(By::Priority(Priority {})))]);
    assert_eq!(by_rank.asks("p", 0, 0, &mut |_, _| (10, 'A')), "0 a, 10 A a 1");
    // Who fails is not followed by another, and is passed over while its breaker is open.
    assert_eq!(by_rank.asks("p", 100, 1, &mut |_, _| (10, 'k')), "0 a, 10 r nobody 1");
    assert_eq!(by_rank.asks("p", 200, 2, &mut |_, _| (10, 'B')), "0 b, 10 B b 1");
    for at in [300, 400] {
        by_rank.asks("p", at, 3, &mut |_, _| (10, 'k'));
    }
    // Nobody is well, so the first is asked all the same; its breaker lets nobody through.
    assert_eq!(by_rank.asks("p", 500, 4, &mut |_, _| (10, 'A')), "0 r nobody 0");
    let mut by_speed = Bench::new(&[("p", route(By::Latency(Latency {})))]);
    let says = [("a", 30, 'A'), ("b", 10, 'B'), ("c", 20, 'C')];
    // Everybody is tried once, and then it is the fastest.
    for (at, wanted) in
        ["0 a, 30 A a 1", "0 b, 10 B b 1", "0 c, 20 C c 1", "0 b, 10 B b 1"].into_iter().enumerate()
    {
        let told = by_speed.asks("p", at as u64 * 100, 5, &mut |model, _| said(&says, model));
        assert_eq!(told, wanted, "request {at}");
    }
}
