//! Where a request becomes a script: who is asked, what goes wrong, what is said, how slowly.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, Response};

use super::ask::Delivery::Whole;
use super::ask::{Ask, PromptHash};
use super::book::{Answer, Book, BookError, ModelNo};
use super::counts::{Counts, Stats};
use super::faulted::{Usual, faulted};
use super::options::Options;
use super::pick::{Wanted, degraded, pick};
use super::play::{Ended, Ending, Play, play};
use super::ready::{Bodies, Key, Ready};
use super::replay::replay;
use super::route::{InPath, Route, route};
use super::said::{Finish, Said, Usage, estimate, pieces};
use super::script::{self, Step};
use super::wire::{Format, Problem, models};
use crate::fault::{Call, Fates, FaultState, Faults, OnWire, Says, Trouble};
use crate::kernel::{Micros, Tokens};
use crate::scenario::Loaded;

/// The longest body of a request.
const MAX_BODY_MIB: usize = 64;

/// The header that names what went wrong on purpose.
const FAULT: &str = "x-quorumbench-fault";

/// Everything that a request is answered from.
pub(super) struct Desk {
    pub(super) book: Book,
    faults: Faults,
    options: Options,
    counts: Rc<RefCell<Counts>>,
    memory: RefCell<Memory>,
    started: Instant,
}

/// What was asked before, as far as what comes depends on it.
struct Memory {
    faults: FaultState,
    bodies: Bodies,
    asked: BTreeMap<(ModelNo, PromptHash), Before>,
}

/// How often a model was asked a prompt, and how often it answered.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    n_asked: u32,
    n_answered: u32,
}

/// A request that is being answered.
pub(super) struct InFlight {
    counts: Rc<RefCell<Counts>>,
    row: Option<usize>,
}

impl Desk {
    #[expect(clippy::disallowed_methods, reason = "faults go by the time since the start")]
    pub(super) fn new(loaded: &Loaded, options: Options) -> Result<Self, BookError> {
        let faults = loaded.plan.faults.clone();
        let memory = Memory {
            faults: FaultState::new(&faults, loaded.plan.seed),
            bodies: Bodies::default(),
            asked: BTreeMap::new(),
        };
        Ok(Self {
            book: Book::new(loaded)?,
            faults,
            options,
            counts: Rc::default(),
            memory: RefCell::new(memory),
            started: Instant::now(),
        })
    }

    /// A connection was opened.
    pub(super) fn connected(&self) {
        self.counts.borrow_mut().stats.connections += 1;
    }

    /// Whether every model refuses every connection now, so that nobody need listen.
    pub(super) fn is_shut(&self) -> bool {
        let models = self.book.models.iter().map(|model| &model.id);
        self.faults.refuse_all(self.now(), models)
    }

    fn now(&self) -> Micros {
        Micros(self.started.elapsed().as_micros() as u64)
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
        let has_key = self.has_key(request.headers(), request.uri().query());
        let body = Limited::new(request.into_body(), MAX_BODY_MIB << 20).collect().await;
        let mut guard = InFlight { counts: Rc::clone(&self.counts), row: None };
        let steps = match (route, body) {
            (Route::Stats, _) => {
                let stats = serde_json::to_string(&self.stats()).unwrap_or_default();
                script::whole(200, stats, Vec::new())
            }
            (Route::Models(name), _) => self.models(name.as_deref()),
            (Route::Unknown(format), _) => {
                self.refuse(format, &Problem::new(Trouble::NotFound, "There is no such path."))
            }
            (Route::Ask(format, _), _) if !has_key => {
                self.refuse(format, &Problem::new(Trouble::Auth, "Incorrect API key provided."))
            }
            (Route::Ask(format, _), Err(_)) => {
                let problem = Problem::new(Trouble::InvalidRequest, "The body can't be read.");
                self.refuse(format, &problem)
            }
            (Route::Ask(format, path), Ok(body)) => {
                self.ask(format, path, &body.to_bytes(), &mut guard)
            }
        };
        play(steps, ending, guard).await
    }

    /// Whether the key came, in whichever place a client puts it.
    fn has_key(&self, headers: &HeaderMap, query: Option<&str>) -> bool {
        let Some(key) = self.options.key.as_deref() else { return true };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let plain = ["x-api-key", "api-key", "x-goog-api-key"].map(header);
        let query = query.into_iter().flat_map(|query| query.split('&'));
        let query = query.filter_map(|pair| pair.strip_prefix("key="));
        bearer.into_iter().chain(plain.into_iter().flatten()).chain(query).any(|it| it == key)
    }

