//! Who is not waited for, what is not tried again, and how long it takes at the worst.

use super::*;
use crate::policy::made::CHOOSE;
use crate::policy::parts::budget::Budget;
use crate::policy::parts::retry::Retry;
use crate::policy::{How, Judge, Otherwise};
use crate::task::prompt::Prompt;

fn trio(quorum: u32, call_off: &str) -> Policy {
    let call_off = serde_json::from_str(call_off).unwrap();
    Policy::Vote(Vote { quorum, call_off, ..Vote::plurality(ids("a b c")) })
}

#[test]
fn whoever_is_not_waited_for_is_called_off_and_paid() {
    let (settled, late) = (r#""settled""#, r#"{"late": {"by": "100ms"}}"#);
    for (quorum, call_off, says, wanted) in [
        (1, settled, [(10, 'A'), (20, 'A'), (500, 'B')], "20 -c, 20 A p 3"),
        (1, settled, [(10, 'A'), (20, 'B'), (30, 'A')], "30 A p 3"),
        (1, settled, [(500, 'B'), (20, 'A'), (10, 'A')], "20 -a, 20 A p 3"),
        (3, settled, [(10, 'A'), (20, 'A'), (500, 'B')], "500 A p 3"),
        (1, settled, [(10, 'r'), (20, 't'), (500, 'B')], "500 B p 3"),
        (2, late, [(10, 'A'), (20, 'A'), (500, 'B')], "120 -c, 120 A p 3"),
        (2, late, [(10, 'A'), (20, 'B'), (110, 'B')], "110 B p 3"),
        (1, late, [(10, 'r'), (20, 'B'), (500, 'A')], "120 -c, 120 B p 3"),
        (3, late, [(10, 'A'), (20, 'A'), (500, 'B')], "500 A p 3"),
        (1, "null", [(10, 'A'), (20, 'A'), (500, 'B')], "500 A p 3"),
    ] {
        let says = [("a", says[0]), ("b", says[1]), ("c", says[2])];
        let says = says.map(|(name, (took, letter))| (name, took, letter));
        let told = one(&[("p", trio(quorum, call_off))], &says);
        assert_eq!(told, format!("0 a, 0 b, 0 c, {wanted}"), "{quorum} {call_off}");
    }
}

#[test]
fn retries_end_where_their_budget_does() {
    let of = |budget: Option<Budget>| {
        let conduct = retried(2);
        let retry = conduct.retry.map(|retry| Retry { budget, ..retry });
        ladder("a b", Conduct { retry, ..conduct }, WhenOpen::Degrade)
    };
    let half = Budget { deposit: 500_000, per_second: 0 };
    let free = Budget { deposit: 0, per_second: 1 };
    let (again, at_once) = ("0 a, 510 a, 520 b, 525 B b 3", "0 a, 10 b, 15 B b 2");
    for (budget, n_answered, wanted) in [
        (None, 0, [again, again]),
        (Some(half), 0, [at_once, at_once]),
        (Some(half), 2, [again, at_once]),
        (Some(half), 4, [again, again]),
        // Ten within ten seconds, so two are no matter.
        (Some(free), 0, [again, again]),
    ] {
        let mut bench = Bench::new(&[("p", of(budget))]);
        for at in 0..n_answered {
            bench.asks("p", at, 0, &mut |_, _| (1, 'A'));
        }
        let fails = |bench: &mut Bench, at| {
            bench.asks("p", at, 0, &mut |model, _| if model == "a" { (10, 'r') } else { (5, 'B') })
        };
        let told = [1000, 2000].map(|at| fails(&mut bench, at));
        assert_eq!(told, wanted, "{budget:?} after {n_answered}");
    }
}

#[test]
fn at_the_worst_it_takes_as_long_as_everything_that_can_happen() {
    let free = Conduct::default();
    let brief = Conduct { deadline: Some(ms(100_000)), ..free };
    let hedge = |after| Policy::Hedge(Hedge { members: ids("a b c"), after, conduct: free });
    let fixed = After::Fixed(Fixed { wait: Lasting(ms(2000)) });
    let quantile = After::Quantile(Quantile { share: Probability::HALF });
    let judge = Policy::Judge(Judge {
        samples: 1,
        without: 0,
        members: ids("a b"),
        by: "c".into(),
        how: How::Pairwise,
        otherwise: Otherwise::Plurality,
        prompt: Prompt::compile(CHOOSE).unwrap(),
    });
    // Every call takes thirty seconds at most.
    for (policy, seconds) in [
        (ladder("a b", free, WhenOpen::Degrade), 60),
        // A provider may ask for a minute before the second call, which is more than our own wait.
        (ladder("a b", retried(2), WhenOpen::Degrade), 240),
        (ladder("a b", Conduct { retry: retried(2).retry, ..brief }, WhenOpen::Degrade), 100),
        // The last begins after four seconds, whatever the others do.
        (hedge(fixed), 34),
        (hedge(quantile), 90),
        (trio(1, "null"), 30),
        (judge, 60),
    ] {
        let bench = Bench::new(&[("p", policy.clone())]);
        assert_eq!(bench.worst("p"), ms(seconds * 1000), "{policy:?}");
    }
}

#[test]
fn what_was_answered_to_a_similar_question_is_given_for_a_while() {
    let mut bench =
        Bench::new(&[("p", ladder("a @similar", Conduct::default(), WhenOpen::Degrade))]);
    let mut asks = |item, at, question, letter| {
        bench.item = item;
        bench.asks("p", at, question, &mut |_, _| (10, letter))
    };
    assert_eq!(asks(0, 0, 1, 'r'), "0 a, 10 r nobody 1", "nothing is kept yet");
    assert_eq!(asks(0, 100, 2, 'B'), "0 a, 10 B a 1");
    // The same question, and one about an item that is like it; not one that is less like it.
    assert_eq!(asks(0, 200, 2, 'r'), "0 a, 10 B @similar 1");
    assert_eq!(asks(1, 300, 3, 'r'), "0 a, 10 B @similar 1");
    assert_eq!(asks(2, 400, 4, 'r'), "0 a, 10 r nobody 1");
    // Another question about the same item is no question that was asked before.
    assert_eq!(asks(0, 500, 5, 'r'), "0 a, 10 r nobody 1");
    // It ages from when a model gave it.
    assert_eq!(asks(1, 60_000, 6, 'r'), "0 a, 10 B @similar 1");
    assert_eq!(asks(1, 60_111, 7, 'r'), "0 a, 10 r nobody 1");
    assert_eq!(asks(1, 70_000, 8, 'A'), "0 a, 10 A a 1");
    assert_eq!(asks(0, 70_100, 9, 'r'), "0 a, 10 A @similar 1", "its own answer is newer");
}
