//! What a reader must know of the recordings that a scenario names.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Recorded, Warning};
use crate::exchange::import::Recording;
use crate::kernel::{ItemId, ModelId};
use crate::scenario::{Candidate, Plan, Source};

/// Words in `status` that nobody knows, rows that are about nothing here, what is made up, and what
/// would be asked several times alike.
pub(super) fn doubts(plan: &Plan, recordings: &[Recording]) -> Vec<Warning> {
    let unknown = recordings.iter().flat_map(|recording| &recording.unknown_statuses);
    let mut doubts: Vec<Warning> =
        unknown.map(|(word, n)| Warning::UnknownStatus(word.clone(), *n)).collect();
    doubts.extend(stray(plan, recordings));
    let synthetic = plan.candidates.iter().filter(|one| one.synthetic.is_some());
    doubts.extend(synthetic.map(|one| Warning::Synthetic(one.id.to_string())));
    doubts.extend(plan.candidates.iter().filter_map(|one| same_samples(plan, one)));
    doubts
}

/// Several samples of a model that takes the likeliest words: what is recorded is as it is.
fn same_samples(plan: &Plan, candidate: &Candidate) -> Option<Warning> {
    let is_asked = matches!(candidate.source, Source::Live { .. });
    let samples = plan.samples_of(&candidate.id);
    let doubt = || Warning::SameSamples(candidate.id.to_string(), samples);
    (is_asked && candidate.sampling.temperature == Some(0.0) && samples > 1).then(doubt)
}

/// Rows that are about no item of any task, by model.
fn stray(plan: &Plan, recordings: &[Recording]) -> Vec<Warning> {
    let ids: Vec<(&str, BTreeSet<&ItemId>)> = plan
        .tasks
        .iter()
        .map(|task| (task.id.as_str(), task.items.iter().map(|item| &item.id).collect()))
        .collect();
    let is_stray = |row: &Recorded| {
        !ids.iter().any(|(task, ids)| {
            row.task.as_ref().is_none_or(|name| name.as_str() == *task) && ids.contains(&row.id)
        })
    };
    let mut strays: BTreeMap<&ModelId, u64> = BTreeMap::new();
    let rows = recordings.iter().flat_map(|recording| &recording.rows);
    for row in rows.filter(|row| is_stray(row)) {
        *strays.entry(&row.model).or_default() += 1;
    }
    strays.into_iter().map(|(model, n)| Warning::StrayRows(model.to_string(), n)).collect()
}

#[cfg(test)]
mod tests {
    use crate::data::Warning;
    use crate::scenario::load;

    #[test]
    fn samples_that_are_asked_at_a_temperature_of_0_are_doubted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.yaml");
        let item = "{\"id\": 1, \"input\": \"?\", \"target\": \"x\"}\n";
        std::fs::write(folder.path().join("items.jsonl"), item).unwrap();
        let answer = "{\"id\": 1, \"model\": \"a\", \"answer\": \"x\"}\n";
        std::fs::write(folder.path().join("answers.jsonl"), answer).unwrap();
        let (wire, _) = crate::provider::Spec::kinds().next().unwrap();
        let live = format!("{wire}: {{ base_url: \"http://127.0.0.1:9/v1\" }}");
        let live = live.as_str();
        let vote = "vote: { members: [a], rule: { best-of: { samples: 5 } } }";
        let judge = "judge: { members: [a], samples: 3, by: a }";
        for (provider, temperature, policy, samples) in [
            (live, "0", vote, Some(5)),
            (live, "0", judge, Some(3)),
            (live, "0.7", vote, None),
            (live, "0", "mix: { shares: { a: 1 } }", None),
            ("recorded: { answers: answers.jsonl }", "0", vote, None),
        ] {
            let text = format!(
                "version: 1\nname: x\ntasks: {{ t: {{ dataset: items.jsonl }} }}\n\
                 providers: {{ p: {{ {provider} }} }}\n\
                 models: {{ a: {{ provider: p, sampling: {{ temperature: {temperature} }} }} }}\n\
                 policies: {{ q: {{ {policy} }} }}\n"
            );
            std::fs::write(&file, &text).unwrap();
            let doubts = load(&file, &[]).unwrap().doubts;
            let wanted: Vec<Warning> =
                samples.map(|n| Warning::SameSamples("a".into(), n)).into_iter().collect();
            assert_eq!(doubts, wanted, "{text}");
        }
    }
}
