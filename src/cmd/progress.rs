//! Shows how far a collection is: a live line a model on a terminal, lines now and then elsewhere.

use std::collections::{BTreeMap, VecDeque};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::data::Failure;
use crate::engine::collect::{ModelProgress, Progress};

/// Between two times that something is shown where stderr is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// What the rate is measured over, so that the time left is that of now.
const RECENT: Duration = Duration::from_secs(20);

/// Beyond this many models only those that are under way have a line.
const LINES: usize = 12;

/// Draws progress on stderr.
pub(super) struct Display {
    bars: MultiProgress,
    by_model: Vec<ProgressBar>,
    is_plain: bool,
    started: Instant,
    last: Option<Instant>,
    recent: VecDeque<(Instant, Vec<u64>)>,
}

impl Display {
    /// Nothing is drawn when `quiet`.
    #[expect(clippy::disallowed_methods, reason = "how long a user waits is real time")]
    pub(super) fn new(quiet: bool) -> Self {
        let is_plain = !std::io::stderr().is_terminal() && !quiet;
        let target = if quiet || is_plain {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
            by_model: Vec::new(),
            is_plain,
            started: Instant::now(),
            last: None,
            recent: VecDeque::new(),
        }
    }

    /// Shows the state of things, if it is time to.
    #[expect(clippy::disallowed_methods, reason = "how long a user waits is real time")]
    #[expect(clippy::print_stderr, reason = "stderr is talk")]
    pub(super) fn show(&mut self, progress: &Progress) {
        let now = Instant::now();
        self.remember(now, progress);
        let total = progress.total();
        if self.is_plain {
            let is_done = total.n_done == total.n_total;
            if is_done || self.last.is_none_or(|last| now - last >= EVERY) {
                self.last = Some(now);
                eprint!("{}", self.text(progress, &total, now));
            }
            return;
        }
        if self.by_model.is_empty() {
            let style = ProgressStyle::with_template("{prefix} {bar:16} {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let width = progress.models.iter().map(|(id, _)| id.as_str().len()).max().unwrap_or(0);
            for (id, model) in &progress.models {
                let bar = ProgressBar::new(model.n_total).with_style(style.clone());
                bar.set_prefix(format!("{:width$}", id.as_str(), width = width.min(24)));
                self.by_model.push(bar);
            }
            if self.by_model.len() <= LINES {
                self.by_model.iter().for_each(|bar| drop(self.bars.add(bar.clone())));
            } else {
                self.by_model.truncate(1);
                self.by_model[0].set_prefix(format!("{} models", progress.models.len()));
                self.bars.add(self.by_model[0].clone());
            }
        }
        let totals = [(None, total)];
        let models = progress.models.iter().map(|(_, model)| model.clone()).enumerate();
        let shown: Vec<_> = match self.by_model.len() == progress.models.len() {
            true => models.map(|(at, model)| (Some(at), model)).collect(),
            false => totals.into(),
        };
        for (bar, (at, model)) in self.by_model.iter().zip(&shown) {
            bar.set_length(model.n_total);
            bar.set_position(model.n_done);
            bar.set_message(line(model, self.rate(*at, now)));
        }
    }

    /// Takes the live lines away.
    pub(super) fn finish(&self) {
        self.by_model.iter().for_each(ProgressBar::finish_and_clear);
    }

    fn text(&self, progress: &Progress, total: &ModelProgress, now: Instant) -> String {
        let mut text = format!("{:>9}  ", clock((now - self.started).as_secs_f64()));
        text += &format!("all {}\n", line(total, self.rate(None, now)));
        let is_under_way = |model: &ModelProgress| model.n_done < model.n_total;
        for (at, (id, model)) in progress.models.iter().enumerate() {
            let is_shown = progress.models.len() <= LINES || is_under_way(model);
            if progress.models.len() > 1 && is_shown {
                text += &format!("           {id} {}\n", line(model, self.rate(Some(at), now)));
            }
        }
        text
    }

    fn remember(&mut self, now: Instant, progress: &Progress) {
        let done = progress.models.iter().map(|(_, model)| model.n_done).collect();
        self.recent.push_back((now, done));
        while self.recent.len() > 2 && now - self.recent[1].0 >= RECENT {
            self.recent.pop_front();
        }
    }

    /// Answers a second, lately, of one model or all; `None` while nothing is known.
    fn rate(&self, at: Option<usize>, now: Instant) -> Option<f64> {
        let n_done = |done: &[u64]| at.map_or_else(|| done.iter().sum(), |at| done[at]);
        let (then, first) = self.recent.front()?;
        let (_, last) = self.recent.back()?;
        let n = n_done(last).saturating_sub(n_done(first));
        let seconds = (now - *then).as_secs_f64();
        (seconds > 0.0 && n > 0).then(|| n as f64 / seconds)
    }
}

fn line(model: &ModelProgress, rate: Option<f64>) -> String {
    let mut line = format!("{}/{}", model.n_done, model.n_total);
    if model.n_in_flight > 0 {
        line += &format!(", {} in flight", model.n_in_flight);
    }
    if model.n_again > 0 {
        line += &format!(", {} tried again", model.n_again);
    }
    if model.n_failed() > 0 {
        line += &format!(", {} failed ({})", model.n_failed(), kinds(&model.failed));
    }
    if let Some(rate) = rate {
        line += &format!(", {rate:.1}/s");
    }
    if model.tokens.0 > 0 {
        line += &format!(", {} tokens", thousands(model.tokens.0));
    }
    if model.cost.picos() > 0 {
        line += &format!(", {}", model.cost);
    }
    let n_left = model.n_total - model.n_done;
    match rate {
        _ if n_left == 0 => {}
        Some(rate) => line += &format!(", {} left", clock(n_left as f64 / rate)),
        None => line += ", time left unknown",
    }
    line
}

fn kinds(failed: &BTreeMap<Failure, u64>) -> String {
    let kinds: Vec<String> = failed.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    kinds.join(", ")
}

fn thousands(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..10_000_000 => format!("{}k", n / 1000),
        _ => format!("{:.1}M", n as f64 / 1e6),
    }
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}
