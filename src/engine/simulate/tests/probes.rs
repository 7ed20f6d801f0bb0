//! What probes notice, what they take, and that a drill may not lose them.

use super::closed_forms::{of_ready, ready, scenario};
use super::scenarios::Ready;
use crate::data::{Cell, Matrix};
use crate::engine::simulate::{Simulations, Town};
use crate::kernel::{Micros, PolicyId};

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
    Matrix::new(task, items, matrix.models().to_vec(), matrix.n_samples(), answers, cells)
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
