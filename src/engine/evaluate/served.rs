//! Answers that came from another model than the one that was asked, as providers name it.

use std::collections::BTreeMap;

use crate::data::{Recorded, Warning};
use crate::kernel::ModelId;
use crate::provider::stem;
use crate::scenario::{Candidate, Source, Task};

/// Who of the candidates was answered for by several models, of the rows of one task.
///
/// A name that all answers carry is taken for the one that was asked, whatever it is: routes of
/// gateways have names of their own. Of several, whoever is not what was asked is another model;
/// where none of them is, whoever is not what most answers came from, of equals the first by name.
pub(super) fn by_others(
    task: &Task,
    candidates: &[Candidate],
    rows: &[Option<&Recorded>],
) -> Vec<Warning> {
    let mut named: BTreeMap<&ModelId, BTreeMap<&str, u64>> = BTreeMap::new();
    for row in rows.iter().flatten().filter(|row| row.failure.is_none()) {
        if let Some(name) = row.model_served.as_deref().filter(|name| !name.is_empty()) {
            *named.entry(&row.model).or_default().entry(name).or_default() += 1;
        }
    }
    let doubt = |candidate: &Candidate| {
        let mut served: BTreeMap<String, u64> = BTreeMap::new();
        for (name, n) in named.get(&candidate.id)? {
            *served.entry(stem(name)).or_default() += n;
        }
        let asked = match &candidate.source {
            Source::Live { name, .. } => stem(name),
            Source::Recorded => stem(candidate.name.as_deref().unwrap_or(candidate.id.as_str())),
        };
        let others = others(&asked, &served);
        let such: u64 = others.iter().map(|(_, n)| n).sum();
        let names: Vec<String> = match others.as_slice() {
            [(name, _)] => vec![(*name).to_owned()],
            several => several.iter().map(|(name, n)| format!("{name} {n}")).collect(),
        };
        let on = format!("{} on {}", candidate.id, task.id);
        let n = served.values().sum();
        (such > 0).then(|| Warning::ServedByOthers(on, such, n, names.join(", ")))
    };
    candidates.iter().filter_map(doubt).collect()
}

fn others<'a>(asked: &str, served: &'a BTreeMap<String, u64>) -> Vec<(&'a str, u64)> {
    if served.len() < 2 {
        return Vec::new();
    }
    let most = || served.iter().rev().max_by_key(|(_, n)| **n).map(|(name, _)| name.as_str());
    let own = if served.contains_key(asked) { Some(asked) } else { most() };
    let all = served.iter().map(|(name, n)| (name.as_str(), *n));
    all.filter(|(name, _)| Some(*name) != own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_for_all_answers_is_taken_for_the_model_and_of_several_the_others_are_told() {
        for (asked, served, expected) in [
            ("fast", &[("gpt-5-mini", 9)][..], &[][..]),
            ("fast", &[("fast", 9)], &[]),
            ("fast", &[], &[]),
            ("primary", &[("primary", 2), ("fallback", 9)], &[("fallback", 9)]),
            ("fast", &[("b", 2), ("c", 9), ("d", 1)], &[("b", 2), ("d", 1)]),
            ("fast", &[("b", 2), ("c", 2)], &[("c", 2)]),
        ] {
            let served = served.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
            assert_eq!(others(asked, &served), expected, "{asked} {served:?}");
        }
    }
}
