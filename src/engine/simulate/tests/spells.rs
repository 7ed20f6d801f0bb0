//! Whom a fault has met, whenever they came and ended.

use super::closed_forms::{records, scenario};
use crate::kernel::Micros;

#[test]
fn a_request_that_came_before_a_fault_and_ended_after_it_has_met_it() {
    // Whoever comes waits ten seconds for `c` before `a` is asked: the first three at 61, 61.5 and
    // 62 s, within the fault of `a`, and each for ten seconds more, until long after it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("arrivals.csv");
    std::fs::write(&file, "arrival_ms\n0\n51000\n51500\n52000\n90000\n").unwrap();
    let rest = format!(
        "breakers: {{ two: {{ window: 4, minimum_calls: 2, failure_rate: 0.5 }} }}\n\
         policies:\n\
         \x20 first: {{ failover: {{ rungs: [a], breaker: two, timeout: 10s }} }}\n\
         \x20 net: {{ failover: {{ rungs: [c, first, b], timeout: 10s }} }}\n\
         faults:\n\
         \x20 always: {{ outage: {{ of: {{ model: c }}, reply: hang }} }}\n\
         \x20 short: {{ outage: {{ of: {{ model: a }}, at: 60s, for: 3s, reply: hang }} }}\n\
         traffic: {{ trace: {{ file: {} }} }}\n",
        file.display()
    );
    let record = records(&scenario(&["a", "b", "c"], &rest), "net", 1).remove(0);
    let row = record.spells.rows.iter().find(|row| row.spell.fault == "short").unwrap();
    assert_eq!((row.n, row.n_served, row.n_failed_calls), (3, 3, 3), "{row:?}");
    // The breaker opens with the first of them, after one that was answered, and `b` serves it.
    let milliseconds = |it: Option<Micros>| it.map(|Micros(it)| it / 1000);
    let noticed = (milliseconds(row.failed_over), milliseconds(row.detected));
    assert_eq!(noticed, (Some(11_001), Some(11_000)), "{row:?}");
}
