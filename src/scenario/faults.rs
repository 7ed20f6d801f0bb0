//! Resolves the faults of a scenario: whom each is for.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::Candidate;
use super::read::Complaint;
use super::suggest;
use crate::fault::{Fault, Faults, Of, Process};
use crate::kernel::lists::Named;
use crate::kernel::{ModelId, Spanned};

/// The faults with the models that they are for, and what is wrong with them.
///
/// A reference to an entry that is `declared` but broken is no mistake of its own.
pub(super) fn resolve(
    raw: &Named<Spanned<Process>>,
    providers: &[&str],
    candidates: &[Candidate],
    declared: &BTreeSet<String>,
) -> (Faults, Vec<Complaint>) {
    let mut resolver = Resolver { providers, candidates, declared, complaints: Vec::new() };
    let fault = |(name, process): &(Spanned<String>, Spanned<Process>)| {
        resolver.options(process);
        let models = resolver.models(process.value.of());
        let (name, process) = (name.value.clone(), process.value.clone());
        Fault { name, process, models }
    };
    (Faults(raw.0.iter().map(fault).collect()), resolver.complaints)
}

struct Resolver<'a> {
    providers: &'a [&'a str],
    /// In order of name.
    candidates: &'a [Candidate],
    declared: &'a BTreeSet<String>,
    complaints: Vec<Complaint>,
}

impl Resolver<'_> {
    fn options(&mut self, process: &Spanned<Process>) {
        if let Some(help) = process.value.complaint() {
            let message = format!("this `{}` can't be", process.value.name());
            let (help, span) = (Some(help.to_owned()), process.span.clone());
            self.complaints.push(Complaint { message, help, span });
        }
        if let Some(serves) = process.value.serves() {
            let name = Spanned { value: serves.value.to_string(), span: serves.span.clone() };
            let known = self.candidates.iter().map(|one| one.id.as_str()).collect();
            self.check("model", &name, known);
        }
    }

    /// In order of name.
    fn models(&mut self, of: Option<&Of>) -> Vec<ModelId> {
        let models: Vec<ModelId> = match of {
            None => self.those(|_| true),
            Some(Of::Model(name)) => {
                self.check(
                    "model",
                    name,
                    self.candidates.iter().map(|one| one.id.as_str()).collect(),
                );
                self.those(|one| one.id.as_str() == name.value)
            }
            Some(Of::Provider(name)) => {
                self.check("provider", name, self.providers.to_vec());
                self.those(|one| one.provider.as_str() == name.value)
            }
            Some(Of::Group(name)) => {
                let groups: BTreeMap<&str, ()> = self
                    .candidates
                    .iter()
                    .flat_map(|one| one.groups.iter().map(|group| (group.as_str(), ())))
                    .collect();
                self.check("group", name, groups.into_keys().collect());
                self.those(|one| one.groups.contains(&name.value))
            }
        };
        models
    }

    fn those(&self, is_meant: impl Fn(&Candidate) -> bool) -> Vec<ModelId> {
        self.candidates.iter().filter(|one| is_meant(one)).map(|one| one.id.clone()).collect()
    }

    fn check(&mut self, what: &str, name: &Spanned<String>, known: Vec<&str>) {
        let text = name.value.as_str();
        if !known.contains(&text) && !self.declared.contains(text) {
            let help = Some(suggest::help(text, known.into_iter()));
            let message = format!("unknown {what} `{text}`");
            self.complaints.push(Complaint { message, help, span: name.span.clone() });
        }
    }
}
