//! What probes notice, what they take, and that a drill may not lose them.

use super::closed_forms::{of_ready, ready, scenario};
use super::scenarios::Ready;
use crate::data::{Cell, CellState, Matrix};
use crate::engine::simulate::world::Stage;
use crate::engine::simulate::{Simulations, Town, replay};
use crate::kernel::{Key, Micros, PolicyId, Usd};
use crate::policy::episode::{ProbeAction, ProbeEvent, Probes, Reply, Told, Trace};

/// One model behind a breaker that only probes open, with faults and traffic.
fn probed(probe: &str, rest: &str) -> String {
    let policies = format!(
        "breakers: {{ b: {{ minimum_calls: 100000, window: 100000, probe: {{ {probe} }} }} }}\n\
         policies: {{ net: {{ failover: {{ rungs: [a], breaker: b, timeout: 1s }} }} }}\n{rest}"
    );
    scenario(&["a"], &policies)
}

/// The same answers without anybody's tokens sent.
fn without_tokens(matrix: &Matrix) -> Matrix {
    let mut cells = Vec::new();
    for item in matrix.item_idxs() {
        for model in matrix.model_idxs() {
            for sample in 0..matrix.n_samples() {
                cells.push(Cell { prompt_tokens: None, ..*matrix.cell(item, model, sample) });
            }
        }
    }
    let answers = matrix.item_idxs().map(|item| matrix.answers(item).to_vec()).collect();
    let (task, items) = (matrix.task().clone(), matrix.items().to_vec());
    Matrix::new(task, items.into(), matrix.models().to_vec(), matrix.n_samples(), answers, cells)
}

/// The points of `probes` and `probe_tokens`.
fn figures(ready: &Ready) -> (Option<f64>, Option<f64>) {
    let name = PolicyId::from("net");
    let rows = ready.on_stage(&name, |town: &Town<'_>, _| {
        let mut simulations = Simulations::default();
        town.visit(&|one| *one == name, &mut simulations);
        simulations.rows
    });
    let row = &rows.unwrap()[0];
    (row.probes.as_ref().map(|it| it.point), row.probe_tokens.as_ref().map(|it| it.point))
}

#[test]
fn probes_whose_tokens_nobody_knows_take_an_unknown_number() {
    let rest = "traffic: { poisson: { rate: 1/m, for: 10m } }\n";
    let mut ready = ready(&probed("every: 30s, timeout: 10s", rest), 12, None);
    assert_eq!(figures(&ready), (Some(20.0), Some(100.0)));
    ready.matrix = without_tokens(&ready.matrix);
    assert_eq!(figures(&ready), (Some(20.0), None));
}

#[test]
fn probes_that_cost_nothing_take_no_tokens_even_where_others_are_unknown() {
    let rest = "faults: { f: { outage: { of: { model: a }, reply: hang } } }\n\
                traffic: { poisson: { rate: 1/m, for: 10m } }\n";
    let mut ready = ready(&probed("every: 30s, timeout: 10s", rest), 12, None);
    ready.matrix = without_tokens(&ready.matrix);
    let record = &of_ready(&ready, "net", 1)[0];
    assert_eq!((record.n_probes, record.probe_tokens), (20, Some(0)));
}

#[test]
fn a_fault_is_noticed_by_a_probe_that_met_it_and_comes_back_when_it_is_over() {
    // One probe a minute meets a minute's fault, each time in another ten seconds of it.
    let detected = |at: u64, rate: &str| {
        let rest = format!(
            "faults: {{ f: {{ outage: {{ of: {{ model: a }}, at: {at}s, for: 60s, reply: hang }} \
             }} }}\ntraffic: {{ poisson: {{ rate: {rate}, for: 10m }} }}\n"
        );
        let ready = ready(&probed("every: 60s, timeout: 10s, fall: 1", &rest), 12, None);
        let record = of_ready(&ready, "net", 1).remove(0);
        let row = &record.spells.rows[0];
        row.detected.map(|Micros(micros)| micros as f64 / 1e6)
    };
    // Without requests, and with some that find it well again before the probe is back.
    for rate in ["1/h", "2/s"] {
        let after: Vec<Option<f64>> = (6..12).map(|at| detected(at * 10, rate)).collect();
        assert!(after.iter().all(|it| it.is_some_and(|it| it < 70.0)), "{rate}: {after:?}");
        assert!(after.iter().flatten().any(|it| *it > 60.0), "{rate}: {after:?}");
    }
}

/// What a policy's probes are told in ten minutes without a request, each answered in a second.
fn trace(town: &Town<'_>, stage: &Stage<'_>) -> Trace {
    let reply = Reply {
        state: CellState::Answered { answer: None, score: 1.0 },
        confidence: None,
        cost: Some(Usd::ZERO),
        retry_after: None,
        status: None,
    };
    let mut fleet = town.fleet();
    let mut probes = Probes::new(stage.tree, &fleet);
    let key = Key::new(town.seed(0), "a trace", &[]);
    let until = Micros(600_000_000);
    let mut agenda = vec![(Micros(0), ProbeEvent::Began { key, until })];
    let mut trace = Trace::default();
    while !agenda.is_empty() {
        agenda.sort_by_key(|(at, _)| *at);
        let (now, event) = agenda.remove(0);
        let mut actions = Vec::new();
        probes.on_event(now, event, &mut fleet, &mut actions);
        agenda.extend(actions.iter().map(|action| match *action {
            ProbeAction::Ask { probe, .. } => {
                (now + Micros(1_000_000), ProbeEvent::Back { probe, reply })
            }
            ProbeAction::WakeAt { probe, at } => (at, ProbeEvent::Due { probe }),
        }));
        trace.told.push(Told::Probes { now, event, actions });
    }
    trace
}

#[test]
fn a_trace_that_has_lost_probes_is_refused() {
    let rest = "traffic: { poisson: { rate: 1/m, for: 10m } }\n";
    let ready = ready(&probed("every: 30s, timeout: 10s", rest), 12, None);
    let why_not = |is_kept: &dyn Fn(usize) -> bool| {
        let why = ready.on_stage(&PolicyId::from("net"), |town, stage| {
            let mut trace = trace(town, stage);
            assert_eq!(trace.told.len(), 41, "a beginning, and twenty probes that come back");
            let mut at = 0;
            trace.told.retain(|_| {
                at += 1;
                is_kept(at)
            });
            let replayed = replay(stage.tree, stage.subject, town.fleet(), &trace);
            replayed.err().map_or_else(String::new, |difference| difference.why)
        });
        why.unwrap()
    };
    assert_eq!(why_not(&|_| true), "");
    let without_last = why_not(&|at| at < 41);
    assert_eq!(without_last, "probe 0 is out in the replay and does not come back");
    let without_half = why_not(&|at| at < 20);
    assert!(without_half.starts_with("probe 0, which is due at"), "{without_half}");
    assert_eq!(why_not(&|_| false), "no probe began");
}
