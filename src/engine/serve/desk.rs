//! Where a request becomes a script: who is asked, what was recorded, how long it takes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response};

use super::ask::{Ask, PromptHash};
use super::book::{Answer, Book, BookError};
use super::counts::{Counts, Stats};
use super::play::{Ended, Ending, Play, play};
use super::route::{Route, route};
use super::said::{Finish, Said, Usage, estimate, pieces};
use super::script::{self, Pace, Step};
use super::wire::{Format, Problem};
use crate::fault::Trouble;
use crate::kernel::{Micros, Tokens};
use crate::scenario::Loaded;

/// The longest body of a request.
const MAX_BODY_MIB: usize = 64;

/// How to serve.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How long replies take.
    pub latency: Latency,
    /// The key that a client has to send; `None` for any or none.
    pub key: Option<String>,
}

/// How long replies take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Latency {
    /// As long as it was recorded, times this.
    Recorded(f64),
    /// As long as this.
    Fixed(Micros),
}

/// Everything that a request is answered from.
pub(super) struct Desk {
    pub(super) book: Book,
    options: Options,
    counts: Rc<RefCell<Counts>>,
    started: Instant,
}

/// A request that is being answered.
pub(super) struct InFlight {
    counts: Rc<RefCell<Counts>>,
    row: Option<usize>,
}

impl Desk {
    #[expect(clippy::disallowed_methods, reason = "faults go by the time since the start")]
    pub(super) fn new(loaded: &Loaded, options: Options) -> Result<Self, BookError> {
        let book = Book::new(loaded)?;
        Ok(Self { book, options, counts: Rc::default(), started: Instant::now() })
    }

    /// A connection was opened.
    pub(super) fn connected(&self) {
        self.counts.borrow_mut().stats.connections += 1;
    }

    /// What was served so far.
    pub(super) fn stats(&self) -> Stats {
        self.counts.borrow().sorted()
    }

    /// Answers one request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        ending: Ending,
    ) -> Result<Response<Play<InFlight>>, Ended> {
        let route = route(request.method().as_str(), request.uri().path());
        let body = Limited::new(request.into_body(), MAX_BODY_MIB << 20).collect().await;
        let mut guard = InFlight { counts: Rc::clone(&self.counts), row: None };
        let steps = match (route, body) {
            (Route::Stats, _) => {
                let stats = serde_json::to_string(&self.stats()).unwrap_or_default();
                script::whole(200, stats, Vec::new())
            }
            (Route::Unknown(format), _) => {
                self.refuse(format, &Problem::new(Trouble::NotFound, "There is no such path."))
            }
            (Route::Ask(format, _), Err(_)) => {
                let problem = Problem::new(Trouble::InvalidRequest, "The body can't be read.");
                self.refuse(format, &problem)
            }
            (Route::Ask(format, model), Ok(body)) => {
                self.ask(format, model, &body.to_bytes(), &mut guard)
            }
        };
        play(steps, ending, guard).await
    }

    fn ask(
        &self,
        format: Format,
        model: Option<String>,
        body: &[u8],
        guard: &mut InFlight,
    ) -> Vec<Step> {
        let mut ask = match format.read(body) {
            Ok(ask) => ask,
            Err(error) => {
                let message = format!("The body is not what it should be: {error}");
                return self.refuse(format, &Problem::new(Trouble::InvalidRequest, message));
            }
        };
        if let Some(model) = model {
            ask.model = model;
        }
        let Some(no) = self.book.model(&ask.model) else {
            let message = format!("The model `{}` does not exist.", ask.model);
            return self.refuse(format, &Problem::new(Trouble::NotFound, message));
        };
        let hash = PromptHash::of(&ask.turns);
        let model = &self.book.models[no];
        let mut counts = self.counts.borrow_mut();
        let row = counts.row((no, model.id.as_str()), format.name());
        let nth = counts.begin(row, hash) - 1;
        guard.row = Some(row);
        let (sample, answer) = self.found(no, hash, nth, &ask);
        counts.decided(row, None, true);
        let said = said(&ask, &answer, &id(model.id.as_str(), hash, sample));
        let pace = self.options.latency.pace(&answer);
        script::reply(format, &ask, &said, pace)
    }

    /// The recorded answer, else one that is made up and always the same.
    fn found(&self, model: usize, hash: PromptHash, nth: u32, ask: &Ask) -> (u32, Answer) {
        let recorded = self.book.prompt(hash);
        let recorded = recorded.and_then(|prompt| self.book.answer(model, prompt, nth, ask));
        recorded.map(|(sample, answer)| (sample, answer.clone())).unwrap_or_else(|| {
            let text = format!("made up for prompt {}", &hash.hex()[..16]);
            (nth, Answer { text, ..Answer::default() })
        })
    }

    fn refuse(&self, format: Format, problem: &Problem) -> Vec<Step> {
        let (status, _) = format.error(problem);
        *self.counts.borrow_mut().stats.unknown.entry(status).or_default() += 1;
        script::error(format, problem)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(row) = self.row {
            self.counts.borrow_mut().end(row);
        }
    }
}

impl Latency {
    fn pace(self, answer: &Answer) -> Pace {
        match self {
            Self::Fixed(total) => Pace { first: None, total },
            Self::Recorded(factor) => {
                let scaled = |Micros(micros)| Micros((micros as f64 * factor).round() as u64);
                let total = answer.latency.or(answer.ttft).map_or(Micros(0), scaled);
                Pace { first: answer.ttft.map(scaled), total }
            }
        }
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self::Recorded(1.0)
    }
}

/// The same for the same model, prompt and sample.
fn id(model: &str, hash: PromptHash, sample: u32) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    hasher.update(model.as_bytes());
    hasher.update(hash.hex().as_bytes());
    hasher.update(sample.to_le_bytes());
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// An answer as a reply to what was asked.
fn said(ask: &Ask, answer: &Answer, id: &str) -> Said {
    let prompt = answer
        .prompt_tokens
        .unwrap_or_else(|| Tokens(ask.turns.iter().map(|turn| estimate(&turn.text).0).sum()));
    let completion = answer.completion_tokens.unwrap_or_else(|| estimate(&answer.text));
    let pieces = pieces(&answer.text, completion.0);
    let n = pieces.len().max(1) as f64;
    let said = Said {
        id: id.to_owned(),
        model: ask.model.clone(),
        pieces,
        finish: if answer.is_cut { Finish::Length } else { Finish::Stop },
        usage: Usage {
            prompt,
            cached: answer.cached_tokens.unwrap_or_default(),
            completion,
            reasoning: Tokens(0),
        },
        logprob: answer.confidence.filter(|_| ask.logprobs).map(|sure| sure.ln() / n),
    };
    match ask.max_tokens {
        Some(most) => said.cut(most),
        None => said,
    }
}
