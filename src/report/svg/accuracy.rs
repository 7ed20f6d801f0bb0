//! Accuracies alone, as an interval plot, where there is nothing to draw them against.

use crate::data::Estimate;
use crate::report::by_task::TaskRows;
use crate::report::svg::canvas::{Anchor, Area, Canvas, at, cut};
use crate::report::svg::scale::{Ends, Scale, plain_number};
use crate::report::svg::{Figure, MARKS, anchor, look};
use crate::report::{escape, text};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 690.0;
const ROW: f64 = 21.0;
const TOP: f64 = 24.0;
/// Rows that are drawn; more make no figure that anybody reads.
const MOST: usize = 60;

/// `None` where nothing has an accuracy.
pub(super) fn draw(task: &TaskRows<'_>) -> Option<Figure> {
    let policies = task.policies.iter().map(|row| (row.policy.as_str(), &row.measures));
    let models = task.models.iter().map(|(row, _)| (row.model.as_str(), &row.measures));
    let known = policies.chain(models).filter_map(|(name, measures)| {
        let accuracy = measures.accuracy_of_all.as_ref().filter(|it| it.point.is_finite())?;
        Some((name, accuracy))
    });
    let mut rows: Vec<(&str, &Estimate)> = known.collect();
    rows.sort_by(|(_, one), (_, other)| other.point.total_cmp(&one.point));
    let n_all = rows.len();
    rows.truncate(MOST);
    let ends = rows.iter().flat_map(|(_, it)| [it.low * 100.0, it.high * 100.0]);
    let x = Scale::linear(ends, Ends { from: LEFT, to: RIGHT })?;
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0);
    canvas.text(at(RIGHT + 14.0, 14.0), Anchor::Start, "q-soft", "% [interval]");
    x.draw_bottom(&mut canvas, (TOP, bottom), "accuracy of all asked, %", plain_number);
    for (idx, (name, accuracy)) in rows.iter().enumerate() {
        row(&mut canvas, task, (name, accuracy), (&x, TOP + ROW * (idx as f64 + 0.5)));
    }
    Some(Figure::new("accuracy", "Accuracy", note(&rows, n_all), canvas))
}

fn row(
    canvas: &mut Canvas,
    task: &TaskRows<'_>,
    (name, accuracy): (&str, &Estimate),
    (x, y): (&Scale, f64),
) {
    let (shape, class) = look(task, name);
    let interval = format!("{} {}", text::percent(accuracy.point), text::ends(accuracy));
    let tip =
        format!("{}: {interval} % (n = {}, {})", escape::plain(name), accuracy.n, accuracy.method);
    let place = |share: f64| x.place(share * 100.0);
    canvas.link(&anchor(task, name), &tip, |canvas| {
        // The whole row can be pointed at.
        let area = Area { at: at(0.0, y - ROW / 2.0), width: WIDTH, height: ROW };
        canvas.rect(area, "q-paper", 0.0);
        canvas.text(at(LEFT - 12.0, y + 4.0), Anchor::End, "", &cut(name, 28));
        let whisker = format!("q-whisker-{class}");
        canvas.line(at(place(accuracy.low), y), at(place(accuracy.high), y), &whisker);
        canvas.mark(shape, at(place(accuracy.point), y), &format!("q-{class}"));
        canvas.text(at(RIGHT + 14.0, y + 4.0), Anchor::Start, "", &interval);
    });
}

fn note(rows: &[(&str, &Estimate)], n_all: usize) -> String {
    let estimates = rows.iter().map(|(_, estimate)| *estimate);
    let level = text::level(estimates.clone()).unwrap_or_default();
    let made = text::provenance(estimates).unwrap_or_default();
    let cut = match n_all - rows.len() {
        0 => String::new(),
        n => format!(" The {n} least accurate are not drawn; the tables have them."),
    };
    format!(
        "Accuracy is of all asked, what is no answer counting 0; lines are intervals at {level} \
         ({made}). {MARKS}{cut}"
    )
}
