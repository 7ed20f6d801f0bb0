//! Resolves what a simulation is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use super::plan::{Candidate, Simulation};
use super::raw::RawScenario;
use super::read::Complaint;
use super::suggest;
use super::traffic::Traffic;
use crate::kernel::{Micros, ModelId, Spanned};
use crate::rows::{self, FileError, FileErrorKind};

/// The simulation, where the scenario has traffic, and what is wrong with it.
pub(super) fn resolve(
    raw: &RawScenario,
    candidates: &[Candidate],
    folder: &Path,
) -> (Option<Simulation>, Vec<Complaint>) {
    let mut complaints = Vec::new();
    let dollars = raw.downtime_usd_per_hour.as_ref();
    if let Some(dollars) = dollars.filter(|it| !(0.0..=1e12).contains(&it.value)) {
        complaints.push(complaint(dollars, "no price for an hour", "dollars, from 0 on"));
    }
    let Some(traffic) = &raw.traffic else { return (None, complaints) };
    if let Some(help) = traffic.value.complaint() {
        complaints.push(complaint(traffic, "no traffic can be like that", help));
    }
    if raw.simulate.bucket.0 == Micros(0) {
        complaints.push(complaint(traffic, "a `bucket` that lasts no time", "say 1h, or 10m"));
    }
    if raw.simulate.replicates.get() < 2 {
        let help = "at least 2: of a single one nobody knows how much chance it had";
        complaints.push(complaint(traffic, "too few `replicates`", help));
    }
    let capacity = capacity(traffic, &raw.simulate.capacity, candidates, &mut complaints);
    let of_all = &raw.simulate.shared_capacity;
    let shared_capacity = shared(traffic, (of_all, &capacity), candidates, &mut complaints);
    let arrivals = match &traffic.value {
        Traffic::Trace(trace) => match arrivals(&folder.join(&trace.file.value)) {
            Ok(arrivals) => arrivals,
            Err(error) => {
                let message = match error.line {
                    0 => error.kind.to_string(),
                    line => format!("line {line}: {}", error.kind),
                };
                let help = "a column `arrival_ms` with milliseconds since the first request";
                complaints.push(complaint(&trace.file, &message, help));
                Vec::new()
            }
        },
        _ => Vec::new(),
    };
    let simulation = Simulation {
        traffic: traffic.value.clone(),
        arrivals: Arc::new(arrivals),
        options: raw.simulate.clone(),
        capacity,
        shared_capacity,
        downtime_usd_per_hour: dollars.map(|it| it.value),
    };
    (Some(simulation), complaints)
}

/// How many each model answers at once, by its own name or its provider's.
fn capacity(
    traffic: &Spanned<Traffic>,
    raw: &BTreeMap<String, NonZeroU32>,
    candidates: &[Candidate],
    complaints: &mut Vec<Complaint>,
) -> BTreeMap<ModelId, NonZeroU32> {
    let names: BTreeSet<&str> = candidates.iter().map(|one| one.id.as_str()).collect();
    let mut capacity: BTreeMap<ModelId, NonZeroU32> = BTreeMap::new();
    for (name, most) in raw {
        let of_name = candidates
            .iter()
            .filter(|one| one.id.as_str() == name || one.provider.as_str() == name);
        let before = capacity.len();
        capacity.extend(of_name.map(|one| (one.id.clone(), *most)));
        if capacity.len() == before && !names.is_empty() {
            let help = suggest::help(name, names.iter().copied());
            let message = format!("a `capacity` for `{name}`, whom nobody asks");
            complaints.push(complaint(traffic, &message, &help));
        }
    }
    capacity
}

/// How many all models of a provider answer at once, where none has a capacity of its own.
fn shared(
    traffic: &Spanned<Traffic>,
    (raw, own): (&BTreeMap<String, NonZeroU32>, &BTreeMap<ModelId, NonZeroU32>),
    candidates: &[Candidate],
    complaints: &mut Vec<Complaint>,
) -> Vec<(Vec<ModelId>, NonZeroU32)> {
    let providers: BTreeSet<&str> = candidates.iter().map(|one| one.provider.as_str()).collect();
    let mut shared = Vec::new();
    for (name, most) in raw {
        let its = candidates.iter().filter(|one| one.provider.as_str() == name);
        let models: Vec<ModelId> = its.map(|one| one.id.clone()).collect();
        if models.is_empty() && !providers.is_empty() {
            let help = suggest::help(name, providers.iter().copied());
            let message = format!("a `shared_capacity` for `{name}`, no provider of any model");
            complaints.push(complaint(traffic, &message, &help));
        }
        if let Some(model) = models.iter().find(|model| own.contains_key(*model)) {
            let message = format!("`{model}` with a `capacity` and a `shared_capacity`");
            let help = "give it places of its own, or those of its provider";
            complaints.push(complaint(traffic, &message, help));
        }
        shared.push((models, *most));
    }
    shared
}

fn complaint<T>(at: &Spanned<T>, message: &str, help: &str) -> Complaint {
    Complaint { message: message.to_owned(), help: Some(help.to_owned()), span: at.span.clone() }
}

/// When the requests of a trace come, in order.
fn arrivals(file: &Path) -> Result<Vec<Micros>, FileError> {
    let mut arrivals = Vec::new();
    let mut broken = None;
    rows::read(file, &mut |line, _, row| {
        let at = row.and_then(|row| {
            let field = row.get("arrival_ms");
            let number = field.and_then(|it| it.as_f64().or_else(|| it.as_str()?.parse().ok()));
            let wrong = || FileErrorKind::NotCsv("no number under `arrival_ms`".to_owned());
            number.and_then(Micros::from_ms).ok_or_else(wrong)
        });
        match at {
            Ok(at) => arrivals.push(at),
            Err(kind) => {
                let (path, text) = (file.to_owned(), String::new());
                broken = Some(FileError { path, line, text, kind });
            }
        }
        broken.is_none()
    });
    arrivals.sort();
    match broken {
        Some(error) => Err(error),
        None if arrivals.is_empty() => {
            let (path, text) = (file.to_owned(), String::new());
            Err(FileError { path, line: 0, text, kind: FileErrorKind::Empty })
        }
        None => Ok(arrivals),
    }
}
