//! Reads a scenario with every file that it names, and tells every mistake in any of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::diagnostic::Diagnostic;
use super::doubts::doubts;
use super::gates::Gates;
use super::nearby;
use super::plan::{Candidate, Finder, Looks, Plan, Task, Template};
use super::prices::{self, PriceFile};
use super::raw::{RawScenario, RawTask};
use super::read::{self, Complaint};
use super::{
    breakers, faults, gates, made_up, policies, recommend, simulation, suggest, suite, templates,
};
use crate::data::Warning;
use crate::exchange::import::Recording;
use crate::kernel::lists::Named;
use crate::kernel::{ModelId, Spanned, TaskId};
use crate::rows::{FileError, FileErrorKind};
use crate::task::dataset;
use crate::task::extract::Extract;
use crate::task::prompt::Prompt;

/// A plan with the recorded answers that it starts from.
#[derive(Debug)]
pub struct Loaded {
    /// What is to be done.
    pub plan: Plan,
    /// Every recorded row of every recorded provider, those given beside the scenario behind them,
    /// and what was made up last.
    pub recordings: Vec<Recording>,
    /// What a reader must know of them.
    pub doubts: Vec<Warning>,
}

/// Reads a scenario file. `answers` are recordings given beside it, whose models become candidates
/// and whose rows replace those of the scenario's own recordings.
///
/// # Errors
/// Every mistake that was found in the scenario, its datasets and its recordings.
pub fn load(file: &Path, answers: &[PathBuf]) -> Result<Loaded, Vec<Diagnostic>> {
    let text = &*text_of(file)?;
    if let Some(span) = suite::place(text) {
        let help = "`run` and `check` take a suite; give one of its scenarios".to_owned();
        let complaint =
            Complaint { message: "this is a suite of scenarios".into(), help: Some(help), span };
        return Err(vec![diagnostic(file, text, complaint)]);
    }
    let reading = read::read(text);
    let mut loader = Loader {
        file,
        folder: file.parent().unwrap_or(Path::new("")),
        text: text.into(),
        found: reading.complaints.into_iter().map(|it| diagnostic(file, text, it)).collect(),
        recordings: Vec::new(),
    };
    let Some(raw) = reading.raw else { return Err(loader.found) };
    let plan = loader.plan(&raw, &reading.declared, answers);
    if loader.found.is_empty() {
        let doubts = doubts(&plan, &loader.recordings);
        loader.recordings.extend(made_up::recording(&plan));
        Ok(Loaded { plan, recordings: loader.recordings, doubts })
    } else {
        loader.found.sort_by_key(|one| (one.file != file, one.file.clone(), one.line()));
        Err(loader.found)
    }
}

/// What a file of scenarios holds.
pub(super) fn text_of(file: &Path) -> Result<String, Vec<Diagnostic>> {
    let whole = |message: String| vec![Diagnostic::in_line(file.to_owned(), 0, "", message)];
    let bytes = std::fs::read(file).map_err(|error| whole(format!("can't be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let (n_valid, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let n_before = bytes[..n_valid].iter().filter(|byte| **byte == b'\n').count();
        let line = bytes.split(|byte| *byte == b'\n').nth(n_before).unwrap_or_default();
        let shown = String::from_utf8_lossy(line);
        let message = "is not UTF-8".to_owned();
        vec![Diagnostic::in_line(file.to_owned(), n_before + 1, &shown, message)]
    })
}

/// The SHA-256 of a scenario, in hexadecimal, by which a run remembers it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is found on the way.
pub(super) struct Loader<'a> {
    file: &'a Path,
    pub(super) folder: &'a Path,
    text: Arc<str>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) recordings: Vec<Recording>,
}

pub(super) fn diagnostic(file: &Path, text: &str, complaint: Complaint) -> Diagnostic {
    let Complaint { message, help, span } = complaint;
    Diagnostic { file: file.to_owned(), text: text.into(), first_line: 1, span, message, help }
}

