//! What was served: by model and wire format, counted as it happens.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::PromptHash;

/// What was served of one model over one wire format.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The model.
    pub model: String,
    /// The wire format.
    pub format: String,
    /// Requests that came.
    pub requests: u64,
    /// Of those, requests that were answered: no fault but being slow kept them from it.
    pub answered: u64,
    /// Requests that met a fault, by its kind.
    pub faults: BTreeMap<String, u64>,
    /// Different prompts.
    pub prompts: u64,
    /// Requests with a prompt of no item, nor of a policy that asks about answers.
    pub strange: u64,
    /// The most requests with one prompt.
    pub most_attempts: u32,
    /// Requests in flight now.
    pub in_flight: u64,
    /// The most that were in flight at once.
    pub peak_in_flight: u64,
}

/// What was served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// By model and wire format; models that nobody asked are not here.
    pub rows: Vec<Row>,
    /// Requests that were refused before a model was found, by status.
    pub unknown: BTreeMap<u16, u64>,
    /// Connections that were opened.
    pub connections: u64,
    /// Requests in flight now, all together.
    pub in_flight: u64,
    /// The most that were in flight at once, all together.
    pub peak_in_flight: u64,
}

/// Counts while serving.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) stats: Stats,
    places: BTreeMap<(usize, &'static str), usize>,
    /// By row and prompt, how often it was asked.
    attempts: BTreeMap<(usize, PromptHash), u32>,
}

impl Counts {
    /// A request begins; says in which row it is counted.
    pub(super) fn begin(
        &mut self,
        (no, model): (usize, &str),
        format: &'static str,
        prompt: PromptHash,
    ) -> usize {
        let rows = &mut self.stats.rows;
        let row = *self.places.entry((no, format)).or_insert_with(|| {
            let (model, format) = (model.to_owned(), format.to_owned());
            rows.push(Row { model, format, ..Row::default() });
            rows.len() - 1
        });
        let attempts = self.attempts.entry((row, prompt)).or_default();
        *attempts += 1;
        let one = &mut rows[row];
        one.requests += 1;
        one.prompts += u64::from(*attempts == 1);
        one.most_attempts = one.most_attempts.max(*attempts);
        one.in_flight += 1;
        one.peak_in_flight = one.peak_in_flight.max(one.in_flight);
        self.stats.in_flight += 1;
        self.stats.peak_in_flight = self.stats.peak_in_flight.max(self.stats.in_flight);
        row
    }

    /// Nobody in the scenario asks what it asks.
    pub(super) fn strange(&mut self, row: usize) {
        self.stats.rows[row].strange += 1;
    }

    /// What becomes of it: whether it is answered, and every kind of thing that goes wrong with it.
    pub(super) fn decided<'a>(
        &mut self,
        row: usize,
        faults: impl Iterator<Item = &'a str>,
        is_answered: bool,
    ) {
        let one = &mut self.stats.rows[row];
        one.answered += u64::from(is_answered);
        for kind in faults {
            match one.faults.get_mut(kind) {
                Some(n) => *n += 1,
                None => {
                    one.faults.insert(kind.to_owned(), 1);
                }
            }
        }
    }

    /// It is over, whether the client waited for its end or not.
    pub(super) fn end(&mut self, row: usize) {
        let one = &mut self.stats.rows[row];
        one.in_flight = one.in_flight.saturating_sub(1);
        self.stats.in_flight = self.stats.in_flight.saturating_sub(1);
    }

    /// In order of model and format.
    pub(super) fn sorted(&self) -> Stats {
        let mut stats = self.stats.clone();
        stats.rows.sort_by(|a, b| (&a.model, &a.format).cmp(&(&b.model, &b.format)));
        stats
    }
}
