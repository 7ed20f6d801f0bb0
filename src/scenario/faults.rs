//! Resolves the faults of a scenario: whom each is for.

use std::collections::BTreeSet;
use std::ops::Range;

use super::plan::Candidate;
use super::read::Complaint;
use super::{incidents, suggest};
use crate::fault::{Fault, Faults, Of, Process};
use crate::kernel::lists::Named;
use crate::kernel::{ModelId, Spanned};

/// What is known when faults are resolved.
pub(super) struct Known<'a> {
    pub(super) providers: &'a [&'a str],
    /// In order of name.
    pub(super) candidates: &'a [Candidate],
    /// Names of every entry, broken or not: a reference to a broken one is no mistake of its own.
    pub(super) declared: &'a BTreeSet<String>,
    /// Where mistakes were found before: what a broken entry lacks is no news.
    pub(super) told: &'a [Range<usize>],
}

/// The faults with the models that they are for, and what is wrong with them.
pub(super) fn resolve(raw: &Named<Process>, known: Known<'_>) -> (Faults, Vec<Complaint>) {
    let mut resolver = Resolver { known, complaints: Vec::new() };
    let mut faults = Vec::with_capacity(raw.0.len());
    for (at, (name, process)) in raw.0.iter().enumerate() {
        let next = raw.0.get(at + 1).map_or(usize::MAX, |(name, _)| name.span.start);
        resolver.options(name, process, name.span.start..next);
        if let Process::Incident(incident) = process {
            faults.extend(resolver.incident(name, &incident.0));
            continue;
        }
        let (name, process) = (name.value.clone(), process.clone());
        faults.push(Fault { name, models: resolver.models(process.of()), process });
    }
    (Faults(faults), resolver.complaints)
}

struct Resolver<'a> {
    known: Known<'a>,
    complaints: Vec<Complaint>,
}

impl<'a> Resolver<'a> {
    /// `extent` is where the whole entry stands.
    fn options(&mut self, name: &Spanned<String>, process: &Process, extent: Range<usize>) {
        let is_broken = self.known.told.iter().any(|span| extent.contains(&span.start));
        if let Some(help) = process.complaint().filter(|_| !is_broken) {
            let message = format!("`{}` is a {} that can't be", name.value, process.name());
            let (help, span) = (Some(help.to_owned()), name.span.clone());
            self.complaints.push(Complaint { message, help, span });
        }
        if let Some(serves) = process.serves() {
            let name = Spanned { value: serves.value.to_string(), span: serves.span.clone() };
            self.check("model", &name, self.names());
        }
    }

    /// What a real outage is made of, here.
    fn incident(&mut self, name: &Spanned<String>, of: &Spanned<String>) -> Vec<Fault> {
        let Some(parts) = incidents::faults(&of.value) else {
            let help = Some(suggest::help(&of.value, incidents::names()));
            let message = format!("unknown incident `{}`", of.value);
            self.complaints.push(Complaint { message, help, span: of.span.clone() });
            return Vec::new();
        };
        let mut faults = Vec::with_capacity(parts.0.len());
        for (part, process) in parts.0 {
            // Whom it is for is named in another file, so what is wrong is told at its name here.
            let at = |name: Spanned<String>| Spanned { value: name.value, span: of.span.clone() };
            let whom = process.of().cloned().map(|whom| match whom {
                Of::Model(name) => Of::Model(at(name)),
                Of::Provider(name) => Of::Provider(at(name)),
                Of::Group(name) => Of::Group(at(name)),
            });
            let models = self.models(whom.as_ref());
            faults.push(Fault { name: format!("{}/{}", name.value, part.value), process, models });
        }
        faults
    }

    /// In order of name.
    fn models(&mut self, of: Option<&Of>) -> Vec<ModelId> {
        match of {
            None => self.those(|_| true),
            Some(Of::Model(name)) => {
                self.check("model", name, self.names());
                self.those(|one| one.id.as_str() == name.value)
            }
            Some(Of::Provider(name)) => {
                self.check("provider", name, self.known.providers.iter().copied().collect());
                self.those(|one| one.provider.as_str() == name.value)
            }
            Some(Of::Group(name)) => {
                let groups = self.known.candidates.iter().flat_map(|one| &one.groups);
                let providers = self.known.providers.iter().copied();
                let known = groups.map(String::as_str).chain(providers).collect();
                self.check("group", name, known);
                let is_meant = |one: &Candidate| {
                    one.groups.contains(&name.value) || one.provider.as_str() == name.value
                };
                self.those(is_meant)
            }
        }
    }

    fn those(&self, is_meant: impl Fn(&Candidate) -> bool) -> Vec<ModelId> {
        let meant = self.known.candidates.iter().filter(|one| is_meant(one));
        meant.map(|one| one.id.clone()).collect()
    }

    fn names(&self) -> BTreeSet<&'a str> {
        self.known.candidates.iter().map(|one| one.id.as_str()).collect()
    }

    fn check(&mut self, what: &str, name: &Spanned<String>, known: BTreeSet<&str>) {
        let text = name.value.as_str();
        if !known.contains(text) && !self.known.declared.contains(text) {
            let help = Some(suggest::help(text, known.into_iter()));
            let message = format!("unknown {what} `{text}`");
            self.complaints.push(Complaint { message, help, span: name.span.clone() });
        }
    }
}