impl Loader<'_> {
    fn plan(
        &mut self,
        raw: &RawScenario,
        declared: &BTreeSet<String>,
        answers: &[PathBuf],
    ) -> Plan {
        if raw.version.value != 1 {
            let message = format!("version {} is not known", raw.version.value);
            self.complain(&raw.version, message, Some("this program reads version 1".into()));
        }
        if raw.name.value.trim().is_empty() || raw.name.value.contains(['/', '\\', '\0']) {
            let help = "the run folder is called by it, so it is not empty and has no slash";
            self.complain(&raw.name, "not a name for a scenario".into(), Some(help.into()));
        }
        let mut tasks: Vec<Task> =
            raw.tasks.0.iter().filter_map(|(name, task)| self.task(name, task)).collect();
        if raw.tasks.0.is_empty() {
            self.complain(&raw.name, "there is no task".into(), Some("add one to `tasks`".into()));
        }
        tasks.sort_by(|a, b| a.id.cmp(&b.id));
        let mut candidates = self.candidates(raw, declared, answers);
        candidates.sort_by(|a, b| a.id.cmp(&b.id));
        self.prices(raw, &mut candidates);
        let models: Vec<ModelId> = candidates.iter().map(|one| one.id.clone()).collect();
        let (policies, complaints) = policies::resolve(raw, &models, declared);
        let providers: Vec<&str> =
            raw.providers.0.iter().map(|(name, _)| name.value.as_str()).collect();
        let here = self.found.iter().filter(|one| one.file == self.file && one.first_line == 1);
        let told: Vec<_> = here.map(|one| one.span.clone()).collect();
        let known =
            faults::Known { providers: &providers, candidates: &candidates, declared, told: &told };
        let (faults, wrong) = faults::resolve(&raw.faults, known);
        let of_models = models.iter().map(ModelId::as_str);
        let of_policies = policies.iter().map(|(policy, _)| policy.as_str());
        let known = gates::Known {
            text: &self.text,
            folder: self.folder,
            tasks: &tasks,
            policies: of_models.chain(of_policies).chain(suggest::JUDGED_ALWAYS).collect(),
            declared,
        };
        let (wish, not_wishes) = recommend::resolve(raw.recommend.as_ref(), &known, &providers);
        let Gates { gates, same_advice, complaints: not_gates } =
            gates::resolve(&raw.gates, &known, wish.as_ref());
        let (guards, not_breakers) = breakers::resolve(&raw.breakers);
        let (simulation, not_simulated) = simulation::resolve(raw, &candidates, self.folder);
        let not_words = templates::resolve(raw, &self.text, &tasks);
        let complaints = complaints.into_iter().chain(wrong).chain(not_gates).chain(not_words);
        let complaints = complaints.chain(not_breakers).chain(not_simulated).chain(not_wishes);
        self.found.extend(complaints.map(|it| diagnostic(self.file, &self.text, it)));
        Plan {
            name: raw.name.value.clone(),
            file: self.file.to_owned(),
            sha256: sha256(self.text.as_bytes()),
            seed: raw.seed,
            tasks,
            candidates,
            policies,
            breakers: names_of(&raw.breakers).zip(guards).collect(),
            faults,
            simulation,
            intervals: raw.intervals,
            gates,
            same_advice,
            recommend: wish,
            looks: Looks::Once,
        }
    }

    fn task(&mut self, name: &Spanned<String>, raw: &RawTask) -> Option<Task> {
        let dataset = self.folder.join(&raw.dataset.value);
        let items = match dataset::load(&dataset, &raw.fields) {
            Ok(items) => Some(items),
            Err(errors) => {
                self.file_errors(&raw.dataset.span, errors);
                None
            }
        };
        let system = raw.system.as_ref().map(|source| self.template(source));
        let default = Spanned { value: DEFAULT_PROMPT.to_owned(), span: 0..0 };
        let prompt = self.template(raw.prompt.as_ref().unwrap_or(&default));
        for source in raw.system.iter().chain(&raw.prompt) {
            let unknown = templates::of_task(source, &self.text, items.as_deref().unwrap_or(&[]));
            self.found.extend(unknown.into_iter().map(|it| diagnostic(self.file, &self.text, it)));
        }
        let text = Spanned { value: Extract::default(), span: 0..0 };
        let extract = self.finder(raw.extract.as_ref().unwrap_or(&text));
        let compare_extract: Vec<(String, Finder)> = raw
            .compare_extract
            .0
            .iter()
            .filter_map(|(name, extract)| Some((name.value.clone(), self.finder(extract)?)))
            .collect();
        Some(Task {
            id: TaskId::from(name.value.as_str()),
            dataset,
            items: items?.into(),
            system: match system {
                Some(system) => Some(system?),
                None => None,
            },
            prompt: prompt?,
            extract: extract?,
            score: raw.score.clone(),
            judged_on: raw.items,
            compare_extract,
        })
    }

    fn template(&mut self, source: &Spanned<String>) -> Option<Template> {
        match Prompt::compile(&source.value) {
            Ok(prompt) => Some(Template { source: source.value.clone(), prompt }),
            Err(error) => {
                self.complain(source, error.to_string(), None);
                None
            }
        }
    }

    fn finder(&mut self, extract: &Spanned<Extract>) -> Option<Finder> {
        match extract.value.compile() {
            Ok(extractor) => Some(Finder { extract: extract.value.clone(), extractor }),
            Err(error) => {
                self.complain(extract, error.to_string(), None);
                None
            }
        }
    }

    /// Settles what each candidate costs.
    fn prices(&mut self, raw: &RawScenario, candidates: &mut [Candidate]) {
        let file = raw.prices.as_ref().and_then(|path| self.price_file(path));
        for prices::Ambiguous { model, message } in prices::settle(candidates, file.as_ref()) {
            let help = Some("give it a `price`, or call it as the file does".to_owned());
            match raw.models.0.iter().find(|(name, _)| name.value == model.as_str()) {
                Some((name, _)) => self.complain(name, message, help),
                None => self.complain(&raw.name, message, help),
            }
        }
    }

    fn price_file(&mut self, path: &Spanned<PathBuf>) -> Option<PriceFile> {
        let file = self.folder.join(&path.value);
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let (prices, complaints) = PriceFile::read(&text);
                self.found.extend(complaints.into_iter().map(|it| diagnostic(&file, &text, it)));
                Some(prices)
            }
            Err(error) => {
                self.complain(path, format!("{} can't be read: {error}", file.display()), None);
                None
            }
        }
    }

    pub(super) fn complain<T>(&mut self, at: &Spanned<T>, message: String, help: Option<String>) {
        let complaint = Complaint { message, help, span: at.span.clone() };
        self.found.push(diagnostic(self.file, &self.text, complaint));
    }

    /// A complaint about some files as a whole: where the scenario names them, if it does.
    pub(super) fn named(
        &self,
        span: &std::ops::Range<usize>,
        paths: &[PathBuf],
        message: String,
    ) -> Diagnostic {
        if span.is_empty() {
            let file = paths.first().cloned().unwrap_or_default();
            return Diagnostic::in_line(file, 0, "", message);
        }
        diagnostic(self.file, &self.text, Complaint { message, help: None, span: span.clone() })
    }

    /// A file as a whole is complained of where the scenario names it, a line of it where it is.
    pub(super) fn file_errors(&mut self, named: &std::ops::Range<usize>, errors: Vec<FileError>) {
        for error in errors {
            let FileError { path, line, text, kind, .. } = error;
            let help = matches!(kind, FileErrorKind::Missing).then(|| nearby::help(&path));
            if line == 0 && !named.is_empty() {
                let message = format!("{}: {kind}", path.display());
                let complaint = Complaint { message, help, span: named.clone() };
                self.found.push(diagnostic(self.file, &self.text, complaint));
            } else {
                let told = Diagnostic::in_line(path, line, &text, kind.to_string());
                self.found.push(Diagnostic { help, ..told });
            }
        }
    }
}

fn names_of<T>(table: &Named<T>) -> impl Iterator<Item = String> {
    table.0.iter().map(|(name, _)| name.value.clone())
}

/// What is asked when a task has no prompt of its own.
const DEFAULT_PROMPT: &str = "{{ input }}";
