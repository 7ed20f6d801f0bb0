//! How often a gate is wrong, over pairs of runs whose true difference is known.

use quorumbench::analysis::gate::{Bound, Limit, Metric, Side};
use quorumbench::analysis::{self, Intervals, Level, Scored};
use quorumbench::data::summary::GateOutcome;
use quorumbench::data::{Outcome, Verdict};
use quorumbench::kernel::Seed;
use rand::RngExt;

/// Pairs of runs for each row.
const N_PAIRS: u32 = 2000;

/// A gate at 95 % passes something that is no better than its limit, or fails something that is no
/// worse, in at most 2.5 % of all runs; three standard errors of 2,000 runs are allowed for.
const MOST: f64 = 0.025 + 3.0 * 0.0035;

/// Shares of runs that passed and that failed, where the true difference is `truth`.
fn rates(n_items: u32, (wins, losses): (f64, f64), limit: f64) -> (f64, f64) {
    let limit = Limit { side: Side::AtLeast, value: limit, bound: Bound::Lower };
    let (mut n_passed, mut n_failed) = (0, 0);
    for run in 0..N_PAIRS {
        let mut rng = Seed(11).stream("gate rates", &[&n_items.to_string(), &run.to_string()]);
        let pair = |cluster| {
            let drawn: f64 = rng.random();
            let (ours, theirs) = match drawn {
                _ if drawn < wins => (1.0, 0.0),
                _ if drawn < wins + losses => (0.0, 1.0),
                _ => (1.0, 1.0),
            };
            (Scored { score: ours, cluster }, Scored { score: theirs, cluster })
        };
        let pairs: Vec<(Scored, Scored)> = (0..n_items).map(pair).collect();
        let versus = analysis::difference(&"base".into(), &pairs, Intervals::default());
        let figure = versus.map(|versus| versus.difference);
        match limit.judge(figure.as_ref().map(|it| it.point), figure.as_ref()) {
            GateOutcome::Passed => n_passed += 1,
            GateOutcome::Failed => n_failed += 1,
            GateOutcome::Inconclusive => {}
        }
    }
    let share = |n: u32| f64::from(n) / f64::from(N_PAIRS);
    (share(n_passed), share(n_failed))
}

#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
#[test]
fn a_gate_is_wrong_no_more_often_than_it_declares() {
    println!("items  wins  losses  limit   passed  failed");
    for n_items in [50, 200, 1000] {
        for (wins, losses) in [(0.05, 0.07), (0.10, 0.10), (0.20, 0.05)] {
            let truth = wins - losses;
            // At the limit both are wrong; beyond it one of them.
            for (limit, may_pass, may_fail) in
                [(truth, false, false), (truth + 0.02, false, true), (truth - 0.02, true, false)]
            {
                let (passed, failed) = rates(n_items, (wins, losses), limit);
                println!(
                    "{n_items:5}  {wins:.2}  {losses:.2}  {limit:6.2}  {passed:.4}  {failed:.4}"
                );
                assert!(may_pass || passed <= MOST, "{n_items} items: {passed} passed wrongly");
                assert!(may_fail || failed <= MOST, "{n_items} items: {failed} failed wrongly");
            }
        }
    }
    // And it is of use: a true difference of 15 points is found.
    let (passed, _) = rates(200, (0.20, 0.05), 0.0);
    assert!(passed > 0.95, "{passed}");
}

/// Runs of at most so many items that are looked at after 50, 63, 79, .. and stop when the gate is
/// decided: the shares that passed and failed, and the items that were asked on average.
fn rates_of_stopping(
    (n_pairs, n_items): (u32, usize),
    (wins, losses): (f64, f64),
    limit: f64,
) -> (f64, f64, f64) {
    let limit = Limit { side: Side::AtLeast, value: limit, bound: Bound::Lower };
    let (mut n_passed, mut n_failed, mut n_asked) = (0, 0, 0);
    let outcome =
        |score| Outcome { verdict: Verdict::Answered { answer: None, score }, ..Outcome::NOT_RUN };
    for run in 0..n_pairs {
        let mut rng = Seed(12).stream("stopping", &[&n_items.to_string(), &run.to_string()]);
        let pair = |_| match rng.random::<f64>() {
            drawn if drawn < wins => (outcome(1.0), outcome(0.0)),
            drawn if drawn < wins + losses => (outcome(0.0), outcome(1.0)),
            _ => (outcome(1.0), outcome(1.0)),
        };
        let (ours, theirs): (Vec<Outcome>, Vec<Outcome>) = (0..n_items).map(pair).unzip();
        let order: Vec<usize> = (0..n_items).collect();
        let mut n = 50;
        loop {
            n = n.min(n_items);
            let (metric, level) = (Metric::Accuracy, Level::USUAL);
            let figure = analysis::always_valid(metric, &ours, Some(&theirs), &order[..n], level);
            let estimate = figure.and_then(|figure| figure.estimate);
            let judged = limit.judge(estimate.as_ref().map(|it| it.point), estimate.as_ref());
            if judged != GateOutcome::Inconclusive || n == n_items {
                n_passed += u32::from(judged == GateOutcome::Passed);
                n_failed += u32::from(judged == GateOutcome::Failed);
                n_asked += n;
                break;
            }
            n += n.div_ceil(4);
        }
    }
    let share = |n: u32| f64::from(n) / f64::from(n_pairs);
    (share(n_passed), share(n_failed), n_asked as f64 / f64::from(n_pairs))
}

#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
#[test]
fn a_gate_that_is_looked_at_often_is_wrong_no_more_often_than_it_declares() {
    println!("items  wins  losses  limit   passed  failed  asked");
    for (wins, losses) in [(0.05, 0.07), (0.10, 0.10), (0.20, 0.05)] {
        let truth: f64 = wins - losses;
        // At the limit, in as many runs as rates need; and ten points away, where it is decided.
        for (away, runs) in [(0.0, (N_PAIRS, 300)), (0.1, (100, 1000)), (-0.1, (100, 1000))] {
            let limit = truth + away;
            let (passed, failed, asked) = rates_of_stopping(runs, (wins, losses), limit);
            println!(
                "{:5}  {wins:.2}  {losses:.2}  {limit:6.2}  {passed:.4}  {failed:.4}  {asked:5.0}",
                runs.1
            );
            assert!(away < 0.0 || passed <= MOST, "{passed} passed wrongly");
            assert!(away > 0.0 || failed <= MOST, "{failed} failed wrongly");
            assert!(away >= 0.0 || (passed > 0.9 && asked < 700.0), "{passed}, {asked}");
            assert!(away <= 0.0 || (failed > 0.9 && asked < 700.0), "{failed}, {asked}");
        }
    }
}
