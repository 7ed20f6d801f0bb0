//! Shows how far a collection is: one live line on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::collect::Progress;

/// Between two lines where stderr is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// Draws progress on stderr.
pub(super) struct Display {
    bar: ProgressBar,
    plain: bool,
    started: Instant,
    last: Option<Instant>,
}

impl Display {
    /// Nothing is drawn when `quiet`.
    #[expect(clippy::disallowed_methods, reason = "how long a user waits is real time")]
    pub(super) fn new(quiet: bool) -> Self {
        let plain = !std::io::stderr().is_terminal() && !quiet;
        let target = if quiet || plain {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template("{bar:20} {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(1), target).with_style(style);
        Self { bar, plain, started: Instant::now(), last: None }
    }

    /// Shows the state of things, if it is time to.
    #[expect(clippy::disallowed_methods, reason = "how long a user waits is real time")]
    #[expect(clippy::print_stderr, reason = "stderr is talk")]
    pub(super) fn show(&mut self, progress: &Progress) {
        let now = Instant::now();
        let total = progress.total();
        if self.plain {
            let is_due = self.last.is_none_or(|last| now - last >= EVERY);
            if is_due || total.n_done == total.n_total {
                self.last = Some(now);
                eprintln!("{}", self.line(progress));
            }
            return;
        }
        self.bar.set_length(total.n_total);
        self.bar.set_position(total.n_done);
        self.bar.set_message(self.line(progress));
    }

    /// Takes the live line away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, progress: &Progress) -> String {
        let total = progress.total();
        let seconds = self.started.elapsed().as_secs_f64();
        let mut line = format!("{}/{} answers", total.n_done, total.n_total);
        if total.n_failed > 0 {
            line += &format!(", {} failed", total.n_failed);
        }
        line += &format!(", {} in flight", total.n_in_flight);
        if total.n_done > 0 {
            line += &format!(", {:.1}/s", total.n_done as f64 / seconds);
            line += &format!(", {} left", clock(self.seconds_left(progress, seconds)));
        }
        let behind = progress.models.iter().filter(|(_, model)| model.n_done < model.n_total);
        let models: Vec<String> =
            behind.map(|(id, model)| format!("{id} {}/{}", model.n_done, model.n_total)).collect();
        if models.len() > 1 {
            line += &format!(" ({})", models.join(", "));
        }
        line
    }

    /// Models go on side by side, so the slowest decides.
    fn seconds_left(&self, progress: &Progress, seconds: f64) -> f64 {
        let left = progress
            .models
            .values()
            .filter(|model| model.n_done > 0)
            .map(|model| (model.n_total - model.n_done) as f64 * seconds / model.n_done as f64);
        left.fold(0.0, f64::max)
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
