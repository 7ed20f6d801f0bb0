//! What models answer in virtual time: as it was recorded, with faults.

use crate::data::{Answer, AnswerIdx, Cell, CellState, Failure, ItemIdx, Matrix, ModelIdx};
use crate::fault::{Effect, Fates, OnWire};
use crate::kernel::{Key, Micros, Tokens, Usd};
use crate::policy::episode::Reply;

/// How long an error takes that the provider, or nobody, sends at once.
pub(super) const ERROR_AFTER: Micros = Micros(50_000);

/// How long an answer takes of a model of whom no latency is known.
pub(super) const ASSUMED: Micros = Micros(1_000_000);

/// What one call comes to where nothing goes wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Take {
    pub(super) state: CellState,
    /// Whether the recorded call was never sent, so that nobody knows what it would have cost.
    pub(super) unsent: bool,
    pub(super) confidence: Option<f64>,
    pub(super) cost: Option<Usd>,
    pub(super) service: Micros,
    /// Those that are known, which use up what a provider allows.
    pub(super) tokens: Tokens,
    /// All of them; `None` where sent or received ones are unknown.
    counted: Option<Tokens>,
    pub(super) received: u64,
}

/// Every cell of a task, with a length of time for each.
#[derive(Debug)]
pub(super) struct Tape {
    takes: Vec<Take>,
    n_models: usize,
    n_samples: usize,
    /// Models of whom some latencies are unknown, and were taken to be as the known ones.
    pub(super) without_latency: Vec<ModelIdx>,
}

/// What a call comes to, and when: never where it hangs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    pub(super) after: Option<Micros>,
    pub(super) reply: Reply,
    /// Whether it keeps one of the provider's places meanwhile.
    pub(super) keeps_place: bool,
    /// What has to be paid even where it is not waited for.
    pub(super) billed: Option<Usd>,
    /// The tokens that this is for; `None` where unknown.
    pub(super) tokens: Option<Tokens>,
}

impl Tape {
    pub(super) fn new(matrix: &Matrix) -> Self {
        let n_samples = matrix.n_samples();
        let cells = |model| {
            let samples =
                move |item| (0..n_samples).map(move |sample| matrix.cell(item, model, sample));
            matrix.item_idxs().flat_map(samples)
        };
        let usual = |model| {
            let mut known: Vec<u64> =
                cells(model).filter_map(|cell| Some(cell.latency?.0)).collect();
            let middle = known.len() / 2;
            (!known.is_empty()).then(|| Micros(*known.select_nth_unstable(middle).1))
        };
        let usual: Vec<Option<Micros>> = matrix.model_idxs().map(usual).collect();
        let lacks = |model: &ModelIdx| {
            cells(*model).any(|cell| cell.state != CellState::NotRun && cell.latency.is_none())
        };
        let without_latency = matrix.model_idxs().filter(lacks).collect();
        let mut takes = Vec::new();
        for item in matrix.item_idxs() {
            for model in matrix.model_idxs() {
                for sample in 0..n_samples {
                    let usual = usual[usize::from(model.0)].unwrap_or(ASSUMED);
                    takes.push(Take::of(matrix.cell(item, model, sample), usual));
                }
            }
        }
        let n_models = matrix.models().len();
        Self { takes, n_models, n_samples: n_samples as usize, without_latency }
    }

    pub(super) fn take(&self, item: ItemIdx, model: ModelIdx, sample: u32) -> &Take {
        let row = item.0 as usize * self.n_models + usize::from(model.0);
        let sample = (sample as usize).min(self.n_samples - 1);
        &self.takes[row * self.n_samples + sample]
    }
}

impl Take {
    /// What a cell says, with a usual latency where its own is unknown.
    pub(super) fn of(cell: &Cell, usual: Micros) -> Self {
        let received = cell.completion_tokens.unwrap_or_default();
        let mut tokens = cell.prompt_tokens.unwrap_or_default();
        tokens += received;
        Self {
            state: cell.state,
            unsent: cell.unsent,
            confidence: cell.confidence,
            cost: cell.cost,
            service: cell.latency.unwrap_or(usual),
            tokens,
            counted: cell.prompt_tokens.zip(cell.completion_tokens).map(|_| tokens),
            received: received.0,
        }
    }

    /// What the call comes to when it meets `fates`; whoever answers in its place is `self`
    /// already.
    pub(super) fn coming(&self, fates: &Fates<'_>, wrong: impl FnOnce() -> AnswerIdx) -> Coming {
        let state = match self.state {
            CellState::Answered { score, .. } if fates.degraded.is_some() && score > 0.0 => {
                CellState::Answered { answer: Some(wrong()), score: 0.0 }
            }
            state => state,
        };
        let reply = Reply {
            state,
            confidence: self.confidence,
            cost: self.cost,
            retry_after: None,
            status: None,
        };
        let service = match &fates.slowed {
            Some((_, slower)) => slower.of(self.service),
            None => self.service,
        };
        let as_ever = Coming {
            after: Some(service),
            reply,
            keeps_place: true,
            billed: self.cost,
            tokens: self.counted,
        };
        match &fates.meets {
            None => as_ever,
            Some((_, met)) => self.met(met, as_ever, service),
        }
    }

    fn met(&self, met: &OnWire, as_ever: Coming, service: Micros) -> Coming {
        let failed = |failure, cost| Reply {
            state: CellState::Failed(failure),
            confidence: None,
            cost,
            retry_after: match met {
                OnWire::Status(status) => status.retry_after.map(|it| it.0),
                _ => None,
            },
            status: match met {
                OnWire::Status(status) => status.code(),
                _ => None,
            },
        };
        let free = Some(Usd::ZERO);
        match met.effect() {
            Effect::Fails(failure) if is_a_success(met) => Coming {
                reply: match met {
                    OnWire::Refusal(_) => Reply { state: CellState::Refused, ..as_ever.reply },
                    _ => failed(failure, self.cost),
                },
                ..as_ever
            },
            Effect::Fails(failure) => Coming {
                after: Some(ERROR_AFTER),
                reply: failed(failure, free),
                keeps_place: false,
                billed: free,
                tokens: Some(Tokens::default()),
            },
            Effect::Waits { until } => Coming {
                after: until,
                reply: failed(Failure::Reset, free),
                keeps_place: true,
                billed: free,
                tokens: Some(Tokens::default()),
            },
            Effect::Breaks { failure, .. } => {
                Coming { reply: failed(failure, self.cost), ..as_ever }
            }
            Effect::Stalls { until, .. } => {
                Coming { after: until.map(|until| service + until), ..as_ever }
            }
            Effect::Slows { first, each } => {
                let later = first + Micros(each.0.saturating_mul(self.received));
                Coming { after: Some(service + later), ..as_ever }
            }
        }
    }
}

/// Whether it is what the provider takes for an answer, and takes its time and money for.
fn is_a_success(met: &OnWire) -> bool {
    matches!(
        met,
        OnWire::Empty(_)
            | OnWire::NoChoices(_)
            | OnWire::TruncatedJson(_)
            | OnWire::Truncated(_)
            | OnWire::Refusal(_)
    )
}

/// The wrong answer that a right one is turned into: any that was given, or one that was not.
pub(super) fn wrong_answer(answers: &[Answer], key: Key) -> AnswerIdx {
    let wrong: Vec<usize> = (0..answers.len()).filter(|at| answers[*at].score == 0.0).collect();
    AnswerIdx(wrong[key.below(wrong.len() as u64) as usize] as u16)
}