    fn models(&self, name: Option<&str>) -> Vec<Step> {
        let names: Vec<&str> = self.book.models.iter().map(|model| model.id.as_str()).collect();
        match name {
            None => script::whole(200, models::list(&names).to_string(), Vec::new()),
            Some(name) if self.book.model(name).is_some() => {
                script::whole(200, models::one(name).to_string(), Vec::new())
            }
            Some(name) => self.refuse(Format::Chat, &no_model(name)),
        }
    }

    fn ask(&self, format: Format, path: InPath, body: &[u8], guard: &mut InFlight) -> Vec<Step> {
        let mut ask = match format.read(body) {
            Ok(ask) => ask,
            Err(error) => {
                let message = format!("The body is not what it should be: {error}");
                return self.refuse(format, &Problem::new(Trouble::InvalidRequest, message));
            }
        };
        ask.model = path.model.unwrap_or(ask.model);
        ask.delivery = path.delivery.unwrap_or(ask.delivery);
        let Some(model) = self.book.model(&ask.model) else {
            return self.refuse(format, &no_model(&ask.model));
        };
        let hash = PromptHash::of(&ask.turns);
        let row = self.counts.borrow_mut().begin(
            (model, self.book.models[model].id.as_str()),
            format.name(),
            hash,
        );
        if self.book.prompt(hash).is_none() {
            self.counts.borrow_mut().strange(row);
        }
        guard.row = Some(row);
        self.decide(format, &ask, model, hash, row)
    }

    /// What comes back, and what it counts as.
    fn decide(
        &self,
        format: Format,
        ask: &Ask,
        model: ModelNo,
        hash: PromptHash,
        row: usize,
    ) -> Vec<Step> {
        let memory = &mut *self.memory.borrow_mut();
        let before = memory.asked.entry((model, hash)).or_default();
        let attempt = before.n_asked;
        before.n_asked += 1;
        let n_answered = before.n_answered;
        let prompt = self.book.prompt(hash);
        let hex = prompt.is_none().then(|| hash.hex());
        let question = prompt.map(|prompt| self.book.items[prompt].question.as_str());
        let (seed, now) = (self.book.seed, self.now());
        let asked = &self.book.models[model].id;
        let call = Call {
            model: asked,
            model_key: Call::model_key(seed, asked),
            question: Call::question(seed, question.or(hex.as_deref()).unwrap_or_default()),
            attempt,
            tokens: Tokens(sent(ask).0.saturating_add(ask.max_tokens.unwrap_or(0))),
        };
        let fates = self.faults.fates(now, &call, &mut memory.faults);
        let wanted = Wanted { ask, hash, prompt, n_answered };
        if let Some(steps) = self.as_ever(format, model, wanted, &fates, &mut memory.bodies) {
            before.n_answered += 1;
            self.counts.borrow_mut().decided(row, std::iter::empty(), true);
            return steps;
        }
        let (answering, (sample, answer)) = self.pick(model, wanted, &fates);
        let recorded = answer.failure.map(replay);
        let meets = fates.meets.as_ref().map(|(name, meets)| (*name, meets.as_ref()));
        let meets = meets.or_else(|| recorded.as_ref().map(|meets| ("recorded", meets)));
        let is_answered = meets.is_none_or(|(_, meets)| is_slow(meets));
        if is_answered {
            before.n_answered += 1;
        }
        let kinds = kinds(&fates, meets);
        self.counts.borrow_mut().decided(row, kinds.iter().map(|(kind, _)| *kind), is_answered);
        let called = match &fates.swapped {
            Some((_, swap)) if swap.says == Says::Answering => swap.model.as_str(),
            _ => ask.model.as_str(),
        };
        let said = said(ask, &answer, called, &id(answering, hash, sample));
        let mut pace = self.options.latency.pace(&answer);
        if let Some((_, slower)) = fates.slowed {
            pace = pace.slowed(slower);
        }
        let usual = Usual { format, ask, said: &said, pace };
        let steps = match meets {
            Some((_, meets)) => faulted(meets, usual),
            None => script::reply(format, ask, &said, pace),
        };
        named(steps, &kinds)
    }

    /// The recorded answer in one piece where nothing goes wrong, which most requests come to.
    fn as_ever(
        &self,
        format: Format,
        model: ModelNo,
        wanted: Wanted<'_>,
        fates: &Fates<'_>,
        bodies: &mut Bodies,
    ) -> Option<Vec<Step>> {
        let Wanted { ask, hash, prompt, n_answered } = wanted;
        let prompt = prompt.filter(|_| *fates == Fates::default() && ask.delivery == Whole)?;
        let (sample, answer) = self.book.answer(model, prompt, n_answered, ask)?;
        if answer.failure.is_some() {
            return None;
        }
        let name = self.book.models[model].id.as_str();
        let key = Key {
            model,
            prompt,
            sample,
            format,
            by_id: ask.model == name,
            max_tokens: ask.max_tokens,
            logprobs: ask.logprobs,
        };
        let Ready { body, n_pieces } = bodies.of(key, || {
            let said = said(ask, answer, &ask.model, &id(name, hash, sample));
            let body = format.whole(&said).to_string().into();
            Ready { body, n_pieces: said.pieces.len() }
        });
        let wait = self.options.latency.pace(answer).whole(n_pieces);
        Some(script::later(wait, script::ready(body)))
    }

    /// Who answers, and what: the model that was asked, or the one that is put in its place.
    fn pick(&self, model: ModelNo, wanted: Wanted<'_>, fates: &Fates<'_>) -> (&str, (u32, Answer)) {
        let other =
            fates.swapped.as_ref().and_then(|(_, swap)| self.book.model(swap.model.as_str()));
        let model = other.unwrap_or(model);
        let picked = pick(&self.book, model, wanted);
        let picked = match fates.degraded {
            Some(fault) => degraded(&self.book, model, wanted, fault, picked),
            None => picked,
        };
        (self.book.models[model].id.as_str(), picked)
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

fn no_model(name: &str) -> Problem {
    Problem::new(Trouble::NotFound, format!("The model `{name}` does not exist."))
}

fn is_slow(meets: &OnWire) -> bool {
    matches!(meets, OnWire::SlowFirstToken(_) | OnWire::SlowStream(_))
}

/// Everything that goes wrong with a call, each with the name of its fault.
fn kinds<'a>(fates: &Fates<'a>, meets: Option<(&'a str, &OnWire)>) -> Vec<(&'static str, &'a str)> {
    let swapped = fates.swapped.as_ref().map(|(name, _)| ("wrong-model", *name));
    let degraded = fates.degraded.map(|name| ("degraded", name));
    let slowed = fates.slowed.map(|(name, _)| ("slow-down", name));
    let meets = meets.map(|(name, meets)| (meets.name(), name));
    // What fails says nothing that could be turned or slow.
    let fails = meets.is_some() && slowed.is_none() && degraded.is_none() && swapped.is_none();
    let others = [swapped, degraded, slowed].into_iter().flatten();
    meets.into_iter().chain(others.filter(|_| !fails)).collect()
}

/// The same steps with a header that names what went wrong.
fn named(mut steps: Vec<Step>, kinds: &[(&str, &str)]) -> Vec<Step> {
    let clean = |name: &str| name.replace(|c: char| !c.is_ascii_graphic() && c != ' ', "?");
    let words = kinds.iter().map(|(kind, name)| format!("{kind}; by=\"{}\"", clean(name)));
    let words: Vec<String> = words.collect();
    let head = steps.iter_mut().find_map(|step| match step {
        Step::Head(head) => Some(head),
        _ => None,
    });
    if let Some(head) = head.filter(|_| !words.is_empty()) {
        head.headers.push((FAULT, words.join(", ")));
    }
    steps
}

/// The same for the same model, prompt and sample.
fn id(model: &str, hash: PromptHash, sample: u32) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    hasher.update(model.as_bytes());
    hasher.update(hash.bytes());
    hasher.update(sample.to_le_bytes());
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// Tokens of a prompt of which nobody counted them.
fn sent(ask: &Ask) -> Tokens {
    Tokens(ask.turns.iter().map(|turn| estimate(&turn.text).0).sum())
}

/// An answer as a reply to what was asked.
fn said(ask: &Ask, answer: &Answer, model: &str, id: &str) -> Said {
    let completion = answer.completion_tokens.unwrap_or_else(|| estimate(&answer.text));
    let pieces = pieces(&answer.text, completion.0);
    let n = pieces.len().max(1) as f64;
    let said = Said {
        id: id.to_owned(),
        model: model.to_owned(),
        pieces,
        finish: if answer.is_cut { Finish::Length } else { Finish::Stop },
        usage: Usage {
            prompt: answer.prompt_tokens.unwrap_or_else(|| sent(ask)),
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
